//! Recorded runs of several hosts are brought together and judged by the promises.

use std::path::PathBuf;

use crate::common::{Directory, World, name, rewritten, send, text};
use model::{Command, Event, Packet};
use net::record::{Input, Line, Record, Texts};
use proofs::replay::judge::{Judgement, judge};
use proofs::replay::merge::Source;
use proofs::replay::{Run, load};

#[test]
fn a_run_on_a_good_network_keeps_all_promises() {
    for texts in [Texts::Plain, Texts::Digests] {
        let directory = Directory::new("good");
        let run = run(&chat(texts).write(&directory.0));
        let judgement = judge(&run).unwrap();
        assert_kept(&judgement);
        assert_eq!((judgement.steps, run.merged.lost), (run.merged.moments.len(), 0));
        for verdict in &judgement.verdicts {
            assert_eq!(
                (verdict.states, &verdict.unknown),
                (judgement.steps, &None),
                "{}",
                verdict.promise.name
            );
        }
    }
}

#[test]
fn what_was_said_twice_is_no_repeat() {
    let directory = Directory::new("twice");
    let mut world = World::of(&["X", "Y"], Texts::Digests);
    for _ in 0..3 {
        world.say("X", send("Y", "hello"));
    }
    let judgement = judge(&run(&world.write(&directory.0))).unwrap();
    assert_kept(&judgement);
}

#[test]
fn lost_and_repeated_packets_are_known() {
    let directory = Directory::new("lost");
    let mut world = World::of(&["X", "Y"], Texts::Digests);
    world.give("X", send("Y", "hello"));
    let lost = world.under_way.pop_front().unwrap();
    assert!(matches!(lost.packet, Packet::Direct { .. }));
    world.fire("X");
    let again = world.under_way[0].clone();
    world.settle();
    world.arrive(again);
    world.settle();
    assert!(world.host("X").told.contains(&Event::DirectReceived { by: name("Y") }));
    let run = run(&world.write(&directory.0));
    assert_kept(&judge(&run).unwrap());
    // Sent twice, arrived twice: the network repeated what it had not lost.
    assert_eq!(run.merged.lost, 0);
}

#[test]
fn a_forged_packet_is_foreign_and_breaks_what_it_breaks() {
    for texts in [Texts::Plain, Texts::Digests] {
        let directory = Directory::new("forged");
        let mut world = chat(texts);
        world.forge_post(2, "Z", "I quit");
        assert!(
            world
                .host("X")
                .told
                .iter()
                .any(|event| matches!(event, Event::Post { from, .. } if *from == name("Z")))
        );
        let run = run(&world.write(&directory.0));
        assert!(run.merged.moments.iter().any(|moment| moment.source == Source::Forged));
        let broken = judge(&run).unwrap().broken.expect("a broken promise");
        assert_eq!(broken.promise.name, "shown-true");
        let story = broken.story.to_string();
        assert!(story.contains("X receives as if from the server, who did not send it: post 2"), "{story}");
    }
}

#[test]
fn promises_that_need_everybody_are_left_open_without() {
    let directory = Directory::new("some");
    let files = chat(Texts::Plain).write(&directory.0);
    let unknown = |files: &[PathBuf]| {
        let judgement = judge(&run(files)).unwrap();
        assert_kept(&judgement);
        let open = judgement.verdicts.iter().filter(|verdict| verdict.unknown.is_some());
        open.map(|verdict| (verdict.promise.name, verdict.unknown.clone().unwrap())).collect::<Vec<_>>()
    };
    // Without Z.
    let open = unknown(&files[..3]);
    let names: Vec<_> = open.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "one-group",
            "none-forgotten",
            "shown-true",
            "group-order",
            "receipts-true",
            "at-most-once",
            "left-alone",
            "own-word",
            "settles"
        ]
    );
    assert!(open.iter().all(|(_, why)| why == "Z was not recorded"), "{open:?}");
    // Without the server.
    let open = unknown(&files[1..]);
    assert_eq!(open.len(), 15);
    assert!(open.iter().all(|(_, why)| why == "the server was not recorded"), "{open:?}");
    assert_eq!(unknown(&files[1..2]).len(), 15);
    assert_eq!(unknown(&files[..1]).len(), 9);
}

