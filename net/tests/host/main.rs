//! The host: what an actor may rely on, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/scripted.rs"]
mod scripted;
mod timers;

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::process::Stdio;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use model::ids::{DirectNumber, PairSecret, Session};
use model::packet::Verdict;
use model::{Command, Event, Message, Name, Packet, Text, Timer};
use net::wire::{DATAGRAM_MAX, WireError, decode, encode};
use net::{CommandError, Console, Faults, HostError, Options, Overflow, Told, start, start_with};
use scripted::{Does, Happens, Scripted};
use stateright::actor::Id;

// Packets.

#[test]
fn an_actor_answers_a_peer() {
    let console = start(echo(), any_port(), Overflow::Wait).unwrap();
    let peer = peer_of(&console);
    assert_eq!(ask(&peer, &[ack(1)]), [ack(1)]);
    assert_eq!(ask(&peer, &[ack(2)]), [ack(2)]);
}

#[test]
fn the_packets_of_one_datagram_are_answered_in_one_datagram_in_their_order() {
    let console = start(echo(), any_port(), Overflow::Wait).unwrap();
    let packets: Vec<Packet> = (0..40).map(ack).collect();
    assert_eq!(ask(&peer_of(&console), &packets), packets);
    let stats = console.stats();
    assert_eq!((stats.datagrams_in, stats.datagrams_out), (1, 1));
    assert_eq!((stats.bytes_in, stats.largest_in), (stats.bytes_out, stats.largest_out));
}

#[test]
fn no_datagram_is_above_the_limit_however_much_is_said_at_once() {
    let chatty = Scripted(|_: &mut u64, happens| match happens {
        Happens::Message(source, Message::Packet(_)) => {
            (0..50).map(|i| Does::Send(source, Message::Packet(direct(i, 300)))).collect()
        }
        _ => Vec::new(),
    });
    let console = start(chatty, any_port(), Overflow::Wait).unwrap();
    let peer = peer_of(&console);
    peer.send(&encode(&[ack(0)]).unwrap()).unwrap();
    let mut heard = Vec::new();
    while heard.len() < 50 {
        heard.extend(hear(&peer));
    }
    assert_eq!(heard, (0..50).map(|i| direct(i, 300)).collect::<Vec<_>>());
    assert!(console.stats().largest_out <= DATAGRAM_MAX);
    assert!(console.stats().datagrams_out < 20);
}

#[test]
fn what_is_not_understood_is_counted_by_its_reason_and_never_answered() {
    let console = start(echo(), any_port(), Overflow::Wait).unwrap();
    let peer = peer_of(&console);
    let good = encode(&[ack(1)]).unwrap();
    let trailing = [&good[..], &[0]].concat();
    for bad in [&vec![0; 1201], &good[..3].to_vec(), &b"hello, world".to_vec(), &trailing, &vec![7; 60_000]] {
        peer.send(bad).unwrap();
    }
    assert_eq!(ask(&peer, &[ack(1)]), [ack(1)]);
    let stats = console.stats();
    assert_eq!((stats.datagrams_in, stats.datagrams_out), (6, 1));
    let counted: Vec<_> = stats.undecodable.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(
        counted,
        [
            (WireError::TooLong, 2),
            (WireError::Truncated, 1),
            (WireError::ForeignMagic, 1),
            (WireError::TrailingBytes, 1)
        ]
    );
}

#[test]
fn a_forged_doorbell_does_nothing() {
    let console = start(echo(), any_port(), Overflow::Wait).unwrap();
    let peer = peer_of(&console);
    for _ in 0..20 {
        peer.send(&[]).unwrap();
    }
    assert_eq!(ask(&peer, &[ack(1)]), [ack(1)]);
    let stats = console.stats();
    assert_eq!((stats.doorbells, stats.datagrams_in, stats.undecodable_in_all()), (20, 1, 0));
}

#[test]
fn a_packet_to_what_is_no_address_is_counted_and_the_host_goes_on() {
    let lost = Scripted(|_: &mut u64, happens| match happens {
        Happens::Message(source, Message::Packet(packet)) => [Id::from(1 << 50), Id::from(1 << 20), source]
            .map(|to| Does::Send(to, Message::Packet(packet.clone())))
            .into(),
        _ => Vec::new(),
    });
    let console = start(lost, any_port(), Overflow::Wait).unwrap();
    assert_eq!(ask(&peer_of(&console), &[ack(1)]), [ack(1)]);
    assert_eq!(console.stats().unsendable, 2);
}

