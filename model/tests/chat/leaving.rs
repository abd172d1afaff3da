//! Leaving.

use model::client::Phase;
use model::event::Exit;
use model::ids::{Pass, RequestNumber, Session, Token, Version};
use model::packet::{Down, Packet, Reply, Request, Up};
use model::{Command, Event, Limits, Timer};

use crate::world::{SERVER, World, name, text};

#[test]
fn every_way_out_deregisters() {
    for command in [Command::Dereg(name("X")), Command::Quit, Command::Interrupt] {
        let mut world = World::new(Limits::default());
        let x = world.join("X");
        let session = world.session(x);
        world.say(x, command.clone());
        assert_eq!(world.told(x), [exited(Exit::Deregistered)], "{command:?}");
        assert!(world.server.online(session).is_none());
    }
}

#[test]
fn somebody_else_cannot_be_deregistered() {
    let mut world = World::new(Limits::default());
    let (x, _) = (world.join("X"), world.join("Y"));
    world.say(x, Command::Dereg(name("Y")));
    assert_eq!(world.told(x), [Event::InvalidCommand, Event::Ready]);
}

#[test]
fn leaving_from_a_group_takes_the_queue_along() {
    let mut world = World::new(Limits::default());
    let [y] = world.members(["Y"]);
    let x = world.join("X");
    world.say(x, Command::Send { to: name("Y"), text: text("hi") });
    world.told(y);
    world.say(y, Command::Dereg(name("Y")));
    let queued = vec![(name("X"), text("hi"))];
    let last = world.told(y).pop();
    assert_eq!(last, Some(Event::Exited { reason: Exit::Deregistered, queued }));
    assert!(world.server.groups[&name("g")].members.is_empty());
}

#[test]
fn an_interrupt_waits_for_the_command_under_way_and_only_for_that() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    world.say(x, Command::Interrupt);
    let waiting = world.client(x).clone();
    world.say(x, Command::Interrupt);
    assert_eq!(*world.client(x), waiting);
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [Event::NotReady(Command::ListGroups)]);
    world.lose_nothing();
    world.fire(x, Timer::Attempt);
    assert_eq!(world.told(x), [Event::Groups(Vec::new()), exited(Exit::Deregistered)]);
}

#[test]
fn an_interrupt_while_registering_leaves_as_soon_as_registered() {
    let mut world = World::new(Limits::default());
    world.lose(|dst, _| dst == SERVER);
    let x = world.start(1, "X");
    world.say(x, Command::Interrupt);
    world.lose_nothing();
    world.fire(x, Timer::Attempt);
    assert_eq!(world.told(x).last(), Some(&exited(Exit::Deregistered)));
}

#[test]
fn a_request_is_sent_as_often_as_the_limit_says_then_the_client_ends_with_its_queue() {
    let mut world = World::new(Limits { attempts: 3, ..Limits::default() });
    let [y] = world.members(["Y"]);
    let x = world.join("X");
    world.say(x, Command::Send { to: name("Y"), text: text("hi") });
    world.told(y);
    world.lose(|dst, _| dst == SERVER);
    world.forget();
    world.say(y, Command::ListMembers);
    world.fire(y, Timer::Attempt);
    world.fire(y, Timer::Attempt);
    assert_eq!(world.ups(y).len(), 3);
    assert_eq!(world.told(y), []);
    world.fire(y, Timer::Attempt);
    assert_eq!(world.ups(y).len(), 3);
    let queued = vec![(name("X"), text("hi"))];
    assert_eq!(world.told(y), [Event::Exited { reason: Exit::ServerSilent, queued }]);
}

