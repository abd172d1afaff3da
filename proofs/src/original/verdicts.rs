//! Which promises the original breaks, each with a shortest way to break it.

use model::Limits;
use stateright::{Checker, Model, Path, Property};

use super::catalogue::{Case, all};
use super::questions::Question;
use super::scenario::Scenario;
use super::world::World;
use crate::stage::counterexample::{Counterexample, Setting, Variant, wishes};
use crate::story::{Story, tell};

/// What came out of one case.
pub struct Verdict {
    /// What was asked.
    pub question: &'static Question,
    /// Where.
    pub scenario: Scenario,
    /// In how many steps it was expected to break, or nothing if it was expected to hold.
    pub expected: Option<usize>,
    /// In how many steps it breaks at least, or nothing if it holds in every reachable state.
    pub steps: Option<usize>,
    /// These steps, told.
    pub story: Option<Story>,
    /// The same as a file.
    pub counterexample: Option<Counterexample>,
    /// How many states were looked at; all there are, if it holds.
    pub states: usize,
}

impl Verdict {
    /// Whether the original breaks it.
    pub fn is_broken(&self) -> bool {
        self.steps.is_some()
    }

    /// Whether it came out as expected.
    pub fn is_expected(&self) -> bool {
        self.steps == self.expected
    }
}

/// The verdicts on all cases.
pub fn verdicts() -> Vec<Verdict> {
    all().into_iter().map(judge).collect()
}

/// The verdict on one case. A breadth-first search by one thread for one question finds a shortest counterexample.
pub fn judge(case: Case) -> Verdict {
    let Case { question, scenario, expected } = case;
    let world = World::new(scenario.clone(), Property::always(question.name, question.holds));
    let checker = world.checker().threads(1).spawn_bfs().join();
    let path = checker.discovery(question.name).map(Path::into_vec);
    let steps = path.as_ref().map(|path| path.len() - 1);
    let story = path.as_ref().map(|path| tell(&checker.model().plain.actors, path));
    let counterexample = story.as_ref().map(|story| {
        let actions = path.iter().flatten().filter_map(|(_, action)| action.as_ref());
        Counterexample::new(&setting(question, &scenario), story, &wishes(&scenario.people, actions))
    });
    let states = checker.unique_state_count();
    Verdict { question, scenario, expected, steps, story, counterexample, states }
}

fn setting<'a>(question: &'a Question, scenario: &'a Scenario) -> Setting<'a> {
    Setting {
        variant: Variant::Original,
        scenario: scenario.name,
        promise: question.name,
        limits: Limits { attempts: scenario.attempts, ..Limits::default() },
        people: &scenario.people,
        registered: scenario.registered,
        before: &scenario.setup,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties::PROMISES;

    #[test]
    fn the_original_breaks_what_it_is_known_to_break_in_so_many_steps() {
        for verdict in verdicts() {
            let Verdict { question, scenario, expected, story, .. } = &verdict;
            let story = story.as_ref().map(ToString::to_string).unwrap_or_default();
            let names = (question.name, scenario.name);
            assert!(verdict.is_expected(), "{names:?}: expected {expected:?}\n{story}");
        }
    }

    #[test]
    fn every_promise_but_those_about_strangers_is_asked_of_the_original() {
        // It says nothing of anybody who is not one of its clients, and its packets have no secrets.
        let strangers = ["left-alone", "own-word", "secrets-kept", "no-amplification"];
        for promise in PROMISES.iter().filter(|promise| !strangers.contains(&promise.name)) {
            assert!(
                all().iter().any(|case| case.question.name == promise.name),
                "{} has no case",
                promise.name
            );
        }
    }
}
