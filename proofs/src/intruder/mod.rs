//! Somebody who wants to do harm.
//!
//! At any moment, and as often as it likes, it sends anything that it can build from what it knows: what is no secret (names,
//! addresses, groups, the numbers of sessions, requests, posts and versions), what it makes up, and what it was sent. It
//! never knows a secret that nobody sent to it.
//!
//! Its packets arrive at once. One that comes late, or once more, is another one that it sends then. What is sent to its
//! address is with it at once too, so it can never know more at any moment than it does here.

mod made;
mod traffic;

use std::collections::BTreeSet;

use model::Packet;
use model::ids::{Nonce, PairSecret, Pass, Token};
use model::packet::{Down, Update};
use stateright::actor::{Id, Network};

use crate::system::role::RoleState;
use crate::system::{Action, Envelope, State};

pub use made::packets;

/// What an intruder may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intruder {
    /// Whether its packets may come from any address. Else they come from its own.
    pub forges: bool,
    /// How many requests it may make as a member. With none it does not register, and so never learns what members are told.
    pub requests: u64,
}

/// What an intruder has been sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// Passes, its own if all is well.
    pub passes: BTreeSet<Pass>,
    /// Pair secrets, its own if all is well.
    pub secrets: BTreeSet<PairSecret>,
    /// Whether the server has sent an address that nobody has proven more than came from it.
    pub amplified: bool,
}

impl Intruder {
    /// Its name, for registrations and stories.
    pub const NAME: &'static str = "intruder";
    /// The nonce of its registrations. Those of others it cannot know.
    pub const NONCE: Nonce = Nonce(9000);
    /// What it writes.
    pub const TEXT: &'static str = "forged";

    /// In words, for the bounds of a scenario.
    pub fn bounds(self) -> String {
        let from = if self.forges { "any address" } else { "its own address" };
        match self.requests {
            0 => format!("intruder: {from}, not registered"),
            requests => format!("intruder: {from}, may register and ask for {requests}"),
        }
    }

    /// Whether it may become a member.
    pub fn registers(self) -> bool {
        self.requests > 0
    }
}

impl Known {
    fn learn(&mut self, packet: &Packet) {
        match packet {
            Packet::Welcome { pass, .. } | Packet::Up { pass, .. } => self.learn_pass(*pass),
            Packet::Down { pass, down } => {
                self.learn_pass(*pass);
                if let Down::Update(Update { entries, .. }) = down {
                    self.secrets.extend(entries.iter().map(|listing| listing.secret));
                }
            }
            Packet::Direct { secret, .. } | Packet::DirectAck { secret, .. } => {
                self.secrets.insert(*secret);
            }
            // A cookie for its own address it can have at any moment: see `made`.
            Packet::Register { .. } | Packet::Challenge { .. } | Packet::Refused { .. } => {}
        }
    }

    /// What it showed itself and is told back is nothing new.
    fn learn_pass(&mut self, pass: Pass) {
        let made_up = pass.token == Token::default();
        if !made_up && self.passes.iter().all(|known| known.token != pass.token) {
            self.passes.insert(pass);
        }
    }
}

/// Where the intruder sits, if there is one.
pub fn seat(state: &State) -> Option<usize> {
    let last = state.actor_states.len().checked_sub(1)?;
    matches!(*state.actor_states[last], RoleState::Intruder(_)).then_some(last)
}

/// What it knows, if there is one.
pub fn known(state: &State) -> Option<&Known> {
    state.actor_states.last().and_then(|last| match &**last {
        RoleState::Intruder(known) => Some(known),
        RoleState::Server(_) | RoleState::Seat(_) => None,
    })
}

/// Gives the intruder what was sent to its address, and judges what the server sent to addresses that nobody has proven.
pub fn watch(last: &State, action: &Action, next: &mut State) {
    let Some(seat) = seat(next) else { return };
    let amplified = traffic::amplifies(last, action, next);
    take(next, seat, amplified);
}

/// The same at the start.
pub fn take_first(state: &mut State) {
    if let Some(seat) = seat(state) {
        take(state, seat, false);
    }
}

fn take(state: &mut State, seat: usize, amplified: bool) {
    let to_it = |envelope: &&Envelope| envelope.dst == Id::from(seat);
    let Network::UnorderedDuplicating(envelopes, _) = &mut state.network else { return };
    let sent: Vec<Envelope> = envelopes.iter().filter(to_it).cloned().collect();
    if sent.is_empty() && !amplified {
        return;
    }
    for envelope in &sent {
        envelopes.remove(envelope);
    }
    let RoleState::Intruder(known) = &*state.actor_states[seat] else { return };
    let mut knows = known.clone();
    for envelope in &sent {
        knows.learn(&envelope.msg);
    }
    knows.amplified |= amplified;
    if knows != *known {
        state.actor_states[seat] = std::sync::Arc::new(RoleState::Intruder(knows));
    }
}
