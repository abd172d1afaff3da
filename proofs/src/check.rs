//! Exhausts a scenario.

use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model};

use crate::scenario::Scenario;
use crate::system::{Action, System};

/// What came out of checking a scenario.
pub struct Outcome {
    /// Unique states.
    pub states: usize,
    /// Longest path.
    pub depth: usize,
    /// How long it took.
    pub time: Duration,
    /// The promises that were broken, each with the steps that led there.
    pub broken: Vec<(&'static str, Vec<Action>)>,
    /// The witnesses that were not seen.
    pub missing: Vec<&'static str>,
}

/// Explores every reachable state.
pub fn exhaust(scenario: Scenario, threads: usize) -> Outcome {
    let started = Instant::now();
    let checker = System::new(scenario)
        .checker()
        .threads(threads)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_dfs()
        .join();
    let broken = checker.discoveries().into_iter().map(|(name, path)| (name, path.into_actions())).collect();
    let missing = checker
        .model()
        .witnesses
        .outcome()
        .filter(|(_, seen)| !seen)
        .map(|(witness, _)| witness.name)
        .collect();
    Outcome {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        time: started.elapsed(),
        broken,
        missing,
    }
}
