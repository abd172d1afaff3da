//! What can be seen of a broken promise by whoever looks at the terminals and at nothing else.

mod groups;
mod lines;

use std::collections::{BTreeMap, BTreeSet};

use super::player::Entry;
pub(super) use lines::{Said, Terminal};

/// Finds what breaks a promise in everybody's terminals, in sentences. Nobody sees anything if there is nothing.
pub(super) type Eye = fn(&[Terminal]) -> Vec<String>;

/// The promises whose breaking can be seen, and the eye for each.
pub(super) static EYES: &[(&str, Eye)] = &[
    ("shown-once", shown_once),
    ("shown-true", shown_true),
    ("none-forgotten", received_is_shown),
    ("receipts-true", receipts_true),
    ("names-unique", names_unique),
    ("at-most-once", groups::at_most_once),
    ("group-order", groups::group_order),
    ("members-only", groups::members_only),
    ("online-members", groups::online_members),
    ("living-online", living_online),
    ("taken-by-another", taken_by_another),
];

/// The terminals of a play.
pub(super) fn terminals(transcripts: &[(String, Vec<Entry>)]) -> Vec<Terminal> {
    transcripts.iter().map(|(name, entries)| Terminal::of(name, entries)).collect()
}

fn shown_once(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = Vec::new();
    for terminal in terminals {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for said in terminal.said.iter().filter(|said| said.is_message(terminals)) {
            *times.entry(&said.words).or_default() += 1;
        }
        let twice = times.into_iter().filter(|(_, times)| *times > 1);
        seen.extend(twice.map(|(words, times)| format!("{} read \"{words}\" {times} times", terminal.who)));
    }
    seen
}

fn shown_true(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = Vec::new();
    for terminal in terminals {
        for said in &terminal.said {
            let Some((from, text, is_post)) = said.message(terminals) else { continue };
            let typed = if is_post {
                format!("send_group {text}")
            } else {
                format!("send {} {text}", terminal.name())
            };
            let wrote = terminals.iter().filter(|it| it.name() == from).flat_map(|it| &it.typed);
            let mut wrote = wrote.filter(|it| it.words == typed && (!is_post || it.group == said.group));
            if wrote.next().is_none() {
                seen.push(format!(
                    "{} read \"{}\", which {from} never wrote there",
                    terminal.who, said.words
                ));
            }
        }
    }
    seen
}

/// What was received has been shown once everybody has left in order.
fn received_is_shown(terminals: &[Terminal]) -> Vec<String> {
    let received = |it: &&Letter<'_>| it.answer == format!("Message received by {}.", it.to);
    let letters = letters(terminals);
    let forgotten =
        letters.iter().filter(received).filter(|it| !it.is_shown(terminals) && it.left(terminals));
    forgotten
        .map(|it| format!("{} read \"{}\", and {} never read \"{}\"", it.from, it.answer, it.to, it.text))
        .collect()
}

fn receipts_true(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = received_is_shown(terminals);
    let refused = |it: &&Letter<'_>| it.answer.ends_with("was not accepted");
    for it in letters(terminals).iter().filter(refused).filter(|it| it.is_shown(terminals)) {
        seen.push(format!("{} read \"{}\", and {} read \"{}\"", it.from, it.answer, it.to, it.text));
    }
    seen.extend(groups::never_taken(terminals));
    seen
}

fn names_unique(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for terminal in terminals {
        for table in terminal.tables() {
            let online: Vec<_> = table.iter().filter(|line| line.online).collect();
            for (place, one) in online.iter().enumerate() {
                for other in &online[place + 1..] {
                    if one.name == other.name || one.address == other.address {
                        seen.insert(format!(
                            "{} read that {} is online at {} and {} at {}",
                            terminal.who, one.name, one.address, other.name, other.address
                        ));
                    }
                }
            }
        }
    }
    seen.into_iter().collect()
}

/// Who has registered and never asked to leave is online, as far as the tables before the finale say.
fn living_online(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for terminal in terminals {
        for line in terminal.tables_before_finale().into_iter().flatten().filter(|line| !line.online) {
            let mut there = terminals.iter().filter(|it| it.name() == line.name);
            if there.any(Terminal::stays_until_finale) {
                seen.insert(format!("{} read that {} is offline, who is there", terminal.who, line.name));
            }
        }
    }
    seen.into_iter().collect()
}

/// A name is refused only if somebody else uses it.
fn taken_by_another(terminals: &[Terminal]) -> Vec<String> {
    let refused =
        |it: &&Terminal| it.said.iter().any(|said| said.words.starts_with("Someone has already used"));
    let alone = |it: &&Terminal| terminals.iter().filter(|other| other.name() == it.name()).count() == 1;
    let alone: Vec<&Terminal> = terminals.iter().filter(refused).filter(alone).collect();
    alone.iter().map(|it| format!("{} was refused its name, and nobody else has it", it.who)).collect()
}

