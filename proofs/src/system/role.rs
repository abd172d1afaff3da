//! One enum for the actors of a system. stateright's own `Choice` does not forward `on_random`.

use std::borrow::Cow;

use model::{Message, Packet, Server, ServerState, Timer};
use stateright::actor::{Actor, Id, Out};

use super::disk::Storage;
use super::office::Office;
use super::seat::{Seat, SeatState};
use crate::intruder::{Intruder, Known};

/// An actor.
#[derive(Clone, Debug)]
pub enum Role {
    /// The server and its operator.
    Server(Office),
    /// A client and its person.
    Seat(Seat),
    /// Somebody who wants to do harm. What it sends comes from nowhere, see [`crate::intruder`].
    Intruder(Intruder),
}

/// The state of an actor.
#[allow(clippy::large_enum_variant)] // There are a handful of them, each behind an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleState {
    /// Of the server.
    Server(ServerState),
    /// Of a client and its person.
    Seat(SeatState),
    /// What an intruder has been sent.
    Intruder(Known),
}

/// What a person or operator chooses: the number of a dish on its menu or of an errand, and after those of what it did in a
/// recorded run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice(pub u16);

impl Actor for Role {
    type Msg = Packet;
    type Timer = Timer;
    type State = RoleState;
    type Storage = Storage;
    type Random = Choice;

    fn on_start(&self, id: Id, storage: &Option<Storage>, out: &mut Out<Self>) -> RoleState {
        match self {
            Role::Server(office) => {
                let mut inner = Out::new();
                let saved = storage.as_ref().and_then(Storage::saved);
                let state = office.server.on_start(id, &saved, &mut inner);
                office.forward(inner, out);
                office.offer(out);
                RoleState::Server(state)
            }
            Role::Seat(seat) => RoleState::Seat(seat.start(id, out)),
            Role::Intruder(_) => RoleState::Intruder(Known::default()),
        }
    }

    fn on_msg(&self, id: Id, state: &mut Cow<'_, RoleState>, src: Id, packet: Packet, out: &mut Out<Self>) {
        self.step(
            state,
            out,
            |office, state, out| {
                let message = Message::Packet(packet.clone());
                office.server.on_msg(id, state, office.book.address(src), message, out);
            },
            |seat, state, out| {
                seat.on_message(id, state, src, Message::Packet(packet.clone()), out);
            },
        );
    }

    fn on_timeout(&self, id: Id, state: &mut Cow<'_, RoleState>, timer: &Timer, out: &mut Out<Self>) {
        self.step(
            state,
            out,
            |office, state, out| office.server.on_timeout(id, state, timer, out),
            |seat, state, out| {
                seat.on_timeout(id, state, timer, out);
            },
        );
    }

    fn on_random(&self, id: Id, state: &mut Cow<'_, RoleState>, choice: &Choice, out: &mut Out<Self>) {
        if let (Role::Seat(seat), RoleState::Seat(_)) = (self, &**state) {
            let RoleState::Seat(state) = state.to_mut() else { return };
            seat.choose(id, state, *choice, out);
        } else {
            self.step(state, out, |office, state, out| office.choose(id, state, *choice, out), |_, _, _| {});
        }
    }

    fn name(&self) -> String {
        match self {
            Role::Server(office) => office.server.name(),
            Role::Seat(seat) => seat.person.name.to_string(),
            Role::Intruder(_) => Intruder::NAME.into(),
        }
    }
}

impl Role {
    /// Lets the actor inside take a step on its own part of the state, which stays borrowed if nothing changes.
    fn step(
        &self,
        state: &mut Cow<'_, RoleState>,
        out: &mut Out<Role>,
        on_server: impl FnOnce(&Office, &mut Cow<'_, ServerState>, &mut Out<Server>),
        on_seat: impl FnOnce(&Seat, &mut Cow<'_, SeatState>, &mut Out<Role>),
    ) {
        let next = match (self, &**state) {
            (Role::Server(office), RoleState::Server(inside)) => {
                let mut inside = Cow::Borrowed(inside);
                let mut inner = Out::new();
                on_server(office, &mut inside, &mut inner);
                office.forward(inner, out);
                owned(inside).map(RoleState::Server)
            }
            (Role::Seat(seat), RoleState::Seat(inside)) => {
                let mut inside = Cow::Borrowed(inside);
                on_seat(seat, &mut inside, out);
                owned(inside).map(RoleState::Seat)
            }
            // What it is sent it knows already.
            (Role::Intruder(_), RoleState::Intruder(_)) => None,
            _ => unreachable!("an actor keeps its role"),
        };
        if let Some(next) = next {
            *state = Cow::Owned(next);
        }
    }
}

fn owned<T: Clone>(state: Cow<'_, T>) -> Option<T> {
    match state {
        Cow::Borrowed(_) => None,
        Cow::Owned(state) => Some(state),
    }
}
