//! What `proofs check` shows: progress while it runs, then one table, then the promises.

use std::io::{IsTerminal, Write};

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::check::{Outcome, Progress};
use crate::properties::{PROMISES, Promise};

/// A line of the table.
pub type Row = [String; 7];

/// Tells how far a scenario is: a moving line on a terminal, else one plain line at the end.
pub struct Bar {
    name: &'static str,
    json: bool,
    line: ProgressBar,
}

impl Bar {
    /// Nothing explored yet.
    pub fn new(name: &'static str, json: bool) -> Bar {
        let line = if json || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            let template = "{spinner} {prefix:<18} {msg}";
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
            ProgressBar::new_spinner().with_style(style).with_prefix(name)
        };
        Bar { name, json, line }
    }

    /// This many states so far.
    pub fn show(&self, progress: Progress) {
        let millis = u64::try_from(progress.time.as_millis()).unwrap_or(u64::MAX).max(1);
        let states = progress.states as u64;
        self.line.set_message(format!(
            "{} states, {} a second",
            HumanCount(states),
            HumanCount(states * 1000 / millis)
        ));
        self.line.tick();
    }

    /// Done.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn finish(self, outcome: &Outcome, out: &mut impl Write) -> std::io::Result<()> {
        self.line.finish_and_clear();
        if self.json {
            writeln!(out, "{}", as_json(outcome))?;
        } else if self.line.is_hidden() {
            let states = HumanCount(outcome.states as u64);
            writeln!(out, "{}: {states} states in {:.1} s", self.name, outcome.time.as_secs_f64())?;
        }
        out.flush()
    }
}

/// What came out of everything.
///
/// # Errors
/// When the output is closed.
pub fn result(
    outcomes: &[Outcome],
    faults: &[String],
    json: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    if json {
        return writeln!(out, "{}", json!({"faults": faults}));
    }
    writeln!(out, "\n{}\n\n{}", table(outcomes.iter().map(row)), promises(outcomes))?;
    faults.iter().try_for_each(|fault| writeln!(out, "FAULT: {fault}"))
}

/// What is known when the person interrupts.
#[derive(Default)]
pub struct Known {
    complete: Vec<Row>,
    under_way: Option<(&'static str, usize)>,
}

impl Known {
    /// A scenario has so many states so far, and no promise was found broken in them.
    pub fn under_way(&mut self, scenario: &'static str, states: usize) {
        self.under_way = Some((scenario, states));
    }

    /// A scenario is complete.
    pub fn complete(&mut self, row: Row) {
        self.complete.push(row);
        self.under_way = None;
    }

    /// Tells it.
    pub fn tell(&self, json: bool) {
        if json {
            let complete: Vec<_> = self.complete.iter().map(|row| &row[0]).collect();
            println!("{}", json!({"interrupted": true, "complete": complete, "under_way": self.under_way}));
            return;
        }
        println!("\nInterrupted. Complete so far:\n\n{}", table(self.complete.iter().cloned()));
        if let Some((scenario, states)) = self.under_way {
            println!("\n{scenario}: {} states so far, no promise broken in them", HumanCount(states as u64));
        }
    }
}

/// An outcome as a line of the table.
pub fn row(outcome: &Outcome) -> Row {
    let witnesses = outcome.seen.len() + outcome.missing.len();
    let promises = if outcome.broken.is_empty() {
        format!("{0} of {0}", outcome.promises.len())
    } else {
        format!("BROKEN: {}", outcome.broken.iter().copied().collect::<Vec<_>>().join(", "))
    };
    [
        outcome.scenario.name.into(),
        HumanCount(outcome.states as u64).to_string(),
        outcome.depth.to_string(),
        format!("{:.1}", outcome.time.as_secs_f64()),
        outcome.bytes.map_or_else(|| "-".into(), |bytes| bytes.to_string()),
        promises,
        format!("{} of {witnesses}", outcome.seen.len()),
    ]
}

fn table(rows: impl IntoIterator<Item = Row>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "scenario",
        "unique states",
        "depth",
        "seconds",
        "bytes a state",
        "promises",
        "witnesses",
    ]);
    table.add_rows(rows);
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A promise that is not broken holds only if everything was explored; after a broken one nobody looked any further.
fn promises(outcomes: &[Outcome]) -> String {
    let complete = outcomes.iter().all(|outcome| outcome.broken.is_empty());
    let line = |promise: &Promise| {
        let checked = outcomes.iter().any(|outcome| outcome.promises.contains(&promise.name));
        let broken = outcomes.iter().any(|outcome| outcome.broken.contains(promise.name));
        let verdict = match (broken, complete && checked) {
            (true, _) => "BROKEN",
            (false, true) => "holds",
            (false, false) => "open",
        };
        format!("{verdict:<6} {:<21} {}\n", promise.name, promise.about)
    };
    PROMISES.iter().map(line).collect()
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    json!({
        "scenario": outcome.scenario.name,
        "states": outcome.states,
        "depth": outcome.depth,
        "seconds": outcome.time.as_secs_f64(),
        "bytes_a_state": outcome.bytes,
        "broken": outcome.broken,
        "seen": outcome.seen,
        "missing": outcome.missing,
    })
}
