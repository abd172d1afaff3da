//! Packets in a few plain words.

use model::packet::{Down, Listing, Packet, Refusal, Reply, Request, Up, Update, Verdict};

use super::super::narrate::Scene;
use super::holder;
use super::words::{list, online};
use crate::system::role::Role;

pub(super) fn words(scene: &Scene<'_, Role>, packet: &Packet) -> String {
    match packet {
        Packet::Register { name, cookie, .. } if *cookie == model::ids::Cookie::NONE => {
            format!("registration of {name}")
        }
        Packet::Register { name, .. } => format!("registration of {name}, with the cookie"),
        Packet::Challenge { .. } => "challenge: echo this cookie".into(),
        Packet::Welcome { pass, .. } => format!("welcome, as session {}", pass.session.0),
        Packet::Refused { refusal, .. } => format!("registration refused: {}", why(*refusal)),
        Packet::Up { up, .. } => up_words(scene, up),
        Packet::Down { down, .. } => down_words(down),
        Packet::Direct { number, text, .. } => {
            format!("the direct message \"{text}\" (number {})", number.0, text = text.as_str())
        }
        Packet::DirectAck { number, verdict: Verdict::Accepted, .. } => {
            format!("ack of direct message {}", number.0)
        }
        Packet::DirectAck { number, verdict: Verdict::Queued, .. } => {
            format!("ack of direct message {}: it waits", number.0)
        }
        Packet::DirectAck { number, verdict: Verdict::QueueFull, .. } => {
            format!("direct message {} refused: the queue is full", number.0)
        }
    }
}

fn up_words(scene: &Scene<'_, Role>, up: &Up) -> String {
    match up {
        Up::Request { number, request: asked } => format!("request {}: {}", number.0, request(scene, asked)),
        Up::UpdateAck(version) => format!("ack of directory version {}", version.0),
        Up::PostAck { next, .. } if next.0 == 0 => "ack of no post yet".into(),
        Up::PostAck { next, .. } => format!("ack of the posts before {}", next.0),
        Up::Alive(_) => "answer to the probe".into(),
    }
}

pub(super) fn request(scene: &Scene<'_, Role>, request: &Request) -> String {
    match request {
        Request::Deregister => "deregister".into(),
        Request::CreateGroup(group) => format!("create group {group}"),
        Request::ListGroups { after: None } => "list the groups".into(),
        Request::ListGroups { after: Some(name) } => format!("list the groups after {name}"),
        Request::JoinGroup(group) => format!("join group {group}"),
        Request::LeaveGroup => "leave the group".into(),
        Request::ListMembers { after: None } => "list the members".into(),
        Request::ListMembers { after: Some(name) } => format!("list the members after {name}"),
        Request::Post(text) => format!("post \"{text}\"", text = text.as_str()),
        Request::Report(session) => format!("{} did not ack", holder(scene, *session)),
        Request::Withdraw => "withdraw it".into(),
    }
}

fn down_words(down: &Down) -> String {
    match down {
        Down::Reply { number, reply: answer } => format!("reply to request {}: {}", number.0, reply(answer)),
        Down::Update(update) => update_words(update),
        Down::Post { index, from, text, .. } => {
            format!("post {} \"{text}\" by {from}", index.0, text = text.as_str())
        }
        Down::Removed { .. } => "removed from the group".into(),
        Down::Probe(_) => "probe: are you there?".into(),
        Down::Gone => "the session has ended".into(),
        Down::Kicked => "the operator has put you out".into(),
        Down::Stopping(_) => "the server stops".into(),
    }
}

fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Deregistered => "deregistered".into(),
        Reply::GroupCreated => "group created".into(),
        Reply::GroupExists => "the group existed".into(),
        Reply::TooManyGroups => "too many groups".into(),
        Reply::Names { names, more: false } => list(names),
        Reply::Names { names, more: true } => format!("{} and more", list(names)),
        Reply::Joined { next } => format!("joined, first post {}", next.0),
        Reply::NoSuchGroup => "no such group".into(),
        Reply::AlreadyMember => "already a member".into(),
        Reply::Left => "left".into(),
        Reply::Posted(index) => format!("posted as {}", index.0),
        Reply::NotMember => "not a member".into(),
        Reply::Backlog => "refused, too many posts".into(),
        Reply::Noted => "noted".into(),
        Reply::Withdrawn => "withdrawn".into(),
    }
}

fn update_words(update: &Update) -> String {
    let line = |Listing { entry, .. }: &Listing| format!("{} {}", entry.name, online(entry.online));
    let lines: Vec<String> = update.entries.iter().map(line).collect();
    format!("directory update {} to {}: {}", update.base.0, update.to.0, lines.join(", "))
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NameTaken => "the name is taken",
        Refusal::AddressTaken => "the address is taken",
        Refusal::Full => "the directory is full",
        Refusal::Reserved => "the name is reserved",
    }
}
