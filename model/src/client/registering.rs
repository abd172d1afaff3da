//! Registering: echo the challenge, then be welcome or refused.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::event::{Event, Exit};
use crate::ids::{Cookie, Nonce, Pass};
use crate::packet::{Packet, Refusal};

use super::{Client, ClientState, Phase, Registered, Registering, Turn};

/// The server wants its cookie back. The echo has a nonce of its own. So a nonce goes with one cookie and leads to at most
/// one session: if the server has given us a session that ended before we heard of it, its welcome does not fit the
/// registration that follows. An echo is no attempt, and leaves the timer as it is: challenges cannot keep a client
/// waiting for ever.
pub(super) fn on_challenge(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    nonce: Nonce,
    cookie: Cookie,
    out: &mut Out<Client>,
) {
    if let Some(registering) = state.registering().filter(|registering| registering.nonce == nonce) {
        let attempts = registering.attempts;
        client.turn(state, out).echo(cookie, attempts);
    }
}

/// Registered.
pub(super) fn on_welcome(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    nonce: Nonce,
    pass: Pass,
    out: &mut Out<Client>,
) {
    if state.registering().is_some_and(|registering| registering.nonce == nonce) {
        client.turn(state, out).welcome(pass);
    }
}

/// Not registered.
pub(super) fn on_refused(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    nonce: Nonce,
    refusal: Refusal,
    out: &mut Out<Client>,
) {
    if state.registering().is_some_and(|registering| registering.nonce == nonce) {
        client.turn(state, out).exit(match refusal {
            Refusal::NameTaken => Exit::NameTaken,
            Refusal::AddressTaken => Exit::AddressTaken,
            Refusal::Full => Exit::ServerFull,
            Refusal::Reserved => Exit::NameReserved,
        });
    }
}

impl Turn<'_> {
    /// Asks for a session, with a nonce that no earlier registration had.
    pub(super) fn register(&mut self) {
        let nonce = self.fresh_nonce();
        self.attempt_registration(Registering { nonce, cookie: Cookie::NONE, attempts: 1 });
    }

    fn echo(&mut self, cookie: Cookie, attempts: u8) {
        let nonce = self.fresh_nonce();
        self.send_registration(Registering { nonce, cookie, attempts });
    }

    fn fresh_nonce(&mut self) -> Nonce {
        let nonce = self.state.nonce;
        self.state.nonce = nonce.next();
        nonce
    }

    pub(super) fn attempt_registration(&mut self, registering: Registering) {
        let attempts = registering.attempts;
        self.send_registration(registering);
        self.arm(attempts);
    }

    fn send_registration(&mut self, registering: Registering) {
        let name = self.config.name.clone();
        let (nonce, cookie) = (registering.nonce, registering.cookie);
        self.send(self.config.server, Packet::Register { name, nonce, cookie });
        self.state.phase = Phase::Registering(registering);
    }

    /// Everything of an earlier session is void: its secrets, and what was sent to it. A server that has forgotten everything
    /// counts its versions anew.
    fn welcome(&mut self, pass: Pass) {
        self.state.directory = super::Directory::default();
        self.state.heard.clear();
        self.state.phase = Phase::Registered(Registered::new(pass));
        self.disarm();
        self.tell(Event::Registered);
        self.next_command();
    }
}
