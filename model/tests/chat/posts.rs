//! Posts.

use model::client::Mode;
use model::ids::{Index, RequestNumber};
use model::packet::{Down, Packet, Reply, Up};
use model::{Command, Event, Limits, Notice, Timer};

use crate::world::{SERVER, World, name, text};

#[test]
fn every_member_shows_every_post_once_in_the_same_order() {
    let mut world = World::new(Limits::default());
    let [x, y, z] = world.members(["X", "Y", "Z"]);
    for (who, it) in [(x, "a"), (y, "b"), (x, "c")] {
        world.say(who, post(it));
    }
    assert_eq!(world.told(z), [shown("X", "a", 0), shown("Y", "b", 1), shown("X", "c", 2)]);
    assert_eq!(
        world.told(x),
        [received(0), own("a", 0), Event::Ready, shown("Y", "b", 1), received(2), own("c", 2), Event::Ready]
    );
    assert_eq!(world.server.posts, 0, "nothing is kept that all have acked");
    let group = &world.server.groups[&name("g")];
    assert_eq!((group.next, group.log.len()), (Index(3), 0));
    assert!(world.notices().contains(&Notice::Posted { by: name("Y"), text: text("b") }));
    let sent = world.downs(x).iter().filter(|down| matches!(down, Down::Post { .. })).count();
    assert_eq!(sent, 1, "one's own posts are not sent back");
}

#[test]
fn who_joins_later_is_shown_what_follows() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.say(x, post("a"));
    let y = world.join("Y");
    world.say(y, Command::JoinGroup(name("g")));
    world.say(x, post("b"));
    assert_eq!(world.told(y), [Event::Joined(name("g")), Event::Ready, shown("X", "b", 1)]);
}

#[test]
fn a_post_before_its_turn_waits_and_is_acked_when_shown() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.forget();
    world.down(x, at(x, &world, 1, "b"));
    assert_eq!(world.told(x), []);
    assert!(world.ups(x).is_empty());
    world.down(x, at(x, &world, 0, "a"));
    assert_eq!(world.told(x), [shown("Y", "a", 0), shown("Y", "b", 1)]);
    let join = world.own(x).mode.join().unwrap();
    assert_eq!(world.ups(x), [&Up::PostAck { join, next: Index(2) }]);
    // A copy is acked again and not shown.
    world.down(x, at(x, &world, 1, "b"));
    assert_eq!(world.ups(x).len(), 2);
    assert_eq!(world.told(x), []);
}

#[test]
fn a_post_that_cannot_be_out_yet_is_dropped() {
    let mut world = World::new(Limits { reach: 3, posts: 4, ..Limits::default() });
    let [x] = world.members(["X"]);
    let ahead = |world: &World| match &world.own(x).mode {
        Mode::Group { ahead, .. } => ahead.keys().map(|index| index.0).collect::<Vec<_>>(),
        Mode::Alone => unreachable!(),
    };
    for (index, waiting) in
        [(4, vec![]), (3, vec![3]), (5, vec![3]), (4, vec![3, 4]), (2, vec![2, 3, 4]), (1, vec![1, 2, 3, 4])]
    {
        world.down(x, at(x, &world, index, "p"));
        assert_eq!(ahead(&world), waiting, "after {index}");
    }
    // As many wait as the server may keep.
    world.down(x, at(x, &world, 5, "p"));
    assert_eq!(ahead(&world), [1, 2, 3, 4]);
}

#[test]
fn a_place_of_ones_own_post_where_none_can_be_is_not_believed() {
    let mut world = World::new(Limits { posts: 3, ..Limits::default() });
    let [x] = world.members(["X"]);
    world.lose(|dst, _| dst == SERVER);
    for (index, waiting) in [
        (2, vec![2]),
        // It is taken.
        (2, vec![2]),
        (4, vec![2, 4]),
        (9, vec![2, 4, 9]),
        // The server keeps no more.
        (7, vec![2, 4, 9]),
        // Whoever is next waits for nobody.
        (0, vec![2, 4, 9]),
        // It has passed.
        (0, vec![2, 4, 9]),
        (1, vec![4, 9]),
    ] {
        world.say(x, post("p"));
        let Some(&&Up::Request { number, .. }) = world.ups(x).last() else { unreachable!() };
        world.down(x, Down::Reply { number, reply: Reply::Posted(Index(index)) });
        let Mode::Group { ahead, .. } = &world.own(x).mode else { unreachable!() };
        assert_eq!(ahead.keys().map(|index| index.0).collect::<Vec<_>>(), waiting, "after {index}");
    }
    let shown: Vec<Event> =
        world.told(x).into_iter().filter(|event| matches!(event, Event::OwnPost { .. })).collect();
    assert_eq!(shown, [own("p", 0), own("p", 1), own("p", 2)]);
}

