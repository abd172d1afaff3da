//! Probing: before the server takes anybody offline, it asks.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::ids::{Session, Version};
use crate::message::Timer;
use crate::packet::Down;

use super::{Probe, Server, ServerState, Turn};

/// Whether a session is online and not being probed.
pub(super) fn unasked(state: &ServerState, session: Session) -> bool {
    state.online(session).is_some_and(|online| online.probe.is_none())
}

/// The session lives.
pub(super) fn on_alive(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    asked: Version,
    out: &mut Out<Server>,
) {
    let probe = state.online(session).and_then(|online| online.probe.as_ref());
    if probe.is_some_and(|probe| probe.asked == asked) {
        server.turn(state, out).found_alive(session);
    }
}

/// No answer in time.
pub(super) fn on_timeout(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    out: &mut Out<Server>,
) {
    let Some(probe) = state.online(session).and_then(|online| online.probe.clone()) else { return };
    let mut turn = server.turn(state, out);
    if probe.attempts < server.config.limits.attempts {
        turn.probe(session, Probe { attempts: probe.attempts + 1, ..probe });
    } else {
        turn.go_offline(session);
    }
}

impl Turn<'_> {
    /// Starts to probe a session that is online and `unasked`.
    pub(super) fn suspect(&mut self, session: Session) {
        let asked = self.state.directory.version;
        self.probe(session, Probe { asked, attempts: 1 });
    }

    pub(super) fn probe(&mut self, session: Session, probe: Probe) {
        let asked = probe.asked;
        if let Some(online) = self.state.online_mut(session) {
            online.probe = Some(probe);
        }
        self.send(session, Down::Probe(asked));
        self.arm(Timer::Probe(session));
    }

    fn found_alive(&mut self, session: Session) {
        if let Some(online) = self.state.online_mut(session) {
            online.probe = None;
        }
        self.out.cancel_timer(Timer::Probe(session));
        self.serve(session);
    }
}
