//! What a client says to a program, and what it can be asked.

use std::borrow::Cow;

use model::event::Exit;
use model::{Command, Event, Name, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Person, names, people};
use crate::parse::{self, Fault};

/// What a client says.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Said<'a> {
    Registering {},
    Registered {},
    Ready {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Value>,
    },
    Directory {
        people: Vec<Person<'a>>,
    },
    Direct {
        from: &'a str,
        text: &'a str,
    },
    Queued {
        waiting: usize,
    },
    DirectReceived {
        by: &'a str,
    },
    DirectQueued {
        at: &'a str,
    },
    DirectRefused {
        by: &'a str,
    },
    NoAck {
        from: &'a str,
    },
    UnknownPerson {
        name: &'a str,
    },
    GroupCreated {
        group: &'a str,
    },
    GroupExists {
        group: &'a str,
    },
    TooManyGroups {},
    Groups {
        groups: Vec<&'a str>,
    },
    Joined {
        group: &'a str,
    },
    NoSuchGroup {
        group: &'a str,
    },
    PostReceived {
        index: u64,
    },
    PostRefused {},
    NotPosted {},
    Post {
        from: &'a str,
        text: &'a str,
        index: u64,
    },
    OwnPost {
        text: &'a str,
        index: u64,
    },
    Members {
        group: &'a str,
        members: Vec<&'a str>,
    },
    Left {
        group: &'a str,
    },
    Removed {
        group: &'a str,
    },
    InvalidCommand {},
    Cancelled {
        command: Asked<'a>,
    },
    Withdrawn {
        command: Asked<'a>,
    },
    NothingToCancel {},
    StillTrying {},
    ServerBack {},
    SessionLost {},
    ServerStopping {},
    Exited {
        reason: &'static str,
        queued: Vec<Written<'a>>,
    },
}

/// A direct message that was still queued.
#[derive(Serialize)]
pub(crate) struct Written<'a> {
    from: &'a str,
    text: &'a str,
}

/// What a person would be told, for a program; nothing for what only concerns the loop. `id` is that of the command that has come
/// to its end.
pub(crate) fn said<'a>(event: &'a Event, id: Option<&'a Value>) -> Option<Said<'a>> {
    Some(match event {
        Event::NotReady(_) => return None,
        Event::Registering => Said::Registering {},
        Event::Registered => Said::Registered {},
        Event::Ready => Said::Ready { id },
        Event::Directory(all) => Said::Directory { people: people(all) },
        Event::Direct { from, text } => Said::Direct { from: from.as_str(), text: text.as_str() },
        Event::Queued { waiting } => Said::Queued { waiting: *waiting },
        Event::DirectReceived { by } => Said::DirectReceived { by: by.as_str() },
        Event::DirectQueued { at } => Said::DirectQueued { at: at.as_str() },
        Event::DirectRefused { by } => Said::DirectRefused { by: by.as_str() },
        Event::NoAck { from } => Said::NoAck { from: from.as_str() },
        Event::UnknownPerson(name) => Said::UnknownPerson { name: name.as_str() },
        Event::GroupCreated(group) => Said::GroupCreated { group: group.as_str() },
        Event::GroupExists(group) => Said::GroupExists { group: group.as_str() },
        Event::TooManyGroups => Said::TooManyGroups {},
        Event::Groups(groups) => Said::Groups { groups: names(groups) },
        Event::Joined(group) => Said::Joined { group: group.as_str() },
        Event::NoSuchGroup(group) => Said::NoSuchGroup { group: group.as_str() },
        Event::PostReceived { index } => Said::PostReceived { index: index.0 },
        Event::PostRefused => Said::PostRefused {},
        Event::NotPosted => Said::NotPosted {},
        Event::Post { from, text, index } => {
            Said::Post { from: from.as_str(), text: text.as_str(), index: index.0 }
        }
        Event::OwnPost { text, index } => Said::OwnPost { text: text.as_str(), index: index.0 },
        Event::Members { group, members } => Said::Members { group: group.as_str(), members: names(members) },
        Event::Left(group) => Said::Left { group: group.as_str() },
        Event::Removed(group) => Said::Removed { group: group.as_str() },
        Event::InvalidCommand => Said::InvalidCommand {},
        Event::Cancelled(command) => Said::Cancelled { command: asked(command) },
        Event::Withdrawn(command) => Said::Withdrawn { command: asked(command) },
        Event::NothingToCancel => Said::NothingToCancel {},
        Event::StillTrying => Said::StillTrying {},
        Event::ServerBack => Said::ServerBack {},
        Event::SessionLost => Said::SessionLost {},
        Event::ServerStopping => Said::ServerStopping {},
        Event::Exited { reason, queued } => {
            Said::Exited { reason: why(*reason), queued: queued.iter().map(written).collect() }
        }
    })
}

fn written((from, text): &(Name, Text)) -> Written<'_> {
    Written { from: from.as_str(), text: text.as_str() }
}

