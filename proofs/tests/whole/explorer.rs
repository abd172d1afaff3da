//! The Explorer over HTTP, as its page uses it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command as Program};
use std::time::{Duration, Instant};

use crate::common::{Directory, World, name, send};
use crate::ports::ports;
use model::Command;
use net::record::Texts;
use proofs::explore;
use proofs::scenario::Wish::{Create, Send};
use proofs::scenario::{Scenario, Suspicion};
use proofs::system::System;
use serde_json::Value;

fn scenario() -> Scenario {
    let mut scenario = Scenario::new("pair", "X writes to Y")
        .person("X", 2, &[(Send("Y"), 1), (Create("g"), 1)])
        .person("Y", 0, &[]);
    scenario.suspicions = vec![Suspicion::Attempt];
    scenario
}

/// Serves until the tests end.
fn served() -> SocketAddr {
    let address = free();
    std::thread::spawn(move || explore::serve(System::new(scenario()), address));
    address
}

fn get(address: SocketAddr, path: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < deadline, "{address}: {error}"),
        }
    };
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{path}: {head}");
    serde_json::from_str(body).unwrap()
}

/// Follows the action that contains these words: where it leads, and the action.
fn follow(address: SocketAddr, path: &str, words: &str) -> (String, Value) {
    let steps = get(address, &format!("/.states{path}"));
    let steps = steps.as_array().unwrap();
    let found = steps.iter().find(|step| step["action"].as_str().unwrap().contains(words));
    let lines: Vec<_> = steps.iter().map(|step| &step["action"]).collect();
    let step = found.unwrap_or_else(|| panic!("{words:?} is not one of {lines:#?}")).clone();
    (format!("{path}/{}", step["actionIndex"]), step)
}

#[test]
fn a_path_of_five_actions_has_names_words_and_drawings() {
    let address = served();
    let status = get(address, "/.status");
    assert_eq!(status["properties"].as_array().unwrap().len(), proofs::properties::PROMISES.len());

    let mut path = "/0".to_owned();
    let actions = [
        "X types: send Y …",
        "X → Y: the direct message \"X1\" (number 1)",
        "X: timer, no answer in time",
        "X → server: request 1: Y did not ack",
        "server → X: reply to request 1: noted",
    ];
    for words in actions {
        let (next, step) = follow(address, &path, words);
        assert_eq!(step["action"], words);
        let outcome = step["outcome"].as_str().unwrap();
        assert!(outcome.contains("AFTERWARDS\nserver\n"), "{outcome}");
        assert!(step["svg"].as_str().unwrap().starts_with("<svg"));
        assert!(!step["properties"].as_array().unwrap().is_empty());
        path = next;
    }
}

#[test]
fn a_busy_port_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = explore::serve(System::new(scenario()), address).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot serve the Explorer at {address}"));
}

#[test]
fn what_else_could_have_happened_in_a_recorded_run_can_be_browsed() {
    let directory = Directory::new("browsed");
    let mut world = World::durable(&["X", "Y"], Texts::Plain);
    world.say("X", Command::CreateGroup(name("room")));
    world.kill_server(0);
    world.restart_server();
    world.settle();
    world.give("X", send("Y", "hello"));
    let files = world.write(&directory.0);
    let address = free();
    let _explorer = Killed(program(&files, address).spawn().unwrap());
    // Y has not heard of it yet, and may, or may do something else.
    let steps = get(address, "/.states/0");
    let actions: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["action"].to_string()).collect();
    for words in ["the direct message \\\"hello\\\"", "Y types: join_group room", "X presses Ctrl+C"] {
        assert!(actions.iter().any(|action| action.contains(words)), "{words} is none of {actions:#?}");
    }
    let refused = program(&files, address).args(["--at", "999"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("so nothing is after record 999"));
    let refused = program(&files[1..], address).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the server was not recorded"));
}

fn free() -> SocketAddr {
    let [port] = ports();
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn program(files: &[PathBuf], address: SocketAddr) -> Program {
    let mut program = Program::new(env!("CARGO_BIN_EXE_proofs"));
    program.arg("explore").arg("--address").arg(address.to_string()).arg("--from").args(files);
    program
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
