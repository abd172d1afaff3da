//! Recovering: a server comes back with what was saved.
//!
//! Sessions, passes and cookies are good as before. What was out when it ended is not saved; it is owed, and goes out afresh.
//! Nobody has to be told that anything happened.

use std::collections::BTreeMap;

use stateright::actor::{Id, Out};

use crate::ids::{Index, Key, Session, Slot, Token, Version};
use crate::notice::Notice;
use crate::packet::Entry;

use super::saved::{Part, Saved, SavedMembership, SavedOnline, SavedRecord, Value};
use super::{Bucket, Group, Logged, Membership, Online, Probe, Record, Server, ServerState, Sync, Turn};

/// Starts with what was saved.
///
/// # Panics
/// If that is no state of a server. Whoever has it from outside asks [`ServerState::recover`] first.
pub(super) fn on_recover(server: &Server, saved: &Saved, out: &mut Out<Server>) -> ServerState {
    match ServerState::recover(saved, &server.config.key) {
        Ok(mut state) => {
            server.turn_on(&mut state, out).resume();
            state
        }
        Err(unsound) => panic!("{unsound}"),
    }
}

/// Why something cannot have been saved by a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// It does not even have counters.
    #[error("the counters are missing")]
    NoCounters,
    /// A part is nothing that it can be, or contradicts the others.
    #[error("{0:?} cannot be as it is")]
    Part(Part),
}

impl Turn<'_> {
    /// Tells the operator what there is, asks the suspects again, and sends everybody what is owed.
    fn resume(&mut self) {
        let people = self.state.directory.people();
        if !people.is_empty() {
            self.notify(Notice::Clients(people));
        }
        if !self.state.groups.is_empty() {
            self.groups_changed();
        }
        let sessions: Vec<Session> = self.state.sessions.keys().copied().collect();
        for &session in &sessions {
            if let Some(probe) = self.state.online(session).and_then(|online| online.probe.clone()) {
                self.probe(session, Probe { attempts: 1, ..probe });
            }
        }
        for session in sessions {
            self.serve(session);
        }
    }
}

impl ServerState {
    /// What was saved by a server with this key, with nothing out and nobody asked yet.
    pub fn recover(saved: &Saved, key: &Key) -> Result<ServerState, Unsound> {
        let mut state = ServerState::new(Session::default());
        let mut lines = BTreeMap::new();
        let Some(Some(Value::Counters { next_session, version, stops })) = saved.parts.get(&Part::Counters)
        else {
            return Err(Unsound::NoCounters);
        };
        (state.next_session, state.stops) = (*next_session, *stops);
        for (part, value) in &saved.parts {
            if !state.recover_part(part, value.as_ref(), &mut lines) {
                return Err(Unsound::Part(part.clone()));
            }
        }
        state.recover_directory(lines, *version, key)?;
        state.recover_members()?;
        // Whatever is missing, or too much, or in two places shows when the state is asked what it would save.
        let again = state.saved();
        let differs = |part: &&Part| again.parts.get(part) != saved.parts.get(part);
        match saved.parts.keys().chain(again.parts.keys()).find(differs) {
            Some(part) => Err(Unsound::Part(part.clone())),
            None => Ok(state),
        }
    }

    /// In the order of parts a group comes before its posts, and those in the order of their index.
    fn recover_part(&mut self, part: &Part, value: Option<&Value>, lines: &mut Lines) -> bool {
        match (part, value) {
            (Part::Counters, Some(Value::Counters { .. })) => true,
            (Part::Line(slot), Some(Value::Line { entry, changed })) => {
                lines.insert(*changed, (*slot, entry.clone())).is_none()
            }
            (Part::Record(session), Some(Value::Record(record))) => {
                self.sessions.insert(*session, record.recover());
                *session < self.next_session
            }
            (Part::Group(name), Some(Value::Group { next })) => {
                self.groups.insert(name.clone(), Group { next: *next, ..Group::default() });
                true
            }
            (Part::Post(name, index), Some(Value::Post { sender, from, text })) => {
                let Some(group) = self.groups.get_mut(name) else { return false };
                let (sender, from, text) = (*sender, from.clone(), text.clone());
                group.log.push_back(Logged { sender, from, text, waiting: 0 });
                self.posts += 1;
                *index < group.next && group.log.len() as u64 <= group.next.0
            }
            _ => false,
        }
    }

    fn recover_directory(&mut self, lines: Lines, version: Version, key: &Key) -> Result<(), Unsound> {
        let records = lines.len() == self.sessions.len();
        for (changed, (slot, entry)) in lines {
            let taken = self.directory.find(&entry.name).is_some()
                || (entry.online && self.directory.online_at(entry.address).is_some());
            let record = self.sessions.get_mut(&entry.session);
            let agreed = record.is_some_and(|record| {
                record.address = entry.address;
                record.token = key.token(entry.session, entry.address);
                record.slot == slot && record.online.is_some() == entry.online
            });
            let counted = changed > Version(0) && changed <= version;
            if taken || !agreed || !counted || slot >= Slot(self.sessions.len() as u64) {
                return Err(Unsound::Part(Part::Line(slot)));
            }
            self.directory.version = Version(changed.0 - 1);
            self.directory.put(slot, entry);
        }
        self.directory.version = version;
        if records { Ok(()) } else { Err(Unsound::Part(Part::Counters)) }
    }

    /// Puts the members into their groups, and lets the posts wait for them.
    fn recover_members(&mut self) -> Result<(), Unsound> {
        for (session, record) in &self.sessions {
            let Some(online) = &record.online else { continue };
            let unsound = || Unsound::Part(Part::Record(*session));
            if online.sync.acked > self.directory.version {
                return Err(unsound());
            }
            let Some(membership) = &online.membership else { continue };
            let name = self.directory.entry(record.slot).name.clone();
            let group = self.groups.get_mut(&membership.group);
            let kept = |group: &&mut Group| (group.first()..=group.next).contains(&membership.acked);
            let group = group.filter(kept).ok_or_else(unsound)?;
            group.members.insert(name, *session);
            for index in membership.acked.0..group.next.0 {
                if let Some(post) = group.logged_mut(Index(index)).filter(|post| post.sender != *session) {
                    post.waiting += 1;
                }
            }
        }
        Ok(())
    }
}

/// Lines of the directory by their last change.
type Lines = BTreeMap<Version, (Slot, Entry)>;

impl SavedRecord {
    /// The line of the directory tells the rest.
    fn recover(&self) -> Record {
        let SavedRecord { slot, nonce, last, kicked, online } = self.clone();
        let (address, token, online) = (Id::from(0), Token::default(), online.map(SavedOnline::recover));
        Record { slot, address, token, nonce, last, kicked, online }
    }
}

impl SavedOnline {
    fn recover(self) -> Online {
        Online {
            membership: self.membership.map(SavedMembership::recover),
            sync: Sync { acked: self.acked, sent: None },
            probe: self.asked.map(|asked| Probe { asked, attempts: 0 }),
            queued: false,
            bucket: Bucket::default(),
        }
    }
}

impl SavedMembership {
    fn recover(self) -> Membership {
        let SavedMembership { group, join, acked } = self;
        Membership { group, join, acked, sent: acked, unanswered: 0, attempts: 0 }
    }
}
