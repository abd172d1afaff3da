//! Which promises the original breaks, each with a shortest way to break it.

use stateright::{Checker, Model, Property};

use super::catalogue::{Case, all};
use super::questions::Question;
use super::scenario::Scenario;
use super::world::{Action, World};

/// What came out of one case.
pub struct Verdict {
    /// What was asked.
    pub question: &'static Question,
    /// Where.
    pub scenario: Scenario,
    /// In how many steps it was expected to break, or nothing if it was expected to hold.
    pub expected: Option<usize>,
    /// A shortest way to break it, or nothing if it holds in every reachable state.
    pub steps: Option<Vec<Action>>,
    /// How many states were looked at.
    pub states: usize,
}

impl Verdict {
    /// Whether it came out as expected.
    pub fn is_expected(&self) -> bool {
        self.steps.as_ref().map(Vec::len) == self.expected
    }
}

/// The verdicts on all cases.
pub fn verdicts() -> Vec<Verdict> {
    all().into_iter().map(judge).collect()
}

/// The verdict on one case. A breadth-first search by one thread for one question finds a shortest counterexample.
pub fn judge(case: Case) -> Verdict {
    let Case { question, scenario, expected } = case;
    let checker = world(question, scenario.clone()).checker().threads(1).spawn_bfs().join();
    let steps = checker.discoveries().remove(question.name).map(stateright::Path::into_actions);
    Verdict { question, scenario, expected, steps, states: checker.unique_state_count() }
}

/// The world in which a question is asked.
pub(super) fn world(question: &'static Question, scenario: Scenario) -> World {
    World::new(scenario, Property::always(question.name, question.holds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties::PROMISES;

    #[test]
    fn the_original_breaks_what_it_is_known_to_break_in_so_many_steps() {
        let surprises: Vec<_> = verdicts()
            .into_iter()
            .filter(|verdict| !verdict.is_expected())
            .map(|verdict| (verdict.scenario.name, verdict.question.name, verdict.expected, verdict.steps))
            .collect();
        assert!(surprises.is_empty(), "{surprises:#?}");
    }

    #[test]
    fn every_promise_is_asked_of_the_original() {
        for promise in PROMISES {
            assert!(
                all().iter().any(|case| case.question.name == promise.name),
                "{} has no case",
                promise.name
            );
        }
    }
}
