//! `proofs draw`

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use super::Verdict;
use super::replay::Recordings;
use crate::diagram;
use crate::replay::{Part, Play, Run};

/// Draw a recorded run, or a part of it, as a sequence diagram.
#[derive(Debug, Args)]
pub struct Draw {
    #[command(flatten)]
    recordings: Recordings,
    /// Where the drawing goes
    #[arg(short, long, default_value = "run.svg", value_name = "FILE")]
    output: PathBuf,
    /// The first record, by its number in the run, or by the time since its begin, such as 2.5s or 300ms
    #[arg(long, value_name = "RECORD|TIME", value_parser = Mark::parse)]
    from: Option<Mark>,
    /// The last record, given in the same way
    #[arg(long, value_name = "RECORD|TIME", value_parser = Mark::parse)]
    to: Option<Mark>,
    /// Only these actors
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
}

/// A place in a run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark {
    Record(usize),
    Time(Duration),
}

/// More can be drawn, but not looked at.
const MOST: usize = 1000;

impl Draw {
    /// Draws.
    ///
    /// # Errors
    /// When a file cannot be used, a name is not in them, there is too much to draw, or it cannot be written.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let run = self.recordings.run()?;
        let part = Play::part(&run, |number, since| {
            let begun = self.from.is_none_or(|from| !from.is_after(number, since));
            begun && self.to.is_none_or(|to| to.is_at_or_after(number, since))
        })?;
        let records = part.numbers.len();
        if records > MOST {
            bail!(
                "{records} records are too many for one drawing, {MOST} are the most; choose with --from and --to"
            );
        }
        let story = part.story().only(&self.columns(&run, &part)?);
        std::fs::write(&self.output, diagram::draw(&story))
            .with_context(|| format!("cannot write {}", self.output.display()))?;
        let (file, all) = (self.output.display(), run.merged.moments.len());
        match (part.numbers.first(), part.numbers.last()) {
            (Some(first), Some(last)) => writeln!(out, "Records {first} to {last} of {all} drawn in {file}")?,
            _ => writeln!(out, "No record of {all} is in this part; an empty drawing is in {file}")?,
        }
        Ok(Verdict::Holds)
    }

    /// The actors to draw: those that were named, or else all that do anything.
    fn columns(&self, run: &Run, part: &Part<'_>) -> anyhow::Result<Vec<usize>> {
        let names = &part.names();
        if self.only.is_empty() {
            return Ok(part.busy());
        }
        let place = |name: &String| match names.iter().position(|known| known == name) {
            Some(place) => Ok(place),
            None => bail!(
                "nobody is called '{name}' in {} recordings; there are: {}",
                run.recorded.len(),
                names.join(", ")
            ),
        };
        self.only.iter().map(place).collect()
    }
}

impl Mark {
    fn parse(text: &str) -> Result<Mark, String> {
        let bad = || format!("'{text}' is no record and no time; say 120, 2.5s or 300ms");
        if let Ok(number) = text.parse() {
            return Ok(Mark::Record(number));
        }
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 0.001),
            None => (text.strip_suffix('s').ok_or_else(bad)?, 1.0),
        };
        let number: f64 = number.parse().map_err(|_| bad())?;
        Duration::try_from_secs_f64(number * unit).map(Mark::Time).map_err(|_| bad())
    }

    fn is_after(self, number: usize, since: Duration) -> bool {
        match self {
            Mark::Record(record) => record > number,
            Mark::Time(time) => time > since,
        }
    }

    fn is_at_or_after(self, number: usize, since: Duration) -> bool {
        match self {
            Mark::Record(record) => record >= number,
            Mark::Time(time) => time >= since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_number_or_a_time() {
        assert_eq!(Mark::parse("120"), Ok(Mark::Record(120)));
        assert_eq!(Mark::parse("2.5s"), Ok(Mark::Time(Duration::from_millis(2500))));
        assert_eq!(Mark::parse("300ms"), Ok(Mark::Time(Duration::from_millis(300))));
        for bad in ["", "s", "-1s", "NaNs", "1h", "x"] {
            assert!(Mark::parse(bad).is_err(), "{bad}");
        }
    }
}
