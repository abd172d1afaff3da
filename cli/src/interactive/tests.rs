//! What a person reads.

use std::net::SocketAddrV4;

use model::event::{Exit, Person};
use model::ids::Index;
use model::{Command, Event, Name, Text};

use super::palette;
use super::showing::Showing;
use super::status;
use crate::front::Work;
use crate::styled::Styled;

fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn send(to: &str, it: &str) -> Command {
    Command::Send { to: name(to), text: text(it) }
}

fn direct(from: &str, it: &str) -> Event {
    Event::Direct { from: name(from), text: text(it) }
}

fn post(from: &str, it: &str) -> Event {
    Event::Post { from: name(from), text: text(it), index: Index(0) }
}

fn person(of: &str, online: bool) -> Person {
    Person { name: name(of), address: SocketAddrV4::new([127, 0, 0, 1].into(), 7771).into(), online }
}

/// The lines for an event without the time.
fn lines(showing: &mut Showing, event: &Event, under_way: Option<&Command>) -> Vec<String> {
    let lines = showing.event(event, under_way);
    lines.iter().map(|line| line.text()[6..].to_owned()).collect()
}

fn shown(event: &Event) -> Vec<String> {
    lines(&mut Showing::of_test("X"), event, None)
}

fn doing(showing: &Showing, under_way: Option<&Command>, waiting: usize) -> String {
    status::line(showing, &Work { under_way, waiting, ending: false }).text()
}

#[test]
fn the_first_line_has_the_time_and_the_others_stand_below() {
    let lines = Showing::of_test("X").event(&direct("Y", "one\ntwo"), None);
    let time = lines[0].text();
    assert!(
        time.as_bytes()[..6]
            .iter()
            .zip(b"00:00 ")
            .all(|(it, like)| it.is_ascii_digit() == like.is_ascii_digit())
    );
    assert_eq!((&time[6..], lines[1].text().as_str()), ("Y: one", "      | two"));
}

#[test]
fn lines_of_a_text_cannot_be_taken_for_lines_of_the_chat() {
    let text = "a\n12:00 Z: b\r\n\u{1b}[2Jc\rd";
    assert_eq!(shown(&direct("Y", text)), ["Y: a", "| 12:00 Z: b", r"| \u{1b}[2Jc\rd"]);
    assert_eq!(shown(&direct("Y", "")), ["Y: "]);
}

#[test]
fn what_became_of_a_direct_message_is_said_with_the_message() {
    let hello = send("Y", "hello, how are you doing today?");
    let mut showing = Showing::of_test("X");
    let mut fate = |event: Event| lines(&mut showing, &event, Some(&hello)).concat();
    let quote = "  \"hello, how are you doing..\"";
    assert_eq!(fate(Event::DirectReceived { by: name("Y") }), format!("Message received by Y.{quote}"));
    let queued = format!("Message queued at Y (Y is in a group).{quote}");
    assert_eq!(fate(Event::DirectQueued { at: name("Y") }), queued);
    let refused = format!("Y has too many messages waiting, the message was not accepted{quote}");
    assert_eq!(fate(Event::DirectRefused { by: name("Y") }), refused);
    let unknown =
        format!("No ACK from Y, the message may or may not have arrived{quote}Report this issue to server");
    assert_eq!(fate(Event::NoAck { from: name("Y") }), unknown);
    let cancelled = format!("Cancelled: send Y{}. It may or may not have arrived", &quote[1..]);
    assert_eq!(fate(Event::Cancelled(hello.clone())), cancelled);
}

#[test]
fn what_became_of_posts_is_said_of_the_right_one_even_if_one_was_cancelled() {
    let mut showing = Showing::of_test("X");
    let posts = [text("one"), text("two"), text("three"), text("four")].map(Command::SendGroup);
    for post in &posts {
        showing.given(post);
    }
    let mut says = |event: &Event| lines(&mut showing, event, Some(&posts[3])).concat();
    let received = Event::PostReceived { index: Index(0) };
    assert_eq!(says(&received), "Message received by Server.  \"one\"");
    let withdrawn = "Cancelled in time: send_group \"three\". It never takes effect";
    assert_eq!(says(&Event::Withdrawn(posts[2].clone())), withdrawn);
    assert_eq!(says(&received), "Message received by Server.  \"two\"");
    let not_posted = "You are not in the group any more, the message was not accepted  \"four\"";
    assert_eq!(says(&Event::NotPosted), not_posted);
}

#[test]
fn ones_own_name_stands_out_in_what_others_write() {
    let line = Showing::of_test("Al").event(&post("Y", "Alma and Al: Al\u{1b}"), None).remove(0);
    assert_eq!(&line.text()[6..], r"Group_Message Y: Alma and Al: Al\u{1b}");
    let own = format!("{}Al{:#}", palette::OWN, palette::OWN);
    assert_eq!(line.painted().matches(&own).count(), 2);
}

