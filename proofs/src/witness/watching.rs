//! Which situations a check has seen.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{ALL, Witness};
use crate::scenario::Scenario;
use crate::system::{Action, State};

/// The situations that a scenario has to show, and which it has shown.
pub struct Witnesses {
    wanted: Vec<&'static Witness>,
    seen: Vec<AtomicUsize>,
    missing: AtomicUsize,
}

impl Witnesses {
    /// Those that the scenario names.
    ///
    /// # Panics
    /// If it names one that does not exist.
    pub fn new(scenario: &Scenario) -> Witnesses {
        let find = |name: &&str| ALL.iter().find(|witness| witness.name == *name);
        let wanted: Vec<_> =
            scenario.witnesses.iter().map(|name| find(name).expect("witnesses are listed")).collect();
        let seen = wanted.iter().map(|_| AtomicUsize::new(0)).collect();
        Witnesses { missing: AtomicUsize::new(wanted.len()), wanted, seen }
    }

    /// Whether there is anything left to be seen.
    pub fn wanted(&self) -> bool {
        self.missing.load(Ordering::Relaxed) > 0
    }

    /// Looks at a step.
    pub fn watch(&self, last: &State, action: &Action, next: &State) {
        for (witness, seen) in self.wanted.iter().zip(&self.seen) {
            if seen.load(Ordering::Relaxed) == 0
                && (witness.seen)(last, action, next)
                && seen.swap(1, Ordering::Relaxed) == 0
            {
                self.missing.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }

    /// Each with whether it was seen.
    pub fn outcome(&self) -> impl Iterator<Item = (&'static Witness, bool)> {
        self.wanted.iter().zip(&self.seen).map(|(witness, seen)| (*witness, seen.load(Ordering::Relaxed) > 0))
    }
}
