//! `proofs check`

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Verdict;
use crate::check::{Outcome, Progress, exhaust, pins, shortest};
use crate::coverage::Coverage;
use crate::properties::PROMISES;
use crate::scenario::{Scenario, catalogue};
use crate::system::System;

/// Explore every reachable state of the scenarios, and tell which promises hold.
#[derive(Debug, Args)]
pub struct Check {
    /// Scenarios to check; all that take seconds if none is named
    scenarios: Vec<String>,
    /// Also those that take minutes
    #[arg(long)]
    deep: bool,
    /// Threads to check with
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// Take the numbers of unique states as the new pins
    #[arg(long)]
    pin: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Where the drawing of a counterexample goes
    #[arg(long, default_value = ".", value_name = "DIR")]
    drawings: std::path::PathBuf,
}

impl Check {
    /// Checks.
    ///
    /// # Errors
    /// When a scenario is unknown, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let chosen = self.chosen()?;
        let complete = self.scenarios.is_empty();
        let interrupted = on_interrupt(self.json)?;
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut verdict = Verdict::Holds;
        for scenario in chosen {
            let outcome = self.check(scenario, out)?;
            interrupted.lock().unwrap_or_else(PoisonError::into_inner).push(row(&outcome));
            let broken = !outcome.broken.is_empty();
            if broken {
                self.tell_counterexamples(&outcome, out)?;
            }
            outcomes.push(outcome);
            if broken {
                verdict = Verdict::Broken;
                break;
            }
        }
        if self.pin && verdict == Verdict::Holds {
            write_pins(&outcomes)?;
        }
        let faults = self.faults(&outcomes, complete && verdict == Verdict::Holds);
        self.tell_result(&outcomes, &faults, out)?;
        Ok(if faults.is_empty() { verdict } else { Verdict::Broken })
    }

    fn chosen(&self) -> anyhow::Result<Vec<Scenario>> {
        if self.scenarios.is_empty() {
            return Ok(catalogue::every()
                .into_iter()
                .filter(|scenario| self.deep || !scenario.deep)
                .collect());
        }
        self.scenarios.iter().map(|name| find(name)).collect()
    }

    fn check(&self, scenario: Scenario, out: &mut impl Write) -> anyhow::Result<Outcome> {
        let name = scenario.name;
        let bar = bar(name, self.json);
        let outcome = exhaust(scenario, self.threads.into(), |progress| show(&bar, progress))?;
        bar.finish_and_clear();
        if self.json {
            writeln!(out, "{}", as_json(&outcome))?;
        } else if bar.is_hidden() {
            writeln!(
                out,
                "{name}: {} states in {:.1} s",
                HumanCount(outcome.states as u64),
                outcome.time.as_secs_f64()
            )?;
        }
        out.flush()?;
        Ok(outcome)
    }

    fn tell_counterexamples(&self, outcome: &Outcome, out: &mut impl Write) -> anyhow::Result<()> {
        for promise in &outcome.broken {
            let system = System::new(outcome.scenario.clone());
            let actors = system.plain.actors.clone();
            let path =
                shortest(system, promise).context("the counterexample was found once and not again")?;
            writeln!(out, "\nBROKEN: {promise}, in scenario {}. The shortest way:\n", outcome.scenario.name)?;
            let _ = (&actors, &self.drawings);
            for (step, action) in path.into_actions().iter().enumerate() {
                writeln!(out, "{:>3}. {action:?}", step + 1)?;
            }
        }
        Ok(())
    }

    /// Everything that is wrong beside broken promises.
    fn faults(&self, outcomes: &[Outcome], complete: bool) -> Vec<String> {
        let pins = if self.pin { BTreeMap::new() } else { pins::all() };
        let mut faults = Vec::new();
        for outcome in outcomes.iter().filter(|outcome| outcome.broken.is_empty()) {
            let name = outcome.scenario.name;
            faults.extend(outcome.missing.iter().map(|witness| format!("{name}: never seen: {witness}")));
            match pins.get(name) {
                Some(pin) if *pin != outcome.states => {
                    faults.push(format!("{name}: {} unique states, pinned are {pin}", outcome.states));
                }
                None if !self.pin => {
                    faults.push(format!("{name}: {} unique states, not pinned", outcome.states))
                }
                _ => {}
            }
        }
        if complete {
            let coverage = Coverage::default();
            outcomes.iter().for_each(|outcome| coverage.add(&outcome.coverage));
            faults.extend(coverage.unexplained().iter().map(|case| format!("never occurred: {case}")));
            faults.extend(
                coverage.overexplained().iter().map(|case| format!("explained away, but occurs: {case}")),
            );
        }
        faults
    }

    fn tell_result(
        &self,
        outcomes: &[Outcome],
        faults: &[String],
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        if self.json {
            writeln!(out, "{}", json!({"faults": faults}))?;
            return Ok(());
        }
        writeln!(out, "\n{}", table(outcomes.iter().map(row)))?;
        writeln!(out, "\n{}", promises(outcomes))?;
        for fault in faults {
            writeln!(out, "FAULT: {fault}")?;
        }
        Ok(())
    }
}

