//! The server. Each file holds one conversation; this one only says who handles what.
//!
//! ```text
//!  a session:            Register ok                    Deregister, or a probe out of attempts
//!           (unknown) ───────────────▶ online ─────────────────────────────────────────────▶ ended
//!                                      │ order to kick ───────────────────────────────────▶ ended, kicked
//!                                      │ update: none ⇄ out (attempts) ──out of attempts──▶ probe
//!                                      │ probe:  none ⇄ asked (attempts) ──out of attempts──▶ ended
//!                                      │ member: none ⇄ of one group, posts out (attempts)
//!                                      └──────── removed ◀──out of attempts──┘
//! ```

mod buckets;
mod directory;
mod fanout;
mod groups;
mod leaving;
mod orders;
mod posts;
mod probing;
mod recovering;
mod registering;
mod requests;
pub mod saved;
mod sessions;
mod state;
mod tracked;

use std::borrow::Cow;

use stateright::actor::{Actor, Id, Out};

use crate::config::ServerConfig;
use crate::ids::{Pass, Session};
use crate::message::{Message, Timer, console};
use crate::notice::Notice;
use crate::packet::{Down, Packet, Up};
use saved::Saved;
use sessions::Standing;
use tracked::Tracked;

pub use buckets::Bucket;
pub use directory::Directory;
pub use fanout::Window;
pub use recovering::Unsound;
pub use state::{Group, Logged, Membership, Online, Probe, Record, SentUpdate, ServerState, Sync};

/// The server as an actor.
#[derive(Clone, Debug)]
pub struct Server {
    /// What it is told from outside.
    pub config: ServerConfig,
}

impl Actor for Server {
    type Msg = Message;
    type Timer = Timer;
    type State = ServerState;
    type Storage = Saved;
    type Random = ();

    fn on_start(&self, _: Id, saved: &Option<Saved>, out: &mut Out<Self>) -> ServerState {
        out.send(console(), Message::Notice(Notice::Started));
        match saved {
            Some(saved) => recovering::on_recover(self, saved, out),
            None => ServerState::new(self.config.first_session),
        }
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, ServerState>, src: Id, msg: Message, out: &mut Out<Self>) {
        if state.stopped {
            return;
        }
        match msg {
            Message::Packet(Packet::Register { name, nonce, cookie }) => {
                registering::on_register(self, state, src, name, nonce, cookie, out);
            }
            Message::Packet(Packet::Up { pass, up }) => self.on_up(state, src, pass, up, out),
            Message::Order(order) if src == console() => orders::on_order(self, state, order, out),
            // What only clients are told, and what an operator cannot ask, is no business of a server.
            Message::Packet(_)
            | Message::Command(_)
            | Message::Event(_)
            | Message::Notice(_)
            | Message::Order(_) => {}
        }
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, ServerState>, timer: &Timer, out: &mut Out<Self>) {
        if state.stopped {
            return;
        }
        match *timer {
            Timer::Update(session) => directory::on_timeout(self, state, session, out),
            Timer::Post(session) => posts::on_timeout(self, state, session, out),
            Timer::Probe(session) => probing::on_timeout(self, state, session, out),
            Timer::Refill(session) => buckets::on_refill(self, state, session, out),
            Timer::Strangers => buckets::on_strangers(self, state, out),
            Timer::Attempt => {}
        }
    }

    fn name(&self) -> String {
        "server".into()
    }
}

impl Server {
    fn on_up(&self, state: &mut Cow<'_, ServerState>, src: Id, pass: Pass, up: Up, out: &mut Out<Self>) {
        let session = pass.session;
        match (sessions::standing(state, src, pass), up) {
            (Standing::Online, Up::Request { number, request }) => {
                requests::on_request(self, state, session, number, request, out);
            }
            (Standing::Online, Up::UpdateAck(version)) => {
                directory::on_ack(self, state, session, version, out);
            }
            (Standing::Online, Up::PostAck { join, next }) => {
                posts::on_ack(self, state, session, join, next, out);
            }
            (Standing::Online, Up::Alive(asked)) => probing::on_alive(self, state, session, asked, out),
            (Standing::Ended, up) => leaving::on_late(self, state, src, pass, &up, out),
            (Standing::Impostor, _) => {}
        }
    }

    /// Begins to change the state. Call it only once it is decided that something changes.
    fn turn<'a>(&'a self, state: &'a mut Cow<'_, ServerState>, out: &'a mut Out<Server>) -> Turn<'a> {
        self.turn_on(state.to_mut(), out)
    }

    fn turn_on<'a>(&'a self, state: &'a mut ServerState, out: &'a mut Out<Server>) -> Turn<'a> {
        Turn { config: &self.config, state: Tracked::new(state, self.config.durable), out }
    }
}

/// One input being carried out: the state that changes and what goes out. The conversations add their methods. In the end
/// what has changed is saved.
struct Turn<'a> {
    config: &'a ServerConfig,
    state: Tracked<'a>,
    out: &'a mut Out<Server>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(changes) = self.state.changes() {
            self.out.save(changes);
        }
    }
}

impl Turn<'_> {
    fn send(&mut self, session: Session, down: Down) {
        let (address, pass) = self.state.reach(session);
        self.out.send(address, Message::Packet(Packet::Down { pass, down }));
    }

    fn notify(&mut self, notice: Notice) {
        self.out.send(console(), Message::Notice(notice));
    }

    fn arm(&mut self, timer: Timer) {
        let wait = self.config.timing.ack_wait;
        self.out.set_timer(timer, wait..wait);
    }
}
