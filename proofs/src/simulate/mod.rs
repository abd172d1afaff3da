//! Random walks through systems too big to exhaust. Every promise is checked after every step.
//!
//! [`walk()`] takes one walk. The seed and the number of a walk decide every step of it, so both together are a complete
//! account of what went wrong. [`dice`] says how likely what is.

pub mod dice;
pub mod walk;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::system::System;
use walk::{Walk, walk};

/// Which walks to take.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Decides all walks.
    pub seed: u64,
    /// The number of the first walk.
    pub first: u64,
    /// How many walks to take at most.
    pub walks: u64,
    /// After this time no further walk is begun.
    pub time: Duration,
    /// How many steps a walk takes at most.
    pub steps: usize,
}

/// What is known after some walks.
#[derive(Default)]
pub struct Known {
    /// Walks that were walked to their end.
    pub walks: u64,
    /// Steps altogether.
    pub steps: usize,
    /// How often it was checked that everything settles.
    pub settlings: usize,
    /// In how many walks each witness was seen.
    pub seen: BTreeMap<&'static str, u64>,
    /// The walk that broke something, and its number.
    pub broken: Option<(u64, Walk)>,
    /// Whether somebody interrupted.
    pub interrupted: bool,
}

/// Takes walks until one breaks something, or until there have been enough. `make` makes a system for each walk, so that no
/// walk knows anything of the others.
pub fn simulate(
    make: impl Fn() -> System,
    plan: Plan,
    interrupt: &AtomicBool,
    mut tell: impl FnMut(&Known),
) -> Known {
    let started = Instant::now();
    let mut known = Known::default();
    for number in plan.first..plan.first.saturating_add(plan.walks) {
        if number > plan.first && started.elapsed() >= plan.time {
            break;
        }
        let taken = walk(&make(), plan.seed, number, plan.steps, interrupt);
        known.steps += taken.steps.len();
        known.settlings += taken.settlings;
        for witness in &taken.seen {
            *known.seen.entry(witness).or_default() += 1;
        }
        if taken.fault.is_some() {
            known.broken = Some((number, taken));
            break;
        }
        if interrupt.load(Ordering::Relaxed) {
            known.interrupted = true;
            break;
        }
        known.walks += 1;
        tell(&known);
    }
    known
}
