//! Events as a person reads them.

use std::collections::VecDeque;
use std::net::SocketAddrV4;

use jiff::Zoned;
use model::event::Person;
use model::{Command, Event, Name, Text};
use unicode_width::UnicodeWidthStr;

use super::known::Known;
use super::palette::{DOUBT, FAINT, GOOD, OWN, TROUBLE, of};
use super::verbs::{self, Place};
use crate::escape::escape;
use crate::render;
use crate::styled::{Style, Styled};

/// What a person has been told, as far as lines depend on it.
pub(super) struct Showing {
    /// One's own name.
    pub(super) own: Name,
    /// Where the server is.
    server: SocketAddrV4,
    /// People and groups.
    pub(super) known: Known,
    /// How many direct messages wait.
    pub(super) waiting: usize,
    /// Whether there is a session.
    pub(super) registered: bool,
    /// Whether the server has not answered in all attempts.
    pub(super) silent: bool,
    /// Posts that have been given and not answered, oldest first.
    posts: VecDeque<Text>,
    /// Whether the terminal rings.
    bell: bool,
}

impl Showing {
    pub(super) fn new(own: Name, server: SocketAddrV4, known: Known, bell: bool) -> Showing {
        Showing {
            own,
            server,
            known,
            waiting: 0,
            registered: false,
            silent: false,
            posts: VecDeque::new(),
            bell,
        }
    }

    /// A command is on its way.
    pub(super) fn given(&mut self, command: &Command) {
        if let Command::SendGroup(text) = command {
            self.posts.push_back(text.clone());
        }
    }

    /// The lines for an event, with the time.
    pub(super) fn event(&mut self, event: &Event, under_way: Option<&Command>) -> Vec<Styled> {
        let lines = self.words(event, under_way);
        self.learn(event);
        let now = Zoned::now().strftime("%H:%M ").to_string();
        let indent = " ".repeat(now.len());
        let heads = std::iter::once(now).chain(std::iter::repeat(indent));
        lines.into_iter().zip(heads).map(|(line, head)| Styled::of(FAINT, head).and(line)).collect()
    }

    fn words(&mut self, event: &Event, under_way: Option<&Command>) -> Vec<Styled> {
        match event {
            Event::Direct { from, text } => self.said(Styled::default(), from, text, self.bell),
            Event::Post { from, text, .. } => {
                let called = self.bell && text.as_str().contains(self.own.as_str());
                self.said(Styled::of(FAINT, "Group_Message "), from, text, called)
            }
            Event::Directory(people) => vec![self.changes(people)],
            Event::DirectReceived { .. } => vec![verdict(GOOD, &render::words(event), sent(under_way))],
            Event::DirectQueued { at } => {
                let at = escape(at.as_str());
                let words = vec![format!("Message queued at {at} ({at} is in a group).")];
                vec![verdict(DOUBT, &words, sent(under_way))]
            }
            Event::DirectRefused { .. } => vec![verdict(TROUBLE, &render::words(event), sent(under_way))],
            Event::PostReceived { .. } => {
                let post = self.posts.pop_front();
                vec![verdict(GOOD, &render::words(event), post.as_ref())]
            }
            Event::PostRefused => {
                let post = self.posts.pop_front();
                vec![verdict(TROUBLE, &render::words(event), post.as_ref())]
            }
            Event::NotPosted => {
                let post = self.posts.pop_front();
                let words =
                    vec!["You are not in the group any more, the message was not accepted".to_owned()];
                vec![verdict(TROUBLE, &words, post.as_ref())]
            }
            Event::Exited { reason, queued } => {
                let style = if *reason == model::event::Exit::Deregistered { GOOD } else { TROUBLE };
                let mut lines = all(style, render::reasons(*reason).iter().copied());
                lines.extend(
                    queued.iter().flat_map(|(from, text)| self.said(Styled::default(), from, text, false)),
                );
                lines
            }
            Event::InvalidCommand => vec![self.invalid(under_way)],
            Event::NotReady(Command::Cancel) | Event::NothingToCancel => {
                vec![Styled::of(TROUBLE, "Nothing to cancel: no command is under way")]
            }
            Event::Cancelled(command) => vec![Styled::of(DOUBT, cancelled(command))],
            Event::Withdrawn(command) => {
                self.forget_post(command);
                vec![Styled::of(
                    GOOD,
                    format!("Cancelled in time: {}. It never takes effect", brief(command)),
                )]
            }
            Event::Members { members, .. } | Event::Groups(members) => {
                let words = render::words(event);
                let names = members.iter().map(|name| Styled::of(of(name), escape(name.as_str())));
                let head = words.into_iter().next().map(Styled::plain);
                head.into_iter().chain(names).collect()
            }
            Event::UnknownPerson(_)
            | Event::GroupExists(_)
            | Event::NoSuchGroup(_)
            | Event::TooManyGroups => {
                let words = render::words(event).concat();
                vec![Styled::of(TROUBLE, words).with(FAINT, self.instead(event))]
            }
            Event::StillTrying => all(TROUBLE, render::words(event)),
            Event::NoAck { .. } => {
                let words = render::words(event);
                let (first, rest) = words.split_at(1);
                let first = verdict(DOUBT, first, sent(under_way));
                std::iter::once(first).chain(all(DOUBT, rest.iter().cloned())).collect()
            }
            Event::Removed(_) | Event::SessionLost | Event::ServerStopping => {
                all(DOUBT, render::words(event))
            }
            Event::Joined(group) => {
                vec![Styled::of(GOOD, format!("Entered group {} successfully", escape(group.as_str())))]
            }
            _ => all(Style::new(), render::words(event)),
        }
    }

