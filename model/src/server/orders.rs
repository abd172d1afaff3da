//! Orders: what the operator asks. Both take effect at once.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::ids::Session;
use crate::message::Timer;
use crate::name::Name;
use crate::notice::{KickRefusal, Notice};
use crate::order::Order;
use crate::packet::Down;

use super::{Server, ServerState, Turn};

/// The operator asks for something, and is told what became of it.
pub(super) fn on_order(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    order: Order,
    out: &mut Out<Server>,
) {
    match order {
        Order::Kick(name) => match kickable(state, &name) {
            Ok(session) => server.turn(state, out).kick(session, name),
            Err(reason) => {
                let refused = Notice::KickRefused { name, reason };
                out.send(crate::message::console(), crate::message::Message::Notice(refused));
            }
        },
        Order::Stop => server.turn(state, out).stop(),
    }
}

fn kickable(state: &ServerState, name: &Name) -> Result<Session, KickRefusal> {
    let slot = state.directory.find(name).ok_or(KickRefusal::Unknown)?;
    let entry = state.directory.entry(slot);
    if entry.online { Ok(entry.session) } else { Err(KickRefusal::Offline) }
}

impl Turn<'_> {
    /// The client is told once; if that is lost, whatever it says next is answered with it.
    fn kick(&mut self, session: Session, name: Name) {
        if let Some(record) = self.state.record_mut(session) {
            record.kicked = true;
        }
        self.send(session, Down::Kicked);
        self.notify(Notice::Kicked { name });
        self.go_offline(session);
    }

    /// Sessions last: a server that comes back with what was saved goes on with them.
    fn stop(&mut self) {
        let stop = self.state.count_stop();
        let online: Vec<Session> =
            self.state.sessions.keys().copied().filter(|&it| self.state.online(it).is_some()).collect();
        for &session in &online {
            self.send(session, Down::Stopping(stop));
            self.disarm(session);
            self.out.cancel_timer(Timer::Post(session));
        }
        self.out.cancel_timer(Timer::Strangers);
        self.notify(Notice::Stopped { told: online.len() });
    }
}
