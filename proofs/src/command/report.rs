//! What `proofs check` shows: progress while it runs, then one table, then the promises.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::json;

use crate::check::Outcome;
use crate::properties::{PROMISES, Promise};

/// In the table, of what was not measured.
const UNKNOWN: &str = "-";

/// A line of the table.
pub type Row = [String; 7];

/// Tells how far the check is: a bar on a terminal, else one plain line for each scenario.
pub struct Bar {
    json: bool,
    line: ProgressBar,
}

impl Bar {
    /// Nothing explored yet, of so many states if that is known.
    pub fn new(states: Option<usize>, json: bool) -> Bar {
        if json || !std::io::stderr().is_terminal() {
            return Bar { json, line: ProgressBar::hidden() };
        }
        let (line, template) = match states {
            Some(states) => (
                ProgressBar::new(states as u64),
                "{bar:30} {human_pos} of {human_len} states, {per_sec}, {eta} left  {wide_msg}",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {human_pos} states, {per_sec}  {wide_msg}"),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Bar { json, line: line.with_style(style) }
    }

    /// So far.
    pub fn show(&self, known: &Known) {
        self.line.set_position(known.states() as u64);
        let names: Vec<_> = known.under_way.keys().copied().collect();
        self.line.set_message(names.join(", "));
    }

    /// A scenario is complete.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn tell(&self, outcome: &Outcome, out: &mut impl Write) -> std::io::Result<()> {
        if self.json {
            writeln!(out, "{}", as_json(outcome))?;
        } else if self.line.is_hidden() {
            let states = HumanCount(outcome.states as u64);
            let (name, seconds) = (outcome.scenario.name, outcome.time.as_secs_f64());
            writeln!(out, "{name}: {states} states in {seconds:.1} s")?;
        }
        out.flush()
    }

    /// Nothing more is shown.
    pub fn finish(&self) {
        self.line.finish_and_clear();
    }
}

/// What came out of everything.
///
/// # Errors
/// When the output is closed.
pub fn result(
    outcomes: &[Outcome],
    faults: &[String],
    time: Duration,
    json: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let (states, seconds) =
        (outcomes.iter().map(|outcome| outcome.states).sum::<usize>(), time.as_secs_f64());
    if json {
        return writeln!(out, "{}", json!({"states": states, "seconds": seconds, "faults": faults}));
    }
    writeln!(out, "\n{}\n", table(outcomes.iter().map(row)))?;
    writeln!(out, "{} unique states in {seconds:.1} s\n", HumanCount(states as u64))?;
    writeln!(out, "{}", promises(outcomes))?;
    faults.iter().try_for_each(|fault| writeln!(out, "FAULT: {fault}"))
}

/// What is known when the person interrupts.
#[derive(Default)]
pub struct Known {
    complete: Vec<Row>,
    complete_states: usize,
    under_way: BTreeMap<&'static str, usize>,
}

impl Known {
    /// A scenario has so many states so far, and no promise was found broken in them.
    pub fn under_way(&mut self, scenario: &'static str, states: usize) {
        self.under_way.insert(scenario, states);
    }

    /// A scenario is complete.
    pub fn complete(&mut self, outcome: &Outcome) {
        self.under_way.remove(outcome.scenario.name);
        self.complete_states += outcome.states;
        self.complete.push(row(outcome));
    }

    /// Unique states of all scenarios so far.
    fn states(&self) -> usize {
        self.complete_states + self.under_way.values().sum::<usize>()
    }

    /// Tells it.
    pub fn tell(&self, json: bool) {
        if json {
            let complete: Vec<_> = self.complete.iter().map(|row| &row[0]).collect();
            println!("{}", json!({"interrupted": true, "complete": complete, "under_way": self.under_way}));
            return;
        }
        if self.complete.is_empty() {
            println!("\nInterrupted. No scenario is complete.\n");
        } else {
            println!("\nInterrupted. Complete so far:\n\n{}\n", table(self.complete.iter().cloned()));
        }
        for (scenario, states) in &self.under_way {
            println!("{scenario}: {} states so far, no promise broken in them", HumanCount(*states as u64));
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
        outcome.bytes.map_or_else(|| UNKNOWN.into(), |bytes| bytes.to_string()),
        promises,
        format!("{} of {witnesses}", outcome.seen.len()),
    ]
}

fn table(rows: impl IntoIterator<Item = Row>) -> String {
    let rows: Vec<Row> = rows.into_iter().collect();
    let measured = rows.iter().any(|row| row[4] != UNKNOWN);
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
    if let Some(bytes) = table.column_mut(4).filter(|_| !measured) {
        bytes.set_constraint(ColumnConstraint::Hidden);
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
