//! Recordings of real runs, fed back through the very same actors.
//!
//! 1. [`load()`]: reads files, and tells what is wrong with those that cannot be used.
//! 2. [`single`]: feeds one life to its actor, and stops at the first record that comes out otherwise.
//! 3. [`hosts`], [`merge()`]: who took part, and all their records in one order in which everything was sent before it was
//!    received.
//! 4. [`play`]: that order as a path of the system of proofs. [`judge`]: what the promises say to it.
//!
//! What a record is stands in `net`, what an actor does with it in `model`. Here they are only brought together.

pub mod hosts;
pub mod judge;
pub mod life;
pub mod load;
pub mod merge;
pub mod part;
pub mod play;
mod restart;
pub mod single;
mod texts;
mod words;

use std::path::PathBuf;
use std::time::Duration;

pub use hosts::Hosts;
pub use judge::Judgement;
pub use load::{Recorded, Unusable, load};
pub use merge::{Merged, Moment, merge};
pub use part::Part;
pub use play::Play;
pub use single::{Difference, Replayed, replay};

/// A run of one or more hosts whose recordings all come out the same.
#[derive(Debug)]
pub struct Run {
    /// All lives.
    pub recorded: Vec<Recorded>,
    /// What came of each.
    pub replayed: Vec<Replayed>,
    /// Who took part.
    pub hosts: Hosts,
    /// All records in one order.
    pub merged: Merged,
}

/// Why recordings make no run.
#[derive(Debug, thiserror::Error)]
pub enum NoRun {
    /// They cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// One comes out otherwise.
    #[error("{}: {actor} differs at {difference}", file.display())]
    Differs {
        /// Where.
        file: PathBuf,
        /// Whose.
        actor: String,
        /// How.
        difference: Box<Difference>,
    },
}

impl Run {
    /// Replays each life for itself, and brings them together.
    pub fn of(recorded: Vec<Recorded>) -> Result<Run, NoRun> {
        let mut replayed = Vec::new();
        for it in &recorded {
            let differs = |difference| NoRun::Differs {
                file: it.file.clone(),
                actor: it.title(),
                difference: Box::new(difference),
            };
            replayed.push(replay(&it.life).map_err(differs)?);
        }
        let hosts = Hosts::of(&recorded, &replayed)?;
        let merged = merge(&hosts, &recorded, &replayed);
        Ok(Run { recorded, replayed, hosts, merged })
    }

    /// How long after the first record of all a record was written, as far as the clocks agree.
    pub fn since(&self, moment: Moment) -> Duration {
        let first = self.recorded.iter().map(|it| it.time(0)).min().unwrap_or_default();
        Duration::from_micros(self.recorded[moment.life].time(moment.step).saturating_sub(first))
    }
}
