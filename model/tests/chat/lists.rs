//! Lists that come in pages.

use model::ids::RequestNumber;
use model::packet::{Down, Reply, Request, Up};
use model::{Command, Event, Limits, Name};

use crate::world::{SERVER, World, name, names};

#[test]
fn a_long_list_of_groups_comes_in_pages_and_is_told_whole() {
    let mut world = World::new(Limits { page: 2 * name("a").weight(), ..Limits::default() });
    let x = world.join("X");
    for group in ["e", "b", "d", "a", "c"] {
        world.say(x, Command::CreateGroup(name(group)));
    }
    world.told(x);
    world.forget();
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [Event::Groups(names(["a", "b", "c", "d", "e"])), Event::Ready]);
    assert_eq!(pages(&world, x), [(2, true), (2, true), (1, false)]);
    assert_eq!(world.notices().len(), 1, "the operator is told once");
}

#[test]
fn a_long_list_of_members_comes_in_pages_and_is_told_whole() {
    let mut world = World::new(Limits { page: name("A").weight(), ..Limits::default() });
    let [a, ..] = world.members(["A", "B", "C"]);
    world.say(a, Command::ListMembers);
    let members = names(["A", "B", "C"]);
    assert_eq!(world.told(a), [Event::Members { group: name("g"), members }, Event::Ready]);
    assert_eq!(pages(&world, a), [(1, true), (1, true), (1, false)]);
    assert_eq!(world.notices().len(), 1, "the operator is told once");
}

#[test]
fn a_name_that_is_longer_than_a_page_comes_alone() {
    let mut world = World::new(Limits { page: 1, ..Limits::default() });
    let x = world.join("X");
    for group in ["a", "b"] {
        world.say(x, Command::CreateGroup(name(group)));
    }
    world.told(x);
    world.say(x, Command::ListGroups);
    assert_eq!(world.told(x), [Event::Groups(names(["a", "b"])), Event::Ready]);
}

#[test]
fn a_list_that_does_not_go_on_is_given_up() {
    for (first, second) in [
        (names(["b"]), names(["a"])),
        (names(["b"]), names(["b"])),
        (names(["b"]), names([])),
        (names(["b", "a"]), names(["c"])),
    ] {
        let (told, asked) = pages_from(Limits::default(), &[first.clone(), second.clone()]);
        assert_eq!(told, [Event::Ready], "{first:?}, {second:?}");
        assert!(asked <= 2);
    }
}

#[test]
fn a_list_may_be_as_long_as_there_can_be_groups_or_clients_and_no_longer() {
    let page = |from: usize, to: usize| (from..to).map(|i| name(&format!("n{i}"))).collect::<Vec<_>>();
    for limits in [
        Limits { clients: 4, groups: 2, ..Limits::default() },
        Limits { clients: 2, groups: 4, ..Limits::default() },
    ] {
        let (told, asked) = pages_from(limits, &[page(0, 2), page(2, 4)]);
        assert_eq!((told.len(), asked), (0, 3), "four are as many as there can be");
        let (told, asked) = pages_from(limits, &[page(0, 2), page(2, 5)]);
        assert_eq!((told, asked), (vec![Event::Ready], 2));
        let (told, asked) = pages_from(limits, &[page(0, 4), page(4, 5)]);
        assert_eq!((told, asked), (vec![Event::Ready], 2));
    }
}

#[test]
fn names_that_nobody_asked_for_are_not_told_as_a_list() {
    for more in [false, true] {
        let mut world = World::new(Limits::default());
        let x = world.join("X");
        world.lose(|dst, _| dst == SERVER);
        world.forget();
        world.say(x, Command::CreateGroup(name("g")));
        let reply = Reply::Names { names: names(["a", "b"]), more };
        world.down(x, Down::Reply { number: world.own(x).last_request, reply });
        assert_eq!(
            (world.told(x), world.ups(x).len()),
            (vec![Event::InvalidCommand, Event::Ready], 1),
            "more: {more}"
        );
    }
}

/// A confused server answers with these pages, each of which promises more. What the person is told, and how often it asks.
fn pages_from(limits: Limits, pages: &[Vec<Name>]) -> (Vec<Event>, usize) {
    let mut world = World::new(limits);
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.forget();
    world.say(x, Command::ListGroups);
    for names in pages {
        let reply = Reply::Names { names: names.clone(), more: true };
        world.down(x, Down::Reply { number: world.own(x).last_request, reply });
    }
    let asked = world.ups(x).len();
    (world.told(x), asked)
}

#[test]
fn the_next_page_is_asked_for_with_the_last_name_and_a_number_of_its_own() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.lose(|dst, _| dst == SERVER);
    world.forget();
    world.say(x, Command::ListGroups);
    let reply = Reply::Names { names: names(["a", "b"]), more: true };
    world.down(x, Down::Reply { number: RequestNumber(1), reply });
    let request = Request::ListGroups { after: Some(name("b")) };
    assert_eq!(world.ups(x)[1], &Up::Request { number: RequestNumber(2), request });
}

fn pages(world: &World, who: usize) -> Vec<(usize, bool)> {
    let page = |down: &&Down| match down {
        Down::Reply { reply: Reply::Names { names, more }, .. } => Some((names.len(), *more)),
        _ => None,
    };
    world.downs(who).iter().filter_map(page).collect()
}
