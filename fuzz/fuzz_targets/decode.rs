//! No bytes make the decoder panic, and what it lets through can be said again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use net::wire::{decode, encode};

fuzz_target!(|datagram: &[u8]| {
    if let Ok(packets) = decode(datagram) {
        let again = encode(&packets).expect("what was understood can be said");
        assert!(again.len() <= datagram.len());
        assert_eq!(decode(&again), Ok(packets));
    }
});
