//! Requests: numbered, so that each takes effect at most once, however often it is sent.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use stateright::actor::Out;

use crate::ids::{RequestNumber, Session};
use crate::name::Name;
use crate::packet::{Down, Reply, Request};

use super::{Server, ServerState, Turn, buckets};

/// A repeat of the last request gets the same reply again, an older one nothing. A session whose bucket is empty waits: a
/// new request is put aside until there is a permit, a repeat comes again anyway.
pub(super) fn on_request(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    number: RequestNumber,
    request: Request,
    out: &mut Out<Server>,
) {
    let last = state.sessions[&session].last.as_ref();
    match last.map(|(last, reply)| (number.cmp(last), reply)) {
        Some((Ordering::Less, _)) => {}
        Some((Ordering::Equal, reply)) => {
            let down = Down::Reply { number, reply: reply.clone() };
            buckets::answer(server, state, session, down, out);
        }
        Some((Ordering::Greater, _)) | None if buckets::has_permit(server, state, session) => {
            let mut turn = server.turn(state, out);
            turn.take_permit(session);
            turn.carry_out(session, number, request);
        }
        Some((Ordering::Greater, _)) | None => {
            buckets::defer(server, state, session, number, request, out);
        }
    }
}

impl Turn<'_> {
    pub(super) fn carry_out(&mut self, session: Session, number: RequestNumber, request: Request) {
        match request {
            Request::Deregister => {
                self.reply(session, number, Reply::Deregistered);
                self.go_offline(session);
            }
            Request::CreateGroup(group) => self.create_group(session, number, group),
            Request::ListGroups { after } => self.list_groups(session, number, after.as_ref()),
            Request::JoinGroup(group) => self.join_group(session, number, group),
            Request::LeaveGroup => self.leave_group(session, number),
            Request::ListMembers { after } => self.list_members(session, number, after.as_ref()),
            Request::Post(text) => self.post(session, number, text),
            Request::Withdraw => self.reply(session, number, Reply::Withdrawn),
            Request::Report(reported) => {
                self.reply(session, number, Reply::Noted);
                if super::probing::unasked(&self.state, reported) {
                    self.suspect(reported);
                }
            }
        }
    }

    /// Answers a request, and remembers the answer for its repeats.
    pub(super) fn reply(&mut self, session: Session, number: RequestNumber, reply: Reply) {
        self.state.remember_reply(session, number, reply.clone());
        self.send(session, Down::Reply { number, reply });
    }
}

/// The names after `after`, as many as fit in `page` bytes.
pub(super) fn page<T>(names: &BTreeMap<Name, T>, after: Option<&Name>, page: usize) -> Reply {
    let rest = names.range::<Name, _>((after.map_or(Unbounded, Excluded), Unbounded)).map(|(name, _)| name);
    let mut found = Vec::new();
    let mut weight = 0;
    for name in rest {
        weight += name.weight();
        if weight > page && !found.is_empty() {
            return Reply::Names { names: found, more: true };
        }
        found.push(name.clone());
    }
    Reply::Names { names: found, more: false }
}
