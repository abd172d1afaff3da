//! The directory.

use model::ids::{PairSecret, Slot, Version};
use model::packet::{Down, Entry, Listing, Packet, Up, Update};
use model::{Command, Event, Limits, Notice, Timer};
use stateright::actor::Id;

use crate::world::{SERVER, World, name, text};

#[test]
fn everybody_is_told_of_everybody() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(y, Command::Quit);
    let Some(Event::Directory(people)) = world.told(x).pop() else { panic!("X is told") };
    let lines: Vec<_> = people.iter().map(|it| (it.name.to_string(), it.address, it.online)).collect();
    assert_eq!(lines, [("X".into(), Id::from(x), true), ("Y".into(), Id::from(y), false)]);
    assert_eq!(world.client(x).directory.find(&name("Y")).map(|it| it.entry.online), Some(false));
    let listed: Vec<_> = world.client(x).directory.listings().map(|it| it.entry.name.clone()).collect();
    assert_eq!(listed, [name("X"), name("Y")]);
    let Some(Notice::Clients(shown)) = world.tables().pop() else { panic!("the operator is told") };
    assert_eq!(shown, people);
}

#[test]
fn both_of_a_pair_are_told_the_same_secret() {
    let mut world = World::new(Limits::default());
    let (x, y, z) = (world.join("X"), world.join("Y"), world.join("Z"));
    let told = |who: usize, of: &str| world.client(who).directory.find(&name(of)).expect("listed").secret;
    assert_eq!(told(x, "Y"), told(y, "X"));
    assert_ne!(told(x, "Y"), told(x, "Z"));
    assert_ne!(told(x, "Z"), told(y, "Z"));
    // A new session has secrets of its own.
    let before = told(z, "Y");
    world.say(z, Command::Quit);
    let again = world.join("Z");
    let told = |who: usize, of: &str| world.client(who).directory.find(&name(of)).expect("listed").secret;
    assert_eq!(told(again, "Y"), told(y, "Z"));
    assert_ne!(told(again, "Y"), before);
}

#[test]
fn a_long_directory_comes_in_pages_and_is_told_when_it_is_whole() {
    let weight = entry("X1", 1, true).weight();
    let mut world = World::new(Limits { page: 2 * weight, ..Limits::default() });
    for i in 1..=5 {
        world.join(&format!("X{i}"));
    }
    world.forget();
    let late = world.start(6, "X6");
    let updates: Vec<(u64, u64, usize)> = (world.downs(late).iter())
        .filter_map(|down| match down {
            Down::Update(update) => Some((update.base.0, update.to.0, update.entries.len())),
            _ => None,
        })
        .collect();
    assert_eq!(updates, [(0, 2, 2), (2, 4, 2), (4, 6, 2)]);
    let tables = world.told(late).into_iter().filter(|event| matches!(event, Event::Directory(_)));
    assert_eq!(tables.count(), 1);
    assert_eq!(world.client(late).directory.entries().count(), 6);
}

#[test]
fn an_entry_that_is_longer_than_a_page_comes_alone() {
    let mut world = World::new(Limits { page: 1, ..Limits::default() });
    world.join("X");
    world.join("Y");
    let late = world.join("Z");
    assert_eq!(world.client(late).directory.version, Version(3));
}

#[test]
fn an_update_with_a_gap_is_answered_with_what_the_client_has() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.told(x);
    for (base, to) in [(2, 3), (0, 1), (1, 1), (0, 0)] {
        let before = world.client(x).clone();
        world.lose(|dst, _| dst == SERVER);
        world.forget();
        world.down(x, update(base, to, Vec::new()));
        assert_eq!(*world.client(x), before, "{base} to {to}");
        assert_eq!(world.told(x), [], "{base} to {to}");
        assert_eq!(world.ups(x), [&Up::UpdateAck(Version(1))], "{base} to {to}");
    }
    world.down(x, update(0, 2, Vec::new()));
    assert_eq!(world.client(x).directory.version, Version(2));
    world.down(x, update(2, 3, Vec::new()));
    assert_eq!(world.client(x).directory.version, Version(3));
}

#[test]
fn a_name_that_moved_to_another_slot_is_found_there() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.down(x, update(1, 2, vec![(Slot(1), entry("A", 201, false))]));
    world.down(x, update(2, 4, vec![(Slot(2), entry("A", 202, true)), (Slot(1), entry("B", 203, true))]));
    let directory = &world.client(x).directory;
    let session = |of: &str| directory.find(&name(of)).map(|it| it.entry.session.0);
    assert_eq!((session("A"), session("B")), (Some(202), Some(203)));
    world.down(x, update(4, 5, vec![(Slot(1), entry("C", 204, true))]));
    let directory = &world.client(x).directory;
    assert_eq!(directory.find(&name("B")), None);
    assert_eq!(directory.find(&name("C")).map(|it| it.entry.session.0), Some(204));
    let Some(Event::Directory(people)) = world.told(x).pop() else { panic!("X is told") };
    assert_eq!(people.len(), 3);
}

#[test]
fn what_was_heard_of_a_session_is_kept_exactly_as_long_as_the_directory_lists_it() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.say(y, Command::Send { to: name("X"), text: text("hi") });
    world.say(y, Command::Quit);
    assert_eq!(world.client(x).heard.len(), 1, "offline, and still listed");
    let again = world.join("Y");
    assert!(world.client(x).heard.is_empty(), "another session of Y");
    world.say(again, Command::Send { to: name("X"), text: text("hi again") });
    assert!(world.told(x).contains(&Event::Direct { from: name("Y"), text: text("hi again") }));
}

