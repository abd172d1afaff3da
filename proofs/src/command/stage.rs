//! `proofs stage`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::Verdict;
use crate::stage::{self, Counterexample, Entry, Performance, Variant};

/// Play a counterexample with real programs: over sockets, through a network that loses, repeats and delays what it is told to.
#[derive(Debug, Args)]
pub struct Stage {
    /// What `proofs check` wrote when a promise was broken
    counterexample: PathBuf,
    /// Let the chat play as it was checked, and not the protocol that broke the promise
    #[arg(long)]
    as_checked: bool,
    /// Program that plays [default: `chat`, or `broken-chat` for what is broken, from where this program is]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

impl Stage {
    /// Plays it.
    ///
    /// # Errors
    /// When it cannot be played, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let script = Counterexample::read(&self.counterexample)?;
        let variant = if self.as_checked { Variant::AsChecked } else { script.variant.clone() };
        let program = self.program.clone().map_or_else(|| beside(&variant), Ok)?;
        let performance = stage::perform(script, &program, variant)?;
        if self.json {
            writeln!(out, "{}", as_json(&performance))?;
        } else {
            write!(out, "{performance}")?;
        }
        Ok(if performance.seen.is_empty() { Verdict::NotSeen } else { Verdict::Seen })
    }
}

/// The program for a variant, from where this one is.
fn beside(variant: &Variant) -> anyhow::Result<PathBuf> {
    let (name, package) = match variant {
        Variant::AsChecked => ("chat", "cli"),
        Variant::Broken(_) | Variant::Original => ("broken-chat", "proofs"),
    };
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let program = own.with_file_name(name);
    let missing = || format!("no {} to play: build it with `cargo build -p {package}`", program.display());
    anyhow::ensure!(program.exists(), missing());
    Ok(program)
}

fn as_json(performance: &Performance) -> serde_json::Value {
    let lines = |entries: &[Entry]| -> Vec<serde_json::Value> {
        let line = |entry: &Entry| match entry {
            Entry::Typed(line) => json!({"typed": line}),
            Entry::Read(line) => json!({"read": line}),
            Entry::Noted(note) => json!({"noted": note}),
            Entry::Finale => json!({"noted": "finale"}),
        };
        entries.iter().map(line).collect()
    };
    let terminals = performance.play.transcripts.iter();
    let terminals: Vec<_> =
        terminals.map(|(who, entries)| json!({"who": who, "lines": lines(entries)})).collect();
    json!({
        "promise": performance.script.promise,
        "scenario": performance.script.scenario,
        "variant": performance.variant,
        "seen": performance.seen,
        "deviations": performance.play.deviations,
        "terminals": terminals,
    })
}
