//! The real programs, each in a network namespace of its own, and between them a network that loses, repeats, reorders and
//! changes datagrams. What people read must be what is promised.
//!
//! Needs a network namespace with nothing in it, and the right to make more: `scripts/bad-network` runs it in one. The
//! namespaces go with the programs in them.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod relay;

use std::collections::BTreeSet;
use std::env;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::Command;

use common::{Chat, run};
use relay::{Counts, Faults, Node};

const PEOPLE: [&str; 4] = ["Ann", "Bob", "Cleo", "Dan"];

/// How many texts go from each to each, and from each to the group.
const TEXTS: usize = 12;

/// Nobody is given up as long as the machine stands still for less than twelve seconds.
const PATIENCE: [&str; 4] = ["--ack-wait", "200", "--attempts", "60"];

const BAD: Faults = Faults { loss: 0.2, duplication: 0.1, reordering: 0.2, corruption: 0.01 };

#[test]
#[ignore = "needs a network namespace of its own: scripts/bad-network"]
fn over_a_bad_network_people_read_what_is_promised() {
    if let Some(missing) = missing() {
        println!("skipped: {missing}; run scripts/bad-network");
        return;
    }
    let seed = env::var("BAD_NETWORK_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let file = env::temp_dir().join(format!("chat-bad-network-{}.key", std::process::id()));
    let file = file.to_str().unwrap();
    // Process numbers are used again soon in a namespace of their own.
    let _ = std::fs::remove_file(file);
    assert_eq!(run(&["keygen", "--out", file]).status.code(), Some(0));
    ip("link set lo up");
    let sealed = talk(1, BAD, seed, &["--key", file]);
    std::fs::remove_file(file).unwrap();
    assert!(sealed.changed > 0, "{sealed:?}");
    // Without a room key only the checksum of UDP notices what was changed, and drops it.
    let open = talk(2, Faults { loss: BAD.loss + BAD.corruption, corruption: 0.0, ..BAD }, seed, &[]);
    for counts in [sealed, open] {
        println!("seed {seed}: {counts:?}");
        assert!(counts.lost.min(counts.repeated).min(counts.late) > 0, "{counts:?}");
    }
}

/// Everybody writes to everybody, then everybody to the group.
fn talk(world: u8, faults: Faults, seed: u64, more: &[&str]) -> Counts {
    let nodes: Vec<Node> = (0..=PEOPLE.len()).map(|place| node(world, place)).collect();
    for node in &nodes {
        ip(&format!("address add {}/32 dev lo", node.face.ip()));
    }
    let counts = relay::start(&nodes, faults, seed);
    let mut server = start(world, 0, "server", &[&["server", "7000"], &PATIENCE[..], more].concat());
    server.await_line(">>> Server is online");
    let face = nodes[0].face.ip().to_string();
    let mut people: Vec<Chat> = (1..)
        .zip(PEOPLE)
        .map(|(place, name)| {
            let arguments = [&["client", name, &face, "7000", "7000"], &PATIENCE[..], more].concat();
            start(world, place, name, &arguments)
        })
        .collect();
    for person in &mut people {
        let listed = |node: &Node, name| format!(">>> {name}  {}  online", node.face);
        let all: Vec<_> = nodes[1..].iter().zip(PEOPLE).map(|(node, name)| listed(node, name)).collect();
        person.until("that all are there", |lines| all.iter().all(|line| lines.contains(line)));
    }
    write_to_each_other(&mut people);
    write_to_the_group(&mut people);
    for (name, person) in PEOPLE.iter().zip(&mut people) {
        person.say(&format!("dereg {name}"));
        person.await_line(">>> You are Offline. Bye.");
        person.wait();
    }
    for (name, person) in PEOPLE.iter().zip(&people) {
        let transcript = person.transcript();
        let lines: Vec<&str> = transcript.lines().collect();
        assert_directs(name, &lines);
        assert_posts(name, &lines);
    }
    assert_one_order(&people);
    server.kill();
    *counts.lock().unwrap()
}

fn write_to_each_other(people: &mut [Chat]) {
    for (name, person) in PEOPLE.iter().zip(people.iter_mut()) {
        for text in 0..TEXTS {
            for to in others(name) {
                person.say(&format!("send {to} {name} for {to} {text}"));
            }
        }
    }
    for person in people.iter_mut() {
        let answered = |line: &&String| line.starts_with(">>> Message received by ");
        let written = TEXTS * (PEOPLE.len() - 1);
        person.until("all acks", |lines| lines.iter().filter(answered).count() == written);
    }
}

fn write_to_the_group(people: &mut [Chat]) {
    people[0].say("create_group room");
    people[0].await_line(">>> Group room created by Server.");
    for person in people.iter_mut() {
        person.say("join_group room");
        person.await_line(">>> Entered group room successfully");
    }
    for (name, person) in PEOPLE.iter().zip(people.iter_mut()) {
        for text in 0..TEXTS {
            person.say(&format!("send_group {name} for all {text}"));
        }
    }
    for person in people.iter_mut() {
        let shown = |line: &&String| line.starts_with(POST);
        let answered = |line: &&String| *line == ">>> (room) Message received by Server.";
        person.until("all posts", |lines| {
            lines.iter().filter(shown).count() == TEXTS * (PEOPLE.len() - 1)
                && lines.iter().filter(answered).count() == TEXTS
        });
    }
    for person in people.iter_mut() {
        person.say("leave_group");
        person.await_line(">>> Leave group chat room");
    }
}

/// Every direct message was shown once, and nothing else from anybody.
fn assert_directs(name: &str, lines: &[&str]) {
    for from in others(name) {
        let head = format!(">>> {from}: ");
        let shown: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(&head)).collect();
        let written: Vec<String> = (0..TEXTS).map(|text| format!("{from} for {name} {text}")).collect();
        assert_eq!(shown, written, "what {name} read from {from}");
    }
}

