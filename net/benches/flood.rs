//! How long a direct message takes when all is calm and when a flood pours over the server, and what memory the flood costs.
//!
//! Whoever floods a server has a machine of its own for that. So the flood comes from a process that yields to all others.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "common/mod.rs"]
mod common;
#[path = "../tests/common/flood.rs"]
mod flood;

use std::net::SocketAddrV4;
use std::process::{Child, Command as Program};
use std::time::Instant;

use common::{Times, any_port, micros, name, text};
use flood::Flood;
use model::ids::{Key, Nonce, Session};
use model::{Client, ClientConfig, Command, Event, Limits, Server, ServerConfig, Timing};
use net::{Console, Overflow, Told, start};
use stateright::actor::Id;

const ROUNDS: usize = 5;
const MESSAGES: usize = 2000;
/// What the process that floods is told before the address.
const POUR: &str = "pour";
/// So many datagrams have come before a round begins.
const BEGUN: u64 = 1000;

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != POUR).skip(1);
    match arguments.next() {
        Some(target) => pour(target.parse().unwrap()),
        None => measure(),
    }
}

fn pour(target: SocketAddrV4) -> ! {
    let mut flood = Flood::new(3);
    loop {
        flood.pour(target, 1000);
    }
}

fn measure() {
    let server = serve();
    let [ann, bob] = ["ann", "bob"].map(|called| client(&server, called));
    until(&ann, |event| matches!(event, Event::Directory(people) if people.len() == 2));
    until(&bob, |event| *event == Event::Ready);
    // Everything that is made once is made.
    directs(&ann);
    pour_during(&server, || directs(&ann));
    let before = rss();

    println!("\ndirect messages, from a `send` until its ack is told; {ROUNDS} rounds of {MESSAGES}");
    println!(
        "{:>5} | {:>9} {:>9} | {:>9} {:>9} | {:>5} | {:>12}",
        "round", "calm p50", "p99", "flood p50", "p99", "ratio", "taken in/s"
    );
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let calm = directs(&ann);
        let (flooded, rate) = pour_during(&server, || directs(&ann));
        let ratio = flooded.at(0.99) / calm.at(0.99);
        ratios.push(ratio);
        let [a, b, c, d] =
            [calm.median(), calm.at(0.99), flooded.median(), flooded.at(0.99)].map(|it| it / 1000.0);
        println!(
            "{round:>5} | {a:>6.3} ms {b:>6.3} ms | {c:>6.3} ms {d:>6.3} ms | {ratio:>5.1} | {rate:>12.0}"
        );
    }
    println!("median ratio of p99: {:.1}", Times::new(ratios).median());
    let stats = server.stats();
    println!("datagrams at the server: {} in, {} out", stats.datagrams_in, stats.datagrams_out);
    println!("memory: {before:.1} MiB before, {:.1} MiB after", rss());
    drop(bob);
}

/// Sends so many, one at a time; returns how long each took.
fn directs(ann: &Console) -> Times {
    let one = |_| {
        let begun = Instant::now();
        ann.command(Command::Send { to: name("bob"), text: text("hello") }).unwrap();
        until(ann, |event| matches!(event, Event::DirectReceived { .. }));
        let took = micros(begun);
        until(ann, |event| *event == Event::Ready);
        took
    };
    Times::new((0..MESSAGES).map(one).collect())
}

/// Floods the server for as long as something takes; also returns how many datagrams a second it took in.
fn pour_during(server: &Console, act: impl FnOnce() -> Times) -> (Times, f64) {
    let _flood = Pouring::over(server.address());
    let taken = || server.stats().datagrams_in;
    let before = taken();
    while taken() < before + BEGUN {
        std::thread::yield_now();
    }
    let (before, begun) = (taken(), Instant::now());
    let times = act();
    #[expect(clippy::cast_precision_loss)]
    let rate = (taken() - before) as f64 / begun.elapsed().as_secs_f64();
    (times, rate)
}

/// A process that floods, until this is dropped.
struct Pouring(Child);

impl Pouring {
    fn over(target: SocketAddrV4) -> Pouring {
        let mut program = Program::new("nice");
        program.args(["-n", "19"]).arg(std::env::current_exe().unwrap()).args([POUR, &target.to_string()]);
        Pouring(program.spawn().unwrap())
    }
}

impl Drop for Pouring {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server with the limits that are used by default, as far as strangers are concerned.
fn serve() -> Console {
    let limits = Limits { burst: 0, ..Limits::default() };
    let key = Key([7; 16]);
    let config =
        ServerConfig { key, first_session: Session(1), durable: false, limits, timing: Timing::default() };
    start(Server { config }, any_port(), Overflow::Drop).unwrap()
}

fn client(server: &Console, called: &str) -> Console {
    let config = ClientConfig {
        name: name(called),
        server: Id::from(server.address()),
        nonce: Nonce(u64::from(called.as_bytes()[0])),
        reconnect: None,
        limits: Limits::default(),
        timing: Timing::default(),
    };
    let overflow = if called == "bob" { Overflow::Drop } else { Overflow::Wait };
    start(Client { config }, any_port(), overflow).unwrap()
}

fn until(console: &Console, wanted: impl Fn(&Event) -> bool) {
    loop {
        match console.recv() {
            Ok(Told::Event(event)) if wanted(&event) => return,
            Ok(Told::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// What this process has in memory, in MiB.
#[expect(clippy::cast_precision_loss)]
fn rss() -> f64 {
    memory_stats::memory_stats().map_or(0.0, |stats| stats.physical_mem as f64 / f64::from(1 << 20))
}
