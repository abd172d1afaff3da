//! Groups at a client: entering and leaving the mode, and the lists.

use std::borrow::Cow;
use std::collections::BTreeMap;

use stateright::actor::Out;

use crate::event::Event;
use crate::ids::{Index, RequestNumber};
use crate::name::Name;
use crate::packet::Request;

use super::{Client, ClientState, Mode, Turn};

/// The membership has ended at the server.
pub(super) fn on_removed(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    join: RequestNumber,
    out: &mut Out<Client>,
) {
    if state.registered().is_some_and(|own| own.mode.join() == Some(join)) {
        client.turn(state, out).not_member();
    }
}

impl Turn<'_> {
    pub(super) fn joined(&mut self, group: Name, join: RequestNumber, next: Index) {
        if let Some(own) = self.state.registered_mut() {
            own.mode = Mode::Group { group: group.clone(), join, next, ahead: BTreeMap::new() };
        }
        self.tell(Event::Joined(group));
    }

    pub(super) fn left(&mut self) {
        self.leave_mode(Event::Left);
    }

    /// Removed in the meantime, which is told once.
    pub(super) fn not_member(&mut self) {
        self.leave_mode(Event::Removed);
    }

    fn leave_mode(&mut self, event: fn(Name) -> Event) {
        let Some(own) = self.state.registered_mut() else { return };
        let Mode::Group { group, .. } = std::mem::replace(&mut own.mode, Mode::Alone) else { return };
        let queue = std::mem::take(&mut own.queue);
        self.tell(event(group));
        for (from, text) in queue {
            self.tell(Event::Direct { from, text });
        }
    }

    pub(super) fn list_members(&mut self, members: Vec<Name>) {
        if let Some(group) = self.state.registered().and_then(|own| own.mode.group().cloned()) {
            self.tell(Event::Members { group, members });
        }
    }

    /// The pages so far, or nothing if the server does not come to an end.
    pub(super) fn gather(&self, names: Vec<Name>, page: Vec<Name>) -> Option<Vec<Name>> {
        let limits = &self.config.limits;
        let onward = page.first() > names.last() && page.is_sorted();
        (onward && names.len() + page.len() <= limits.clients.max(limits.groups))
            .then(|| [names, page].concat())
    }

    pub(super) fn ask_next_page(&mut self, names: Vec<Name>) {
        let after = names.last().cloned();
        let in_group = self.state.registered().is_some_and(|own| own.mode != Mode::Alone);
        let request = if in_group { Request::ListMembers { after } } else { Request::ListGroups { after } };
        self.ask(request, names);
    }
}
