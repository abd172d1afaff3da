//! Actors that do not look at what a packet says about whose it is. What is not looked at might as well say what it should:
//! so each packet under way is made to fit whoever it arrives at.

use model::Packet;
use model::ids::Pass;
use stateright::actor::{Id, Network};

use crate::system::{Envelope, KEY, SERVER, State, seat, server};

/// A client takes a direct message that is for another session, and so has the secret of another pair.
pub(super) fn for_others(_: &State, next: &mut State) {
    refit(next, |state, envelope| {
        let own = pass_of(state, envelope.dst);
        if let (Packet::Direct { from, to, secret, .. }, Some(own)) = (&mut envelope.msg, own) {
            *to = own.session;
            *secret = KEY.pair(*from, *to);
        }
    });
}

/// A client takes what the server says to another session.
pub(super) fn with_any_pass(_: &State, next: &mut State) {
    refit(next, |state, envelope| {
        let own = pass_of(state, envelope.dst);
        if let (Packet::Down { pass, .. }, Some(own)) = (&mut envelope.msg, own) {
            *pass = own;
        }
    });
}

/// The server takes whoever speaks from the address of a session for that session.
pub(super) fn by_address(_: &State, next: &mut State) {
    refit(next, |state, envelope| {
        let mut entries = server(state).directory.entries();
        let speaker = entries.find(|entry| entry.online && entry.address == envelope.src);
        if let (Packet::Up { pass, .. }, Some(speaker)) = (&mut envelope.msg, speaker) {
            let token = KEY.token(speaker.session, speaker.address);
            *pass = Pass { session: speaker.session, token };
        }
    });
}

fn pass_of(state: &State, client: Id) -> Option<Pass> {
    let actor = usize::from(client);
    let is_client = actor != SERVER && actor < state.actor_states.len();
    is_client.then(|| seat(state, actor).client.registered().map(|own| own.pass))?
}

fn refit(state: &mut State, fit: impl Fn(&State, &mut Envelope)) {
    let Network::UnorderedDuplicating(envelopes, _) = &state.network else { return };
    let mut fitting: Vec<Envelope> = envelopes.iter().cloned().collect();
    for envelope in &mut fitting {
        fit(state, envelope);
    }
    state.network = Network::new_unordered_duplicating(fitting);
}
