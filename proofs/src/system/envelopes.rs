//! Which envelopes can no longer matter.
//!
//! On a duplicating network every envelope stays for ever, and each one that does nothing any more doubles the states for
//! nothing. An envelope is *dead* when from now on, whatever happens, delivering it leads to no actor state that would
//! not be reached without it. Every rule below rests on something that only grows: sessions, nonces, request numbers,
//! direct numbers, indexes, versions. `tests/whole/reduction.rs` shows that nothing is lost.
//!
//! The rules assume a protocol that works. So that they do not hide one that does not, no envelope is dropped on their word
//! alone: it is delivered for a try, and has to leave its receiver as it is and to send nothing new.

use std::borrow::Cow;
use std::sync::Arc;

use ahash::AHashSet;
use model::client::{Pending, Registered};
use model::ids::{Pass, RequestNumber, Version};
use model::packet::{Down, Request, Up};
use model::{ClientState, Packet, Server, ServerState};
use stateright::actor::{Actor, Command, Id, Network, Out};

use super::office::Office;
use super::role::{Role, RoleState};
use super::seat::SeatState;
use super::{Envelope, SERVER, State, System, server};
use crate::coverage::Coverage;

/// The envelopes that can no longer matter in this state. What the server has not written it may not know any more later; so
/// if it may crash, they may not matter either to the server that would come back now.
pub fn dead(system: &System, state: &State) -> Vec<Envelope> {
    let dead = dead_in(system, state, None);
    if system.may_crash(state, SERVER) || state.crashed[SERVER] {
        return dead_in(system, &came_back(system, state), Some(&dead));
    }
    dead
}

/// The state if the server crashed now and came back, and nothing that it then says were under way.
fn came_back(system: &System, state: &State) -> State {
    let mut back = state.clone();
    let server = &system.plain.actors[SERVER];
    let storage = &state.actor_storages[SERVER];
    back.actor_states[SERVER] = Arc::new(server.on_start(Id::from(SERVER), storage, &mut Out::new()));
    back.crashed[SERVER] = false;
    back
}

/// The envelopes that can no longer matter as long as the server does not crash; only among these, if some are given.
fn dead_in(system: &System, state: &State, among: Option<&[Envelope]>) -> Vec<Envelope> {
    let Network::UnorderedDuplicating(envelopes, _) = &state.network else { return Vec::new() };
    let world = World::of(&system.plain.actors, state, envelopes.iter());
    let dead = |envelope: &&Envelope| {
        world.is_dead(envelope)
            && does_nothing(&system.plain.actors, state, envelope, &system.coverage, |sent| {
                envelopes.contains(sent) || world.is_dead(sent)
            })
    };
    match among {
        Some(among) => among.iter().filter(dead).cloned().collect(),
        None => envelopes.iter().filter(dead).cloned().collect(),
    }
}

/// Delivers an envelope for a try.
fn does_nothing(
    actors: &[Role],
    state: &State,
    envelope: &Envelope,
    coverage: &Coverage,
    idle: impl Fn(&Envelope) -> bool,
) -> bool {
    let actor = usize::from(envelope.dst);
    if state.crashed.get(actor).is_none_or(|crashed| *crashed) {
        return true;
    }
    let mut after = Cow::Borrowed(&*state.actor_states[actor]);
    let mut out = Out::new();
    actors[actor].on_msg(envelope.dst, &mut after, envelope.src, envelope.msg.clone(), &mut out);
    if matches!(after, Cow::Borrowed(_)) {
        coverage.note_try(actor, &envelope.msg, !out.is_empty());
    }
    matches!(after, Cow::Borrowed(_))
        && out.into_iter().all(|command| match command {
            Command::Send(dst, msg) => idle(&Envelope { src: envelope.dst, dst, msg }),
            Command::SetTimer(..)
            | Command::CancelTimer(_)
            | Command::ChooseRandom(..)
            | Command::Save(_) => false,
        })
}

/// What the rules look at.
struct World<'a> {
    office: &'a Office,
    server: &'a ServerState,
    state: &'a State,
    /// The highest update ack of each session that is under way from where the session is.
    acks: Vec<(Pass, Version)>,
    under_way: AHashSet<(Pass, &'a Up)>,
}

