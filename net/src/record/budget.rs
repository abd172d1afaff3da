//! How often a state is hashed as a whole.

use std::time::{Duration, Instant};

/// Time for hashing states. It gathers while there is nothing to do, so that in a chat every state is hashed; at full load it comes
/// back no faster than what hashing may cost, and nearly all records have to do with what has changed.
pub(super) struct Budget {
    left: Duration,
    /// From then on time is gathered: when the budget was last filled, or later if it was overdrawn.
    since: Instant,
}

impl Budget {
    /// A full one.
    pub(super) fn new(now: Instant) -> Budget {
        Budget { left: MOST, since: now }
    }

    /// Whether there is some left. Looks at what has gathered only when it is used up.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if self.left.is_zero() && now >= self.since {
            self.left = MOST.min(now.duration_since(self.since) / SHARE);
            self.since = now;
        }
        !self.left.is_zero()
    }

    /// Takes something away. What it is short of has to gather before anything else.
    pub(super) fn spend(&mut self, took: Duration) {
        let short = took.saturating_sub(self.left);
        self.left = self.left.saturating_sub(took);
        self.since += short * SHARE;
    }
}

/// Hashing takes one part in so many of the time, in the long run.
const SHARE: u32 = 1000;
/// What gathers at most: enough for some thousand states of a small server.
const MOST: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_little_to_do_hashes_every_state() {
        let (mut budget, start) = (Budget::new(Instant::now()), Instant::now());
        let of_a_chat = |number: u32| start + Duration::from_millis(20) * number;
        for number in 0..10_000 {
            assert!(budget.allows(of_a_chat(number)), "state {number}");
            budget.spend(Duration::from_micros(20));
        }
    }

    #[test]
    fn whoever_has_much_to_do_spends_no_more_than_a_share() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        let (mut now, mut spent) = (start, Duration::ZERO);
        while now < start + Duration::from_secs(60) {
            now += Duration::from_micros(3);
            if budget.allows(now) {
                let took = Duration::from_micros(50);
                budget.spend(took);
                spent += took;
            }
        }
        let most = MOST + Duration::from_secs(60) / SHARE;
        assert!((most / 2..=most + Duration::from_millis(1)).contains(&spent), "{spent:?}");
    }

    #[test]
    fn a_state_that_takes_more_than_there_is_is_paid_back() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        assert!(budget.allows(start));
        budget.spend(MOST + Duration::from_millis(1));
        let back = start + Duration::from_millis(1) * SHARE;
        assert!(!budget.allows(start));
        assert!(!budget.allows(back));
        assert!(budget.allows(back + Duration::from_millis(1)));
    }
}
