//! The life of one message: typed, sent, lost, resent, acked, queued, shown.
//!
//! In a run that is being played every text of every person is another one. So whatever carries the text of a message belongs
//! to it, and acks and replies belong to what they answer by their numbers.

use std::collections::BTreeSet;

use model::client::{Pending, PendingRequest};
use model::ids::{DirectNumber, Index, RequestNumber, Session};
use model::packet::{Down, Packet, Reply, Request, Up};
use model::{Event, Name, Text};
use stateright::actor::{ActorModelAction, Envelope};

use super::part::Part;
use crate::story::chat::{events, words};
use crate::story::{Cause, Sending, Step, Story};
use crate::system::history::{Fate, Letter};
use crate::system::role::RoleState;
use crate::system::seat::SeatState;
use crate::system::{SERVER, seats};

/// A message that somebody recorded has typed.
#[derive(Clone, Debug)]
pub struct Message {
    /// How it is called: `X/3` for the third direct message of X, `room/2` for post 2 in that group, `X/post/1` for a
    /// post that got no place.
    pub id: String,
    /// Where its author sits.
    pub author: usize,
    /// What the author typed, and was told about it.
    pub letter: Letter,
}

/// All messages, in the order of their authors.
pub fn messages(part: &Part<'_>) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for (author, seat) in seats(&part.last) {
        for letter in &seat.person.letters {
            let own = |it: &&Message| {
                it.letter.from == letter.from && it.letter.to.is_some() == letter.to.is_some()
            };
            let number = messages.iter().filter(own).count() + 1;
            let id = match (&letter.to, place(part, letter)) {
                (Some(_), _) => format!("{}/{number}", letter.from),
                (None, Some((group, index))) => format!("{group}/{}", index.0),
                (None, None) => format!("{}/post/{number}", letter.from),
            };
            messages.push(Message { id, author, letter: letter.clone() });
        }
    }
    messages
}

/// The place of a post, if anybody recorded knows it.
fn place(part: &Part<'_>, letter: &Letter) -> Option<(Name, Index)> {
    let group = letter.group.as_ref().filter(|_| letter.to.is_none())?;
    let told = match letter.fate {
        Fate::Posted(index) => Some(index),
        _ => None,
    };
    let seen = || {
        let posts = seats(&part.last).filter_map(|(_, seat)| seat.person.posts.get(group));
        let same = |(_, from, text): &&(Index, Name, Text)| *from == letter.from && *text == letter.text;
        posts.flatten().find(same).map(|(index, ..)| *index)
    };
    told.or_else(seen).map(|index| (group.clone(), index))
}

impl Message {
    /// What it is, in one line.
    pub fn title(&self) -> String {
        let Letter { from, to, group, text, .. } = &self.letter;
        let to = match (to, group) {
            (Some(to), _) => format!("to {to}"),
            (None, Some(group)) => format!("to group {group}"),
            (None, None) => "to no group".into(),
        };
        crate::story::harmless(&format!("{}: \"{}\" from {from} {to}", self.id, text.as_str()))
    }

    /// Its life, in sentences. The numbers are those of the records.
    pub fn life(&self, part: &Part<'_>) -> Vec<String> {
        let (story, sent) = part.story_with_packets();
        let telling = Telling { message: self, part, story: &story, related: self.related(&sent) };
        let mut lines: Vec<String> = (0..story.steps.len()).flat_map(|step| telling.step(step)).collect();
        lines.push(self.end(part));
        lines
    }

    /// Which sendings belong to it.
    fn related(&self, sent: &[Envelope<Packet>]) -> Vec<bool> {
        let mut thread = Thread::default();
        for envelope in sent {
            thread.learn(&self.letter, &envelope.msg);
        }
        sent.iter().map(|envelope| thread.has(&self.letter, &envelope.msg)).collect()
    }

