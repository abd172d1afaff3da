//! The original's server and clients as actors.

use std::borrow::Cow;

use stateright::actor::{Actor, Id, Out};

use super::packet::{Packet, Stamp};
use super::seat::{Seat, SeatState};
use super::server::{self, ServerState};
use crate::system::role::Choice;

/// An actor.
#[derive(Clone, Debug)]
pub enum Role {
    /// The server.
    Server,
    /// A client and its person.
    Seat(Seat),
}

/// The state of an actor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleState {
    /// Of the server.
    Server(ServerState),
    /// Of a client and its person.
    Seat(Box<SeatState>),
}

/// A timer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Of a client that waits for an ack.
    Wait,
    /// `sleep_and_wait_for_acks()` of a group message.
    Sleep(Stamp),
}

impl Actor for Role {
    type Msg = Packet;
    type Timer = Timer;
    type State = RoleState;
    type Storage = ();
    type Random = Choice;

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> RoleState {
        match self {
            Role::Server => RoleState::Server(ServerState::default()),
            Role::Seat(seat) => RoleState::Seat(Box::new(seat.start(out))),
        }
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, RoleState>, src: Id, packet: Packet, out: &mut Out<Self>) {
        self.step(state, |role, state| match (role, state) {
            (Role::Server, RoleState::Server(state)) => server::receive(state, src, packet, out),
            (Role::Seat(seat), RoleState::Seat(state)) => seat.receive(state, src, packet, out),
            _ => unreachable!("an actor keeps its role"),
        });
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, RoleState>, timer: &Timer, out: &mut Out<Self>) {
        self.step(state, |role, state| match (role, state, timer) {
            (Role::Server, RoleState::Server(state), Timer::Sleep(stamp)) => server::wake(state, stamp),
            (Role::Seat(seat), RoleState::Seat(state), Timer::Wait) => seat.timeout(state, out),
            _ => unreachable!("an actor keeps its role"),
        });
    }

    fn on_random(&self, _: Id, state: &mut Cow<'_, RoleState>, choice: &Choice, out: &mut Out<Self>) {
        if let (Role::Seat(seat), RoleState::Seat(state)) = (self, state.to_mut()) {
            seat.choose(state, *choice, out);
        }
    }

    fn name(&self) -> String {
        match self {
            Role::Server => server::name().to_string(),
            Role::Seat(seat) => seat.person.name.to_string(),
        }
    }
}

impl Role {
    /// Takes a step. The state stays borrowed if nothing changes in it.
    fn step(&self, state: &mut Cow<'_, RoleState>, act: impl FnOnce(&Role, &mut RoleState)) {
        let mut next = RoleState::clone(state);
        act(self, &mut next);
        if next != **state {
            *state = Cow::Owned(next);
        }
    }
}
