//! The decoder.

use net::wire;

/// No bytes make the decoder panic, and what it lets through can be said again.
pub fn decode(datagram: &[u8]) {
    if let Ok(packets) = wire::decode(datagram) {
        let again = wire::encode(&packets).expect("what was understood can be said");
        assert!(again.len() <= datagram.len());
        assert_eq!(wire::decode(&again), Ok(packets));
    }
}
