//! What the original's clients and server say to each other. Every packet carries its sender's name and nothing that tells
//! one packet from another of the same kind.

use model::event::Person;
use model::ids::{Index, Version};
use model::{Name, Text};
use serde::{Deserialize, Serialize};
use stateright::actor::Id;

/// A packet: `sender_name`, `msg_type`, `message`. The listening port is the address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Packet {
    /// By name: "uniquely identify an instance, is used as a unique user id".
    pub from: Name,
    /// The rest.
    pub body: Body,
}

/// `msg_type` and `message`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Body {
    /// `reg`
    Register,
    /// `dereg`
    Deregister,
    /// `create_group`
    Create(Name),
    /// `list_groups`
    Groups,
    /// `join_group`
    Join(Name),
    /// `leave_group`
    Leave(Name),
    /// `list_members`
    Members(Name),
    /// `send_group`
    SendGroup(Name, Text),
    /// `kick`: "when client A find client B not responding to A's message, A will notify server to change B's status to
    /// offline".
    Kick(Name),
    /// `reg_ack`
    RegisterAck(Answer),
    /// `ack`: of a request or of a private message. Does not say of which; what it is about stands here only for those who
    /// tell of it, and no client looks at it.
    Ack(Answer, Box<Body>),
    /// `pri_msg`
    Private(Text),
    /// `grp_msg`
    GroupMessage(Stamp, Text),
    /// `ack` of a group message, which is "uniquely indentified by (`sender_name`, `message timestamp`)".
    GroupAck(Stamp),
    /// `table`: all of it.
    Table(Table),
}

/// What an ack says beside the sender's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// Done.
    Yes,
    /// The name is taken, or the group exists already, or does not exist.
    No,
    /// The groups, or the members of one.
    Names(Vec<Name>),
}

/// Identifies a group message. The original has a sender and a time of day; here the time is the place in the group at the
/// server. Clients make no use of it, and those who judge them read the order from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The sender.
    pub sender: Name,
    /// The group.
    pub group: Name,
    /// When.
    pub time: Index,
}

/// The client table.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Table(pub Vec<Entry>);

/// A line of the client table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub name: Name,
    /// Where.
    pub address: Id,
    /// Whether online.
    pub online: bool,
}

impl Table {
    /// The line of a name.
    pub fn find(&self, name: &Name) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == *name)
    }

    /// How often it has changed. The original numbers no tables, but a line is only ever added, and only ever goes
    /// offline, so whoever judges can count.
    pub fn version(&self) -> Version {
        Version(self.0.len() as u64 + self.0.iter().filter(|entry| !entry.online).count() as u64)
    }

    /// Its lines as people read them.
    pub fn people(&self) -> Vec<Person> {
        let person = |Entry { name, address, online }: &Entry| Person {
            name: name.clone(),
            address: *address,
            online: *online,
        };
        self.0.iter().map(person).collect()
    }
}
