//! Everything peers can say to each other. Who sends what, when, and what happens if it is lost stands in the
//! message table of the book's protocol chapter.

use serde::{Deserialize, Serialize};
use stateright::actor::Id;

use crate::ids::{
    Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Slot, Stop, Version,
};
use crate::name::{Name, Text};

/// A peer message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Packet {
    /// Client to server, before a session: asks for one. At least as long as the [`Packet::Challenge`] it gets.
    Register {
        /// Name to register.
        name: Name,
        /// Never used with another cookie.
        nonce: Nonce,
        /// Echo of the challenge, or [`Cookie::NONE`].
        cookie: Cookie,
    },
    /// Server to client: echo this cookie to prove the address.
    Challenge {
        /// Of the registration.
        nonce: Nonce,
        /// To be echoed.
        cookie: Cookie,
    },
    /// Server to client: registered.
    Welcome {
        /// Of the registration.
        nonce: Nonce,
        /// Session and token for everything that follows.
        pass: Pass,
    },
    /// Server to client: not registered.
    Refused {
        /// Of the registration.
        nonce: Nonce,
        /// Why.
        refusal: Refusal,
    },
    /// Client to server, within a session.
    Up {
        /// Whose.
        pass: Pass,
        /// What.
        up: Up,
    },
    /// Server to client, within a session.
    Down {
        /// Whose.
        pass: Pass,
        /// What.
        down: Down,
    },
    /// Client to client: a direct message.
    Direct {
        /// Name of the sender.
        sender: Name,
        /// Session of the sender.
        from: Session,
        /// Session of the receiver.
        to: Session,
        /// Of both, so that nobody else can have sent this.
        secret: PairSecret,
        /// Number at the sender.
        number: DirectNumber,
        /// Message.
        text: Text,
    },
    /// Client to client: what became of a direct message.
    DirectAck {
        /// Session of the receiver, who acks.
        from: Session,
        /// Session of the sender, who waits.
        to: Session,
        /// Of both, so that nobody else can have acked.
        secret: PairSecret,
        /// Number at the sender.
        number: DirectNumber,
        /// What became of it. The same for every repeat.
        verdict: Verdict,
    },
}

/// What a client says to the server within its session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Up {
    /// A numbered request. Takes effect at most once.
    Request {
        /// Its number.
        number: RequestNumber,
        /// What.
        request: Request,
    },
    /// The directory version that the client has.
    UpdateAck(Version),
    /// Cumulative: all posts of this membership below `next` have been accepted.
    PostAck {
        /// The membership, by the request that joined.
        join: RequestNumber,
        /// First index not yet accepted.
        next: Index,
    },
    /// Answer to a probe, which it echoes.
    Alive(Version),
}

/// What the server says to a client within its session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Down {
    /// Answer to a request.
    Reply {
        /// Of the request.
        number: RequestNumber,
        /// What became of it.
        reply: Reply,
    },
    /// What changed in the directory. Sent until acked.
    Update(Update),
    /// A post of another member. Sent until acked.
    Post {
        /// The membership, by the request that joined.
        join: RequestNumber,
        /// Place in the group.
        index: Index,
        /// Sender.
        from: Name,
        /// Message.
        text: Text,
    },
    /// This membership has ended, because a post was not acked in all attempts.
    Removed {
        /// The membership, by the request that joined.
        join: RequestNumber,
    },
    /// Are you there? Carries the directory's version, so that an answer to a probe of before the last change
    /// does not pass for an answer to this one.
    Probe(Version),
    /// This session has ended. Sent only in answer, with the pass that came with the question.
    Gone,
    /// The operator has put this client out. Sent once, and then in answer to whatever the client says.
    Kicked,
    /// The server stops for this time. Sent once.
    Stopping(Stop),
}

/// Why a client was not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The name is held by an online client.
    NameTaken,
    /// The address is held by an online client.
    AddressTaken,
    /// The directory is full of online clients.
    Full,
    /// The name is the server's own.
    Reserved,
}

/// What became of a direct message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// Shown.
    Accepted,
    /// The queue is full; it will never be shown.
    QueueFull,
    /// Queued, because the receiver is in a group.
    Queued,
}

/// A request of a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Request {
    /// End the session.
    Deregister,
    /// Create a group.
    CreateGroup(Name),
    /// A page of the groups.
    ListGroups {
        /// Names after this one.
        after: Option<Name>,
    },
    /// Become a member.
    JoinGroup(Name),
    /// End the membership.
    LeaveGroup,
    /// A page of the members of one's group.
    ListMembers {
        /// Names after this one.
        after: Option<Name>,
    },
    /// Say something to one's group.
    Post(Text),
    /// This session did not ack a direct message.
    Report(Session),
    /// Instead of the request of the same number, which is cancelled. Whichever comes first takes effect; the reply
    /// tells which.
    Withdraw,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reply {
    /// The session has ended.
    Deregistered,
    /// The group exists now.
    GroupCreated,
    /// The group existed before.
    GroupExists,
    /// The server has as many groups as it may.
    TooManyGroups,
    /// A page of names, sorted.
    Names {
        /// The names.
        names: Vec<Name>,
        /// Whether there are more after the last one.
        more: bool,
    },
    /// A member from here on.
    Joined {
        /// The first post to show.
        next: Index,
    },
    /// There is no such group.
    NoSuchGroup,
    /// Already a member of some group.
    AlreadyMember,
    /// No longer a member.
    Left,
    /// The post has its index.
    Posted(Index),
    /// Not a member of any group, so nothing was done.
    NotMember,
    /// The server keeps as many undelivered posts as it may; the post was not taken.
    Backlog,
    /// The report will be looked into.
    Noted,
    /// The request of this number has not taken effect, and never will.
    Withdrawn,
}

