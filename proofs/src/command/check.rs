//! `proofs check`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;
use model::Limits;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::Verdict;
use super::original;
use super::report::{self, Bar, Known};
use crate::check::{Outcome, Told, pins, shortest, side_by_side};
use crate::coverage::Coverage;
use crate::diagram::draw;
use crate::properties::PROMISES;
use crate::sabotage::{self, Sabotage};
use crate::scenario::{Scenario, catalogue};
use crate::stage::counterexample::{Counterexample, Setting, Variant, wishes};
use crate::story::{Story, tell};
use crate::system::{Action, State, System};

/// Explore every reachable state of the scenarios, and tell which promises hold.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // They are switches.
pub struct Check {
    /// Scenarios to check; all that take seconds if none is named
    scenarios: Vec<String>,
    /// Also those that take minutes
    #[arg(long)]
    deep: bool,
    /// Check only this promise; all if not given. May be given several times
    #[arg(long = "promise", value_name = "NAME")]
    promises: Vec<String>,
    /// How often things are sent at most, instead of what the scenario says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=9))]
    attempts: Option<u8>,
    /// Check a protocol that is broken on purpose; `proofs list` has the names
    #[arg(long, value_name = "NAME", conflicts_with = "scenarios")]
    sabotage: Option<String>,
    /// Check the original protocol: tells which promises it breaks, and how
    #[arg(long, conflicts_with_all = ["scenarios", "deep", "promises", "attempts", "sabotage", "pin"])]
    original: bool,
    /// Threads to check with
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// Take the numbers of unique states as the new pins
    #[arg(long, conflicts_with_all = ["promises", "attempts", "sabotage"])]
    pin: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Where counterexamples go, as drawings and as JSON for `proofs stage`
    #[arg(long, default_value = ".", value_name = "DIR")]
    drawings: PathBuf,
}

