//! Recordings are replayed, and whatever was done to them is noticed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::common::{Directory, World, name, rewritten, send, text};
use model::{Command, Packet};
use net::record::{FORMAT, Input, Life, Line, Texts, read_from};
use proofs::replay::single::{Guess, What};
use proofs::replay::{Difference, Unusable, load, replay};

#[test]
fn a_recorded_chat_replays_to_its_last_record() {
    for texts in [Texts::Plain, Texts::Digests] {
        let world = chat(texts);
        for host in &world.hosts {
            let life = life(&host.recording);
            let replayed = replay(&life).unwrap_or_else(|difference| panic!("{}: {difference}", host.name));
            assert_eq!((replayed.sent.len(), replayed.states), (life.steps.len(), life.steps.len()));
        }
    }
}

#[test]
fn an_altered_packet_is_noticed_with_texts_and_without() {
    for texts in [Texts::Plain, Texts::Digests] {
        let difference = changed(texts, |lines| {
            let packet = direct(lines);
            let Line::Step(record) = &mut lines[packet] else { unreachable!() };
            *record.input.texts_mut().remove(0) = text("hullo");
        });
        assert!(difference.input.contains("the direct message \"hullo\" (number 1)"), "{difference}");
        let What::Outputs { did, guess: None, .. } = &difference.what else { panic!("{difference}") };
        assert!(did.contains(&"tells: X: hullo".to_owned()), "{did:?}");
    }
}

#[test]
fn a_dropped_packet_is_noticed_at_the_next_record_that_depends_on_it() {
    for texts in [Texts::Plain, Texts::Digests] {
        let mut at = 0;
        let difference = changed(texts, |lines| {
            at = direct(lines);
            lines.remove(at);
        });
        // The state does not know of the message.
        assert_eq!(difference.record, at);
        assert!(matches!(difference.what, What::State { since: Some(_), .. }), "{difference}");
    }
}

#[test]
fn swapped_packets_are_noticed() {
    for texts in [Texts::Plain, Texts::Digests] {
        let mut at = 0;
        let difference = changed(texts, |lines| {
            at = direct(lines);
            // The digests stay where they were.
            let [Line::Step(one), Line::Step(other)] = &mut lines[at..=at + 1] else { unreachable!() };
            std::mem::swap(&mut one.input, &mut other.input);
        });
        assert_eq!(difference.record, at);
        let What::Outputs { guess, .. } = &difference.what else { panic!("{difference}") };
        assert_eq!(*guess, Some(Guess::NextInput), "{difference}");
    }
}

#[test]
fn a_life_without_its_start_is_no_life() {
    let difference = changed(Texts::Plain, |lines| drop(lines.remove(1)));
    assert_eq!(difference.what, What::Start);
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let directory = Directory::new("unusable");
    let files = chat(Texts::Digests).write(&directory.0);
    let refused = |file: &str, bytes: &[u8]| {
        let path = directory.0.join(file);
        std::fs::write(&path, bytes).unwrap();
        load(&[files[0].clone(), path], false).unwrap_err().to_string()
    };
    let whole = std::fs::read(&files[1]).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    assert!(refused("empty", b"").ends_with("empty: the file is empty"));
    assert!(refused("letter", b"Dear Ann").contains("letter: the file is no recording"));
    assert!(refused("headless", &whole[..200]).contains("headless: the file ends in its first line"));
    let format = text.replacen(&format!("\"recording\":{FORMAT}"), "\"recording\":1", 1);
    assert!(refused("format", format.as_bytes()).contains("the recording has format 1"));
    let edited = text.replacen("\"to\":\"Y\"", "\"to\":\"Z\"", 1);
    assert!(refused("edited", edited.as_bytes()).contains("is not as it was recorded: it was edited"));
    let gap: Vec<&str> =
        text.lines().enumerate().filter(|(line, _)| *line != 3).map(|(_, line)| line).collect();
    assert!(refused("gap", gap.join("\n").as_bytes()).contains("line 4 is not as it was recorded"));
    let build = rewritten(&whole, |lines| {
        if let Line::Life(header) = &mut lines[0] {
            header.build = "0.0.1".into();
        }
    });
    let mixed = refused("build", &build);
    assert!(mixed.ends_with("they cannot belong to one run"), "{mixed}");
    let other = load(&[directory.0.join("build")], false).unwrap_err();
    assert!(matches!(&other, Unusable::Build { found, .. } if found == "0.0.1"), "{other}");
    load(&[directory.0.join("build")], true).unwrap();
    let twice = load(&[files[1].clone(), files[1].clone()], false).unwrap_err();
    assert!(matches!(twice, Unusable::Twice { .. }), "{twice}");
    let missing = load(&[directory.0.join("nowhere")], false).unwrap_err().to_string();
    assert!(missing.contains("nowhere: "), "{missing}");
}

