//! What an actor receives and sends: packets from peers, and the local traffic with its console.

use stateright::actor::Id;

use crate::command::Command;
use crate::event::Event;
use crate::ids::Session;
use crate::notice::Notice;
use crate::order::Order;
use crate::packet::{Down, Packet};

/// The console's address. No socket address maps to it.
pub fn console() -> Id {
    Id::from(usize::MAX)
}

/// Anything an actor receives or sends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// From or to a peer. The only kind that has a codec.
    Packet(Packet),
    /// From the person at a client.
    Command(Command),
    /// To the person at a client.
    Event(Event),
    /// To the operator of a server.
    Notice(Notice),
    /// From the operator of a server.
    Order(Order),
}

/// Every timer of the protocol. A timer carries no time of its own: when it fires, its subject is *suspected*
/// to be unresponsive, and every rule has to be right when the suspicion is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Timer {
    /// At a client: the registration, request or direct message that is waiting for its answer. Armed when it is
    /// sent; firing sends it again (and arms again) until the attempts are used up; cancelled by the answer.
    Attempt,
    /// At the server: the directory update that this session has not acked. Firing sends it again, or starts a
    /// probe when the attempts are used up.
    Update(Session),
    /// At the server: the posts that this session has not acked. Firing sends them again, or removes the
    /// member when the attempts are used up. Any ack of a post starts the attempts anew.
    Post(Session),
    /// At the server: the probe that this session has not answered. Firing sends it again, or takes the session
    /// offline when the attempts are used up.
    Probe(Session),
    /// At the server: the bucket of this session is not full. Firing puts a permit back, or carries out the request that
    /// waits for one; arms again until the bucket is full.
    Refill(Session),
    /// At the server: some bucket for packets without a proof of address is not full. Firing puts a permit back into
    /// each; arms again until all are full.
    Strangers,
}

impl Timer {
    /// At the server: whether a packet that goes out when this timer fires has been out before, or takes the place of one
    /// that has. Changes nothing; for those who count.
    pub fn repeats(&self, packet: &Packet) -> bool {
        let Packet::Down { pass, down } = packet else { return false };
        match (self, down) {
            (Timer::Update(session), Down::Update(_))
            | (Timer::Post(session), Down::Post { .. })
            | (Timer::Probe(session), Down::Probe(_)) => *session == pass.session,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::{Pass, Token, Version};

    use super::*;

    #[test]
    fn only_what_goes_to_the_session_that_is_waited_for_is_repeated() {
        let to = |session, down| Packet::Down { pass: Pass { session, token: Token([0; 16]) }, down };
        let (one, other) = (Session(1), Session(2));
        let probe = Down::Probe(Version(3));
        assert!(Timer::Probe(one).repeats(&to(one, probe.clone())));
        assert!(!Timer::Probe(one).repeats(&to(other, probe.clone())));
        // An update that was given up leads to a probe.
        assert!(!Timer::Update(one).repeats(&to(one, probe)));
    }

    #[test]
    fn the_console_is_at_no_address_that_a_socket_can_have() {
        // An IPv4 address and a port take six bytes.
        assert!(usize::from(console()) as u64 >= 1 << 48);
    }
}
