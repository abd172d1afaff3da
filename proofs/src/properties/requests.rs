//! Requests.

use crate::system::history::Fate;
use crate::system::{State, System, seats, server};

use super::directs::letters;

/// A request takes effect at most once: no registration leads to two sessions, no group is created twice, no post gets two
/// indexes.
pub(super) fn at_most_once(system: &System, state: &State) -> bool {
    let server = server(state);
    let scenario = &system.scenario;
    let sessions = server.next_session.0 - scenario.first_session().0;
    let registrations: u64 = seats(state)
        .map(|(actor, seat)| {
            let current = scenario.nonce(actor, u64::from(seat.life)).0;
            // Earlier lives registered at most as often as one life may.
            let earlier = u64::from(seat.life) * scenario.sessions.max(1);
            earlier + seat.client.nonce.0 - current
        })
        .sum();
    let mut created: Vec<_> = seats(state).flat_map(|(_, seat)| seat.person.created.iter()).collect();
    let groups = created.len();
    created.sort();
    created.dedup();
    let posted = server.groups.iter().all(|(name, group)| {
        let typed =
            letters(state).filter(|letter| letter.to.is_none() && letter.group.as_ref() == Some(name));
        let refused = typed.clone().filter(|letter| letter.fate == Fate::Refused).count();
        group.next.0 <= (typed.count() - refused) as u64
    });
    sessions <= registrations && groups == created.len() && posted
}
