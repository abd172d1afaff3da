//! When a host hands over what it has taken down.

use std::time::{Duration, Instant};

/// Handing over takes longer than what it is about, as its memory has to come from another core, and a host that is busy waits for it.
/// So it does that less often, and has the bell rung in case that nothing else wakes it.
pub(super) struct Pace {
    /// When the host was last done with a wake-up.
    awake: Instant,
    /// When the rest has to go.
    due: Option<Instant>,
}

impl Pace {
    /// Nothing is kept yet.
    pub(super) fn new(now: Instant) -> Pace {
        Pace { awake: now, due: None }
    }

    /// The host is done with a wake-up, and has kept so many bytes. Tells whether all of it has to go now.
    pub(super) fn is_time(&mut self, now: Instant, bytes: usize) -> bool {
        let busy = now.duration_since(std::mem::replace(&mut self.awake, now)) < BUSY;
        let late = self.due.is_some_and(|due| due <= now);
        if bytes > 0 && busy && !late && bytes < MUCH {
            self.due.get_or_insert(now + PAUSE);
            return false;
        }
        self.due = None;
        bytes > 0
    }

    /// When to ask again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }
}

/// A host that is done with another wake-up within this time is busy.
const BUSY: Duration = Duration::from_micros(100);
/// Bytes that a busy host keeps at most, about. Few enough to stay close to the processor.
const MUCH: usize = 16 << 10;
/// How long it keeps fewer. Rare enough for the bell.
const PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_slept_hands_over_at_once() {
        let (mut pace, start) = paced();
        for number in 1..10 {
            assert!(pace.is_time(start + BUSY * number, 1));
            assert_eq!(pace.due(), None);
        }
    }

    #[test]
    fn whoever_is_busy_hands_over_what_is_much() {
        let (mut pace, start) = paced();
        assert!(!pace.is_time(start + QUICK, 1));
        assert!(!pace.is_time(start + QUICK * 2, MUCH - 1));
        assert!(pace.is_time(start + QUICK * 3, MUCH));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn whoever_stays_busy_hands_over_what_has_waited_for_long() {
        let (mut pace, start) = paced();
        let due = start + QUICK + PAUSE;
        let mut now = start;
        while now + QUICK < due {
            now += QUICK;
            assert!(!pace.is_time(now, 1));
            assert_eq!(pace.due(), Some(due));
        }
        assert!(pace.is_time(due, 1));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn what_is_kept_goes_when_the_bell_rings_for_it() {
        let (mut pace, start) = paced();
        assert!(!pace.is_time(start + QUICK, 1));
        let due = pace.due().unwrap();
        assert!(pace.is_time(due, 1));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn the_bell_need_not_ring_for_nothing() {
        let (mut pace, start) = paced();
        assert!(!pace.is_time(start + QUICK, 0));
        assert_eq!(pace.due(), None);
        assert!(!pace.is_time(start + PAUSE, 0));
    }

    fn paced() -> (Pace, Instant) {
        let start = Instant::now();
        (Pace::new(start), start)
    }

    const QUICK: Duration = Duration::from_micros(50);
}