impl<'a> World<'a> {
    fn of(actors: &'a [Role], state: &'a State, envelopes: impl Iterator<Item = &'a Envelope>) -> World<'a> {
        let Role::Server(office) = &actors[super::SERVER] else { unreachable!("actor 0 is the server") };
        let mut acks: Vec<(Pass, Version)> = Vec::new();
        let mut under_way = AHashSet::new();
        for envelope in envelopes {
            let Packet::Up { pass, up } = &envelope.msg else { continue };
            under_way.insert((*pass, up));
            if let Up::UpdateAck(version) = up
                && is_at_home(office, envelope.src, *pass)
            {
                match acks.iter_mut().find(|(known, _)| known == pass) {
                    Some((_, highest)) => *highest = (*highest).max(*version),
                    None => acks.push((*pass, *version)),
                }
            }
        }
        World { office, server: server(state), state, acks, under_way }
    }

    fn is_dead(&self, envelope: &Envelope) -> bool {
        if crate::intruder::seat(self.state) == Some(usize::from(envelope.dst)) {
            // It has it already.
            return false;
        }
        let to_server = usize::from(envelope.dst) == SERVER;
        match &envelope.msg {
            Packet::Register { name, nonce, cookie } => {
                let waiting = self.clients().any(|client| {
                    client.registering().is_some_and(|registering| registering.nonce == *nonce)
                });
                let Office { server: Server { config }, book, .. } = self.office;
                let version = self.server.directory.version;
                !waiting && *cookie != config.key.cookie(book.address(envelope.src), name, version)
            }
            Packet::Challenge { nonce, .. }
            | Packet::Welcome { nonce, .. }
            | Packet::Refused { nonce, .. } => self.client(envelope.dst).is_none_or(|client| {
                client.registering().is_none_or(|registering| registering.nonce != *nonce)
            }),
            Packet::Up { pass, up } if to_server => self.is_dead_up(envelope.src, *pass, up),
            Packet::Down { pass, down } => self.is_dead_down(envelope.dst, *pass, down),
            Packet::Direct { sender, from, to, number, .. } => {
                self.client(envelope.dst).is_none_or(|client| {
                    let listed = client.directory.find(sender).map(|listing| &listing.entry);
                    client.registered().is_some_and(|own| own.pass.session != *to)
                        || client.heard.get(from).is_some_and(|(last, _)| last >= number)
                        || listed.is_some_and(|entry| {
                            entry.session > *from || (entry.session == *from && !entry.online)
                        })
                })
            }
            Packet::DirectAck { number, from, .. } => self.client(envelope.dst).is_none_or(|client| {
                !matches!(client.pending(), Some(Pending::Direct(pending))
                    if pending.number == *number && pending.to == *from)
            }),
            Packet::Up { .. } => true,
        }
    }

    /// What a client says to the server: dead when the server has nothing to learn from it, and the client nothing from
    /// the answer. The answer to any late packet of a session is that it has ended; for that, one packet is enough,
    /// and the highest update ack is kept.
    fn is_dead_up(&self, src: Id, pass: Pass, up: &Up) -> bool {
        let online = self.server.online(pass.session);
        let ack = self.acks.iter().find(|(known, _)| *known == pass).map(|(_, version)| *version);
        let in_session = self.in_session(pass);
        let end_covered = in_session.is_none() || ack.is_some();
        if !is_at_home(self.office, src, pass) {
            // The server takes nothing from there. It may only say, once it knows the session no more, that it has ended.
            return end_covered;
        }
        match up {
            Up::UpdateAck(version) => {
                let known = online.is_none_or(|online| online.sync.acked >= *version);
                known && (in_session.is_none() || ack > Some(*version))
            }
            Up::Alive(asked) => {
                let stale = *asked < self.server.directory.version
                    && online
                        .is_none_or(|online| online.probe.as_ref().is_none_or(|probe| probe.asked != *asked));
                (stale || online.is_none()) && end_covered
            }
            Up::PostAck { join, next } => {
                let membership = online
                    .and_then(|online| online.membership.as_ref())
                    .filter(|member| member.join == *join);
                let known = membership.is_none_or(|member| member.acked >= *next);
                let higher =
                    |other: &&Up| matches!(other, Up::PostAck { join: j, next: n } if j == join && n > next);
                let covered = self.under_way.iter().any(|(known, up)| *known == pass && higher(up));
                let member = in_session.is_some_and(|client| awaits_join(client, *join));
                known && end_covered && (!member || covered)
            }
            Up::Request { number, .. } => {
                let last = self.server.sessions.get(&pass.session).and_then(|record| record.last.as_ref());
                let effective = online.is_some() && last.is_none_or(|(last, _)| last < number);
                let awaited = in_session.is_some_and(|client| awaits_reply(client, *number));
                !effective && !awaited && end_covered
            }
        }
    }

    fn is_dead_down(&self, dst: Id, pass: Pass, down: &Down) -> bool {
        let Some(client) = self.client(dst) else { return true };
        if !self.may_be_in(client, pass) {
            return true;
        }
        let Some(own) = client.registered() else { return false };
        match down {
            Down::Reply { number, .. } => *number <= own.last_request && !awaits_reply(client, *number),
            Down::Update(update) => {
                let acked =
                    self.server.online(pass.session).is_none_or(|online| online.sync.acked >= update.to);
                update.to <= client.directory.version && acked
            }
            Down::Post { join, index, .. } => {
                let shown = match &own.mode {
                    model::client::Mode::Group { join: current, next, ahead, .. } if current == join => {
                        index < next || ahead.contains_key(index)
                    }
                    _ => false,
                };
                shown || !awaits_join(client, *join)
            }
            Down::Removed { join } => !awaits_join(client, *join),
            Down::Probe(asked) => {
                self.under_way.contains(&(pass, &Up::Alive(*asked)))
                    || (*asked < self.server.directory.version
                        && self.server.online(pass.session).is_none_or(|online| {
                            online.probe.as_ref().is_none_or(|probe| probe.asked != *asked)
                        }))
            }
            Down::Gone | Down::Kicked => false,
            Down::Stopping(stop) => *stop <= own.last_stop,
        }
    }

    /// The client, unless it has ended or crashed.
    fn client(&self, id: Id) -> Option<&'a ClientState> {
        let actor = usize::from(id);
        let living = actor != SERVER && self.state.crashed.get(actor).is_some_and(|crashed| !crashed);
        let RoleState::Seat(SeatState { client, .. }) =
            &**self.state.actor_states.get(actor).filter(|_| living)?
        else {
            return None;
        };
        (!matches!(client.phase, model::client::Phase::Exited(_))).then_some(client)
    }

