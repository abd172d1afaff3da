//! What a person may want to name: shared with the line editor, which completes it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Name;
use model::event::Person;

/// What is known of people and groups.
#[derive(Clone, Debug)]
pub(super) struct Known(Arc<Mutex<Names>>);

/// The names.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// One's own.
    pub(super) own: Name,
    /// The client table.
    pub(super) people: Vec<Person>,
    /// Groups that this client has heard of.
    pub(super) groups: BTreeSet<Name>,
    /// The group that this person is in.
    pub(super) group: Option<Name>,
}

impl Known {
    pub(super) fn new(own: Name) -> Known {
        let names = Names { own, people: Vec::new(), groups: BTreeSet::new(), group: None };
        Known(Arc::new(Mutex::new(names)))
    }

    /// The names. Do not keep them: the editor waits.
    pub(super) fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    /// Everybody else who is online.
    pub(super) fn others(&self) -> impl Iterator<Item = &Name> {
        self.people
            .iter()
            .filter(|person| person.online && person.name != self.own)
            .map(|person| &person.name)
    }
}
