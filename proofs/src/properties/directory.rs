//! The directory.

use std::collections::BTreeSet;

use crate::system::history::Fault;
use crate::system::{State, server};

use super::society::{Society, living};

/// No two online clients share a name or an address; session numbers are never reused.
pub(crate) fn names_unique<S: Society>(society: &S) -> bool {
    let (mut names, mut addresses) = (BTreeSet::new(), BTreeSet::new());
    let unique = society.listed().filter(|entry| entry.online).all(|entry| {
        let known = society.is_online(&entry.identity) && society.was_given(&entry.identity);
        known && names.insert(entry.name) && addresses.insert(entry.address)
    });
    let mut held = BTreeSet::new();
    unique
        && living(society).all(|seated| {
            society
                .standing(seated.actor)
                .is_none_or(|own| society.was_given(&own.identity) && held.insert(own.identity))
        })
}

/// Every session that the server keeps has an entry that says the same about it.
pub(super) fn records_agree(state: &State) -> bool {
    let server = server(state);
    server.sessions.iter().all(|(session, record)| {
        let entry = server.directory.entries().find(|entry| entry.session == *session);
        entry.is_some_and(|entry| entry.online == record.online.is_some())
    })
}

/// Within a session a client's directory never goes back, nor does the table that is shown, and it equals the server's when its
/// version does.
pub(crate) fn directory_forward<S: Society>(society: &S) -> bool {
    let current = society.current();
    society.people().all(|seated| {
        let version = society.version(seated.actor);
        let equal = version != current || society.is_same_directory(seated.actor);
        version <= current && equal && !seated.person.faults.contains(&Fault::DirectoryBack)
    })
}
