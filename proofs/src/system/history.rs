//! What a person has typed and seen, as far as a promise speaks about it.

use std::collections::{BTreeMap, BTreeSet};

use model::event::Exit;
use model::ids::{Index, Session, Version};
use model::{ClientState, Command, Event, Name, Text};

/// What a person has typed and seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct History {
    /// Whether the client takes the next command.
    pub ready: bool,
    /// The group that the prompt shows.
    pub group: Option<Name>,
    /// The texts it has typed, in order, with what it was told about each.
    pub letters: Vec<Letter>,
    /// Direct messages it was shown, and how often.
    pub directs: BTreeMap<(Name, Text), u8>,
    /// Posts it was shown, its own in their place, per group and in the order shown.
    pub posts: BTreeMap<Name, Vec<(Index, Name, Text)>>,
    /// The last post shown since it joined.
    pub last: Option<Index>,
    /// The version of the last table shown.
    pub table: Version,
    /// Groups it was told to have created.
    pub created: Vec<Name>,
    /// Direct messages that were queued when its client was killed.
    pub lost: BTreeSet<(Name, Text)>,
    /// How often it was told in this session that the server stops.
    pub stops: u8,
    /// Whether it was last told that the server is silent, and its client keeps trying.
    pub silent: bool,
    /// How its client ended.
    pub exit: Option<Exit>,
    /// What should never happen and shows only at the moment.
    pub faults: BTreeSet<Fault>,
}

/// A text that a person has typed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter {
    /// Under which name.
    pub from: Name,
    /// The receiver, or nobody for a post.
    pub to: Option<Name>,
    /// The group that the prompt showed.
    pub group: Option<Name>,
    /// What it says.
    pub text: Text,
    /// What the person was told about it.
    pub fate: Fate,
}

/// What a person was told about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Nothing yet.
    Open,
    /// Received by the peer.
    Received,
    /// Waits at the peer.
    Queued,
    /// Received by the server, with this index.
    Posted(Index),
    /// Received by the server, which gives no index. Only the original protocol says so.
    Taken,
    /// It will not be shown.
    Refused,
    /// Not known.
    Unknown,
}

/// What should never happen and shows only at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A post was shown while the prompt showed no group.
    PostOutsideGroup,
    /// A post was shown that does not follow the one before.
    Gap,
    /// The directory went back.
    DirectoryBack,
    /// Something was told after the end.
    ToldAfterExit,
}

/// What a client knows of the directory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its session, if it is in one.
    pub session: Option<Session>,
    /// All changes up to this one.
    pub version: Version,
}

impl Known {
    /// What this one knows.
    pub fn by(client: &ClientState) -> Known {
        let session = client.registered().map(|own| own.pass.session);
        Known { session, version: client.directory.version }
    }
}

impl History {
    /// The person is told something.
    pub fn see(&mut self, own: &Name, event: Event) {
        if self.exit.is_some() {
            self.faults.insert(Fault::ToldAfterExit);
        }
        match event {
            Event::Ready => self.ready = true,
            Event::Direct { from, text } => self.see_direct(from, text),
            Event::DirectReceived { .. } => self.learn(Fate::Received),
            Event::DirectQueued { .. } => self.learn(Fate::Queued),
            Event::DirectRefused { .. } => self.learn(Fate::Refused),
            Event::NoAck { .. } => self.learn(Fate::Unknown),
            Event::PostReceived { index } => self.learn_of_post(Fate::Posted(index)),
            Event::PostRefused | Event::NotPosted => self.learn_of_post(Fate::Refused),
            Event::Cancelled(Command::Send { text, .. }) => self.learn_of(&text, Fate::Unknown),
            Event::Withdrawn(Command::Send { text, .. } | Command::SendGroup(text)) => {
                self.learn_of(&text, Fate::Refused);
            }
            Event::StillTrying => self.silent = true,
            Event::ServerBack => self.silent = false,
            Event::Post { from, text, index } => self.see_post(from, text, index),
            Event::OwnPost { text, index } => self.see_post(own.clone(), text, index),
            Event::Joined(group) => {
                self.group = Some(group);
                self.last = None;
            }
            Event::Left(_) | Event::Removed(_) => self.group = None,
            Event::SessionLost => {
                self.group = None;
                self.ready = false;
                self.silent = false;
                self.forget_open();
            }
            Event::GroupCreated(group) => self.created.push(group),
            Event::Exited { reason, queued } => {
                for (from, text) in queued {
                    self.see_direct(from, text);
                }
                self.group = None;
                self.ready = false;
                self.exit = Some(reason);
            }
            Event::ServerStopping => self.stops = (self.stops + 1).min(2),
            Event::Registered => (self.stops, self.silent) = (0, false),
            Event::Registering
            | Event::Cancelled(_)
            | Event::Withdrawn(_)
            | Event::NothingToCancel
            | Event::Directory(_)
            | Event::Queued { .. }
            | Event::UnknownPerson(_)
            | Event::GroupExists(_)
            | Event::TooManyGroups
            | Event::Groups(_)
            | Event::NoSuchGroup(_)
            | Event::Members { .. }
            | Event::InvalidCommand
            | Event::NotReady(_) => {}
        }
    }

