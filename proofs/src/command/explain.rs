//! `proofs explain`

use std::io::Write;

use anyhow::bail;
use clap::Args;

use super::Verdict;
use super::replay::Recordings;
use crate::replay::Play;
use crate::replay::life::{Message, messages};

/// Tell the life of one message of a recorded run: typed, sent, lost, resent, acked, queued, shown.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    recordings: Recordings,
    /// The message: X/3 is the third direct message that X typed, room/2 is post 2 in that group, X/post/1 the first
    /// post of X if it got no place. All are listed if none is given
    #[arg(long, value_name = "ID")]
    message: Option<String>,
}

impl Explain {
    /// Tells it.
    ///
    /// # Errors
    /// When a file cannot be used, there is no such message, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let run = self.recordings.run()?;
        let part = Play::part(&run, |_, _| true)?;
        let all = messages(&part);
        let Some(id) = &self.message else {
            for message in &all {
                writeln!(out, "{}", message.title())?;
            }
            if all.is_empty() {
                writeln!(out, "Nobody who was recorded typed a message.")?;
            }
            return Ok(Verdict::Holds);
        };
        let meant: Vec<&Message> = all.iter().filter(|message| message.id == *id).collect();
        if meant.is_empty() {
            let ids: Vec<&str> = all.iter().map(|message| message.id.as_str()).collect();
            bail!("no message is called '{id}'; there are: {}", ids.join(", "));
        }
        for message in meant {
            writeln!(out, "{}\n", message.title())?;
            for line in message.life(&part) {
                writeln!(out, "{line}")?;
            }
        }
        Ok(Verdict::Holds)
    }
}
