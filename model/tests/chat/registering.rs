//! Registering.

use model::client::Phase;
use model::event::{Exit, Person};
use model::ids::{Cookie, Nonce, Session, Token, Version};
use model::packet::{Down, Refusal};
use model::{Command, Event, Limits, Packet, Timer};
use stateright::actor::Id;

use crate::world::{SERVER, World, name};

#[test]
fn a_client_proves_its_address_and_gets_a_session() {
    let mut world = World::new(Limits::default());
    let x = world.start(1, "X");
    let sent = world.sent(x, SERVER);
    let cookies: Vec<Cookie> = (sent.iter())
        .filter_map(|packet| match packet {
            Packet::Register { cookie, .. } => Some(*cookie),
            _ => None,
        })
        .collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0] == Cookie::NONE && cookies[1] != Cookie::NONE);
    assert_eq!(world.session(x), Session(100));
    let own = Person { name: name("X"), address: Id::from(x), online: true };
    assert_eq!(
        world.told(x),
        [Event::Registering, Event::Registered, Event::Ready, Event::Directory(vec![own])]
    );
}

#[test]
fn a_repeated_registration_gets_the_same_session_and_only_that_one() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let taken = world.sent(x, SERVER)[1].clone();
    let Packet::Register { nonce, cookie, .. } = taken.clone() else { unreachable!() };
    world.forget();
    world.deliver(x, SERVER, taken.clone());
    let pass = world.pass(x);
    assert_eq!(world.sent(SERVER, x), [&Packet::Welcome { nonce, pass }]);
    // From elsewhere, under another name, and with another nonce it is another registration.
    for (address, name, nonce) in [(9, name("X"), nonce), (x, name("Y"), nonce), (x, name("X"), Nonce(4711))]
    {
        world.forget();
        world.deliver(address, SERVER, Packet::Register { name, nonce, cookie });
        assert!(matches!(world.sent(SERVER, address)[..], [Packet::Challenge { .. }]));
    }
    assert_eq!(world.server.next_session, Session(101));
    // Once the session has ended it proves nothing any more.
    world.say(x, Command::Quit);
    world.forget();
    world.deliver(x, SERVER, taken);
    assert!(matches!(world.sent(SERVER, x)[..], [Packet::Challenge { .. }]));
}

#[test]
fn a_name_or_address_that_is_held_is_refused_and_its_holder_probed() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.cut_off(x);
    let session = world.session(x);
    let other = world.start(2, "X");
    assert_eq!(world.told(other).last(), Some(&exited(Exit::NameTaken)));
    assert!(world.is_armed(SERVER, Timer::Probe(session)));
    assert_eq!(world.downs(x).iter().filter(|down| matches!(down, Down::Probe(_))).count(), 1);
    // One probe at a time.
    world.start(3, "X");
    assert_eq!(world.downs(x).iter().filter(|down| matches!(down, Down::Probe(_))).count(), 1);

    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let session = world.session(x);
    world.lose(|_, packet| matches!(packet, Packet::Down { .. }));
    world.start(x, "Z");
    assert_eq!(world.told(x).last(), Some(&exited(Exit::AddressTaken)));
    assert!(world.is_armed(SERVER, Timer::Probe(session)));
}

#[test]
fn the_name_of_the_server_is_refused() {
    let mut world = World::new(Limits::default());
    let x = world.start(1, "Server");
    assert_eq!(world.told(x), [Event::Registering, exited(Exit::NameReserved)]);
}

#[test]
fn a_full_directory_gives_up_the_name_that_has_been_offline_for_longest() {
    let mut world = World::new(Limits { clients: 2, ..Limits::default() });
    let (x, y) = (world.join("X"), world.join("Y"));
    let full = world.start(3, "Z");
    assert_eq!(world.told(full).last(), Some(&exited(Exit::ServerFull)));
    world.say(y, Command::Quit);
    world.say(x, Command::Quit);
    // Y left first.
    world.start(4, "Z");
    assert_eq!(online(&world), [("X".into(), false), ("Z".into(), true)]);
    assert_eq!(world.server.sessions.len(), 2);
    world.start(5, "Y");
    assert_eq!(online(&world), [("Y".into(), true), ("Z".into(), true)]);
    assert_eq!(world.client(4).directory.entries().count(), 2);
}

