//! Clients whom nobody answers any more, in each phase, and servers that come back without memory.

use std::net::{SocketAddr, SocketAddrV4, UdpSocket};

use crate::hosted::{self, Person, World, any_port, name, send, text};
use model::event::Exit;
use model::{Command, Event, Packet};
use net::wire::decode;

// Registering.

#[test]
fn a_client_that_registers_with_no_server_gives_up_after_its_attempts() {
    let (nobody, address) = nobody();
    let world = World::without_patience();
    let mut ann = world.client(address, "ann", 1);
    assert_eq!(ann.until_exit(), (Exit::ServerSilent, Vec::new()));
    assert_eq!(ann.told.first(), Some(&Event::Registering));
    assert!(!ann.told.contains(&Event::Ready));

    let mut datagram = [0; 2000];
    for _ in 0..world.limits.attempts {
        let length = nobody.recv(&mut datagram).unwrap();
        let packets = decode(&datagram[..length]).unwrap();
        assert!(matches!(&packets[..], [Packet::Register { name, .. }] if name.as_str() == "ann"));
    }
    nobody.set_nonblocking(true).unwrap();
    assert!(nobody.recv(&mut datagram).is_err(), "one attempt too many");
}

#[test]
fn a_client_that_has_given_up_answers_nobody() {
    let (nobody, address) = nobody();
    let mut ann = World::without_patience().client(address, "ann", 1);
    ann.until_exit();
    let sent = ann.console.stats().datagrams_out;
    ann.console.command(Command::ListGroups).unwrap();
    ann.console.command(Command::Interrupt).unwrap();
    // An answer of the server that is too late.
    let mut datagram = [0; 2000];
    let length = nobody.recv(&mut datagram).unwrap();
    let [Packet::Register { nonce, .. }] = decode(&datagram[..length]).unwrap()[..] else { panic!() };
    let late = Packet::Challenge { nonce, cookie: model::ids::Cookie([1; 16]) };
    nobody.send_to(&net::wire::encode(&[late]).unwrap(), ann.console.address()).unwrap();
    nobody.send_to(b"a mark, to know that the rest has been looked at", ann.console.address()).unwrap();
    hosted::wait_for(|| ann.console.stats().undecodable_in_all() == 1);
    ann.catch_up();
    assert!(matches!(ann.told.last(), Some(Event::Exited { .. })));
    assert_eq!(ann.console.stats().datagrams_out, sent);
}

// In a session.

#[test]
fn a_client_whose_server_is_gone_before_a_request_gives_up_after_its_attempts() {
    for command in [Command::ListGroups, Command::CreateGroup(name("room")), Command::JoinGroup(name("room"))]
    {
        let (server, mut ann) = server_and(&World::hasty(), "ann");
        server.stop();
        assert_eq!(ann.say_last(command), (Exit::ServerSilent, Vec::new()));
    }
}

#[test]
fn what_is_queued_comes_with_the_end_when_the_server_is_gone_in_group_mode() {
    let commands = [
        Command::SendGroup(text("anybody?")),
        Command::ListMembers,
        Command::LeaveGroup,
        Command::Quit,
        Command::Interrupt,
    ];
    // All at once, since each takes as long as its attempts.
    let waiting = commands.map(|command| {
        let (server, mut ann, mut bob) = server_and_two(&World::hasty());
        enter(&mut ann, "room");
        assert_eq!(bob.say(send("ann", "one")), queued("ann"));
        assert_eq!(bob.say(send("ann", "two")), queued("ann"));
        server.stop();
        // Direct messages need no server.
        assert_eq!(bob.say(send("ann", "three")), queued("ann"));
        ann.console.command(command).unwrap();
        (ann, bob)
    });
    for (mut ann, _bob) in waiting {
        let queued = ["one", "two", "three"].map(|message| (name("bob"), text(message)));
        assert_eq!(ann.until_exit(), (Exit::ServerSilent, queued.into()));
        assert!(!ann.told.iter().any(|event| matches!(event, Event::Direct { .. })), "told twice");
    }
}

#[test]
fn a_peer_that_does_not_ack_is_reported_and_taken_offline() {
    let (_server, mut ann, bob) = server_and_two(&World::hasty());
    bob.console.stop();
    assert_eq!(ann.say(send("bob", "there?")), [Event::NoAck { from: name("bob") }, Event::Ready]);
    ann.until_listed("bob", false);
    assert_eq!(ann.say(Command::ListGroups), [Event::Groups(Vec::new()), Event::Ready]);
}

#[test]
fn a_report_that_the_server_does_not_answer_ends_the_client() {
    let (server, mut ann, bob) = server_and_two(&World::hasty());
    bob.console.stop();
    server.stop();
    assert_eq!(ann.say_last(send("bob", "there?")), (Exit::ServerSilent, Vec::new()));
    assert!(ann.told.contains(&Event::NoAck { from: name("bob") }));
}

#[test]
fn a_client_that_deregisters_at_a_server_that_is_gone_ends_all_the_same() {
    each_gives_up([Command::Dereg(name("ann")), Command::Quit, Command::Interrupt]);
}