#[test]
fn the_terminal_rings_for_what_is_meant_for_this_person() {
    let rings = |event: &Event| Showing::of_test("X").event(event, None).iter().any(|line| line.rings);
    assert!(rings(&direct("Y", "hi")) && rings(&post("Y", "where is X?")));
    assert!(!rings(&post("Y", "hi")) && !rings(&Event::Registered));
}

#[test]
fn the_table_is_told_by_what_has_changed() {
    let mut showing = Showing::of_test("X");
    let mut table =
        |people: &[Person]| lines(&mut showing, &Event::Directory(people.to_vec()), None).concat();
    let first = table(&[person("W", false), person("X", true), person("Y", true)]);
    assert_eq!(first, "Client table updated. X is online Y is online");
    let second = table(&[person("W", false), person("X", true), person("Y", false), person("Z", true)]);
    assert_eq!(second, "Client table updated. Y is offline Z is online");
}

#[test]
fn a_command_in_the_wrong_place_is_answered_with_the_right_one() {
    let mut showing = Showing::of_test("X");
    let mut says = |command: &Command| lines(&mut showing, &Event::InvalidCommand, Some(command)).concat();
    let outside = "Invalid command: send works only outside a group. First type: leave_group";
    assert_eq!(says(&send("Y", "hi")), outside);
    let inside = "Invalid command: leave_group works only in a group. First type: join_group GROUP   for example: \
                  join_group roomA";
    assert_eq!(says(&Command::LeaveGroup), inside);
}

#[test]
fn a_name_that_does_not_fit_is_answered_with_what_to_type() {
    let mut showing = Showing::of_test("X");
    let mut says = |event: Event| lines(&mut showing, &event, None).concat();
    let alone = "User Q does not exist   nobody else is online. Everybody: who";
    assert_eq!(says(Event::UnknownPerson(name("Q"))), alone);
    says(Event::Directory(vec![person("X", true), person("Y", true)]));
    let others = "User Q does not exist   everybody: who   for example: send Y hello";
    assert_eq!(says(Event::UnknownPerson(name("Q"))), others);
    let there = "Group a already exists.   to enter it: join_group a";
    assert_eq!(says(Event::GroupExists(name("a"))), there);
    let missing = "Group b does not exist   to create it: create_group b";
    assert_eq!(says(Event::NoSuchGroup(name("b"))), missing);
}

#[test]
fn the_line_above_says_who_and_where_one_is_and_what_is_not_answered() {
    let mut showing = Showing::of_test("X");
    assert_eq!(doing(&showing, None, 0), "X > registering");
    showing.event(&Event::Registered, None);
    assert_eq!(doing(&showing, None, 0), "X >");
    assert_eq!(doing(&showing, Some(&send("Y", "hi")), 2), "X > sending to Y, 2 more to do");
    showing.event(&Event::Joined(name("roomA")), None);
    showing.event(&Event::Queued { waiting: 2 }, None);
    assert_eq!(doing(&showing, None, 0), "X roomA (2 waiting) >");
    assert_eq!(doing(&showing, Some(&Command::SendGroup(text("hi"))), 0), "X roomA (2 waiting) > sending");
    showing.event(&Event::StillTrying, None);
    assert!(
        doing(&showing, Some(&Command::ListMembers), 0).ends_with("> list_members (server not responding)")
    );
    showing.event(&Event::ServerBack, None);
    showing.event(&Event::Left(name("roomA")), None);
    assert_eq!(doing(&showing, None, 0), "X >");
}

#[test]
fn whoever_is_put_out_of_a_group_sees_it_above() {
    for event in [Event::Removed(name("roomA")), Event::SessionLost] {
        let mut showing = Showing::of_test("X");
        showing.event(&Event::Registered, None);
        showing.event(&Event::Joined(name("roomA")), None);
        showing.event(&event, None);
        assert!(doing(&showing, None, 0).starts_with("X >"), "{event:?}");
    }
}

#[test]
fn a_farewell_ends_with_what_waited() {
    let queued = vec![(name("Y"), text("hello"))];
    let exited = Event::Exited { reason: Exit::ServerSilent, queued };
    assert_eq!(shown(&exited), ["Server not responding", "Exiting", "Y: hello"]);
}

#[test]
fn who_and_whoami_are_answered_from_what_is_known() {
    let mut showing = Showing::of_test("X");
    let said = |lines: Vec<Styled>| lines.iter().map(Styled::text).collect::<Vec<_>>();
    assert_eq!(said(showing.who()), ["The client table has not come yet"]);
    assert_eq!(said(showing.whoami()), ["X, not registered at the server 127.0.0.1:6666, in no group"]);
    showing.event(&Event::Registered, None);
    showing.event(&Event::Directory(vec![person("X", true), person("Yves", false)]), None);
    assert_eq!(said(showing.who()), ["X     127.0.0.1:7771  online", "Yves  127.0.0.1:7771  offline"]);
    showing.event(&Event::Joined(name("roomA")), None);
    let words = "X at 127.0.0.1:7771, registered at the server 127.0.0.1:6666, in group roomA, 0 waiting";
    assert_eq!(said(showing.whoami()), [words]);
}
