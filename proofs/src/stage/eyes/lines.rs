//! A terminal, read as a person reads it.

use crate::stage::player::Entry;

/// Everything on one terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// Whose.
    pub(crate) who: String,
    /// What was printed, in order.
    pub(crate) said: Vec<Said>,
    /// What was typed, in order.
    pub(crate) typed: Vec<Said>,
    /// Where the finale begins.
    finale: usize,
    /// What happened to the program.
    noted: Vec<(usize, String)>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// What it says, without the prompt.
    pub(crate) words: String,
    /// The group that the prompt shows.
    pub(crate) group: Option<String>,
    /// Its place among all that happened on this terminal.
    pub(crate) place: usize,
}

/// A line of a client table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) online: bool,
}

impl Terminal {
    pub(super) fn of(who: &str, entries: &[Entry]) -> Terminal {
        let mut terminal = Terminal {
            who: who.to_owned(),
            said: Vec::new(),
            typed: Vec::new(),
            finale: entries.len(),
            noted: Vec::new(),
        };
        // What is typed goes to the group that the last line showed.
        let mut group = None;
        for (place, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Read(line) => {
                    let said = said(line, place);
                    group = match said.words.strip_prefix("Entered group ") {
                        Some(words) => words.strip_suffix(" successfully").map(str::to_owned),
                        None => said.group.clone(),
                    };
                    terminal.said.push(said);
                }
                Entry::Typed(line) => {
                    terminal.typed.push(Said { words: line.clone(), group: group.clone(), place });
                }
                Entry::Noted(note) => terminal.noted.push((place, note.clone())),
                Entry::Finale => terminal.finale = place,
            }
        }
        terminal
    }

    /// The name that others know; two people may have the same.
    pub(super) fn name(&self) -> &str {
        self.who.split('#').next().unwrap_or_default()
    }

    /// What was printed between a line that was typed and the next one.
    pub(super) fn answers(&self, typed: &Said) -> impl Iterator<Item = &Said> {
        let next = self.typed.iter().map(|it| it.place).find(|place| *place > typed.place);
        let until = next.unwrap_or(usize::MAX);
        self.said.iter().filter(move |said| said.place > typed.place && said.place < until)
    }

    /// Every client table, in order.
    pub(super) fn tables(&self) -> Vec<Vec<Listed>> {
        self.tables_until(usize::MAX).into_iter().map(|(_, table)| table).collect()
    }

    pub(super) fn tables_before_finale(&self) -> Vec<Vec<Listed>> {
        self.tables_until(self.finale).into_iter().map(|(_, table)| table).collect()
    }

    /// The client tables with the places where they begin.
    pub(super) fn tables_until(&self, end: usize) -> Vec<(usize, Vec<Listed>)> {
        let mut tables = Vec::new();
        let mut lines = self.said.iter().filter(|said| said.place < end).peekable();
        while let Some(said) = lines.next() {
            if said.words == "Client table updated." {
                let mut table = Vec::new();
                while let Some(line) = lines.peek().and_then(|said| listed(&said.words)) {
                    table.push(line);
                    lines.next();
                }
                tables.push((said.place, table));
            }
        }
        tables
    }

    /// Whether this person is there until the finale, and has not asked to leave.
    pub(super) fn stays_until_finale(&self) -> bool {
        let leaves = |typed: &Said| typed.words.starts_with("dereg") && typed.place < self.finale;
        let ended = self.noted.iter().any(|(place, _)| *place < self.finale);
        !ended && !self.typed.iter().any(leaves) && self.said.iter().any(|it| it.words.starts_with("Welcome"))
    }

    /// Whether it has ended by itself and said good-bye, and was never killed.
    pub(super) fn has_left_in_order(&self) -> bool {
        let farewell = |said: &Said| said.words == "You are Offline. Bye.";
        let killed = |(_, note): &(usize, String)| note.contains("killed");
        self.said.iter().any(farewell) && !self.noted.iter().any(killed)
    }
}

impl Said {
    /// A direct message or post: from whom, what it says, and whether it is a post.
    pub(super) fn message(&self, terminals: &[Terminal]) -> Option<(&str, &str, bool)> {
        let (post, rest) = match self.words.strip_prefix("Group_Message ") {
            Some(rest) => (true, rest),
            None => (false, self.words.as_str()),
        };
        let (from, text) = rest.split_once(": ")?;
        let is_person = terminals.iter().any(|it| it.name() == from && from != "server");
        is_person.then_some((from, text, post))
    }

    pub(super) fn is_message(&self, terminals: &[Terminal]) -> bool {
        self.message(terminals).is_some()
    }
}

/// A line without its prompt.
fn said(line: &str, place: usize) -> Said {
    let words = line.strip_prefix(">>> ").unwrap_or(line);
    let in_group = words.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    let (group, words) = match in_group {
        Some((group, words)) => (Some(group.to_owned()), words),
        None => (None, words),
    };
    Said { words: words.to_owned(), group, place }
}

/// `NAME  IP:PORT  online`
fn listed(words: &str) -> Option<Listed> {
    let mut parts = words.split("  ");
    let (name, address, state) = (parts.next()?, parts.next()?, parts.next()?);
    let online = match state {
        "online" => true,
        "offline" => false,
        _ => return None,
    };
    Some(Listed { name: name.into(), address: address.into(), online })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Entry {
        Entry::Read(line.to_owned())
    }

    #[test]
    fn a_line_belongs_to_the_group_that_its_prompt_shows() {
        let terminal = Terminal::of(
            "X",
            &[
                read(">>> Entered group g successfully"),
                Entry::Typed("send_group hi".into()),
                read(">>> (g) Group_Message Y: (ha) ha"),
                read(">>> Leave group chat g"),
                Entry::Typed("list_groups".into()),
            ],
        );
        let groups: Vec<_> =
            terminal.said.iter().map(|it| (it.words.as_str(), it.group.as_deref())).collect();
        assert_eq!(
            groups,
            [
                ("Entered group g successfully", None),
                ("Group_Message Y: (ha) ha", Some("g")),
                ("Leave group chat g", None),
            ]
        );
        let typed: Vec<_> = terminal.typed.iter().map(|it| it.group.as_deref()).collect();
        assert_eq!(typed, [Some("g"), None]);
    }

    #[test]
    fn a_table_ends_where_its_lines_end() {
        let lines = [
            ">>> Client table updated.",
            ">>> X  127.0.0.1:1  online",
            ">>> Y  127.0.0.1:2  offline",
            ">>> Z: hi",
        ];
        let entries: Vec<Entry> = lines.iter().map(|line| read(line)).chain([Entry::Finale]).collect();
        let tables = Terminal::of("X", &entries).tables_before_finale();
        let names: Vec<_> = tables.iter().flatten().map(|it| (it.name.as_str(), it.online)).collect();
        assert_eq!((tables.len(), names), (1, vec![("X", true), ("Y", false)]));
    }
}
