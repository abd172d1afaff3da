//! A counterexample as a file: what `check` writes, and what can be played with real programs.

use std::path::Path;

use anyhow::{Context, bail};
use model::{Limits, Name};
use serde::{Deserialize, Serialize};
use stateright::actor::ActorModelAction;

use crate::scenario::{Person, Wish};
use crate::story::chat::words;
use crate::story::{Cause, Deed, Sending, Step, Story};
use crate::system::history::History;
use crate::system::role::Choice;
use crate::system::seat::command;

/// The version that is written and read.
pub const VERSION: u32 = 1;

/// A path that breaks a promise, in names and words, with everything that is needed to play it with real programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counterexample {
    /// [`VERSION`].
    pub counterexample: u32,
    /// The protocol that broke the promise.
    pub variant: Variant,
    /// The scenario in which it did.
    pub scenario: String,
    /// The promise, or what the original was asked.
    pub promise: String,
    /// Bounds of the protocol in that scenario.
    pub limits: Limits,
    /// The people. The server is called `server`.
    pub people: Vec<Player>,
    /// Whether everybody has registered before the first step.
    pub registered: bool,
    /// What has been typed before the first step, undisturbed and after everybody has registered.
    pub before: Vec<Line>,
    /// Everything that was sent, in this order. Steps name packets by their places here.
    pub packets: Vec<Packet>,
    /// What happens, one after the other.
    pub steps: Vec<Moment>,
}

/// Which protocol it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The one that `chat` runs.
    AsChecked,
    /// The same, broken on purpose in the way of this name.
    Broken(String),
    /// The one that ours began with.
    Original,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Player {
    /// How the counterexample calls it, different from all others.
    pub who: String,
    /// Under which name its client registers.
    pub name: Name,
}

/// A line that is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// By whom.
    pub who: String,
    /// The line.
    pub types: String,
}

/// One sending of a packet; every attempt counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packet {
    /// By whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What it says. Two packets that say the same on the same way are the same packet, sent again.
    pub says: String,
    /// It is the so-manieth that was sent this way.
    pub nth: usize,
    /// It is the so-manieth sending of this very packet.
    pub attempt: usize,
    /// In which step it was sent, counted from 0; nothing if before the first.
    pub sent: Option<usize>,
    /// In which steps it arrives; never, if there is none.
    pub arrives: Vec<usize>,
    /// In which steps it arrives at somebody else, or as from somebody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirected: Vec<usize>,
}

/// Whoever is at an address where nobody of the scenario is.
const STRANGER: &str = "a stranger";

/// Something that happens to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// To whom.
    pub who: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
    /// What that makes this person read, in the story's words.
    pub reads: Vec<String>,
    /// What is sent then, as places in [`Counterexample::packets`].
    pub sends: Vec<usize>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It starts.
    Starts,
    /// The person types a line.
    Types {
        /// The line.
        line: String,
    },
    /// The person presses Ctrl+C.
    Interrupts,
    /// The person kills its client and starts one of this name at the same address.
    StartsAs {
        /// The name.
        name: String,
    },
    /// A packet arrives, for the first time or once more.
    Receives {
        /// Which, as a place in [`Counterexample::packets`].
        packet: usize,
    },
    /// A timer fires.
    Fires {
        /// What was waited for.
        awaited: String,
    },
    /// It crashes, and stays away.
    Crashes,
    /// It comes back after a crash.
    Recovers,
    /// Its operator orders something.
    Ordered {
        /// What, in words.
        words: String,
    },
    /// The network loses what it sent.
    Loses {
        /// Which, as a place in [`Counterexample::packets`].
        packet: usize,
    },
}

/// What a story does not tell about itself.
pub struct Setting<'a> {
    /// The protocol that was checked.
    pub variant: Variant,
    /// The scenario.
    pub scenario: &'a str,
    /// The promise that it breaks.
    pub promise: &'a str,
    /// Bounds of the protocol.
    pub limits: Limits,
    /// The people of the scenario.
    pub people: &'a [Person],
    /// Whether everybody has registered before.
    pub registered: bool,
    /// What was typed before.
    pub before: &'a [(&'static str, Wish)],
}

impl Counterexample {
    /// What a story tells, with the choices of its people in the order in which they were made.
    ///
    /// # Panics
    /// If the story is not one of this scenario.
    pub fn new(setting: &Setting<'_>, story: &Story, wishes: &[Option<Wish>]) -> Counterexample {
        let mut wishes = wishes.iter().copied();
        let who = |actor: usize| story.actors[actor].clone();
        let people = setting.people.iter().zip(&story.actors[1..]);
        Counterexample {
            counterexample: VERSION,
            variant: setting.variant.clone(),
            scenario: setting.scenario.into(),
            promise: setting.promise.into(),
            limits: setting.limits,
            people: people.map(|(it, who)| Player { who: who.clone(), name: it.name.clone() }).collect(),
            registered: setting.registered,
            before: typed_before(setting),
            packets: (0..story.sendings.len()).map(|place| packet(story, place)).collect(),
            steps: story.steps.iter().map(|step| moment(who(step.actor), step, &mut wishes)).collect(),
        }
    }

