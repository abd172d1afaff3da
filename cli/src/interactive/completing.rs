//! Completes commands, people and groups, and paints the line above the one that is being typed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Sender;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::editing::Editing;
use super::editor::Print;
use super::known::{Known, Names};
use super::reflow::Painted;
use super::verbs;
use crate::styled::Styled;

/// What the line editor asks while a line is being typed.
pub(super) struct Assistant {
    known: Known,
    status: Status,
    editing: Editing,
    colours: bool,
    /// Takes what is to be shown above the line that is being typed.
    print: Sender<Print>,
    /// The line as it was painted last, if it has been.
    painted: RefCell<Option<Painted>>,
}

/// The line above the one that is being typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Status(Arc<Mutex<Styled>>);

impl Status {
    /// Replaces it. Tells whether it was another one.
    pub(super) fn set(&self, status: Styled) -> bool {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *shown != status;
        *shown = status;
        changed
    }

    fn get(&self) -> Styled {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the editor takes for the prompt: a line of its own, so that what stands there may change its length while
/// something is being typed, and the one that is being typed.
pub(super) const PROMPT: &str = "\n> ";

impl Assistant {
    pub(super) fn new(
        known: Known,
        status: Status,
        editing: Editing,
        colours: bool,
        print: Sender<Print>,
    ) -> Assistant {
        Assistant { known, status, editing, colours, print, painted: RefCell::default() }
    }

    /// A new line is about to be painted; there is none yet.
    pub(super) fn start_line(&self) {
        self.painted.take();
    }
}

impl Helper for Assistant {}

impl Validator for Assistant {}

impl Hinter for Assistant {
    type Hint = String;

    /// There are no hints. But the editor asks before it takes away what it has painted, also when the window has changed.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        let painted = self.painted.borrow();
        if let Some(first) = painted.as_ref().and_then(|painted| painted.take_away(columns(), line, pos)) {
            // A terminal that is gone shows at the next line.
            let _ = io::stdout().write_all(first.as_bytes()).and_then(|()| io::stdout().flush());
        }
        None
    }
}

impl Highlighter for Assistant {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        self.editing.painted();
        let columns = columns();
        self.painted.replace(Some(Painted::new(columns, prompt)));
        if !default {
            return Cow::Borrowed(prompt);
        }
        // A line that wraps would take a row that the editor does not know of.
        let status = self.status.get().cut(usize::from(columns.saturating_sub(1)));
        let status = if self.colours { status.painted() } else { status.text() };
        Cow::Owned(status + PROMPT)
    }

    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if let Some(painted) = self.painted.borrow_mut().as_mut() {
            painted.add(line);
        }
        Cow::Borrowed(line)
    }
}

fn columns() -> u16 {
    terminal_size::terminal_size().map_or(80, |(width, _)| width.0)
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, candidates) = complete(&self.known.names(), &line[..pos]);
        let replacement = match &candidates[..] {
            [] => return Ok((start, Vec::new())),
            [one] => format!("{one} "),
            many => shared(many).to_owned(),
        };
        if replacement.len() <= pos - start {
            // The editor's own list would be painted over by a prompt of two lines. A printer that is behind has
            // something else to show.
            let _ = self.print.try_send(Print::Lines(candidates.join("  ") + "\n"));
            return Ok((start, Vec::new()));
        }
        Ok((start, vec![Pair { display: replacement.clone(), replacement }]))
    }
}

/// What all of them start with.
fn shared(candidates: &[String]) -> &str {
    let first = candidates.first().map_or("", String::as_str);
    let ends = first.char_indices().map(|(at, c)| at + c.len_utf8());
    let common = |end: &usize| candidates.iter().all(|other| other.starts_with(&first[..*end]));
    &first[..ends.take_while(common).last().unwrap_or(0)]
}

