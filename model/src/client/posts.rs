//! Posts at a client: shown in the order of their index, once each, one's own in their place.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::event::Event;
use crate::ids::{Index, RequestNumber};
use crate::name::{Name, Text};
use crate::packet::Up;

use super::{Ahead, Client, ClientState, Mode, Turn};

/// Acked only once it has been shown. A post before its turn waits; one of another membership is a stray copy.
pub(super) fn on_post(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    join: RequestNumber,
    index: Index,
    from: Name,
    text: Text,
    out: &mut Out<Client>,
) {
    let Some(own) = state.registered() else { return };
    let Mode::Group { join: current, next, ahead, .. } = &own.mode else { return };
    if *current != join {
        return;
    }
    // Posts of others that can be out, and one's own between them; never more than the server keeps.
    let limits = &client.config.limits;
    let reach = limits.reach as u64 + ahead.len() as u64;
    if index < *next {
        let ack = Up::PostAck { join, next: *next };
        super::requests::send_up(client, own, ack, out);
    } else if !ahead.contains_key(&index) && index.0 - next.0 <= reach && ahead.len() < limits.posts {
        client.turn(state, out).place(index, Ahead::Other(from, text));
    }
}

impl Turn<'_> {
    /// The server has taken one's own post.
    pub(super) fn posted(&mut self, text: Text, index: Index) {
        self.tell(Event::PostReceived { index });
        if self.has_room_at(index) {
            self.place(index, Ahead::Own(text));
        }
    }

    /// Whether a post can be there. A server gives no place that has passed or is taken, and keeps no more than there may be.
    fn has_room_at(&self, index: Index) -> bool {
        let mode = self.state.registered().map(|own| &own.mode);
        let Some(Mode::Group { next, ahead, .. }) = mode else { return false };
        index == *next
            || index > *next && !ahead.contains_key(&index) && ahead.len() < self.config.limits.posts
    }

    /// Puts a post into its place and shows everything whose turn has come.
    fn place(&mut self, index: Index, post: Ahead) {
        let Some(own) = self.state.registered_mut() else { return };
        let Mode::Group { join, next, ahead, .. } = &mut own.mode else { return };
        let join = *join;
        ahead.insert(index, post);
        let mut shown = Vec::new();
        while let Some(post) = ahead.remove(next) {
            let index = *next;
            *next = index.next();
            shown.push(match post {
                Ahead::Other(from, text) => Event::Post { from, text, index },
                Ahead::Own(text) => Event::OwnPost { text, index },
            });
        }
        let next = *next;
        let foreign = shown.iter().any(|event| matches!(event, Event::Post { .. }));
        for event in shown {
            self.tell(event);
        }
        if foreign {
            self.send_up(Up::PostAck { join, next });
        }
    }
}
