//! A network in the hands of somebody who has no room key: whatever was sealed may be delivered to others than it was meant
//! for, and as from others.
//!
//! The seal covers the direction. So what a client said to the server can only be delivered to the server, what the server
//! said to a client only to clients and as from the server, and what clients said to each other only to clients and as from
//! anybody else. Here the kind of a packet tells its direction. That gives the network more than it has: a direct message
//! to an address that is the server's is sealed as one for the server.
//!
//! Besides the addresses of the clients there is one where nobody is. It stands for all others, that of the server included:
//! whatever goes there reaches no client, unless the network redirects it.

use model::Packet;
use stateright::actor::{Id, Network};

use super::{Envelope, SERVER};

/// Adds everything that the envelopes of the network can be made into. `actors` is the number of actors; the number after
/// the last stands for an address where nobody is.
pub(super) fn redirect(network: &mut Network<Packet>, actors: usize) {
    let Network::UnorderedDuplicating(envelopes, _) = network else { return };
    let redirected: Vec<Envelope> =
        envelopes.iter().flat_map(|envelope| ways(&envelope.msg, actors)).collect();
    envelopes.extend(redirected);
}

/// Every way in which somebody without the key can have a packet arrive.
fn ways(packet: &Packet, actors: usize) -> Vec<Envelope> {
    let clients = SERVER + 1..actors;
    let elsewhere = actors;
    let (from, to) = match packet {
        Packet::Register { .. } | Packet::Up { .. } => (SERVER + 1..=elsewhere, SERVER..SERVER + 1),
        Packet::Challenge { .. } | Packet::Welcome { .. } | Packet::Refused { .. } | Packet::Down { .. } => {
            (SERVER..=SERVER, clients)
        }
        Packet::Direct { .. } | Packet::DirectAck { .. } => (SERVER + 1..=elsewhere, clients),
    };
    from.flat_map(|src| to.clone().map(move |dst| (src, dst)))
        .map(|(src, dst)| Envelope { src: Id::from(src), dst: Id::from(dst), msg: packet.clone() })
        .collect()
}