#[test]
fn what_comes_after_the_end_of_a_recording_is_not_called_forged() {
    for texts in [Texts::Plain, Texts::Digests] {
        let directory = Directory::new("beyond");
        let world = chat(texts);
        // Killed, with its last records unwritten.
        let short = rewritten(&world.host("server").recording, |lines| lines.truncate(lines.len() - 3));
        let files = world.write(&directory.0);
        std::fs::write(&files[0], short).unwrap();
        let run = run(&files);
        assert!(run.merged.moments.iter().any(|moment| moment.source == Source::Beyond));
        assert!(!run.merged.moments.iter().any(|moment| moment.source == Source::Forged));
        let judgement = judge(&run).unwrap();
        assert_kept(&judgement);
        let unknown = |name: &str| {
            let verdict = judgement.verdicts.iter().find(|verdict| verdict.promise.name == name).unwrap();
            (verdict.states, verdict.unknown.clone().unwrap_or_default())
        };
        let (states, why) = unknown("settles");
        assert!(states > 0 && why.ends_with("the recording of server ends before"), "{states} {why}");
        assert_eq!(unknown("shown-once"), (judgement.steps, String::new()));
    }
}

#[test]
fn a_recording_that_ends_early_breaks_no_promise() {
    let directory = Directory::new("early");
    let files = chat(Texts::Plain).write(&directory.0);
    for file in &files {
        let whole = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        // At least the header and the start.
        for kept in 2..lines.len() {
            std::fs::write(file, lines[..kept].join("\n") + "\n").unwrap();
            assert_kept(&judge(&run(&files)).unwrap());
        }
        std::fs::write(file, whole).unwrap();
    }
}

#[test]
fn a_client_that_went_on_after_its_recording_ended_breaks_no_promise() {
    let directory = Directory::new("stale");
    let world = chat(Texts::Digests);
    // Killed, and that it joined was never written.
    let short = rewritten(&world.host("Y").recording, |lines| {
        let joins = |line: &Line| {
            matches!(line, Line::Step(Record { input: Input::Command(Command::JoinGroup(_)), .. }))
        };
        lines.truncate(lines.iter().position(joins).unwrap());
    });
    let files = world.write(&directory.0);
    std::fs::write(directory.0.join("Y"), short).unwrap();
    let judgement = judge(&run(&files)).unwrap();
    assert_kept(&judgement);
    let one_group = &judgement.verdicts[0];
    assert!(one_group.states > 0 && one_group.states < judgement.steps);
    assert!(one_group.unknown.as_ref().unwrap().ends_with("the recording of Y ends before"));
}

#[test]
fn recordings_of_two_servers_are_no_run() {
    let (one, other) = (Directory::new("one"), Directory::new("other"));
    let mut files = World::of(&["X"], Texts::Plain).write(&one.0);
    files.push(World::at(5000, Texts::Plain).write(&other.0).remove(0));
    let error = Run::of(load(&files, false).unwrap()).unwrap_err().to_string();
    assert!(error.contains("of two servers, 127.0.0.1:4000 and 127.0.0.1:5000"), "{error}");
}

#[test]
fn a_run_goes_on_when_the_server_comes_back() {
    for texts in [Texts::Plain, Texts::Digests] {
        let directory = Directory::new("restarted");
        let mut world = room(texts);
        world.say("X", post("hello"));
        world.kill_server(0);
        // Typed while it is away, and twice the same.
        world.give("X", post("hello"));
        world.under_way.clear();
        world.restart_server();
        world.settle();
        world.fire("X");
        world.settle();
        world.say("Y", post("hello yourself"));
        let run = run(&world.write(&directory.0));
        let judgement = judge(&run).unwrap();
        assert_kept(&judgement);
        assert_eq!((judgement.steps, &judgement.gaps), (run.merged.moments.len(), &Vec::new()));
        for verdict in &judgement.verdicts {
            assert_eq!(
                (verdict.states, &verdict.unknown),
                (judgement.steps, &None),
                "{}",
                verdict.promise.name
            );
        }
    }
}

