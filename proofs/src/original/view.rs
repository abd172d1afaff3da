//! The original, as the promises see it. They are the same functions that judge our protocol.

use std::collections::BTreeSet;

use model::Name;
use model::ids::{Index, RequestNumber, Version};

use super::client::Phase;
use super::packet::Body;
use super::role::Timer;
use super::run::Run;
use super::world::{State, World, seat, seats, server};
use crate::properties::society::{Listed, Member, Seated, Society, Standing, Stay};
use crate::system::SERVER;
use crate::system::history::Letter;

/// A state of the original.
pub(super) struct View<'a>(pub(super) &'a World, pub(super) &'a State);

/// Requests have no numbers, so no stay differs from another in the same group.
const ANY: RequestNumber = RequestNumber(0);

impl Society for View<'_> {
    type Identity = Name;

    fn people(&self) -> impl Iterator<Item = Seated<'_>> + Clone {
        seats(self.1).map(|(actor, seat)| Seated { actor, person: &seat.person, living: true })
    }

    fn is_called(&self, actor: usize, name: &Name) -> bool {
        self.0.seat(actor).lives.iter().any(|life| life.name == *name)
    }

    fn standing(&self, actor: usize) -> Option<Standing<'_, Name>> {
        let seat = seat(self.1, actor);
        let joins = |waiting: &super::client::Waiting| matches!(waiting.body, Body::Join(_));
        (seat.client.phase == Phase::Registered).then(|| Standing {
            identity: self.0.seat(actor).client(seat).name.clone(),
            queue: &seat.client.queue,
            stay: seat.client.group.as_ref().map(|group| Stay { group, join: ANY }),
            joining: seat.client.waiting.as_ref().is_some_and(joins).then_some(ANY),
        })
    }

    fn version(&self, actor: usize) -> Version {
        seat(self.1, actor).client.table.version()
    }

    fn is_same_directory(&self, actor: usize) -> bool {
        seat(self.1, actor).client.table == server(self.1).table
    }

    fn current(&self) -> Version {
        server(self.1).table.version()
    }

    fn listed(&self) -> impl Iterator<Item = Listed<'_, Name>> {
        server(self.1).table.0.iter().map(|entry| Listed {
            identity: entry.name.clone(),
            name: &entry.name,
            address: entry.address,
            online: entry.online,
        })
    }

    fn was_given(&self, name: &Name) -> bool {
        server(self.1).table.find(name).is_some()
    }

    fn is_online(&self, name: &Name) -> bool {
        server(self.1).table.find(name).is_some_and(|entry| entry.online)
    }

    fn stay(&self, name: &Name) -> Option<Stay<'_>> {
        let group = server(self.1).groups.iter().find(|(_, members)| members.contains(name))?.0;
        Some(Stay { group, join: ANY })
    }

    fn members(&self) -> impl Iterator<Item = Member<'_, Name>> + Clone {
        server(self.1).groups.iter().flat_map(|(group, members)| {
            members.iter().map(move |name| Member { group, name, identity: name.clone() })
        })
    }

    fn groups(&self) -> impl Iterator<Item = (&Name, Index)> {
        server(self.1).log.iter().map(|(group, posts)| (group, Index(posts.len() as u64)))
    }

    fn sessions_given(&self) -> u64 {
        server(self.1).table.0.len() as u64
    }

    fn registrations(&self) -> u64 {
        seats(self.1).map(|(_, seat)| u64::from(seat.life) + 1).sum()
    }

    fn has_taken(&self, letter: &Letter) -> bool {
        let posts = letter.group.as_ref().and_then(|group| server(self.1).log.get(group));
        posts.is_some_and(|posts| posts.iter().any(|post| (&post.0, &post.1) == (&letter.from, &letter.text)))
    }
}

/// When a group message is out of attempts, whoever has not acked is not a member; none waits without a timer.
pub(super) fn unresponsive_removed(_: &World, state: &State) -> bool {
    let asleep: BTreeSet<_> = state.timers_set[SERVER]
        .iter()
        .filter_map(|timer| match timer {
            Timer::Sleep(stamp) => Some(stamp),
            Timer::Wait => None,
        })
        .collect();
    server(state).acks.keys().collect::<BTreeSet<_>>() == asleep
}

/// From this state, if from now on nothing is lost, every command is answered, queues are empty outside groups, and all
/// directories are the server's.
pub(super) fn settles(world: &World, state: &State) -> bool {
    [true, false].into_iter().all(|past_arrives| {
        Run::end(world, state, past_arrives).is_some_and(|end| {
            let current = &server(&end).table;
            seats(&end).all(|(_, seat)| match seat.client.phase {
                Phase::Registering => false,
                Phase::Registered => {
                    let alone = seat.client.group.is_none();
                    seat.person.ready
                        && (!alone || seat.client.queue.is_empty())
                        && seat.client.table == *current
                }
                Phase::Exited => seat.person.exit.is_some(),
            })
        })
    })
}

/// Who is told that a name is taken is told so because somebody else is online under it.
pub(super) fn taken_by_another(world: &World, state: &State) -> bool {
    use model::event::Exit::NameTaken;
    seats(state).filter(|(_, seat)| seat.person.exit == Some(NameTaken)).all(|(actor, refused)| {
        let name = &world.seat(actor).client(refused).name;
        seats(state).any(|(other, seat)| {
            other != actor
                && seat.client.phase != Phase::Exited
                && world.seat(other).client(seat).name == *name
        })
    })
}

/// Who has registered and never asked to leave is online.
pub(super) fn living_online(world: &World, state: &State) -> bool {
    let leaves = |seat: &super::seat::SeatState| {
        seat.client.waiting.as_ref().is_some_and(|waiting| waiting.body == Body::Deregister)
    };
    seats(state).all(|(actor, seat)| {
        seat.client.phase != Phase::Registered
            || leaves(seat)
            || View(world, state).is_online(&world.seat(actor).client(seat).name)
    })
}

/// Who is removed from a group comes to know: if from now on nothing is lost, nobody's prompt shows a group that it is no
/// member of.
pub(super) fn removed_told(world: &World, state: &State) -> bool {
    Run::end(world, state, true).is_some_and(|end| {
        seats(&end).all(|(actor, seat)| {
            let member = |group| {
                let members = server(&end).groups.get(group);
                members.is_some_and(|members| members.contains(&world.seat(actor).client(seat).name))
            };
            seat.client.group.as_ref().is_none_or(member)
        })
    })
}