/// Finds a scenario by its name.
///
/// # Errors
/// When there is none of that name; the error lists them all.
pub fn find(name: &str) -> anyhow::Result<Scenario> {
    let every = catalogue::every();
    let names: Vec<_> = every.iter().map(|scenario| scenario.name).collect();
    match every.into_iter().find(|scenario| scenario.name == name) {
        Some(scenario) => Ok(scenario),
        None => bail!("unknown scenario '{name}'; there are: {}", names.join(", ")),
    }
}

/// What is known when the person interrupts is told, and the exit code is 130.
fn on_interrupt(json: bool) -> anyhow::Result<Arc<Mutex<Vec<Row>>>> {
    let rows = Arc::new(Mutex::new(Vec::new()));
    let known = Arc::clone(&rows);
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            let rows = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if json {
                println!("{}", json!({"interrupted": true, "complete": rows.len()}));
            } else {
                println!("\nInterrupted. Complete so far:\n{}", table(rows));
            }
            std::process::exit(130);
        }
    });
    Ok(rows)
}

fn write_pins(outcomes: &[Outcome]) -> anyhow::Result<()> {
    let new = outcomes.iter().map(|outcome| (outcome.scenario.name, outcome.states)).collect();
    std::fs::write(pins::FILE, pins::with(&new))
        .with_context(|| format!("cannot write {}; run this at the root of the repository", pins::FILE))
}

fn bar(name: &'static str, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {prefix:<18} {msg}").expect("a good template");
    ProgressBar::new_spinner().with_style(style).with_prefix(name)
}

fn show(bar: &ProgressBar, progress: Progress) {
    let seconds = progress.time.max(Duration::from_millis(1)).as_secs_f64();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rate = (progress.states as f64 / seconds) as u64;
    bar.set_message(format!("{} states, {} a second", HumanCount(progress.states as u64), HumanCount(rate)));
    bar.tick();
}

type Row = [String; 6];

fn row(outcome: &Outcome) -> Row {
    let promises = PROMISES.len();
    let witnesses = outcome.seen.len() + outcome.missing.len();
    [
        outcome.scenario.name.into(),
        HumanCount(outcome.states as u64).to_string(),
        outcome.depth.to_string(),
        format!("{:.1}", outcome.time.as_secs_f64()),
        if outcome.broken.is_empty() {
            format!("{promises} of {promises}")
        } else {
            format!("BROKEN: {}", outcome.broken.iter().copied().collect::<Vec<_>>().join(", "))
        },
        format!("{} of {witnesses}", outcome.seen.len()),
    ]
}

fn table(rows: impl IntoIterator<Item = Row>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["scenario", "unique states", "depth", "seconds", "promises", "witnesses"]);
    table.add_rows(rows);
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn promises(outcomes: &[Outcome]) -> String {
    let line = |promise: &crate::properties::Promise| {
        let broken = outcomes.iter().any(|outcome| outcome.broken.contains(promise.name));
        format!("{} {:<21} {}\n", if broken { "BROKEN" } else { "holds " }, promise.name, promise.about)
    };
    PROMISES.iter().map(line).collect()
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    json!({
        "scenario": outcome.scenario.name,
        "states": outcome.states,
        "depth": outcome.depth,
        "seconds": outcome.time.as_secs_f64(),
        "broken": outcome.broken,
        "seen": outcome.seen,
        "missing": outcome.missing,
    })
}
