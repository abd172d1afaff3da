//! `proofs simulate`

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use indicatif::{HumanCount, ProgressBar};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Verdict;
use crate::sabotage::{self, Sabotage};
use crate::scenario::{Scenario, catalogue, crowds};
use crate::simulate::walk::{Fault, Walk};
use crate::simulate::{Known, Plan, simulate};
use crate::story::{replay, tell};
use crate::system::System;
use crate::witness;

/// Walk at random through a system too big to exhaust.
///
/// The seed and the number of a walk decide every step of it.
#[derive(Debug, Args)]
pub struct Simulate {
    /// System to walk through; `list` has them all
    scenario: String,
    /// Decides all walks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Begin no walk after this time, such as 60s or 5m [default: 60s, unless --walks is given]
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    time: Option<Duration>,
    /// Take so many walks at most
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    walks: Option<u64>,
    /// Take only the walk with this number
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["walks", "time"])]
    walk: Option<u64>,
    /// Take so many steps a walk at most
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Walk through a protocol that is broken on purpose; `list` has the names
    #[arg(long, value_name = "NAME")]
    sabotage: Option<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

impl Simulate {
    /// Walks.
    ///
    /// # Errors
    /// When the scenario is unknown, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        let scenario = find(&self.scenario)?;
        let sabotage = self.sabotage()?.map(|sabotage| sabotage.apply);
        let make = || System { sabotage, ..System::new(scenario.clone()) };
        let interrupt = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The second one ends the program at once.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&interrupt))?;
            signal_hook::flag::register(signal, Arc::clone(&interrupt))?;
        }
        let bar = self.bar();
        let started = Instant::now();
        let known = simulate(make, self.plan(), &interrupt, |known| show(&bar, known));
        bar.finish_and_clear();
        if self.json {
            writeln!(out, "{}", self.as_json(&known, started.elapsed()))?;
        } else {
            self.tell(&known, started.elapsed(), &make(), out)?;
        }
        Ok(match known {
            Known { broken: Some(_), .. } => Verdict::Broken,
            Known { interrupted: true, .. } => Verdict::Interrupted,
            Known { .. } => Verdict::Holds,
        })
    }

    fn sabotage(&self) -> anyhow::Result<Option<&'static Sabotage>> {
        self.sabotage.as_deref().map(sabotage::named).transpose()
    }

    fn plan(&self) -> Plan {
        let (first, walks) = match self.walk {
            Some(number) => (number, 1),
            None => (1, self.walks.unwrap_or(u64::MAX)),
        };
        let unless_counted = if self.walks.is_some() { Duration::MAX } else { Duration::from_secs(60) };
        let time = self.time.unwrap_or(unless_counted);
        Plan { seed: self.seed, first, walks, time, steps: self.steps as usize }
    }

    fn bar(&self) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        ProgressBar::new_spinner().with_prefix(self.scenario.clone())
    }

    fn tell(
        &self,
        known: &Known,
        time: Duration,
        system: &System,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        if known.interrupted {
            writeln!(out, "\nInterrupted. Known so far:")?;
        }
        writeln!(
            out,
            "{}, seed {}: {} walks, {} steps, {} times asked whether everything settles, {:.1} s\n",
            self.scenario,
            self.seed,
            HumanCount(known.walks),
            HumanCount(known.steps as u64),
            HumanCount(known.settlings as u64),
            time.as_secs_f64(),
        )?;
        writeln!(out, "Walks that showed")?;
        for witness in witness::ALL {
            let count = known.seen.get(witness.name).copied().unwrap_or_default();
            writeln!(out, "  {:>6}  {:<24} {}", HumanCount(count).to_string(), witness.name, witness.about)?;
        }
        if let Some((number, walk)) = &known.broken {
            self.tell_fault(*number, walk, system, out)?;
        }
        Ok(())
    }

    fn tell_fault(
        &self,
        number: u64,
        walk: &Walk,
        system: &System,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        writeln!(out, "\n{} with seed {}, walk {number}:\n", fault(walk), self.seed)?;
        let (safe, last) = match (&walk.fault, walk.steps.split_last()) {
            (Some(Fault::Panic(_)), Some((last, safe))) => (safe, Some(last)),
            _ => (&walk.steps[..], None),
        };
        let path = replay(system, safe.iter().cloned());
        writeln!(out, "{}", tell(&system.plain.actors, &path))?;
        if let Some(last) = last {
            writeln!(out, "Then: {last:?}")?;
        }
        let Simulate { scenario, seed, steps, sabotage, .. } = self;
        let sabotage = sabotage.as_ref().map(|name| format!(" --sabotage {name}")).unwrap_or_default();
        writeln!(
            out,
            "\nAgain: proofs simulate {scenario} --seed {seed} --steps {steps} --walk {number}{sabotage}"
        )?;
        Ok(())
    }

    fn as_json(&self, known: &Known, time: Duration) -> serde_json::Value {
        json!({
            "scenario": self.scenario,
            "seed": self.seed,
            "walks": known.walks,
            "steps": known.steps,
            "settlings": known.settlings,
            "seconds": time.as_secs_f64(),
            "seen": known.seen,
            "interrupted": known.interrupted,
            "broken": known.broken.as_ref().map(|(number, walk)| {
                json!({"walk": number, "fault": fault(walk), "steps": walk.steps.len()})
            }),
        })
    }
}

/// Finds a system to walk through, among those for walks and those for checks.
///
/// # Errors
/// When there is none of that name; the error lists them all.
pub fn find(name: &str) -> anyhow::Result<Scenario> {
    let every: Vec<Scenario> = crowds::every().into_iter().chain(catalogue::every()).collect();
    let names: Vec<_> = every.iter().map(|scenario| scenario.name).collect();
    match every.into_iter().find(|scenario| scenario.name == name) {
        Some(scenario) => Ok(scenario),
        None => bail!("unknown scenario '{name}'; there are: {}", names.join(", ")),
    }
}

/// Reads `60s`, `5m` or `1h`.
fn time(text: &str) -> Result<Duration, String> {
    let bad = || format!("'{text}' is no time; say 60s, 5m or 1h");
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        _ => return Err(bad()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| bad())?;
    let seconds = number.checked_mul(unit).filter(|seconds| *seconds > 0).ok_or_else(bad)?;
    Ok(Duration::from_secs(seconds))
}

fn show(bar: &ProgressBar, known: &Known) {
    bar.set_message(format!("{} walks, {} steps", HumanCount(known.walks), HumanCount(known.steps as u64)));
    bar.tick();
}

fn fault(walk: &Walk) -> String {
    match &walk.fault {
        Some(Fault::Promise(promise)) => format!("BROKEN: {promise}"),
        Some(Fault::Panic(said)) => format!("PANIC: {said}"),
        None => "nothing broke".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(time("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(time("5m"), Ok(Duration::from_secs(300)));
        for bad in ["", "60", "s", "-1s", "0s", "1d", "99999999999999999999h", "5µ"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_scenario_is_told_what_there_is() {
        let error = find("nothing").unwrap_err().to_string();
        assert!(error.contains("crowd") && error.contains("two-people"), "{error}");
    }
}
