//! At which addresses the actors of a recorded run were.
//!
//! A system numbers its actors. What they say to each other holds addresses, and what they do may depend on them. So
//! recorded actors keep their addresses inside, and only the network between them goes by numbers.

use std::sync::Arc;

use stateright::actor::Id;

/// The addresses of all actors, as one of them knows them. Without any, a number is an address.
#[derive(Clone, Debug, Default)]
pub struct Book(Option<Arc<[Id]>>);

impl Book {
    /// By actor number.
    pub fn new(addresses: Vec<Id>) -> Book {
        Book(Some(addresses.into()))
    }

    /// Where an actor is. Whoever is none has its address for a number.
    pub fn address(&self, actor: Id) -> Id {
        let known = self.0.as_ref().and_then(|addresses| addresses.get(usize::from(actor)));
        known.copied().unwrap_or(actor)
    }

    /// Who is at an address; nobody if that is no actor.
    pub fn actor(&self, address: Id) -> Option<Id> {
        match &self.0 {
            None => Some(address),
            Some(addresses) => addresses.iter().position(|known| *known == address).map(Id::from),
        }
    }
}
