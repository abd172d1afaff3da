//! The number of unique states of each scenario, pinned. A change means that the protocol or the scenario behaves otherwise
//! than before: it wants a new pin, and a reason in the commit that brings it.

use std::collections::BTreeMap;

const PINS: &str = include_str!("../../pins.txt");

/// Where the pins stand, from the root of the repository.
pub const FILE: &str = "proofs/pins.txt";

/// All pins by scenario.
pub fn all() -> BTreeMap<&'static str, usize> {
    let line = |line: &'static str| {
        let (name, states) = line.split_once(' ')?;
        Some((name, states.trim().parse().ok()?))
    };
    PINS.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

/// The pins as text, with some replaced.
pub fn with(new: &BTreeMap<&'static str, usize>) -> String {
    let mut pins = all();
    pins.extend(new);
    let head = PINS.lines().filter(|line| line.starts_with('#')).map(ToString::to_string);
    let lines = pins.iter().map(|(name, states)| format!("{name} {states}"));
    head.chain(lines).collect::<Vec<_>>().join("\n") + "\n"
}