    /// What somebody wrote. Its further lines are marked, so that they cannot be taken for anything else.
    fn said(&self, head: Styled, from: &Name, text: &Text, rings: bool) -> Vec<Styled> {
        let head = head.with(of(from), escape(from.as_str())).with(Style::new(), ": ");
        let mut lines = text.as_str().lines();
        let first = head.and(self.mark_own(lines.next().unwrap_or_default()));
        let rest = lines.map(|line| Styled::of(FAINT, "| ").and(self.mark_own(line)));
        let mut said: Vec<Styled> = std::iter::once(first).chain(rest).collect();
        said[0].rings = rings;
        said
    }

    /// One's own name stands out.
    fn mark_own(&self, text: &str) -> Styled {
        let own = self.own.as_str();
        let mut line = Styled::default();
        let mut rest = text;
        let mut from = 0;
        while let Some(at) = rest[from..].find(own).map(|at| at + from) {
            let end = at + own.len();
            let is_word = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            if is_word(rest[..at].chars().next_back()) && is_word(rest[end..].chars().next()) {
                line = line.with(Style::new(), escape(&rest[..at])).with(OWN, own);
                (rest, from) = (&rest[end..], 0);
            } else {
                from = end;
            }
        }
        line.with(Style::new(), escape(rest))
    }

    /// What has changed in the client table; at first, who is there.
    fn changes(&self, people: &[Person]) -> Styled {
        let before = &self.known.names().people;
        let was =
            |person: &Person| before.iter().any(|old| old.name == person.name && old.online == person.online);
        let mut line = Styled::of(FAINT, "Client table updated.");
        for person in people.iter().filter(|person| !was(person) && (person.online || !before.is_empty())) {
            let state = if person.online { " is online" } else { " is offline" };
            let name = escape(person.name.as_str());
            line = line.with(Style::new(), " ").with(of(&person.name), name).with(FAINT, state);
        }
        line
    }

    /// What to type after a name that does not fit.
    fn instead(&self, event: &Event) -> String {
        match event {
            Event::UnknownPerson(_) => match self.known.names().others().next() {
                Some(other) => {
                    format!("   everybody: who   for example: send {} hello", escape(other.as_str()))
                }
                None => "   nobody else is online. Everybody: who".to_owned(),
            },
            Event::GroupExists(group) => format!("   to enter it: join_group {}", escape(group.as_str())),
            Event::NoSuchGroup(group) => format!("   to create it: create_group {}", escape(group.as_str())),
            _ => "   those that there are: list_groups".to_owned(),
        }
    }

    fn invalid(&mut self, under_way: Option<&Command>) -> Styled {
        let Some(command) = under_way else { return Styled::of(TROUBLE, "Invalid command") };
        self.forget_post(command);
        let why = match verbs::find(verb(command)).map(|verb| verb.place) {
            Some(Place::Alone) => "works only outside a group. First type: leave_group",
            Some(Place::Group) => {
                "works only in a group. First type: join_group GROUP   for example: join_group roomA"
            }
            _ => "does not work here",
        };
        Styled::of(TROUBLE, format!("Invalid command: {} {why}", verb(command)))
    }

    fn forget_post(&mut self, command: &Command) {
        if let Command::SendGroup(text) = command
            && let Some(place) = self.posts.iter().rposition(|post| post == text)
        {
            self.posts.remove(place);
        }
    }

