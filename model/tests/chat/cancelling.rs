//! Cancelling, and keeping on trying.

use std::time::Duration;

use model::client::Pending;
use model::event::Exit;
use model::ids::Index;
use model::packet::{Down, Packet, Reply, Request, Up};
use model::{Command, Event, Limits, Timer};

use crate::world::{SERVER, World, name, text};

#[test]
fn a_cancelled_direct_message_is_not_sent_again_and_its_late_ack_says_nothing() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.cut_off(y);
    world.say(x, send("Y", "hi"));
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::Cancelled(send("Y", "hi")), Event::Ready]);
    assert!(!world.is_armed(x, Timer::Attempt));
    world.lose_nothing();
    let late = world.sent(x, y)[0].clone();
    world.deliver(x, y, late);
    assert_eq!(world.told(y), [direct("X", "hi")]);
    assert_eq!(world.told(x), []);
    world.say(x, send("Y", "there"));
    assert_eq!(world.told(y), [direct("X", "there")]);
}

#[test]
fn a_request_that_is_cancelled_in_time_never_takes_effect() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|_, packet| is_request(packet, |it| *it != Request::Withdraw));
    world.say(x, Command::CreateGroup(name("g")));
    let late = world.sent(x, SERVER).into_iter().rfind(|it| is_request(it, |_| true)).cloned();
    world.say(x, Command::Cancel);
    let create = Command::CreateGroup(name("g"));
    assert_eq!(world.told(x), [Event::Cancelled(create.clone()), Event::Ready, Event::Withdrawn(create)]);
    world.lose_nothing();
    world.deliver(x, SERVER, late.expect("it was sent"));
    assert!(world.server.groups.is_empty());
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [Event::Groups(Vec::new()), Event::Ready]);
}

#[test]
fn what_a_cancelled_request_did_is_told_as_soon_as_it_is_known() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.cut_off(x);
    world.say(x, Command::SendGroup(text("hi")));
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::Cancelled(Command::SendGroup(text("hi"))), Event::Ready]);
    world.lose_nothing();
    // The next request asks first, and its own number follows.
    world.say(x, Command::SendGroup(text("there")));
    let posted = |at, it: &str| {
        [Event::PostReceived { index: Index(at) }, Event::OwnPost { text: text(it), index: Index(at) }]
    };
    let expected = [&posted(0, "hi")[..], &posted(1, "there"), &[Event::Ready]].concat();
    assert_eq!(world.told(x), expected);
}

#[test]
fn a_cancelled_join_that_took_effect_leads_into_the_group_and_the_next_command_is_judged_there() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.say(x, Command::CreateGroup(name("g")));
    world.cut_off(x);
    world.say(x, Command::JoinGroup(name("g")));
    world.say(x, Command::Cancel);
    world.told(x);
    world.lose_nothing();
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [Event::Joined(name("g")), Event::InvalidCommand, Event::Ready]);
    world.say(x, Command::LeaveGroup);
    assert_eq!(world.told(x), [Event::Left(name("g")), Event::Ready]);
}

#[test]
fn a_command_that_waits_for_a_withdrawal_can_be_cancelled_and_was_never_sent() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::CreateGroup(name("g")));
    world.say(x, Command::Cancel);
    world.say(x, Command::JoinGroup(name("g")));
    world.told(x);
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::Withdrawn(Command::JoinGroup(name("g"))), Event::Ready]);
    world.lose_nothing();
    world.say(x, Command::ListGroups);
    let withdrawn = Event::Withdrawn(Command::CreateGroup(name("g")));
    assert_eq!(world.told(x), [withdrawn, Event::Groups(Vec::new()), Event::Ready]);
}

#[test]
fn a_report_waits_for_a_withdrawal_too() {
    let mut world = World::new(Limits { attempts: 1, ..Limits::default() });
    let (x, y) = (world.join("X"), world.join("Y"));
    world.lose(|_, _| true);
    world.say(x, Command::CreateGroup(name("g")));
    world.say(x, Command::Cancel);
    world.say(x, send("Y", "hi"));
    world.told(x);
    world.forget();
    world.cut_off(y);
    world.fire(x, Timer::Attempt);
    let withdrawn = Event::Withdrawn(Command::CreateGroup(name("g")));
    assert_eq!(world.told(x), [Event::NoAck { from: name("Y") }, withdrawn, Event::Ready]);
    assert!(matches!(
        world.ups(x)[..],
        [
            Up::Request { request: Request::Withdraw, number: first },
            Up::Request { request: Request::Report(_), number: second },
        ] if *second == first.next()
    ));
}

#[test]
fn leaving_can_be_cancelled_unless_it_was_an_interrupt() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::Quit);
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::Cancelled(Command::Quit), Event::Ready]);
    world.say(x, Command::Interrupt);
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::NothingToCancel]);
    world.lose_nothing();
    world.fire(x, Timer::Attempt);
    assert_eq!(world.told(x), [Event::Withdrawn(Command::Quit), exited(Exit::Deregistered)]);
}