/// What changed in the directory from version `base` to version `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Update {
    /// The version that the receiver has to have at least.
    pub base: Version,
    /// The version that the receiver has afterwards.
    pub to: Version,
    /// The server's version when this was sent.
    pub latest: Version,
    /// Every entry whose last change lies after `base` and not after `to`.
    pub entries: Vec<Listing>,
}

/// A line of the directory as one session is told it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Listing {
    /// Where it is kept.
    pub slot: Slot,
    /// The line.
    pub entry: Entry,
    /// Of the session that is told and the one that is listed.
    pub secret: PairSecret,
}

/// A line of the directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Name.
    pub name: Name,
    /// Where its last session is or was.
    pub address: Id,
    /// Its last session.
    pub session: Session,
    /// Whether that session lasts.
    pub online: bool,
}

impl Entry {
    /// Upper bound of the bytes that an entry takes on the wire, with its slot and secret: the name with its length, at
    /// most 9 bytes for each number, and the secret.
    pub fn weight(&self) -> usize {
        self.name.weight() + 3 * 9 + 1 + 16
    }
}

impl Name {
    /// Upper bound of the bytes that a name takes on the wire.
    pub fn weight(&self) -> usize {
        self.as_str().len() + 1
    }
}

/// An ack that says all that acks before it said: of the same session, for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CumulativeAck {
    pass: Pass,
    acked: Acked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acked {
    Directory(Version),
    Posts { join: RequestNumber, next: Index },
}

impl CumulativeAck {
    /// Whether whoever gets this one needs not get that one, which was sent before. Leaving it out is no more than the network may
    /// do, and what it would have brought comes with this one.
    pub fn covers(self, earlier: CumulativeAck) -> bool {
        let same = match (self.acked, earlier.acked) {
            (Acked::Directory(now), Acked::Directory(before)) => now >= before,
            (Acked::Posts { join, next }, Acked::Posts { join: of, next: before }) => {
                join == of && next >= before
            }
            (Acked::Directory(_), Acked::Posts { .. }) | (Acked::Posts { .. }, Acked::Directory(_)) => false,
        };
        same && self.pass == earlier.pass
    }
}

impl Packet {
    /// What it acks, if it is an ack that says all that acks before it said.
    pub fn cumulative_ack(&self) -> Option<CumulativeAck> {
        let Packet::Up { pass, up } = self else { return None };
        let acked = match up {
            Up::UpdateAck(version) => Acked::Directory(*version),
            Up::PostAck { join, next } => Acked::Posts { join: *join, next: *next },
            Up::Request { .. } | Up::Alive(_) => return None,
        };
        Some(CumulativeAck { pass: *pass, acked })
    }

    /// What somebody wrote to somebody. Every packet has one text at most.
    pub fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Packet::Direct { text, .. } => Some(text),
            Packet::Up { up: Up::Request { request, .. }, .. } => request.text_mut(),
            Packet::Down { down, .. } => down.text_mut(),
            Packet::Up { up: Up::UpdateAck(_) | Up::PostAck { .. } | Up::Alive(_), .. }
            | Packet::Register { .. }
            | Packet::Challenge { .. }
            | Packet::Welcome { .. }
            | Packet::Refused { .. }
            | Packet::DirectAck { .. } => None,
        }
    }
}

impl Request {
    fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Request::Post(text) => Some(text),
            Request::Deregister
            | Request::CreateGroup(_)
            | Request::ListGroups { .. }
            | Request::JoinGroup(_)
            | Request::LeaveGroup
            | Request::ListMembers { .. }
            | Request::Report(_)
            | Request::Withdraw => None,
        }
    }
}

impl Down {
    fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Down::Post { text, .. } => Some(text),
            Down::Reply { .. }
            | Down::Update(_)
            | Down::Removed { .. }
            | Down::Probe(_)
            | Down::Gone
            | Down::Kicked
            | Down::Stopping(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count_the_length_and_every_number_at_its_longest() {
        let name = Name::new("Éve").unwrap();
        assert_eq!(name.weight(), 5);
        let entry = Entry { name, address: Id::from(1), session: Session(1), online: true };
        assert_eq!(entry.weight(), 5 + 27 + 1 + 16);
    }
}
