//! Requests.

use crate::system::history::Fate;

use super::society::{Society, letters};

/// A request takes effect at most once: no registration leads to two sessions, no group is created twice, no post gets two
/// indexes.
pub(crate) fn at_most_once<S: Society>(society: &S) -> bool {
    let mut created: Vec<_> = society.people().flat_map(|seated| seated.person.created.iter()).collect();
    let groups = created.len();
    created.sort();
    created.dedup();
    let posted = society.groups().all(|(name, next)| {
        let typed =
            letters(society).filter(|letter| letter.to.is_none() && letter.group.as_ref() == Some(name));
        let refused = typed.clone().filter(|letter| letter.fate == Fate::Refused).count();
        next.0 <= (typed.count() - refused) as u64
    });
    society.sessions_given() <= society.registrations() && groups == created.len() && posted
}