/// Every post of the others was shown once, in the order in which each of them wrote.
fn assert_posts(name: &str, lines: &[&str]) {
    let posts: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(POST)).collect();
    for from in others(name) {
        let head = format!("{from}: ");
        let shown: Vec<&str> = posts.iter().filter_map(|post| post.strip_prefix(&head)).collect();
        let written: Vec<String> = (0..TEXTS).map(|text| format!("{from} for all {text}")).collect();
        assert_eq!(shown, written, "what {name} read from {from} in the group");
    }
    assert_eq!(posts.iter().collect::<BTreeSet<_>>().len(), TEXTS * (PEOPLE.len() - 1), "{name}");
}

/// Any two people read what both of them were shown in the same order.
fn assert_one_order(people: &[Chat]) {
    let transcripts: Vec<String> = people.iter().map(Chat::transcript).collect();
    let posts = |reader: usize, other: usize| -> Vec<String> {
        let by_them = |post: &&str| !post.starts_with(&format!("{}: ", PEOPLE[other]));
        let posts = transcripts[reader].lines().filter_map(|line| line.strip_prefix(POST));
        posts.filter(by_them).map(ToOwned::to_owned).collect()
    };
    for (one, other) in (0..PEOPLE.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
        assert_eq!(posts(one, other), posts(other, one), "{} and {}", PEOPLE[one], PEOPLE[other]);
    }
}

const POST: &str = ">>> (room) Group_Message ";

fn others(name: &str) -> impl Iterator<Item = &'static str> {
    PEOPLE.into_iter().filter(move |other| *other != name)
}

/// Where a node is. Node 0 is the server.
fn node(world: u8, place: usize) -> Node {
    let place = u8::try_from(place).unwrap();
    let at = |ip| SocketAddrV4::new(ip, 7000);
    Node {
        real: at(Ipv4Addr::new(10, 77, world * 16 + place, 2)),
        face: at(Ipv4Addr::new(10, 99, world, place + 1)),
    }
}

/// Starts a program in a namespace of its own, with a cable to this one.
fn start(world: u8, place: usize, who: &str, arguments: &[&str]) -> Chat {
    let real = *node(world, place).real.ip();
    let [a, b, c, _] = real.octets();
    let gate = Ipv4Addr::new(a, b, c, 1);
    let inside = format!(
        "echo inside && read -r _ && ip link set lo up && ip address add {real}/24 dev eth0 && ip link set eth0 up \
         && ip route add default via {gate} && exec \"$@\""
    );
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", &inside, "sh", env!("CARGO_BIN_EXE_chat")]).args(arguments);
    let mut chat = Chat::spawn(who, &mut command);
    let cable = format!("cable{world}-{place}");
    chat.await_line("inside");
    ip(&format!("link add {cable} type veth peer name eth0 netns {}", chat.id()));
    ip(&format!("address add {gate}/24 dev {cable}"));
    ip(&format!("link set {cable} up"));
    chat.say("go");
    chat
}

/// What is missing for this test, if anything.
fn missing() -> Option<&'static str> {
    let links = Command::new("ip").args(["-o", "link"]).output();
    match links {
        Err(_) => Some("there is no command ip"),
        Ok(links) if links.stdout.split(|byte| *byte == b'\n').count() > 2 => {
            Some("this is not a network namespace of its own")
        }
        Ok(_) if !try_command("unshare", "--net true") => Some("no network namespace may be made here"),
        Ok(_) => None,
    }
}

fn ip(arguments: &str) {
    assert!(try_ip(arguments), "ip {arguments}");
}

fn try_ip(arguments: &str) -> bool {
    try_command("ip", arguments)
}

fn try_command(command: &str, arguments: &str) -> bool {
    let status = Command::new(command).args(arguments.split(' ')).status();
    status.is_ok_and(|status| status.success())
}
