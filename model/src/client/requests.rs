//! Requests: one at a time, sent again until answered or out of attempts.

use std::borrow::Cow;

use stateright::actor::Out;

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
    if let Some(Pending::Request(pending)) = state.pending()
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
    let limit = client.config.limits.attempts;
    match &state.phase {
        Phase::Registering(registering) if registering.attempts < limit => {
            let attempts = registering.attempts + 1;
            let registering = Registering { attempts, ..registering.clone() };
            client.turn(state, out).attempt_registration(registering);
        }
        Phase::Registering(_) => client.turn(state, out).exit(Exit::ServerSilent),
        Phase::Registered(own) => match own.pending.clone() {
            Some(Pending::Request(pending)) if pending.attempts < limit => {
                let attempts = pending.attempts + 1;
                client.turn(state, out).send_request(PendingRequest { attempts, ..pending });
            }
            Some(Pending::Request(_)) => client.turn(state, out).exit(Exit::ServerSilent),
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
    /// Asks the server something new.
    pub(super) fn ask(&mut self, request: Request, names: Vec<Name>) {
        let Some(own) = self.state.registered_mut() else { return };
        let number = own.last_request.next();
        own.last_request = number;
        self.send_request(PendingRequest { number, request, attempts: 1, names });
    }

    fn send_request(&mut self, pending: PendingRequest) {
        let (number, request) = (pending.number, pending.request.clone());
        if let Some(own) = self.state.registered_mut() {
            own.pending = Some(Pending::Request(pending));
        }
        self.send_up(Up::Request { number, request });
        self.arm();
    }

    pub(super) fn send_up(&mut self, up: Up) {
        if let Some(pass) = self.state.registered().map(|own| own.pass) {
            self.send(self.config.server, Packet::Up { pass, up });
        }
    }

    fn take_request(&mut self) -> Option<PendingRequest> {
        match self.state.registered_mut()?.pending.take()? {
            Pending::Request(pending) => {
                self.disarm();
                Some(pending)
            }
            Pending::Direct(_) => None,
        }
    }

    /// What a reply means depends on what was asked. A reply that does not fit ends the command like any other: a
    /// confused server must not block its clients.
    fn answered(&mut self, pending: PendingRequest, reply: Reply) {
        let PendingRequest { number, request, names, .. } = pending;
        match (request, reply) {
            (Request::Deregister, _) => return self.exit(Exit::Deregistered),
            (
                Request::ListGroups { .. } | Request::ListMembers { .. },
                Reply::Names { names: page, more: true },
            ) => {
                if let Some(names) = self.gather(names, page) {
                    return self.ask_next_page(names);
                }
            }
            (Request::ListGroups { .. }, Reply::Names { names: page, .. }) => {
                let groups = [names, page].concat();
                self.tell(Event::Groups(groups));
            }
            (Request::ListMembers { .. }, Reply::Names { names: page, .. }) => self.list_members(names, page),
            (Request::CreateGroup(group), Reply::GroupCreated) => self.tell(Event::GroupCreated(group)),
            (Request::CreateGroup(group), Reply::GroupExists) => self.tell(Event::GroupExists(group)),
            (Request::CreateGroup(_), Reply::TooManyGroups) => self.tell(Event::TooManyGroups),
            (Request::JoinGroup(group), Reply::Joined { next }) => self.joined(group, number, next),
            (Request::JoinGroup(group), Reply::NoSuchGroup) => self.tell(Event::NoSuchGroup(group)),
            (Request::LeaveGroup, Reply::Left) => self.left(),
            (Request::Post(text), Reply::Posted(index)) => self.posted(text, index),
            (Request::Post(_), Reply::Backlog) => self.tell(Event::PostRefused),
            (Request::Report(_), _) => {}
            (_, Reply::NotMember) => self.not_member(),
            _ => self.tell(Event::InvalidCommand),
        }
        self.next_command();
    }
}
