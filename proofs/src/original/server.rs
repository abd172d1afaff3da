//! The original's server. It does what a request says each time a copy of it arrives.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::Index;
use model::{Name, Text};
use stateright::actor::{Id, Out, model_timeout};

use super::packet::{Answer, Body, Entry, Packet, Stamp, Table};
use super::role::{Role, Timer};

/// What the server holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerState {
    /// `client_table`
    pub table: Table,
    /// `group_table`
    pub groups: BTreeMap<Name, BTreeSet<Name>>,
    /// `ack_dict`: who has not acked a group message yet.
    pub acks: BTreeMap<Stamp, BTreeSet<Name>>,
    /// Every group message in the order in which it was sent out. Not in the original, and not looked at: for those who
    /// judge it.
    pub log: BTreeMap<Name, Vec<(Name, Text)>>,
}

/// A packet has arrived.
pub(super) fn receive(state: &mut ServerState, src: Id, packet: Packet, out: &mut Out<Role>) {
    let Packet { from, body } = packet;
    let about = Box::new(body.clone());
    let answer = match body {
        Body::Register => return register(state, src, from, out),
        Body::GroupAck(stamp) => return acked(state, &from, &stamp),
        Body::Deregister => offline(state, &from, out),
        // "A will notify server to change B's status to offline": nobody asks B.
        Body::Kick(name) => offline(state, &name, out),
        Body::Create(group) => create(state, group),
        Body::Groups => Answer::Names(state.groups.keys().cloned().collect()),
        Body::Join(group) => with_members(state, &group, |members| {
            members.insert(from);
        }),
        Body::Leave(group) => with_members(state, &group, |members| {
            members.remove(&from);
        }),
        Body::Members(group) => {
            Answer::Names(state.groups.get(&group).into_iter().flatten().cloned().collect())
        }
        Body::SendGroup(group, text) => broadcast(state, from, group, &text, out),
        Body::RegisterAck(_) | Body::Ack(..) | Body::Private(_) | Body::GroupMessage(..) | Body::Table(_) => {
            return;
        }
    };
    out.send(src, say(Body::Ack(answer, about)));
}

/// "It will first sleep for 500msec, then wake up to check if required acks are received", once, and "find out and remove
/// them from group tables".
pub(super) fn wake(state: &mut ServerState, stamp: &Stamp) {
    let silent = state.acks.remove(stamp).unwrap_or_default();
    if let Some(members) = state.groups.get_mut(&stamp.group) {
        members.retain(|member| !silent.contains(member));
    }
}

/// "Therefore, I disallow duplicate name for client registration." A name stays in the table for ever.
fn register(state: &mut ServerState, address: Id, name: Name, out: &mut Out<Role>) {
    if state.table.find(&name).is_some() {
        out.send(address, say(Body::RegisterAck(Answer::No)));
        return;
    }
    state.table.0.push(Entry { name, address, online: true });
    out.send(address, say(Body::RegisterAck(Answer::Yes)));
    send_table(state, out);
}

/// "I allow offline members to keep being in group table, no matter they leave silently or send explicit deregistration
/// request."
fn offline(state: &mut ServerState, name: &Name, out: &mut Out<Role>) -> Answer {
    if let Some(entry) = state.table.0.iter_mut().find(|entry| entry.name == *name && entry.online) {
        entry.online = false;
        send_table(state, out);
    }
    Answer::Yes
}

fn create(state: &mut ServerState, group: Name) -> Answer {
    if state.groups.contains_key(&group) {
        return Answer::No;
    }
    state.groups.insert(group, BTreeSet::new());
    Answer::Yes
}

fn with_members(state: &mut ServerState, group: &Name, change: impl FnOnce(&mut BTreeSet<Name>)) -> Answer {
    let Some(members) = state.groups.get_mut(group) else { return Answer::No };
    change(members);
    Answer::Yes
}

/// Sends a group message to the other members, each of them once.
fn broadcast(state: &mut ServerState, sender: Name, group: Name, text: &Text, out: &mut Out<Role>) -> Answer {
    let Some(members) = state.groups.get(&group) else { return Answer::No };
    let others: BTreeSet<Name> = members.iter().filter(|member| **member != sender).cloned().collect();
    let log = state.log.entry(group.clone()).or_default();
    let stamp = Stamp { sender: sender.clone(), group, time: Index(log.len() as u64) };
    log.push((sender, text.clone()));
    for entry in state.table.0.iter().filter(|entry| others.contains(&entry.name)) {
        out.send(entry.address, say(Body::GroupMessage(stamp.clone(), text.clone())));
    }
    if !others.is_empty() {
        out.set_timer(Timer::Sleep(stamp.clone()), model_timeout());
        state.acks.insert(stamp, others);
    }
    Answer::Yes
}

fn acked(state: &mut ServerState, member: &Name, stamp: &Stamp) {
    if let Some(silent) = state.acks.get_mut(stamp) {
        silent.remove(member);
    }
}

/// "`table` `client_table` broadcasted from server": sent once, to everybody online.
fn send_table(state: &ServerState, out: &mut Out<Role>) {
    for entry in state.table.0.iter().filter(|entry| entry.online) {
        out.send(entry.address, say(Body::Table(state.table.clone())));
    }
}

/// The `sender_name` of the server is "server".
fn say(body: Body) -> Packet {
    Packet { from: name(), body }
}

/// The name of the server.
pub(super) fn name() -> Name {
    Name::new(Name::RESERVED).expect("a good name")
}
