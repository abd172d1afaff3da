//! Several scenarios side by side, each by one thread. Two threads in one scenario wait for each other a third of the time.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Outcome, Progress, exhaust, pins};
use crate::scenario::Scenario;
use crate::system::System;

/// What is told of a scenario while all of them are checked.
pub enum Told {
    /// How far it is.
    Progress(&'static str, Progress),
    /// What came of it, or why the checker panicked.
    Done(Box<anyhow::Result<Outcome>>),
}

/// Checks these with so many threads in all; one alone gets them all. Whoever does not want to hear more drops the receiver: then
/// no other scenario is begun.
pub fn side_by_side(systems: Vec<System>, threads: usize) -> Receiver<Told> {
    let alone = systems.len() == 1;
    let (workers, each) = if alone { (1, threads) } else { (threads, 1) };
    let waiting = Arc::new(Mutex::new(longest_first(systems)));
    let (tell, told) = channel();
    for _ in 0..workers {
        let (waiting, tell) = (Arc::clone(&waiting), tell.clone());
        thread::spawn(move || work(&waiting, &tell, each, alone));
    }
    told
}

fn work(waiting: &Mutex<VecDeque<System>>, tell: &Sender<Told>, threads: usize, alone: bool) {
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    while let Some(system) = next() {
        let name = system.scenario.name;
        let mut outcome = exhaust(system, threads, |progress| {
            // Nobody may want to know any more; the next one will not be begun.
            let _ = tell.send(Told::Progress(name, progress));
        });
        if let Ok(outcome) = outcome.as_mut().map_err(|_| ()) {
            // The memory is that of the whole process.
            outcome.bytes = outcome.bytes.filter(|_| alone);
        }
        if tell.send(Told::Done(Box::new(outcome))).is_err() {
            return;
        }
    }
}

/// So that no long one is left to the end, when nobody works beside it.
fn longest_first(mut systems: Vec<System>) -> VecDeque<System> {
    let pins = pins::all();
    systems.sort_by_key(|system| std::cmp::Reverse(weight(&system.scenario, pins.get(system.scenario.name))));
    systems.into()
}

/// How long it may take. An intruder has hundreds of things to say in each state.
fn weight(scenario: &Scenario, pin: Option<&usize>) -> usize {
    let each = if scenario.intruder.is_some() { 10 } else { 1 };
    pin.map_or(usize::MAX, |states| states.saturating_mul(each))
}
