//! The directory at a client: takes what the server sends, never goes back, says how far it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use stateright::actor::Out;

use crate::changes::{Change, note};
use crate::event::{Event, Person};
use crate::ids::{Slot, Version};
use crate::name::Name;
use crate::packet::{Entry, Listing, Up, Update};

use super::{Client, ClientState, Turn};

/// The client table as far as known. It begins with the session: the secrets in it are of this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directory {
    /// All changes up to this one are in.
    pub version: Version,
    /// The entries, with their secrets.
    slots: BTreeMap<Slot, Listing>,
    /// Where a name is.
    by_name: BTreeMap<Name, Slot>,
}

impl Directory {
    /// The entry of a name, with its secret.
    pub fn find(&self, name: &Name) -> Option<&Listing> {
        self.slots.get(self.by_name.get(name)?)
    }

    pub(super) fn listing(&self, slot: Slot) -> Option<&Listing> {
        self.slots.get(&slot)
    }

    /// All entries, with their secrets.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.slots.values()
    }

    /// All entries.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.slots.values().map(|listing| &listing.entry)
    }

    /// The table as people see it, sorted by name.
    fn people(&self) -> Vec<Person> {
        let person = |Listing { entry, .. }: &Listing| Person {
            name: entry.name.clone(),
            address: entry.address,
            online: entry.online,
        };
        self.by_name.keys().filter_map(|name| self.find(name)).map(person).collect()
    }

    /// Replaces what stands in its slot; returns it.
    fn put(&mut self, listing: Listing) -> Option<Entry> {
        let (slot, name) = (listing.slot, listing.entry.name.clone());
        note(|| Change::Listing(slot));
        let old = self.slots.insert(slot, listing).map(|old| old.entry);
        if let Some(old) = &old
            && self.by_name.get(&old.name) == Some(&slot)
        {
            // Only if it still points here: the name may have moved on to another slot already.
            self.by_name.remove(&old.name);
        }
        self.by_name.insert(name, slot);
        old
    }
}

/// Takes an update that leads forward and has no gap before it; acks what the client then has, so that the server
/// goes on from there.
pub(super) fn on_update(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    update: Update,
    out: &mut Out<Client>,
) {
    let version = state.directory.version;
    if update.base <= version && version < update.to {
        let mut turn = client.turn(state, out);
        turn.take_update(update);
        turn.ack_update();
    } else if let Some(own) = state.registered() {
        super::requests::send_up(client, own, Up::UpdateAck(version), out);
    }
}

impl Turn<'_> {
    fn take_update(&mut self, update: Update) {
        let current = update.to == update.latest;
        self.state.directory.version = update.to;
        let limit = self.config.limits.clients as u64;
        // No server of ours has more slots. What one claims beyond that must not fill our memory.
        for listing in update.entries.into_iter().filter(|listing| listing.slot.0 < limit) {
            let session = listing.entry.session;
            let old = self.state.directory.put(listing);
            if let Some(old) = old.filter(|old| old.session != session) {
                // Nothing is accepted from a session that the directory does not list, so nothing is forgotten.
                note(|| Change::Heard(old.session));
                self.state.heard.remove(&old.session);
            }
        }
        if current {
            let people = self.state.directory.people();
            self.tell(Event::Directory(people));
        }
    }

    fn ack_update(&mut self) {
        let version = self.state.directory.version;
        self.send_up(Up::UpdateAck(version));
    }
}
