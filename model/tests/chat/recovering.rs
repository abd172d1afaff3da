//! A server that is killed and comes back with what it has saved. That what is saved is what the server holds is checked
//! after every input of every test, in `world`.

use model::ids::{Index, RequestNumber, Session, Slot, Stop, Version};
use model::packet::{Down, Entry, Reply, Request, Up};
use model::server::Unsound;
use model::server::saved::{Part, Saved, Value};
use model::{Command, Event, Limits, Notice, ServerState, Timer};
use stateright::actor::Id;

use crate::world::{SERVER, World, name, text};

#[test]
fn sessions_and_passes_stay_valid() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    let session = world.session(x);
    world.restart();
    assert_eq!((world.told(x), world.told(y)), (vec![], vec![]), "nobody has to know");
    world.say(x, Command::SendGroup(text("a")));
    assert_eq!(world.session(x), session);
    assert_eq!(world.told(y), [Event::Post { from: name("X"), text: text("a"), index: Index(0) }]);
}

#[test]
fn the_operator_is_shown_what_there_is() {
    let mut world = World::new(Limits::default());
    world.restart();
    assert_eq!(world.notices(), [Notice::Started, Notice::Started]);
    assert!(world.tables().is_empty());
    world.members(["X", "Y"]);
    world.restart();
    let tables = world.tables();
    assert!(matches!(&tables[0], Notice::Clients(people) if people.len() == 2), "{tables:?}");
    assert!(matches!(&tables[1], Notice::Groups(groups) if groups[0].1.len() == 2), "{tables:?}");
}

#[test]
fn a_post_that_was_acknowledged_reaches_everybody_after_the_restart() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    world.cut_off(y);
    world.say(x, Command::SendGroup(text("a")));
    world.lose_nothing();
    world.restart();
    assert_eq!(world.told(y), [Event::Post { from: name("X"), text: text("a"), index: Index(0) }]);
    assert_eq!(world.server.posts, 0);
}

#[test]
fn a_request_is_answered_from_memory_after_the_restart() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    world.cut_off(x);
    world.say(x, Command::SendGroup(text("a")));
    world.lose_nothing();
    world.restart();
    world.forget();
    world.fire(x, Timer::Attempt);
    let posted = |down: &&Down| matches!(down, Down::Reply { reply: Reply::Posted(Index(0)), .. });
    assert!(world.downs(x).iter().any(posted));
    assert_eq!(world.server.groups[&name("g")].next, Index(1), "it has taken effect once");
    assert_eq!(world.told(y).len(), 1);
}

#[test]
fn a_lost_ack_only_means_that_the_post_comes_again() {
    let mut world = World::new(Limits { reach: 1, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    for it in ["a", "b", "c"] {
        world.cut_off(y);
        world.say(x, Command::SendGroup(text(it)));
        world.lose_nothing();
    }
    world.fire(SERVER, Timer::Post(world.session(y)));
    assert_eq!(world.told(y).len(), 3);
    assert!(world.is_behind(), "acks alone are not worth a write");
    world.forget();
    world.restart();
    // The first copy brings an ack that is ahead of everything that has been sent since.
    assert_eq!(world.downs(y).iter().filter(|down| matches!(down, Down::Post { .. })).count(), 1);
    assert_eq!(world.told(y), [], "nothing is shown twice");
    assert_eq!(world.server.posts, 0);
}

#[test]
fn acks_are_written_with_what_cannot_wait() {
    let mut world = World::new(Limits::default());
    let [x, _] = world.members(["X", "Y"]);
    world.say(x, Command::SendGroup(text("a")));
    assert!(world.is_behind());
    world.say(x, Command::SendGroup(text("b")));
    world.say(x, Command::ListMembers);
    assert!(!world.is_behind(), "a new reply has to be remembered");
}

#[test]
fn changes_that_may_wait_are_gathered_until_one_may_not() {
    let change = |part: Part, may_wait| Saved { parts: [(part, None)].into(), may_wait };
    let later = change(Part::Line(Slot(0)), true);
    let mut waiting = Saved::nothing();
    assert_eq!(waiting.gather(later.clone()), None);
    assert_eq!(waiting, later);
    let all = Saved { parts: [(Part::Counters, None), (Part::Line(Slot(0)), None)].into(), may_wait: false };
    assert_eq!(waiting.gather(change(Part::Counters, false)), Some(all));
    assert_eq!(waiting, Saved::nothing());
    assert_eq!(waiting.gather(later), None);
}

#[test]
fn who_was_suspected_is_asked_again() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    let suspect = world.session(y);
    world.cut_off(y);
    world.up(x, Up::Request { number: RequestNumber(9), request: Request::Report(suspect) });
    world.restart();
    for _ in 0..Limits::default().attempts {
        world.fire(SERVER, Timer::Probe(suspect));
    }
    assert!(world.server.online(suspect).is_none());
}

#[test]
fn no_session_number_is_given_out_again() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    let first = world.session(x);
    world.say(x, Command::Dereg(name("X")));
    world.restart();
    let again = world.start(x, "X");
    assert!(world.session(again) > first);
}

