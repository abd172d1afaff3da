//! Requests: one at a time, sent again until answered or out of attempts.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::command::Command;
use crate::event::{Event, Exit};
use crate::ids::RequestNumber;
use crate::message::Message;
use crate::name::Name;
use crate::packet::{Packet, Reply, Request, Up};

use super::{Client, ClientState, Pending, PendingRequest, Phase, Registered, Registering, Turn};

/// The answer to the pending request; every other reply is a repeat.
pub(super) fn on_reply(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    number: RequestNumber,
    reply: Reply,
    out: &mut Out<Client>,
) {
    let cancelled = state.registered().and_then(|own| own.cancelled.as_ref());
    if cancelled.is_some_and(|cancelled| cancelled.number == number) {
        client.turn(state, out).learn_fate(reply);
    } else if let Some(Pending::Request(pending)) = state.pending()
        && pending.number == number
    {
        let mut turn = client.turn(state, out);
        if let Some(pending) = turn.take_request() {
            turn.answered(pending, reply);
        }
    }
}

/// No answer in time: to a registration, a request or a direct message.
pub(super) fn on_timeout(client: &Client, state: &mut Cow<'_, ClientState>, out: &mut Out<Client>) {
    match &state.phase {
        Phase::Registering(registering) => {
            let registering = registering.clone();
            let mut turn = client.turn(state, out);
            if let Some(attempts) = turn.next_attempt(registering.attempts) {
                turn.attempt_registration(Registering { attempts, ..registering });
            }
        }
        Phase::Registered(own) => match own.pending.clone() {
            Some(Pending::Request(pending)) => {
                let mut turn = client.turn(state, out);
                if let Some(attempts) = turn.next_attempt(pending.attempts) {
                    turn.send_request(PendingRequest { attempts, ..pending });
                }
            }
            Some(Pending::Direct(pending)) => client.turn(state, out).direct_unacked(pending),
            None => {}
        },
        Phase::Exited(_) => {}
    }
}

/// Says something to the server without a change of state.
pub(super) fn send_up(client: &Client, own: &Registered, up: Up, out: &mut Out<Client>) {
    out.send(client.config.server, Message::Packet(Packet::Up { pass: own.pass, up }));
}

impl Turn<'_> {
    /// The number of the next attempt to reach the server. Ends the client if there is none.
    fn next_attempt(&mut self, attempts: u8) -> Option<u8> {
        let limit = self.config.limits.attempts;
        if attempts < limit {
            return Some(attempts + 1);
        }
        let Some(longest) = self.config.reconnect.filter(|_| !self.state.is_leaving()) else {
            self.exit(Exit::ServerSilent);
            return None;
        };
        if attempts == limit {
            self.tell(Event::StillTrying);
        }
        // Does not count for ever, so that there are not ever more states.
        let grows = attempts == limit || self.config.wait(attempts) < longest;
        Some(if grows { attempts.saturating_add(1) } else { attempts })
    }

    /// Asks the server something new.
    pub(super) fn ask(&mut self, request: Request, names: Vec<Name>) {
        let Some(own) = self.state.registered_mut() else { return };
        let number = own.last_request.next();
        own.last_request = number;
        self.send_request(PendingRequest { number, request, attempts: 1, names });
    }

    pub(super) fn send_request(&mut self, pending: PendingRequest) {
        let (number, request, attempts) = (pending.number, pending.request.clone(), pending.attempts);
        if let Some(own) = self.state.registered_mut() {
            own.pending = Some(Pending::Request(pending));
        }
        self.send_up(Up::Request { number, request });
        self.arm(attempts);
    }

    pub(super) fn send_up(&mut self, up: Up) {
        if let Some(pass) = self.state.registered().map(|own| own.pass) {
            self.send(self.config.server, Packet::Up { pass, up });
        }
    }

    pub(super) fn take_request(&mut self) -> Option<PendingRequest> {
        match self.state.registered_mut()?.pending.take()? {
            Pending::Request(pending) => {
                self.disarm();
                if pending.attempts > self.config.limits.attempts {
                    self.tell(Event::ServerBack);
                }
                Some(pending)
            }
            Pending::Direct(_) => None,
        }
    }

    /// Ends the command, unless there is more to ask for.
    fn answered(&mut self, pending: PendingRequest, reply: Reply) {
        let PendingRequest { number, request, names, .. } = pending;
        let is_list = matches!(request, Request::ListGroups { .. } | Request::ListMembers { .. });
        match reply {
            Reply::Names { names: page, more: true } if is_list => {
                if let Some(names) = self.gather(names, page) {
                    return self.ask_next_page(names);
                }
            }
            Reply::Names { names: page, .. } if is_list => self.list(&request, [names, page].concat()),
            reply => self.conclude(number, request, reply),
        }
        self.next_command();
    }

    /// What a reply means depends on what was asked. A reply that does not fit ends the command like any other: a
    /// confused server must not block its clients.
    pub(super) fn conclude(&mut self, number: RequestNumber, request: Request, reply: Reply) {
        match (request, reply) {
            (Request::Deregister, Reply::Withdrawn) => self.tell(Event::Withdrawn(Command::Quit)),
            (Request::Deregister, _) => self.exit(Exit::Deregistered),
            (Request::CreateGroup(group), Reply::GroupCreated) => self.tell(Event::GroupCreated(group)),
            (Request::CreateGroup(group), Reply::GroupExists) => self.tell(Event::GroupExists(group)),
            (Request::CreateGroup(_), Reply::TooManyGroups) => self.tell(Event::TooManyGroups),
            (Request::JoinGroup(group), Reply::Joined { next }) => self.joined(group, number, next),
            (Request::JoinGroup(group), Reply::NoSuchGroup) => self.tell(Event::NoSuchGroup(group)),
            (Request::LeaveGroup, Reply::Left) => self.left(),
            (Request::Post(text), Reply::Posted(index)) => self.posted(text, index),
            (Request::Post(_), Reply::Backlog) => self.tell(Event::PostRefused),
            (Request::Post(_), Reply::NotMember) => {
                self.not_member();
                self.tell(Event::NotPosted);
            }
            (Request::Report(_), _) => {}
            (_, Reply::NotMember) => self.not_member(),
            (request, Reply::Withdrawn) => self.withdrawn(request),
            _ => self.tell(Event::InvalidCommand),
        }
    }

    fn list(&mut self, request: &Request, names: Vec<Name>) {
        if matches!(request, Request::ListGroups { .. }) {
            self.tell(Event::Groups(names));
        } else {
            self.list_members(names);
        }
    }
}
