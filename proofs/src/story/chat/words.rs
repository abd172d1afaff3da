//! What people type and read, in the words of the chat. What a terminal does not show stands in parentheses.

use model::event::{Exit, Person};
use model::notice::{GroupRefusal, KickRefusal};
use model::{Command, Event, Name, Notice, Order};

use crate::scenario::Wish;

/// The line that a person types.
pub(crate) fn line(command: &Command) -> String {
    match command {
        Command::Send { to, text } => format!("send {to} {text}", text = text.as_str()),
        Command::CreateGroup(group) => format!("create_group {group}"),
        Command::ListGroups => "list_groups".into(),
        Command::JoinGroup(group) => format!("join_group {group}"),
        Command::SendGroup(text) => format!("send_group {text}", text = text.as_str()),
        Command::ListMembers => "list_members".into(),
        Command::LeaveGroup => "leave_group".into(),
        Command::Dereg(name) => format!("dereg {name}"),
        Command::Quit => "Ctrl+D".into(),
        Command::Interrupt => "Ctrl+C".into(),
        Command::Cancel => "cancel".into(),
    }
}

/// The line that a person is going to type, before its text is known.
pub(crate) fn wish(wish: Wish) -> String {
    match wish {
        Wish::Send(to) => format!("send {to} …"),
        Wish::Post => "send_group …".into(),
        Wish::Create(group) => format!("create_group {group}"),
        Wish::Groups => "list_groups".into(),
        Wish::Join(group) => format!("join_group {group}"),
        Wish::Members => "list_members".into(),
        Wish::Leave => "leave_group".into(),
        Wish::Dereg => "dereg".into(),
        Wish::Interrupt => "Ctrl+C".into(),
        Wish::Cancel => "cancel".into(),
        Wish::Restart(name) => format!("start again as {name}"),
    }
}

/// What a person reads.
pub(crate) fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::Registering => "Registration request sent".into(),
        Event::Registered => "Welcome, You are registered.".into(),
        Event::Ready => return None,
        Event::Directory(people) => table(people),
        Event::Direct { from, text } => format!("{from}: {text}", text = text.as_str()),
        Event::Queued { waiting } => format!("({waiting} in the queue)"),
        Event::DirectReceived { by } => format!("Message received by {by}."),
        Event::DirectQueued { at } => format!("Message queued at {at} ({at} is in a group)"),
        Event::DirectRefused { by } => {
            format!("{by} has too many messages waiting, the message was not accepted")
        }
        Event::NoAck { from } => format!("No ACK from {from}, the message may or may not have arrived"),
        Event::UnknownPerson(name) => format!("User {name} does not exist"),
        Event::GroupCreated(group) => format!("Group {group} created by Server."),
        Event::GroupExists(group) => format!("Group {group} already exists."),
        Event::TooManyGroups => "The server has as many groups as it may, none was created".into(),
        Event::Groups(groups) => format!("Available group chats: {}", list(groups)),
        Event::Joined(group) => format!("Entered group {group} successfully"),
        Event::NoSuchGroup(group) => format!("Group {group} does not exist"),
        Event::PostReceived { .. } => "Message received by Server.".into(),
        Event::PostRefused => "The server has too many messages to deliver, this one was not accepted".into(),
        Event::NotPosted => "The message was not taken".into(),
        Event::Post { from, text, .. } => format!("Group_Message {from}: {text}", text = text.as_str()),
        Event::OwnPost { text, index } => {
            format!("(own post \"{text}\" is post {})", index.0, text = text.as_str())
        }
        Event::Members { group, members } => format!("Members in the group {group}: {}", list(members)),
        Event::Left(group) => format!("Leave group chat {group}"),
        Event::Removed(group) => format!("You're already not in the group {group}"),
        Event::InvalidCommand => "Invalid command".into(),
        Event::NotReady(command) => format!("({} has to wait)", line(command)),
        Event::ServerStopping => "The server says that it is stopping.".into(),
        Event::Cancelled(command) => {
            format!("Cancelled: {}, which may or may not take effect", line(command))
        }
        Event::Withdrawn(command) => format!("Cancelled in time: {}", line(command)),
        Event::NothingToCancel => "Nothing to cancel".into(),
        Event::StillTrying => "Server not responding, still trying".into(),
        Event::ServerBack => "Server is back".into(),
        Event::SessionLost => "The server has ended this session, registering again.".into(),
        Event::Exited { reason, queued } => {
            let queued = queued.iter().map(|(from, text)| format!("{from}: {text}", text = text.as_str()));
            std::iter::once(farewell(*reason).to_owned()).chain(queued).collect::<Vec<_>>().join("; ")
        }
    })
}

