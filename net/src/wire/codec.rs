//! One packet, or anything else, in bincode. Nothing outside this file knows bincode.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::error::DecodeError;
use bincode::serde::{borrow_decode_from_slice, encode_into_std_write};
use serde::{Deserialize, Serialize};

use super::WireError;

/// Appends something. Packets hold nothing that bincode cannot say, so an error would be a bug of ours.
pub(crate) fn encode(it: &impl Serialize, bytes: &mut Vec<u8>) -> Result<(), WireError> {
    encode_into_std_write(it, bytes, CONFIG).map(|_| ()).map_err(|_| WireError::Malformed)
}

/// What stands at the beginning of these bytes, and its length.
pub(crate) fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<(T, usize), WireError> {
    borrow_decode_from_slice(bytes, CONFIG).map_err(|error| match error {
        DecodeError::UnexpectedEnd { .. } => WireError::Truncated,
        _ => WireError::Malformed,
    })
}

/// The limit is what stops a forged length: without it, 11 bytes make bincode ask for more memory than there is,
/// and the process is aborted. It counts memory, not bytes on the wire. Lists are outside of it: serde reserves
/// at most 1 MiB for one, whatever length it claims, and gives that back when the items do not follow.
const CONFIG: Configuration<LittleEndian, Varint, Limit<16384>> =
    bincode::config::standard().with_limit::<16384>();
