//! The logs: `spawn`'s warnings are heard, and no text is, short of `trace`. A process of its own, since there is
//! one logger in each.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with other tests")]
#[path = "common/scripted.rs"]
mod scripted;

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::ids::{DirectNumber, PairSecret, Session};
use model::{Command, Event, Message, Name, Packet, Text};
use net::wire::encode;
use net::{Overflow, Told, start};
use scripted::{Does, Happens, Scripted};
use stateright::actor::Id;
use tracing::Level;

#[test]
fn logs_hold_warnings_of_spawn_and_no_text() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(Level::DEBUG).with_writer({
        let log = log.clone();
        move || log.clone()
    });
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    net::log_bridge().unwrap();

    say_something_secret();

    let log = String::from_utf8(std::mem::take(&mut *log.0.lock().unwrap())).unwrap();
    assert!(!log.contains("secret"), "{log}");
    assert!(log.contains("undecodable") && log.contains("reason=\"foreign\""), "{log}");
    assert!(log.contains("Unable to send"), "{log}");
    assert!(log.contains("an actor failed"), "{log}");
    assert!(!log.contains("Received message") && !log.contains("Acted"), "{log}");
}

/// A datagram that is understood, one that is not, one that cannot be sent, an event, and a panic.
fn say_something_secret() {
    let actor = Scripted(|_: &mut u64, happens| match happens {
        Happens::Message(source, Message::Packet(packet)) => {
            // Not allowed without asking the system for it, so the warning is certain.
            let everybody = Id::from(SocketAddrV4::new(Ipv4Addr::BROADCAST, 9));
            let send = |to| Does::Send(to, Message::Packet(packet.clone()));
            vec![Does::tell(Event::Direct { from: name(), text: text() }), send(everybody), send(source)]
        }
        Happens::Message(..) => panic!("secret"),
        _ => Vec::new(),
    });
    let console = start(actor, SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0), Overflow::Wait).unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    peer.connect(console.address()).unwrap();
    peer.send(b"secret secret secret").unwrap();
    peer.send(&encode(&[direct()]).unwrap()).unwrap();
    peer.recv(&mut [0; 1200]).unwrap();
    console.recv_timeout(PATIENCE).unwrap();
    console.command(Command::Quit).unwrap();
    assert_eq!(console.recv_timeout(PATIENCE), Ok(Told::Failed("secret".into())));
}

fn direct() -> Packet {
    let (from, to, secret) = (Session(1), Session(2), PairSecret::default());
    Packet::Direct { sender: name(), from, to, secret, number: DirectNumber(1), text: text() }
}

fn name() -> Name {
    Name::new("x").unwrap()
}

fn text() -> Text {
    Text::new("secret").unwrap()
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
