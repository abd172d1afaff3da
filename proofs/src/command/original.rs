//! `proofs check --original`: which promises the original protocol breaks.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::Verdict;
use crate::diagram::draw;
use crate::original::verdicts::{self, verdicts};

/// Tells every verdict on the original, with the shortest way to break what it breaks. All is well when each verdict is the
/// one that is known.
///
/// # Errors
/// When the output is closed, or a drawing cannot be written.
pub fn run(json: bool, drawings: &Path, out: &mut impl Write) -> anyhow::Result<Verdict> {
    let verdicts = verdicts();
    for verdict in &verdicts {
        tell(verdict, json, drawings, out)?;
    }
    let surprises: Vec<_> = verdicts.iter().filter(|verdict| !verdict.is_expected()).collect();
    if !json {
        let broken = verdicts.iter().filter(|verdict| verdict.is_broken()).count();
        writeln!(out, "The original breaks {broken} of the {} cases.", verdicts.len())?;
        for verdict in &surprises {
            writeln!(
                out,
                "FAULT: {} in {} is not as expected",
                verdict.question.name, verdict.scenario.name
            )?;
        }
    }
    Ok(if surprises.is_empty() { Verdict::Holds } else { Verdict::Broken })
}

fn tell(
    verdict: &verdicts::Verdict,
    json: bool,
    drawings: &Path,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let (promise, scenario) = (verdict.question.name, verdict.scenario.name);
    let story = verdict.story.as_ref();
    let file = drawings.join(format!("original-{scenario}.svg"));
    if let Some(story) = story {
        std::fs::write(&file, draw(story)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(counterexample) = &verdict.counterexample {
        counterexample.write(&file.with_extension("json"))?;
    }
    if json {
        let line = json!({
            "promise": promise,
            "scenario": scenario,
            "broken": verdict.is_broken(),
            "steps": verdict.steps,
            "expected": verdict.is_expected(),
            "story": story.map(ToString::to_string),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    match story {
        Some(story) => {
            writeln!(out, "BROKEN: {promise} ({scenario})\n\n{}\n\n{story}", verdict.scenario.before())?;
            let played = file.with_extension("json");
            writeln!(out, "Drawn in {}, written to {}\n", file.display(), played.display())?;
        }
        None => writeln!(out, "holds: {promise} ({scenario}), {} states\n", verdict.states)?,
    }
    Ok(())
}
