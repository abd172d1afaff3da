//! A story as numbered sentences.

use std::fmt::{Display, Formatter, Result};

use super::{Arrival, Cause, Deed, Sending, Step, Story};
use crate::intruder::Intruder;

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for step in &self.steps {
            writeln!(f, "{:>3}. {}", step.number, self.sentence(step))?;
            for line in self.details(step) {
                writeln!(f, "       {line}")?;
            }
        }
        writeln!(f, "\nWhat everybody read:")?;
        for actor in 0..self.actors.len() {
            if let Some(line) = self.read(actor) {
                writeln!(f, "  {line}")?;
            }
        }
        let lost: Vec<_> = self.never_arrived().collect();
        if !lost.is_empty() {
            writeln!(f, "\nNever arrived (lost, late, or of no effect):")?;
        }
        for sending in lost {
            writeln!(f, "  {}", self.lost(sending))?;
        }
        Ok(())
    }
}

impl Story {
    /// What happened in a step, in one sentence.
    pub fn sentence(&self, step: &Step) -> String {
        let name = &self.actors[step.actor];
        let who = self.who(step.actor);
        let sentence = match &step.cause {
            Cause::Started => format!("{who} starts."),
            Cause::Chose(Deed::Types(line)) => format!("{who} types `{line}`."),
            Cause::Chose(Deed::Does(deed)) => format!("{who} {deed}."),
            Cause::Received { sending, arrival: Arrival::Redirected(from) } => {
                let Sending { src, dst, words, .. } = &self.sendings[*sending];
                let to = if *dst == step.actor { String::new() } else { format!(" to {}", self.who(*dst)) };
                let seems =
                    if from == src { String::new() } else { format!(", as from {}", self.who(*from)) };
                format!("{who} receives, redirected, what {} sent{to}{seems}: {words}.", self.who(*src))
            }
            Cause::Received { sending, arrival } => {
                let Sending { src, words, .. } = &self.sendings[*sending];
                format!("{who} receives {}: {words}.", self.circumstances(*arrival, self.who(*src)))
            }
            Cause::Fired(words) => {
                format!(
                    "The timer of {who} fires: {words}. Nobody knows whether something was lost or is late."
                )
            }
            Cause::Crashed => format!("{name} crashes."),
            Cause::Recovered => format!("{who} comes back."),
            Cause::Lost(sending) => {
                let Sending { dst, words, .. } = &self.sendings[*sending];
                format!("The network loses what {who} sent to {}: {words}.", self.who(*dst))
            }
        };
        capital(&sentence)
    }

    /// What was sent and read in a step.
    pub fn details(&self, step: &Step) -> Vec<String> {
        let name = &self.actors[step.actor];
        let told = step.told.iter().map(|line| format!("{name} reads | {line}"));
        let sent = step.sent.iter().map(|&sending| {
            let Sending { dst, words, attempt, .. } = &self.sendings[sending];
            let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
            format!("to {}: {words}{again}", self.who(*dst))
        });
        told.chain(sent).collect()
    }

    /// What was sent in these steps and has not arrived in them.
    pub fn never_arrived(&self) -> impl Iterator<Item = &Sending> {
        self.sendings.iter().filter(|sending| {
            sending.step.is_some() && sending.arrivals.is_empty() && sending.redirections.is_empty()
        })
    }

    /// One line for all that an actor's person read. A server whose operator read nothing needs none.
    fn read(&self, actor: usize) -> Option<String> {
        let lines = self.steps.iter().filter(|step| step.actor == actor).flat_map(|step| &step.told);
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        match lines.is_empty() {
            true if [SERVER, Intruder::NAME].contains(&self.actors[actor].as_str()) => None,
            true => Some(format!("{}: nothing", self.actors[actor])),
            false => Some(format!("{}: {}", self.actors[actor], lines.join(" / "))),
        }
    }

    fn lost(&self, sending: &Sending) -> String {
        let Sending { src, dst, words, step, .. } = sending;
        let step = step.map_or(0, |step| self.steps[step].number);
        format!("{} to {}: {words} (step {step})", self.who(*src), self.who(*dst))
    }

    /// An actor in the middle of a sentence.
    fn who(&self, actor: usize) -> &str {
        match self.actors.get(actor).map(String::as_str) {
            Some(SERVER) => "the server",
            Some(Intruder::NAME) => "the intruder",
            Some(name) => name,
            None => "a stranger",
        }
    }

    fn circumstances(&self, arrival: Arrival, src: &str) -> String {
        match arrival {
            Arrival::First => format!("from {src}"),
            Arrival::Overtaken => format!("from {src}, after what was sent later"),
            Arrival::Again(first) => format!("once more from {src}, as in step {}", self.steps[first].number),
            Arrival::Old => format!("from {src}, sent before the first step"),
            Arrival::Foreign => format!("from {src}, who was not recorded"),
            Arrival::Forged => format!("as if from {src}, who did not send it"),
            Arrival::Beyond => format!("from {src}, whose recording ends before"),
            Arrival::Redirected(_) => format!("what {src} sent, redirected"),
        }
    }
}

/// How servers are called.
const SERVER: &str = "server";

/// Only "the server" and "the intruder" begin small.
fn capital(sentence: &str) -> String {
    match sentence.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => sentence.to_owned(),
    }
}
