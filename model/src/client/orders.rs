//! What the operator of the server has ordered, as far as it concerns this client.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::event::{Event, Exit};
use crate::ids::Stop;

use super::{Client, ClientState};

/// Put out. Whoever was put out does not come back by itself.
pub(super) fn on_kicked(client: &Client, state: &mut Cow<'_, ClientState>, out: &mut Out<Client>) {
    client.turn(state, out).exit(Exit::Kicked);
}

/// The server stops: told once, however often the packet comes. Nothing else changes. A server that stays away is silent; one that
/// comes back goes on with this session or says that it is gone.
pub(super) fn on_stopping(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    stop: Stop,
    out: &mut Out<Client>,
) {
    if state.registered().is_some_and(|own| own.last_stop < stop) {
        let mut turn = client.turn(state, out);
        if let Some(own) = turn.state.registered_mut() {
            own.last_stop = stop;
        }
        turn.tell(Event::ServerStopping);
    }
}