#[test]
fn what_the_server_did_in_its_last_unwritten_records_is_known_again_when_it_is_back() {
    for texts in [Texts::Plain, Texts::Digests] {
        let directory = Directory::new("unwritten");
        let mut world = room(texts);
        world.say("X", post("hello"));
        // Y has said the same before.
        world.say("Y", post("again"));
        world.give("X", post("again"));
        world.arrive_first("server");
        // X is told that its post has a place. Y is not shown it before the server is back.
        world.arrive_first("X");
        world.under_way.clear();
        world.kill_server(1);
        world.restart_server();
        world.settle();
        world.say("Y", post("hello yourself"));
        assert_eq!(world.host("Y").told.iter().filter(|event| is_post(event, "again")).count(), 1);
        let run = run(&world.write(&directory.0));
        assert_eq!(run.merged.moments.iter().filter(|moment| moment.source == Source::Beyond).count(), 1);
        assert!(!run.merged.moments.iter().any(|moment| moment.source == Source::Forged));
        let judgement = judge(&run).unwrap();
        assert_kept(&judgement);
        let [(from, to)] = judgement.gaps[..] else { panic!("{:?}", judgement.gaps) };
        assert_eq!(judgement.steps, run.merged.moments.len());
        for verdict in &judgement.verdicts {
            let missed = judgement.steps - verdict.states;
            let by_clients = matches!(verdict.promise.name, "shown-once" | "members-only");
            assert_eq!(missed, if by_clients { 0 } else { to - from }, "{}", verdict.promise.name);
            assert_eq!(verdict.unknown, None);
        }
    }
}

#[test]
fn a_server_that_comes_back_without_what_it_had_saved_breaks_its_promises() {
    let directory = Directory::new("forgotten");
    let mut world = room(Texts::Digests);
    let before = world.saved();
    world.say("X", post("hello"));
    world.kill_server(0);
    world.restart_server_with(&before);
    let judgement = judge(&run(&world.write(&directory.0))).unwrap();
    let broken = judgement.broken.expect("a broken promise");
    assert_eq!(broken.promise.name, "receipts-true");
    let story = broken.story.to_string();
    assert!(story.contains("server crashes.") && story.contains("server comes back."), "{story}");
    // The crash has no record of its own.
    let mut numbers: Vec<usize> = broken.story.steps.iter().map(|step| step.number).collect();
    numbers.dedup();
    assert_eq!(numbers, (broken.first..=broken.at).collect::<Vec<_>>());
    assert_eq!(broken.story.steps.len(), numbers.len() + 1);
    let last = story.lines().take_while(|line| !line.is_empty()).filter(|line| line.contains(". ")).last();
    assert!(last.unwrap().trim().starts_with(&format!("{}. ", broken.at)), "{story}");
}

#[test]
fn a_server_that_starts_anew_without_a_state_ends_the_judging() {
    let directory = Directory::new("anew");
    let mut world = World::of(&["X"], Texts::Plain);
    world.kill_server(0);
    world.restart_server();
    let run = run(&world.write(&directory.0));
    let judgement = judge(&run).unwrap();
    assert!(judgement.broken.is_none());
    assert!(judgement.ended.unwrap().contains("has forgotten everything"));
    assert!(judgement.steps < run.merged.moments.len());
}

/// X and Y in a group, at a server that saves.
fn room(texts: Texts) -> World {
    let mut world = World::durable(&["X", "Y"], texts);
    world.say("X", Command::CreateGroup(name("room")));
    for who in ["X", "Y"] {
        world.say(who, Command::JoinGroup(name("room")));
    }
    world
}

fn post(said: &str) -> Command {
    Command::SendGroup(text(said))
}

fn is_post(event: &Event, said: &str) -> bool {
    matches!(event, Event::Post { text: shown, .. } if *shown == text(said))
}

/// X and Y write to each other, then in a group with Z.
fn chat(texts: Texts) -> World {
    let mut world = World::of(&["X", "Y", "Z"], texts);
    world.say("X", send("Y", "hello"));
    world.say("Y", send("X", "hello"));
    world.say("X", Command::CreateGroup(name("room")));
    for who in ["X", "Y", "Z"] {
        world.say(who, Command::JoinGroup(name("room")));
    }
    world.say("Z", Command::SendGroup(text("is anybody here?")));
    world.say("X", Command::SendGroup(text("hello")));
    world.say("Y", Command::LeaveGroup);
    world
}

fn run(files: &[PathBuf]) -> Run {
    Run::of(load(files, false).unwrap()).unwrap()
}

fn assert_kept(judgement: &Judgement) {
    if let Some(broken) = &judgement.broken {
        panic!("{} in record {}:\n{}", broken.promise.name, broken.at, broken.story);
    }
    assert!(judgement.ended.is_none());
}
