//! Feeds one life to its actor.

use std::borrow::Cow;
use std::fmt;

use model::changes::{self, Change};
use model::packet::Entry;
use model::server::saved::{Part, Saved, Value};
use model::{Client, Message, Name, Packet, Server, ServerState, Timer};
use net::Hosted;
use net::record::{
    After, Configured, Digest, Ending, Input, Life, Record, Texts, Words, apply, sum_of_changes,
    sum_of_outputs, sum_of_state,
};
use stateright::actor::{Command, Id, Out};

use super::words;

/// A life that came out the same to its last record.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What each record made the actor send to peers.
    pub sent: Vec<Vec<(Id, Packet)>>,
    /// How many digests of states, or of what had changed in them, were compared.
    pub states: usize,
    /// Whom the actor knew in the end, and where.
    pub known: Vec<(Id, Name)>,
}

/// The first record that comes out otherwise.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// In which line.
    pub line: usize,
    /// Which record of this life, from 1.
    pub record: usize,
    /// What the actor saw.
    pub input: String,
    /// What is different.
    pub what: What,
}

/// What is different.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// The life begins with something else than its start, or starts once more.
    Start,
    /// What the actor did.
    Outputs {
        /// Then.
        recorded: Digest,
        /// Now.
        replayed: Digest,
        /// What it does now.
        did: Vec<String>,
        /// What may have happened to the recording.
        guess: Option<Guess>,
    },
    /// What the actor knew after it, or what of that had changed.
    State {
        /// Then.
        recorded: After,
        /// Now.
        replayed: After,
        /// The line of the last record where it is the same.
        since: Option<usize>,
    },
}

/// What would explain the digest of outputs that was recorded.
#[derive(Debug, PartialEq, Eq)]
pub enum Guess {
    /// The actor did nothing then.
    Nothing,
    /// All that it does now, except this.
    Less(String),
    /// What the input of the next record leads to here.
    NextInput,
}

/// Feeds a life to its actor, and compares every digest.
pub fn replay(life: &Life) -> Result<Replayed, Difference> {
    match life.header.actor.clone() {
        Configured::Server(config) => {
            Run::of(&Server { config }, life, restored).run(|state| known(state.directory.entries()))
        }
        Configured::Client(config) => {
            Run::of(&Client { config }, life, |_, _| None).run(|state| known(state.directory.entries()))
        }
    }
}

fn known<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<(Id, Name)> {
    entries.map(|entry| (entry.address, entry.name.clone())).collect()
}

/// Nothing, if this server cannot have saved it.
fn restored(server: &Server, saved: &[(Part, Value)]) -> Option<Saved> {
    let parts = saved.iter().map(|(part, value)| (part.clone(), Some(value.clone()))).collect();
    let saved = Saved { parts, may_wait: false };
    ServerState::recover(&saved, &server.config.key).is_ok().then_some(saved)
}

type Restored<A> = fn(&A, &[(Part, Value)]) -> Option<<A as stateright::actor::Actor>::Storage>;

type Outputs<A> = Vec<Command<Message, Timer, (), <A as stateright::actor::Actor>::Storage>>;

struct Run<'a, A: Hosted> {
    actor: &'a A,
    id: Id,
    life: &'a Life,
    /// What an actor starts with that was saved.
    restored: Restored<A>,
    words: Words,
    replayed: Replayed,
    /// The line of the last record whose state is the same.
    since: Option<usize>,
}

