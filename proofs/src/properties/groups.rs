//! Membership.

use model::client::{Mode, Pending};
use model::packet::Request;

use crate::system::{State, System, living, server};

/// A client is a member of at most one group; the group its prompt shows is that one, or it has been removed and not yet
/// told.
pub(super) fn one_group(_: &System, state: &State) -> bool {
    let server = server(state);
    let once = server.sessions.keys().all(|session| {
        let groups =
            server.groups.iter().filter(|(_, group)| group.members.values().any(|member| member == session));
        groups.count() <= 1
    });
    once && living(state).all(|(_, seat)| {
        let Some(own) = seat.client.registered() else { return seat.person.group.is_none() };
        let membership = server.membership(own.pass.session);
        let told = seat.person.group.as_ref() == own.mode.group();
        told && match (&own.mode, membership) {
            (Mode::Group { group, join, .. }, Some(membership)) => {
                membership.group == *group && membership.join == *join
            }
            (_, None) => true,
            (Mode::Alone, Some(membership)) => match &own.pending {
                // The reply that tells of it is under way.
                Some(Pending::Request(pending)) => {
                    pending.number == membership.join && matches!(pending.request, Request::JoinGroup(_))
                }
                Some(Pending::Direct(_)) | None => false,
            },
        }
    })
}

/// Only online sessions are members, under their own names, and they know it.
pub(super) fn online_members(_: &System, state: &State) -> bool {
    let server = server(state);
    server.groups.iter().all(|(name, group)| {
        group.members.iter().all(|(member, session)| {
            let known = server.membership(*session).is_some_and(|membership| membership.group == *name);
            let listed = |entry: &model::packet::Entry| {
                entry.session == *session && entry.online && entry.name == *member
            };
            known && server.directory.entries().any(listed)
        })
    })
}
