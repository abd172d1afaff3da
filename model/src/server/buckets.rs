//! Buckets: how often a session may ask, and how many strangers are answered. Whoever finds its bucket empty waits.
//!
//! ```text
//!  full ── permit taken ──▶ spent, timer armed ── timer ──▶ one permit back ──▶ ... ──▶ full
//!                            │                     ▲
//!                            └─ none left: the request is put aside; the next permit is its own
//! ```
//!
//! A bucket counts what is missing, so a full one takes no memory and has no timer.

use std::borrow::Cow;

use stateright::actor::{Id, Out};

use crate::ids::{RequestNumber, Session};
use crate::message::{Message, Timer};
use crate::packet::{Down, Packet, Request};

use super::{Server, ServerState, Turn};

/// How much a session may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    /// Permits that are missing. Timer `Refill` is armed exactly while there are any. Never above `Limits::burst`.
    pub spent: usize,
    /// The newest request that found no permit. Newer than the last one carried out; there only while no permit is left.
    pub deferred: Option<(RequestNumber, Request)>,
}

/// Whether a session may ask now. An ended one asks nothing.
pub(super) fn has_permit(server: &Server, state: &ServerState, session: Session) -> bool {
    let burst = server.config.limits.burst;
    burst == 0 || state.online(session).is_some_and(|online| online.bucket.spent < burst)
}

/// Puts a request aside until there is a permit. One is enough: a client has one outstanding, and waits for no older one.
pub(super) fn defer(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    number: RequestNumber,
    request: Request,
    out: &mut Out<Server>,
) {
    let Some(online) = state.online(session) else { return };
    if online.bucket.deferred.as_ref().is_none_or(|(waiting, _)| *waiting < number) {
        let mut turn = server.turn(state, out);
        if let Some(online) = turn.state.online_mut(session) {
            online.bucket.deferred = Some((number, request));
        }
    }
}

/// Answers a session, if it has a permit for it. Whoever asks again gets it then.
pub(super) fn answer(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    down: Down,
    out: &mut Out<Server>,
) {
    let (_, pass) = state.reach(session);
    answer_with(server, state, session, Packet::Down { pass, down }, out);
}

/// The same with any packet.
pub(super) fn answer_with(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    packet: Packet,
    out: &mut Out<Server>,
) {
    if has_permit(server, state, session) {
        let (address, _) = state.reach(session);
        out.send(address, Message::Packet(packet));
        if server.config.limits.burst > 0 {
            server.turn(state, out).take_permit(session);
        }
    }
}

/// Answers a packet that proves no address, if its bucket has a permit for it.
pub(super) fn answer_stranger(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    src: Id,
    packet: Packet,
    out: &mut Out<Server>,
) {
    let burst = server.config.limits.strangers;
    let bucket = server.config.key.bucket(src);
    if burst == 0 {
        out.send(src, Message::Packet(packet));
    } else if state.strangers.get(&bucket).is_none_or(|spent| *spent < burst) {
        out.send(src, Message::Packet(packet));
        server.turn(state, out).take_stranger_permit(bucket);
    }
}

/// A session has one permit more; the request that waits takes it.
pub(super) fn on_refill(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    out: &mut Out<Server>,
) {
    if state.online(session).is_some_and(|online| online.bucket.spent > 0) {
        server.turn(state, out).refill(session);
    }
}

/// Every bucket of strangers has one permit more.
pub(super) fn on_strangers(server: &Server, state: &mut Cow<'_, ServerState>, out: &mut Out<Server>) {
    if state.strangers.is_empty() {
        return;
    }
    let mut turn = server.turn(state, out);
    let strangers = turn.state.strangers_mut();
    for spent in strangers.values_mut() {
        *spent -= 1;
    }
    strangers.retain(|_, spent| *spent > 0);
    if !turn.state.strangers.is_empty() {
        turn.arm_refill(Timer::Strangers);
    }
}

impl Turn<'_> {
    /// There is one, unless buckets are off.
    pub(super) fn take_permit(&mut self, session: Session) {
        if self.config.limits.burst == 0 {
            return;
        }
        let Some(online) = self.state.online_mut(session) else { return };
        online.bucket.spent += 1;
        if online.bucket.spent == 1 {
            self.arm_refill(Timer::Refill(session));
        }
    }

    fn refill(&mut self, session: Session) {
        let Some(online) = self.state.online_mut(session) else { return };
        let deferred = online.bucket.deferred.take();
        if deferred.is_none() {
            online.bucket.spent -= 1;
        }
        if online.bucket.spent > 0 {
            self.arm_refill(Timer::Refill(session));
        }
        if let Some((number, request)) = deferred {
            self.carry_out(session, number, request);
        }
    }

    fn take_stranger_permit(&mut self, bucket: u8) {
        if self.state.strangers.is_empty() {
            self.arm_refill(Timer::Strangers);
        }
        *self.state.strangers_mut().entry(bucket).or_default() += 1;
    }

    fn arm_refill(&mut self, timer: Timer) {
        let wait = self.config.timing.refill;
        self.out.set_timer(timer, wait..wait);
    }
}