#[test]
fn an_unacked_update_is_sent_as_often_as_the_limit_says_then_the_client_is_probed() {
    let mut world = World::new(Limits { attempts: 3, ..Limits::default() });
    let x = world.join("X");
    let session = world.session(x);
    world.cut_off(x);
    world.forget();
    world.join("Y");
    let updates =
        |world: &World| world.downs(x).iter().filter(|down| matches!(down, Down::Update(_))).count();
    world.fire(SERVER, Timer::Update(session));
    world.fire(SERVER, Timer::Update(session));
    assert_eq!(updates(&world), 3);
    assert!(!world.is_armed(SERVER, Timer::Probe(session)));
    world.fire(SERVER, Timer::Update(session));
    assert_eq!(updates(&world), 3);
    assert!(world.is_armed(SERVER, Timer::Probe(session)));
    // While it is suspected, it gets no updates.
    world.join("Z");
    assert_eq!(updates(&world), 3);
    // Its answer brings them.
    world.lose_nothing();
    world.fire(SERVER, Timer::Probe(session));
    assert_eq!(world.client(x).directory.version, Version(3));
    assert!(!world.is_armed(SERVER, Timer::Probe(session)));
}

#[test]
fn changes_gather_while_an_update_is_out() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.cut_off(x);
    world.join("Y");
    world.join("Z");
    world.forget();
    world.lose_nothing();
    let session = world.session(x);
    world.fire(SERVER, Timer::Update(session));
    assert!(matches!(world.downs(x)[..], [Down::Update(update)] if update.base.0 == 1 && update.to.0 == 3));
}

#[test]
fn only_acks_of_what_can_be_had_count() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.cut_off(x);
    world.join("Y");
    let session = world.session(x);
    let acked = |world: &World| world.server.online(session).unwrap().sync.acked;
    world.forget();
    for version in [0, 1, 3, 99] {
        world.up(x, Up::UpdateAck(Version(version)));
        assert!(world.downs(x).is_empty(), "{version}");
        assert_eq!(acked(&world), Version(1), "{version}");
        assert!(world.is_armed(SERVER, Timer::Update(session)));
    }
    world.up(x, Up::UpdateAck(Version(2)));
    assert_eq!(acked(&world), Version(2));
    assert!(!world.is_armed(SERVER, Timer::Update(session)));
}

#[test]
fn no_more_updates_are_out_than_the_window_allows_and_each_ack_lets_one_out() {
    let mut world = World::new(Limits { window: 2, attempts: 1, ..Limits::default() });
    let people: Vec<usize> = (1..=4).map(|i| world.join(&format!("X{i}"))).collect();
    world.lose(|dst, packet| dst != SERVER && matches!(packet, Packet::Down { down: Down::Update(_), .. }));
    world.forget();
    world.join("Y");
    let out = |world: &World| {
        let sent = people.iter().filter(|who| !world.downs(**who).is_empty()).count();
        (sent, world.server.window.unanswered, world.server.window.queue.len())
    };
    // Four people and the new one want it.
    assert_eq!(out(&world), (2, 2, 3));
    world.up(people[0], Up::UpdateAck(Version(5)));
    assert_eq!(out(&world), (3, 2, 2));
    // A second ack is no answer to anything.
    world.up(people[0], Up::UpdateAck(Version(5)));
    assert_eq!(out(&world), (3, 2, 2));
    // Nor does one who waits get into the queue twice.
    world.join("Z");
    let queue = world.server.window.queue.clone();
    assert_eq!(queue.len(), queue.iter().collect::<std::collections::BTreeSet<_>>().len());
    // Giving up makes room as well.
    let second = world.session(people[1]);
    world.fire(SERVER, Timer::Update(second));
    assert_eq!(world.server.window.unanswered, 2);
    assert_eq!(out(&world).0, 4);
}

#[test]
fn whoever_comes_and_goes_while_the_window_is_full_leaves_nothing_in_the_queue() {
    let mut world = World::new(Limits { window: 1, ..Limits::default() });
    let x = world.join("X");
    world.lose(|dst, packet| dst != SERVER && matches!(packet, Packet::Down { down: Down::Update(_), .. }));
    world.join("Y");
    for _ in 0..10 {
        let guest = world.join("Z");
        world.say(guest, Command::Quit);
    }
    let queue = &world.server.window.queue;
    assert!(queue.iter().all(|session| world.server.online(*session).is_some()), "{queue:?}");
    assert!(queue.len() <= 2 && world.server.window.unanswered == 1);
    world.lose_nothing();
    let session = world.session(x);
    world.fire(SERVER, Timer::Update(session));
    assert_eq!(world.client(x).directory.version, world.server.directory.version);
}

fn update(base: u64, to: u64, entries: Vec<(Slot, Entry)>) -> Down {
    let secret = PairSecret::default();
    let entries = entries.into_iter().map(|(slot, entry)| Listing { slot, entry, secret }).collect();
    Down::Update(Update { base: Version(base), to: Version(to), latest: Version(to), entries })
}

fn entry(of: &str, session: u64, online: bool) -> Entry {
    let address = Id::from(usize::try_from(session).expect("a small number"));
    Entry { name: name(of), address, session: model::ids::Session(session), online }
}