#[test]
fn a_name_whose_holder_is_offline_is_registered_anew_in_its_place() {
    let mut world = World::new(Limits::default());
    let (x, _) = (world.join("X"), world.join("Y"));
    world.say(x, Command::Quit);
    let again = world.start(3, "X");
    assert_eq!(world.session(again), Session(102));
    assert_eq!(online(&world), [("X".into(), true), ("Y".into(), true)]);
    assert_eq!(world.server.sessions.len(), 2);
}

#[test]
fn an_unanswered_registration_is_sent_as_often_as_the_limit_says() {
    let mut world = World::new(Limits { attempts: 3, ..Limits::default() });
    world.lose(|dst, _| dst == SERVER);
    let x = world.start(1, "X");
    world.fire(x, Timer::Attempt);
    world.fire(x, Timer::Attempt);
    assert_eq!(world.sent(x, SERVER).len(), 3);
    assert_eq!(world.told(x), [Event::Registering]);
    world.fire(x, Timer::Attempt);
    assert_eq!(world.sent(x, SERVER).len(), 3);
    assert_eq!(world.told(x), [exited(Exit::ServerSilent)]);
}

#[test]
fn a_challenge_is_no_attempt() {
    let mut world = World::new(Limits { attempts: 2, ..Limits::default() });
    world.lose(|_, packet| matches!(packet, Packet::Welcome { .. }));
    let x = world.start(1, "X");
    assert_eq!(world.client(x).registering().map(|it| it.attempts), Some(1));
    world.fire(x, Timer::Attempt);
    assert_eq!(world.client(x).registering().map(|it| it.attempts), Some(2));
}

#[test]
fn answers_to_another_registration_are_ignored() {
    let mut world = World::new(Limits::default());
    world.lose(|dst, _| dst == SERVER);
    let x = world.start(1, "X");
    let before = world.client(x).clone();
    let nonce = Nonce(4711);
    let pass = model::ids::Pass { session: Session(1), token: Token::default() };
    world.forget();
    world.deliver(SERVER, x, Packet::Challenge { nonce, cookie: Cookie([1; 16]) });
    world.deliver(SERVER, x, Packet::Welcome { nonce, pass });
    world.deliver(SERVER, x, Packet::Refused { nonce, refusal: Refusal::Full });
    // Nor does anybody but the server answer.
    let nonce = before.registering().unwrap().nonce;
    world.deliver(7, x, Packet::Refused { nonce, refusal: Refusal::Full });
    world.deliver(7, x, Packet::Welcome { nonce, pass });
    assert_eq!(*world.client(x), before);
    assert!(world.sent(x, SERVER).is_empty());
}

#[test]
fn a_new_session_starts_the_directory_anew() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(y, Command::Send { to: name("X"), text: crate::world::text("hi") });
    assert!(!world.client(x).heard.is_empty() && world.client(x).directory.version > Version(0));
    world.lose(|dst, _| dst == SERVER);
    world.down(x, Down::Gone);
    let nonce = world.client(x).registering().unwrap().nonce;
    let pass = model::ids::Pass { session: Session(500), token: Token::default() };
    world.deliver(SERVER, x, Packet::Welcome { nonce, pass });
    let directory = &world.client(x).directory;
    assert_eq!(directory.version, Version(0));
    assert!(directory.entries().next().is_none() && world.client(x).heard.is_empty());
}

#[test]
fn the_directory_is_kept_until_there_is_a_new_session() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(y, Command::Send { to: name("X"), text: crate::world::text("hi") });
    let nonce = world.client(x).nonce;
    world.lose(|dst, packet| dst == 1 && matches!(packet, Packet::Down { .. }));
    world.down(x, Down::Gone);
    assert!(world.client(x).nonce > nonce);
    assert!(world.client(x).directory.version > Version(0) && !world.client(x).heard.is_empty());
}

fn exited(reason: Exit) -> Event {
    Event::Exited { reason, queued: Vec::new() }
}

fn online(world: &World) -> Vec<(String, bool)> {
    let directory = &world.server.directory;
    let people = directory.people();
    assert_eq!(directory.entries().count(), people.len());
    people.iter().map(|person| (person.name.to_string(), person.online)).collect()
}

#[test]
fn who_has_exited_is_done() {
    let mut world = World::new(Limits::default());
    let x = world.start(1, "Server");
    world.told(x);
    world.say(x, Command::Interrupt);
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), []);
    assert!(matches!(world.client(x).phase, Phase::Exited(Exit::NameReserved)));
}