    /// All clients that have not ended or crashed.
    fn clients(&self) -> impl Iterator<Item = &'a ClientState> {
        (0..self.state.crashed.len()).filter_map(|actor| self.client(Id::from(actor)))
    }

    /// The client that is in this session now. On a network that redirects it need not be where the session is.
    fn in_session(&self, pass: Pass) -> Option<&'a ClientState> {
        self.clients().find(|client| client.registered().is_some_and(|own| own.pass == pass))
    }

    /// Whether the client is in the session with this pass or may come to be. On a network that redirects its address may
    /// be another one for the server.
    fn may_be_in(&self, client: &ClientState, pass: Pass) -> bool {
        if let Some(own) = client.registered() {
            return pass == own.pass;
        }
        let Some(record) = self.server.sessions.get(&pass.session) else { return false };
        let key = &self.office.server.config.key;
        let entry = self.server.directory.entries().find(|entry| entry.session == pass.session);
        client.registering().is_some_and(|registering| registering.nonce == record.nonce)
            && entry.is_none_or(|entry| pass.token == key.token(pass.session, entry.address))
    }
}

/// Whether a pass is shown from the address that it was given out for.
fn is_at_home(office: &Office, src: Id, pass: Pass) -> bool {
    let address = office.book.address(src);
    pass.token == office.server.config.key.token(pass.session, address)
}

/// The requests whose replies a client may still act on: the one under way, and one that is cancelled.
pub(crate) fn awaited(own: &Registered) -> impl Iterator<Item = (RequestNumber, &Request)> {
    let pending = match &own.pending {
        Some(Pending::Request(pending)) => Some((pending.number, &pending.request)),
        Some(Pending::Direct(_)) | None => None,
    };
    let cancelled = own.cancelled.as_ref().map(|cancelled| (cancelled.number, &cancelled.request));
    pending.into_iter().chain(cancelled)
}

fn awaits_reply(client: &ClientState, number: RequestNumber) -> bool {
    client.registered().is_some_and(|own| awaited(own).any(|(awaited, _)| awaited == number))
}

/// Whether the client is a member since this request, or will be once it is answered.
fn awaits_join(client: &ClientState, join: RequestNumber) -> bool {
    client.registered().is_some_and(|own| {
        let is_join = |(number, request): (RequestNumber, &Request)| {
            number == join && matches!(request, Request::JoinGroup(_))
        };
        awaited(own).any(is_join) || own.mode.join() == Some(join)
    })
}