    /// Reads one that `check` has written.
    ///
    /// # Errors
    /// When the file cannot be read, is none of this version, or speaks of people or packets that it does not have.
    pub fn read(file: &Path) -> anyhow::Result<Counterexample> {
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let value: serde_json::Value =
            serde_json::from_str(&text).with_context(|| format!("{name} is not JSON"))?;
        match value.get("counterexample").map(serde_json::Value::as_u64) {
            Some(Some(version)) if version == u64::from(VERSION) => {}
            Some(version) => {
                let version = version.map_or("something else".into(), |it| it.to_string());
                bail!("{name} has version {version} of counterexamples, and this program reads {VERSION}")
            }
            None => bail!("{name} is JSON, but no counterexample: `proofs check` writes those"),
        }
        let read: Counterexample =
            serde_json::from_value(value).with_context(|| format!("{name} is damaged"))?;
        read.check().with_context(|| format!("{name} is damaged"))?;
        Ok(read)
    }

    /// Writes it, for people too.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Whether all that it mentions is there.
    fn check(&self) -> anyhow::Result<()> {
        let known = |who: &str| {
            [Name::RESERVED, STRANGER].contains(&who) || self.people.iter().any(|person| person.who == who)
        };
        let mentioned = (self.packets.iter().flat_map(|packet| [&packet.from, &packet.to]))
            .chain(self.steps.iter().map(|step| &step.who))
            .chain(self.before.iter().map(|line| &line.who));
        for who in mentioned {
            anyhow::ensure!(known(who), "there is nobody called '{who}' in it");
        }
        for step in &self.steps {
            let (Event::Receives { packet } | Event::Loses { packet }) = &step.event else { continue };
            anyhow::ensure!(*packet < self.packets.len(), "it has no packet {packet}");
        }
        let sent = self.steps.iter().flat_map(|step| &step.sends).max();
        anyhow::ensure!(sent.is_none_or(|&it| it < self.packets.len()), "a step sends what it does not have");
        Ok(())
    }
}

/// What the people of a path choose, one after the other; nothing in the place of an operator's order.
pub fn wishes<'a, M: 'a, T: 'a>(
    people: &'a [Person],
    actions: impl IntoIterator<Item = &'a ActorModelAction<M, T, Choice>> + 'a,
) -> Vec<Option<Wish>> {
    let wish = |action: &ActorModelAction<M, T, Choice>| match action {
        ActorModelAction::SelectRandom { actor, random, .. } => {
            let person = usize::from(*actor).checked_sub(1).map(|place| &people[place]);
            Some(person.map(|person| person.menu[usize::from(random.0)].wish))
        }
        _ => None,
    };
    actions.into_iter().filter_map(wish).collect()
}

fn typed_before(setting: &Setting<'_>) -> Vec<Line> {
    let mut people: Vec<(&Person, History)> =
        setting.people.iter().map(|person| (person, History::default())).collect();
    let typed = setting.before.iter().filter_map(|(who, wish)| {
        let (person, history) = people.iter_mut().find(|(person, _)| person.name.as_str() == *who)?;
        let types = words::line(&command(*wish, &person.name, history));
        Some(Line { who: (*who).into(), types })
    });
    typed.collect()
}

fn packet(story: &Story, place: usize) -> Packet {
    let Sending { src, dst, words, step, attempt, arrivals, redirections } = &story.sendings[place];
    let name = |actor: usize| story.actors.get(actor).map_or(STRANGER, String::as_str).to_owned();
    let same_way = |other: &&Sending| (other.src, other.dst) == (*src, *dst);
    Packet {
        from: name(*src),
        to: name(*dst),
        says: words.clone(),
        nth: story.sendings[..=place].iter().filter(same_way).count(),
        attempt: *attempt,
        sent: *step,
        arrives: arrivals.clone(),
        redirected: redirections.clone(),
    }
}

fn moment(who: String, step: &Step, wishes: &mut impl Iterator<Item = Option<Wish>>) -> Moment {
    let event = match &step.cause {
        Cause::Started => Event::Starts,
        Cause::Chose(deed) => chosen(wishes.next().expect("every choice is a wish"), deed),
        Cause::Received { sending, .. } => Event::Receives { packet: *sending },
        Cause::Fired(awaited) => Event::Fires { awaited: awaited.clone() },
        Cause::Crashed => Event::Crashes,
        Cause::Recovered => Event::Recovers,
        Cause::Lost(sending) => Event::Loses { packet: *sending },
    };
    Moment { who, event, reads: step.told.clone(), sends: step.sent.clone() }
}

fn chosen(wish: Option<Wish>, deed: &Deed) -> Event {
    match (wish, deed) {
        (Some(Wish::Interrupt), _) => Event::Interrupts,
        (Some(Wish::Restart(name)), _) => Event::StartsAs { name: name.into() },
        (Some(_), Deed::Types(line) | Deed::Does(line)) => Event::Types { line: line.clone() },
        (None, Deed::Types(words) | Deed::Does(words)) => Event::Ordered { words: words.clone() },
    }
}
