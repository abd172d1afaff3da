//! Buckets: who asks too much waits, and strangers are answered only so often.

use model::ids::{Cookie, Nonce, Pass, RequestNumber, Session, Token, Version};
use model::packet::{Down, Reply, Request, Up};
use model::server::Bucket;
use model::{Command, Event, Limits, Message, Packet, Timer};
use stateright::actor::Id;

use crate::world::{SERVER, World, name, text};

fn limits() -> Limits {
    Limits { burst: 2, strangers: 2, ..Limits::default() }
}

fn create(number: u64, group: &str) -> Up {
    Up::Request { number: RequestNumber(number), request: Request::CreateGroup(name(group)) }
}

#[test]
fn a_burst_is_carried_out_at_once_and_what_comes_after_it_waits() {
    let (mut world, x) = (World::new(limits()), 1);
    world.start(x, "X");
    world.hold_refills();
    let session = world.session(x);
    for number in 1..=3 {
        world.up(x, create(number, &format!("g{number}")));
    }
    assert_eq!(world.server.groups.len(), 2);
    assert!(world.is_armed(SERVER, Timer::Refill(session)));
    // The next permit is its own, so the bucket stays as empty as it was.
    world.fire(SERVER, Timer::Refill(session));
    assert_eq!(world.server.groups.len(), 3);
    assert_eq!(world.server.online(session).unwrap().bucket, Bucket { spent: 2, deferred: None });
    for spent in [1, 0] {
        world.fire(SERVER, Timer::Refill(session));
        assert_eq!(world.server.online(session).unwrap().bucket.spent, spent);
    }
    assert!(!world.is_armed(SERVER, Timer::Refill(session)));
}

#[test]
fn a_person_who_types_fast_notices_nothing_but_a_wait() {
    let (mut world, x) = (World::new(Limits { burst: 1, ..Limits::default() }), 1);
    world.start(x, "X");
    world.hold_refills();
    world.say(x, Command::CreateGroup(name("g")));
    world.told(x);
    world.say(x, Command::JoinGroup(name("g")));
    assert_eq!(world.told(x), []);
    world.fire(SERVER, Timer::Refill(world.session(x)));
    assert_eq!(world.told(x), [Event::Joined(name("g")), Event::Ready]);
}

#[test]
fn one_request_waits_at_most_and_it_is_the_newest() {
    let (mut world, x) = (World::new(limits()), 1);
    world.start(x, "X");
    world.hold_refills();
    let session = world.session(x);
    world.up(x, create(1, "a"));
    world.up(x, create(2, "b"));
    world.up(x, create(3, "c"));
    world.up(x, create(4, "d"));
    // A repeat of what waits, and what is older than that, change nothing.
    for late in [create(4, "d"), create(3, "c")] {
        let up = Message::Packet(Packet::Up { pass: world.pass(x), up: late });
        assert!(world.ignores(SERVER, Id::from(x), up));
    }
    world.fire(SERVER, Timer::Refill(session));
    let groups: Vec<&str> = world.server.groups.keys().map(model::Name::as_str).collect();
    assert_eq!(groups, ["a", "b", "d"]);
}

#[test]
fn whatever_draws_an_answer_takes_a_permit_and_acks_take_none() {
    let (mut world, x) = (World::new(limits()), 1);
    world.start(x, "X");
    world.up(x, create(1, "g"));
    world.hold_refills();
    let session = world.session(x);
    let spent = |world: &World| world.server.online(session).unwrap().bucket.spent;
    world.up(x, Up::Alive(Version(1)));
    world.up(x, Up::UpdateAck(Version(1)));
    assert_eq!(spent(&world), 0);
    world.forget();
    world.up(x, create(1, "g"));
    world.up(x, Up::PostAck { join: RequestNumber(9), next: model::ids::Index(0) });
    assert_eq!((spent(&world), world.downs(x).len()), (2, 2));
    // With no permit left there is no answer, and nothing is remembered.
    for up in [create(1, "g"), Up::PostAck { join: RequestNumber(9), next: model::ids::Index(0) }] {
        let up = Message::Packet(Packet::Up { pass: world.pass(x), up });
        assert!(world.ignores(SERVER, Id::from(x), up));
    }
}

#[test]
fn a_repeated_registration_takes_a_permit_of_its_session() {
    let (mut world, x) = (World::new(limits()), 1);
    world.start(x, "X");
    let registered = world.sent(x, SERVER)[1].clone();
    world.hold_refills();
    world.forget();
    for _ in 0..5 {
        world.deliver(x, SERVER, registered.clone());
    }
    assert_eq!(world.sent(SERVER, x).len(), 2);
}

