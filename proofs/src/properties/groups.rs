//! Membership.

use super::society::{Society, living};

/// A client is a member of at most one group; the group its prompt shows is that one, or it has been removed and not yet
/// told.
pub(crate) fn one_group<S: Society>(society: &S) -> bool {
    let once = society
        .members()
        .all(|member| society.members().filter(|other| other.identity == member.identity).count() == 1);
    once && living(society).all(|seated| {
        let Some(own) = society.standing(seated.actor) else { return seated.person.group.is_none() };
        let told = seated.person.group.as_ref() == own.stay.map(|stay| stay.group);
        told && match (own.stay, society.stay(&own.identity)) {
            (Some(believed), Some(stay)) => believed == stay,
            (_, None) => true,
            // The reply that tells of it is under way.
            (None, Some(stay)) => own.joining == Some(stay.join),
        }
    })
}

/// Only online sessions are members, under their own names, and they know it.
pub(crate) fn online_members<S: Society>(society: &S) -> bool {
    society.members().all(|member| {
        society.stay(&member.identity).is_some_and(|stay| stay.group == member.group)
            && society
                .listed()
                .any(|entry| entry.identity == member.identity && entry.online && entry.name == member.name)
    })
}
