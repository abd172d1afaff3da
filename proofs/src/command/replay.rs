//! `proofs replay`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Verdict;
use crate::diagram::draw;
use crate::replay::judge::{self, Broken, Judgement, judge};
use crate::replay::merge::Source;
use crate::replay::{NoRun, Run, load};

/// Feed recordings to the same actors, and tell whether everything comes out the same and every promise was kept.
///
/// The recordings of one run belong together: give all that there are. Exit code 1 if something comes out otherwise or
/// a promise was broken, 2 if the files cannot be used.
#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    recordings: Recordings,
    /// Where the drawing of a broken promise goes
    #[arg(long, default_value = ".", value_name = "DIR")]
    drawings: PathBuf,
}

/// Recordings of one run.
#[derive(Debug, Args)]
pub struct Recordings {
    /// What `chat --record FILE` wrote
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Also recordings of other versions
    #[arg(long)]
    any_build: bool,
}

impl Recordings {
    /// The run that they are of.
    pub(super) fn run(&self) -> Result<Run, NoRun> {
        Run::of(load(&self.files, self.any_build)?)
    }
}

impl Replay {
    /// Replays.
    ///
    /// # Errors
    /// When a file cannot be used, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let run = match self.recordings.run() {
            Err(NoRun::Unusable(unusable)) => return Err(unusable.into()),
            Err(differs @ NoRun::Differs { .. }) => {
                writeln!(out, "{differs}")?;
                return Ok(Verdict::Broken);
            }
            Ok(run) => run,
        };
        for (recorded, replayed) in run.recorded.iter().zip(&run.replayed) {
            let (records, states) = (replayed.sent.len(), replayed.states);
            let ending = recorded.ending().map(|ending| format!("; {ending}")).unwrap_or_default();
            let title = recorded.title();
            writeln!(out, "{title}: {records} records come out the same, {states} states compared{ending}")?;
        }
        packets(&run, out)?;
        let judgement = judge(&run)?;
        verdicts(&judgement, out)?;
        match &judgement.broken {
            None => Ok(Verdict::Holds),
            Some(broken) => self.tell(broken, out),
        }
    }

    fn tell(&self, broken: &Broken, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let Broken { promise, at, first, story } = broken;
        writeln!(out, "\nBROKEN: {}, in record {at} of the run", promise.name)?;
        writeln!(out, "{}", promise.about)?;
        if *first > 1 {
            writeln!(out, "The story begins with record {first}.")?;
        }
        writeln!(out, "\n{story}")?;
        let file = self.drawings.join(format!("{}.svg", promise.name));
        std::fs::write(&file, draw(story)).with_context(|| format!("cannot write {}", file.display()))?;
        writeln!(out, "Drawn in {}", file.display())?;
        Ok(Verdict::Broken)
    }
}

/// Which packets arrived, and where they came from.
fn packets(run: &Run, out: &mut impl Write) -> std::io::Result<()> {
    let count = |wanted: fn(&Source) -> bool| {
        run.merged.moments.iter().filter(|moment| wanted(&moment.source)).count()
    };
    let arrived = count(|source| matches!(source, Source::Sent(_)));
    let lost = run.merged.lost;
    writeln!(
        out,
        "\nTogether: {} records; {arrived} packets arrived, {lost} did not",
        run.merged.moments.len()
    )?;
    let others = [
        (count(|source| *source == Source::Foreign), "from somebody who was not recorded"),
        (count(|source| *source == Source::Beyond), "from after the end of a recording"),
        (
            count(|source| *source == Source::Forged),
            "FOREIGN: whoever they seem to come from did not send them",
        ),
    ];
    for (count, words) in others.into_iter().filter(|(count, _)| *count > 0) {
        writeln!(out, "  {count} packets {words}")?;
    }
    Ok(())
}

fn verdicts(judgement: &Judgement, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out)?;
    for judge::Verdict { promise, states, unknown } in &judgement.verdicts {
        let broken = judgement.broken.as_ref().is_some_and(|broken| std::ptr::eq(broken.promise, *promise));
        let verdict = match (broken, states) {
            (true, _) => "BROKEN",
            (false, 0) => "open",
            (false, _) => "kept",
        };
        let unknown = unknown.as_ref().map(|why| format!("; not asked: {why}")).unwrap_or_default();
        writeln!(
            out,
            "{verdict:<6} {:<21} asked in {states} of {} states{unknown}",
            promise.name, judgement.steps
        )?;
    }
    for (from, to) in &judgement.gaps {
        writeln!(
            out,
            "From record {from} until the server came back in record {to} nobody knows where it was: its last records are missing"
        )?;
    }
    if let Some(ended) = judgement.ended {
        writeln!(out, "After record {}: {ended}", judgement.steps)?;
    }
    Ok(())
}
