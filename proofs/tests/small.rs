//! The scenarios that take no time, checked completely: enough to tell most broken protocols from this one, and what the
//! search for mutants runs.

use std::collections::BTreeSet;

use proofs::check::{exhaust, pins};
use proofs::scenario::catalogue;
use proofs::system::System;

/// Unique states of the largest one.
const LARGEST: usize = 25_000;

#[test]
fn the_small_scenarios_are_as_pinned_and_keep_every_promise() {
    let pins = pins::all();
    let small =
        catalogue::every().into_iter().filter(|it| pins.get(it.name).is_some_and(|pin| *pin < LARGEST));
    let mut checked = 0;
    for scenario in small {
        let name = scenario.name;
        let outcome = exhaust(System::new(scenario), 1, |_| {}).expect("the checker does not panic");
        assert_eq!(outcome.broken, BTreeSet::new(), "{name}");
        assert!(outcome.missing.is_empty(), "{name}: never seen: {:?}", outcome.missing);
        assert_eq!(outcome.states, pins[name], "{name}");
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} scenarios are small");
}