/// What an operator types.
pub(crate) fn order(order: &Order) -> String {
    match order {
        Order::Kick(name) => format!("kick {name}"),
        Order::Stop => "stop".into(),
    }
}

/// What an operator reads.
pub(crate) fn notice(notice: &Notice) -> Option<String> {
    Some(match notice {
        Notice::Started => return None,
        Notice::Clients(people) => table(people),
        Notice::Groups(groups) => {
            let line = |(group, members): &(Name, Vec<Name>)| format!("{group} ({})", list(members));
            format!("Groups: {}", groups.iter().map(line).collect::<Vec<_>>().join(", "))
        }
        Notice::GroupCreated { by, group } => format!("Client {by} created group {group} successfully"),
        Notice::GroupRefused { by, group, reason: GroupRefusal::Exists } => {
            format!("Client {by} creating group {group} failed, group already exists")
        }
        Notice::GroupRefused { by, group, reason: GroupRefusal::TooMany } => {
            format!("Client {by} creating group {group} failed, too many groups")
        }
        Notice::Joined { by, group } => format!("Client {by} joined group {group}"),
        Notice::JoinRefused { by, group } => {
            format!("Client {by} joining group {group} failed, group does not exist")
        }
        Notice::Posted { by, text } => {
            format!("Client {by} sent group message: {text}", text = text.as_str())
        }
        Notice::Kicked { name } => format!("Client {name} kicked"),
        Notice::KickRefused { name, reason: KickRefusal::Unknown } => {
            format!("Client {name} not kicked, there is no such client")
        }
        Notice::KickRefused { name, reason: KickRefusal::Offline } => {
            format!("Client {name} not kicked, it is offline")
        }
        Notice::Stopped { told } => format!("Server stopped, {told} clients told"),
        Notice::Left { by, .. } => format!("Client {by} left group"),
        Notice::Removed { member, group } => format!("Client {member} not responsive, removed from {group}"),
        Notice::ListedGroups { by, .. } => format!("Client {by} requested listing groups"),
        Notice::ListedMembers { by, group, .. } => {
            format!("Client {by} requested listing members of group {group}")
        }
    })
}

/// Names, or that there are none.
pub(crate) fn list(names: &[Name]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Whether somebody is there.
pub(crate) fn online(online: bool) -> &'static str {
    if online { "online" } else { "offline" }
}

fn table(people: &[Person]) -> String {
    let line = |person: &Person| format!("{} {}", person.name, online(person.online));
    format!("Client table: {}", people.iter().map(line).collect::<Vec<_>>().join(", "))
}

fn farewell(reason: Exit) -> &'static str {
    match reason {
        Exit::Deregistered => "You are Offline. Bye.",
        Exit::ServerSilent => "Server not responding, Exiting",
        Exit::NameTaken => "Someone has already used this name. Try another one.",
        Exit::AddressTaken => "Someone has already used this (IP, port) combination. Try another one.",
        Exit::ServerFull => "The server has as many clients as it may. Try again later.",
        Exit::Kicked => "The operator of the server has put you out, Exiting",
        Exit::NameReserved => "This name is the server's own. Try another one.",
    }
}
