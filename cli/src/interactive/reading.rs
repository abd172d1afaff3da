//! What a typed line means.

use model::{Command, Name};

use super::palette::{FAINT, STRONG, TROUBLE};
use super::showing::Showing;
use super::verbs::{self, Verb};
use crate::escape::escape;
use crate::front::{Line, Typed};
use crate::parse::{self, Fault};
use crate::plain::{NOT_UTF8, too_long};
use crate::styled::Styled;

/// What a line means to a client, or the answer to it.
pub(super) fn read(showing: &Showing, line: Line) -> Typed {
    let line = match line {
        Line::Text(line) => line,
        Line::TooLong => return trouble([too_long()]),
        Line::NotUtf8 => return trouble([NOT_UTF8.to_owned()]),
        Line::End => return Typed::Command(Command::Quit),
    };
    let (word, rest) = parse::split(&line);
    if word.is_empty() {
        return Typed::Nothing;
    }
    match verbs::find(word) {
        Some(verb) => understood(showing, verb, rest),
        None => unknown(word),
    }
}

fn understood(showing: &Showing, verb: &'static Verb, rest: &str) -> Typed {
    match (verb.name, rest) {
        ("help", rest) => help(rest),
        ("who", "") => Typed::Answer(showing.who()),
        ("whoami", "") => Typed::Answer(showing.whoami()),
        ("quit", "") => Typed::Command(Command::Quit),
        ("cancel", "") => Typed::Command(Command::Cancel),
        ("cancel", "all") => Typed::CancelAll,
        ("dereg", rest) if Name::new(rest).is_ok_and(|name| name != showing.own) => {
            trouble([format!("Invalid command: you can deregister only yourself. {}", usage(verb))])
        }
        (name, rest) => match parse::command(name, rest) {
            Ok(command) => Typed::Command(command),
            Err(Fault::Invalid) => trouble([format!("Invalid command. {}", usage(verb))]),
            // An example says nothing about how long a text may be.
            Err(fault @ Fault::Text(_)) => trouble([fault.to_string()]),
            Err(fault) => trouble([format!("{fault}{}", example(verb))]),
        },
    }
}

fn unknown(word: &str) -> Typed {
    let word: String = word.chars().take(40).collect();
    let hint = match verbs::near(&word) {
        Some(near) => format!("Did you mean {near}?{}", verbs::find(near).map(example).unwrap_or_default()),
        None => "Type help for all commands; to write to somebody, for example: send Y hello".to_owned(),
    };
    trouble([format!("Invalid command: {}. {hint}", escape(&word))])
}

fn usage(verb: &Verb) -> String {
    format!("Type: {}{}", verb.usage(), example(verb))
}

/// What comes after what was wrong.
fn example(verb: &Verb) -> String {
    format!("   for example: {}", verb.example)
}

fn help(topic: &str) -> Typed {
    if topic.is_empty() {
        let width = verbs::ALL.iter().map(|verb| verb.usage().len()).max().unwrap_or_default();
        let lines = verbs::ALL
            .iter()
            .map(|verb| Styled::of(STRONG, format!("{:width$}  ", verb.usage())).with(FAINT, verb.about));
        let more = Styled::of(
            FAINT,
            "Tab completes. A line that is pasted may have several lines: it is one message",
        );
        return Typed::Answer(lines.chain([more]).collect());
    }
    let Some(verb) = verbs::find(topic) else { return unknown(topic) };
    let others = verb.aliases.iter().map(|name| format!("/{name}")).collect::<Vec<_>>().join(", ");
    let place = match verb.place {
        verbs::Place::Alone => "works outside a group",
        verbs::Place::Group => "works in a group",
        verbs::Place::Anywhere => "works everywhere",
    };
    let mut lines = vec![
        Styled::of(STRONG, verb.usage()).with(FAINT, format!("  {}; {place}", verb.about)),
        Styled::of(FAINT, format!("for example: {}", verb.example)),
    ];
    if !others.is_empty() {
        lines.push(Styled::of(FAINT, format!("also: {others}")));
    }
    Typed::Answer(lines)
}

fn trouble<const N: usize>(lines: [String; N]) -> Typed {
    Typed::Answer(lines.into_iter().map(|line| Styled::of(TROUBLE, line)).collect())
}

#[cfg(test)]
mod tests {
    use model::Text;

    use super::*;

    fn typed(line: &str) -> Typed {
        read(&Showing::of_test("X"), Line::Text(line.to_owned()))
    }

    fn said(line: &str) -> String {
        match typed(line) {
            Typed::Answer(lines) => lines.iter().map(Styled::text).collect::<Vec<_>>().join("\n"),
            other => panic!("{line} is {other:?}"),
        }
    }

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    #[test]
    fn other_names_mean_the_same() {
        let send = Typed::Command(Command::Send { to: name("Y"), text: Text::new("hi there").unwrap() });
        for line in ["send Y hi there", "/msg Y hi there", "/send  Y hi there", "msg Y hi there"] {
            assert_eq!(typed(line), send, "{line}");
        }
        assert_eq!(typed("/join roomA"), Typed::Command(Command::JoinGroup(name("roomA"))));
        assert_eq!(typed("groups"), Typed::Command(Command::ListGroups));
        assert_eq!(typed("/quit"), Typed::Command(Command::Quit));
        assert_eq!(typed("cancel"), Typed::Command(Command::Cancel));
        assert_eq!(typed("cancel all"), Typed::CancelAll);
        assert_eq!(typed("  "), Typed::Nothing);
    }

    #[test]
    fn lines_that_are_pasted_together_are_one_message() {
        let text = Text::new("one\n two\n\nthree").unwrap();
        assert_eq!(typed("send_group one\n two\n\nthree\n"), Typed::Command(Command::SendGroup(text)));
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let meant = "Invalid command: sned. Did you mean send?   for example: send Y hello";
        assert_eq!(said("sned Y hi"), meant);
        assert!(said("hello there").starts_with("Invalid command: hello. Type help"));
        assert_eq!(
            said("\u{1b}[2Jsend"),
            r"Invalid command: \u{1b}[2Jsend. Type help for all commands; to write to somebody, for example: send Y hello"
        );
    }

    #[test]
    fn an_incomplete_command_is_answered_with_how_it_is_used() {
        assert_eq!(said("send Y"), "Invalid command. Type: send NAME TEXT   for example: send Y hello");
        assert_eq!(said("who is there"), "Invalid command. Type: who   for example: who");
        assert_eq!(
            said("dereg Y"),
            "Invalid command: you can deregister only yourself. Type: dereg NAME   for example: dereg X"
        );
    }

    #[test]
    fn faults_have_the_words_of_plain_mode() {
        let semicolon = "Group name should not contain ';'. Try again.   for example: create_group roomA";
        assert_eq!(said("create_group a;b"), semicolon);
        let long = "x".repeat(1001);
        let words = "Invalid text: a text has at most 1000 bytes, this one has 1001. It was not sent.";
        assert_eq!(said(&format!("/say {long}")), words);
    }

    #[test]
    fn help_knows_every_command() {
        let all = said("help");
        for verb in verbs::ALL {
            assert!(all.contains(&verb.usage()), "{}", verb.name);
            assert!(said(&format!("help {}", verb.name)).contains(verb.example));
        }
        let meant = "Invalid command: jion. Did you mean join?   for example: join_group roomA";
        assert_eq!(said("help jion"), meant);
    }
}