#[test]
fn an_actor_on_all_addresses_hears_its_console() {
    let any = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
    let console = start(counting(), any, Overflow::Wait).unwrap();
    console.command(Command::Quit).unwrap();
    assert_eq!(next(&console), waiting(1));
}

// Console.

#[test]
fn two_thousand_commands_are_each_answered_in_their_order() {
    let console = start(counting(), any_port(), Overflow::Wait).unwrap();
    for number in 1..=2000 {
        console.command(Command::Quit).unwrap();
        assert_eq!(next(&console), waiting(number));
    }
}

#[test]
fn commands_given_at_once_are_all_carried_out() {
    let console = start(counting(), any_port(), Overflow::Wait).unwrap();
    let givers: Vec<_> = (0..4)
        .map(|_| {
            let sender = console.sender();
            std::thread::spawn(move || {
                let mut given = 0;
                while given < 500 {
                    match sender.send(Command::Quit) {
                        Ok(()) => given += 1,
                        Err(error) => {
                            assert_eq!(error, CommandError::Full);
                            std::thread::yield_now();
                        }
                    }
                }
            })
        })
        .collect();
    for number in 1..=2000 {
        assert_eq!(next(&console), waiting(number));
    }
    for giver in givers {
        giver.join().unwrap();
    }
}

#[test]
fn an_actor_waits_for_a_person_who_shall_miss_nothing() {
    let options = Options { capacity: 2, ..Options::new(Overflow::Wait) };
    let console = start_with(talking(1000), any_port(), options).unwrap();
    console.command(Command::Quit).unwrap();
    for number in 0..1000 {
        assert_eq!(next(&console), waiting(number));
    }
    assert_eq!(console.stats().untold, 0);
}

#[test]
fn an_actor_does_not_wait_for_an_operator() {
    let options = Options { capacity: 3, ..Options::new(Overflow::Drop) };
    let console = start_with(talking(1000), any_port(), options).unwrap();
    console.command(Command::Quit).unwrap();
    // It answers while nobody listens to it, and after it has told everything.
    assert_eq!(ask(&peer_of(&console), &[ack(1)]), [ack(1)]);
    while console.stats().untold < 997 {
        std::thread::yield_now();
    }
    let told: Vec<Told> = (0..4).map(|_| next(&console)).collect();
    assert_eq!(told, [waiting(0), waiting(1), waiting(2), Told::Dropped(997)]);
}

#[test]
fn one_thread_can_listen_while_another_commands() {
    let console = start(counting(), any_port(), Overflow::Wait).unwrap();
    std::thread::scope(|scope| {
        let listener = scope.spawn(|| (1..=100).all(|number| next(&console) == waiting(number)));
        scope.spawn(|| {
            let sender = console.sender();
            let mut given = 0;
            while given < 100 {
                given += usize::from(sender.send(Command::Quit).is_ok());
            }
        });
        assert!(listener.join().unwrap());
    });
}

// The end.

#[test]
fn a_stopped_actor_frees_its_address() {
    let _alone = while_no_process_starts();
    let mut address = any_port();
    for _ in 0..20 {
        let console = start(echo(), address, Overflow::Wait).unwrap();
        address = console.address();
        assert_eq!(ask(&peer_of(&console), &[ack(1)]), [ack(1)]);
        console.stop();
        console.stop();
        assert!(console.recv().is_err());
        assert_eq!(console.command(Command::Quit), Err(CommandError::Ended));
    }
    UdpSocket::bind(address).unwrap();
}

#[test]
fn a_dropped_console_stops_its_actor() {
    let _alone = while_no_process_starts();
    let console = start(echo(), any_port(), Overflow::Wait).unwrap();
    let address = console.address();
    drop(console);
    UdpSocket::bind(address).unwrap();
}

