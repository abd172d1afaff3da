//! What a server must not forget.
//!
//! Each event that changes something durable says what it changed, as one *change set*: values by their [`Part`]. Whoever
//! keeps the store writes the whole set or nothing of it, and before anything leaves that the event has said. All change sets,
//! folded in their order, are what the server starts from when it comes back.
//!
//! A set that [may wait](Saved::may_wait) only says that somebody has acked something, or that a probe has begun or ended. Whoever
//! has lost it sends or asks once more, and is answered once more. It is written together with the next set that may
//! not wait. So the store always holds the server as it was right after some event that could not wait.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{Index, Nonce, RequestNumber, Session, Slot, Stop, Version};
use crate::name::{Name, Text};
use crate::packet::{Entry, Reply};

use super::{Group, Membership, Online, Record, ServerState};

/// A change set; or all of them folded into one, and then nothing in it is absent and nothing waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Saved {
    /// What the parts are now; nothing for a part that is no more.
    pub parts: BTreeMap<Part, Option<Value>>,
    /// Whether it may be written together with the next set that may not wait. Losing it until then is harmless.
    pub may_wait: bool,
}

/// What is saved by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// What counts registrations, changes of the directory, and stops.
    Counters,
    /// A line of the directory.
    Line(Slot),
    /// What is remembered of a session.
    Record(Session),
    /// A group.
    Group(Name),
    /// A post of a group that some member has not acked.
    Post(Name, Index),
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Of [`Part::Counters`].
    Counters {
        /// Given to the next registration.
        next_session: Session,
        /// Of the directory.
        version: Version,
        /// How often it has been stopped.
        stops: Stop,
    },
    /// Of [`Part::Line`].
    Line {
        /// The entry.
        entry: Entry,
        /// The version that its last change led to.
        changed: Version,
    },
    /// Of [`Part::Record`].
    Record(SavedRecord),
    /// Of [`Part::Group`].
    Group {
        /// The index of the next post.
        next: Index,
    },
    /// Of [`Part::Post`].
    Post {
        /// Session of the sender.
        sender: Session,
        /// Name of the sender.
        from: Name,
        /// Message.
        text: Text,
    },
}

/// What is saved of a [`Record`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SavedRecord {
    /// Its directory entry.
    pub slot: Slot,
    /// Of its registration.
    pub nonce: Nonce,
    /// The last request and its reply.
    pub last: Option<(RequestNumber, Reply)>,
    /// Whether the operator has put it out.
    pub kicked: bool,
    /// What exists only while the session lasts.
    pub online: Option<SavedOnline>,
}

/// What is saved of an [`Online`]. What is out to it is not: it is sent again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SavedOnline {
    /// The one group it is in.
    pub membership: Option<SavedMembership>,
    /// The version of the directory that it has for certain.
    pub acked: Version,
    /// What the answer to the probe has to echo, if it is suspected.
    pub asked: Option<Version>,
}

/// What is saved of a [`Membership`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SavedMembership {
    /// The group.
    pub group: Name,
    /// The request that joined.
    pub join: RequestNumber,
    /// All posts below have been acked, or are the member's own.
    pub acked: Index,
}

impl Saved {
    /// Carries out a change set on what is held.
    pub fn fold(&mut self, changes: Saved) {
        for (part, value) in changes.parts {
            match value {
                Some(_) => self.parts.insert(part, value),
                None => self.parts.remove(&part),
            };
        }
    }

    /// No change, which waits for others.
    pub fn nothing() -> Saved {
        Saved { parts: BTreeMap::new(), may_wait: true }
    }

    /// Adds a later change set to what waits. Gives out all of it if that must now be written.
    pub fn gather(&mut self, later: Saved) -> Option<Saved> {
        self.append(later);
        (!self.may_wait).then(|| std::mem::replace(self, Saved::nothing()))
    }

    /// Makes one change set out of this one and a later one.
    pub fn append(&mut self, later: Saved) {
        self.parts.extend(later.parts);
        self.may_wait &= later.may_wait;
    }
}

impl ServerState {
    /// Everything that is saved of it, folded.
    pub fn saved(&self) -> Saved {
        let mut saved = Saved::default();
        let mut put = |part, value| saved.parts.insert(part, Some(value));
        put(Part::Counters, self.saved_counters());
        for (slot, entry, changed) in self.directory.lines() {
            put(Part::Line(slot), Value::Line { entry: entry.clone(), changed });
        }
        for (session, record) in &self.sessions {
            put(Part::Record(*session), Value::Record(record.saved()));
        }
        for (name, group) in &self.groups {
            put(Part::Group(name.clone()), Value::Group { next: group.next });
            for (index, value) in group.saved_posts(group.first()) {
                put(Part::Post(name.clone(), index), value);
            }
        }
        saved
    }

    pub(super) fn saved_counters(&self) -> Value {
        Value::Counters {
            next_session: self.next_session,
            version: self.directory.version,
            stops: self.stops,
        }
    }
}

impl Record {
    /// What is saved of it.
    pub fn saved(&self) -> SavedRecord {
        let Record { slot, nonce, last, kicked, online, .. } = self;
        SavedRecord {
            slot: *slot,
            nonce: *nonce,
            last: last.clone(),
            kicked: *kicked,
            online: online.as_ref().map(Online::saved),
        }
    }
}

impl Online {
    fn saved(&self) -> SavedOnline {
        SavedOnline {
            membership: self.membership.as_ref().map(Membership::saved),
            acked: self.sync.acked,
            asked: self.probe.as_ref().map(|probe| probe.asked),
        }
    }
}

impl Membership {
    fn saved(&self) -> SavedMembership {
        SavedMembership { group: self.group.clone(), join: self.join, acked: self.acked }
    }
}

impl Group {
    /// The posts in the log from an index on that is not below the first.
    pub(super) fn saved_posts(&self, from: Index) -> impl Iterator<Item = (Index, Value)> {
        (from.0..self.next.0).map(Index).filter_map(|index| {
            let post = self.logged(index)?;
            let (sender, from, text) = (post.sender, post.from.clone(), post.text.clone());
            Some((index, Value::Post { sender, from, text }))
        })
    }
}

impl SavedRecord {
    /// Whether it differs from a later one in nothing but what may wait: acks, and whether it is probed.
    pub(super) fn differs_in_acks(mut self, later: &SavedRecord) -> bool {
        if let (Some(mine), Some(its)) = (&mut self.online, &later.online) {
            (mine.acked, mine.asked) = (its.acked, its.asked);
            if let (Some(mine), Some(its)) = (&mut mine.membership, &its.membership) {
                mine.acked = its.acked;
            }
        }
        self == *later
    }
}
