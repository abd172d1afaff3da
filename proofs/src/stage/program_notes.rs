//! A performance, told: the script, everybody's terminal, the verdict.

use std::fmt::{Display, Formatter, Result};

use super::counterexample::{Counterexample, Event, Moment, Packet, Variant};
use super::{Entry, Performance};

impl Display for Performance {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Counterexample { promise, scenario, .. } = &self.script;
        writeln!(f, "{promise}, in scenario {scenario}, played by {}", player(&self.variant))?;
        writeln!(f, "\nThe script:")?;
        for line in &self.script.before {
            writeln!(f, "     {} has typed `{}`.", line.who, line.types)?;
        }
        for (number, step) in (1..).zip(&self.script.steps) {
            writeln!(f, "{number:>3}. {}", self.script.stage_direction(step))?;
        }
        for (who, entries) in &self.play.transcripts {
            writeln!(f, "\n{who}:")?;
            for entry in entries {
                writeln!(f, "  {}", shown(entry))?;
            }
        }
        if !self.play.deviations.is_empty() {
            writeln!(f, "\nNot as in the script:")?;
            for deviation in &self.play.deviations {
                writeln!(f, "  {deviation}")?;
            }
        }
        if self.seen.is_empty() {
            return writeln!(f, "\nNOT SEEN: nothing on any terminal breaks {promise}.");
        }
        writeln!(f, "\nSEEN: {promise} is broken.")?;
        for seen in &self.seen {
            writeln!(f, "  {seen}.")?;
        }
        Ok(())
    }
}

impl Counterexample {
    /// What the stage does in a step.
    fn stage_direction(&self, step: &Moment) -> String {
        let who = &step.who;
        match &step.event {
            Event::Starts => format!("{who} starts."),
            Event::Types { line } => format!("{who} types `{line}`."),
            Event::Interrupts => format!("{who} presses Ctrl+C."),
            Event::StartsAs { name } => format!("{who} kills the client and starts one as {name}."),
            Event::Receives { packet } => {
                let Packet { from, to, says, nth, arrives, .. } = &self.packets[*packet];
                let place = self.steps.iter().position(|it| std::ptr::eq(it, step));
                let before = arrives.iter().filter(|arrival| Some(**arrival) < place).count();
                let again = if before > 0 { " once more" } else { "" };
                format!("Packet {nth} from {from} to {to} arrives{again}: {says}.")
            }
            Event::Fires { awaited } => format!("The timer of {who} fires: {awaited}."),
            Event::Crashes => format!("{who} is killed."),
            Event::Ordered { words } => format!("{who} {words}."),
            Event::Recovers => format!("{who} comes back."),
            Event::Loses { packet } => {
                let Packet { from, to, says, nth, .. } = &self.packets[*packet];
                format!("Packet {nth} from {from} to {to} is lost: {says}.")
            }
        }
    }
}

/// Who plays, in words.
pub(super) fn player(variant: &Variant) -> String {
    match variant {
        Variant::AsChecked => "the chat as it was checked".into(),
        Variant::Broken(name) => format!("the chat with the sabotage {name}"),
        Variant::Original => "the original's actors".into(),
    }
}

pub(super) fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Typed(line) => format!("$ {line}"),
        Entry::Read(line) => format!("| {line}"),
        Entry::Noted(note) => format!("* {note}"),
        Entry::Finale => "* the script is over: nothing is held any more, and everybody leaves".into(),
    }
}
