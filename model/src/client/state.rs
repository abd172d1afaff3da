//! What a client knows.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};

use stateright::actor::Id;

use crate::changes::{Change, Changing};
use crate::command::Command;
use crate::event::Exit;
use crate::ids::{Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Stop};
use crate::name::{Name, Text};
use crate::packet::{Request, Verdict};

use super::directory::Directory;

/// What a client knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientState {
    /// Where it stands.
    pub phase: Phase,
    /// The next one to use. Only ever grows, so that no old answer fits.
    pub nonce: Nonce,
    /// Whether the person wants to leave as soon as nothing is pending.
    pub leaving: bool,
    /// The client table as far as known. Never goes back within a session; the next one starts with nothing.
    pub directory: Directory,
    /// The last direct message of each sending session, and what became of it. A sender waits for one ack at a time, so
    /// the last one is enough to know every repeat that somebody still waits for. What was sent to an earlier session of
    /// our own is not accepted any more.
    pub heard: BTreeMap<Session, (DirectNumber, Verdict)>,
}

/// Where a client stands.
#[allow(clippy::large_enum_variant)] // There is one, and it is registered for nearly all of its life.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Waiting for the server's answer.
    Registering(Registering),
    /// In a session.
    Registered(Registered),
    /// Ended. Nothing is answered any more.
    Exited(Exit),
}

/// What exists only while a registration waits for its answer. Timer `Attempt` is armed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registering {
    /// Goes with this cookie, and with no other.
    pub nonce: Nonce,
    /// Of the last challenge.
    pub cookie: Cookie,
    /// How often this has been sent, echoes of challenges aside.
    pub attempts: u8,
}

/// What exists only in a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registered {
    /// Proves to the server, and it to us, that packets belong to this session.
    pub pass: Pass,
    /// In a group or not.
    pub mode: Mode,
    /// Direct messages that wait until the group is left, oldest first. Empty outside a group.
    pub queue: VecDeque<(Name, Text)>,
    /// The command under way. Timer `Attempt` is armed exactly while there is one.
    pub pending: Option<Pending>,
    /// A request that its person does not wait for any more, and whose fate is not known. No other request goes out
    /// before it is.
    pub cancelled: Option<Cancelled>,
    /// The number of the last request.
    pub last_request: RequestNumber,
    /// The number of the last direct message.
    pub last_direct: DirectNumber,
    /// The last stop of the server that the person was told of.
    pub last_stop: Stop,
}

/// In a group or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// In no group.
    Alone,
    /// In a group.
    Group {
        /// Its name.
        group: Name,
        /// The request that joined, which identifies the membership.
        join: RequestNumber,
        /// The next post to show. All below are shown, or one's own and placed.
        next: Index,
        /// Posts that came before their turn.
        ahead: BTreeMap<Index, Ahead>,
    },
}

/// A post that came before its turn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ahead {
    /// Of another member.
    Other(Name, Text),
    /// One's own.
    Own(Text),
}

/// A command that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pending {
    /// From the server.
    Request(PendingRequest),
    /// From a peer.
    Direct(PendingDirect),
}

/// A request that waits for its reply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PendingRequest {
    /// Its number.
    pub number: RequestNumber,
    /// What was asked.
    pub request: Request,
    /// How often it has been sent.
    pub attempts: u8,
    /// Names of the pages before this one.
    pub names: Vec<Name>,
}

/// A request that is cancelled. Its number still stands for the last request, now a withdrawal, so the reply tells what
/// became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cancelled {
    /// Its number.
    pub number: RequestNumber,
    /// What was asked.
    pub request: Request,
    /// What waits until its fate is known. Then the withdrawal is pending, and nothing otherwise.
    pub then: Option<Then>,
}

/// What a client does once it knows what became of a cancelled request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Then {
    /// Carries out a command of its person.
    Command(Command),
    /// Reports a peer that did not ack.
    Report(Session),
}

