//! The client. Each file holds one conversation; this one only says who handles what.
//!
//! ```text
//!            Challenge (echo)
//!              ┌──┐
//!              ▼  │      Welcome                       reply to Deregister
//!  start ─▶ registering ─────────▶ registered ─────────────────────────────▶ exited
//!              │  ▲                 │  │   └──── request out of attempts ────▲ ▲
//!              │  └──── Gone ───────┘  │                                       │
//!              │                       ▼                                       │
//!              │        mode:    alone ⇄ in a group (join; leave, removal)     │
//!              │        pending: none ⇄ request | direct message (attempts)    │
//!              └───────── Refused, Kicked, or out of attempts ─────────────────┘
//! ```
//!
//! A client that reconnects is never out of attempts, unless its person wants to leave.

mod cancelling;
mod commands;
mod directory;
mod directs;
mod groups;
mod leaving;
mod orders;
mod posts;
mod registering;
mod requests;
mod state;

use std::borrow::Cow;

use stateright::actor::{Actor, Id, Out};

use crate::config::ClientConfig;
use crate::event::Event;
use crate::message::{Message, Timer, console};
use crate::packet::{Down, Packet};

pub use directory::Directory;
pub use state::{
    Ahead, Cancelled, ClientState, Mode, Pending, PendingDirect, PendingRequest, Phase, Registered,
    Registering, Then,
};

/// The client as an actor.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it is told from outside.
    pub config: ClientConfig,
}

impl Actor for Client {
    type Msg = Message;
    type Timer = Timer;
    type State = ClientState;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> ClientState {
        let mut state = ClientState::new(self.config.nonce);
        let mut turn = Turn { config: &self.config, state: &mut state, out };
        turn.tell(Event::Registering);
        turn.register();
        state
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, ClientState>, src: Id, msg: Message, out: &mut Out<Self>) {
        match msg {
            Message::Packet(packet) if src == self.config.server => self.on_server_packet(state, packet, out),
            Message::Packet(packet) => self.on_peer_packet(state, src, packet, out),
            Message::Command(command) if src == console() => commands::on_command(self, state, command, out),
            Message::Command(_) | Message::Event(_) | Message::Notice(_) | Message::Order(_) => {}
        }
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, ClientState>, timer: &Timer, out: &mut Out<Self>) {
        match timer {
            Timer::Attempt => requests::on_timeout(self, state, out),
            Timer::Update(_) | Timer::Post(_) | Timer::Probe(_) | Timer::Refill(_) | Timer::Strangers => {}
        }
    }

    fn name(&self) -> String {
        self.config.name.to_string()
    }
}

impl Client {
    fn on_server_packet(&self, state: &mut Cow<'_, ClientState>, packet: Packet, out: &mut Out<Self>) {
        match packet {
            Packet::Challenge { nonce, cookie } => registering::on_challenge(self, state, nonce, cookie, out),
            Packet::Welcome { nonce, pass } => registering::on_welcome(self, state, nonce, pass, out),
            Packet::Refused { nonce, refusal } => registering::on_refused(self, state, nonce, refusal, out),
            Packet::Down { pass, down } if state.registered().is_some_and(|own| own.pass == pass) => {
                self.on_down(state, down, out);
            }
            // Of another session, or nothing that a server says.
            Packet::Down { .. }
            | Packet::Register { .. }
            | Packet::Up { .. }
            | Packet::Direct { .. }
            | Packet::DirectAck { .. } => {}
        }
    }

    fn on_down(&self, state: &mut Cow<'_, ClientState>, down: Down, out: &mut Out<Self>) {
        match down {
            Down::Reply { number, reply } => requests::on_reply(self, state, number, reply, out),
            Down::Update(update) => directory::on_update(self, state, update, out),
            Down::Post { join, index, from, text } => {
                posts::on_post(self, state, join, index, from, text, out);
            }
            Down::Removed { join } => groups::on_removed(self, state, join, out),
            Down::Probe(asked) => leaving::on_probe(self, state, asked, out),
            Down::Gone => leaving::on_gone(self, state, out),
            Down::Kicked => orders::on_kicked(self, state, out),
            Down::Stopping(stop) => orders::on_stopping(self, state, stop, out),
        }
    }

    fn on_peer_packet(&self, state: &mut Cow<'_, ClientState>, src: Id, packet: Packet, out: &mut Out<Self>) {
        match packet {
            Packet::Direct { sender, from, to, secret, number, text } => {
                let incoming = directs::Incoming { sender, from, to, secret, number, text };
                directs::on_direct(self, state, src, incoming, out);
            }
            Packet::DirectAck { from, to, secret, number, verdict } => {
                let ack = directs::Ack { from, to, secret, number, verdict };
                directs::on_ack(self, state, src, &ack, out);
            }
            // Only the server may say the rest.
            Packet::Register { .. }
            | Packet::Challenge { .. }
            | Packet::Welcome { .. }
            | Packet::Refused { .. }
            | Packet::Up { .. }
            | Packet::Down { .. } => {}
        }
    }

    /// Begins to change the state. Call it only once it is decided that something changes.
    fn turn<'a>(&'a self, state: &'a mut Cow<'_, ClientState>, out: &'a mut Out<Client>) -> Turn<'a> {
        Turn { config: &self.config, state: state.to_mut(), out }
    }
}

/// One input being carried out: the state that changes and what goes out. The conversations add their methods.
struct Turn<'a> {
    config: &'a ClientConfig,
    state: &'a mut ClientState,
    out: &'a mut Out<Client>,
}

impl Turn<'_> {
    fn tell(&mut self, event: Event) {
        self.out.send(console(), Message::Event(event));
    }

    fn send(&mut self, peer: Id, packet: Packet) {
        self.out.send(peer, Message::Packet(packet));
    }

    fn arm(&mut self, attempt: u8) {
        let wait = self.config.wait(attempt);
        self.out.set_timer(Timer::Attempt, wait..wait);
    }

    fn disarm(&mut self) {
        self.out.cancel_timer(Timer::Attempt);
    }
}
