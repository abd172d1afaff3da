//! What the operator orders.

use model::client::Phase;
use model::event::Exit;
use model::ids::{RequestNumber, Stop};
use model::notice::KickRefusal;
use model::packet::{Down, Packet, Request, Up};
use model::{Command, Event, Limits, Message, Notice, Order, Timer, console};

use crate::world::{SERVER, World, name, text};

#[test]
fn a_kick_takes_effect_at_once_and_everybody_is_told() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    let z = world.join("Z");
    world.say(z, Command::Send { to: name("Y"), text: text("hi") });
    let session = world.session(y);
    world.told(x);
    world.told(y);
    world.forget();
    world.order(Order::Kick(name("Y")));
    assert!(world.server.online(session).is_none());
    assert_eq!(world.server.groups[&name("g")].members.keys().cloned().collect::<Vec<_>>(), [name("X")]);
    let queued = vec![(name("Z"), text("hi"))];
    assert_eq!(world.told(y), [Event::Exited { reason: Exit::Kicked, queued }]);
    let offline = |event: &Event| {
        matches!(event, Event::Directory(people)
        if people.iter().any(|person| person.name == name("Y") && !person.online))
    };
    assert!(world.told(x).iter().any(offline));
    assert_eq!(world.notices(), [Notice::Kicked { name: name("Y") }]);
}

#[test]
fn a_client_that_has_not_heard_of_its_kick_hears_of_it_whatever_it_says() {
    let ups = |version| {
        [
            Up::Request { number: RequestNumber(50), request: Request::ListGroups { after: None } },
            Up::UpdateAck(version),
            Up::Alive(version),
        ]
    };
    for kind in 0..3 {
        let mut world = World::new(Limits::default());
        let x = world.join("X");
        world.cut_off(x);
        world.order(Order::Kick(name("X")));
        world.lose_nothing();
        assert_eq!(world.told(x), []);
        let version = world.client(x).directory.version;
        world.up(x, ups(version)[kind].clone());
        assert_eq!(world.told(x), [exited(Exit::Kicked)], "{kind}");
    }
}

#[test]
fn only_the_kicked_session_from_its_own_address_is_told() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.cut_off(x);
    world.order(Order::Kick(name("X")));
    let pass = world.pass(x);
    world.deliver(9, SERVER, Packet::Up { pass, up: Up::UpdateAck(model::ids::Version(1)) });
    assert!(world.sent(SERVER, 9).is_empty());
}

#[test]
fn a_command_under_way_ends_with_the_kick() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    world.lose_nothing();
    world.order(Order::Kick(name("X")));
    assert_eq!(world.told(x), [exited(Exit::Kicked)]);
    assert!(matches!(world.client(x).phase, Phase::Exited(Exit::Kicked)));
    assert!(!world.is_armed(x, Timer::Attempt));
}

#[test]
fn a_kicked_name_is_free_and_its_old_session_still_knows_nothing() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let old = world.pass(x);
    world.order(Order::Kick(name("X")));
    let again = world.start(7, "X");
    assert!(world.session(again) > old.session);
    world.forget();
    world.deliver(x, SERVER, Packet::Up { pass: old, up: Up::UpdateAck(model::ids::Version(1)) });
    assert_eq!(world.sent(SERVER, x), [&Packet::Down { pass: old, down: Down::Gone }]);
}

#[test]
fn a_kick_is_remembered_over_a_restart() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.cut_off(x);
    world.order(Order::Kick(name("X")));
    world.restart();
    world.lose_nothing();
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [exited(Exit::Kicked)]);
}

#[test]
fn a_kick_of_somebody_who_is_not_there_is_refused_with_its_reason() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.say(x, Command::Quit);
    world.forget();
    let before = world.server.clone();
    world.order(Order::Kick(name("Q")));
    world.order(Order::Kick(name("X")));
    let refused = |of: &str, reason| Notice::KickRefused { name: name(of), reason };
    assert_eq!(world.notices(), [refused("Q", KickRefusal::Unknown), refused("X", KickRefusal::Offline)]);
    assert_eq!(world.server, before);
}

#[test]
fn only_the_console_gives_orders_and_only_a_server_takes_them() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    for order in [Order::Kick(name("X")), Order::Stop] {
        assert!(world.ignores(SERVER, 9.into(), Message::Order(order.clone())));
        assert!(world.ignores(x, console(), Message::Order(order)));
    }
}

#[test]
fn a_stop_is_told_once_to_everybody_who_is_online_and_to_nobody_else() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    let z = world.join("Z");
    world.say(z, Command::Quit);
    world.forget();
    for who in [x, y, z] {
        world.told(who);
    }
    world.order(Order::Stop);
    world.down(x, Down::Stopping(Stop(1)));
    for who in [x, y] {
        assert_eq!(world.told(who), [Event::ServerStopping]);
    }
    assert_eq!(world.told(z), []);
    assert_eq!(world.notices(), [Notice::Stopped { told: 2 }]);
}

#[test]
fn a_stopped_server_takes_and_says_nothing_more() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    world.order(Order::Stop);
    let up = Up::Request { number: RequestNumber(50), request: Request::Deregister };
    let packet = Message::Packet(Packet::Up { pass: world.pass(x), up });
    assert!(world.ignores(SERVER, x.into(), packet));
    assert!(world.ignores(SERVER, console(), Message::Order(Order::Kick(name("Y")))));
    // To its clients it is silent.
    world.told(x);
    world.say(x, Command::ListMembers);
    for _ in 0..5 {
        world.fire(x, Timer::Attempt);
    }
    assert_eq!(world.told(x), [exited(Exit::ServerSilent)]);
    assert_eq!(world.told(y), [Event::ServerStopping]);
}

#[test]
fn a_session_lasts_over_a_stop_and_is_told_of_the_next_one_too() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    world.cut_off(y);
    world.say(x, Command::SendGroup(text("a")));
    world.order(Order::Stop);
    world.lose_nothing();
    world.restart();
    assert_eq!(
        world.told(y),
        [Event::Post { from: name("X"), text: text("a"), index: model::ids::Index(0) }]
    );
    // A copy of the first stop that comes late.
    world.down(x, Down::Stopping(Stop(1)));
    let stops = |told: &[Event]| told.iter().filter(|event| **event == Event::ServerStopping).count();
    assert_eq!(stops(&world.told(x)), 1);
    world.order(Order::Stop);
    assert_eq!((stops(&world.told(x)), stops(&world.told(y))), (1, 1));
}

fn exited(reason: Exit) -> Event {
    Event::Exited { reason, queued: Vec::new() }
}
