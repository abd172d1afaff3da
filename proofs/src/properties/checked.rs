//! The checked system, as the promises see it.

use model::Name;
use model::ids::{Index, Session, Version};
use model::packet::Request;

use crate::system::envelopes::awaited;
use crate::system::{State, System, seat, seats, server};

use super::society::{Listed, Member, Seated, Society, Standing, Stay};

/// A state of the checked system.
pub(super) struct Checked<'a>(pub(super) &'a System, pub(super) &'a State);

impl Society for Checked<'_> {
    type Identity = Session;

    fn people(&self) -> impl Iterator<Item = Seated<'_>> + Clone {
        seats(self.1).map(|(actor, seat)| Seated {
            actor,
            person: &seat.person,
            living: !self.1.crashed[actor],
        })
    }

    fn is_called(&self, actor: usize, name: &Name) -> bool {
        self.0.seat(actor).lives.iter().any(|life| life.config.name == *name)
    }

    fn standing(&self, actor: usize) -> Option<Standing<'_, Session>> {
        let own = seat(self.1, actor).client.registered()?;
        let joining =
            awaited(own).find(|(_, it)| matches!(it, Request::JoinGroup(_))).map(|(number, _)| number);
        let stay = own.mode.group().zip(own.mode.join()).map(|(group, join)| Stay { group, join });
        Some(Standing { identity: own.pass.session, queue: &own.queue, stay, joining })
    }

    fn version(&self, actor: usize) -> Version {
        seat(self.1, actor).client.directory.version
    }

    fn is_same_directory(&self, actor: usize) -> bool {
        seat(self.1, actor).client.directory.entries().eq(server(self.1).directory.entries())
    }

    fn current(&self) -> Version {
        server(self.1).directory.version
    }

    fn listed(&self) -> impl Iterator<Item = Listed<'_, Session>> {
        server(self.1).directory.entries().map(|entry| Listed {
            identity: entry.session,
            name: &entry.name,
            address: entry.address,
            online: entry.online,
        })
    }

    fn was_given(&self, session: &Session) -> bool {
        *session < server(self.1).next_session
    }

    fn is_online(&self, session: &Session) -> bool {
        server(self.1).online(*session).is_some()
    }

    fn stay(&self, session: &Session) -> Option<Stay<'_>> {
        let membership = server(self.1).membership(*session)?;
        Some(Stay { group: &membership.group, join: membership.join })
    }

    fn members(&self) -> impl Iterator<Item = Member<'_, Session>> + Clone {
        server(self.1).groups.iter().flat_map(|(group, held)| {
            held.members.iter().map(move |(name, session)| Member { group, name, identity: *session })
        })
    }

    fn groups(&self) -> impl Iterator<Item = (&Name, Index)> {
        server(self.1).groups.iter().map(|(name, group)| (name, group.next))
    }

    fn sessions_given(&self) -> u64 {
        server(self.1).next_session.0 - self.0.server().config.first_session.0
    }

    fn registrations(&self) -> u64 {
        let sessions = self.0.scenario.sessions.max(1);
        let of_one = |(actor, seat): (usize, &crate::system::seat::SeatState)| {
            let life = u64::from(seat.life);
            // Earlier lives registered at most as often as one life may.
            let first = self.0.seat(actor).client(seat.life).config.nonce;
            life * sessions + seat.client.nonce.0.wrapping_sub(first.0)
        };
        let intruded = crate::intruder::known(self.1).map_or(0, |known| known.passes.len() as u64);
        seats(self.1).map(of_one).sum::<u64>() + intruded
    }
}
