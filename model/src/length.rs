//! How many bytes a packet takes on the wire, to the byte. So what is said about amplification is said about the wire. The
//! codec is in `net`, whose tests compare.

use crate::name::{Name, Text};
use crate::packet::{Down, Listing, Packet, Reply, Request, Up, Update};

/// Of a cookie, a token or a secret.
const SECRET: usize = 16;
/// Of the position of a variant, and of a yes or no.
const MARK: usize = 1;

impl Packet {
    /// Bytes of it in a datagram.
    pub fn length(&self) -> usize {
        MARK + match self {
            Packet::Register { name, nonce, cookie: _ } => of_name(name) + number(nonce.0) + SECRET,
            Packet::Challenge { nonce, cookie: _ } => number(nonce.0) + SECRET,
            Packet::Welcome { nonce, pass } => number(nonce.0) + number(pass.session.0) + SECRET,
            Packet::Refused { nonce, refusal: _ } => number(nonce.0) + MARK,
            Packet::Up { pass, up } => number(pass.session.0) + SECRET + up.length(),
            Packet::Down { pass, down } => number(pass.session.0) + SECRET + down.length(),
            Packet::Direct { sender, from, to, secret: _, number: n, text } => {
                of_name(sender) + number(from.0) + number(to.0) + SECRET + number(n.0) + of_text(text)
            }
            Packet::DirectAck { from, to, secret: _, number: n, verdict: _ } => {
                number(from.0) + number(to.0) + SECRET + number(n.0) + MARK
            }
        }
    }
}

impl Up {
    fn length(&self) -> usize {
        MARK + match self {
            Up::Request { number: n, request } => number(n.0) + request.length(),
            Up::UpdateAck(version) | Up::Alive(version) => number(version.0),
            Up::PostAck { join, next } => number(join.0) + number(next.0),
        }
    }
}

impl Request {
    fn length(&self) -> usize {
        MARK + match self {
            Request::Deregister | Request::LeaveGroup | Request::Withdraw => 0,
            Request::CreateGroup(name) | Request::JoinGroup(name) => of_name(name),
            Request::ListGroups { after } | Request::ListMembers { after } => {
                MARK + after.as_ref().map_or(0, of_name)
            }
            Request::Post(text) => of_text(text),
            Request::Report(session) => number(session.0),
        }
    }
}

impl Down {
    fn length(&self) -> usize {
        MARK + match self {
            Down::Reply { number: n, reply } => number(n.0) + reply.length(),
            Down::Update(update) => update.length(),
            Down::Post { join, index, from, text } => {
                number(join.0) + number(index.0) + of_name(from) + of_text(text)
            }
            Down::Removed { join } => number(join.0),
            Down::Probe(version) => number(version.0),
            Down::Gone | Down::Kicked => 0,
            Down::Stopping(stop) => number(stop.0),
        }
    }
}

impl Reply {
    fn length(&self) -> usize {
        MARK + match self {
            Reply::Names { names, more: _ } => {
                count(names.len()) + names.iter().map(of_name).sum::<usize>() + MARK
            }
            Reply::Joined { next: index } | Reply::Posted(index) => number(index.0),
            Reply::Deregistered
            | Reply::GroupCreated
            | Reply::GroupExists
            | Reply::TooManyGroups
            | Reply::NoSuchGroup
            | Reply::AlreadyMember
            | Reply::Left
            | Reply::NotMember
            | Reply::Backlog
            | Reply::Noted
            | Reply::Withdrawn => 0,
        }
    }
}

impl Update {
    fn length(&self) -> usize {
        let versions = [self.base, self.to, self.latest].map(|version| number(version.0));
        let entries = self.entries.iter().map(Listing::length).sum::<usize>();
        versions.iter().sum::<usize>() + count(self.entries.len()) + entries
    }
}

impl Listing {
    fn length(&self) -> usize {
        let Listing { slot, entry, secret: _ } = self;
        let numbers = [slot.0, usize::from(entry.address) as u64, entry.session.0].map(number);
        numbers.iter().sum::<usize>() + of_name(&entry.name) + MARK + SECRET
    }
}

fn of_name(name: &Name) -> usize {
    count(name.as_str().len()) + name.as_str().len()
}

fn of_text(text: &Text) -> usize {
    count(text.as_str().len()) + text.as_str().len()
}

fn count(items: usize) -> usize {
    number(items as u64)
}

/// Small numbers take one byte, larger ones a mark and two, four or eight.
fn number(number: u64) -> usize {
    match number {
        0..=250 => 1,
        251..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}