/// A direct message that waits for its ack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PendingDirect {
    /// Receiver's name.
    pub name: Name,
    /// Receiver's session.
    pub to: Session,
    /// Receiver's address.
    pub address: Id,
    /// Of both.
    pub secret: PairSecret,
    /// Its number.
    pub number: DirectNumber,
    /// Message.
    pub text: Text,
    /// How often it has been sent.
    pub attempts: u8,
}

impl ClientState {
    pub(super) fn new(nonce: Nonce) -> ClientState {
        let registering = Registering { nonce, cookie: Cookie::NONE, attempts: 0 };
        ClientState {
            phase: Phase::Registering(registering),
            nonce,
            leaving: false,
            directory: Directory::default(),
            heard: BTreeMap::new(),
        }
    }

    /// The session, if there is one.
    pub fn registered(&self) -> Option<&Registered> {
        match &self.phase {
            Phase::Registered(registered) => Some(registered),
            Phase::Registering(_) | Phase::Exited(_) => None,
        }
    }

    pub(super) fn registered_mut(&mut self) -> Option<&mut Registered> {
        match &mut self.phase {
            Phase::Registered(registered) => Some(registered),
            Phase::Registering(_) | Phase::Exited(_) => None,
        }
    }

    /// The registration under way, if there is one.
    pub fn registering(&self) -> Option<&Registering> {
        match &self.phase {
            Phase::Registering(registering) => Some(registering),
            Phase::Registered(_) | Phase::Exited(_) => None,
        }
    }

    /// Whether the command under way is to leave, or the person interrupts it.
    pub fn is_leaving(&self) -> bool {
        self.leaving || self.leaves_with_this_command()
    }

    pub(super) fn leaves_with_this_command(&self) -> bool {
        let cancelled = self.registered().and_then(|own| own.cancelled.as_ref());
        matches!(self.pending(), Some(Pending::Request(it)) if it.request == Request::Deregister)
            || matches!(
                cancelled.and_then(|it| it.then.as_ref()),
                Some(Then::Command(Command::Dereg(_) | Command::Quit | Command::Interrupt))
            )
    }

    /// The command under way.
    pub fn pending(&self) -> Option<&Pending> {
        self.registered()?.pending.as_ref()
    }
}

impl Changing for ClientState {
    fn hash_changes<H: Hasher>(&self, changes: &[Change], hasher: &mut H) {
        let known = (self.directory.version, self.directory.entries().len(), self.heard.len());
        (&self.phase, self.nonce, self.leaving, known).hash(hasher);
        for change in changes {
            change.hash(hasher);
            match change {
                Change::Listing(slot) => self.directory.listing(*slot).hash(hasher),
                Change::Heard(session) => self.heard.get(session).hash(hasher),
                // They are none of a client.
                Change::Line(_)
                | Change::Record(_)
                | Change::Replied { .. }
                | Change::Group(_)
                | Change::Posted { .. }
                | Change::Progress { .. }
                | Change::Queued(_)
                | Change::Served(_)
                | Change::Left(_)
                | Change::Strangers => {}
            }
        }
    }
}

impl Registered {
    pub(super) fn new(pass: Pass) -> Registered {
        Registered {
            pass,
            mode: Mode::Alone,
            queue: VecDeque::new(),
            pending: None,
            cancelled: None,
            last_request: RequestNumber::default(),
            last_direct: DirectNumber::default(),
            last_stop: Stop::default(),
        }
    }
}

impl Mode {
    /// The membership, by the request that joined.
    pub fn join(&self) -> Option<RequestNumber> {
        match self {
            Mode::Alone => None,
            Mode::Group { join, .. } => Some(*join),
        }
    }

    /// The group that the prompt shows.
    pub fn group(&self) -> Option<&Name> {
        match self {
            Mode::Alone => None,
            Mode::Group { group, .. } => Some(group),
        }
    }
}
