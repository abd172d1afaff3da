//! A server that comes back with what it had saved.
//!
//! What it came back with is in its recording, so where it is then is known, also if the last records before were not written:
//! whatever it did in those and anybody has heard of, it had saved. Only the texts of posts have to be found out: in a run that
//! is being played they are those that their authors typed.

use std::sync::Arc;

use model::ids::Index;
use model::packet::{Down, Packet};
use model::server::saved::{Part, Saved, Value};
use model::{Name, ServerConfig, Text};
use net::record::{Configured, Ending, Input};
use stateright::Model;
use stateright::actor::{ActorModelAction, Id};

use super::merge::{Moment, word};
use super::play::{Place, Play, light};
use crate::system::disk::{Disk, Storage};
use crate::system::history::{Fate, Letter};
use crate::system::{Action, SERVER, State, seats, server};

/// What is said of a run whose rest cannot be played.
const FORGETFUL: &str = "the server starts once more and has forgotten everything; a run is judged up to there, and every life is replayed to its end";
const UNKNOWN: &str = "the server comes back with what it had saved in a life that was not recorded; every life is replayed to its end";
const OTHER: &str = "the server comes back with other settings; a run is judged up to there, and every life is replayed to its end";

type Found = Vec<(Part, Value)>;

impl Play<'_> {
    /// What the server comes back with in this record, if it does; or why that cannot be played.
    pub(super) fn saved(&self, moment: Moment) -> Option<Result<Found, &'static str>> {
        let Moment { life, step, .. } = moment;
        if self.run.hosts.of_life(life) != SERVER {
            return None;
        }
        let first = self.is_first(SERVER, life);
        let found = match &self.run.recorded[life].life.steps[step].1.input {
            Input::Start if first => return None,
            Input::Restart { .. } if first => return Some(Err(UNKNOWN)),
            Input::Start => Vec::new(),
            Input::Restart { saved } => saved.clone(),
            _ => return None,
        };
        Some(self.same_server(life).map(|()| found))
    }

    /// Whether the server of a life is the one that is being played.
    fn same_server(&self, life: usize) -> Result<(), &'static str> {
        let before: &ServerConfig = &self.system.server().config;
        match &self.run.recorded[life].life.header.actor {
            Configured::Server(config) if config == before && config.durable => Ok(()),
            Configured::Server(config) if config.durable && config.key == before.key => Err(OTHER),
            _ => Err(FORGETFUL),
        }
    }

    /// The server is gone, and this is what it will come back with. The crash, unless it had been stopped.
    pub(super) fn crash(&mut self, life: usize, found: Found) -> Option<(State, Action)> {
        let before = light(&self.state);
        let crash = ActorModelAction::Crash(Id::from(SERVER));
        if let Some(next) = self.system.next_state(&self.state, crash.clone()) {
            self.state = next;
        }
        let parts = found.into_iter().map(|(part, value)| {
            let value = self.typed(life, &part, value);
            (part, Some(value))
        });
        let written = Saved { parts: parts.collect(), may_wait: false };
        let disk = Disk { written: Arc::new(written), ..Disk::default() };
        self.state.actor_storages[SERVER] = Some(Storage::Disk(disk));
        let lives = &self.run.hosts.0[SERVER].lives;
        let last = lives.iter().take_while(|other| **other != life).last();
        let stopped =
            last.is_some_and(|last| matches!(self.run.recorded[*last].life.ending, Ending::Stopped(_)));
        (!stopped).then_some((before, crash))
    }

    /// A value with the text that its author typed.
    fn typed(&mut self, life: usize, part: &Part, mut value: Value) -> Value {
        if let (Part::Post(group, index), Value::Post { from, text, .. }) = (part, &mut value) {
            *text = self.post(life, (group.clone(), *index, from.clone()), text);
        }
        value
    }

    /// The text of a post that the server sent in a record that was not written.
    pub(super) fn known_post(&mut self, life: usize, packet: &Packet) -> Option<Text> {
        let Packet::Down { down: Down::Post { index, from, text, .. }, .. } = packet else { return None };
        let actor = self.run.hosts.of_life(life);
        let (_, seat) = seats(&self.state).find(|(other, _)| *other == actor)?;
        let group = seat.client.registered()?.mode.group()?.clone();
        let said = self.said(life, text);
        let place = (group, *index, from.clone());
        self.find(&place, &said)
    }

    /// The text of a post as its author typed it, or one of its own if nobody knows that.
    fn post(&mut self, life: usize, place: Place, text: &Text) -> Text {
        let said = self.said(life, text);
        if let Some(known) = self.find(&place, &said) {
            return known;
        }
        let text = self.writer.unique(None, &said);
        self.posts.insert(place, text.clone());
        text
    }

    fn said(&self, life: usize, text: &Text) -> Text {
        self.run.merged.texts.text(&word(&self.run.recorded, life, text))
    }

    fn find(&self, place: &Place, said: &Text) -> Option<Text> {
        let known = self.posts.get(place).cloned();
        known.or_else(|| placed(&self.state, place)).or_else(|| self.written(place, said))
    }

    /// What its author typed and was not told the place of, the oldest first; what reads the same before anything else.
    fn written(&self, place: &Place, said: &Text) -> Option<Text> {
        let (group, _, from) = place;
        let open = |letter: &&Letter| {
            letter.from == *from
                && letter.to.is_none()
                && letter.group.as_ref() == Some(group)
                && matches!(letter.fate, Fate::Open | Fate::Unknown)
                && !is_placed(&self.state, group, letter)
        };
        let letters = || seats(&self.state).flat_map(|(_, seat)| &seat.person.letters).filter(open);
        let same = letters().find(|letter| self.writer.said.get(&letter.text) == Some(said));
        same.or_else(|| letters().next()).map(|letter| letter.text.clone())
    }
}

/// Every post that somebody knows, with its place.
fn posts<'a>(state: &'a State, group: &'a Name) -> impl Iterator<Item = (Index, &'a Name, &'a Text)> {
    let kept = server(state).groups.get(group).into_iter().flat_map(|group| {
        (group.first().0..).map(Index).zip(&group.log).map(|(index, post)| (index, &post.from, &post.text))
    });
    let shown = seats(state).filter_map(|(_, seat)| seat.person.posts.get(group)).flatten();
    let told =
        seats(state).flat_map(|(_, seat)| &seat.person.letters).filter_map(move |letter| match letter.fate {
            Fate::Posted(index) if letter.group.as_ref() == Some(group) => {
                Some((index, &letter.from, &letter.text))
            }
            _ => None,
        });
    kept.chain(shown.map(|(index, from, text)| (*index, from, text))).chain(told)
}

fn placed(state: &State, (group, index, author): &Place) -> Option<Text> {
    posts(state, group)
        .find(|(place, from, _)| place == index && *from == author)
        .map(|(.., text)| text.clone())
}

fn is_placed(state: &State, group: &Name, letter: &Letter) -> bool {
    posts(state, group).any(|(_, from, text)| (from, text) == (&letter.from, &letter.text))
}
