//! What a person types, as commands. Whether a command is allowed now is decided in `model`.

use model::name::{NameFault, TextFault};
use model::{Command, Name, Text};

use crate::escape::escape;

/// The command that a line says. A blank line says none.
pub(crate) fn parse(line: &str) -> Result<Option<Command>, Fault> {
    match split(line) {
        ("", _) => Ok(None),
        (verb, rest) => command(verb, rest).map(Some),
    }
}

/// The command of this name, with what follows it.
pub(crate) fn command(verb: &str, rest: &str) -> Result<Command, Fault> {
    Ok(match verb {
        "send" => send(rest)?,
        "create_group" => Command::CreateGroup(group(rest)?),
        "list_groups" => alone(rest, Command::ListGroups)?,
        "join_group" => Command::JoinGroup(group(rest)?),
        "send_group" => Command::SendGroup(text(rest)?),
        "list_members" => alone(rest, Command::ListMembers)?,
        "leave_group" => alone(rest, Command::LeaveGroup)?,
        "dereg" => Command::Dereg(Name::new(rest).map_err(|_| Fault::Invalid)?),
        _ => return Err(Fault::Invalid),
    })
}

/// Why a line is not a command. Displayed, it is the line that the person gets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Unknown or incomplete.
    #[error("Invalid command")]
    Invalid,
    /// No group can have this name.
    #[error("Group name should not contain ';'. Try again.")]
    GroupSemicolon,
    /// No group can have this name.
    #[error("Invalid group name: {0}")]
    Group(NameFault),
    /// Nobody can have this name.
    #[error("User {} does not exist", escape(.0))]
    NoSuchUser(String),
    /// Nobody can have this name, and it is too long to be repeated.
    #[error("Invalid user name: {0}")]
    User(NameFault),
    /// Too long to be sent.
    #[error("Invalid text: {0}. It was not sent.")]
    Text(TextFault),
}

/// The first word, and what follows it.
pub(crate) fn split(line: &str) -> (&str, &str) {
    let line = line.trim();
    match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (line, ""),
    }
}

fn send(rest: &str) -> Result<Command, Fault> {
    let (to, message) = split(rest);
    if to.is_empty() || message.is_empty() {
        return Err(Fault::Invalid);
    }
    Ok(Command::Send { to: user(to)?, text: text(message)? })
}

pub(crate) fn user(name: &str) -> Result<Name, Fault> {
    Name::new(name).map_err(|fault| match fault {
        NameFault::TooLong { .. } => Fault::User(fault),
        _ => Fault::NoSuchUser(name.to_owned()),
    })
}

pub(crate) fn group(name: &str) -> Result<Name, Fault> {
    Name::new(name).map_err(|fault| match fault {
        NameFault::Empty => Fault::Invalid,
        NameFault::Semicolon => Fault::GroupSemicolon,
        _ => Fault::Group(fault),
    })
}

pub(crate) fn text(text: &str) -> Result<Text, Fault> {
    if text.is_empty() { Err(Fault::Invalid) } else { Text::new(text).map_err(Fault::Text) }
}

fn alone(rest: &str, command: Command) -> Result<Command, Fault> {
    if rest.is_empty() { Ok(command) } else { Err(Fault::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    fn says(line: &str) -> String {
        parse(line).unwrap_err().to_string()
    }

    #[test]
    fn every_command_is_understood() {
        let text = |text| Text::new(text).unwrap();
        for (line, command) in [
            ("send Y hello, I am X", Command::Send { to: name("Y"), text: text("hello, I am X") }),
            ("create_group roomA", Command::CreateGroup(name("roomA"))),
            ("list_groups", Command::ListGroups),
            ("join_group roomA", Command::JoinGroup(name("roomA"))),
            ("send_group hello  everyone", Command::SendGroup(text("hello  everyone"))),
            ("list_members", Command::ListMembers),
            ("leave_group", Command::LeaveGroup),
            ("dereg X", Command::Dereg(name("X"))),
        ] {
            assert_eq!(parse(line), Ok(Some(command)), "{line}");
        }
    }

    #[test]
    fn white_space_around_words_does_not_matter() {
        let expected = Command::Send { to: name("Y"), text: Text::new("a b").unwrap() };
        assert_eq!(parse("  send \t Y   a b \r"), Ok(Some(expected)));
        assert_eq!(parse(" list_groups "), Ok(Some(Command::ListGroups)));
    }

    #[test]
    fn a_blank_line_is_no_command() {
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse(" \t\r"), Ok(None));
    }

    #[test]
    fn unknown_and_incomplete_commands_are_invalid() {
        for line in [
            "hello",
            "SEND Y hi",
            "send",
            "send Y",
            "send Y  ",
            "create_group",
            "join_group",
            "send_group",
            "dereg",
            "dereg X Y",
            "list_groups now",
            "list_members roomA",
            "leave_group roomA",
        ] {
            assert_eq!(parse(line), Err(Fault::Invalid), "{line}");
        }
    }

    #[test]
    fn a_group_name_with_a_semicolon_gets_the_words_of_the_original() {
        assert_eq!(says("create_group roomB;"), "Group name should not contain ';'. Try again.");
    }

    #[test]
    fn names_over_the_limit_are_answered_with_the_limit() {
        let long = "x".repeat(33);
        let words = "a name has at most 32 bytes, this one has 33";
        assert_eq!(says(&format!("create_group {long}")), format!("Invalid group name: {words}"));
        assert_eq!(says(&format!("join_group {long}")), format!("Invalid group name: {words}"));
        assert_eq!(says(&format!("send {long} hi")), format!("Invalid user name: {words}"));
        assert_eq!(says(&format!("dereg {long}")), "Invalid command");
    }

    #[test]
    fn texts_over_the_limit_are_answered_with_the_limit() {
        let (fits, long) = ("x".repeat(1000), "x".repeat(1001));
        let words = "Invalid text: a text has at most 1000 bytes, this one has 1001. It was not sent.";
        assert!(parse(&format!("send_group {fits}")).is_ok());
        assert_eq!(says(&format!("send_group {long}")), words);
        assert_eq!(says(&format!("send Y {long}")), words);
    }

    #[test]
    fn a_name_that_nobody_can_have_does_not_exist() {
        assert_eq!(says("send a;b hi"), "User a;b does not exist");
        assert_eq!(says("send a\u{1b}[2J hi"), r"User a\u{1b}[2J does not exist");
    }

    #[test]
    fn a_group_name_of_two_words_is_refused_with_the_reason() {
        let words = "Invalid group name: a name cannot contain white space, control or invisible characters";
        assert_eq!(says("create_group room A"), words);
    }
}
