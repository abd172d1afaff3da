//! Two hundred clients at one server.

use crate::hosted::{Person, World, assert_clean, name, text, until_noticed};
use crate::raw::Tap;
use model::event::Person as Listed;
use model::ids::Index;
use model::{Command, Event, Name, Notice, Text};
use net::wire::DATAGRAM_MAX;

#[test]
fn two_hundred_clients_share_a_group_and_no_datagram_is_too_long() {
    let world = World::patient();
    let server = world.serve(0);
    // One of them is listened to: what is on the wire is what the counters say.
    let tap = Tap::on(server.address());
    let mut crowd: Vec<Person> = (0..CROWD)
        .map(|number| {
            let address = if number == 0 { tap.address() } else { server.address() };
            world.client(address, &long_name(number), number)
        })
        .collect();
    for person in &mut crowd {
        person.until(|event| *event == Event::Ready);
    }

    crowd[0].say(Command::CreateGroup(name("square")));
    for person in &crowd {
        person.console.command(Command::JoinGroup(name("square"))).unwrap();
    }
    for person in &mut crowd {
        person.until(|event| *event == Event::Joined(name("square")));
        person.until(|event| *event == Event::Ready);
    }

    // Long posts, all at once.
    let speakers = 8;
    for (number, person) in crowd.iter().enumerate().take(speakers) {
        person.console.command(Command::SendGroup(long_text(number))).unwrap();
    }
    let everything: Vec<Vec<(Index, Text)>> =
        crowd.iter_mut().map(|person| posts(person, speakers)).collect();
    let mut said: Vec<Text> = everything[0].iter().map(|(_, text)| text.clone()).collect();
    assert!(
        everything.iter().all(|posts| *posts == everything[0]),
        "all show the same posts in the same order"
    );
    said.sort();
    assert_eq!(said, (0..speakers).map(long_text).collect::<Vec<_>>());

    // A list of many pages.
    let speaker = &mut crowd[speakers];
    let told = speaker.say(Command::ListMembers);
    let members: Vec<Name> = (0..CROWD).map(|number| name(&long_name(number))).collect();
    assert!(told.contains(&Event::Members { group: name("square"), members }));

    // Everybody knows everybody, also the last to come.
    for person in &mut crowd {
        person.until_told(is_complete);
    }
    until_noticed(&server, |notice| matches!(notice, Notice::Clients(people) if people.len() == crowd.len()));

    let largest = crowd.iter().map(|person| &*person.console).chain([&server]).map(|console| {
        assert_clean(console);
        console.stats().largest_out
    });
    assert!((1000..=DATAGRAM_MAX).contains(&largest.max().unwrap()), "nothing long was said");
    assert!(tap.passed().iter().any(|(_, datagram)| datagram.len() > 1000));
}

const CROWD: u64 = 200;

/// The next posts that somebody is shown.
fn posts(person: &mut Person, count: usize) -> Vec<(Index, Text)> {
    let mut posts = Vec::new();
    while posts.len() < count {
        if let Event::Post { text, index, .. } | Event::OwnPost { text, index } = person.next() {
            posts.push((index, text));
        }
    }
    posts
}

fn is_complete(event: &Event) -> bool {
    let online = |person: &Listed| person.online;
    matches!(event, Event::Directory(people) if people.len() as u64 == CROWD && people.iter().all(online))
}

fn long_name(number: u64) -> String {
    format!("{number:0>32}")
}

fn long_text(number: usize) -> Text {
    text(&format!("{number:0>1000}"))
}
