//! The real server and real clients, over a bad network.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

use model::ids::{Key, Nonce, Session};
use model::{Client, ClientConfig, Command, Event, Limits, Name, Server, ServerConfig, Text, Timing};
use net::wire::DATAGRAM_MAX;
use net::{Console, Faults, Options, Overflow, Told, start_with};
use stateright::actor::Id;

#[test]
fn a_direct_message_crosses_a_bad_network_once() {
    let server = serve(1);
    let ann = join(&server, "ann", 2);
    let bob = join(&server, "bob", 3);
    // Until ann's directory has bob, she does not know him.
    wait_for(
        &ann,
        |event| matches!(event, Event::Directory(people) if people.iter().any(|p| p.name == name("bob"))),
    );
    for number in 0..10 {
        let text = Text::new(&format!("number {number}")).unwrap();
        ann.command(Command::Send { to: name("bob"), text: text.clone() }).unwrap();
        wait_for(&ann, |event| matches!(event, Event::DirectReceived { .. }));
        wait_for(&ann, |event| *event == Event::Ready);
        let told = wait_for(&bob, |event| matches!(event, Event::Direct { .. }));
        assert_eq!(told, Event::Direct { from: name("ann"), text });
    }
    for console in [&server, &ann, &bob] {
        assert!(console.stats().largest_out <= DATAGRAM_MAX);
        assert_eq!(console.stats().undecodable_in_all(), 0);
    }
}

fn serve(seed: u64) -> Console {
    let config =
        ServerConfig { key: Key([7; 16]), first_session: Session(1), limits: limits(), timing: timing() };
    start_with(Server { config }, any_port(), options(Overflow::Drop, seed)).unwrap()
}

/// A client that is registered and ready.
fn join(server: &Console, called: &str, seed: u64) -> Console {
    let server = Id::from(server.address());
    let config =
        ClientConfig { name: name(called), server, nonce: Nonce(seed), limits: limits(), timing: timing() };
    let console = start_with(Client { config }, any_port(), options(Overflow::Wait, seed)).unwrap();
    wait_for(&console, |event| *event == Event::Ready);
    console
}

fn wait_for(console: &Console, wanted: impl Fn(&Event) -> bool) -> Event {
    let begun = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(begun.elapsed());
        match console.recv_timeout(left).unwrap() {
            Told::Event(event) if wanted(&event) => return event,
            Told::Failed(message) => panic!("{message}"),
            _ => {}
        }
    }
}

fn options(overflow: Overflow, seed: u64) -> Options {
    let faults = Some(Faults { seed, loss: 0.2, duplicate: 0.2, reorder: 0.2 });
    Options { faults, ..Options::new(overflow) }
}

/// So many attempts that none runs out by bad luck.
fn limits() -> Limits {
    Limits { attempts: 100, ..Limits::default() }
}

fn timing() -> Timing {
    Timing { ack_wait: Duration::from_millis(20) }
}

fn any_port() -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)
}

fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

const PATIENCE: Duration = Duration::from_secs(30);
