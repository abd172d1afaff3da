//! What a person at a client reads.

use model::event::Exit;
use model::{Event, Name, Text};

use super::{PROMPT, table};
use crate::escape::escape;

/// Turns events into lines. Remembers which group the lines are marked with, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    group: Option<Name>,
}

impl Screen {
    /// The lines for an event, each with the prompt of the mode that it belongs to.
    pub(crate) fn show(&mut self, event: &Event) -> Vec<String> {
        match event {
            Event::Joined(group) => {
                let lines = self.mark([format!("Entered group {} successfully", safe(group))]);
                self.group = Some(group.clone());
                lines
            }
            Event::Left(_) | Event::Removed(_) | Event::SessionLost => {
                self.group = None;
                self.mark(words(event))
            }
            Event::Exited { reason, queued } => self.farewell(*reason, queued),
            Event::Directory(people) => self.mark(table(people)),
            _ => self.mark(words(event)),
        }
    }

    /// A line that is not about an event.
    pub(crate) fn say(&self, words: impl Into<String>) -> String {
        self.prompt() + &words.into()
    }

    /// What lines start with in this mode, and what a person types after.
    pub(crate) fn prompt(&self) -> String {
        match &self.group {
            None => PROMPT.to_owned(),
            Some(group) => format!("{PROMPT}({}) ", safe(group)),
        }
    }

    /// A person who is put out is still in the group then; one who left is not.
    fn farewell(&mut self, reason: Exit, queued: &[(Name, Text)]) -> Vec<String> {
        if !matches!(reason, Exit::ServerSilent | Exit::Kicked) {
            self.group = None;
        }
        let mut lines = self.mark(reasons(reason).iter().map(ToString::to_string));
        self.group = None;
        lines.extend(self.mark(queued.iter().map(|(from, text)| direct(from, text))));
        lines
    }

    fn mark(&self, words: impl IntoIterator<Item = String>) -> Vec<String> {
        let prompt = self.prompt();
        words.into_iter().map(|line| prompt.clone() + &line).collect()
    }
}

/// The words for an event; none for some that are no news by themselves.
pub(crate) fn words(event: &Event) -> Vec<String> {
    match event {
        Event::Registering => vec!["Client start listening".into(), "Registration request sent".into()],
        Event::Registered => vec!["Welcome, You are registered.".into()],
        Event::Direct { from, text } => vec![direct(from, text)],
        Event::DirectReceived { by } => vec![format!("Message received by {}.", safe(by))],
        // It is not lost, which is what plain mode promises; interactive mode says that it waits.
        Event::DirectQueued { at } => vec![format!("Message received by {}.", safe(at))],
        Event::DirectRefused { by } => {
            vec![format!("{} has too many messages waiting, the message was not accepted", safe(by))]
        }
        Event::NoAck { from } => vec![
            format!("No ACK from {}, the message may or may not have arrived", safe(from)),
            "Report this issue to server".into(),
        ],
        Event::UnknownPerson(name) => vec![format!("User {} does not exist", safe(name))],
        Event::GroupCreated(group) => vec![format!("Group {} created by Server.", safe(group))],
        Event::GroupExists(group) => vec![format!("Group {} already exists.", safe(group))],
        Event::TooManyGroups => vec!["The server has as many groups as it may, none was created".into()],
        Event::Groups(groups) if groups.is_empty() => vec!["No available group right now".into()],
        Event::Groups(groups) => list("Available group chats:".into(), groups),
        Event::NoSuchGroup(group) => vec![format!("Group {} does not exist", safe(group))],
        Event::PostReceived { .. } => vec!["Message received by Server.".into()],
        Event::PostRefused => vec!["The server has too many messages to deliver, this one was not accepted".into()],
        Event::Post { from, text, .. } => {
            vec![format!("Group_Message {}: {}", safe(from), escape(text.as_str()))]
        }
        Event::Members { group, members } => list(format!("Members in the group {}:", safe(group)), members),
        Event::Left(group) => vec![format!("Leave group chat {}", safe(group))],
        Event::Removed(_) => vec![
            "You're already not in the group, because the Server didn't receive your previous ack to a group \
             message."
                .into(),
        ],
        Event::InvalidCommand => vec!["Invalid command".into()],
        Event::ServerStopping => vec!["The server says that it is stopping.".into()],
        Event::Cancelled(_) => vec!["Cancelled. It may or may not take effect".into()],
        Event::Withdrawn(_) => vec!["Cancelled before it took effect".into()],
        Event::NothingToCancel => vec!["Nothing to cancel".into()],
        Event::StillTrying => vec!["Server not responding".into(), "Still trying".into()],
        Event::ServerBack => vec!["Server is back".into()],
        Event::SessionLost => vec![
            "The server has ended this session, registering again. Whether the last command took effect is not \
             known."
                .into(),
        ],
        // Shown by `Screen::show`, or nothing that a person at a terminal has to read.
        Event::Joined(_)
        | Event::Exited { .. }
        | Event::Directory(_)
        | Event::Ready
        | Event::NotReady(_)
        | Event::Queued { .. }
        | Event::NotPosted
        | Event::OwnPost { .. } => Vec::new(),
    }
}

