//! What an input changes.
//!
//! A state is too large to be looked at after every input of a busy host. What the input has changed is not. So the actors note
//! it while they take a step, for whoever has asked for that on their thread. Nobody does in the checker, and no actor ever reads
//! what is noted.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use crate::ids::{Index, RequestNumber, Session, Slot};
use crate::name::Name;

/// A part of a state that has changed: its name; or what it is now, if every post changes it for every member.
///
/// Some numbers change so often that nobody notes them: they always count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// At a server: a line of the directory.
    Line(Slot),
    /// At a server: what is remembered of a session.
    Record(Session),
    /// At a server: the last reply to a session is the one that it is sent in this step.
    Replied {
        /// To whom.
        session: Session,
        /// Of its request.
        number: RequestNumber,
    },
    /// At a server: a group, with its members and posts.
    Group(Name),
    /// At a server: a group has got a post.
    Posted {
        /// Who wrote it. Tells which group.
        sender: Session,
        /// Of the post.
        index: Index,
        /// Of the first post in the log.
        first: Index,
        /// Members that have not acked it.
        waiting: usize,
    },
    /// At a server: how far a member is, and who has not acked what it has.
    Progress {
        /// Which member.
        session: Session,
        /// All posts below have been acked.
        acked: Index,
        /// All posts below have been sent.
        sent: Index,
        /// Posts in between.
        unanswered: usize,
        /// How often they have been sent.
        attempts: u8,
        /// The first post in the group's log.
        first: Index,
        /// How many members have not acked each of the posts that this one has just acked; one number that depends on all.
        waiting: u64,
    },
    /// At a server: so many sessions have come to the end of the window's queue.
    Queued(usize),
    /// At a server: so many do not stand at its beginning any more.
    Served(usize),
    /// At a server: a session has gone, and does not stand in the queue any more.
    Left(Session),
    /// At a server: the buckets of strangers.
    Strangers,
    /// At a client: an entry of the directory.
    Listing(Slot),
    /// At a client: the last direct message of a session.
    Heard(Session),
}

impl Change {
    /// Whether it says what follows it too, or can be made to.
    fn covers(&mut self, next: &Change) -> bool {
        match (self, next) {
            // A conversation looks up its session again and again.
            (Change::Record(session), Change::Record(next)) => session == next,
            (Change::Queued(count), Change::Queued(more)) | (Change::Served(count), Change::Served(more)) => {
                *count += more;
                true
            }
            _ => false,
        }
    }
}

/// A state that can be looked at in parts.
pub trait Changing: Hash {
    /// Hashes what the last step has changed. Two states that were equal before it, and of which this is the same, are equal. Unless
    /// something better is known, that is all of the state.
    fn hash_changes<H: Hasher>(&self, _changes: &[Change], hasher: &mut H) {
        self.hash(hasher);
    }
}

/// Takes a step of an actor. Puts what it changes in the place of what is there.
pub fn noting<T>(changes: &mut Vec<Change>, step: impl FnOnce() -> T) -> T {
    changes.clear();
    NOTED.set(Some(std::mem::take(changes)));
    let result = step();
    *changes = NOTED.take().unwrap_or_default();
    result
}

/// Notes a change, if anybody has asked.
pub(crate) fn note(change: impl FnOnce() -> Change) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            let change = change();
            if !noted.last_mut().is_some_and(|last| last.covers(&change)) {
                noted.push(change);
            }
        }
    });
}

thread_local! {
    static NOTED: RefCell<Option<Vec<Change>>> = const { RefCell::new(None) };
}
