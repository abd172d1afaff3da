//! Carries the actors of `model` over UDP.
//!
//! 1. [`wire`]: what a datagram looks like. The only place that knows the codec.
//! 2. [`seal`]: what a room key does to it.
//! 3. [`host`]: puts one actor on stateright's `spawn` and joins it to its console.
//! 4. [`record`]: takes down every input of an actor, so that a run can be played back.
//! 5. [`store`]: keeps what a server saves.
//! 6. [`log_bridge`]: lets `spawn`'s own warnings appear where ours do.
//!
//! Deliberately absent: any decision about the protocol. Nothing here asks what a packet means.

pub mod host;
mod logging;
pub mod record;
pub mod seal;
pub mod store;
pub mod wire;

pub use host::{
    CommandError, CommandSender, Console, Faults, Histogram, HostError, Hosted, Options, Overflow, Stats,
    Told, Wait, start, start_with,
};
pub use logging::log_bridge;
pub use record::Recording;
pub use seal::{KeyFault, RoomKey, Seal, SealError, Side};
pub use store::{Identity, Keep, Store, StoreError};
pub use wire::WireError;