#[test]
fn a_lost_session_shows_the_queue_and_registers_again() {
    let mut world = World::new(Limits::default());
    let [y] = world.members(["Y"]);
    let x = world.join("X");
    world.say(x, Command::Send { to: name("Y"), text: text("hi") });
    world.told(y);
    let first = world.session(y);
    world.up(y, Up::Request { number: RequestNumber(50), request: Request::Deregister });
    // A request that comes too late learns of it.
    world.say(y, Command::ListMembers);
    let told = world.told(y);
    let lost = told.iter().position(|event| *event == Event::SessionLost).expect("it is told");
    assert_eq!(told[lost + 1], Event::Direct { from: name("X"), text: text("hi") });
    assert!(told[lost + 1..].contains(&Event::Registered));
    assert!(world.session(y) > first);
    assert_eq!(world.own(y).mode.group(), None);
}

#[test]
fn who_wanted_to_leave_and_has_lost_its_session_has_left() {
    for leaving in [Command::Quit, Command::Dereg(name("X"))] {
        let mut world = World::new(Limits::default());
        let x = world.join("X");
        world.lose(|dst, _| dst == SERVER);
        world.say(x, leaving);
        world.down(x, Down::Gone);
        assert_eq!(world.told(x), [exited(Exit::Deregistered)]);
    }
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    world.say(x, Command::Interrupt);
    world.down(x, Down::Gone);
    assert_eq!(world.told(x), [exited(Exit::Deregistered)]);
    assert!(matches!(world.client(x).phase, Phase::Exited(_)));
}

#[test]
fn a_session_that_has_ended_gets_its_last_reply_again_and_else_learns_that_it_has_ended() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let pass = world.pass(x);
    let request = |number| Packet::Up {
        pass,
        up: Up::Request { number: RequestNumber(number), request: Request::Deregister },
    };
    world.deliver(x, SERVER, request(5));
    world.forget();
    world.deliver(x, SERVER, request(5));
    let number = RequestNumber(5);
    assert_eq!(world.downs(x), [&Down::Reply { number, reply: Reply::Deregistered }]);
    for up in [request(4), request(6), Packet::Up { pass, up: Up::UpdateAck(Version(1)) }] {
        world.forget();
        world.lose(|dst, _| dst != SERVER);
        world.deliver(x, SERVER, up);
        assert_eq!(world.sent(SERVER, x), [&Packet::Down { pass, down: Down::Gone }]);
    }
    // So does a session that nobody knows.
    let pass = Pass { session: Session(7), token: Token::default() };
    world.deliver(9, SERVER, Packet::Up { pass, up: Up::Alive(Version(1)) });
    assert_eq!(world.sent(SERVER, 9), [&Packet::Down { pass, down: Down::Gone }]);
}

#[test]
fn nobody_speaks_for_a_session_without_its_token_and_its_address() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let pass = world.pass(x);
    let false_pass = Pass { token: Token::default(), ..pass };
    world.forget();
    for (src, pass) in [(9, pass), (x, false_pass), (9, false_pass)] {
        let up = Up::Request { number: RequestNumber(1), request: Request::Deregister };
        world.deliver(src, SERVER, Packet::Up { pass, up });
        assert!(world.sent(SERVER, src).is_empty());
    }
    assert!(world.server.online(pass.session).is_some());
    // Nor can anybody say to a client that its session is gone.
    for (src, pass) in [(9, pass), (SERVER, false_pass)] {
        world.deliver(src, x, Packet::Down { pass, down: Down::Gone });
    }
    assert_eq!(world.told(x), []);
}

#[test]
fn whoever_goes_offline_leaves_nothing_waiting() {
    let mut world = World::new(Limits { attempts: 1, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    let session = world.session(y);
    world.cut_off(y);
    world.say(x, Command::SendGroup(text("hi")));
    world.join("Z");
    world.start(9, "Y");
    assert!(world.is_armed(SERVER, Timer::Probe(session)) && world.is_armed(SERVER, Timer::Post(session)));
    assert!(world.is_armed(SERVER, Timer::Update(session)));
    world.fire(SERVER, Timer::Probe(session));
    assert!(!world.is_armed(SERVER, Timer::Update(session)) && !world.is_armed(SERVER, Timer::Post(session)));
    assert_eq!((world.server.window.unanswered, world.server.posts), (0, 0));
}

fn exited(reason: Exit) -> Event {
    Event::Exited { reason, queued: Vec::new() }
}
