//! A path of a system, told to people: who typed what, what was sent and received, which timer fired, and what each
//! person read, with names instead of numbers.
//!
//! 1. [`tell`] makes a [`Story`] of a path. It works for every system whose actors [`Narrate`].
//! 2. [`Story`] is a value: it prints as numbered sentences, and [`crate::diagram`] draws it.
//! 3. [`action`] and [`outcome`] tell a single step, for the Explorer.

pub(crate) mod chat;
pub(crate) mod narrate;
mod only;
mod print;
mod single;
mod tell;

use model::name::is_deceptive;

pub use narrate::{Action, Deed, Input, Narrate, Path, Scene, State};
pub use single::{action, outcome};
pub use tell::{go_on, replay, tell};

/// A path, told.
///
/// All texts are harmless: what could control a terminal, hide or reorder text is shown as an escape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The actors by name, in the order of their numbers.
    pub actors: Vec<String>,
    /// Everything that was sent, and what was under way from before if it arrived.
    pub sendings: Vec<Sending>,
    /// What happened, one after the other.
    pub steps: Vec<Step>,
}

/// Something that happened to one actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is called by: its place from 1, or in a recorded run the number of its record.
    pub number: usize,
    /// To whom.
    pub actor: usize,
    /// What happened.
    pub cause: Cause,
    /// What its person read then.
    pub told: Vec<String>,
    /// What it sent then, as places in [`Story::sendings`].
    pub sent: Vec<usize>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It started.
    Started,
    /// Its person did something.
    Chose(Deed),
    /// A packet arrived.
    Received {
        /// Which, as a place in [`Story::sendings`].
        sending: usize,
        /// In which circumstances.
        arrival: Arrival,
    },
    /// A timer fired: what was being waited for.
    Fired(String),
    /// It crashed.
    Crashed,
    /// It came back after a crash.
    Recovered,
    /// The network lost a packet that it had sent, as a place in [`Story::sendings`].
    Lost(usize),
}

/// In which circumstances a packet arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// For the first time, in order.
    First,
    /// For the first time, though something that was sent later has arrived before.
    Overtaken,
    /// The same packet has arrived before, first in this step.
    Again(usize),
    /// It was sent before the first step.
    Old,
    /// It was sent by somebody who was not recorded.
    Foreign,
    /// Whoever it seems to come from did not send it.
    Forged,
    /// It was sent after the recording of its sender ends.
    Beyond,
    /// The network redirected it: it was sent to somebody else, or by somebody else than this actor, from which it seems to
    /// come.
    Redirected(usize),
}

/// One sending of a packet; each attempt counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// By whom.
    pub src: usize,
    /// To whom.
    pub dst: usize,
    /// The packet in a few words.
    pub words: String,
    /// In which step, counted from 0; nothing if before the first.
    pub step: Option<usize>,
    /// How often the same packet had been sent with this time.
    pub attempt: usize,
    /// In which steps it arrived; a packet that was sent once can arrive more than once.
    pub arrivals: Vec<usize>,
    /// In which steps it arrived because the network redirected it.
    pub redirections: Vec<usize>,
}

/// The text with every character that could control a terminal, hide or reorder text made visible.
pub(crate) fn harmless(text: &str) -> String {
    let show = |c: char| match c {
        '"' | '\'' | '\\' => vec![c],
        _ if is_deceptive(c) => c.escape_default().collect(),
        // What cannot be printed, or would stick to the character before.
        _ => c.escape_debug().collect(),
    };
    text.chars().flat_map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_could_hide_or_reorder_is_shown() {
        assert_eq!(
            harmless("a\u{202e}b\u{1b}[2J\n\u{200b}\u{2066}\0"),
            r"a\u{202e}b\u{1b}[2J\n\u{200b}\u{2066}\u{0}"
        );
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", r#"it's "C:\new""#, "é ü 你好 שלום ☕"] {
            assert_eq!(harmless(text), text);
        }
    }
}
