//! Puts one actor on stateright's `spawn` and joins it to its console.
//!
//! What happens at each wake-up, in this order (`actor`):
//!
//! 1. Stop, if asked to.
//! 2. The datagram that came in, if it is one and passes the seal: each of its packets in turn. After a burst, all that have come in
//!    since (`gather`).
//! 3. Every timer that is due.
//! 4. Every command and order that waits.
//! 5. What this made the actor say: to the console at once, to peers as one datagram each if it fits, without acks that a later one
//!    covers, sealed.
//! 6. If it is recorded: hand what came in over to the writer, or have the bell rung for it.
//!
//! What the actor saves in a step is on the disk before anything of that step is said. If it cannot be saved, the host ends.
//!
//! What `spawn` lacks, and where it is mended:
//!
//! - It panics when a timer falls due at the very nanosecond of its check, scans all timers at every event and
//!   never frees a cancelled one. So it gets no timers: `timers` keeps them, `bell` wakes it.
//! - It has no way in but its socket. The `bell` rings with an empty datagram, which only says "look".
//! - It never returns. `actor` unwinds it on purpose, without a panic message.
//! - It unwraps the error of binding. `launch` probes first and turns what is left into a [`HostError`].
//! - It loses a panic of the actor, after printing it. `crash` makes it one [`Told::Failed`].
//! - It logs every message. It only ever sees a `Frame`, which prints as its length.

mod actor;
mod bell;
mod console;
mod count;
mod crash;
mod error;
mod faults;
mod frame;
mod gather;
mod histogram;
mod inbox;
mod launch;
mod outbox;
mod stats;
mod timers;

use std::net::SocketAddrV4;

use model::changes::Changing;
use model::{Message, Timer};
use stateright::actor::Actor;

use crate::seal::Seal;

pub use console::{CommandSender, Console};
pub use error::{CommandError, HostError};
pub use faults::Faults;
pub use histogram::Histogram;
pub use inbox::{Overflow, Told};
pub use stats::{Stats, Wait};

pub(crate) use crash::{hush_thread, install_hook};

use crate::record::Recording;
use crate::store::{Keep, Store};

/// Starts an actor on this address; port 0 is any free port. Returns when the socket is bound and the actor has
/// started.
pub fn start<A: Hosted>(actor: A, address: SocketAddrV4, overflow: Overflow) -> Result<Console, HostError> {
    start_with(actor, address, Options::new(overflow))
}

/// [`start`] with everything that can be chosen.
#[expect(clippy::needless_pass_by_value, reason = "made for one host, with a key in it")]
pub fn start_with<A: Hosted>(
    actor: A,
    address: SocketAddrV4,
    options: Options,
) -> Result<Console, HostError> {
    launch::launch(actor, address, &options)
}

/// What can be chosen about a host.
#[derive(Clone, Debug)]
pub struct Options {
    /// What happens when the console does not keep up.
    pub overflow: Overflow,
    /// How many things the console can be behind. At least 1.
    pub capacity: usize,
    /// A bad network, for tests: what happens to the datagrams that this host sends.
    pub faults: Option<Faults>,
    /// Seals everything that goes out, and takes nothing that is not sealed.
    pub seal: Option<Seal>,
    /// Where to take down everything that the actor sees.
    pub record: Option<Recording>,
    /// Where to keep what the actor saves, and what it starts with. An actor that saves something needs one.
    pub store: Option<Store>,
}

impl Options {
    /// The usual choice: 1024 things, no faults, no seal, no store.
    pub fn new(overflow: Overflow) -> Options {
        Options { overflow, capacity: 1024, faults: None, seal: None, record: None, store: None }
    }
}

/// An actor of the protocol.
pub trait Hosted:
    Actor<Msg = Message, Timer = Timer, State: Changing, Storage: Keep + Send, Random = ()>
    + Clone
    + Send
    + 'static
{
}

impl<A> Hosted for A where
    A: Actor<Msg = Message, Timer = Timer, State: Changing, Storage: Keep + Send, Random = ()>
        + Clone
        + Send
        + 'static
{
}
