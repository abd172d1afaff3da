//! Direct messages.

use model::client::Pending;
use model::ids::{DirectNumber, PairSecret, Session};
use model::packet::{Down, Packet, Request, Up, Verdict};
use model::{Command, Event, Limits, Timer};

use crate::world::{SERVER, World, name, text};

#[test]
fn a_direct_message_is_shown_and_acked() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(x, send("Y", "hi"));
    world.say(x, send("Y", "there"));
    let received = Event::DirectReceived { by: name("Y") };
    assert_eq!(world.told(x), [received.clone(), Event::Ready, received, Event::Ready]);
    assert_eq!(world.told(y), [direct("X", "hi"), direct("X", "there")]);
}

#[test]
fn nobody_of_that_name_is_told_at_once() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.say(x, send("Y", "hi"));
    assert_eq!(world.told(x), [Event::UnknownPerson(name("Y")), Event::Ready]);
}

#[test]
fn a_repeat_is_acked_again_and_shown_once_and_an_older_copy_is_ignored() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(x, send("Y", "one"));
    world.say(x, send("Y", "two"));
    let copies: Vec<Packet> = world.sent(x, y).into_iter().cloned().collect();
    world.told(y);
    world.forget();
    world.deliver(x, y, copies[1].clone());
    assert_eq!(world.sent(y, x).len(), 1);
    world.deliver(x, y, copies[0].clone());
    assert_eq!(world.sent(y, x).len(), 1);
    assert_eq!(world.told(y), []);
    assert_eq!(world.told(x).len(), 4, "nothing new");
}

#[test]
fn only_an_online_session_at_its_own_address_is_listened_to() {
    let mut world = World::new(Limits::default());
    let (x, y, z) = (world.join("X"), world.join("Y"), world.join("Z"));
    let (from, to) = (world.session(x), world.session(y));
    let (secret, of_others) = (world.key().pair(from, to), world.key().pair(world.session(z), to));
    let with = |sender: &str, from: Session, to: Session, secret| Packet::Direct {
        sender: name(sender),
        from,
        to,
        secret,
        number: DirectNumber(1),
        text: text("hi"),
    };
    let packet = |sender: &str, from: Session, to: Session| with(sender, from, to, secret);
    world.forget();
    world.deliver(z, y, packet("X", from, to));
    world.deliver(x, y, packet("X", Session(77), to));
    world.deliver(x, y, packet("X", from, Session(77)));
    world.deliver(x, y, packet("nobody", from, to));
    world.deliver(x, y, with("X", from, to, PairSecret::default()));
    world.deliver(x, y, with("X", from, to, of_others));
    assert_eq!(world.told(y), []);
    assert!(world.sent(y, x).is_empty() && world.sent(y, z).is_empty());
    world.say(x, Command::Quit);
    world.told(y);
    world.deliver(x, y, packet("X", from, to));
    assert_eq!(world.told(y), []);
}

#[test]
fn only_the_ack_that_is_waited_for_counts() {
    let mut world = World::new(Limits::default());
    let (x, y, z) = (world.join("X"), world.join("Y"), world.join("Z"));
    let (to, from) = (world.session(x), world.session(y));
    world.lose(move |dst, _| dst == y);
    world.say(x, send("Y", "hi"));
    let (secret, of_others) = (world.key().pair(from, to), world.key().pair(world.session(z), to));
    let with = |from, to, secret, number| Packet::DirectAck {
        from,
        to,
        secret,
        number: DirectNumber(number),
        verdict: Verdict::Accepted,
    };
    let ack = |from, to, number| with(from, to, secret, number);
    world.deliver(z, x, ack(from, to, 1));
    world.deliver(y, x, ack(Session(77), to, 1));
    world.deliver(y, x, ack(from, Session(77), 1));
    world.deliver(y, x, ack(from, to, 2));
    world.deliver(y, x, with(from, to, PairSecret::default(), 1));
    world.deliver(y, x, with(from, to, of_others, 1));
    assert_eq!(world.told(x), []);
    assert!(matches!(world.client(x).pending(), Some(Pending::Direct(_))));
    world.deliver(y, x, ack(from, to, 1));
    assert_eq!(world.told(x), [Event::DirectReceived { by: name("Y") }, Event::Ready]);
}

