//! One walk.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use stateright::{Model, Property};

use super::dice::Dice;
use crate::system::{Action, State, System};
use crate::witness;

/// Steps between two checks that everything settles, which costs as much as many steps.
const SETTLE_EVERY: usize = 64;

/// What was walked.
pub struct Walk {
    /// The steps taken. If something broke, the last one broke it; if an actor panicked, it did so in the last one.
    pub steps: Vec<Action>,
    /// Witnesses seen.
    pub seen: BTreeSet<&'static str>,
    /// How often it was checked that everything settles.
    pub settlings: usize,
    /// What broke.
    pub fault: Option<Fault>,
}

/// What broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This promise.
    Promise(&'static str),
    /// An actor or a promise panicked, and said this.
    Panic(String),
}

/// Takes a walk of so many steps, or until nothing is left to do, something breaks, or somebody interrupts.
pub fn walk(system: &System, seed: u64, number: u64, steps: usize, interrupt: &AtomicBool) -> Walk {
    let mut walk = Walk { steps: Vec::new(), seen: BTreeSet::new(), settlings: 0, fault: None };
    let Some(mut state) = system.init_states().pop() else { return walk };
    let mut dice = Dice::new(seed, number);
    while walk.steps.len() < steps && !interrupt.load(Ordering::Relaxed) {
        let Some(next) = walk.step(system, &mut dice, &state) else { break };
        state = next;
        walk.check(system, &state, walk.steps.len().is_multiple_of(SETTLE_EVERY));
        if walk.fault.is_some() {
            break;
        }
    }
    if walk.fault.is_none() {
        walk.check(system, &state, true);
    }
    walk
}

impl Walk {
    /// Takes a step that leads somewhere. What leads nowhere is tried and forgotten.
    fn step(&mut self, system: &System, dice: &mut Dice, last: &State) -> Option<State> {
        let mut actions = Vec::new();
        system.actions(last, &mut actions);
        // They come in an order that no seed decides.
        actions.sort_unstable();
        while let Some(action) = dice.take(system, &mut actions) {
            match catch(|| system.next_state(last, action.clone())) {
                Ok(Some(next)) if system.within_boundary(&next) => {
                    self.watch(last, &action, &next);
                    self.steps.push(action);
                    return Some(next);
                }
                Ok(_) => {}
                Err(said) => {
                    self.steps.push(action);
                    self.fault = Some(Fault::Panic(said));
                    return None;
                }
            }
        }
        None
    }

    fn watch(&mut self, last: &State, action: &Action, next: &State) {
        for witness in witness::ALL {
            if !self.seen.contains(witness.name) && witness.shows(last, action, next) {
                self.seen.insert(witness.name);
            }
        }
    }

    fn check(&mut self, system: &System, state: &State, also_settles: bool) {
        let asked = |promise: &&Property<System>| promise.name != "settles" || also_settles;
        self.settlings += usize::from(also_settles);
        let broken = catch(|| {
            let mut asked = system.promises.iter().filter(asked);
            asked.find(|promise| !(promise.condition)(system, state)).map(|promise| promise.name)
        });
        self.fault = match broken {
            Ok(None) => None,
            Ok(Some(promise)) => Some(Fault::Promise(promise)),
            Err(said) => Some(Fault::Panic(said)),
        };
    }
}

fn catch<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "nothing".into())
    })
}
