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
    /// The steps taken. If something broke, the last one broke it.
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
        let taken = catch(|| next(system, &mut dice, &state));
        let Some((action, next)) = walk.unless_panicked(taken).flatten() else { break };
        walk.watch(&state, &action, &next);
        walk.steps.push(action);
        state = next;
        walk.check(system, &state, walk.steps.len().is_multiple_of(SETTLE_EVERY));
        if walk.fault.is_some() {
            return walk;
        }
    }
    if walk.fault.is_none() {
        walk.check(system, &state, true);
    }
    walk
}

/// A step that leads somewhere. What leads nowhere is tried and forgotten.
fn next(system: &System, dice: &mut Dice, last: &State) -> Option<(Action, State)> {
    let mut actions = Vec::new();
    system.actions(last, &mut actions);
    // They come in an order that no seed decides.
    actions.sort_unstable();
    while let Some(action) = dice.take(system, &mut actions) {
        if let Some(next) =
            system.next_state(last, action.clone()).filter(|next| system.within_boundary(next))
        {
            return Some((action, next));
        }
    }
    None
}

impl Walk {
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
        if let Some(promise) = self.unless_panicked(broken).flatten() {
            self.fault = Some(Fault::Promise(promise));
        }
    }

    fn unless_panicked<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|said| self.fault = Some(Fault::Panic(said))).ok()
    }
}

fn catch<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "nothing".into())
    })
}
