//! Packets to try things on: one of each kind, the largest of each kind, any at all.

use model::ids::{
    Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Slot, Stop, Token, Version,
};
use model::packet::{Down, Entry, Listing, Packet, Refusal, Reply, Request, Up, Update, Verdict};
use model::{Name, Text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use stateright::actor::Id;

/// One packet of each kind.
pub(crate) fn samples() -> Vec<Packet> {
    let (small, large) = (u64::from(b'a'), 1 << 40);
    let text = |s: &str| Text::new(s).unwrap();
    each(&Parts {
        number: small,
        bytes: [0x11; 16],
        name: name("alice"),
        text: text("hello, \u{1b}[2J wörld"),
        names: vec![name("ann"), name("bo")],
        entries: vec![listing(3, "ann", 300), listing(large, "bo", large)],
    })
}

/// The largest packet of each kind: all names, texts and numbers as large as they may be, lists of one page.
pub(crate) fn largest(page: usize) -> Vec<Packet> {
    let names = list_of(page, |i| name(&format!("{i:0>32}")), Name::weight);
    let entries = list_of(
        page,
        |i| listing(u64::MAX, &format!("{i:0>32}"), u64::MAX),
        |listing| listing.entry.weight(),
    );
    each(&Parts {
        number: u64::MAX,
        bytes: [0xff; 16],
        name: name(&"N".repeat(Name::MAX_BYTES)),
        text: Text::new(&"t".repeat(Text::MAX_BYTES)).unwrap(),
        names,
        entries,
    })
}

/// What packets are made of.
#[derive(Clone, Debug)]
struct Parts {
    number: u64,
    bytes: [u8; 16],
    name: Name,
    text: Text,
    names: Vec<Name>,
    entries: Vec<Listing>,
}

fn each(parts: &Parts) -> Vec<Packet> {
    let Parts { number, bytes, name, text, .. } = parts.clone();
    let pass = Pass { session: Session(number), token: Token(bytes) };
    let (nonce, cookie) = (Nonce(number), Cookie(bytes));
    let mut packets = vec![
        Packet::Register { name: name.clone(), nonce, cookie },
        Packet::Challenge { nonce, cookie },
        Packet::Welcome { nonce, pass },
    ];
    for refusal in [Refusal::NameTaken, Refusal::AddressTaken, Refusal::Full, Refusal::Reserved] {
        packets.push(Packet::Refused { nonce, refusal });
    }
    packets.extend(ups(parts).into_iter().map(|up| Packet::Up { pass, up }));
    packets.extend(downs(parts).into_iter().map(|down| Packet::Down { pass, down }));
    let (from, to, number) = (Session(number), Session(number), DirectNumber(number));
    let secret = PairSecret(bytes);
    packets.push(Packet::Direct { sender: name, from, to, secret, number, text });
    for verdict in [Verdict::Accepted, Verdict::QueueFull, Verdict::Queued] {
        packets.push(Packet::DirectAck { from, to, secret, number, verdict });
    }
    packets
}

fn ups(parts: &Parts) -> Vec<Up> {
    let Parts { number, name, text, .. } = parts.clone();
    let requests = [
        Request::Deregister,
        Request::CreateGroup(name.clone()),
        Request::ListGroups { after: None },
        Request::ListGroups { after: Some(name.clone()) },
        Request::JoinGroup(name.clone()),
        Request::LeaveGroup,
        Request::ListMembers { after: None },
        Request::ListMembers { after: Some(name) },
        Request::Post(text),
        Request::Report(Session(number)),
        Request::Withdraw,
    ];
    let mut ups: Vec<Up> =
        requests.into_iter().map(|request| Up::Request { number: RequestNumber(number), request }).collect();
    ups.push(Up::UpdateAck(Version(number)));
    ups.push(Up::PostAck { join: RequestNumber(number), next: Index(number) });
    ups.push(Up::Alive(Version(number)));
    ups
}

fn downs(parts: &Parts) -> Vec<Down> {
    let Parts { number, name, text, names, entries, .. } = parts.clone();
    let replies = [
        Reply::Deregistered,
        Reply::GroupCreated,
        Reply::GroupExists,
        Reply::TooManyGroups,
        Reply::Names { names, more: true },
        Reply::Joined { next: Index(number) },
        Reply::NoSuchGroup,
        Reply::AlreadyMember,
        Reply::Left,
        Reply::Posted(Index(number)),
        Reply::NotMember,
        Reply::Backlog,
        Reply::Noted,
        Reply::Withdrawn,
    ];
    let join = RequestNumber(number);
    let version = Version(number);
    let mut downs: Vec<Down> =
        replies.into_iter().map(|reply| Down::Reply { number: RequestNumber(number), reply }).collect();
    downs.push(Down::Update(Update { base: version, to: version, latest: version, entries }));
    downs.push(Down::Post { join, index: Index(number), from: name, text });
    downs.push(Down::Removed { join });
    downs.push(Down::Probe(Version(number)));
    downs.push(Down::Gone);
    downs.push(Down::Kicked);
    downs.push(Down::Stopping(Stop(number)));
    downs
}

/// The kind of a packet, in words. Exhaustive, so that a new kind cannot be forgotten here; [`samples`] has to
/// show every kind, which the golden file shows to reviewers.
pub(crate) fn kind(packet: &Packet) -> String {
    match packet {
        Packet::Register { .. } => "register".into(),
        Packet::Challenge { .. } => "challenge".into(),
        Packet::Welcome { .. } => "welcome".into(),
        Packet::Refused { refusal, .. } => format!("refused {refusal:?}"),
        Packet::Up { up, .. } => match up {
            Up::Request { request, .. } => format!("up request {}", request_kind(request)),
            Up::UpdateAck(_) => "up update-ack".into(),
            Up::PostAck { .. } => "up post-ack".into(),
            Up::Alive(_) => "up alive".into(),
        },
        Packet::Down { down, .. } => match down {
            Down::Reply { reply, .. } => format!("down reply {}", reply_kind(reply)),
            Down::Update(_) => "down update".into(),
            Down::Post { .. } => "down post".into(),
            Down::Removed { .. } => "down removed".into(),
            Down::Probe(_) => "down probe".into(),
            Down::Gone => "down gone".into(),
            Down::Kicked => "down kicked".into(),
            Down::Stopping(_) => "down stopping".into(),
        },
        Packet::Direct { .. } => "direct".into(),
        Packet::DirectAck { verdict, .. } => format!("direct-ack {verdict:?}"),
    }
}

fn request_kind(request: &Request) -> &'static str {
    match request {
        Request::Deregister => "deregister",
        Request::CreateGroup(_) => "create-group",
        Request::ListGroups { after: None } => "list-groups",
        Request::ListGroups { after: Some(_) } => "list-groups after",
        Request::JoinGroup(_) => "join-group",
        Request::LeaveGroup => "leave-group",
        Request::ListMembers { after: None } => "list-members",
        Request::ListMembers { after: Some(_) } => "list-members after",
        Request::Post(_) => "post",
        Request::Report(_) => "report",
        Request::Withdraw => "withdraw",
    }
}

