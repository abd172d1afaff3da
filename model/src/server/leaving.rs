//! Leaving: the end of a session, asked for or not.

use std::borrow::Cow;

use stateright::actor::{Id, Out};

use crate::ids::{Pass, Session};
use crate::message::Timer;
use crate::packet::{Down, Entry, Packet, Up};

use super::{Server, ServerState, Turn};

/// A session that has ended says something. A repeat of its last request gets the same reply again; everything else
/// gets told that the session is gone, or was kicked, to the address that asked and with the pass that it showed: a stranger learns
/// nothing, and cannot make anybody else believe it. The answer is never longer than the question, and counts as one
/// to a stranger: an unknown session proves no address.
pub(super) fn on_late(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    src: Id,
    pass: Pass,
    up: &Up,
    out: &mut Out<Server>,
) {
    let record = state.sessions.get(&pass.session);
    let last = record.and_then(|record| record.last.as_ref());
    let down = match (up, last) {
        (Up::Request { number, .. }, Some((last, reply))) if number == last => {
            Down::Reply { number: *number, reply: reply.clone() }
        }
        _ if record.is_some_and(|record| record.kicked) => Down::Kicked,
        _ => Down::Gone,
    };
    super::buckets::answer_stranger(server, state, src, Packet::Down { pass, down }, out);
}

impl Turn<'_> {
    /// Takes a session offline: out of its group, out of the window, told to everybody.
    pub(super) fn go_offline(&mut self, session: Session) {
        let left = self.end_membership(session);
        self.disarm(session);
        let Some(record) = self.state.record_mut(session) else { return };
        let (slot, Some(online)) = (record.slot, record.online.take()) else { return };
        if online.queued {
            // Else whoever comes and goes while the window is full makes the queue grow without bound.
            self.state.leave_queue(session);
        }
        if online.sync.sent.is_some() {
            self.release(1);
        }
        let entry = Entry { online: false, ..self.state.directory.entry(slot).clone() };
        self.state.put(slot, entry);
        self.directory_changed();
        if left.is_some() {
            self.groups_changed();
        }
    }

    /// Cancels the timers of a session, those of its membership aside.
    pub(super) fn disarm(&mut self, session: Session) {
        let Some(online) = self.state.online(session) else { return };
        let (probed, spent) = (online.probe.is_some(), online.bucket.spent > 0);
        let updated = online.sync.sent.is_some();
        if probed {
            self.out.cancel_timer(Timer::Probe(session));
        }
        if spent {
            self.out.cancel_timer(Timer::Refill(session));
        }
        if updated {
            self.out.cancel_timer(Timer::Update(session));
        }
    }
}