    /// What became of it.
    fn end(&self, part: &Part<'_>) -> String {
        let Letter { from, to, text, fate, .. } = &self.letter;
        let told = match fate {
            Fate::Open => format!("{from} was not told anything about it"),
            Fate::Received => "its receiver has it".into(),
            Fate::Queued => "it waits at its receiver, or was shown there since".into(),
            Fate::Posted(_) | Fate::Taken => "the server has it".into(),
            Fate::Refused => "it was refused, and will not be shown".into(),
            Fate::Unknown => "nobody knows whether it arrived".into(),
        };
        let key = (from.clone(), text.clone());
        let has = |seat: &SeatState| {
            seat.person.directs.contains_key(&key)
                || seat
                    .person
                    .posts
                    .values()
                    .flatten()
                    .any(|(_, author, said)| author == from && said == text)
        };
        let names = part.names();
        let shown: Vec<&str> = seats(&part.last)
            .filter(|(actor, seat)| *actor != self.author && has(seat))
            .map(|(actor, _)| names[actor].as_str())
            .collect();
        let waiting = |seat: &SeatState| seat.client.registered().is_some_and(|own| own.queue.contains(&key));
        let queued = to.is_some() && seats(&part.last).any(|(_, seat)| waiting(seat));
        let shown = match (shown.is_empty(), queued) {
            (false, _) => format!("it was shown to {}", shown.join(", ")),
            (true, true) => "it waits in a queue".into(),
            (true, false) => "nobody else who was recorded was shown it".into(),
        };
        let told = match fate {
            Fate::Open => told,
            _ => format!("{from} was told that {told}"),
        };
        format!("In the end {told}; {shown}.")
    }
}

/// What a message is known by.
#[derive(Default)]
struct Thread {
    directs: BTreeSet<(Session, Session, DirectNumber)>,
    requests: BTreeSet<(Session, RequestNumber)>,
    posts: BTreeSet<(Session, RequestNumber, Index)>,
}

impl Thread {
    fn learn(&mut self, letter: &Letter, packet: &Packet) {
        match packet {
            Packet::Direct { from, to, number, text, sender, .. }
                if *text == letter.text && *sender == letter.from && letter.to.is_some() =>
            {
                self.directs.insert((*from, *to, *number));
            }
            Packet::Up { pass, up: Up::Request { number, request: Request::Post(text) } }
                if *text == letter.text && letter.to.is_none() =>
            {
                self.requests.insert((pass.session, *number));
            }
            Packet::Down { pass, down: Down::Post { join, index, from, text } }
                if *text == letter.text && *from == letter.from =>
            {
                self.posts.insert((pass.session, *join, *index));
            }
            _ => {}
        }
    }

    fn has(&self, letter: &Letter, packet: &Packet) -> bool {
        match packet {
            Packet::Direct { text, sender, .. } => *text == letter.text && *sender == letter.from,
            Packet::DirectAck { from, to, number, .. } => self.directs.contains(&(*to, *from, *number)),
            Packet::Up { pass, up: Up::Request { number, .. } } => {
                self.requests.contains(&(pass.session, *number))
            }
            Packet::Down { pass, down: Down::Reply { number, reply } } => {
                matches!(reply, Reply::Posted(_) | Reply::NotMember | Reply::Backlog)
                    && self.requests.contains(&(pass.session, *number))
            }
            Packet::Down { down: Down::Post { from, text, .. }, .. } => {
                *text == letter.text && *from == letter.from
            }
            Packet::Up { pass, up: Up::PostAck { join, next } } => {
                self.posts.iter().any(|(session, stay, index)| {
                    (session, stay) == (&pass.session, join) && index.next() == *next
                })
            }
            _ => false,
        }
    }
}

struct Telling<'a> {
    message: &'a Message,
    part: &'a Part<'a>,
    story: &'a Story,
    related: Vec<bool>,
}

