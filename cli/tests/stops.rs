//! Clients that are killed, stopped as by Ctrl+Z, and continued, at random but by a seed: groups shrink, the living stay, and
//! who was only stopped comes back by itself.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Chat, offline, online, ports};
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Nobody is given up who stands still for less than four seconds.
const PATIENCE: [&str; 4] = ["--ack-wait", "200", "--attempts", "20"];
const NAMES: [&str; 6] = ["Bob", "Cleo", "Dan", "Eve", "Fay", "Gus"];
const ROUNDS: usize = 3;

#[test]
fn groups_shrink_the_living_stay_and_the_stopped_come_back() {
    let mut dice = StdRng::seed_from_u64(4);
    let mut room = Room::open();
    let mut fates = BTreeSet::new();
    for round in 0..ROUNDS {
        room.strike(&mut dice, &mut fates);
        room.post(&format!("post {round}"));
        room.await_members();
        for name in &room.names() {
            room.answer(name, &format!("{name} is there in round {round}"));
        }
        room.bring_back();
        room.await_members();
    }
    assert_eq!(fates, BTreeSet::from(["killed", "stopped"]), "the seed is a dull one");
    room.bury();
}

/// A group of people, of whom Ann is never harmed.
struct Room {
    _server: Chat,
    ann: Chat,
    people: BTreeMap<&'static str, Chat>,
    /// Those who are stopped now.
    stopped: BTreeSet<&'static str>,
    /// Those who have been killed, and their ports.
    dead: BTreeMap<&'static str, u16>,
    ports: BTreeMap<&'static str, u16>,
}

impl Room {
    fn open() -> Room {
        let [port, ann, rest @ ..] = ports::<{ 2 + NAMES.len() }>();
        let text = port.to_string();
        let arguments = [&["server", &text, "--bind", "127.0.0.1"], &PATIENCE[..]].concat();
        let mut server = Chat::start("server", &arguments);
        server.await_line(">>> Server is online");
        let mut ann = start("Ann", port, ann);
        ann.say("create_group room");
        ann.await_line(">>> Group room created by Server.");
        join(&mut ann);
        let ports: BTreeMap<_, _> = NAMES.into_iter().zip(rest).collect();
        let mut people: BTreeMap<_, _> =
            ports.iter().map(|(name, own)| (*name, start(name, port, *own))).collect();
        for person in people.values_mut() {
            for (name, port) in &ports {
                let listed = format!(">>> {}", online(name, *port));
                person.until(&listed, |lines| lines.contains(&listed));
            }
            join(person);
        }
        Room { _server: server, ann, people, stopped: BTreeSet::new(), dead: BTreeMap::new(), ports }
    }

    /// The living.
    fn names(&self) -> Vec<&'static str> {
        self.people.keys().copied().filter(|name| !self.stopped.contains(name)).collect()
    }

    /// Kills and stops some, at least one, and leaves at least one.
    fn strike(&mut self, dice: &mut StdRng, fates: &mut BTreeSet<&'static str>) {
        let names = self.names();
        let count = dice.random_range(1..names.len());
        for name in names.choose_multiple(dice, count).copied() {
            // Who is killed never comes back, so that is rarer.
            if dice.random_bool(0.3) {
                self.people.remove(name).unwrap().kill();
                self.dead.insert(name, self.ports[name]);
                fates.insert("killed");
            } else {
                self.people.get_mut(name).unwrap().pause();
                self.stopped.insert(name);
                fates.insert("stopped");
            }
        }
    }

    /// Ann posts, and whoever lives reads it.
    fn post(&mut self, text: &str) {
        self.ann.say(&format!("send_group {text}"));
        self.ann.await_line(">>> (room) Message received by Server.");
        for name in self.names() {
            let person = self.people.get_mut(name).unwrap();
            person.await_line(&format!(">>> (room) Group_Message Ann: {text}"));
        }
    }

    /// Somebody who is still in the group posts, and Ann reads it.
    fn answer(&mut self, name: &str, text: &str) {
        self.people.get_mut(name).unwrap().say(&format!("send_group {text}"));
        self.ann.await_line(&format!(">>> (room) Group_Message {name}: {text}"));
    }

    /// Waits until the living are members, and nobody else.
    fn await_members(&mut self) {
        let living: BTreeSet<&str> = self.names().into_iter().chain(["Ann"]).collect();
        while self.members() != living {}
    }

    fn members(&mut self) -> BTreeSet<&'static str> {
        let before = self.ann.transcript().lines().count();
        self.ann.say("list_members");
        // The list has no end of its own; the answer to the next line is one.
        self.ann.say("join_group room");
        self.ann.await_line(">>> (room) Invalid command");
        let transcript = self.ann.transcript();
        let lines = transcript.lines().skip(before);
        let listed: Vec<&str> =
            lines.skip_while(|line| *line != ">>> (room) Members in the group room:").collect();
        let is_member = |name: &&str| listed.contains(&&*format!(">>> (room) {name}"));
        NAMES.into_iter().chain(["Ann"]).filter(is_member).collect()
    }

    /// Who goes on learns by itself that it is out of the group, or of its session, and can enter again.
    fn bring_back(&mut self) {
        for name in std::mem::take(&mut self.stopped) {
            let person = self.people.get_mut(name).unwrap();
            let before = person.transcript().lines().count();
            person.signal(Signal::SIGCONT);
            person.until("that it is out", |lines| lines[before..].iter().any(|line| is_out(line)));
            join(person);
        }
    }

    /// Who was killed is found out when somebody writes to it.
    fn bury(mut self) {
        self.ann.say("leave_group");
        self.ann.await_line(">>> Leave group chat room");
        for (name, port) in self.dead {
            self.ann.say(&format!("send {name} are you there?"));
            let gone = format!(">>> {}", offline(name, port));
            self.ann.until(&gone, |lines| lines.contains(&gone));
        }
    }
}

/// Enters the group. A session that is lost meanwhile takes the wish with it.
fn join(person: &mut Chat) {
    let before = person.transcript().lines().count();
    let count = |lines: &[String], wanted: fn(&str) -> bool| {
        lines[before..].iter().filter(|line| wanted(line)).count()
    };
    let entered: fn(&str) -> bool = |line| line == ">>> Entered group room successfully";
    let lost: fn(&str) -> bool = |line| line.contains(SESSION_LOST);
    for times in 0.. {
        person.say("join_group room");
        person.until("that it has entered", |lines| count(lines, entered) > 0 || count(lines, lost) > times);
        if person.transcript().lines().skip(before).any(entered) {
            return;
        }
    }
}

fn is_out(line: &str) -> bool {
    line.contains("You're already not in the group") || line.contains(SESSION_LOST)
}

const SESSION_LOST: &str = "The server has ended this session, registering again.";

fn start(name: &str, server: u16, port: u16) -> Chat {
    let (server, own) = (server.to_string(), port.to_string());
    let mut chat =
        Chat::start(name, &[&["client", name, "127.0.0.1", &server, &own], &PATIENCE[..]].concat());
    let listed = format!(">>> {}", online(name, port));
    chat.until(&listed, |lines| lines.contains(&listed));
    chat
}
