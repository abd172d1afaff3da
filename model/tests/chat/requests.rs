//! Requests, and what actors have no ear for.

use model::ids::RequestNumber;
use model::packet::{Down, Packet, Reply, Request, Up};
use model::{Client, Command, Event, Limits, Message, Server, Timer, console};
use stateright::actor::Actor;

use crate::world::{SERVER, World, name};

#[test]
fn a_repeat_of_the_last_request_gets_the_same_reply_and_an_older_one_nothing() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let create = |number, group: &str| Up::Request {
        number: RequestNumber(number),
        request: Request::CreateGroup(name(group)),
    };
    world.forget();
    world.up(x, create(5, "g"));
    world.up(x, create(5, "g"));
    let reply = Down::Reply { number: RequestNumber(5), reply: Reply::GroupCreated };
    assert_eq!(world.downs(x), [&reply, &reply]);
    world.up(x, create(4, "h"));
    assert_eq!(world.downs(x).len(), 2);
    assert_eq!(world.server.groups.len(), 1);
}

#[test]
fn only_the_reply_that_is_waited_for_counts() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::CreateGroup(name("g")));
    world.down(x, Down::Reply { number: RequestNumber(2), reply: Reply::GroupCreated });
    assert_eq!(world.told(x), []);
    world.down(x, Down::Reply { number: RequestNumber(1), reply: Reply::GroupCreated });
    world.down(x, Down::Reply { number: RequestNumber(1), reply: Reply::GroupCreated });
    assert_eq!(world.told(x), [Event::GroupCreated(name("g")), Event::Ready]);
}

#[test]
fn a_reply_that_does_not_fit_ends_the_command() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::CreateGroup(name("g")));
    world.down(x, Down::Reply { number: RequestNumber(1), reply: Reply::Left });
    assert_eq!(world.told(x), [Event::InvalidCommand, Event::Ready]);
}

#[test]
fn one_command_at_a_time() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    let before = world.client(x).clone();
    world.say(x, Command::CreateGroup(name("g")));
    assert_eq!(world.told(x), [Event::NotReady(Command::CreateGroup(name("g")))]);
    assert_eq!(*world.client(x), before);
}

#[test]
fn commands_come_from_the_console_only() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    assert!(world.ignores(x, 9.into(), Message::Command(Command::Quit)));
    assert!(world.ignores(SERVER, console(), Message::Command(Command::Quit)));
}

#[test]
fn a_second_interrupt_is_no_step() {
    let mut world = World::new(Limits::default());
    world.lose(|dst, _| dst == SERVER);
    let x = world.start(1, "X");
    let interrupt = Message::Command(Command::Interrupt);
    assert!(!world.ignores(x, console(), interrupt.clone()));
    world.say(x, Command::Interrupt);
    assert!(world.ignores(x, console(), interrupt));
}

#[test]
fn a_probe_is_answered_with_what_it_asked() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.forget();
    world.down(x, Down::Probe(model::ids::Version(7)));
    assert_eq!(world.ups(x), [&Up::Alive(model::ids::Version(7))]);
}

#[test]
fn actors_are_called_by_their_names() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let config = config(&world, x);
    let server = Server {
        config: model::ServerConfig {
            key: model::ids::Key([7; 16]),
            first_session: model::ids::Session(1),
            durable: false,
            limits: config.limits,
            timing: config.timing,
        },
    };
    assert_eq!((server.name(), Client { config }.name()), ("server".to_owned(), "X".to_owned()));
}

#[test]
fn an_answer_stops_the_attempts() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.say(x, Command::ListGroups);
    assert!(!world.is_armed(x, Timer::Attempt));
    let sent = world.sent(x, SERVER);
    assert!(sent.iter().any(|packet| matches!(packet, Packet::Up { up: Up::Request { .. }, .. })));
}

fn config(world: &World, who: usize) -> model::ClientConfig {
    model::ClientConfig {
        name: name("X"),
        server: SERVER.into(),
        nonce: world.client(who).nonce,
        reconnect: None,
        limits: Limits::default(),
        timing: model::Timing::default(),
    }
}
