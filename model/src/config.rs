//! Every limit and the one waiting time. The actors hold no number of their own.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stateright::actor::Id;

use crate::ids::{Key, Nonce, Session};
use crate::name::Name;

/// What a server is told from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerConfig {
    /// Signs cookies and tokens. Secret, and new for every server that starts without saved state.
    pub key: Key,
    /// The first session number to give out. Above all numbers given out by earlier servers at this address,
    /// so that a session number is never used again.
    pub first_session: Session,
    /// Whether it says what has to be saved, for a store to keep.
    pub durable: bool,
    /// Bounds of everything.
    pub limits: Limits,
    /// When an unanswered packet is sent again.
    pub timing: Timing,
}

/// What a client is told from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientConfig {
    /// The name to register.
    pub name: Name,
    /// The server's address.
    pub server: Id,
    /// The nonce of the first registration; later ones count up from it.
    pub nonce: Nonce,
    /// Whether to keep trying when the server does not answer in all attempts, and how long to wait between two of them
    /// at most. The wait doubles until then.
    pub reconnect: Option<Duration>,
    /// Bounds of everything.
    pub limits: Limits,
    /// When an unanswered packet is sent again.
    pub timing: Timing,
}

impl ClientConfig {
    /// How long to wait for an answer to this attempt.
    pub fn wait(&self, attempt: u8) -> Duration {
        let doublings = u32::from(attempt.saturating_sub(self.limits.attempts));
        let wait = self.timing.ack_wait.saturating_mul(1 << doublings.min(16));
        match self.reconnect {
            Some(longest) if doublings > 0 => wait.min(longest),
            _ => self.timing.ack_wait,
        }
    }
}

/// When an unanswered packet is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// How long to wait for an ack or a reply before the next attempt.
    pub ack_wait: Duration,
    /// How long it takes until a bucket has one more permit.
    pub refill: Duration,
}

impl Default for Timing {
    /// 500 ms for an ack, as in the original; 20 permits a second.
    fn default() -> Timing {
        Timing { ack_wait: Duration::from_millis(500), refill: Duration::from_millis(50) }
    }
}

/// Bounds of everything that could grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// How often a packet is sent before its receiver counts as unresponsive.
    pub attempts: u8,
    /// Names in the directory, online and offline.
    pub clients: usize,
    /// Groups at a server.
    pub groups: usize,
    /// Direct messages that wait at a client while it is in a group.
    pub queued: usize,
    /// Posts that a server keeps for members who have not acked them, over all groups.
    pub posts: usize,
    /// Unanswered posts and directory updates that a server has out at a time, over all sessions. About half of
    /// the datagrams that a default socket buffer holds, so that the acks of a full window fit in it.
    pub window: usize,
    /// Unanswered posts that a server has out to one member.
    pub reach: usize,
    /// Requests that a session may make in a burst, before it has to wait for its bucket. Zero: as many as it likes.
    pub burst: usize,
    /// Packets without a proof of address that are answered in a burst, for each of [`Limits::BUCKETS`] buckets by
    /// address. Zero: all of them.
    pub strangers: usize,
    /// Bytes of list items in one packet, by the upper bound that `weight` gives.
    pub page: usize,
}

impl Limits {
    /// Buckets for packets without a proof of address, so that a flood from one address leaves the others alone.
    pub const BUCKETS: u8 = u8::MAX;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            attempts: 5,
            clients: 1024,
            groups: 256,
            queued: 256,
            posts: 4096,
            window: 128,
            reach: 16,
            burst: 5,
            strangers: 5,
            page: 1000,
        }
    }
}
