//! Fan-out: what the server sends of its own accord, within one window.
//!
//! Acks of a large fan-out all arrive while the server is still sending, and drown in its socket buffer. So at most
//! `Limits::window` posts and updates are out unanswered, over all sessions; who finds no room stands in a queue, and
//! each answer lets the next one out.

use std::collections::VecDeque;

use crate::ids::Session;

use super::{ServerState, Turn};

/// What is out unanswered, and who waits for room.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Posts and updates that are out unanswered. Never above `Limits::window`.
    pub unanswered: usize,
    /// Sessions that have something to be sent and found no room, first come first served. Sessions that have ended
    /// meanwhile are skipped.
    pub queue: VecDeque<Session>,
}

/// What a session is to be sent next.
enum Due {
    Update,
    Post,
}

impl Turn<'_> {
    /// Sends a session everything that it may be sent now, or puts it into the queue.
    pub(super) fn serve(&mut self, session: Session) {
        while let Some(due) = due(&self.state, session, self.config.limits.reach) {
            if self.state.window.unanswered >= self.config.limits.window {
                return self.enqueue(session);
            }
            self.state.window_mut().unanswered += 1;
            match due {
                Due::Update => self.send_update(session, 1),
                Due::Post => self.send_next_post(session),
            }
        }
    }

    /// Takes note that `count` posts or updates are out no longer, and serves those who waited for it.
    pub(super) fn release(&mut self, count: usize) {
        self.state.window_mut().unanswered -= count;
        while self.state.window.unanswered < self.config.limits.window {
            let Some(session) = self.state.window_mut().queue.pop_front() else { return };
            if let Some(online) = self.state.online_mut(session) {
                online.queued = false;
                self.serve(session);
            }
        }
    }

    fn enqueue(&mut self, session: Session) {
        if let Some(online) = self.state.online_mut(session).filter(|online| !online.queued) {
            online.queued = true;
            self.state.window_mut().queue.push_back(session);
        }
    }
}

fn due(state: &ServerState, session: Session, reach: usize) -> Option<Due> {
    let online = state.online(session)?;
    // A suspect gets no updates: it did not ack the last ones, and its answer brings them.
    if online.sync.sent.is_none() && online.probe.is_none() && online.sync.acked < state.directory.version {
        return Some(Due::Update);
    }
    let membership = online.membership.as_ref()?;
    let group = &state.groups[&membership.group];
    (membership.sent < group.next && membership.unanswered < reach).then_some(Due::Post)
}
