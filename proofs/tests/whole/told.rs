//! Recorded runs are drawn, their messages explained, and walked on from.

use std::path::PathBuf;
use std::process::{Command as Program, Output};

use crate::common::{Directory, World, name, rewritten, send, text};
use model::{Command, Packet};
use net::record::{Input, Line, Record, Texts};
use proofs::replay::{Play, Run, load};
use stateright::Model;

#[test]
fn the_life_of_a_direct_message_is_told() {
    let directory = Directory::new("direct");
    let files = unlucky().write(&directory.0);
    let told = stdout(&proofs(&["explain", "--message", "X/1"], &files));
    let lines = [
        "X/1: \"hello\" from X to Y",
        "X types `send Y hello`.",
        "to Y: the direct message \"hello\" (number 1); it never arrives",
        "The timer of X fires: Y has not acked the direct message \"hello\" (number 1).",
        "to Y: the direct message \"hello\" (number 1) (attempt 2); it arrives in record",
        "Y receives from X: the direct message \"hello\" (number 1).",
        "Y reads | (1 in the queue)",
        "to X: ack of direct message 1: it waits; it arrives in record",
        "X reads | Message queued at Y (Y is in a group)",
        "Y reads | X: hello",
        "In the end X was told that it waits at its receiver, or was shown there since; it was shown to Y.",
    ];
    let mut rest = told.as_str();
    for line in lines {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line} is missing in\n{told}"));
        rest = &rest[at..];
    }
    // Which packet was lost is in the recordings.
    assert!(!told.contains("Nobody knows whether"), "{told}");
    // The other message is another one.
    assert!(!told.contains("another"), "{told}");
}

