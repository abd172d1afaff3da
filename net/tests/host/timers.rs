//! Timers: each fires once, in time, and keeps nothing else waiting.

use std::time::{Duration, Instant};

use model::ids::Session;
use model::{Command, Event, Message, Timer};
use net::wire::encode;
use net::{Overflow, Told, start};

use crate::scripted::{Does, Happens, Scripted};
use crate::{PATIENCE, ack, any_port, ask, next, peer_of, waiting};

#[test]
fn each_of_ten_thousand_timers_fires_once() {
    let sleepy = Scripted(|fired: &mut u64, happens| match happens {
        Happens::Start => (0..10_000)
            .map(|i| Does::Set(Timer::Post(Session(i)), Duration::ZERO..Duration::from_millis(50)))
            .collect(),
        Happens::Fired(_) => {
            *fired += 1;
            if *fired == 10_000 { vec![Does::tell(Event::Ready)] } else { Vec::new() }
        }
        Happens::Message(..) => vec![Does::tell(Event::Queued { waiting: usize::try_from(*fired).unwrap() })],
    });
    let console = start(sleepy, any_port(), Overflow::Wait).unwrap();
    assert_eq!(next(&console), Told::Event(Event::Ready));
    console.command(Command::Quit).unwrap();
    assert_eq!(next(&console), waiting(10_000));
}

#[test]
fn a_timer_fires_not_before_its_time_and_soon_after() {
    let wait = Duration::from_millis(40);
    let punctual = Scripted(move |_: &mut u64, happens| match happens {
        Happens::Message(..) => vec![Does::set(Timer::Attempt, wait)],
        Happens::Fired(_) => vec![Does::tell(Event::Ready)],
        Happens::Start => Vec::new(),
    });
    let console = start(punctual, any_port(), Overflow::Wait).unwrap();
    for _ in 0..5 {
        let begun = Instant::now();
        console.command(Command::Quit).unwrap();
        assert_eq!(next(&console), Told::Event(Event::Ready));
        assert!(begun.elapsed() >= wait && begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[test]
fn a_cancelled_timer_never_fires_and_a_timer_set_again_fires_once() {
    let ms = Duration::from_millis;
    let changing = Scripted(move |_: &mut u64, happens| match happens {
        Happens::Start => vec![
            Does::set(Timer::Attempt, ms(1)),
            Does::set(Timer::Probe(Session(1)), ms(1)),
            Does::Cancel(Timer::Attempt),
            Does::set(Timer::Probe(Session(1)), ms(30)),
            Does::set(Timer::Update(Session(1)), ms(60)),
        ],
        Happens::Fired(Timer::Probe(_)) => vec![Does::tell(Event::Ready)],
        Happens::Fired(Timer::Update(_)) => vec![Does::tell(Event::TooManyGroups)],
        Happens::Fired(_) => vec![Does::tell(Event::InvalidCommand)],
        Happens::Message(..) => Vec::new(),
    });
    let console = start(changing, any_port(), Overflow::Wait).unwrap();
    assert_eq!(next(&console), Told::Event(Event::Ready));
    assert_eq!(next(&console), Told::Event(Event::TooManyGroups));
}

#[test]
fn a_timer_that_always_fires_at_once_keeps_nothing_else_waiting() {
    let restless = Scripted(|_: &mut u64, happens| match happens {
        Happens::Start | Happens::Fired(_) => vec![Does::set(Timer::Attempt, Duration::ZERO)],
        Happens::Message(source, Message::Packet(packet)) => {
            vec![Does::Send(source, Message::Packet(packet))]
        }
        Happens::Message(..) => vec![Does::tell(Event::Ready)],
    });
    let console = start(restless, any_port(), Overflow::Wait).unwrap();
    console.command(Command::Quit).unwrap();
    assert_eq!(next(&console), Told::Event(Event::Ready));
    assert_eq!(ask(&peer_of(&console), &[ack(1)]), [ack(1)]);
}

#[test]
fn timers_fire_also_when_peers_never_pause() {
    let busy = Scripted(|_: &mut u64, happens| match happens {
        Happens::Start => vec![Does::set(Timer::Attempt, Duration::from_millis(20))],
        Happens::Fired(_) => vec![Does::tell(Event::Ready)],
        Happens::Message(..) => Vec::new(),
    });
    let console = start(busy, any_port(), Overflow::Wait).unwrap();
    let peer = peer_of(&console);
    let flood = encode(&[ack(1)]).unwrap();
    let begun = Instant::now();
    while console.try_recv().is_err() {
        assert!(begun.elapsed() < PATIENCE);
        peer.send(&flood).unwrap();
    }
}
