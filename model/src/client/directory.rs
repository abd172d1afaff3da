//! The directory at a client: takes what the server sends, never goes back, says how far it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use stateright::actor::Out;

use crate::event::{Event, Person};
use crate::ids::{Session, Slot, Version};
use crate::name::Name;
use crate::packet::{Entry, Up, Update};

use super::{Client, ClientState, Turn};

/// The client table as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directory {
    /// Which run of a server's memory it belongs to.
    pub instance: Session,
    /// All changes up to this one are in.
    pub version: Version,
    /// The entries.
    slots: BTreeMap<Slot, Entry>,
    /// Where a name is.
    by_name: BTreeMap<Name, Slot>,
}

impl Directory {
    pub(super) fn of(instance: Session) -> Directory {
        Directory { instance, ..Directory::default() }
    }

    /// The entry of a name.
    pub fn find(&self, name: &Name) -> Option<&Entry> {
        self.slots.get(self.by_name.get(name)?)
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots.values()
    }

    /// The table as people see it, sorted by name.
    fn people(&self) -> Vec<Person> {
        let person =
            |entry: &Entry| Person { name: entry.name.clone(), address: entry.address, online: entry.online };
        self.by_name.keys().filter_map(|name| self.find(name)).map(person).collect()
    }

    /// Replaces what stands in a slot; returns it.
    fn put(&mut self, slot: Slot, entry: Entry) -> Option<Entry> {
        let name = entry.name.clone();
        let old = self.slots.insert(slot, entry);
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
        for (slot, entry) in update.entries {
            let session = entry.session;
            let old = self.state.directory.put(slot, entry);
            if let Some(old) = old.filter(|old| old.session != session) {
                // Nothing is accepted from a session that the directory does not list, so nothing is forgotten.
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