fn reply_kind(reply: &Reply) -> &'static str {
    match reply {
        Reply::Deregistered => "deregistered",
        Reply::GroupCreated => "group-created",
        Reply::GroupExists => "group-exists",
        Reply::TooManyGroups => "too-many-groups",
        Reply::Names { .. } => "names",
        Reply::Joined { .. } => "joined",
        Reply::NoSuchGroup => "no-such-group",
        Reply::AlreadyMember => "already-member",
        Reply::Left => "left",
        Reply::Posted(_) => "posted",
        Reply::NotMember => "not-member",
        Reply::Backlog => "backlog",
        Reply::Noted => "noted",
        Reply::Withdrawn => "withdrawn",
    }
}

/// Any packet, of every kind alike.
pub(crate) fn any_packet() -> impl Strategy<Value = Packet> {
    any_parts().prop_flat_map(|parts| prop::sample::select(each(&parts)))
}

fn any_parts() -> impl Strategy<Value = Parts> {
    let number = prop_oneof![0..300_u64, any::<u64>(), Just(u64::MAX)];
    let entries = vec((any::<u64>(), any_name(), any::<u64>(), any::<bool>()), 0..15);
    let text = option::of("\\PC{0,200}").prop_map(Option::unwrap_or_default);
    (number, any::<[u8; 16]>(), any_name(), text, vec(any_name(), 0..25), entries).prop_map(
        |(number, bytes, name, text, names, entries)| Parts {
            number,
            bytes,
            name,
            text: Text::new(&text).unwrap(),
            names,
            entries: entries.into_iter().map(any_entry).collect(),
        },
    )
}

fn any_entry((number, name, address, online): (u64, Name, u64, bool)) -> Listing {
    let entry = Entry { name, address: id(address), session: Session(!number), online };
    Listing { slot: Slot(number), entry, secret: PairSecret([number.to_le_bytes()[0]; 16]) }
}

pub(crate) fn any_name() -> impl Strategy<Value = Name> {
    "[a-zäß中🙂0-9]{1,8}".prop_map(|s| name(&s))
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

fn listing(slot: u64, of: &str, number: u64) -> Listing {
    let entry = Entry { name: name(of), address: id(number), session: Session(number), online: true };
    Listing { slot: Slot(slot), entry, secret: PairSecret([0x22; 16]) }
}

fn id(number: u64) -> Id {
    Id::from(usize::try_from(number).unwrap())
}

/// As many items as a page takes.
fn list_of<T>(page: usize, make: impl Fn(usize) -> T, weight: impl Fn(&T) -> usize) -> Vec<T> {
    let mut items = Vec::new();
    let mut room = page;
    loop {
        let item = make(items.len());
        let Some(rest) = room.checked_sub(weight(&item)) else { return items };
        room = rest;
        items.push(item);
    }
}