/// A direct message that was typed, and what its writer read about it.
struct Letter<'a> {
    from: &'a str,
    to: &'a str,
    text: &'a str,
    answer: &'a str,
}

fn letters(terminals: &[Terminal]) -> Vec<Letter<'_>> {
    let mut letters = Vec::new();
    for terminal in terminals {
        for typed in &terminal.typed {
            let Some((to, text)) = typed.words.strip_prefix("send ").and_then(|it| it.split_once(' ')) else {
                continue;
            };
            let fate = |said: &&Said| {
                said.words == format!("Message received by {to}.")
                    || said.words.starts_with(&format!("{to} has too many messages waiting"))
                    || said.words.starts_with(&format!("No ACK from {to},"))
            };
            if let Some(answer) = terminal.answers(typed).find(fate) {
                letters.push(Letter { from: terminal.name(), to, text, answer: &answer.words });
            }
        }
    }
    letters
}

impl Letter<'_> {
    fn is_shown(&self, terminals: &[Terminal]) -> bool {
        let words = format!("{}: {}", self.from, self.text);
        terminals
            .iter()
            .filter(|it| it.name() == self.to)
            .any(|it| it.said.iter().any(|said| said.words == words))
    }

    /// Whether its receiver has left in order, and so has shown all that it had.
    fn left(&self, terminals: &[Terminal]) -> bool {
        terminals.iter().filter(|it| it.name() == self.to).all(Terminal::has_left_in_order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an eye sees on these terminals. A line is typed after `$`, a note after `*`, and printed else.
    fn seen(promise: &str, transcripts: &[(&str, &[&str])]) -> Vec<String> {
        let entry = |line: &&str| match (line.strip_prefix("$ "), line.strip_prefix("* ")) {
            (Some(typed), _) => Entry::Typed(typed.into()),
            (_, Some("finale")) => Entry::Finale,
            (_, Some(note)) => Entry::Noted(note.into()),
            _ => Entry::Read(format!(">>> {line}")),
        };
        let transcripts: Vec<_> = transcripts
            .iter()
            .map(|(who, lines)| ((*who).to_owned(), lines.iter().map(entry).collect()))
            .collect();
        let (_, eye) = EYES.iter().find(|(name, _)| *name == promise).expect("there is an eye for it");
        eye(&terminals(&transcripts))
    }

    const BYE: &str = "You are Offline. Bye.";

    #[test]
    fn what_is_shown_twice_is_seen_and_what_is_told_twice_is_not() {
        let x: (&str, &[&str]) = ("X", &["$ send Y hi"]);
        assert_eq!(seen("shown-once", &[x, ("Y", &["X: hi", "X: hi"])]), ["Y read \"X: hi\" 2 times"]);
        let twice = ["Group_Message X: hi", "Group_Message X: hi"];
        assert_eq!(seen("shown-once", &[x, ("Y", &twice)]).len(), 1);
        assert!(seen("shown-once", &[x, ("Y", &["X: hi", "X: ho"])]).is_empty());
        let told = ["Client table updated.", "Client table updated.", "Q: no person", "Q: no person"];
        assert!(seen("shown-once", &[x, ("Y", &told)]).is_empty());
    }

    #[test]
    fn words_that_nobody_wrote_there_are_seen() {
        let x: (&str, &[&str]) = ("X", &["$ send Y hi", "Entered group g successfully", "$ send_group ho"]);
        assert!(seen("shown-true", &[x, ("Y", &["X: hi", "(g) Group_Message X: ho"])]).is_empty());
        for wrong in ["X: ho", "Group_Message X: hi", "(h) Group_Message X: ho", "Y: hi"] {
            assert_eq!(seen("shown-true", &[x, ("Y", &[wrong])]).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_receipt_for_what_is_never_shown_is_seen_once_everybody_has_left() {
        let x: (&str, &[&str]) = ("X", &["$ send Y hi", "Message received by Y.", "* finale", BYE]);
        for promise in ["none-forgotten", "receipts-true"] {
            assert_eq!(seen(promise, &[x, ("Y", &["* finale", BYE])]).len(), 1);
            assert!(seen(promise, &[x, ("Y", &["X: hi", "* finale", BYE])]).is_empty());
            assert!(seen(promise, &[x, ("Y", &["* finale", BYE, "X: hi"])]).is_empty());
            assert!(seen(promise, &[x, ("Y", &["* killed"])]).is_empty(), "what it held is lost");
            assert!(seen(promise, &[x, ("Y", &["* finale"])]).is_empty(), "it may still hold it");
        }
    }

    #[test]
    fn what_was_refused_and_is_shown_is_seen() {
        let refusal = "Y has too many messages waiting, the message was not accepted";
        let x: (&str, &[&str]) = ("X", &["$ send Y hi", refusal]);
        assert_eq!(seen("receipts-true", &[x, ("Y", &["X: hi"])]).len(), 1);
        assert!(seen("receipts-true", &[x, ("Y", &[BYE])]).is_empty());
        let unknown = "No ACK from Y, the message may or may not have arrived";
        assert!(seen("receipts-true", &[("X", &["$ send Y hi", unknown]), ("Y", &["X: hi"])]).is_empty());
    }

    #[test]
    fn a_post_that_the_server_is_said_to_have_and_never_had_is_seen() {
        let x: (&str, &[&str]) = ("X", &["$ send_group hi", "(g) Message received by Server."]);
        assert_eq!(seen("receipts-true", &[("server", &[]), x]).len(), 1);
        assert!(seen("receipts-true", &[("server", &["Client X sent group message: hi"]), x]).is_empty());
    }

    #[test]
    fn two_who_are_online_under_one_name_or_address_are_seen() {
        let table = |lines: &[&str]| {
            let lines: Vec<&str> =
                std::iter::once("Client table updated.").chain(lines.iter().copied()).collect();
            seen("names-unique", &[("server", &lines)]).len()
        };
        assert_eq!(table(&["X  127.0.0.1:1  online", "Z  127.0.0.1:1  online"]), 1);
        assert_eq!(table(&["X  127.0.0.1:1  online", "X  127.0.0.1:2  online"]), 1);
        assert_eq!(table(&["X  127.0.0.1:1  offline", "Z  127.0.0.1:1  online"]), 0);
        assert_eq!(table(&["X  127.0.0.1:1  online", "Z  127.0.0.1:2  online"]), 0);
    }

    #[test]
    fn what_takes_effect_more_often_than_it_was_typed_is_seen() {
        let taken = "Client X sent group message: hi";
        let x: (&str, &[&str]) = ("X", &["$ send_group hi"]);
        assert_eq!(seen("at-most-once", &[("server", &[taken, taken]), x]).len(), 1);
        assert!(seen("at-most-once", &[("server", &[taken]), x]).is_empty());
        let joined = "Client X joined group g";
        let twice: (&str, &[&str]) = ("X", &["$ join_group g", "$ leave_group", "$ join_group g"]);
        assert!(
            seen("at-most-once", &[("server", &[joined, "Client X left group", joined]), twice]).is_empty()
        );
    }

    #[test]
    fn posts_in_another_order_are_seen() {
        let server = ["Client X sent group message: a", "Client X sent group message: b"];
        let (a, b) = ("(g) Group_Message X: a", "(g) Group_Message X: b");
        let order = |y: &[&str]| seen("group-order", &[("server", &server), ("X", &[]), ("Y", y)]).len();
        assert_eq!((order(&[a, b]), order(&[b]), order(&[b, a])), (0, 0, 1));
        let both = [("Y", &[a, b][..]), ("Z", &[b, a][..])];
        assert_eq!(seen("group-order", &both), ["Y and Z read the same posts in different orders"]);
    }

    #[test]
    fn a_post_outside_of_a_group_is_seen() {
        assert_eq!(seen("members-only", &[("Y", &["Group_Message X: hi"])]).len(), 1);
        assert!(seen("members-only", &[("Y", &["(g) Group_Message X: hi"])]).is_empty());
    }

    #[test]
    fn a_member_who_is_offline_is_seen() {
        let server = |state| {
            let line = format!("X  127.0.0.1:1  {state}");
            seen(
                "online-members",
                &[("server", &["Client table updated.", &line, "Group table updated.", "g  X"])],
            )
            .len()
        };
        assert_eq!((server("online"), server("offline")), (0, 1));
    }

    #[test]
    fn who_is_there_and_listed_as_offline_is_seen() {
        let server: (&str, &[&str]) = ("server", &["Client table updated.", "Y  127.0.0.1:1  offline"]);
        let y = |lines| seen("living-online", &[server, ("Y", lines)]).len();
        assert_eq!(y(&["Welcome, You are registered."]), 1);
        assert_eq!(y(&["Welcome, You are registered.", "$ dereg Y"]), 0);
        assert_eq!(y(&["Welcome, You are registered.", "* killed"]), 0);
        assert_eq!(y(&[]), 0);
    }

    #[test]
    fn a_name_that_is_refused_though_nobody_else_has_it_is_seen() {
        let refused: &[&str] = &["Someone has already used this name. Try another one."];
        assert_eq!(seen("taken-by-another", &[("X", refused)]).len(), 1);
        assert!(seen("taken-by-another", &[("X", refused), ("X#2", &[])]).is_empty());
    }

    #[test]
    fn every_eye_looks_at_something_that_is_asked() {
        for (name, _) in EYES {
            let asked = crate::original::questions::QUESTIONS.iter().any(|question| question.name == *name);
            assert!(asked, "{name}");
        }
    }
}
