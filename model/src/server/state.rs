//! What a server knows.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};

use stateright::actor::Id;

use crate::changes::{Change, Changing};
use crate::ids::{Index, Nonce, Pass, RequestNumber, Session, Slot, Stop, Token, Version};
use crate::name::{Name, Text};
use crate::packet::{Entry, Reply};

use super::buckets::Bucket;
use super::directory::Directory;
use super::fanout::Window;

/// What a server knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerState {
    /// Given to the next registration. Only ever grows.
    pub next_session: Session,
    /// The client table.
    pub directory: Directory,
    /// One record for every entry of the directory, under its session.
    pub sessions: BTreeMap<Session, Record>,
    /// All groups. A group stays when its last member leaves.
    pub groups: BTreeMap<Name, Group>,
    /// Posts in the logs of all groups together. Obeys `Limits::posts`.
    pub posts: usize,
    /// What is out unanswered, and who waits for room.
    pub window: Window,
    /// Permits taken from the buckets for packets without a proof of address; full buckets are not listed. Timer
    /// `Strangers` is armed exactly while some bucket is. Each obeys `Limits::strangers`.
    pub strangers: BTreeMap<u8, usize>,
    /// How often this server has been stopped, over all its lives.
    pub stops: Stop,
    /// Whether it is stopped now. Then no timer is armed, and nothing is taken any more.
    pub stopped: bool,
}

/// What the server remembers of a session, also after it has ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    /// Its directory entry.
    pub slot: Slot,
    /// The address of that entry.
    pub address: Id,
    /// Follows from session, address and the server's key. Kept because every packet from it and to it needs it.
    pub token: Token,
    /// Of its registration, to know a repeat.
    pub nonce: Nonce,
    /// The last request and its reply, to answer a repeat with the same.
    pub last: Option<(RequestNumber, Reply)>,
    /// Whether the operator has put it out. Then it is not online.
    pub kicked: bool,
    /// What exists only while the session lasts.
    pub online: Option<Online>,
}

/// What exists only while a session lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Online {
    /// The one group it is in.
    pub membership: Option<Membership>,
    /// How far it knows the directory.
    pub sync: Sync,
    /// Set while it is suspected to be gone.
    pub probe: Option<Probe>,
    /// Whether it stands in the window's queue. Kept so that it stands there once.
    pub queued: bool,
    /// How much it may ask.
    pub bucket: Bucket,
}

/// How far a session knows the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sync {
    /// The version that it has for certain.
    pub acked: Version,
    /// The update that it has not acked. Timer `Update` is armed exactly while this is set.
    pub sent: Option<SentUpdate>,
}

/// An update that has not been acked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentUpdate {
    /// How often it has been sent.
    pub attempts: u8,
}

/// A probe that has not been answered. Timer `Probe` is armed exactly while there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probe {
    /// What the answer has to echo.
    pub asked: Version,
    /// How often it has been sent.
    pub attempts: u8,
}

/// A session in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// The group.
    pub group: Name,
    /// The request that joined; with the session it identifies this membership for ever.
    pub join: RequestNumber,
    /// All posts below have been acked, or are the member's own. Never above `sent`.
    pub acked: Index,
    /// All posts below have been sent, or are the member's own. Never above the group's `next`.
    pub sent: Index,
    /// Posts of others from `acked` to `sent`. Timer `Post` is armed exactly while this is not zero.
    pub unanswered: usize,
    /// How often the unanswered posts have been sent since the last progress.
    pub attempts: u8,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// Members by name; all online.
    pub members: BTreeMap<Name, Session>,
    /// The index of the next post.
    pub next: Index,
    /// The posts up to `next` that some member has not acked. The first one has somebody waiting.
    pub log: VecDeque<Logged>,
}

/// A post that is kept until all have acked it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Logged {
    /// Session of the sender.
    pub sender: Session,
    /// Name of the sender.
    pub from: Name,
    /// Message.
    pub text: Text,
    /// Members that have not acked it.
    pub waiting: usize,
}

impl ServerState {
    /// A server that has never heard of anybody.
    pub fn new(first_session: Session) -> ServerState {
        ServerState {
            next_session: first_session,
            directory: Directory::default(),
            sessions: BTreeMap::new(),
            groups: BTreeMap::new(),
            posts: 0,
            window: Window::default(),
            strangers: BTreeMap::new(),
            stops: Stop::default(),
            stopped: false,
        }
    }

    /// The session, if it lasts.
    pub fn online(&self, session: Session) -> Option<&Online> {
        self.sessions.get(&session)?.online.as_ref()
    }

    /// The group a session is in.
    pub fn membership(&self, session: Session) -> Option<&Membership> {
        self.online(session)?.membership.as_ref()
    }

    /// Where a session that has a record is, and what shows it that a packet comes from this server.
    pub(super) fn reach(&self, session: Session) -> (Id, Pass) {
        let Record { address, token, .. } = self.sessions[&session];
        (address, Pass { session, token })
    }

    /// The directory entry of a session that has a record.
    pub(super) fn entry(&self, session: Session) -> &Entry {
        self.directory.entry(self.sessions[&session].slot)
    }
}

impl Changing for ServerState {
    fn hash_changes<H: Hasher>(&self, changes: &[Change], hasher: &mut H) {
        let window = (self.window.unanswered, self.window.queue.len());
        (self.next_session, self.directory.version, self.posts, window, self.stops, self.stopped)
            .hash(hasher);
        for change in changes {
            change.hash(hasher);
            match change {
                Change::Line(slot) => self.directory.line(*slot).hash(hasher),
                Change::Record(session) => self.sessions.get(session).hash(hasher),
                Change::Group(name) => self.groups.get(name).hash(hasher),
                Change::Queued(count) => {
                    self.window.queue.iter().rev().take(*count).for_each(|session| session.hash(hasher));
                }
                Change::Strangers => self.strangers.hash(hasher),
                // They say what is now, or are none of a server.
                Change::Replied { .. }
                | Change::Posted { .. }
                | Change::Progress { .. }
                | Change::Served(_)
                | Change::Left(_)
                | Change::Listing(_)
                | Change::Heard(_) => {}
            }
        }
    }
}

impl Group {
    /// The index of the first post in the log.
    pub fn first(&self) -> Index {
        Index(self.next.0 - self.log.len() as u64)
    }

    /// A post that is still in the log.
    pub fn logged(&self, index: Index) -> Option<&Logged> {
        self.log.get(self.place(index)?)
    }

    pub(super) fn logged_mut(&mut self, index: Index) -> Option<&mut Logged> {
        let place = self.place(index)?;
        self.log.get_mut(place)
    }

    fn place(&self, index: Index) -> Option<usize> {
        usize::try_from(index.0.checked_sub(self.first().0)?).ok()
    }
}
