//! Everything a person at a client can be told.

use stateright::actor::Id;

use crate::command::Command;
use crate::ids::Index;
use crate::name::{Name, Text};

/// What a person is told. Each is true in every interleaving.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The first registration request has been sent.
    Registering,
    /// The server has registered this client.
    Registered,
    /// The client takes the next command. Follows [`Event::Registered`] and the end of every command.
    Ready,
    /// The directory is the server's current one, and differs from what was told before. Sorted by name.
    Directory(Vec<Person>),
    /// A direct message. Told at once outside a group, else when the group is left.
    Direct {
        /// Sender.
        from: Name,
        /// Message.
        text: Text,
    },
    /// A direct message came in and waits until the group is left.
    Queued {
        /// How many wait now.
        waiting: usize,
    },
    /// The peer has shown the direct message.
    DirectReceived {
        /// Receiver.
        by: Name,
    },
    /// The peer is in a group. The direct message waits there and is shown when the peer leaves the group.
    DirectQueued {
        /// Receiver.
        at: Name,
    },
    /// The peer got the direct message and will not show it, because its queue is full.
    DirectRefused {
        /// Receiver.
        by: Name,
    },
    /// All attempts went without an ack. The message may or may not have been accepted.
    NoAck {
        /// Receiver.
        from: Name,
    },
    /// The directory has no such name.
    UnknownPerson(Name),
    /// The group exists now.
    GroupCreated(Name),
    /// The group existed before.
    GroupExists(Name),
    /// The server has as many groups as it may.
    TooManyGroups,
    /// All groups, sorted by name.
    Groups(Vec<Name>),
    /// This client is a member now.
    Joined(Name),
    /// There is no such group.
    NoSuchGroup(Name),
    /// The server gave one's own post its index.
    PostReceived {
        /// Place in the group.
        index: Index,
    },
    /// The server keeps as many undelivered posts as it may. The post was not taken.
    PostRefused,
    /// The post was not taken, because this client is no member any more.
    NotPosted,
    /// A post of another member, in index order.
    Post {
        /// Sender.
        from: Name,
        /// Message.
        text: Text,
        /// Place in the group.
        index: Index,
    },
    /// One's own post takes its place in the order of the group.
    OwnPost {
        /// Message.
        text: Text,
        /// Place in the group.
        index: Index,
    },
    /// All members of a group, sorted by name.
    Members {
        /// Group.
        group: Name,
        /// Members.
        members: Vec<Name>,
    },
    /// This client is no longer a member, as it asked. Queued direct messages follow.
    Left(Name),
    /// This client is no longer a member, because it did not ack a post. Queued direct messages follow.
    Removed(Name),
    /// The command is not allowed in this mode.
    InvalidCommand,
    /// The command came while another one was under way, or the session had just been lost. Nothing was done; say it
    /// again after the next [`Event::Ready`].
    NotReady(Command),
    /// The command under way is given up. Whether it takes effect is not known: a direct message may or may not be
    /// accepted. What became of a request that changes something is told when it is known.
    Cancelled(Command),
    /// This command was cancelled before it took effect, and never will.
    Withdrawn(Command),
    /// There is no command under way that could be cancelled.
    NothingToCancel,
    /// The server did not answer in all attempts, and the client keeps trying.
    StillTrying,
    /// The server has answered after all.
    ServerBack,
    /// The session has ended at the server; the client leaves group mode, tells what is queued, and registers
    /// again. Whether the command under way took effect is not known.
    SessionLost,
    /// The server says that it stops. It may come back; until then it is silent.
    ServerStopping,
    /// The client has ended. This is the last event, so what was still queued comes with it.
    Exited {
        /// Why.
        reason: Exit,
        /// Direct messages that were still queued, oldest first.
        queued: Vec<(Name, Text)>,
    },
}

/// Why a client ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// As the person asked; the server knows.
    Deregistered,
    /// The server did not answer in all attempts.
    ServerSilent,
    /// The name is held by an online client.
    NameTaken,
    /// The address is held by an online client.
    AddressTaken,
    /// The directory is full of online clients.
    ServerFull,
    /// The name is the server's own.
    NameReserved,
    /// The operator of the server has put this client out.
    Kicked,
}

/// A line of the directory as people see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// Name.
    pub name: Name,
    /// Address.
    pub address: Id,
    /// Whether registered now.
    pub online: bool,
}
