//! Whatever peers say, the lines for it are harmless.

use model::event::{Exit, Person};
use model::ids::Index;
use model::notice::{GroupRefusal, KickRefusal};
use model::{Event, Name, Notice, Text};
use proptest::prelude::*;

use super::{Screen, notice};
use crate::hostile::{deceives, message, name};

proptest! {
    #[test]
    fn no_line_of_a_client_deceives(name in name(), group in name(), text in message()) {
        let mut screen = Screen::default();
        for event in events(&name, &group, &text) {
            let lines = screen.show(&event);
            prop_assert!(lines.iter().all(|line| !deceives(line)), "{lines:?}");
            prop_assert!(!deceives(&screen.prompt()));
        }
    }

    #[test]
    fn no_line_of_a_server_deceives(name in name(), group in name(), text in message()) {
        for told in notices(&name, &group, &text) {
            for log_text in [false, true] {
                let lines = notice(&told, log_text);
                prop_assert!(lines.iter().all(|line| !deceives(line)), "{lines:?}");
            }
        }
    }
}

/// Every event in which somebody else has a say, inside the group and outside.
fn events(name: &Name, group: &Name, text: &Text) -> Vec<Event> {
    let (name, group, text) = (|| name.clone(), || group.clone(), || text.clone());
    vec![
        Event::Directory(vec![person(name())]),
        Event::Direct { from: name(), text: text() },
        Event::DirectReceived { by: name() },
        Event::DirectQueued { at: name() },
        Event::DirectRefused { by: name() },
        Event::NoAck { from: name() },
        Event::UnknownPerson(name()),
        Event::GroupCreated(group()),
        Event::GroupExists(group()),
        Event::Groups(vec![group(), name()]),
        Event::NoSuchGroup(group()),
        Event::Joined(group()),
        Event::Post { from: name(), text: text(), index: Index(0) },
        Event::Members { group: group(), members: vec![name(), group()] },
        Event::Left(group()),
        Event::Joined(group()),
        Event::Exited { reason: Exit::ServerSilent, queued: vec![(name(), text())] },
    ]
}

/// Every notice in which somebody has a say.
fn notices(name: &Name, group: &Name, text: &Text) -> Vec<Notice> {
    let (by, group, text) = (|| name.clone(), || group.clone(), || text.clone());
    vec![
        Notice::Clients(vec![person(by())]),
        Notice::Groups(vec![(group(), vec![by()])]),
        Notice::GroupCreated { by: by(), group: group() },
        Notice::GroupRefused { by: by(), group: group(), reason: GroupRefusal::Exists },
        Notice::Joined { by: by(), group: group() },
        Notice::JoinRefused { by: by(), group: group() },
        Notice::Posted { by: by(), text: text() },
        Notice::Left { by: by(), group: group() },
        Notice::Kicked { name: by() },
        Notice::KickRefused { name: by(), reason: KickRefusal::Unknown },
        Notice::Removed { member: by(), group: group() },
        Notice::ListedGroups { by: by(), groups: vec![group()] },
        Notice::ListedMembers { by: by(), group: group(), members: vec![by()] },
    ]
}

fn person(name: Name) -> Person {
    Person { name, address: std::net::SocketAddrV4::new([127, 0, 0, 1].into(), 7000).into(), online: true }
}