    /// The person gives a command.
    pub fn say(&mut self, own: &Name, command: &Command) {
        let (to, text) = match command {
            Command::Interrupt => return,
            Command::Send { to, text } => (Some(to.clone()), text),
            Command::SendGroup(text) => (None, text),
            _ => {
                self.ready = false;
                return;
            }
        };
        self.ready = false;
        let (from, group, text) = (own.clone(), self.group.clone(), text.clone());
        self.letters.push(Letter { from, to, group, text, fate: Fate::Open });
    }

    /// The person is told that the server has its post, and nothing else about it.
    pub fn see_taken(&mut self) {
        self.learn(Fate::Taken);
    }

    /// The client is killed, with what it held, and started again.
    pub fn restart(&mut self, queued: impl IntoIterator<Item = (Name, Text)>) {
        self.lost.extend(queued);
        self.forget_open();
        self.group = None;
        self.ready = false;
        self.silent = false;
        self.exit = None;
        self.table = Version::default();
    }

    /// The client went from one state of the directory to another, and perhaps showed it. A new session starts with nothing,
    /// but shows nothing older than what was shown before.
    pub fn saw_directory(&mut self, before: Known, after: Known, shown: bool) {
        let back = after.session == before.session && after.version < before.version;
        if back || (shown && after.version < self.table) {
            self.faults.insert(Fault::DirectoryBack);
        }
        if shown {
            self.table = after.version;
        }
    }

    fn see_direct(&mut self, from: Name, text: Text) {
        // Twice is broken; more than that needs no telling apart.
        let times = self.directs.entry((from, text)).or_default();
        *times = (*times + 1).min(2);
    }

    fn see_post(&mut self, from: Name, text: Text, index: Index) {
        let Some(group) = self.group.clone() else {
            self.faults.insert(Fault::PostOutsideGroup);
            return;
        };
        if self.last.is_some_and(|last| index != last.next()) {
            self.faults.insert(Fault::Gap);
        }
        self.last = Some(index);
        self.posts.entry(group).or_default().push((index, from, text));
    }

    /// One text at a time waits for an answer; this is what became of it.
    fn learn(&mut self, fate: Fate) {
        if let Some(letter) = self.letters.last_mut().filter(|letter| letter.fate == Fate::Open) {
            letter.fate = fate;
        }
    }

    /// Posts that were cancelled are open until the server says what became of them, the oldest first.
    fn learn_of_post(&mut self, fate: Fate) {
        let mut posts = self.letters.iter_mut().filter(|letter| letter.to.is_none());
        if let Some(letter) = posts.find(|letter| letter.fate == Fate::Open) {
            letter.fate = fate;
        }
    }

    fn learn_of(&mut self, text: &Text, fate: Fate) {
        let mut letters = self.letters.iter_mut().filter(|letter| letter.text == *text);
        if let Some(letter) = letters.find(|letter| letter.fate == Fate::Open) {
            letter.fate = fate;
        }
    }

    /// Nothing will be told of what is open.
    fn forget_open(&mut self) {
        for letter in self.letters.iter_mut().filter(|letter| letter.fate == Fate::Open) {
            letter.fate = Fate::Unknown;
        }
    }
}
