//! A bad network, for tests.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stateright::actor::Id;

/// What happens to the datagrams that a host sends. The same seed gives the same fate to the same datagrams.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Decides everything.
    pub seed: u64,
    /// How likely a datagram never arrives, from 0 to 1.
    pub loss: f64,
    /// How likely one that arrives does so twice.
    pub duplicate: f64,
    /// How likely one arrives after others that were sent later: up to 3 of them, or up to 10 ms.
    pub reorder: f64,
}

/// The network of one host.
pub(super) struct BadNetwork {
    faults: Faults,
    rng: StdRng,
    /// Sent, not yet arrived.
    delayed: Vec<Delayed>,
}

struct Delayed {
    to: Id,
    datagram: Vec<u8>,
    /// How many others it lets pass.
    behind: u8,
    /// When it arrives in any case.
    until: Instant,
}

impl BadNetwork {
    pub(super) fn new(faults: Faults) -> BadNetwork {
        BadNetwork { faults, rng: StdRng::seed_from_u64(faults.seed), delayed: Vec::new() }
    }

    /// What arrives when these are sent.
    pub(super) fn pass(&mut self, now: Instant, sent: Vec<(Id, Vec<u8>)>) -> Vec<(Id, Vec<u8>)> {
        let mut arrived = Vec::new();
        self.release(now, &mut arrived);
        for (to, datagram) in sent {
            if self.rng.random_bool(self.faults.loss) {
                continue;
            }
            if self.rng.random_bool(self.faults.duplicate) {
                self.pass_one(now, to, datagram.clone(), &mut arrived);
            }
            self.pass_one(now, to, datagram, &mut arrived);
        }
        arrived
    }

    /// When something delayed falls due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.delayed.iter().map(|delayed| delayed.until).min()
    }

    fn pass_one(&mut self, now: Instant, to: Id, datagram: Vec<u8>, arrived: &mut Vec<(Id, Vec<u8>)>) {
        if self.rng.random_bool(self.faults.reorder) {
            let behind = self.rng.random_range(1..=3);
            let until = now + Duration::from_millis(self.rng.random_range(1..=10));
            self.delayed.push(Delayed { to, datagram, behind, until });
        } else {
            arrived.push((to, datagram));
            for delayed in &mut self.delayed {
                delayed.behind = delayed.behind.saturating_sub(1);
            }
            self.release(now, arrived);
        }
    }

    fn release(&mut self, now: Instant, arrived: &mut Vec<(Id, Vec<u8>)>) {
        let due = |delayed: &mut Delayed| delayed.behind == 0 || delayed.until <= now;
        for delayed in self.delayed.extract_if(.., due) {
            arrived.push((delayed.to, delayed.datagram));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_fate() {
        let faults = Faults { seed: 5, loss: 0.2, duplicate: 0.2, reorder: 0.3 };
        let now = Instant::now();
        assert_eq!(fate(faults, now), fate(faults, now));
        assert_ne!(fate(faults, now), fate(Faults { seed: 6, ..faults }, now));
    }

    #[test]
    fn each_fault_happens_as_often_as_asked() {
        let none = Faults { seed: 1, loss: 0.0, duplicate: 0.0, reorder: 0.0 };
        let now = Instant::now();
        let sent: Vec<u8> = (0..200).collect();
        assert_eq!(fate(none, now), sent);
        let lossy = fate(Faults { loss: 0.5, ..none }, now).len();
        assert!((60..140).contains(&lossy), "{lossy}");
        let doubled = fate(Faults { duplicate: 0.5, ..none }, now).len();
        assert!((260..340).contains(&doubled), "{doubled}");
        let mut shuffled = fate(Faults { reorder: 0.5, ..none }, now);
        assert_ne!(shuffled, sent);
        shuffled.sort_unstable();
        assert_eq!(shuffled, sent);
    }

    #[test]
    fn nothing_is_delayed_for_ever() {
        let mut network = BadNetwork::new(Faults { seed: 1, loss: 0.0, duplicate: 0.0, reorder: 1.0 });
        let now = Instant::now();
        assert_eq!(network.pass(now, vec![(Id::from(1), vec![7])]), []);
        let until = network.next().unwrap();
        assert!(until <= now + Duration::from_millis(10));
        assert_eq!(network.pass(until, Vec::new()), [(Id::from(1), vec![7])]);
        assert_eq!(network.next(), None);
    }

    /// What becomes of 200 datagrams.
    fn fate(faults: Faults, now: Instant) -> Vec<u8> {
        let mut network = BadNetwork::new(faults);
        let mut arrived = Vec::new();
        for number in 0..200 {
            arrived.extend(network.pass(now, vec![(Id::from(1), vec![number])]));
        }
        arrived.extend(network.pass(now + Duration::from_secs(1), Vec::new()));
        arrived.into_iter().map(|(_, datagram)| datagram[0]).collect()
    }
}
