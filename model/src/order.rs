//! Everything an operator can ask of a server.

use serde::{Deserialize, Serialize};

use crate::name::Name;

/// What an operator asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Order {
    /// End the session of this name. Its client is told that it was put out, and ends.
    Kick(Name),
    /// Tell everybody who is online that the server stops, and do nothing more.
    Stop,
}
