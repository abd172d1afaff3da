//! What an entry looks like: its bytes, and a digest of them and of their place.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use super::error::Damage;
use crate::wire::codec;

/// Something as bytes. Nothing that is saved is beyond the codec, so an error would be a bug of ours.
pub(super) fn bytes(it: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    codec::encode(it, &mut bytes).map_err(|error| format!("what cannot be encoded: {error}"))?;
    Ok(bytes)
}

/// A value for a key, with the digest of both.
pub(super) fn sealed(key: &[u8], mut value: Vec<u8>) -> Vec<u8> {
    let digest = digest(key, &value);
    value.extend_from_slice(&digest);
    value
}

/// The value, if its digest is right.
pub(super) fn opened<'a>(key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], Damage> {
    let (value, written) = sealed.split_last_chunk::<8>().ok_or(Damage::Entry)?;
    if digest(key, value) == *written { Ok(value) } else { Err(Damage::Entry) }
}

/// What these bytes say; there may be nothing after it.
pub(super) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Damage> {
    match codec::decode(bytes) {
        Ok((it, length)) if length == bytes.len() => Ok(it),
        Ok(_) | Err(_) => Err(Damage::Entry),
    }
}

fn digest(key: &[u8], value: &[u8]) -> [u8; 8] {
    let mut hash = SipHasher13::new();
    hash.write_usize(key.len());
    hash.write(key);
    hash.write(value);
    hash.finish().to_le_bytes()
}
