//! `proofs list`

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::Verdict;
use crate::properties::PROMISES;
use crate::sabotage;
use crate::scenario::{catalogue, crowds};
use crate::witness;

/// List the scenarios, the promises and the witnesses.
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
            let scenarios: Vec<_> = catalogue::every()
                .into_iter()
                .map(|it| json!({"name": it.name, "about": it.about, "deep": it.deep, "bounds": it.bounds(), "witnesses": it.witnesses}))
                .collect();
            let promises: Vec<_> =
                PROMISES.iter().map(|it| json!({"name": it.name, "about": it.about})).collect();
            let witnesses: Vec<_> =
                witness::ALL.iter().map(|it| json!({"name": it.name, "about": it.about})).collect();
            writeln!(
                out,
                "{}",
                json!({"scenarios": scenarios, "promises": promises, "witnesses": witnesses})
            )?;
            return Ok(Verdict::Holds);
        }
        writeln!(out, "Scenarios")?;
        for it in catalogue::every() {
            let deep = if it.deep { " (only with --deep)" } else { "" };
            writeln!(out, "  {:<18} {}{deep}", it.name, it.about)?;
        }
        writeln!(out, "\nSystems too big to exhaust, for `simulate`")?;
        for it in crowds::every() {
            writeln!(out, "  {:<18} {}", it.name, it.about)?;
        }
        writeln!(out, "\nPromises")?;
        for it in PROMISES {
            writeln!(out, "  {:<21} {}", it.name, it.about)?;
        }
        writeln!(out, "\nSabotages, for `check --sabotage`")?;
        for it in sabotage::ALL {
            writeln!(out, "  {:<24} {}: breaks {}", it.name, it.about, it.breaks)?;
        }
        writeln!(out, "\nWitnesses")?;
        for it in witness::ALL {
            writeln!(out, "  {:<24} {}", it.name, it.about)?;
        }
        Ok(Verdict::Holds)
    }
}