fn why(reason: Exit) -> &'static str {
    match reason {
        Exit::Deregistered => "deregistered",
        Exit::ServerSilent => "server_silent",
        Exit::NameTaken => "name_taken",
        Exit::AddressTaken => "address_taken",
        Exit::ServerFull => "server_full",
        Exit::NameReserved => "name_reserved",
        Exit::Kicked => "kicked",
    }
}

/// What a client can be asked.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Asked<'a> {
    Send { to: Cow<'a, str>, text: Cow<'a, str> },
    CreateGroup { group: Cow<'a, str> },
    ListGroups {},
    JoinGroup { group: Cow<'a, str> },
    SendGroup { text: Cow<'a, str> },
    ListMembers {},
    LeaveGroup {},
    Quit {},
    Cancel {},
}

/// A command, and what its program calls it.
pub(crate) struct Given {
    /// What to do, or what is wrong with it.
    pub(crate) command: Result<Command, String>,
    /// Anything; comes back with the end of the command.
    pub(crate) id: Option<Value>,
}

/// What a line says; nothing if it is blank.
pub(crate) fn read(line: &str) -> Option<Given> {
    if line.trim().is_empty() {
        return None;
    }
    let parsed: Result<serde_json::Map<String, Value>, String> = super::parse(line);
    Some(match parsed {
        Err(fault) => Given { command: Err(fault), id: None },
        Ok(mut object) => {
            let id = object.remove("id");
            let asked = serde_json::from_value(Value::Object(object));
            let asked = asked.map_err(|error| format!("Invalid command: {error}"));
            Given { command: asked.and_then(|asked| command(asked).map_err(|fault| fault.to_string())), id }
        }
    })
}

fn command(asked: Asked<'_>) -> Result<Command, Fault> {
    Ok(match asked {
        Asked::Send { to, text } => Command::Send { to: parse::user(&to)?, text: parse::text(&text)? },
        Asked::CreateGroup { group } => Command::CreateGroup(parse::group(&group)?),
        Asked::ListGroups {} => Command::ListGroups,
        Asked::JoinGroup { group } => Command::JoinGroup(parse::group(&group)?),
        Asked::SendGroup { text } => Command::SendGroup(parse::text(&text)?),
        Asked::ListMembers {} => Command::ListMembers,
        Asked::LeaveGroup {} => Command::LeaveGroup,
        Asked::Quit {} => Command::Quit,
        Asked::Cancel {} => Command::Cancel,
    })
}

/// A command as it was asked for.
fn asked(command: &Command) -> Asked<'_> {
    match command {
        Command::Send { to, text } => Asked::Send { to: to.as_str().into(), text: text.as_str().into() },
        Command::CreateGroup(group) => Asked::CreateGroup { group: group.as_str().into() },
        Command::ListGroups => Asked::ListGroups {},
        Command::JoinGroup(group) => Asked::JoinGroup { group: group.as_str().into() },
        Command::SendGroup(text) => Asked::SendGroup { text: text.as_str().into() },
        Command::ListMembers => Asked::ListMembers {},
        Command::LeaveGroup => Asked::LeaveGroup {},
        Command::Dereg(_) | Command::Quit | Command::Interrupt => Asked::Quit {},
        Command::Cancel => Asked::Cancel {},
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    #[test]
    fn every_event_is_an_object_of_its_own_kind() {
        let text = || Text::new("hi\n\u{1b}").unwrap();
        let index = model::ids::Index(3);
        let address = std::net::SocketAddrV4::new([127, 0, 0, 1].into(), 7771).into();
        let x = model::event::Person { name: name("X"), address, online: true };
        for (event, object) in [
            (Event::Registering, json!({"event": "registering"})),
            (Event::Registered, json!({"event": "registered"})),
            (Event::Ready, json!({"event": "ready", "id": 7})),
            (
                Event::Directory(vec![x]),
                json!({"event": "directory", "people": [{"name": "X", "address": "127.0.0.1:7771", "online": true}]}),
            ),
            (
                Event::Direct { from: name("X"), text: text() },
                json!({"event": "direct", "from": "X", "text": "hi\n\u{1b}"}),
            ),
            (Event::Queued { waiting: 2 }, json!({"event": "queued", "waiting": 2})),
            (Event::DirectReceived { by: name("Y") }, json!({"event": "direct_received", "by": "Y"})),
            (Event::DirectQueued { at: name("Y") }, json!({"event": "direct_queued", "at": "Y"})),
            (Event::DirectRefused { by: name("Y") }, json!({"event": "direct_refused", "by": "Y"})),
            (Event::NoAck { from: name("Y") }, json!({"event": "no_ack", "from": "Y"})),
            (Event::UnknownPerson(name("Q")), json!({"event": "unknown_person", "name": "Q"})),
            (Event::GroupCreated(name("g")), json!({"event": "group_created", "group": "g"})),
            (Event::GroupExists(name("g")), json!({"event": "group_exists", "group": "g"})),
            (Event::TooManyGroups, json!({"event": "too_many_groups"})),
            (Event::Groups(vec![name("g")]), json!({"event": "groups", "groups": ["g"]})),
            (Event::Joined(name("g")), json!({"event": "joined", "group": "g"})),
            (Event::NoSuchGroup(name("g")), json!({"event": "no_such_group", "group": "g"})),
            (Event::PostReceived { index }, json!({"event": "post_received", "index": 3})),
            (Event::PostRefused, json!({"event": "post_refused"})),
            (Event::NotPosted, json!({"event": "not_posted"})),
            (
                Event::Post { from: name("X"), text: text(), index },
                json!({"event": "post", "from": "X", "text": "hi\n\u{1b}", "index": 3}),
            ),
            (
                Event::OwnPost { text: text(), index },
                json!({"event": "own_post", "text": "hi\n\u{1b}", "index": 3}),
            ),
            (
                Event::Members { group: name("g"), members: vec![name("X")] },
                json!({"event": "members", "group": "g", "members": ["X"]}),
            ),
            (Event::Left(name("g")), json!({"event": "left", "group": "g"})),
            (Event::Removed(name("g")), json!({"event": "removed", "group": "g"})),
            (Event::InvalidCommand, json!({"event": "invalid_command"})),
            (
                Event::Cancelled(Command::Send { to: name("Y"), text: text() }),
                json!({"event": "cancelled", "command": {"command": "send", "to": "Y", "text": "hi\n\u{1b}"}}),
            ),
            (
                Event::Withdrawn(Command::JoinGroup(name("g"))),
                json!({"event": "withdrawn", "command": {"command": "join_group", "group": "g"}}),
            ),
            (Event::NothingToCancel, json!({"event": "nothing_to_cancel"})),
            (Event::StillTrying, json!({"event": "still_trying"})),
            (Event::ServerBack, json!({"event": "server_back"})),
            (Event::SessionLost, json!({"event": "session_lost"})),
            (Event::ServerStopping, json!({"event": "server_stopping"})),
            (
                Event::Exited { reason: Exit::Kicked, queued: vec![(name("X"), text())] },
                json!({"event": "exited", "reason": "kicked", "queued": [{"from": "X", "text": "hi\n\u{1b}"}]}),
            ),
        ] {
            let id = json!(7);
            let line = super::super::line(&said(&event, Some(&id)).unwrap());
            let mut read: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(read.as_object_mut().unwrap().remove("v"), Some(json!(1)), "{line}");
            assert_eq!(read, object);
        }
    }

    #[test]
    fn every_command_is_understood() {
        let text = Text::new("hi").unwrap();
        for (line, command) in [
            (
                r#"{"command":"send","to":"Y","text":"hi"}"#,
                Command::Send { to: name("Y"), text: text.clone() },
            ),
            (r#"{"command":"create_group","group":"g"}"#, Command::CreateGroup(name("g"))),
            (r#"{"command":"list_groups"}"#, Command::ListGroups),
            (r#"{"command":"join_group","group":"g"}"#, Command::JoinGroup(name("g"))),
            (r#"{"command":"send_group","text":"hi"}"#, Command::SendGroup(text.clone())),
            (r#"{"command":"list_members"}"#, Command::ListMembers),
            (r#"{"command":"leave_group"}"#, Command::LeaveGroup),
            (r#" {"command":"quit","id":["any",1]} "#, Command::Quit),
            (r#"{"command":"cancel"}"#, Command::Cancel),
        ] {
            assert_eq!(read(line).unwrap().command, Ok(command), "{line}");
        }
        assert!(read(" \r").is_none());
    }

    #[test]
    fn what_is_wrong_is_said_with_the_id_of_the_command() {
        for (line, part) in [
            (r#"{"id":1}"#, "missing field `command`"),
            (r#"{"id":1,"command":"fly"}"#, "unknown variant `fly`"),
            (r#"{"id":1,"command":"send","to":"Y"}"#, "missing field `text`"),
            (r#"{"id":1,"command":"quit","now":true}"#, "unknown field `now`"),
            (r#"{"id":1,"command":"send","to":"a b","text":"hi"}"#, "User a b does not exist"),
            (r#"{"id":1,"command":"create_group","group":"a;b"}"#, "Group name should not contain ';'"),
        ] {
            let given = read(line).unwrap();
            let fault = given.command.unwrap_err();
            assert!(fault.contains(part), "{line}: {fault}");
            assert_eq!(given.id, Some(json!(1)));
        }
        let given = read("[1]").unwrap();
        assert!(given.command.unwrap_err().starts_with("Invalid command: "));
    }

    #[test]
    fn the_longest_text_fits_in_a_line_however_it_is_written() {
        let escaped = r"\u0001".repeat(Text::MAX_BYTES);
        let line = format!(r#"{{"command":"send_group","text":"{escaped}"}}"#);
        assert!(line.len() <= super::super::LINE_MAX);
        assert!(read(&line).unwrap().command.is_ok());
    }
}
