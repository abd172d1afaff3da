//! `proofs list`

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::Verdict;
use crate::properties::PROMISES;
use crate::sabotage::{self, Sabotage};
use crate::scenario::{Scenario, catalogue, crowds};
use crate::witness;

/// List the scenarios, the promises, the sabotages and the witnesses.
#[derive(Debug, Args)]
pub struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl List {
    /// Lists.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        if self.json {
            writeln!(out, "{}", as_json())?;
            return Ok(Verdict::Holds);
        }
        writeln!(out, "Scenarios")?;
        for it in catalogue::every() {
            let deep = if it.deep { " (only with --deep)" } else { "" };
            writeln!(out, "  {:<28} {}{deep}", it.name, it.about)?;
        }
        writeln!(out, "\nSystems too big to exhaust, for `simulate`")?;
        for it in crowds::every() {
            writeln!(out, "  {:<28} {}", it.name, it.about)?;
        }
        writeln!(out, "\nPromises")?;
        for it in PROMISES {
            writeln!(out, "  {:<28} {}", it.name, it.about)?;
        }
        writeln!(out, "\nSabotages, for `check --sabotage`")?;
        for it in sabotage::ALL {
            writeln!(out, "  {:<31} {}: breaks {}", it.name, it.about, it.breaks)?;
        }
        writeln!(out, "\nWitnesses")?;
        for it in witness::ALL {
            writeln!(out, "  {:<28} {}", it.name, it.about)?;
        }
        Ok(Verdict::Holds)
    }
}

fn as_json() -> Value {
    let scenario = |it: &Scenario| {
        let (name, about, deep) = (it.name, it.about, it.deep);
        json!({"name": name, "about": about, "deep": deep, "bounds": it.bounds(), "witnesses": it.witnesses})
    };
    let sabotage = |it: &Sabotage| json!({"name": it.name, "about": it.about, "breaks": it.breaks, "scenario": it.scenario});
    let named = |name, about| json!({"name": name, "about": about});
    json!({
        "scenarios": catalogue::every().iter().map(scenario).collect::<Value>(),
        "crowds": crowds::every().iter().map(|it| named(it.name, it.about)).collect::<Value>(),
        "promises": PROMISES.iter().map(|it| named(it.name, it.about)).collect::<Value>(),
        "sabotages": sabotage::ALL.iter().map(sabotage).collect::<Value>(),
        "witnesses": witness::ALL.iter().map(|it| named(it.name, it.about)).collect::<Value>(),
    })
}
