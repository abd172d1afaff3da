//! Random walks: the same seed takes the same steps, and what is broken is found.

use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use proofs::command::simulate::find;
use proofs::sabotage;
use proofs::scenario::crowds;
use proofs::simulate::walk::{Fault, walk};
use proofs::simulate::{Plan, simulate};
use proofs::system::System;
use stateright::Property;

const PLAN: Plan = Plan { seed: 7, first: 1, walks: 4, time: Duration::MAX, steps: 300 };

#[test]
fn every_promise_holds_on_a_few_hundred_steps_through_each_crowd() {
    for scenario in crowds::every() {
        let known = simulate(|| System::new(scenario.clone()), PLAN, &AtomicBool::new(false), |_| {});
        let fault = known.broken.and_then(|(number, walk)| Some((number, walk.fault?)));
        assert_eq!(fault, None, "{}", scenario.name);
        assert!(known.steps > 400, "{}: {} steps", scenario.name, known.steps);
    }
}

#[test]
fn the_same_seed_takes_the_same_steps_whatever_was_walked_before() {
    let system = || System::new(find("crowd").expect("it exists"));
    let never = AtomicBool::new(false);
    let (alone, other) = (walk(&system(), 7, 3, 300, &never), walk(&system(), 8, 3, 300, &never));
    let again = walk(&system(), 7, 3, 300, &never);
    assert!(!alone.steps.is_empty() && alone.steps == again.steps);
    assert!(alone.steps != other.steps, "another seed takes other steps");
}

#[test]
fn a_sabotage_is_found_and_found_again_at_the_same_step() {
    let sabotage = sabotage::find("posts-without-timer").expect("it exists").apply;
    let make = || System { sabotage: Some(sabotage), ..System::new(find("readers").expect("it exists")) };
    let never = AtomicBool::new(false);
    let (number, found) = simulate(make, PLAN, &never, |_| {}).broken.expect("it is found");
    assert_eq!(found.fault, Some(Fault::Promise("unresponsive-removed")));
    let again = simulate(make, Plan { first: number, walks: 1, ..PLAN }, &never, |_| {});
    assert!(again.broken.is_some_and(|(_, walk)| walk.steps == found.steps && walk.fault == found.fault));
}

#[test]
fn a_panic_is_a_fault_with_its_steps() {
    let panics = Property::always("panics", |_: &System, state| {
        assert!(proofs::system::server(state).groups.is_empty(), "there is a group");
        true
    });
    let mut system = System::new(find("crowd").expect("it exists"));
    system.promises.push(panics);
    let walk = walk(&system, 7, 1, 1000, &AtomicBool::new(false));
    assert_eq!(walk.fault, Some(Fault::Panic("there is a group".into())));
    assert!(!walk.steps.is_empty());
}

#[test]
fn the_command_tells_the_steps_of_a_failure_and_how_to_see_them_again() {
    let run = |options: &str| {
        let program = Command::new(env!("CARGO_BIN_EXE_proofs")).args(options.split(' ')).output();
        let output = program.expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("it speaks UTF-8"))
    };
    let (code, said) = run("simulate readers --seed 7 --walks 9 --sabotage posts-without-timer");
    assert_eq!(code, Some(1), "{said}");
    let (_, again) = said.split_once("Again: proofs ").expect("it says how to see them again");
    let (code, said_again) = run(again.trim());
    let steps =
        |said: &str| said.split_once("BROKEN: unresponsive-removed").map(|(_, steps)| steps.to_owned());
    assert_eq!(code, Some(1), "{said_again}");
    assert_eq!(steps(&said), steps(&said_again));
    assert!(steps(&said).is_some_and(|steps| steps.contains("1. ")), "{said}");
}