#[test]
fn the_life_of_a_post_is_told_and_messages_are_listed() {
    let directory = Directory::new("post");
    let files = unlucky().write(&directory.0);
    let told = stdout(&proofs(&["explain", "--message", "room/0"], &files));
    for line in [
        "Y types `send_group anybody?`.",
        "posted as 0",
        "Z reads | Group_Message Y: anybody?",
        "it was shown to Z.",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    let list = stdout(&proofs(&["explain"], &files));
    assert_eq!(
        list,
        "X/1: \"hello\" from X to Y\nX/2: \"another\" from X to Y\nroom/0: \"anybody?\" from Y to group room\n"
    );
    let output = proofs(&["explain", "--message", "X/9"], &files);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no message is called 'X/9'; there are: X/1, X/2, room/0"), "{error}");
}

#[test]
fn a_run_is_drawn_whole_or_in_part() {
    let directory = Directory::new("drawn");
    let files = unlucky().write(&directory.0);
    let drawing = directory.0.join("run.svg");
    let drawn = |arguments: &[&str]| {
        let output = [&["draw", "-o", drawing.to_str().unwrap()], arguments].concat();
        let said = stdout(&proofs(&output, &files));
        let svg = std::fs::read_to_string(&drawing).unwrap();
        roxmltree::Document::parse(&svg).unwrap();
        (said, svg)
    };
    let (said, whole) = drawn(&[]);
    assert!(said.starts_with("Records 1 to "), "{said}");
    let has = |svg: &str, text: &str| svg.contains(&format!(">{text}</text>"));
    for name in ["server", "X", "Y", "Z"] {
        assert!(has(&whole, name), "{name}");
    }
    let (_, part) = drawn(&["--only", "X,Y"]);
    assert!(has(&part, "X") && has(&part, "Y") && !has(&part, "server") && !has(&part, "Z"));
    assert!(part.contains("receives something from server"));
    let (said, _) = drawn(&["--from", "3", "--to", "5"]);
    assert!(said.starts_with("Records 3 to 5 of "), "{said}");
    let (said, _) = drawn(&["--from", "1ms", "--to", "3ms"]);
    assert!(said.starts_with("Records 2 to 4 of "), "{said}");
    let output = proofs(&["draw", "-o", "run.svg", "--only", "W"], &files);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nobody is called 'W'"));
}

#[test]
fn a_drawing_counts_as_the_records_do() {
    let directory = Directory::new("numbers");
    let mut world = World::durable(&["X", "Y"], Texts::Plain);
    // A record of its own, told in two steps.
    world.kill_server(0);
    world.restart_server();
    world.settle();
    world.give("X", send("Y", "hello"));
    let again = world.under_way[0].clone();
    world.settle();
    world.arrive(again);
    world.settle();
    let files = world.write(&directory.0);
    let drawing = directory.0.join("run.svg");
    let drawn = |arguments: &[&str]| {
        stdout(&proofs(&[&["draw", "-o", drawing.to_str().unwrap()], arguments].concat(), &files));
        std::fs::read_to_string(&drawing).unwrap()
    };
    let records = Run::of(load(&files, false).unwrap()).unwrap().merged.moments.len();
    let mut whole = numbers(&drawn(&[]));
    assert_eq!(whole.len(), records + 1, "{whole:?}");
    whole.dedup();
    assert_eq!(whole, (1..=records).collect::<Vec<_>>());
    // The same numbers as in the life of the message, also where others are left out.
    let told = stdout(&proofs(&["explain", "--message", "X/1"], &files));
    let line = told.lines().find(|line| line.contains("once more from X, as in step ")).unwrap();
    let number = |text: &str, end: char| text.trim().split(end).next().unwrap().parse::<usize>().unwrap();
    let (repeat, first) = (number(line, '.'), number(line.split("as in step ").nth(1).unwrap(), ':'));
    let typed = number(told.lines().find(|line| line.contains("X types")).unwrap(), '.');
    let part = drawn(&["--from", &typed.to_string(), "--only", "X,Y"]);
    assert!(part.contains(&format!("again (as in {first}): ")), "{part}");
    let part = numbers(&part);
    assert!(
        part.starts_with(&[typed]) && part.contains(&first) && part.contains(&repeat),
        "{part:?}\n{told}"
    );
}

/// How a drawing numbers its steps.
fn numbers(svg: &str) -> Vec<usize> {
    let page = roxmltree::Document::parse(svg).unwrap();
    let marked = page.descendants().filter(|it| it.attribute("class") == Some("seq-number"));
    marked.filter_map(|it| it.text()?.parse().ok()).collect()
}

#[test]
fn one_can_go_on_from_where_a_run_was() {
    let directory = Directory::new("on");
    let files = unlucky().write(&directory.0);
    let run = Run::of(load(&files, false).unwrap()).unwrap();
    let system = Play::on_from(&run, run.merged.moments.len()).unwrap();
    let [start] = <[_; 1]>::try_from(system.init_states()).ok().unwrap();
    let mut actions = Vec::new();
    system.actions(&start, &mut actions);
    let told: Vec<String> = actions.iter().map(|action| system.format_action(action)).collect();
    assert!(
        told.iter().any(|action| action == "X types: send Y …" || action.starts_with("X types: send Y")),
        "{told:?}"
    );
    // Every promise holds where the run was, and after each step that can follow.
    for action in actions {
        let Some(next) = system.next_state(&start, action) else { continue };
        for promise in proofs::properties::PROMISES {
            assert!((promise.holds)(&system, &next), "{}", promise.name);
        }
    }
}

#[test]
fn what_comes_of_a_replay_shows_in_its_exit_code() {
    let directory = Directory::new("codes");
    let files = unlucky().write(&directory.0);
    let kept = proofs(&["replay"], &files);
    let said = stdout(&kept);
    assert!(said.contains("kept   settles"), "{said}");

    let mut forged = unlucky();
    forged.say("X", Command::JoinGroup(name("room")));
    forged.forge_post(1, "Y", "I quit");
    let broken =
        proofs(&["replay", "--drawings", directory.0.to_str().unwrap()], &forged.write(&directory.0));
    let said = String::from_utf8(broken.stdout).unwrap();
    assert_eq!(broken.status.code(), Some(1), "{said}");
    for words in [
        "FOREIGN: whoever they seem to come from did not send them",
        "BROKEN shown-true",
        "BROKEN: shown-true, in record ",
        "X receives as if from the server, who did not send it: post 1",
        "shown-true.svg",
    ] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    let drawing = std::fs::read_to_string(directory.0.join("shown-true.svg")).unwrap();
    roxmltree::Document::parse(&drawing).unwrap();

    let files = unlucky().write(&directory.0);
    let altered = rewritten(&std::fs::read(&files[1]).unwrap(), |lines| {
        let said = |line: &mut Line| match line {
            Line::Step(Record { input: Input::Command(Command::Send { text: said, .. }), .. }) => {
                *said = text("hullo");
                Some(())
            }
            _ => None,
        };
        lines.iter_mut().find_map(said).unwrap();
    });
    std::fs::write(&files[1], altered).unwrap();
    let differs = proofs(&["replay"], &files);
    let said = String::from_utf8(differs.stdout).unwrap();
    assert_eq!(differs.status.code(), Some(1), "{said}");
    for words in
        ["X at 127.0.0.1:4001 differs at record ", "typed: send Y hullo", "what it did then has digest"]
    {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }

    std::fs::write(&files[1], "").unwrap();
    let unusable = proofs(&["replay"], &files);
    assert_eq!(unusable.status.code(), Some(2));
    assert!(String::from_utf8(unusable.stderr).unwrap().contains("X: the file is empty"));
}

/// Y and Z are in a group. The first message of X to Y is lost once, and waits until Y leaves.
fn unlucky() -> World {
    let mut world = World::of(&["X", "Y", "Z"], Texts::Plain);
    world.say("Y", Command::CreateGroup(name("room")));
    for who in ["Y", "Z"] {
        world.say(who, Command::JoinGroup(name("room")));
    }
    world.give("X", send("Y", "hello"));
    assert!(matches!(world.under_way.pop_front().unwrap().packet, Packet::Direct { .. }));
    world.fire("X");
    world.settle();
    world.say("X", send("Y", "another"));
    world.say("Y", Command::SendGroup(text("anybody?")));
    world.say("Y", Command::LeaveGroup);
    world
}

fn proofs(arguments: &[&str], files: &[PathBuf]) -> Output {
    Program::new(env!("CARGO_BIN_EXE_proofs")).args(arguments).args(files).output().unwrap()
}

fn stdout(output: &Output) -> String {
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}