/// The words for an end.
pub(crate) fn reasons(reason: Exit) -> &'static [&'static str] {
    match reason {
        Exit::Deregistered => &["You are Offline. Bye."],
        Exit::ServerSilent => &["Server not responding", "Exiting"],
        Exit::Kicked => &["The operator of the server has put you out.", "Exiting"],
        Exit::NameTaken => &["Someone has already used this name. Try another one."],
        Exit::AddressTaken => &["Someone has already used this (IP, port) combination. Try another one."],
        Exit::ServerFull => &["The server has as many clients as it may. Try again later."],
        Exit::NameReserved => &["This name is the server's own. Try another one."],
    }
}

fn list(head: String, names: &[Name]) -> Vec<String> {
    std::iter::once(head).chain(names.iter().map(safe)).collect()
}

fn direct(from: &Name, text: &Text) -> String {
    format!("{}: {}", safe(from), escape(text.as_str()))
}

fn safe(name: &Name) -> String {
    escape(name.as_str())
}

#[cfg(test)]
mod tests {
    use model::event::Person;
    use model::ids::Index;

    use super::*;

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    fn person(name_: &str, port: u16, online: bool) -> Person {
        Person {
            name: name(name_),
            address: std::net::SocketAddrV4::new([127, 0, 0, 1].into(), port).into(),
            online,
        }
    }

    fn outside(event: &Event) -> Vec<String> {
        Screen::default().show(event)
    }

    fn inside(event: &Event) -> Vec<String> {
        Screen { group: Some(name("roomA")) }.show(event)
    }

    #[test]
    fn every_event_has_the_words_of_the_contract() {
        let cases: Vec<(Event, &[&str])> = vec![
            (Event::Registering, &["Client start listening", "Registration request sent"]),
            (Event::Registered, &["Welcome, You are registered."]),
            (Event::Ready, &[]),
            (Event::NotReady(model::Command::ListGroups), &[]),
            (
                Event::Directory(vec![person("X", 7771, true), person("Y", 7772, false)]),
                &["Client table updated.", "X  127.0.0.1:7771  online", "Y  127.0.0.1:7772  offline"],
            ),
            (Event::Direct { from: name("X"), text: text("hi") }, &["X: hi"]),
            (Event::Queued { waiting: 1 }, &[]),
            (Event::DirectReceived { by: name("Y") }, &["Message received by Y."]),
            (Event::DirectQueued { at: name("Y") }, &["Message received by Y."]),
            (Event::StillTrying, &["Server not responding", "Still trying"]),
            (Event::ServerBack, &["Server is back"]),
            (
                Event::DirectRefused { by: name("Y") },
                &["Y has too many messages waiting, the message was not accepted"],
            ),
            (
                Event::NoAck { from: name("Y") },
                &["No ACK from Y, the message may or may not have arrived", "Report this issue to server"],
            ),
            (Event::UnknownPerson(name("Q")), &["User Q does not exist"]),
            (Event::GroupCreated(name("G")), &["Group G created by Server."]),
            (Event::GroupExists(name("G")), &["Group G already exists."]),
            (Event::TooManyGroups, &["The server has as many groups as it may, none was created"]),
            (Event::Groups(vec![]), &["No available group right now"]),
            (Event::Groups(vec![name("A"), name("B")]), &["Available group chats:", "A", "B"]),
            (Event::Joined(name("G")), &["Entered group G successfully"]),
            (Event::NoSuchGroup(name("G")), &["Group G does not exist"]),
            (Event::InvalidCommand, &["Invalid command"]),
            (Event::ServerStopping, &["The server says that it is stopping."]),
        ];
        for (event, words) in cases {
            let expected: Vec<String> = words.iter().map(|line| format!(">>> {line}")).collect();
            assert_eq!(outside(&event), expected, "{event:?}");
        }
    }