#[test]
fn an_actor_that_waits_for_its_console_can_be_stopped() {
    let _alone = while_no_process_starts();
    let options = Options { capacity: 1, ..Options::new(Overflow::Wait) };
    let console = start_with(talking(1000), any_port(), options).unwrap();
    console.command(Command::Quit).unwrap();
    assert_eq!(next(&console), waiting(0));
    console.stop();
    UdpSocket::bind(console.address()).unwrap();
}

#[test]
fn what_was_told_before_the_end_can_still_be_heard() {
    let console = start(talking(3), any_port(), Overflow::Wait).unwrap();
    console.command(Command::Quit).unwrap();
    // A packet that is answered comes after a command that was given before.
    assert_eq!(ask(&peer_of(&console), &[ack(1)]), [ack(1)]);
    console.stop();
    let told: Vec<Told> = std::iter::from_fn(|| console.recv().ok()).collect();
    assert_eq!(told, [waiting(0), waiting(1), waiting(2)]);
}

#[test]
fn a_panic_of_the_actor_is_told_as_one_line_and_is_the_end() {
    let _alone = while_no_process_starts();
    let console = start(fragile(), any_port(), Overflow::Wait).unwrap();
    console.command(Command::Quit).unwrap();
    assert_eq!(next(&console), Told::Failed("out of order".to_string()));
    assert!(console.recv().is_err());
    assert_eq!(console.command(Command::Quit), Err(CommandError::Ended));
    console.stop();
    UdpSocket::bind(console.address()).unwrap();
}

#[test]
fn a_panic_of_a_starting_actor_is_an_error_of_starting() {
    let broken = Scripted(|_: &mut u64, _| panic!("cannot start"));
    let error = start(broken, any_port(), Overflow::Wait).unwrap_err();
    assert_eq!(error.to_string(), "the actor failed: cannot start");
}

#[test]
fn a_panic_of_the_actor_prints_nothing() {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "a_panic_of_the_actor_is_told_as_one_line_and_is_the_end", "--nocapture"]);
    again.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let starting = STARTING.write().unwrap_or_else(PoisonError::into_inner);
    let started = again.spawn().unwrap();
    drop(starting);
    let output = started.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(!String::from_utf8(output.stdout).unwrap().contains("panicked"));
}

// Addresses.

#[test]
fn an_address_in_use_is_an_error() {
    let first = start(echo(), any_port(), Overflow::Wait).unwrap();
    let error = start(echo(), first.address(), Overflow::Wait).unwrap_err();
    assert_eq!(error.to_string(), format!("address already in use: {}", first.address()));
}

#[test]
fn an_address_of_another_machine_is_an_error() {
    let elsewhere = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 0);
    let error = start(echo(), elsewhere, Overflow::Wait).unwrap_err();
    assert!(matches!(error, HostError::NotLocal(address) if address == elsewhere), "{error}");
}

#[test]
fn fifty_actors_get_fifty_ports() {
    let consoles: Vec<Console> =
        (0..50).map(|_| start(echo(), any_port(), Overflow::Wait).unwrap()).collect();
    for console in &consoles {
        assert_eq!(ask(&peer_of(console), &[ack(1)]), [ack(1)]);
    }
}

// A bad network.

#[test]
fn who_repeats_until_answered_gets_through_a_bad_network() {
    let faults = |seed| Some(Faults { seed, loss: 0.3, duplicate: 0.2, reorder: 0.3 });
    let options = Options { faults: faults(1), ..Options::new(Overflow::Wait) };
    let echo = start_with(echo(), any_port(), options).unwrap();
    let options = Options { faults: faults(2), ..Options::new(Overflow::Wait) };
    let console = start_with(stubborn(Id::from(echo.address()), 200), any_port(), options).unwrap();
    assert_eq!(next(&console), Told::Event(Event::Ready));
    assert!(console.stats().datagrams_out > 200);
}

#[test]
fn what_a_bad_network_holds_back_arrives_also_when_nothing_follows() {
    let faults = Some(Faults { seed: 1, loss: 0.0, duplicate: 0.0, reorder: 1.0 });
    let console = start_with(echo(), any_port(), Options { faults, ..Options::new(Overflow::Wait) }).unwrap();
    let peer = peer_of(&console);
    for number in 0..20 {
        assert_eq!(ask(&peer, &[ack(number)]), [ack(number)]);
    }
}

// Actors.

