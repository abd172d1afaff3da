//! Posts: each gets the next index of its group and goes to every other member until acked, or until the attempts
//! are used up and the member is removed.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::ids::{Index, RequestNumber, Session};
use crate::message::{Message, Timer};
use crate::name::Text;
use crate::notice::Notice;
use crate::packet::{Down, Packet, Reply};

use super::{Group, Logged, Membership, Server, ServerState, Turn};

/// Cumulative ack. Who is not the member it acks for has been removed, and is told so now. A member may have been sent more
/// than the server knows: what was out is not saved.
pub(super) fn on_ack(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    join: RequestNumber,
    next: Index,
    out: &mut Out<Server>,
) {
    match state.membership(session).filter(|membership| membership.join == join) {
        Some(membership) if membership.acked < next && next <= state.groups[&membership.group].next => {
            server.turn(state, out).posts_acked(session, next);
        }
        Some(_) => {}
        None => {
            super::buckets::answer(server, state, session, Down::Removed { join }, out);
        }
    }
}

/// No progress in time.
pub(super) fn on_timeout(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    out: &mut Out<Server>,
) {
    let Some(membership) = state.membership(session).filter(|membership| membership.unanswered > 0) else {
        return;
    };
    if membership.attempts < server.config.limits.attempts {
        server.turn(state, out).resend_posts(session);
    } else {
        server.turn(state, out).remove_member(session);
    }
}

impl Turn<'_> {
    pub(super) fn post(&mut self, session: Session, number: RequestNumber, text: Text) {
        let Some(name) = self.state.membership(session).map(|membership| membership.group.clone()) else {
            return self.reply(session, number, Reply::NotMember);
        };
        if self.state.posts >= self.config.limits.posts {
            return self.reply(session, number, Reply::Backlog);
        }
        let by = self.state.entry(session).name.clone();
        let members = self.state.groups[&name].members.values().copied();
        let others: Vec<Session> = members.filter(|&member| member != session).collect();
        let (from, said, waiting) = (by.clone(), text.clone(), others.len());
        let post = Logged { sender: session, from, text: said, waiting };
        let Some((index, done)) = self.state.log_post(&name, post) else { return };
        let posts = self.state.posts_mut();
        *posts = *posts + 1 - done;
        self.skip_own_posts(session);

        self.reply(session, number, Reply::Posted(index));
        self.notify(Notice::Posted { by, text });
        for member in others {
            self.serve(member);
        }
    }

    /// Sends a member the first `count` posts that it has not been sent. They are there, nothing is out to it, and the window has
    /// room.
    pub(super) fn send_next_posts(&mut self, session: Session, count: usize) {
        self.state.progress(session, |membership, group| {
            let last = group.foreign(session, membership.sent, group.next).take(count).last();
            let sent = last.map_or(membership.sent, Index::next);
            (membership.acked, membership.sent) = group.past_own(session, membership.acked, sent);
            membership.unanswered = count;
            membership.attempts = 1;
        });
        self.send_posts(session);
    }

    /// A member's own posts are neither sent to it nor acked by it: the reply has told it their index.
    fn skip_own_posts(&mut self, session: Session) {
        self.state.progress(session, |membership, group| {
            (membership.acked, membership.sent) = group.past_own(session, membership.acked, membership.sent);
        });
    }

    /// Sends everything that is out to a member.
    fn send_posts(&mut self, session: Session) {
        let Some(Membership { group, join, acked, sent, .. }) = self.state.membership(session) else {
            return;
        };
        let (group, (address, pass)) = (&self.state.groups[group], self.state.reach(session));
        for index in group.foreign(session, *acked, *sent) {
            let Some(Logged { from, text, .. }) = group.logged(index).cloned() else { continue };
            let down = Down::Post { join: *join, index, from, text };
            self.out.send(address, Message::Packet(Packet::Down { pass, down }));
        }
        self.arm(Timer::Post(session));
    }

    fn posts_acked(&mut self, session: Session, next: Index) {
        let acked = self.state.progress(session, |membership, group| {
            let answered = group.foreign(session, membership.acked, next.min(membership.sent)).count();
            let done = group.settle(session, membership.acked, next);
            let sent = membership.sent.max(next);
            (membership.acked, membership.sent) = group.past_own(session, next, sent);
            membership.unanswered -= answered;
            let waits = membership.unanswered > 0;
            // Attempts count from the last progress, and mean nothing while nothing is out.
            membership.attempts = u8::from(waits);
            (answered, done, waits)
        });
        let Some((answered, done, waits)) = acked else { return };
        *self.state.posts_mut() -= done;
        if waits {
            self.arm(Timer::Post(session));
        } else {
            self.out.cancel_timer(Timer::Post(session));
        }
        self.serve(session);
        self.release(answered);
    }

    fn resend_posts(&mut self, session: Session) {
        self.state.progress(session, |membership, _| membership.attempts += 1);
        self.send_posts(session);
    }

    fn remove_member(&mut self, session: Session) {
        let Some(membership) = self.end_membership(session) else { return };
        self.send(session, Down::Removed { join: membership.join });
        let member = self.state.entry(session).name.clone();
        self.notify(Notice::Removed { member, group: membership.group });
        self.groups_changed();
    }
}

impl Group {
    /// The posts of others from `from` to `to` that somebody has not acked.
    pub(super) fn foreign(&self, session: Session, from: Index, to: Index) -> impl Iterator<Item = Index> {
        let foreign = move |&index: &Index| self.logged(index).is_some_and(|logged| logged.sender != session);
        (from.0..to.0).map(Index).filter(foreign)
    }

    /// How far a member is, given how far it has acked and has been sent others' posts: its own are passed over. So are those that
    /// are not in the log any more, since it has acked or written them.
    fn past_own(&self, session: Session, mut acked: Index, mut sent: Index) -> (Index, Index) {
        let own = |index: Index| {
            index < self.next && self.logged(index).is_none_or(|logged| logged.sender == session)
        };
        while own(sent) {
            sent = sent.next();
        }
        while acked < sent && own(acked) {
            acked = acked.next();
        }
        (acked, sent)
    }

    /// Nobody waits any longer for this session to ack the posts from `from` to `to`. Returns how many posts are
    /// done with altogether.
    pub(super) fn settle(&mut self, session: Session, from: Index, to: Index) -> usize {
        for index in from.0..to.0 {
            if let Some(logged) = self.logged_mut(Index(index)).filter(|logged| logged.sender != session) {
                logged.waiting -= 1;
            }
        }
        self.trim()
    }

    /// How many acks are missing of each post from `from` to `to` that is still in the log, as one number that depends on all.
    pub(super) fn acks_missing(&self, from: Index, to: Index) -> u64 {
        let posts = (from.0..to.0).filter_map(|index| self.logged(Index(index)));
        posts.fold(0, |all, post| all.wrapping_mul(1_000_003).wrapping_add(post.waiting as u64))
    }

    /// Forgets the oldest posts that everybody has acked. Returns how many.
    pub(super) fn trim(&mut self) -> usize {
        let done = self.log.iter().take_while(|logged| logged.waiting == 0).count();
        self.log.drain(..done);
        done
    }
}