impl Telling<'_> {
    /// What happened to the message in a step.
    fn step(&self, step: usize) -> Vec<String> {
        let told = &self.story.steps[step];
        let sent: Vec<usize> = told.sent.iter().copied().filter(|sending| self.related[*sending]).collect();
        let received = matches!(told.cause, Cause::Received { sending, .. } if self.related[sending]);
        let cause = received || self.is_typed(step);
        let heard = self.heard(step, cause);
        if !cause && sent.is_empty() && heard.is_empty() {
            return Vec::new();
        }
        let (number, time) = (told.number, self.part.times[step].as_secs_f64());
        let mut lines = vec![format!("{number:>5}. {time:>9.3} s  {}", self.sentence(told))];
        let name = &self.story.actors[told.actor];
        lines.extend(heard.into_iter().map(|line| format!("{INDENT}{name} reads | {line}")));
        lines.extend(sent.into_iter().map(|sending| format!("{INDENT}{}", self.sending(sending))));
        lines
    }

    /// What happened in a step. That a timer fires leaves nothing open here: where each packet stayed was recorded.
    fn sentence(&self, step: &Step) -> String {
        match &step.cause {
            Cause::Fired(words) if step.actor == SERVER => format!("The timer of the server fires: {words}."),
            Cause::Fired(words) => {
                format!("The timer of {} fires: {words}.", self.story.actors[step.actor])
            }
            _ => self.story.sentence(step),
        }
    }

    fn is_typed(&self, step: usize) -> bool {
        let (state, action) = &self.part.path[step];
        let Some(ActorModelAction::SelectRandom { actor, random, .. }) = action else { return false };
        let (actor, id) = (usize::from(*actor), *random);
        let RoleState::Seat(state) = &*state.actor_states[actor] else { return false };
        let command = self.part.system.seat(actor).command(state, id);
        actor == self.message.author
            && command
                .and_then(|mut command| command.text_mut().cloned())
                .is_some_and(|text| text == self.message.letter.text)
    }

    /// What was read about the message; in a step of its own, everything.
    fn heard(&self, step: usize, own: bool) -> Vec<String> {
        let (state, action) = &self.part.path[step];
        let Some(action) = action else { return Vec::new() };
        let told = events(&self.part.system.plain.actors, state, action);
        let about = |event: &&Event| {
            own || self.is_about(self.story.steps[step].actor, event) || self.is_answer(step, event)
        };
        told.iter().filter(about).filter_map(words::event).map(|line| crate::story::harmless(&line)).collect()
    }

    fn is_about(&self, actor: usize, event: &Event) -> bool {
        let Letter { from, text, .. } = &self.message.letter;
        match event {
            Event::Direct { from: author, text: said } | Event::Post { from: author, text: said, .. } => {
                author == from && said == text
            }
            Event::OwnPost { text: said, .. } => actor == self.message.author && said == text,
            Event::Exited { queued, .. } => queued.contains(&(from.clone(), text.clone())),
            _ => false,
        }
    }

    /// Whether the author is told what became of the message.
    fn is_answer(&self, step: usize, event: &Event) -> bool {
        let (state, _) = &self.part.path[step];
        let actor = self.story.steps[step].actor;
        let RoleState::Seat(seat) = &*state.actor_states[actor] else { return false };
        let pending = match seat.client.pending() {
            Some(Pending::Direct(direct)) => Some(&direct.text),
            Some(Pending::Request(PendingRequest { request: Request::Post(text), .. })) => Some(text),
            _ => None,
        };
        actor == self.message.author
            && pending == Some(&self.message.letter.text)
            && matches!(
                event,
                Event::DirectReceived { .. }
                    | Event::DirectRefused { .. }
                    | Event::NoAck { .. }
                    | Event::PostReceived { .. }
                    | Event::PostRefused
                    | Event::SessionLost
            )
    }

    fn sending(&self, sending: usize) -> String {
        let Sending { dst, words, attempt, arrivals, .. } = &self.story.sendings[sending];
        let to = self.story.actors.get(*dst).map_or("a stranger", String::as_str);
        let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
        let recorded = self.part.run.hosts.0.get(*dst).is_some_and(|host| !host.lives.is_empty());
        let arrives = match (arrivals.as_slice(), recorded) {
            ([], false) => format!("{to} was not recorded"),
            ([], true) => "it never arrives".into(),
            ([at], _) => format!("it arrives in record {}", self.part.numbers[*at]),
            ([at, ..], _) => {
                format!(
                    "it arrives in record {} and {} times more",
                    self.part.numbers[*at],
                    arrivals.len() - 1
                )
            }
        };
        format!("to {to}: {words}{again}; {arrives}")
    }
}

const INDENT: &str = "                     ";
