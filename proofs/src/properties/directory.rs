//! The directory.

use std::collections::BTreeSet;

use crate::system::history::Fault;
use crate::system::{State, System, living, seats, server};

/// No two online clients share a name or an address; session numbers are never reused.
pub(super) fn names_unique(_: &System, state: &State) -> bool {
    let server = server(state);
    let (mut names, mut addresses) = (BTreeSet::new(), BTreeSet::new());
    let unique = server.directory.entries().filter(|entry| entry.online).all(|entry| {
        let known = server.online(entry.session).is_some() && entry.session < server.next_session;
        known && names.insert(&entry.name) && addresses.insert(entry.address)
    });
    let mut sessions = BTreeSet::new();
    let held_once = living(state).all(|(_, seat)| {
        seat.client
            .registered()
            .is_none_or(|own| own.pass.session < server.next_session && sessions.insert(own.pass.session))
    });
    let records = server.sessions.iter().all(|(session, record)| {
        let entry = server.directory.entries().find(|entry| entry.session == *session);
        entry.is_some_and(|entry| entry.online == record.online.is_some())
    });
    unique && held_once && records
}

/// A client's directory never goes back, and equals the server's when its version does.
pub(super) fn directory_forward(_: &System, state: &State) -> bool {
    let theirs = &server(state).directory;
    seats(state).all(|(_, seat)| {
        let own = &seat.client.directory;
        let ahead = own.version > theirs.version;
        let equal = own.version != theirs.version || own.entries().eq(theirs.entries());
        !ahead && equal && !seat.person.faults.contains(&Fault::DirectoryBack)
    })
}
