//! Everything an operator at a server can be told.

use crate::event::Person;
use crate::name::{Name, Text};

/// What an operator is told, after it has taken effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// The server runs.
    Started,
    /// The directory changed. Sorted by name.
    Clients(Vec<Person>),
    /// The groups or their members changed. Sorted by name, members too.
    Groups(Vec<(Name, Vec<Name>)>),
    /// A group was created.
    GroupCreated {
        /// By whom.
        by: Name,
        /// Group.
        group: Name,
    },
    /// A group was not created.
    GroupRefused {
        /// For whom.
        by: Name,
        /// Group.
        group: Name,
        /// Why.
        reason: GroupRefusal,
    },
    /// A client joined a group.
    Joined {
        /// Who.
        by: Name,
        /// Group.
        group: Name,
    },
    /// A client wanted to join a group that does not exist.
    JoinRefused {
        /// Who.
        by: Name,
        /// Group.
        group: Name,
    },
    /// A post got its index.
    Posted {
        /// Sender.
        by: Name,
        /// Message; not for logs unless the operator asked for it.
        text: Text,
    },
    /// A client left its group.
    Left {
        /// Who.
        by: Name,
        /// Group.
        group: Name,
    },
    /// A member was removed because it did not ack a post.
    Removed {
        /// Who.
        member: Name,
        /// Group.
        group: Name,
    },
    /// A client asked for the groups.
    ListedGroups {
        /// Who.
        by: Name,
        /// All groups, sorted.
        groups: Vec<Name>,
    },
    /// A client asked for the members of its group.
    ListedMembers {
        /// Who.
        by: Name,
        /// Group.
        group: Name,
        /// Its members, sorted.
        members: Vec<Name>,
    },
    /// The operator has put a client out.
    Kicked {
        /// Whom.
        name: Name,
    },
    /// The operator wanted to put somebody out who is not there.
    KickRefused {
        /// Whom.
        name: Name,
        /// Why.
        reason: KickRefusal,
    },
    /// The server has stopped, as the operator asked. This is the last notice.
    Stopped {
        /// How many clients were online, and have been told.
        told: usize,
    },
}

/// Why nobody was put out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KickRefusal {
    /// The directory has no such name.
    Unknown,
    /// The name is not online.
    Offline,
}

/// Why a group was not created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupRefusal {
    /// The name is in use.
    Exists,
    /// The server has as many groups as it may.
    TooMany,
}