#[test]
fn a_torn_last_line_is_fine_and_said() {
    let directory = Directory::new("torn");
    let files = chat(Texts::Digests).write(&directory.0);
    let whole = std::fs::read(&files[1]).unwrap();
    std::fs::write(&files[1], &whole[..whole.len() - 200]).unwrap();
    let [recorded] = <[_; 1]>::try_from(load(&files[1..2], false).unwrap()).unwrap();
    replay(&recorded.life).unwrap();
    assert!(recorded.ending().unwrap().contains("in the middle of a line, which is left out"));
}

#[test]
fn programs_that_do_something_else_are_found_out_by_their_recordings() {
    let as_checked = programs(None);
    let said = String::from_utf8_lossy(&as_checked.stdout);
    assert_eq!(as_checked.status.code(), Some(0), "{said}");
    assert!(said.contains("kept   names-unique"), "{said}");
    let broken = programs(Some("reuses-sessions"));
    let said = String::from_utf8_lossy(&broken.stdout);
    assert_eq!(broken.status.code(), Some(1), "{said}");
    assert!(said.contains("server at 127.0.0.1:") && said.contains(" differs at record "), "{said}");
}

/// A server and two clients, one after the other, as programs with this sabotage; what a replay says to their recordings.
fn programs(sabotage: Option<&str>) -> std::process::Output {
    let directory = Directory::new(sabotage.unwrap_or("as-checked"));
    let file = |name: &str| directory.0.join(name);
    let [port, x, y] = ports();
    let server = Running::start(sabotage, &file("server"), &["server", &port, "--bind", "127.0.0.1"]);
    server.until("Server is online");
    for (name, own) in [("X", x), ("Y", y)] {
        let client = Running::start(sabotage, &file(name), &["client", name, "127.0.0.1", &port, &own]);
        client.until("You are registered");
        client.stop();
    }
    server.stop();
    let files = ["server", "X", "Y"].map(file);
    Program::new(env!("CARGO_BIN_EXE_proofs")).arg("replay").args(files).output().unwrap()
}

/// Free ones, as far as anybody knows.
fn ports() -> [String; 3] {
    let sockets = [(); 3].map(|()| std::net::UdpSocket::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port().to_string())
}

/// A program of the chat. Killed when dropped.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(sabotage: Option<&str>, recording: &Path, arguments: &[&str]) -> Running {
        let mut program = Program::new(env!("CARGO_BIN_EXE_broken-chat"));
        program.args(arguments).arg("--record").arg(recording).env_remove("BROKEN_CHAT");
        program.envs(sabotage.map(|sabotage| ("BROKEN_CHAT", sabotage)));
        program.env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Running { child, lines }
    }

    fn until(&self, words: &str) {
        while !self.lines.recv_timeout(DEADLINE).unwrap().contains(words) {}
    }

    /// Ends it in order, and waits until it has.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Program::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        while self.lines.recv_timeout(DEADLINE) != Err(RecvTimeoutError::Disconnected) {}
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const DEADLINE: Duration = Duration::from_secs(30);

/// X and Y write to each other, then in a group with Z.
fn chat(texts: Texts) -> World {
    let mut world = World::of(&["X", "Y", "Z"], texts);
    world.say("X", send("Y", "hello"));
    world.say("Y", send("X", "hello yourself"));
    world.say("X", Command::CreateGroup(name("room")));
    for who in ["X", "Y", "Z"] {
        world.say(who, Command::JoinGroup(name("room")));
    }
    world.say("Z", Command::SendGroup(text("is anybody here?")));
    world.say("X", Command::SendGroup(text("all of us")));
    world.say("Y", Command::LeaveGroup);
    world.say("X", Command::Interrupt);
    world
}

fn life(recording: &[u8]) -> Life {
    read_from(recording).unwrap().remove(0)
}

/// The recording of Y, changed as if it had been recorded so, replayed.
fn changed(texts: Texts, change: impl FnOnce(&mut Vec<Line>)) -> Difference {
    let recording = rewritten(&chat(texts).host("Y").recording, change);
    replay(&life(&recording)).unwrap_err()
}

/// Where Y received the direct message.
fn direct(lines: &[Line]) -> usize {
    let is_direct = |line: &Line| {
        matches!(line, Line::Step(record)
            if matches!(&record.input, Input::Packet { packet: Packet::Direct { .. }, .. }))
    };
    lines.iter().position(is_direct).unwrap()
}