#[test]
fn an_unacked_direct_message_is_sent_as_often_as_the_limit_says_then_its_receiver_reported() {
    let mut world = World::new(Limits { attempts: 3, ..Limits::default() });
    let (x, y) = (world.join("X"), world.join("Y"));
    let session = world.session(y);
    world.cut_off(y);
    world.forget();
    world.say(x, send("Y", "hi"));
    world.fire(x, Timer::Attempt);
    world.fire(x, Timer::Attempt);
    assert_eq!(world.sent(x, y).len(), 3);
    assert_eq!(world.told(x), []);
    world.fire(x, Timer::Attempt);
    assert_eq!(world.sent(x, y).len(), 3);
    assert_eq!(world.told(x), [Event::NoAck { from: name("Y") }, Event::Ready]);
    assert!(
        matches!(world.ups(x)[..], [Up::Request { request: Request::Report(reported), .. }] if *reported == session)
    );
    assert!(matches!(world.downs(y)[..], [Down::Probe(_)]));
}

#[test]
fn a_reported_client_that_lives_stays_and_one_that_does_not_is_taken_offline() {
    let mut world = World::new(Limits { attempts: 2, ..Limits::default() });
    let (x, y) = (world.join("X"), world.join("Y"));
    let session = world.session(y);
    let report = |world: &mut World| {
        world.say(x, send("Y", "hi"));
        world.fire(x, Timer::Attempt);
        world.fire(x, Timer::Attempt);
    };
    // Only the acks get lost.
    world.lose(|_, packet| matches!(packet, Packet::DirectAck { .. }));
    report(&mut world);
    assert!(!world.is_armed(SERVER, Timer::Probe(session)));
    assert!(world.server.online(session).is_some());
    world.cut_off(y);
    report(&mut world);
    // A second report adds no second probe.
    world.forget();
    report(&mut world);
    assert!(world.downs(y).is_empty());
    // An answer to an earlier probe is no answer to this one.
    world.up(y, Up::Alive(model::ids::Version(0)));
    assert!(world.is_armed(SERVER, Timer::Probe(session)));
    world.fire(SERVER, Timer::Probe(session));
    assert!(world.server.online(session).is_some());
    assert_eq!(world.downs(y).len(), 1);
    world.fire(SERVER, Timer::Probe(session));
    assert!(world.server.online(session).is_none());
    assert_eq!(world.downs(y).len(), 1);
}

#[test]
fn direct_messages_wait_in_a_group_and_are_refused_when_too_many_wait() {
    let mut world = World::new(Limits { queued: 2, ..Limits::default() });
    let [y] = world.members(["Y"]);
    let x = world.join("X");
    for text in ["one", "two", "three"] {
        world.say(x, send("Y", text));
    }
    let (queued, refused) = (Event::DirectQueued { at: name("Y") }, Event::DirectRefused { by: name("Y") });
    assert_eq!(world.told(x), [queued.clone(), Event::Ready, queued, Event::Ready, refused, Event::Ready]);
    assert_eq!(world.told(y), [Event::Queued { waiting: 1 }, Event::Queued { waiting: 2 }]);
    // A copy of the refused one gets the same verdict, also when there is room again.
    let copy = world.sent(x, y)[2].clone();
    world.say(y, Command::LeaveGroup);
    assert_eq!(world.told(y), [Event::Left(name("g")), direct("X", "one"), direct("X", "two"), Event::Ready]);
    world.forget();
    world.deliver(x, y, copy);
    assert!(matches!(world.sent(y, x)[..], [Packet::DirectAck { verdict: Verdict::QueueFull, .. }]));
    assert_eq!(world.told(y), []);
}

#[test]
fn direct_messages_go_on_while_the_server_is_silent() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.lose(|dst, _| dst == SERVER);
    world.say(x, send("Y", "hi"));
    assert_eq!(world.told(y), [direct("X", "hi")]);
}

fn send(to: &str, it: &str) -> Command {
    Command::Send { to: name(to), text: text(it) }
}

fn direct(from: &str, it: &str) -> Event {
    Event::Direct { from: name(from), text: text(it) }
}