impl Check {
    /// Checks.
    ///
    /// # Errors
    /// When a scenario, promise or sabotage is unknown, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        if self.original {
            return original::run(self.json, &self.drawings, out);
        }
        let started = Instant::now();
        let chosen = self.chosen()?;
        let known = on_interrupt(self.json)?;
        let outcomes = self.check(&chosen, &known, out)?;
        let holds = outcomes.iter().all(|outcome| outcome.broken.is_empty());
        if self.pin && holds && self.is_as_pinned() {
            write_pins(&outcomes)?;
        }
        let faults = if self.is_as_pinned() { self.faults(&outcomes, holds) } else { Vec::new() };
        report::result(&outcomes, &faults, started.elapsed(), self.json, out)?;
        Ok(if holds && faults.is_empty() { Verdict::Holds } else { Verdict::Broken })
    }

    fn chosen(&self) -> anyhow::Result<Vec<Scenario>> {
        if let Some(sabotage) = self.sabotage()? {
            return Ok(vec![find(sabotage.scenario)?]);
        }
        if self.scenarios.is_empty() {
            return Ok(catalogue::every().into_iter().filter(|it| self.deep || !it.deep).collect());
        }
        self.scenarios.iter().map(|name| find(name)).collect()
    }

    fn sabotage(&self) -> anyhow::Result<Option<&'static Sabotage>> {
        self.sabotage.as_deref().map(sabotage::named).transpose()
    }

    /// Whether scenarios and protocol are those that the pins speak of.
    fn is_as_pinned(&self) -> bool {
        self.attempts.is_none() && self.promises.is_empty() && self.sabotage.is_none()
    }

    /// The scenario as it is to be checked.
    fn system(&self, scenario: &Scenario) -> anyhow::Result<System> {
        let mut scenario = scenario.clone();
        scenario.limits.attempts = self.attempts.unwrap_or(scenario.limits.attempts);
        let mut system = System::new(scenario);
        system.sabotage = self.sabotage()?.map(|sabotage| sabotage.apply);
        let known: Vec<_> = PROMISES.iter().map(|promise| promise.name).collect();
        if let Some(unknown) = self.promises.iter().find(|name| !known.contains(&name.as_str())) {
            bail!("unknown promise '{unknown}'; there are: {}", known.join(", "));
        }
        if !self.promises.is_empty() {
            system.promises.retain(|promise| self.promises.iter().any(|name| name == promise.name));
        }
        Ok(system)
    }

    /// Checks them all, up to the first that breaks a promise.
    fn check(
        &self,
        chosen: &[Scenario],
        known: &Mutex<Known>,
        out: &mut impl Write,
    ) -> anyhow::Result<Vec<Outcome>> {
        let systems: Vec<System> = chosen.iter().map(|it| self.system(it)).collect::<Result<_, _>>()?;
        let bar = Bar::new(self.expected_states(chosen), self.json);
        let mut outcomes = Vec::new();
        for told in side_by_side(systems, self.threads.into()) {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            match told {
                Told::Progress(name, progress) => {
                    known.under_way(name, progress.states);
                    bar.show(&known);
                }
                Told::Done(outcome) => {
                    let outcome = (*outcome)?;
                    known.complete(&outcome);
                    bar.tell(&outcome, out)?;
                    let broken = !outcome.broken.is_empty();
                    outcomes.push(outcome);
                    if broken {
                        break;
                    }
                }
            }
        }
        bar.finish();
        if let Some(broken) = outcomes.last().filter(|outcome| !outcome.broken.is_empty()) {
            self.tell_counterexamples(broken, out)?;
        }
        let place = |outcome: &Outcome| chosen.iter().position(|it| it.name == outcome.scenario.name);
        outcomes.sort_by_key(place);
        Ok(outcomes)
    }

    /// How many states there will be in all, if the pins are right. Unknown if they do not speak of what is checked.
    fn expected_states(&self, chosen: &[Scenario]) -> Option<usize> {
        let pins = pins::all();
        let known = chosen.iter().map(|scenario| pins.get(scenario.name).copied());
        known.sum::<Option<usize>>().filter(|_| self.is_as_pinned())
    }

    fn tell_counterexamples(&self, outcome: &Outcome, out: &mut impl Write) -> anyhow::Result<()> {
        for promise in &outcome.broken {
            let system = self.system(&outcome.scenario)?;
            let actors = system.plain.actors.clone();
            let path =
                shortest(system, promise).context("the counterexample was found once and not again")?;
            let path = path.into_vec();
            let story = tell(&actors, &path);
            let drawing = self.drawings.join(format!("{promise}.svg"));
            let played = drawing.with_extension("json");
            let counterexample = self.counterexample(&outcome.scenario, promise, &story, &path);
            let write = || {
                std::fs::write(&drawing, draw(&story))
                    .with_context(|| format!("cannot write {}", drawing.display()))?;
                counterexample.write(&played)
            };
            let scenario = outcome.scenario.name;
            if self.json {
                let line = json!({
                    "broken": promise,
                    "scenario": scenario,
                    "sabotage": self.sabotage,
                    "story": story.to_string(),
                    "drawing": drawing.display().to_string(),
                    "counterexample": played.display().to_string(),
                });
                // Found after minutes, perhaps: told even if it cannot be written.
                let written = write();
                writeln!(out, "{line}")?;
                written?;
            } else {
                let on_purpose =
                    self.sabotage()?.map_or_else(String::new, |it| format!(", where {}", it.about));
                writeln!(out, "\nBROKEN: {promise}, in scenario {scenario}{on_purpose}.")?;
                writeln!(out, "The shortest way:\n\n{story}")?;
                write()?;
                writeln!(out, "Drawn in {}, written to {}", drawing.display(), played.display())?;
            }
        }
        Ok(())
    }

    fn counterexample(
        &self,
        scenario: &Scenario,
        promise: &str,
        story: &Story,
        path: &[(State, Option<Action>)],
    ) -> Counterexample {
        let limits =
            Limits { attempts: self.attempts.unwrap_or(scenario.limits.attempts), ..scenario.limits };
        let setting = Setting {
            variant: self.sabotage.clone().map_or(Variant::AsChecked, Variant::Broken),
            scenario: scenario.name,
            promise,
            limits,
            people: &scenario.people,
            registered: scenario.registered,
            before: &scenario.setup,
        };
        let actions = path.iter().filter_map(|(_, action)| action.as_ref());
        Counterexample::new(&setting, story, &wishes(&scenario.people, actions))
    }

    /// Everything that is wrong beside broken promises.
    fn faults(&self, outcomes: &[Outcome], holds: bool) -> Vec<String> {
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
                    faults.push(format!("{name}: {} unique states, not pinned", outcome.states));
                }
                _ => {}
            }
        }
        if holds && self.scenarios.is_empty() {
            let coverage = Coverage::default();
            for outcome in outcomes {
                coverage.add(&outcome.coverage);
            }
            faults.extend(coverage.unexplained().iter().map(|case| format!("never occurred: {case}")));
            // The deep ones show more cases; the explanations speak of those that always run.
            if !self.deep {
                faults.extend(
                    coverage.overexplained().iter().map(|case| format!("explained away, but occurs: {case}")),
                );
            }
        }
        faults
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
fn on_interrupt(json: bool) -> anyhow::Result<Arc<Mutex<Known>>> {
    let known = Arc::new(Mutex::new(Known::default()));
    let told = Arc::clone(&known);
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            told.lock().unwrap_or_else(PoisonError::into_inner).tell(json);
            std::process::exit(130);
        }
    });
    Ok(known)
}

fn write_pins(outcomes: &[Outcome]) -> anyhow::Result<()> {
    let new = outcomes.iter().map(|outcome| (outcome.scenario.name, outcome.states)).collect();
    std::fs::write(pins::FILE, pins::with(&new))
        .with_context(|| format!("cannot write {}; run this at the root of the repository", pins::FILE))
}
