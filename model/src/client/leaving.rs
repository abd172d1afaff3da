//! Leaving: on purpose, or because the server has ended the session.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::event::{Event, Exit};
use crate::ids::Version;
use crate::packet::Up;

use super::{Client, ClientState, Phase, Turn};

/// Here I am.
pub(super) fn on_probe(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    asked: Version,
    out: &mut Out<Client>,
) {
    if let Some(own) = state.registered() {
        super::requests::send_up(client, own, Up::Alive(asked), out);
    }
}

/// The server knows this session no more. Who wanted to leave has left; everybody else registers again.
pub(super) fn on_gone(client: &Client, state: &mut Cow<'_, ClientState>, out: &mut Out<Client>) {
    let mut turn = client.turn(state, out);
    if turn.state.is_leaving() {
        turn.exit(Exit::Deregistered);
    } else {
        turn.tell(Event::SessionLost);
        turn.flush();
        turn.register();
    }
}

impl Turn<'_> {
    /// Shows what is queued.
    fn flush(&mut self) {
        let Some(own) = self.state.registered_mut() else { return };
        for (from, text) in std::mem::take(&mut own.queue) {
            self.tell(Event::Direct { from, text });
        }
    }

    /// The one way out, so that no exit forgets the queue.
    pub(super) fn exit(&mut self, reason: Exit) {
        let queued =
            self.state.registered_mut().map(|own| std::mem::take(&mut own.queue)).unwrap_or_default();
        self.state.phase = Phase::Exited(reason);
        self.disarm();
        self.tell(Event::Exited { reason, queued: queued.into() });
    }
}
