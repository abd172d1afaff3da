//! The directory: who is registered where, and telling everybody.
//!
//! Each online session is brought up to date by one update at a time, sent until acked. While it is out, further
//! changes gather; the ack brings the next update, from the acked version on. So nothing is forgotten, and nobody gets
//! more datagrams than it acks. A session that leaves an update unacked through all attempts is probed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use stateright::actor::{Id, Out};

use crate::event::Person;
use crate::ids::{PairSecret, Session, Slot, Version};
use crate::message::Timer;
use crate::name::Name;
use crate::notice::Notice;
use crate::packet::{Down, Entry, Listing, Update};

use super::{SentUpdate, Server, ServerState, Turn};

/// The client table, versioned.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directory {
    /// Counts the changes.
    pub version: Version,
    /// Every entry, with the version that its last change led to.
    lines: BTreeMap<Slot, (Entry, Version)>,
    /// Where a name is.
    by_name: BTreeMap<Name, Slot>,
    /// Where an address is; of online entries only.
    by_address: BTreeMap<Id, Slot>,
    /// Slots by their last change.
    by_change: BTreeMap<Version, Slot>,
    /// Offline slots by their last change, the longest offline first.
    offline: BTreeMap<Version, Slot>,
}

impl Directory {
    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lines.values().map(|(entry, _)| entry)
    }

    /// Where a name is.
    pub fn find(&self, name: &Name) -> Option<Slot> {
        self.by_name.get(name).copied()
    }

    /// The table as people see it, sorted by name.
    pub fn people(&self) -> Vec<Person> {
        let person = |slot: &Slot| {
            let entry = self.entry(*slot);
            Person { name: entry.name.clone(), address: entry.address, online: entry.online }
        };
        self.by_name.values().map(person).collect()
    }

    /// All entries with their slots and the versions that their last changes led to.
    pub(super) fn lines(&self) -> impl Iterator<Item = (Slot, &Entry, Version)> {
        self.lines.iter().map(|(slot, (entry, changed))| (*slot, entry, *changed))
    }

    pub(super) fn line(&self, slot: Slot) -> Option<(&Entry, Version)> {
        self.lines.get(&slot).map(|(entry, changed)| (entry, *changed))
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Entry> {
        self.lines.get(&slot).map(|(entry, _)| entry)
    }

    pub(super) fn entry(&self, slot: Slot) -> &Entry {
        &self.lines[&slot].0
    }

    pub(super) fn online_at(&self, address: Id) -> Option<Slot> {
        self.by_address.get(&address).copied()
    }

    /// A slot for a new name: an unused one, else that of the name that has been offline for longest.
    pub(super) fn vacancy(&self, limit: usize) -> Option<Slot> {
        if self.lines.len() < limit {
            Some(Slot(self.lines.len() as u64))
        } else {
            self.offline.values().next().copied()
        }
    }

    /// Replaces what stands in a slot; one change.
    pub(super) fn put(&mut self, slot: Slot, entry: Entry) {
        self.version = self.version.next();
        if let Some((old, changed)) = self.lines.remove(&slot) {
            self.by_name.remove(&old.name);
            self.by_change.remove(&changed);
            self.offline.remove(&changed);
            if old.online {
                self.by_address.remove(&old.address);
            }
        }
        self.by_name.insert(entry.name.clone(), slot);
        self.by_change.insert(self.version, slot);
        if entry.online {
            self.by_address.insert(entry.address, slot);
        } else {
            self.offline.insert(self.version, slot);
        }
        self.lines.insert(slot, (entry, self.version));
    }

    /// What changed after `base`, oldest change first, as much as fits in `page` bytes. Leads to the version of the last
    /// change it holds: the changes left out are all later. `pair` knows the secrets of the session that is told.
    fn update(&self, base: Version, page: usize, pair: impl Fn(Session) -> PairSecret) -> Update {
        let mut update = Update { base, to: base, latest: self.version, entries: Vec::new() };
        let mut weight = 0;
        for (&changed, &slot) in self.by_change.range((Excluded(base), Unbounded)) {
            let entry = self.entry(slot);
            weight += entry.weight();
            if weight > page && !update.entries.is_empty() {
                return update;
            }
            update.to = changed;
            update.entries.push(Listing { slot, entry: entry.clone(), secret: pair(entry.session) });
        }
        update
    }
}

/// The client has `version`. Good for whatever it has, also when a later attempt has gone out with more.
pub(super) fn on_ack(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    version: Version,
    out: &mut Out<Server>,
) {
    let news = state.online(session).is_some_and(|online| version > online.sync.acked);
    if news && version <= state.directory.version {
        server.turn(state, out).update_acked(session, version);
    }
}

/// No ack in time.
pub(super) fn on_timeout(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    session: Session,
    out: &mut Out<Server>,
) {
    let Some(sent) = state.online(session).and_then(|online| online.sync.sent.clone()) else { return };
    let mut turn = server.turn(state, out);
    if sent.attempts < server.config.limits.attempts {
        turn.send_update(session, sent.attempts + 1);
    } else {
        turn.give_up_update(session);
    }
}

impl Turn<'_> {
    /// Tells the operator and, as far as the window allows, everybody who is online.
    pub(super) fn directory_changed(&mut self) {
        let people = self.state.directory.people();
        self.notify(Notice::Clients(people));
        let online: Vec<Session> = self
            .state
            .directory
            .by_address
            .values()
            .map(|&slot| self.state.directory.entry(slot).session)
            .collect();
        for session in online {
            self.serve(session);
        }
    }

    /// Sends the changes since the acked version, also those that are newer than the attempt before.
    pub(super) fn send_update(&mut self, session: Session, attempts: u8) {
        let page = self.config.limits.page;
        let Some(acked) = self.state.online(session).map(|online| online.sync.acked) else { return };
        let key = &self.config.key;
        let update = self.state.directory.update(acked, page, |listed| key.pair(session, listed));
        if let Some(online) = self.state.online_mut(session) {
            online.sync.sent = Some(SentUpdate { attempts });
        }
        self.send(session, Down::Update(update));
        self.arm(Timer::Update(session));
    }

    fn update_acked(&mut self, session: Session, version: Version) {
        let Some(online) = self.state.online_mut(session) else { return };
        online.sync.acked = version;
        let answered = online.sync.sent.take().is_some();
        if answered {
            self.out.cancel_timer(Timer::Update(session));
        }
        self.serve(session);
        self.release(usize::from(answered));
    }

    /// Nothing more goes out to this session until it has answered a probe.
    fn give_up_update(&mut self, session: Session) {
        if let Some(online) = self.state.online_mut(session) {
            online.sync.sent = None;
        }
        if super::probing::unasked(&self.state, session) {
            self.suspect(session);
        }
        self.release(1);
    }
}
