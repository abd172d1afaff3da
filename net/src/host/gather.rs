//! Datagrams that are looked at together.
//!
//! After a burst of datagrams a burst of answers follows. Between two system calls an actor runs with cold caches, and takes several
//! times as long as for an input that follows another one at once. So after a burst the host sends itself a ring, which
//! arrives behind the answers that are there by then, and looks at none of them before it has heard that.

use std::time::{Duration, Instant};

use stateright::actor::Id;

use super::frame::Frame;

/// Datagrams that have come in and were not looked at yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Gather {
    waiting: Vec<(Id, Frame)>,
    /// Until when datagrams wait for a ring that is under way.
    until: Option<Instant>,
}

impl Gather {
    /// A ring is under way, behind everything that has come in by now.
    pub(super) fn open(&mut self, now: Instant) {
        self.until = Some(now + PATIENCE);
    }

    /// Takes a datagram, and gives back all that are to be looked at now, if any. In a hurry, that is all that are there.
    pub(super) fn take(&mut self, source: Id, frame: Frame, hurry: bool) -> Option<Vec<(Id, Frame)>> {
        let wait = self.waits(&frame) && !hurry;
        self.waiting.push((source, frame));
        if wait {
            return None;
        }
        self.until = None;
        Some(std::mem::take(&mut self.waiting))
    }

    /// Takes back what [`Gather::take`] gave, to use its memory once more.
    pub(super) fn reuse(&mut self, mut looked_at: Vec<(Id, Frame)>) {
        looked_at.clear();
        self.waiting = looked_at;
    }

    /// A lost ring must not be waited for. It is lost only in a full buffer, so that the next datagrams are not far; should they be, then
    /// those that wait here come as late as if they had been lost. The clock is looked at ever more rarely, since that takes longer
    /// than all else here: a lost ring is noticed before twice as many wait.
    fn waits(&self, frame: &Frame) -> bool {
        let Some(until) = self.until else { return false };
        let with_this = self.waiting.len() + 1;
        !frame.is_doorbell() && with_this < MOST && (!with_this.is_power_of_two() || Instant::now() < until)
    }
}

/// So many datagrams at once are a burst: what it saves is more than what the ring costs.
pub(super) const BURST: usize = 16;
/// Datagrams that wait. Fewer than find room in the socket's buffer, so that a ring which found none is not missed.
const MOST: usize = 128;
/// How long a ring may be under way: much longer than it takes, and too short for anybody to notice.
const PATIENCE: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_burst_nothing_waits() {
        let mut gather = Gather::default();
        assert_eq!(taken(&mut gather, 1, false), Some(vec![1]));
        assert_eq!(taken(&mut gather, 2, false), Some(vec![2]));
    }

    #[test]
    fn after_a_burst_everything_waits_for_the_ring_in_order() {
        let mut gather = open(LONG);
        for number in 1..=5 {
            assert_eq!(taken(&mut gather, number, false), None);
        }
        assert_eq!(taken(&mut gather, RING, false), Some(vec![1, 2, 3, 4, 5, RING]));
        assert_eq!(taken(&mut gather, 6, false), Some(vec![6]));
    }

    #[test]
    fn whoever_knocks_does_not_wait() {
        let mut gather = open(LONG);
        assert_eq!(taken(&mut gather, 1, false), None);
        assert_eq!(taken(&mut gather, 2, true), Some(vec![1, 2]));
        assert_eq!(taken(&mut gather, 3, false), Some(vec![3]));
    }

    #[test]
    fn a_ring_that_got_lost_is_waited_for_no_longer_than_its_time() {
        let mut gather = open(Duration::ZERO);
        assert_eq!(taken(&mut gather, 1, false), Some(vec![1]));
    }

    #[test]
    fn what_waits_has_a_bound() {
        let mut gather = open(LONG);
        for number in 1..MOST {
            assert_eq!(taken(&mut gather, number, false), None);
        }
        assert_eq!(taken(&mut gather, MOST, false).map(|taken| taken.len()), Some(MOST));
    }

    /// Waits for a ring for so long.
    fn open(patience: Duration) -> Gather {
        Gather { until: Some(Instant::now() + patience), ..Gather::default() }
    }

    /// Takes the datagram of this number, and tells which ones are to be looked at.
    fn taken(gather: &mut Gather, number: usize, hurry: bool) -> Option<Vec<usize>> {
        let frame = if number == RING { Frame::doorbell() } else { Frame::new(vec![1]) };
        let taken = gather.take(Id::from(number), frame, hurry)?;
        let numbers = taken.iter().map(|(source, _)| usize::from(*source)).collect();
        gather.reuse(taken);
        Some(numbers)
    }

    const RING: usize = 0;
    const LONG: Duration = Duration::from_secs(3600);
}
