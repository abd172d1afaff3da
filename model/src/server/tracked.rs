//! The state while it changes, and what has to be saved of that.
//!
//! All changes go through here: [`Tracked`] gives out no other way to what is saved. It keeps how a part was when it is first
//! given out, and compares in the end. So a conversation can neither forget to save a change nor save what is none, and
//! the cost is that of the change, not of the state. Whatever changes is also [noted](crate::changes).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use crate::changes::{Change, note};
use crate::ids::{Index, RequestNumber, Session, Slot, Stop};
use crate::name::Name;
use crate::packet::{Entry, Reply};

use super::saved::{Part, Saved, SavedRecord, Value};
use super::{Group, Logged, Membership, Online, Record, ServerState};

/// The state of a server during one event.
pub(super) struct Tracked<'a> {
    state: &'a mut ServerState,
    /// Nothing if nothing is saved.
    before: Option<Before>,
}

/// How the parts were that have been given out to be changed.
struct Before {
    counters: Value,
    lines: BTreeSet<Slot>,
    records: BTreeMap<Session, Option<SavedRecord>>,
    groups: BTreeMap<Name, Option<Log>>,
}

/// From which post to which a group keeps them.
#[derive(Clone, Copy)]
struct Log {
    first: Index,
    next: Index,
}

impl Deref for Tracked<'_> {
    type Target = ServerState;

    fn deref(&self) -> &ServerState {
        self.state
    }
}

impl<'a> Tracked<'a> {
    pub(super) fn new(state: &'a mut ServerState, durable: bool) -> Tracked<'a> {
        let before = durable.then(|| Before {
            counters: state.saved_counters(),
            lines: BTreeSet::new(),
            records: BTreeMap::new(),
            groups: BTreeMap::new(),
        });
        Tracked { state, before }
    }

    /// What has changed, if anything has.
    pub(super) fn changes(&mut self) -> Option<Saved> {
        let changes = self.before.take()?.compare(self.state);
        (!changes.parts.is_empty()).then_some(changes)
    }

    /// A session number that has never been given out.
    pub(super) fn give_out_session(&mut self) -> Session {
        let session = self.state.next_session;
        self.state.next_session = session.next();
        session
    }

    /// The server is stopped once more.
    pub(super) fn count_stop(&mut self) -> Stop {
        self.state.stopped = true;
        self.state.stops = self.state.stops.next();
        self.state.stops
    }

    /// Replaces what stands in a slot of the directory.
    pub(super) fn put(&mut self, slot: Slot, entry: Entry) {
        if let Some(before) = &mut self.before {
            before.lines.insert(slot);
        }
        note(|| Change::Line(slot));
        self.state.directory.put(slot, entry);
    }

    pub(super) fn insert_record(&mut self, session: Session, record: Record) {
        self.note_record(session);
        self.state.sessions.insert(session, record);
    }

    pub(super) fn remove_record(&mut self, session: Session) {
        self.note_record(session);
        self.state.sessions.remove(&session);
    }

    pub(super) fn record_mut(&mut self, session: Session) -> Option<&mut Record> {
        self.note_record(session);
        self.state.sessions.get_mut(&session)
    }

    pub(super) fn online_mut(&mut self, session: Session) -> Option<&mut Online> {
        self.record_mut(session)?.online.as_mut()
    }

    /// The last reply to a session is this one, which it is sent now.
    pub(super) fn remember_reply(&mut self, session: Session, number: RequestNumber, reply: Reply) {
        self.keep_record(session);
        if let Some(record) = self.state.sessions.get_mut(&session) {
            record.last = Some((number, reply));
            note(|| Change::Replied { session, number });
        }
    }

    /// Changes how far a member is, and who waits in its group for that.
    pub(super) fn progress<T>(
        &mut self,
        session: Session,
        change: impl FnOnce(&mut Membership, &mut Group) -> T,
    ) -> Option<T> {
        self.keep_record(session);
        let record = self.state.sessions.get_mut(&session)?;
        let membership = record.online.as_mut()?.membership.as_mut()?;
        if let Some(before) = &mut self.before {
            before.keep_group(&self.state.groups, &membership.group);
        }
        let group = self.state.groups.get_mut(&membership.group)?;
        let before = membership.acked;
        let changed = change(membership, group);
        note(|| {
            let Membership { acked, sent, unanswered, attempts, .. } = *membership;
            let (first, waiting) = (group.first(), group.acks_missing(before, acked));
            Change::Progress { session, acked, sent, unanswered, attempts, first, waiting }
        });
        Some(changed)
    }

    /// Appends a post to the log of a group. Tells its index, and how many posts are done with by that.
    pub(super) fn log_post(&mut self, name: &Name, post: Logged) -> Option<(Index, usize)> {
        self.keep_group(name);
        let group = self.state.groups.get_mut(name)?;
        let (index, sender, waiting) = (group.next, post.sender, post.waiting);
        group.next = index.next();
        group.log.push_back(post);
        let done = group.trim();
        note(|| Change::Posted { sender, index, first: group.first(), waiting });
        Some((index, done))
    }

    pub(super) fn insert_group(&mut self, name: Name, group: Group) {
        self.note_group(&name);
        self.state.groups.insert(name, group);
    }

    pub(super) fn group_mut(&mut self, name: &Name) -> Option<&mut Group> {
        self.note_group(name);
        self.state.groups.get_mut(name)
    }

    /// How many posts there are in all logs. Follows from them, so it is not saved.
    pub(super) fn posts_mut(&mut self) -> &mut usize {
        &mut self.state.posts
    }

    /// How many posts and updates are out. That is not saved, nor who waits for room.
    pub(super) fn unanswered_mut(&mut self) -> &mut usize {
        &mut self.state.window.unanswered
    }

    /// Puts a session that is online at the end of the window's queue, unless it stands there.
    pub(super) fn enqueue(&mut self, session: Session) {
        let record = self.state.sessions.get_mut(&session);
        let online = record.and_then(|record| record.online.as_mut());
        if let Some(online) = online.filter(|online| !online.queued) {
            online.queued = true;
            self.state.window.queue.push_back(session);
            note(|| Change::Queued(1));
        }
    }

    /// Takes the first one out of the queue.
    pub(super) fn dequeue(&mut self) {
        let Some(session) = self.state.window.queue.pop_front() else { return };
        let record = self.state.sessions.get_mut(&session);
        if let Some(online) = record.and_then(|record| record.online.as_mut()) {
            online.queued = false;
        }
        note(|| Change::Served(1));
    }

    /// Takes a session that has just gone out of the queue, wherever it stands.
    pub(super) fn leave_queue(&mut self, session: Session) {
        self.state.window.queue.retain(|waiting| *waiting != session);
        note(|| Change::Left(session));
    }

    /// Buckets are full when a server starts.
    pub(super) fn strangers_mut(&mut self) -> &mut BTreeMap<u8, usize> {
        note(|| Change::Strangers);
        &mut self.state.strangers
    }

    fn note_record(&mut self, session: Session) {
        self.keep_record(session);
        note(|| Change::Record(session));
    }

    fn note_group(&mut self, name: &Name) {
        self.keep_group(name);
        note(|| Change::Group(name.clone()));
    }

    fn keep_record(&mut self, session: Session) {
        if let Some(before) = &mut self.before {
            let record = || self.state.sessions.get(&session).map(Record::saved);
            before.records.entry(session).or_insert_with(record);
        }
    }

    fn keep_group(&mut self, name: &Name) {
        if let Some(before) = &mut self.before {
            before.keep_group(&self.state.groups, name);
        }
    }
}

impl Before {
    fn keep_group(&mut self, groups: &BTreeMap<Name, Group>, name: &Name) {
        if !self.groups.contains_key(name) {
            let log = groups.get(name).map(|group| Log { first: group.first(), next: group.next });
            self.groups.insert(name.clone(), log);
        }
    }

