//! From starting the program to its first prompt, and the memory of a client and a server that have nothing to do. Beside it
//! `/bin/true`: starting a process at all.
//!
//! Both sides run alternately, many times; what counts is the median.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use model::ids::Nonce;
use model::{Client, ClientConfig, Limits, Name, Timing};
use net::{Console, Overflow};
use nix::pty::{Winsize, openpty};

fn main() {
    let [server_port, own, watcher] = ports();
    let server =
        Program::start(&["server", &server_port.to_string(), "--bind", "127.0.0.1", "--rate", "off"]);
    server.until("Server is online");
    let plain = compare(|| until_welcome(server_port, own));
    let mut at_terminal = 0.0;
    let terminal = compare(|| until_prompt(server_port, own, &mut at_terminal));
    println!("{:<32} {:>10} {:>13} {:>7}   wanted", "start", "ours", "/bin/true", "ratio");
    for (what, (ours, baseline)) in [("plain, to the welcome", plain), ("terminal, to the prompt", terminal)]
    {
        let ratio = ours / baseline;
        println!("{what:<32} {ours:>7.2} ms {baseline:>10.2} ms {ratio:>7.1}   < {START} ms");
    }

    let client = Program::client("watcher", server_port, watcher);
    client.until("Welcome, You are registered.");
    println!("\n{:<32} {:>10} {:>13}   wanted", "memory (VmRSS)", "alone", "of 200 people");
    let alone = (memory(&client.child), memory(&server.child));
    let people: Vec<Console> = (2..PEOPLE).map(|number| person(server_port, number)).collect();
    for number in 2..PEOPLE {
        client.until(&format!("p{number:03}  "));
    }
    let crowd = (memory(&client.child), memory(&server.child));
    println!("{:<32} {at_terminal:>7.1} MB {:>13}   < {CLIENT} MB", "client at a terminal", "");
    println!("{:<32} {:>7.1} MB {:>10.1} MB   < {CLIENT} MB", "client in plain mode", alone.0, crowd.0);
    println!("{:<32} {:>7.1} MB {:>10.1} MB   < {SERVER} MB", "server", alone.1, crowd.1);
    for person in people {
        person.stop();
    }
}

/// Medians in milliseconds, of this and of a process that does nothing.
fn compare(mut start: impl FnMut() -> Duration) -> (f64, f64) {
    let (mut ours, mut baseline) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(start());
        let began = Instant::now();
        Command::new("/bin/true").status().unwrap();
        baseline.push(began.elapsed());
    }
    (median(ours), median(baseline))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// A client with pipes, until it is registered.
fn until_welcome(server: u16, own: u16) -> Duration {
    let began = Instant::now();
    let mut client = Program::client("plain", server, own);
    client.until("Welcome, You are registered.");
    let took = began.elapsed();
    client.input = None;
    client.until("You are Offline. Bye.");
    client.child.wait().unwrap();
    took
}

/// A client on a terminal, until it takes keys; and what it holds in memory when it is registered.
fn until_prompt(server: u16, own: u16, holds: &mut f64) -> Duration {
    let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(&size, None).unwrap();
    let began = Instant::now();
    let mut child = chat(&["client", "person", "127.0.0.1", &server.to_string(), &own.to_string()])
        .env("TERM", "xterm")
        .stdin(pty.slave.try_clone().unwrap())
        .stdout(pty.slave.try_clone().unwrap())
        .stderr(pty.slave)
        .spawn()
        .unwrap();
    let mut terminal = fs::File::from(pty.master);
    let mut shown = Vec::new();
    read_until(&mut terminal, &mut shown, PROMPT);
    let took = began.elapsed();
    read_until(&mut terminal, &mut shown, "Client table updated.");
    *holds = memory(&child);
    terminal.write_all(b"quit\r").unwrap();
    read_until(&mut terminal, &mut shown, "You are Offline. Bye.");
    child.wait().unwrap();
    took
}

fn read_until(terminal: &mut fs::File, shown: &mut Vec<u8>, words: &str) {
    let mut bytes = [0; 4096];
    while !String::from_utf8_lossy(shown).contains(words) {
        let count = terminal.read(&mut bytes).unwrap();
        shown.extend_from_slice(&bytes[..count]);
    }
}

/// Somebody in this process, to whom nobody listens.
fn person(server: u16, number: usize) -> Console {
    let config = ClientConfig {
        name: Name::new(&format!("p{number:03}")).unwrap(),
        server: SocketAddrV4::new(Ipv4Addr::LOCALHOST, server).into(),
        nonce: Nonce(u64::try_from(number).unwrap()),
        reconnect: None,
        limits: Limits::default(),
        timing: Timing::default(),
    };
    net::start(Client { config }, SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0), Overflow::Drop).unwrap()
}

/// A running `chat` in plain mode. Killed when dropped.
struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Program {
    fn client(name: &str, server: u16, own: u16) -> Program {
        Program::start(&["client", name, "127.0.0.1", &server.to_string(), &own.to_string()])
    }

    fn start(arguments: &[&str]) -> Program {
        let mut child = chat(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, lines) = channel();
        // Reads on when nobody waits, so that no program waits for its reader.
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Program { child, input, lines }
    }

    fn until(&self, words: &str) {
        while !self.lines.recv_timeout(DEADLINE).unwrap().contains(words) {}
    }
}

/// What a process holds in memory, in megabytes.
fn memory(process: &Child) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes / 1024.0
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, as if for somebody who has never used it.
fn chat(arguments: &[&str]) -> Command {
    let home = env!("CARGO_TARGET_TMPDIR");
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(arguments).env("XDG_STATE_HOME", home).env("XDG_CONFIG_HOME", home).env_remove("RUST_LOG");
    command
}

/// Ports that are free now.
fn ports<const N: usize>() -> [u16; N] {
    let mut free = (20_000..30_000).filter(|&port| UdpSocket::bind(("127.0.0.1", port)).is_ok());
    std::array::from_fn(|_| free.next().unwrap())
}

/// The line editor asks for pastes to be marked whenever it starts a line.
const PROMPT: &str = "\u{1b}[?2004h";
const ROUNDS: usize = 50;
const PEOPLE: usize = 201;
const DEADLINE: Duration = Duration::from_secs(60);
/// What is wanted, in milliseconds and megabytes.
const START: u32 = 50;
const CLIENT: u32 = 15;
const SERVER: u32 = 40;
