//! `proofs replay`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::Verdict;
use crate::replay::{Recorded, load, replay};

/// Feed recordings to the same actors, and tell whether everything comes out the same.
///
/// Exit code 1 if something comes out otherwise, 2 if a file cannot be used.
#[derive(Debug, Args)]
pub struct Replay {
    /// What `chat --record FILE` wrote
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Also recordings of other versions
    #[arg(long)]
    any_build: bool,
}

impl Replay {
    /// Replays.
    ///
    /// # Errors
    /// When a file cannot be used, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        for recorded in load(&self.files, self.any_build)? {
            let replayed = match replay(&recorded.life) {
                Ok(replayed) => replayed,
                Err(difference) => {
                    writeln!(
                        out,
                        "{}: {} differs at {difference}",
                        recorded.file.display(),
                        recorded.title()
                    )?;
                    return Ok(Verdict::Broken);
                }
            };
            let (records, states) = (replayed.sent.len(), replayed.states);
            writeln!(
                out,
                "{}: {records} records replayed, {states} states compared{}",
                recorded.title(),
                ending(&recorded)
            )?;
        }
        Ok(Verdict::Holds)
    }
}

fn ending(recorded: &Recorded) -> String {
    recorded.ending().map(|ending| format!("; {ending}")).unwrap_or_default()
}
