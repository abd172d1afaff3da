//! What the server has saved, and what is left of it when it crashes.
//!
//! A change set is saved before anything leaves that its event has said. So a crash in the midst of an event is one right
//! before it if the set was not saved: nobody has seen anything of the event. Otherwise it is one right after it: everything
//! that the event has said is under way, and may be lost there. The server may crash in every state, so both are explored.

use std::sync::Arc;

use model::ServerState;
use model::server::saved::Saved;
use stateright::actor::{ActorModelAction, Id};

use super::role::RoleState;
use super::{Action, FIRST_SESSION, KEY, SERVER, State};

/// What an actor may have stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Storage {
    /// What the server's disk holds.
    Disk(Disk),
    /// A change set on its way to the disk; there only in the midst of a step.
    Changes(Saved),
}

/// The server's disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Disk {
    /// What has been written, folded.
    pub written: Arc<Saved>,
    /// What may wait and has not been written; a crash loses it.
    pub waiting: Saved,
    /// How often the server has crashed.
    pub crashes: u8,
}

impl Storage {
    /// What a server starts with: nothing if nothing was ever written.
    pub fn saved(&self) -> Option<Saved> {
        match self {
            Storage::Disk(disk) if !disk.written.parts.is_empty() => Some(Saved::clone(&disk.written)),
            Storage::Disk(_) | Storage::Changes(_) => None,
        }
    }
}

impl Default for Disk {
    fn default() -> Disk {
        Disk { written: Arc::default(), waiting: Saved::nothing(), crashes: 0 }
    }
}

impl Disk {
    /// The disk in this state.
    pub fn of(state: &State) -> Disk {
        match state.actor_storages.get(SERVER) {
            Some(Some(Storage::Disk(disk))) => disk.clone(),
            _ => Disk::default(),
        }
    }

    /// Keeps a change set. It is written with all that waits, unless it may wait itself.
    pub fn keep(&mut self, changes: Saved) {
        if let Some(due) = self.waiting.gather(changes) {
            Arc::make_mut(&mut self.written).fold(due);
        }
        // What is as it was needs no writing.
        self.waiting.parts.retain(|part, value| self.written.parts.get(part) != Some(value));
    }

    fn crash(&mut self) -> ServerState {
        self.crashes += 1;
        self.waiting = Saved::nothing();
        match Storage::Disk(self.clone()).saved() {
            Some(saved) => ServerState::recover(&saved, &KEY).expect("a server has saved it"),
            None => ServerState::new(FIRST_SESSION),
        }
    }
}

/// Carries out on the disk what a step has done. After a crash the server knows what it has written, and nothing else.
pub(super) fn follow(last: &State, action: &Action, next: &mut State) {
    if let Some(Storage::Changes(changes)) = next.actor_storages[SERVER].take_if(|it| it.is_change()) {
        let mut disk = Disk::of(last);
        disk.keep(changes);
        next.actor_storages[SERVER] = Some(Storage::Disk(disk));
    }
    if *action == ActorModelAction::Crash(Id::from(SERVER)) {
        let mut disk = Disk::of(last);
        next.actor_states[SERVER] = Arc::new(RoleState::Server(disk.crash()));
        next.actor_storages[SERVER] = Some(Storage::Disk(disk));
    }
}

impl Storage {
    fn is_change(&self) -> bool {
        matches!(self, Storage::Changes(_))
    }
}
