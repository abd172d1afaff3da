//! A counterexample of the checker on a stage: real programs, real sockets, and a network that does what the script says.
//!
//! 1. [`counterexample`]: the script, as `check` writes it.
//! 2. [`broken`], and `hosted` of the original: actors that break promises, for programs of this purpose only.
//! 3. `cast`, `player`: the programs. `relay`, `names`: the network between them, and what its packets are called.
//! 4. `play`: plays the script once. [`perform`]: as often as it takes.
//! 5. `eyes`: what whoever looks at the terminals sees of the broken promise. `program_notes`: all of it told.

pub mod broken;
mod cast;
pub mod counterexample;
mod eyes;
mod names;
mod play;
mod player;
mod program_notes;
mod relay;

use std::path::Path;
use std::time::Duration;

use anyhow::bail;

pub use cast::{ORIGINAL, VARIANT};
pub use counterexample::{Counterexample, Variant};
pub use play::Play;
pub use player::Entry;

use cast::Casting;
use eyes::{EYES, Eye};

/// How a counterexample went on a stage.
#[derive(Clone, Debug)]
pub struct Performance {
    /// What was played.
    pub script: Counterexample,
    /// By which protocol.
    pub variant: Variant,
    /// The last time that it was played.
    pub play: Play,
    /// What breaks the promise, as seen on the terminals; nothing if it was not seen.
    pub seen: Vec<String>,
}

/// Plays a counterexample by a program as a variant, until the broken promise is seen or there is no reason to hope for it.
///
/// # Errors
/// When it cannot be played: no scenario, variant or promise of this name, a promise whose breaking cannot be seen, or a
/// program that cannot be run.
pub fn perform(script: Counterexample, program: &Path, variant: Variant) -> anyhow::Result<Performance> {
    known_scenario(&script)?;
    let eye = eye(&script.promise)?;
    let faults = script.steps.iter().map(|step| play::unplayable(&step.event));
    if let Some(fault) = faults.into_iter().find(|fault| !fault.is_empty()) {
        bail!("this cannot be played: {fault}");
    }
    anyhow::ensure!(cfg!(target_os = "linux"), "a stage needs Linux: it watches the programs through /proc");
    let mut patience = FIRST_PATIENCE;
    loop {
        let casting = Casting::new(program.to_owned(), &variant, script.people.len())?;
        let play = play::play(&script, &casting, patience)?;
        let seen = seen(eye, &play);
        let hopeless =
            play.deviations.is_empty() || !play::is_in_a_hurry(&script) || patience >= LAST_PATIENCE;
        if !seen.is_empty() || hopeless {
            return Ok(Performance { script, variant, play, seen });
        }
        patience *= 2;
    }
}

/// What was seen while the script was played; else what is seen once everybody has left.
fn seen(eye: Eye, play: &Play) -> Vec<String> {
    let so_far = |entries: &[Entry]| -> Vec<Entry> {
        entries.iter().take_while(|entry| **entry != Entry::Finale).cloned().collect()
    };
    let so_far: Vec<_> =
        play.transcripts.iter().map(|(who, entries)| (who.clone(), so_far(entries))).collect();
    let seen = eye(&eyes::terminals(&so_far));
    if seen.is_empty() { eye(&eyes::terminals(&play.transcripts)) } else { seen }
}

fn known_scenario(script: &Counterexample) -> anyhow::Result<()> {
    match &script.variant {
        Variant::AsChecked => crate::command::check::find(&script.scenario).map(|_| ()),
        Variant::Broken(name) => {
            crate::sabotage::named(name)?;
            crate::command::check::find(&script.scenario).map(|_| ())
        }
        Variant::Original => {
            let names: Vec<&str> =
                crate::original::catalogue::all().iter().map(|case| case.scenario.name).collect();
            let known = names.contains(&script.scenario.as_str());
            let names = names.join(", ");
            anyhow::ensure!(
                known,
                "unknown scenario '{}' of the original; there are: {names}",
                script.scenario
            );
            Ok(())
        }
    }
}

fn eye(promise: &str) -> anyhow::Result<Eye> {
    if let Some((_, eye)) = EYES.iter().find(|(name, _)| *name == promise) {
        return Ok(*eye);
    }
    let names = EYES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    bail!("nobody at a terminal can see whether '{promise}' is broken; what can be seen: {names}")
}

/// How long programs that have to give up wait before each attempt, at first and at most.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
const LAST_PATIENCE: Duration = Duration::from_secs(16);