#[test]
fn nothing_to_cancel_is_said() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.say(x, Command::Cancel);
    assert_eq!(world.told(x), [Event::NothingToCancel]);
    assert!(world.client(x).pending().is_none());
}

#[test]
fn a_client_that_reconnects_keeps_trying_and_says_so_once() {
    let mut world = keen(Limits { attempts: 2, ..Limits::default() });
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    for _ in 0..10 {
        world.fire(x, Timer::Attempt);
    }
    assert_eq!(world.told(x), [Event::StillTrying]);
    world.lose_nothing();
    world.fire(x, Timer::Attempt);
    assert_eq!(world.told(x), [Event::ServerBack, Event::Groups(Vec::new()), Event::Ready]);
}

#[test]
fn a_client_that_reconnects_registers_whenever_the_server_comes_up() {
    let mut world = keen(Limits { attempts: 2, ..Limits::default() });
    world.lose(|dst, _| dst == SERVER);
    let x = world.start(1, "X");
    for _ in 0..10 {
        world.fire(x, Timer::Attempt);
    }
    world.lose_nothing();
    world.fire(x, Timer::Attempt);
    let told = world.told(x);
    assert_eq!(told[..4], [Event::Registering, Event::StillTrying, Event::Registered, Event::Ready]);
}

#[test]
fn whoever_wants_to_leave_does_not_keep_trying() {
    for leave in [Command::Quit, Command::Dereg(name("X")), Command::Interrupt] {
        let mut world = keen(Limits { attempts: 2, ..Limits::default() });
        let x = world.join("X");
        world.lose(|dst, _| dst == SERVER);
        world.say(x, leave);
        world.fire(x, Timer::Attempt);
        world.fire(x, Timer::Attempt);
        assert_eq!(world.told(x), [exited(Exit::ServerSilent)]);
    }
}

#[test]
fn an_interrupt_ends_a_client_whose_server_has_been_silent_at_once() {
    let mut world = keen(Limits { attempts: 1, ..Limits::default() });
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    world.fire(x, Timer::Attempt);
    world.say(x, Command::Interrupt);
    assert_eq!(world.told(x), [Event::StillTrying, exited(Exit::ServerSilent)]);
}

#[test]
fn an_interrupt_ends_a_client_that_registers_in_vain_after_all_attempts_and_not_before() {
    for (attempts, ended) in [(1, false), (2, true)] {
        let mut world = keen(Limits { attempts: 2, ..Limits::default() });
        world.lose(|dst, _| dst == SERVER);
        let x = world.start(1, "X");
        for _ in 0..attempts {
            world.fire(x, Timer::Attempt);
        }
        world.say(x, Command::Interrupt);
        assert_eq!(world.told(x).contains(&exited(Exit::ServerSilent)), ended, "after {attempts}");
    }
}

#[test]
fn the_wait_doubles_up_to_the_longest_one_and_only_after_all_attempts() {
    let world = keen(Limits { attempts: 3, ..Limits::default() });
    let config = world.config(1, "X");
    let waits: Vec<u128> = (1..=8).map(|attempt| config.wait(attempt).as_millis()).collect();
    assert_eq!(waits, [500, 500, 500, 1000, 2000, 4000, 5000, 5000]);
    let impatient = model::ClientConfig { reconnect: Some(Duration::from_millis(1)), ..config };
    assert_eq!(impatient.wait(3), Duration::from_millis(500));
    assert_eq!(impatient.wait(u8::MAX), Duration::from_millis(1));
}

#[test]
fn a_client_that_reconnects_does_not_count_for_ever() {
    let mut world = keen(Limits { attempts: 2, ..Limits::default() });
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::ListGroups);
    for _ in 0..1000 {
        world.fire(x, Timer::Attempt);
    }
    assert!(matches!(world.client(x).pending(), Some(Pending::Request(pending)) if pending.attempts == 6));
}

#[test]
fn a_post_that_was_not_taken_because_its_author_was_removed_is_said_to_be() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    world.lose(|dst, _| dst == SERVER);
    world.say(x, Command::SendGroup(text("hi")));
    world.down(x, Down::Reply { number: world.own(x).last_request, reply: Reply::NotMember });
    assert_eq!(world.told(x), [Event::Removed(name("g")), Event::NotPosted, Event::Ready]);
}

fn keen(limits: Limits) -> World {
    let mut world = World::new(limits);
    world.reconnect = Some(Duration::from_secs(5));
    world
}

fn is_request(packet: &Packet, wanted: impl Fn(&Request) -> bool) -> bool {
    matches!(packet, Packet::Up { up: Up::Request { request, .. }, .. } if wanted(request))
}

fn send(to: &str, it: &str) -> Command {
    Command::Send { to: name(to), text: text(it) }
}

fn direct(from: &str, it: &str) -> Event {
    Event::Direct { from: name(from), text: text(it) }
}

fn exited(reason: Exit) -> Event {
    Event::Exited { reason, queued: Vec::new() }
}