/// Sends every packet back.
fn echo() -> Scripted<impl Fn(&mut u64, Happens) -> Vec<Does> + Clone + Send + 'static> {
    Scripted(|_: &mut u64, happens| match happens {
        Happens::Message(source, Message::Packet(packet)) => {
            vec![Does::Send(source, Message::Packet(packet))]
        }
        _ => Vec::new(),
    })
}

/// Tells how many commands there were.
fn counting() -> Scripted<impl Fn(&mut u64, Happens) -> Vec<Does> + Clone + Send + 'static> {
    Scripted(|count: &mut u64, happens| match happens {
        Happens::Message(_, Message::Command(_)) => {
            *count += 1;
            vec![Does::tell(Event::Queued { waiting: usize::try_from(*count).unwrap() })]
        }
        _ => Vec::new(),
    })
}

/// Tells that many things at each command, and sends packets back.
fn talking(things: usize) -> Scripted<impl Fn(&mut u64, Happens) -> Vec<Does> + Clone + Send + 'static> {
    Scripted(move |_: &mut u64, happens| match happens {
        Happens::Message(_, Message::Command(_)) => {
            (0..things).map(|waiting| Does::tell(Event::Queued { waiting })).collect()
        }
        Happens::Message(source, message) => vec![Does::Send(source, message)],
        _ => Vec::new(),
    })
}

/// Panics at a command.
fn fragile() -> Scripted<impl Fn(&mut u64, Happens) -> Vec<Does> + Clone + Send + 'static> {
    Scripted(|_: &mut u64, happens| match happens {
        Happens::Message(_, Message::Command(_)) => panic!("out of order\nwith details"),
        _ => Vec::new(),
    })
}

/// Sends numbers to an echo, each until it comes back.
fn stubborn(
    to: Id,
    numbers: u64,
) -> Scripted<impl Fn(&mut u64, Happens) -> Vec<Does> + Clone + Send + 'static> {
    Scripted(move |number: &mut u64, happens| {
        match happens {
            Happens::Message(_, Message::Packet(packet)) if packet == ack(*number) => *number += 1,
            Happens::Message(..) => return Vec::new(),
            _ => {}
        }
        if *number == numbers {
            return vec![Does::Cancel(Timer::Attempt), Does::tell(Event::Ready)];
        }
        let again = Does::set(Timer::Attempt, Duration::from_millis(5));
        vec![Does::Send(to, Message::Packet(ack(*number))), again]
    })
}

// Addresses.

/// Until a process that has been started is another program, it holds a copy of every socket of this one, and no address of
/// those is free. Written by who starts one, read by who looks whether an address is free.
static STARTING: RwLock<()> = RwLock::new(());

fn while_no_process_starts() -> RwLockReadGuard<'static, ()> {
    STARTING.read().unwrap_or_else(PoisonError::into_inner)
}

// Peers and packets.

fn any_port() -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)
}

fn peer_of(console: &Console) -> UdpSocket {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    peer.connect(console.address()).unwrap();
    peer
}

fn ask(peer: &UdpSocket, packets: &[Packet]) -> Vec<Packet> {
    peer.send(&encode(packets).unwrap()).unwrap();
    hear(peer)
}

fn hear(peer: &UdpSocket) -> Vec<Packet> {
    let mut datagram = [0; 2000];
    let length = peer.recv(&mut datagram).unwrap();
    decode(&datagram[..length]).unwrap()
}

fn next(console: &Console) -> Told {
    console.recv_timeout(PATIENCE).unwrap()
}

fn waiting(waiting: usize) -> Told {
    Told::Event(Event::Queued { waiting })
}

fn ack(number: u64) -> Packet {
    let (from, to, secret) = (Session(1), Session(2), PairSecret::default());
    Packet::DirectAck { from, to, secret, number: DirectNumber(number), verdict: Verdict::Accepted }
}

fn direct(number: u64, length: usize) -> Packet {
    let (from, to, secret) = (Session(1), Session(2), PairSecret::default());
    let (sender, text) = (Name::new("x").unwrap(), Text::new(&"t".repeat(length)).unwrap());
    Packet::Direct { sender, from, to, secret, number: DirectNumber(number), text }
}

const PATIENCE: Duration = Duration::from_secs(20);
