//! Groups.

use model::ids::RequestNumber;
use model::notice::GroupRefusal;
use model::packet::{Down, Reply, Request, Up};
use model::{Command, Event, Limits, Notice};

use crate::world::{World, name, names, text};

#[test]
fn people_create_join_list_and_leave_groups() {
    let mut world = World::new(Limits::default());
    let (x, y) = (world.join("X"), world.join("Y"));
    world.forget();
    for command in [
        Command::CreateGroup(name("g")),
        Command::CreateGroup(name("g")),
        Command::ListGroups,
        Command::JoinGroup(name("h")),
        Command::JoinGroup(name("g")),
    ] {
        world.say(x, command);
    }
    world.say(y, Command::JoinGroup(name("g")));
    world.say(x, Command::ListMembers);
    world.say(x, Command::LeaveGroup);
    world.say(y, Command::ListMembers);
    let (g, ready) = (name("g"), Event::Ready);
    assert_eq!(
        world.told(x),
        [
            Event::GroupCreated(g.clone()),
            ready.clone(),
            Event::GroupExists(g.clone()),
            ready.clone(),
            Event::Groups(names(["g"])),
            ready.clone(),
            Event::NoSuchGroup(name("h")),
            ready.clone(),
            Event::Joined(g.clone()),
            ready.clone(),
            Event::Members { group: g.clone(), members: names(["X", "Y"]) },
            ready.clone(),
            Event::Left(g.clone()),
            ready,
        ]
    );
    let alone = Event::Members { group: g.clone(), members: names(["Y"]) };
    assert_eq!(world.told(y)[2..], [alone, Event::Ready]);
    let (by, group) = (name("X"), g.clone());
    let in_both = |by: &str| Notice::Joined { by: name(by), group: name("g") };
    assert_eq!(
        world.notices(),
        [
            Notice::GroupCreated { by: by.clone(), group: group.clone() },
            Notice::GroupRefused { by: by.clone(), group: group.clone(), reason: GroupRefusal::Exists },
            Notice::ListedGroups { by: by.clone(), groups: names(["g"]) },
            Notice::JoinRefused { by: by.clone(), group: name("h") },
            in_both("X"),
            in_both("Y"),
            Notice::ListedMembers { by: by.clone(), group: group.clone(), members: names(["X", "Y"]) },
            Notice::Left { by, group: group.clone() },
            Notice::ListedMembers { by: name("Y"), group, members: names(["Y"]) },
        ]
    );
}

#[test]
fn the_operator_sees_every_change_of_the_groups_and_nothing_else() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.forget();
    let table = |world: &mut World, command: Command| {
        world.say(x, command);
        world.tables()
    };
    let with = |members: Vec<model::Name>| vec![Notice::Groups(vec![(name("g"), members)])];
    assert_eq!(table(&mut world, Command::CreateGroup(name("g"))), with(vec![]));
    assert_eq!(table(&mut world, Command::CreateGroup(name("g"))), []);
    assert_eq!(table(&mut world, Command::JoinGroup(name("g"))), with(names(["X"])));
    assert_eq!(table(&mut world, Command::LeaveGroup), with(vec![]));
}

#[test]
fn there_are_exactly_as_many_groups_as_the_limit_says() {
    let mut world = World::new(Limits { groups: 2, ..Limits::default() });
    let x = world.join("X");
    for group in ["a", "b", "c"] {
        world.say(x, Command::CreateGroup(name(group)));
    }
    assert_eq!(
        world.told(x)[2..],
        [Event::GroupCreated(name("b")), Event::Ready, Event::TooManyGroups, Event::Ready]
    );
    assert_eq!(world.server.groups.len(), 2);
    // That a group exists is the better answer.
    world.say(x, Command::CreateGroup(name("a")));
    assert_eq!(world.told(x)[0], Event::GroupExists(name("a")));
}

#[test]
fn what_does_not_fit_the_mode_is_refused_and_nothing_is_sent() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.forget();
    for command in [Command::SendGroup(text("hi")), Command::ListMembers, Command::LeaveGroup] {
        world.say(x, command);
        assert_eq!(world.told(x), [Event::InvalidCommand, Event::Ready]);
    }
    assert!(world.ups(x).is_empty());
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    for command in [
        Command::Send { to: name("X"), text: text("hi") },
        Command::CreateGroup(name("h")),
        Command::ListGroups,
        Command::JoinGroup(name("h")),
    ] {
        world.say(x, command);
        assert_eq!(world.told(x), [Event::InvalidCommand, Event::Ready]);
    }
    assert!(world.ups(x).is_empty());
}

#[test]
fn a_member_joins_no_second_group() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    let request = Request::JoinGroup(name("g"));
    world.up(x, Up::Request { number: RequestNumber(50), request });
    assert_eq!(world.downs(x), [&Down::Reply { number: RequestNumber(50), reply: Reply::AlreadyMember }]);
}

#[test]
fn who_is_no_member_can_neither_post_nor_list_nor_leave() {
    let mut world = World::new(Limits::default());
    let x = world.join("X");
    world.forget();
    let requests = [Request::Post(text("hi")), Request::ListMembers { after: None }, Request::LeaveGroup];
    for (number, request) in (50..).map(RequestNumber).zip(requests) {
        world.up(x, Up::Request { number, request });
        let last = world.downs(x).last().copied().cloned();
        assert_eq!(last, Some(Down::Reply { number, reply: Reply::NotMember }));
    }
}

#[test]
fn being_removed_is_told_once_whichever_way_it_comes() {
    let mut world = World::new(Limits::default());
    let [x] = world.members(["X"]);
    let join = world.own(x).mode.join().unwrap();
    world.down(x, Down::Removed { join: RequestNumber(99) });
    assert_eq!(world.told(x), [], "of another membership");
    world.down(x, Down::Removed { join });
    assert_eq!(world.told(x), [Event::Removed(name("g"))]);
    world.down(x, Down::Removed { join });
    assert_eq!(world.told(x), []);
    // The reply to a command says it too.
    let mut world = World::new(Limits::default());
    let [z] = world.members(["Z"]);
    world.lose(|dst, _| dst == crate::world::SERVER);
    world.say(z, Command::ListMembers);
    let number = world.own(z).last_request;
    world.down(z, Down::Reply { number, reply: Reply::NotMember });
    assert_eq!(world.told(z), [Event::Removed(name("g")), Event::Ready]);
}
