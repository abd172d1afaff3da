//! What goes out has to fit into a datagram.

use model::Packet;
use net::wire::{DATAGRAM_MAX, decode, encode};

/// Sealing takes so much of a datagram.
const SEAL: usize = 45;

/// Whether a packet fits, sealed or not, is as long as the model says, and can be read again.
pub(crate) fn assert_fits(packet: &Packet) {
    let datagram = encode(std::slice::from_ref(packet)).expect("what an actor says fits into a datagram");
    assert!(datagram.len() + SEAL <= DATAGRAM_MAX, "too long to be sealed: {packet:?}");
    assert_eq!(datagram.len(), 6 + packet.length(), "{packet:?}");
    assert_eq!(decode(&datagram).as_deref(), Ok(std::slice::from_ref(packet)));
}
