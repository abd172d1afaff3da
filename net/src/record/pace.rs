//! When a host hands over what it has taken down.

use std::time::{Duration, Instant};

/// Handing over takes longer than what it is about, as its memory has to come from another core, and the host waits for it. So a host
/// that is woken again and again keeps some, and has the bell rung in case that nothing else wakes it. After a longer wake-up there is
/// enough to hand over anyway.
pub(super) struct Pace {
    /// When the last wake-up ended.
    awake: Instant,
    /// When the rest has to go.
    due: Option<Instant>,
}

impl Pace {
    /// Nothing is kept yet.
    pub(super) fn new(now: Instant) -> Pace {
        Pace { awake: now, due: None }
    }

    /// A wake-up ends, and so many bytes are kept. Tells whether they have to be handed over.
    #[must_use]
    pub(super) fn wake_up_ends(&mut self, now: Instant, kept: usize) -> bool {
        let again = now.duration_since(std::mem::replace(&mut self.awake, now)) < AGAIN;
        let late = self.due.is_some_and(|due| due <= now);
        if !again || late || kept >= MUCH {
            return kept > 0;
        }
        if kept > 0 {
            self.due.get_or_insert(now + PAUSE);
        }
        false
    }

    /// Nothing is kept any more.
    pub(super) fn hands_over(&mut self) {
        self.due = None;
    }

    /// When what is kept has to be handed over.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }
}

/// From the end of a wake-up to that of the next one, if the host is woken again and again.
const AGAIN: Duration = Duration::from_micros(100);
/// Bytes that are kept at most, about. Few enough to stay close to the processor.
const MUCH: usize = 16 << 10;
/// How long fewer are kept. Rare enough for the bell.
const PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_slept_hands_over_at_once() {
        let (mut pace, start) = paced();
        for number in 1..10 {
            assert!(ends(&mut pace, start + AGAIN * number, 1));
        }
    }

    #[test]
    fn whoever_is_woken_again_hands_over_what_is_much() {
        let (mut pace, start) = paced();
        assert!(!ends(&mut pace, start + QUICK, 1));
        assert!(!ends(&mut pace, start + QUICK * 2, MUCH - 1));
        assert!(ends(&mut pace, start + QUICK * 3, MUCH));
    }

    #[test]
    fn whoever_is_woken_again_and_again_hands_over_what_has_waited_for_long() {
        let (mut pace, start) = paced();
        let due = start + QUICK + PAUSE;
        let mut now = start;
        while now + QUICK < due {
            now += QUICK;
            assert!(!ends(&mut pace, now, 1));
            assert_eq!(pace.due(), Some(due));
        }
        assert!(ends(&mut pace, due, 1));
    }

    #[test]
    fn what_is_kept_goes_when_the_bell_rings_for_it() {
        let (mut pace, start) = paced();
        assert!(!ends(&mut pace, start + QUICK, 1));
        let due = pace.due().unwrap();
        assert!(ends(&mut pace, due, 1));
    }

    #[test]
    fn the_bell_need_not_ring_for_nothing() {
        let (mut pace, start) = paced();
        assert!(!ends(&mut pace, start + QUICK, 0));
        assert_eq!(pace.due(), None);
        assert!(!ends(&mut pace, start + PAUSE, 0));
        assert_eq!(pace.due(), None);
    }

    fn paced() -> (Pace, Instant) {
        let start = Instant::now();
        (Pace::new(start), start)
    }

    /// As a recorder does it.
    fn ends(pace: &mut Pace, now: Instant, kept: usize) -> bool {
        let handed_over = pace.wake_up_ends(now, kept);
        if handed_over {
            pace.hands_over();
            assert_eq!(pace.due(), None);
        }
        handed_over
    }

    const QUICK: Duration = Duration::from_micros(50);
}