    fn compare(self, state: &ServerState) -> Saved {
        let mut changes = Saved { parts: BTreeMap::new(), may_wait: true };
        let counters = state.saved_counters();
        if counters != self.counters {
            changes.now(Part::Counters, Some(counters));
        }
        for slot in self.lines {
            let line = state.directory.line(slot);
            let value = line.map(|(entry, changed)| Value::Line { entry: entry.clone(), changed });
            changes.now(Part::Line(slot), value);
        }
        for (session, before) in self.records {
            changes.compare_record(session, before, state.sessions.get(&session).map(Record::saved));
        }
        for (name, before) in self.groups {
            changes.compare_group(&name, before, state.groups.get(&name));
        }
        changes
    }
}

impl Saved {
    fn now(&mut self, part: Part, value: Option<Value>) {
        self.parts.insert(part, value);
        self.may_wait = false;
    }

    fn compare_record(&mut self, session: Session, before: Option<SavedRecord>, after: Option<SavedRecord>) {
        if before == after {
            return;
        }
        let waits = before.zip(after.as_ref()).is_some_and(|(before, after)| before.differs_in_acks(after));
        self.may_wait &= waits;
        self.parts.insert(Part::Record(session), after.map(Value::Record));
    }

    /// Posts only come at the end and go at the beginning.
    fn compare_group(&mut self, name: &Name, before: Option<Log>, after: Option<&Group>) {
        let Some(after) = after else { return };
        if before.is_none_or(|before| before.next != after.next) {
            self.now(Part::Group(name.clone()), Some(Value::Group { next: after.next }));
        }
        let Log { first, next } = before.unwrap_or(Log { first: after.first(), next: after.first() });
        for gone in first.0..next.min(after.first()).0 {
            self.parts.insert(Part::Post(name.clone(), Index(gone)), None);
        }
        for (index, post) in after.saved_posts(next.max(after.first())) {
            self.now(Part::Post(name.clone(), index), Some(post));
        }
    }
}