#[test]
fn how_far_a_post_may_be_ahead_counts_from_the_next_one() {
    let mut world = World::new(Limits { reach: 2, ..Limits::default() });
    let [x] = world.members(["X"]);
    for index in 0..5 {
        world.down(x, at(x, &world, index, "p"));
    }
    world.told(x);
    world.down(x, at(x, &world, 8, "p"));
    world.down(x, at(x, &world, 7, "p"));
    world.down(x, at(x, &world, 6, "p"));
    world.down(x, at(x, &world, 5, "p"));
    assert_eq!(world.told(x), [shown("Y", "p", 5), shown("Y", "p", 6), shown("Y", "p", 7)]);
}

#[test]
fn a_second_copy_of_a_waiting_post_changes_nothing() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.down(x, at(x, &world, 1, "b"));
    let before = world.client(x).clone();
    world.down(x, at(x, &world, 1, "other"));
    assert_eq!(*world.client(x), before);
}

#[test]
fn a_post_of_another_membership_is_ignored() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.forget();
    let (from, text) = (name("Y"), text("a"));
    world.down(x, Down::Post { join: RequestNumber(99), index: Index(0), from, text });
    assert_eq!(world.told(x), []);
    assert!(world.ups(x).is_empty());
}

#[test]
fn a_full_log_refuses_posts_and_takes_them_again_when_they_are_acked() {
    let mut world = World::new(Limits { posts: 2, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    world.cut_off(y);
    for it in ["a", "b", "c"] {
        world.say(x, post(it));
    }
    assert_eq!(world.told(x)[6..], [Event::PostRefused, Event::Ready]);
    assert_eq!(world.server.posts, 2);
    world.lose_nothing();
    let session = world.session(y);
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(world.server.posts, 0);
    world.say(x, post("d"));
    assert_eq!(world.told(y), [shown("X", "a", 0), shown("X", "b", 1), shown("X", "d", 2)]);
}

#[test]
fn posts_gather_while_one_is_unanswered_and_go_out_together_as_far_as_the_reach_allows() {
    let mut world = World::new(Limits { reach: 2, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    let session = world.session(y);
    world.cut_off(y);
    for it in ["a", "b", "c", "d"] {
        world.say(x, post(it));
    }
    assert_eq!(out(&world, y), [0], "the first goes at once");
    let join = world.own(y).mode.join().unwrap();
    world.up(y, Up::PostAck { join, next: Index(1) });
    assert_eq!(out(&world, y), [0, 1, 2]);
    assert_eq!(world.server.membership(session).map(|it| (it.unanswered, it.attempts)), Some((2, 1)));
    world.up(y, Up::PostAck { join, next: Index(2) });
    assert_eq!(out(&world, y), [0, 1, 2], "one is still out");
    world.up(y, Up::PostAck { join, next: Index(3) });
    assert_eq!(out(&world, y), [0, 1, 2, 3]);
    assert_eq!(world.server.membership(session).map(|it| it.unanswered), Some(1));
    assert_eq!(world.server.posts, 1);
}

#[test]
fn no_more_posts_are_out_than_the_window_allows_over_all_members() {
    let mut world = World::new(Limits { window: 2, reach: 4, ..Limits::default() });
    let [x, y, z] = world.members(["X", "Y", "Z"]);
    world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
    for it in ["a", "b", "c", "d"] {
        world.say(x, post(it));
    }
    let all = |world: &World| (out(world, y), out(world, z), world.server.window.unanswered);
    assert_eq!(all(&world), (vec![0], vec![0], 2));
    let join = world.own(y).mode.join().unwrap();
    world.up(y, Up::PostAck { join, next: Index(1) });
    assert_eq!(all(&world), (vec![0], vec![0], 1), "what has gathered needs more room, and goes together");
    let join = world.own(z).mode.join().unwrap();
    world.up(z, Up::PostAck { join, next: Index(1) });
    assert_eq!(all(&world), (vec![0, 1, 2], vec![0], 2), "Y was first");
    // Who leaves makes room as well.
    world.up(y, Up::Request { number: RequestNumber(50), request: model::packet::Request::LeaveGroup });
    assert_eq!(all(&world), (vec![0, 1, 2], vec![0, 1, 2], 2));
}

#[test]
fn who_needs_less_room_does_not_overtake() {
    let mut world = World::new(Limits { window: 3, ..Limits::default() });
    let [x, y, z] = world.members(["X", "Y", "Z"]);
    world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
    for it in ["a", "b", "c", "d"] {
        world.say(x, post(it));
    }
    let ack = |world: &mut World, who, next| {
        let join = world.own(who).mode.join().unwrap();
        world.up(who, Up::PostAck { join, next: Index(next) });
    };
    ack(&mut world, y, 1);
    let room = |world: &World| 3 - world.server.window.unanswered;
    assert_eq!((out(&world, y), room(&world)), (vec![0], 2), "Y waits until there is room for three");
    world.say(z, post("e"));
    assert_eq!((out(&world, x), room(&world)), (vec![], 2), "X would need room for one");
    ack(&mut world, z, 1);
    assert_eq!((out(&world, y), out(&world, x), room(&world)), (vec![0, 1, 2, 3], vec![], 0));
    ack(&mut world, y, 4);
    assert_eq!(
        (out(&world, x), out(&world, z)),
        (vec![4], vec![0]),
        "then X, then Z when there is room for its three"
    );
    ack(&mut world, x, 5);
    assert_eq!(out(&world, z), [0, 1, 2, 3]);
}

#[test]
fn who_waits_first_and_goes_lets_the_next_one_go() {
    let mut world = World::new(Limits { window: 2, ..Limits::default() });
    let [x, y, z] = world.members(["X", "Y", "Z"]);
    world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
    for it in ["a", "b", "c"] {
        world.say(x, post(it));
    }
    let join = world.own(y).mode.join().unwrap();
    world.up(y, Up::PostAck { join, next: Index(1) });
    world.say(z, post("d"));
    world.say(y, Command::LeaveGroup);
    assert_eq!(world.server.window.queue, []);
    assert_eq!(out(&world, x), [3]);
}

#[test]
fn who_goes_while_it_waits_takes_only_itself_out_of_the_queue() {
    let mut world = World::new(Limits { window: 1, ..Limits::default() });
    let [x, _, y, z] = world.members(["X", "A", "Y", "Z"]);
    world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. } | Down::Update(_), .. }));
    world.say(x, post("a"));
    let [leaving, staying] = [z, y].map(|who| world.session(who));
    assert!([leaving, staying].iter().all(|session| world.server.window.queue.contains(session)));
    world.say(z, Command::Quit);
    let queue = &world.server.window.queue;
    assert!(queue.contains(&staying) && !queue.contains(&leaving), "{queue:?}");
}