/// Where the word under the cursor starts, and what it could become.
fn complete(names: &Names, before: &str) -> (usize, Vec<String>) {
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let mut earlier = before[..start].split_whitespace();
    let mut found: Vec<String> = match (earlier.next(), earlier.next()) {
        (None, _) => commands(word),
        (Some(verb), None) => arguments(names, verb),
        _ => everybody(names),
    };
    found.retain(|candidate| candidate.starts_with(word));
    found.sort_unstable();
    found.dedup();
    (start, found)
}

/// With a slash, also the other names.
fn commands(word: &str) -> Vec<String> {
    let slash = if word.starts_with('/') { "/" } else { "" };
    let aliases = |verb: &verbs::Verb| if slash.is_empty() { &[][..] } else { verb.aliases };
    let names = verbs::ALL.iter().flat_map(|verb| std::iter::once(&verb.name).chain(aliases(verb)));
    names.map(|name| format!("{slash}{name}")).collect()
}

/// What fits as the first word after a command.
fn arguments(names: &Names, verb: &str) -> Vec<String> {
    match verbs::find(verb).map(|verb| verb.name) {
        Some("send") => names.others().map(ToString::to_string).collect(),
        Some("join_group" | "create_group") => names.groups.iter().map(ToString::to_string).collect(),
        Some("dereg") => vec![names.own.to_string()],
        Some("help") => verbs::ALL.iter().map(|verb| verb.name.to_owned()).collect(),
        Some("cancel") => vec!["all".to_owned()],
        _ => everybody(names),
    }
}

/// Within a text one may name anybody.
fn everybody(names: &Names) -> Vec<String> {
    names.others().chain(&names.groups).map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::SocketAddrV4;

    use model::Name;
    use model::event::Person;

    use super::*;

    fn completed(before: &str) -> (usize, Vec<String>) {
        let name = |name: &str| Name::new(name).unwrap();
        let address = SocketAddrV4::new([127, 0, 0, 1].into(), 1).into();
        let person = |of: &str, online| Person { name: name(of), address, online };
        let people =
            vec![person("Xaver", true), person("Yves", true), person("Yan", false), person("Zoé", true)];
        let groups = BTreeSet::from([name("roomA"), name("roomB")]);
        complete(&Names { own: name("Xaver"), people, groups, group: None }, before)
    }

    #[track_caller]
    fn becomes(before: &str, start: usize, words: &[&str]) {
        assert_eq!(completed(before), (start, words.iter().map(ToString::to_string).collect()), "{before}");
    }

    #[test]
    fn the_first_word_is_a_command() {
        becomes("se", 0, &["send", "send_group"]);
        becomes("  whoa", 2, &["whoami"]);
        becomes("/le", 0, &["/leave", "/leave_group"]);
        becomes("xyz", 0, &[]);
    }

    #[test]
    fn the_second_word_is_what_the_command_takes() {
        becomes("send ", 5, &["Yves", "Zoé"]);
        becomes("/msg Z", 5, &["Zoé"]);
        becomes("join_group r", 11, &["roomA", "roomB"]);
        becomes("dereg ", 6, &["Xaver"]);
        becomes("help lis", 5, &["list_groups", "list_members"]);
    }

    #[test]
    fn people_and_groups_are_completed_within_a_text() {
        becomes("send Yves ask Zo", 14, &["Zoé"]);
        becomes("send_group come to roomB, Y", 26, &["Yves"]);
        becomes("send_group é r", 14, &["roomA", "roomB"]);
    }

    #[test]
    fn several_are_completed_as_far_as_they_agree() {
        let all = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shared(&all(&["roomA", "roomB"])), "room");
        assert_eq!(shared(&all(&["é", "è"])), "");
        assert_eq!(shared(&all(&["send", "send_group"])), "send");
    }

    #[test]
    fn a_status_tells_whether_it_is_another_one() {
        let status = Status::default();
        assert!(status.set(Styled::plain("X >")));
        assert!(!status.set(Styled::plain("X >")));
    }
}