    #[test]
    fn lines_of_a_group_carry_its_name() {
        let cases: Vec<(Event, &[&str])> = vec![
            (Event::PostReceived { index: Index(3) }, &["Message received by Server."]),
            (Event::PostRefused, &["The server has too many messages to deliver, this one was not accepted"]),
            (Event::Post { from: name("Y"), text: text("hi"), index: Index(3) }, &["Group_Message Y: hi"]),
            (Event::OwnPost { text: text("hi"), index: Index(3) }, &[]),
            (
                Event::Members { group: name("roomA"), members: vec![name("X"), name("Y")] },
                &["Members in the group roomA:", "X", "Y"],
            ),
            (Event::InvalidCommand, &["Invalid command"]),
            (
                Event::Directory(vec![person("X", 7771, true)]),
                &["Client table updated.", "X  127.0.0.1:7771  online"],
            ),
        ];
        for (event, words) in cases {
            let expected: Vec<String> = words.iter().map(|line| format!(">>> (roomA) {line}")).collect();
            assert_eq!(inside(&event), expected, "{event:?}");
        }
    }

    #[test]
    fn the_prompt_changes_after_entering_and_before_leaving() {
        let mut screen = Screen::default();
        assert_eq!(screen.show(&Event::Joined(name("roomA"))), [">>> Entered group roomA successfully"]);
        assert_eq!(screen.prompt(), ">>> (roomA) ");
        assert_eq!(screen.show(&Event::Left(name("roomA"))), [">>> Leave group chat roomA"]);
        assert_eq!(screen.prompt(), ">>> ");
    }

    #[test]
    fn whoever_is_put_out_of_a_group_is_told_outside_of_it() {
        assert_eq!(
            inside(&Event::Removed(name("roomA"))),
            [
                ">>> You're already not in the group, because the Server didn't receive your previous ack to a group \
              message."
            ]
        );
        assert_eq!(
            inside(&Event::SessionLost),
            [
                ">>> The server has ended this session, registering again. Whether the last command took effect is \
              not known."
            ]
        );
    }

    #[test]
    fn a_farewell_ends_with_the_queue() {
        let exited = |reason| Event::Exited { reason, queued: vec![(name("Y"), text("hello"))] };
        assert_eq!(inside(&exited(Exit::Deregistered)), [">>> You are Offline. Bye.", ">>> Y: hello"]);
        assert_eq!(
            inside(&exited(Exit::ServerSilent)),
            [">>> (roomA) Server not responding", ">>> (roomA) Exiting", ">>> Y: hello"]
        );
        assert_eq!(
            inside(&exited(Exit::Kicked)),
            [
                ">>> (roomA) The operator of the server has put you out.",
                ">>> (roomA) Exiting",
                ">>> Y: hello"
            ]
        );
    }

    #[test]
    fn every_refusal_to_register_has_its_words() {
        for (reason, words) in [
            (Exit::NameTaken, ">>> Someone has already used this name. Try another one."),
            (
                Exit::AddressTaken,
                ">>> Someone has already used this (IP, port) combination. Try another one.",
            ),
            (Exit::ServerFull, ">>> The server has as many clients as it may. Try again later."),
            (Exit::NameReserved, ">>> This name is the server's own. Try another one."),
        ] {
            assert_eq!(outside(&Event::Exited { reason, queued: vec![] }), [words]);
        }
    }

    #[test]
    fn a_text_stays_one_harmless_line() {
        let direct = Event::Direct { from: name("Y"), text: text("a\n>>> \u{1b}[2Jb") };
        assert_eq!(outside(&direct), [r">>> Y: a\n>>> \u{1b}[2Jb"]);
        let post = Event::Post { from: name("Y"), text: text("a\r\nb"), index: Index(0) };
        assert_eq!(inside(&post), [r">>> (roomA) Group_Message Y: a\r\nb"]);
    }
}