#[test]
fn what_no_server_has_saved_is_refused() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    world.cut_off(y);
    world.say(x, Command::SendGroup(text("a")));
    let sound = world.server.saved();
    assert_eq!(ServerState::recover(&sound, &world.key()).map(|state| state.saved()), Ok(sound.clone()));
    let refused = |part: Part, change: &dyn Fn(&mut Saved, &Part)| {
        let mut saved = sound.clone();
        change(&mut saved, &part);
        ServerState::recover(&saved, &world.key()).expect_err("it is unsound")
    };
    let parts: Vec<Part> = sound.parts.keys().cloned().collect();
    assert_eq!(parts.len(), 1 + 2 + 2 + 1 + 1, "{parts:?}");
    for part in parts {
        let error = refused(part.clone(), &|saved, part| drop(saved.parts.remove(part)));
        assert_eq!(error == Unsound::NoCounters, part == Part::Counters, "without {part:?}: {error}");
        refused(part.clone(), &|saved, part| drop(saved.parts.insert(part.clone(), None)));
        let foreign = match part {
            Part::Group(_) => {
                Value::Counters { next_session: Session(1), version: Version(1), stops: Stop(0) }
            }
            _ => Value::Group { next: Index(7) },
        };
        refused(part, &|saved, part| drop(saved.parts.insert(part.clone(), Some(foreign.clone()))));
    }
    for (part, value) in [
        (
            Part::Counters,
            Value::Counters { next_session: world.session(y), version: Version(2), stops: Stop(0) },
        ),
        (
            Part::Counters,
            Value::Counters { next_session: Session(1000), version: Version(1), stops: Stop(0) },
        ),
        (Part::Group(name("g")), Value::Group { next: Index(0) }),
        (Part::Group(name("g")), Value::Group { next: Index(2) }),
    ] {
        refused(part, &|saved, part| drop(saved.parts.insert(part.clone(), Some(value.clone()))));
    }
    // Lines that do not agree with the others.
    let Some(Value::Line { entry, changed }) = sound.parts[&Part::Line(Slot(1))].clone() else {
        panic!("a line")
    };
    for (entry, changed) in [
        (entry.clone(), Version(0)),
        (entry.clone(), Version(99)),
        (Entry { name: name("X"), ..entry.clone() }, changed),
        (Entry { address: Id::from(x), ..entry.clone() }, changed),
        (Entry { session: Session(77), ..entry.clone() }, changed),
        (Entry { online: false, ..entry }, changed),
    ] {
        let line = Some(Value::Line { entry, changed });
        refused(Part::Line(Slot(1)), &|saved, part| drop(saved.parts.insert(part.clone(), line.clone())));
    }
    // The same line at two places.
    let line = sound.parts[&Part::Line(Slot(0))].clone();
    refused(Part::Line(Slot(1)), &|saved, part| drop(saved.parts.insert(part.clone(), line.clone())));
}
