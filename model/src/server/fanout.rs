//! Fan-out: what the server sends of its own accord, within one window.
//!
//! Acks of a large fan-out all arrive while the server is still sending, and drown in its socket buffer. So at most
//! `Limits::window` posts and updates are out unanswered, over all sessions; who finds no room stands in a queue, and
//! each answer lets the next one out.
//!
//! What a session is owed gathers while something of the kind is unanswered, and then goes out together: one datagram where
//! each alone would need its own.

use std::collections::VecDeque;

use crate::config::Limits;
use crate::ids::Session;

use super::{ServerState, Turn};

/// What is out unanswered, and who waits for room.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Posts and updates that are out unanswered. Never above `Limits::window`.
    pub unanswered: usize,
    /// Sessions that have something to be sent and found no room, first come first served. All are online, each stands
    /// here once.
    pub queue: VecDeque<Session>,
}

/// What a session is to be sent next.
#[derive(Clone, Copy)]
enum Due {
    Update,
    /// So many posts.
    Posts(usize),
}

impl Due {
    /// How much room it needs in the window.
    fn size(self) -> usize {
        match self {
            Due::Update => 1,
            Due::Posts(count) => count,
        }
    }
}

impl Turn<'_> {
    /// Sends a session everything that it may be sent now, or lets it wait. Nobody overtakes who waits already: that one may
    /// need more room than there is.
    pub(super) fn serve(&mut self, session: Session) {
        if self.state.window.queue.is_empty() && self.let_out(session) {
            return;
        }
        if due(&self.state, session, &self.config.limits).is_some() {
            self.state.enqueue(session);
            self.serve_queue();
        }
    }

    /// Takes note that `count` posts or updates are out no longer, and serves those who waited for it.
    pub(super) fn release(&mut self, count: usize) {
        *self.state.unanswered_mut() -= count;
        self.serve_queue();
    }

    fn serve_queue(&mut self) {
        while let Some(&session) = self.state.window.queue.front() {
            if !self.let_out(session) {
                return;
            }
            self.state.dequeue();
        }
    }

    /// Sends a session what is due; tells whether there was room for all of it.
    fn let_out(&mut self, session: Session) -> bool {
        let limits = &self.config.limits;
        while let Some(due) = due(&self.state, session, limits) {
            if self.state.window.unanswered + due.size() > limits.window {
                return false;
            }
            *self.state.unanswered_mut() += due.size();
            match due {
                Due::Update => self.send_update(session, 1),
                Due::Posts(count) => {
                    self.send_next_posts(session, count);
                    // An update would have gone first, and more posts go out only once these are answered.
                    return true;
                }
            }
        }
        true
    }
}

fn due(state: &ServerState, session: Session, limits: &Limits) -> Option<Due> {
    let online = state.online(session)?;
    // A suspect gets no updates: it did not ack the last ones, and its answer brings them.
    if online.sync.sent.is_none() && online.probe.is_none() && online.sync.acked < state.directory.version {
        return Some(Due::Update);
    }
    let membership = online.membership.as_ref().filter(|membership| membership.unanswered == 0)?;
    let group = &state.groups[&membership.group];
    let most = limits.reach.min(limits.window);
    let count = group.foreign(session, membership.sent, group.next).take(most).count();
    (count > 0).then_some(Due::Posts(count))
}