#[test]
fn strangers_are_answered_only_so_often() {
    let mut world = World::new(limits());
    world.hold_refills();
    let register = |nonce| Packet::Register { name: name("X"), nonce: Nonce(nonce), cookie: Cookie::NONE };
    let late = || {
        let pass = Pass { session: Session(4711), token: Token([9; 16]) };
        Packet::Up { pass, up: Up::Alive(Version(0)) }
    };
    for nonce in 0..5 {
        world.deliver(9, SERVER, register(nonce));
        world.deliver(9, SERVER, late());
    }
    assert_eq!(world.sent(SERVER, 9).len(), 2);
    assert!(world.ignores(SERVER, Id::from(9), Message::Packet(register(1))));
    assert!(world.ignores(SERVER, Id::from(9), Message::Packet(late())));
    world.fire(SERVER, Timer::Strangers);
    world.deliver(9, SERVER, register(7));
    assert_eq!(world.sent(SERVER, 9).len(), 3);
    world.fire(SERVER, Timer::Strangers);
    world.fire(SERVER, Timer::Strangers);
    assert!(world.server.strangers.is_empty() && !world.is_armed(SERVER, Timer::Strangers));
}

#[test]
fn a_flood_from_one_address_leaves_others_alone() {
    let mut world = World::new(limits());
    world.hold_refills();
    for nonce in 0..50 {
        let nonce = Nonce(nonce);
        world.deliver(900, SERVER, Packet::Register { name: name("X"), nonce, cookie: Cookie::NONE });
    }
    let answered = (1..=20).filter(|&address| {
        world.start(address, &format!("Y{address}"));
        world.client(address).registered().is_some()
    });
    assert!(answered.count() >= 18, "two in 255 buckets may share the flooded one");
}

#[test]
fn whoever_has_proven_its_address_needs_no_permit_to_register() {
    let mut world = World::new(limits());
    world.hold_refills();
    let x = name("X");
    world.deliver(7, SERVER, Packet::Register { name: x.clone(), nonce: Nonce(1), cookie: Cookie::NONE });
    let Packet::Challenge { cookie, .. } = *world.sent(SERVER, 7)[0] else { panic!("no challenge") };
    for nonce in 2..50 {
        world.deliver(
            7,
            SERVER,
            Packet::Register { name: x.clone(), nonce: Nonce(nonce), cookie: Cookie::NONE },
        );
    }
    // Others come meanwhile, so the cookie is old; it is challenged again all the same.
    world.start(1, "Y");
    world.forget();
    world.deliver(7, SERVER, Packet::Register { name: x.clone(), nonce: Nonce(50), cookie });
    let Packet::Challenge { cookie, .. } = *world.sent(SERVER, 7)[0] else { panic!("no challenge") };
    world.forget();
    world.deliver(7, SERVER, Packet::Register { name: x, nonce: Nonce(51), cookie });
    assert!(matches!(world.sent(SERVER, 7)[0], Packet::Welcome { .. }));
}

#[test]
fn a_session_that_ends_takes_its_bucket_with_it() {
    let (mut world, x) = (World::new(limits()), 1);
    world.start(x, "X");
    world.hold_refills();
    let (session, pass) = (world.session(x), world.pass(x));
    world.up(x, create(1, "g"));
    world.up(x, Up::Request { number: RequestNumber(2), request: Request::Deregister });
    assert!(!world.is_armed(SERVER, Timer::Refill(session)));
    // What it asks now counts as asked by a stranger.
    world.forget();
    for _ in 0..5 {
        world.deliver(
            x,
            SERVER,
            Packet::Up { pass, up: Up::Request { number: RequestNumber(2), request: Request::Deregister } },
        );
    }
    let reply = Down::Reply { number: RequestNumber(2), reply: Reply::Deregistered };
    assert!(world.downs(x).len() <= 2 && world.downs(x).into_iter().all(|down| *down == reply));
}

#[test]
fn without_limits_nobody_waits_and_no_bucket_is_kept() {
    let (mut world, x) = (World::new(Limits { burst: 0, strangers: 0, ..Limits::default() }), 1);
    world.start(x, "X");
    world.hold_refills();
    world.up(x, Up::Request { number: RequestNumber(1), request: Request::CreateGroup(name("g")) });
    world.up(x, Up::Request { number: RequestNumber(2), request: Request::JoinGroup(name("g")) });
    for number in 3..100 {
        let request = Request::Post(text("hello"));
        world.up(x, Up::Request { number: RequestNumber(number), request });
    }
    assert_eq!(world.server.groups[&name("g")].next.0, 97);
    world.up(x, Up::PostAck { join: RequestNumber(9), next: model::ids::Index(0) });
    assert_eq!(world.server.online(world.session(x)).unwrap().bucket, Bucket::default());
    assert!(world.server.strangers.is_empty());
}