#[test]
fn unacked_posts_are_sent_as_often_as_the_limit_says_then_the_member_is_removed_and_told() {
    let mut world = World::new(Limits { attempts: 3, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    let (session, join) = (world.session(y), world.own(y).mode.join().unwrap());
    world.cut_off(y);
    world.say(x, post("a"));
    world.say(x, post("b"));
    let count = |world: &World| world.downs(y).iter().filter(|it| matches!(it, Down::Post { .. })).count();
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(count(&world), 2, "the first again; the second has not been sent");
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(count(&world), 3);
    assert!(world.server.membership(session).is_some());
    world.forget();
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(world.downs(y), [&Down::Removed { join }]);
    assert_eq!(world.server.membership(session), None);
    assert_eq!((world.server.posts, world.server.window.unanswered), (0, 0));
    assert_eq!(world.notices(), [Notice::Removed { member: name("Y"), group: name("g") }]);
    // It is told again when next heard from.
    world.lose_nothing();
    world.up(y, Up::PostAck { join, next: Index(1) });
    assert_eq!(world.told(y), [Event::Removed(name("g"))]);
}

#[test]
fn progress_starts_the_attempts_anew() {
    let mut world = World::new(Limits { attempts: 2, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    let (session, join) = (world.session(y), world.own(y).mode.join().unwrap());
    world.cut_off(y);
    for it in ["a", "b", "c"] {
        world.say(x, post(it));
    }
    let attempts = |world: &World| world.server.membership(session).map(|it| it.attempts);
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(attempts(&world), Some(2));
    // What is acked already is no progress.
    world.up(y, Up::PostAck { join, next: Index(0) });
    assert_eq!(attempts(&world), Some(2));
    world.up(y, Up::PostAck { join, next: Index(1) });
    assert_eq!(attempts(&world), Some(1));
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(attempts(&world), Some(2));
    world.up(y, Up::PostAck { join, next: Index(2) });
    assert_eq!(attempts(&world), Some(1), "one of two that were out is progress");
    world.up(y, Up::PostAck { join, next: Index(3) });
    assert_eq!(attempts(&world), Some(0));
}

#[test]
fn only_acks_of_posts_that_there_are_count() {
    let mut world = World::new(Limits { reach: 1, ..Limits::default() });
    let [x, y] = world.members(["X", "Y"]);
    let (session, join) = (world.session(y), world.own(y).mode.join().unwrap());
    world.cut_off(y);
    world.say(x, post("a"));
    world.say(x, post("b"));
    for next in [0, 3, 99] {
        world.up(y, Up::PostAck { join, next: Index(next) });
        assert_eq!(world.server.membership(session).map(|it| it.acked), Some(Index(0)), "{next}");
    }
    world.up(y, Up::PostAck { join: RequestNumber(99), next: Index(1) });
    assert_eq!(world.server.membership(session).map(|it| it.acked), Some(Index(0)));
    world.up(y, Up::PostAck { join, next: Index(1) });
    assert_eq!(world.server.membership(session).map(|it| (it.acked, it.sent)), Some((Index(1), Index(2))));
}

#[test]
fn an_ack_brings_all_that_those_which_it_covers_would_have_brought() {
    let after = |acks: &[u64]| {
        let mut world = World::new(Limits { reach: 2, ..Limits::default() });
        let [x, y, z] = world.members(["X", "Y", "Z"]);
        world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
        for (who, it) in [(x, "a"), (z, "b"), (x, "c"), (z, "d"), (x, "e")] {
            world.say(who, post(it));
        }
        let join = world.own(y).mode.join().unwrap();
        for next in acks {
            world.up(y, Up::PostAck { join, next: Index(*next) });
        }
        world.server.clone()
    };
    assert_eq!(after(&[1]), after(&[1, 1]));
    // The first answer lets the others out, each ack of which is an answer again.
    for acks in [[1, 2, 3], [1, 3, 3], [1, 1, 3]] {
        assert_eq!(after(&acks), after(&[1, 3]), "{acks:?}");
    }
}

#[test]
fn own_posts_between_those_of_others_are_neither_sent_nor_waited_for() {
    let mut world = World::new(Limits::default());
    let [x, y] = world.members(["X", "Y"]);
    let (session, join) = (world.session(x), world.own(x).mode.join().unwrap());
    world.lose(move |dst, packet| dst == x && matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
    for (who, it) in [(y, "a"), (x, "b"), (y, "c"), (x, "d")] {
        world.say(who, post(it));
    }
    let membership = |world: &World| {
        world.server.membership(session).map(|it| (it.acked.0, it.sent.0, it.unanswered)).unwrap()
    };
    assert_eq!(membership(&world), (0, 2, 1), "what follows gathers");
    assert_eq!(world.server.posts, 4, "the first is not acked, and what follows it is kept");
    world.say(y, post("e"));
    world.up(x, Up::PostAck { join, next: Index(1) });
    assert_eq!(membership(&world), (2, 5, 2));
    assert_eq!(world.server.posts, 3);
    world.forget();
    world.fire(SERVER, Timer::Post(session));
    assert_eq!(out(&world, x), [2, 4]);
    world.up(x, Up::PostAck { join, next: Index(3) });
    assert_eq!(membership(&world), (4, 5, 1));
    assert_eq!(world.server.posts, 1);
    world.up(x, Up::PostAck { join, next: Index(5) });
    assert_eq!(membership(&world), (5, 5, 0));
    assert_eq!(world.server.posts, 0);
}

#[test]
fn who_leaves_is_waited_for_no_longer() {
    let mut world = World::new(Limits::default());
    let [x, y, z] = world.members(["X", "Y", "Z"]);
    world.lose(|_, packet| matches!(packet, Packet::Down { down: Down::Post { .. }, .. }));
    world.say(x, post("a"));
    world.say(z, Command::LeaveGroup);
    assert_eq!(world.server.posts, 1, "Y has not acked");
    world.say(y, Command::Quit);
    assert_eq!((world.server.posts, world.server.window.unanswered), (0, 0));
}

#[test]
fn a_lone_member_posts_to_nobody() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.say(x, post("a"));
    assert_eq!(world.told(x), [received(0), own("a", 0), Event::Ready]);
    assert_eq!(world.server.posts, 0);
    assert!(matches!(world.downs(x)[..], [Down::Reply { reply: Reply::Posted(Index(0)), .. }]));
}

/// The indexes of the posts that were sent to somebody.
fn out(world: &World, who: usize) -> Vec<u64> {
    let index = |down: &&Down| match down {
        Down::Post { index, .. } => Some(index.0),
        _ => None,
    };
    world.downs(who).iter().filter_map(index).collect()
}

fn post(it: &str) -> Command {
    Command::SendGroup(text(it))
}

fn shown(from: &str, it: &str, index: u64) -> Event {
    Event::Post { from: name(from), text: text(it), index: Index(index) }
}

fn own(it: &str, index: u64) -> Event {
    Event::OwnPost { text: text(it), index: Index(index) }
}

fn received(index: u64) -> Event {
    Event::PostReceived { index: Index(index) }
}

fn at(who: usize, world: &World, index: u64, it: &str) -> Down {
    let join = world.own(who).mode.join().expect("it is a member");
    Down::Post { join, index: Index(index), from: name("Y"), text: text(it) }
}