#[test]
fn an_interrupt_while_a_request_waits_ends_the_client_when_its_attempts_are_used_up() {
    let (server, mut ann) = server_and(&World::hasty(), "ann");
    server.stop();
    ann.console.command(Command::ListGroups).unwrap();
    ann.console.command(Command::Interrupt).unwrap();
    assert_eq!(ann.until_exit(), (Exit::ServerSilent, Vec::new()));
}

// A server without memory.

#[test]
fn clients_of_a_server_that_has_lost_its_memory_register_again_and_chat_on() {
    let world = World::patient();
    let (server, mut ann, mut bob) = server_and_two(&world);
    enter(&mut ann, "room");
    assert_eq!(bob.say(send("ann", "queued before")), queued("ann"));
    ann.until(|event| *event == Event::Queued { waiting: 1 });
    let address = server.address();
    server.stop();
    let server = world.serve_at(address, [9; 16], 1_000_000, 0);

    let told = ann.say(Command::SendGroup(text("anybody?")));
    let flushed = Event::Direct { from: name("bob"), text: text("queued before") };
    assert_eq!(told, [Event::SessionLost, flushed, Event::Registered, Event::Ready]);
    ann.told.clear();
    assert_eq!(bob.say(Command::ListGroups), [Event::SessionLost, Event::Registered, Event::Ready]);
    bob.told.clear();

    ann.until_listed("bob", true);
    bob.until_listed("ann", true);
    chat(&mut ann, &mut bob);
    let (reason, _) = ann.say_last(Command::Quit);
    assert_eq!(reason, Exit::Deregistered);
    bob.until_listed("ann", false);
    server.stop();
}

#[test]
fn a_client_that_deregisters_at_a_server_that_has_lost_its_memory_has_left() {
    let world = World::patient();
    let (server, mut ann) = server_and(&world, "ann");
    let address = server.address();
    server.stop();
    let _server = world.serve_at(address, [9; 16], 1_000_000, 0);
    assert_eq!(ann.say_last(Command::Quit), (Exit::Deregistered, Vec::new()));
}

#[test]
fn a_server_can_lose_its_memory_again_and_again() {
    let world = World::patient();
    let (mut server, mut ann, mut bob) = server_and_two(&world);
    let address = server.address();
    for run in 1..5 {
        server.stop();
        server = world.serve_at(address, [run; 16], u64::from(run) * 1_000_000, 0);
        for person in [&mut ann, &mut bob] {
            assert_eq!(
                person.say(Command::ListGroups),
                [Event::SessionLost, Event::Registered, Event::Ready]
            );
            // What was in the directory before means nothing now.
            person.told.clear();
        }
        ann.until_listed("bob", true);
        bob.until_listed("ann", true);
        chat(&mut ann, &mut bob);
    }
}

/// A direct message, and a post in a new group.
fn chat(ann: &mut Person, bob: &mut Person) {
    assert_eq!(ann.say(send("bob", "hello")), received("bob"));
    bob.until(|event| *event == Event::Direct { from: name("ann"), text: text("hello") });
    enter(ann, "hall");
    assert_eq!(bob.say(Command::JoinGroup(name("hall"))), [Event::Joined(name("hall")), Event::Ready]);
    bob.say(Command::SendGroup(text("all here")));
    ann.until(|event| matches!(event, Event::Post { text: said, .. } if *said == text("all here")));
    for person in [ann, bob] {
        assert_eq!(person.say(Command::LeaveGroup), [Event::Left(name("hall")), Event::Ready]);
    }
}

/// A client for each command, which it gives when its server is gone.
fn each_gives_up<const N: usize>(commands: [Command; N]) {
    let waiting = commands.map(|command| {
        let (server, ann) = server_and(&World::hasty(), "ann");
        server.stop();
        ann.console.command(command).unwrap();
        ann
    });
    for mut ann in waiting {
        assert_eq!(ann.until_exit(), (Exit::ServerSilent, Vec::new()));
    }
}

fn enter(person: &mut Person, group: &str) {
    person.say(Command::CreateGroup(name(group)));
    let told = person.say(Command::JoinGroup(name(group)));
    assert_eq!(told, [Event::Joined(name(group)), Event::Ready]);
}

fn received(by: &str) -> Vec<Event> {
    vec![Event::DirectReceived { by: name(by) }, Event::Ready]
}

fn queued(at: &str) -> Vec<Event> {
    vec![Event::DirectQueued { at: name(at) }, Event::Ready]
}

fn server_and(world: &World, called: &str) -> (net::Console, Person) {
    let server = world.serve(0);
    let person = world.join(server.address(), called, 1);
    (server, person)
}

/// A server, ann and bob, who know each other.
fn server_and_two(world: &World) -> (net::Console, Person, Person) {
    let (server, mut ann) = server_and(world, "ann");
    let mut bob = world.join(server.address(), "bob", 2);
    ann.until_listed("bob", true);
    bob.until_listed("ann", true);
    (server, ann, bob)
}

/// An address at which nobody answers, and nobody else can come to answer.
fn nobody() -> (UdpSocket, SocketAddrV4) {
    let socket = UdpSocket::bind(any_port()).unwrap();
    socket.set_read_timeout(Some(hosted::PATIENCE)).unwrap();
    let SocketAddr::V4(address) = socket.local_addr().unwrap() else { panic!() };
    (socket, address)
}