    /// Takes note of what later lines depend on.
    fn learn(&mut self, event: &Event) {
        let mut names = self.known.names();
        match event {
            Event::Registered => (self.registered, self.silent) = (true, false),
            Event::ServerBack => self.silent = false,
            Event::StillTrying => self.silent = true,
            Event::Directory(people) => people.clone_into(&mut names.people),
            Event::Groups(groups) => names.groups = groups.iter().cloned().collect(),
            Event::GroupCreated(group) | Event::GroupExists(group) => {
                names.groups.insert(group.clone());
            }
            Event::Joined(group) => {
                names.groups.insert(group.clone());
                names.group = Some(group.clone());
            }
            Event::Queued { waiting } => self.waiting = *waiting,
            Event::Left(_) | Event::Removed(_) => (names.group, self.waiting) = (None, 0),
            Event::SessionLost => {
                (names.group, self.waiting) = (None, 0);
                (self.registered, self.silent) = (false, false);
                self.posts.clear();
            }
            Event::Exited { .. } => (names.group, self.waiting, self.registered) = (None, 0, false),
            _ => {}
        }
    }

    /// The client table.
    pub(super) fn who(&self) -> Vec<Styled> {
        let names = self.known.names();
        let width = names.people.iter().map(|person| person.name.as_str().width()).max().unwrap_or_default();
        let line = |person: &Person| {
            let address = SocketAddrV4::from(person.address);
            let (style, state) = if person.online { (GOOD, "online") } else { (FAINT, "offline") };
            let padding = " ".repeat(width - person.name.as_str().width() + 2);
            Styled::of(of(&person.name), escape(person.name.as_str()))
                .with(FAINT, format!("{padding}{address}  "))
                .with(style, state)
        };
        if names.people.is_empty() {
            return vec![Styled::of(DOUBT, "The client table has not come yet")];
        }
        names.people.iter().map(line).collect()
    }

    /// Who and where one is.
    pub(super) fn whoami(&self) -> Vec<Styled> {
        let names = self.known.names();
        let own = names.people.iter().find(|person| person.name == self.own && person.online);
        let at = own.map(|person| format!(" at {}", SocketAddrV4::from(person.address)));
        let group = match &names.group {
            Some(group) => format!(", in group {}, {} waiting", escape(group.as_str()), self.waiting),
            None => ", in no group".to_owned(),
        };
        let session = if self.registered { "registered" } else { "not registered" };
        let more = format!("{}, {session} at the server {}{group}", at.unwrap_or_default(), self.server);
        vec![Styled::of(of(&self.own), escape(self.own.as_str())).with(Style::new(), more)]
    }
}

fn all<S: Into<String>>(style: Style, words: impl IntoIterator<Item = S>) -> Vec<Styled> {
    words.into_iter().map(|line| Styled::of(style, line)).collect()
}

/// What became of a text, with as much of it as it takes to know which.
fn verdict(style: Style, words: &[String], text: Option<&Text>) -> Styled {
    let line = Styled::of(style, words.join(". "));
    match text {
        Some(text) => line.with(FAINT, format!("  {}", quote(text))),
        None => line,
    }
}

fn sent(under_way: Option<&Command>) -> Option<&Text> {
    match under_way {
        Some(Command::Send { text, .. }) => Some(text),
        _ => None,
    }
}

fn quote(text: &Text) -> String {
    let text = text.as_str();
    let start: String = text.chars().take(QUOTED).collect();
    let more = if start.len() < text.len() { ".." } else { "" };
    format!("\"{}{more}\"", escape(&start))
}

fn cancelled(command: &Command) -> String {
    match command {
        Command::Send { .. } => format!("Cancelled: {}. It may or may not have arrived", brief(command)),
        _ => format!(
            "Cancelled: {}. It may or may not take effect; you are told when it is known",
            brief(command)
        ),
    }
}

/// A command in a few words.
pub(super) fn brief(command: &Command) -> String {
    let verb = verb(command);
    match command {
        Command::Send { to, text } => format!("{verb} {} {}", escape(to.as_str()), quote(text)),
        Command::SendGroup(text) => format!("{verb} {}", quote(text)),
        Command::CreateGroup(name) | Command::JoinGroup(name) | Command::Dereg(name) => {
            format!("{verb} {}", escape(name.as_str()))
        }
        _ => verb.to_owned(),
    }
}

fn verb(command: &Command) -> &'static str {
    match command {
        Command::Send { .. } => "send",
        Command::CreateGroup(_) => "create_group",
        Command::ListGroups => "list_groups",
        Command::JoinGroup(_) => "join_group",
        Command::SendGroup(_) => "send_group",
        Command::ListMembers => "list_members",
        Command::LeaveGroup => "leave_group",
        Command::Dereg(_) => "dereg",
        Command::Quit | Command::Interrupt => "quit",
        Command::Cancel => "cancel",
    }
}

/// Characters of a text that a receipt repeats.
const QUOTED: usize = 24;

#[cfg(test)]
impl Showing {
    pub(super) fn of_test(own: &str) -> Showing {
        let own = Name::new(own).unwrap();
        Showing::new(own.clone(), SocketAddrV4::new([127, 0, 0, 1].into(), 6666), Known::new(own), true)
    }
}