impl<'a, A: Hosted> Run<'a, A> {
    fn of(actor: &'a A, life: &'a Life, restored: Restored<A>) -> Run<'a, A> {
        let words = match life.header.texts {
            Texts::Plain => Words::Plain,
            Texts::Digests => Words::Redacted,
        };
        let id = life.header.address.into();
        Run { actor, id, life, restored, words, replayed: Replayed::default(), since: None }
    }

    fn run(mut self, known: impl FnOnce(&A::State) -> Vec<(Id, Name)>) -> Result<Replayed, Difference> {
        let (mut state, mut changes) = (None, Vec::new());
        for (place, (line, record)) in self.life.steps.iter().enumerate() {
            let at = |what| difference(*line, place, record, what);
            let mut outputs = Vec::new();
            let step = || self.step(state.take(), &record.input, &mut outputs);
            let next = changes::noting(&mut changes, step).ok_or_else(|| at(What::Start))?;
            let replayed = sum_of_outputs(&self.words, &outputs);
            if replayed != record.out {
                let did = outputs.iter().map(words::output).collect();
                let guess = self.guess(place, outputs);
                return Err(at(What::Outputs { recorded: record.out, replayed, did, guess }));
            }
            self.compare(record.after, &next, &changes, *line).map_err(at)?;
            self.replayed.sent.push(outputs.into_iter().filter_map(to_peer).collect());
            state = Some(next);
        }
        self.replayed.known = state.as_ref().map(known).unwrap_or_default();
        self.end(state)
    }

    /// What the actor is after this input, and what it does; nothing if it cannot have it now.
    fn step(&self, state: Option<A::State>, input: &Input, outputs: &mut Outputs<A>) -> Option<A::State> {
        let mut out = Out::new();
        let next = match (state, input) {
            (None, Input::Start) => self.actor.on_start(self.id, &None, &mut out),
            (None, Input::Restart { saved }) => {
                let saved = (self.restored)(self.actor, saved)?;
                self.actor.on_start(self.id, &Some(saved), &mut out)
            }
            (None, _) | (Some(_), Input::Start | Input::Restart { .. }) => return None,
            (Some(state), input) => {
                let mut state = Cow::Owned(state);
                apply(self.actor, self.id, &mut state, input.clone(), &mut out);
                state.into_owned()
            }
        };
        outputs.extend(out);
        Some(next)
    }

    fn compare(
        &mut self,
        recorded: After,
        state: &A::State,
        changes: &[Change],
        line: usize,
    ) -> Result<(), What> {
        let replayed = match recorded {
            After::State(_) => After::State(sum_of_state(&self.words, state)),
            After::Changes(_) => After::Changes(sum_of_changes(&self.words, state, changes)),
        };
        if replayed != recorded {
            return Err(What::State { recorded, replayed, since: self.since });
        }
        self.replayed.states += 1;
        self.since = Some(line);
        Ok(())
    }

    fn end(mut self, state: Option<A::State>) -> Result<Replayed, Difference> {
        let last = self.life.steps.last();
        if let (Ending::Stopped(Some(recorded)), Some(state), Some((line, record))) =
            (&self.life.ending, state, last)
        {
            let at = |what| difference(line + 1, self.life.steps.len() - 1, record, what);
            self.compare(After::State(*recorded), &state, &[], line + 1).map_err(at)?;
        }
        Ok(self.replayed)
    }

    fn guess(&self, place: usize, mut outputs: Outputs<A>) -> Option<Guess> {
        let recorded = self.life.steps[place].1.out;
        let is_recorded = |outputs: &Outputs<A>| sum_of_outputs(&self.words, outputs) == recorded;
        if is_recorded(&Vec::new()) {
            return Some(Guess::Nothing);
        }
        if let Some((_, next)) = self.life.steps.get(place + 1) {
            let mut others = Vec::new();
            if self.step(self.before(place), &next.input, &mut others).is_some() && is_recorded(&others) {
                return Some(Guess::NextInput);
            }
        }
        for place in 0..outputs.len() {
            let left_out = outputs.remove(place);
            if is_recorded(&outputs) {
                return Some(Guess::Less(words::output(&left_out)));
            }
            outputs.insert(place, left_out);
        }
        None
    }

    /// The state before a record.
    fn before(&self, place: usize) -> Option<A::State> {
        let inputs = self.life.steps[..place].iter().map(|(_, record)| &record.input);
        inputs.fold(None, |state, input| self.step(state, input, &mut Vec::new()))
    }
}

fn difference(line: usize, place: usize, record: &Record, what: What) -> Difference {
    Difference { line, record: place + 1, input: words::input(&record.input), what }
}

fn to_peer<R, S>(output: Command<Message, Timer, R, S>) -> Option<(Id, Packet)> {
    match output {
        Command::Send(to, Message::Packet(packet)) => Some((to, packet)),
        _ => None,
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { line, record, input, what } = self;
        writeln!(f, "record {record} (line {line}), {input}")?;
        write!(f, "{what}")
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Start => write!(f, "an actor starts once, and before anything else"),
            What::Outputs { recorded, replayed, did, guess } => {
                writeln!(
                    f,
                    "what it did then has digest {:016x}, what it does now {:016x}:",
                    recorded.0, replayed.0
                )?;
                if did.is_empty() {
                    writeln!(f, "  nothing")?;
                }
                for line in did {
                    writeln!(f, "  {line}")?;
                }
                match guess {
                    None => write!(f, "No simple change of this explains what was recorded."),
                    Some(guess) => write!(f, "{guess}"),
                }
            }
            What::State { recorded, replayed, since } => {
                let what = match recorded {
                    After::State(_) => "its state",
                    After::Changes(_) => "what has changed in its state",
                };
                let [then, now] = [recorded, replayed].map(|it| it.digest().0);
                writeln!(f, "{what} then has digest {then:016x}, now {now:016x};")?;
                match since {
                    Some(line) => write!(f, "the last one that is the same is that of line {line}"),
                    None => write!(f, "no earlier one was recorded"),
                }
            }
        }
    }
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guess::Nothing => write!(f, "Then it did nothing."),
            Guess::Less(output) => write!(f, "Then it did the same, except for this: {output}."),
            Guess::NextInput => write!(
                f,
                "Then it did what the next record leads to: a record before it is missing, or the two were swapped."
            ),
        }
    }
}
