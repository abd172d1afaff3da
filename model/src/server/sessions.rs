//! Who is speaking.

use stateright::actor::Id;

use crate::ids::Pass;

use super::ServerState;

/// What the server makes of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Of a session that lasts, from its address.
    Online,
    /// Of a session that has ended, or that this server does not know.
    Ended,
    /// Not from the session's address, or with a false token.
    Impostor,
}

/// Judges a pass. An unknown session counts as ended whatever its token: a server that has lost its memory
/// has also lost its key, and its clients have to be told that they are unknown.
pub(super) fn standing(state: &ServerState, src: Id, pass: Pass) -> Standing {
    let Some(record) = state.sessions.get(&pass.session) else { return Standing::Ended };
    if src != record.address || pass.token != record.token {
        Standing::Impostor
    } else if record.online.is_some() {
        Standing::Online
    } else {
        Standing::Ended
    }
}
