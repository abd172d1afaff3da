//! The room key, and how it is written down.

use std::fmt;
use std::hash::Hasher;
use std::io;
use std::str::FromStr;

use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use data_encoding::BASE64URL_NOPAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use siphasher::sip::SipHasher24;
use zeroize::Zeroizing;

/// What everybody in a room shares and nobody else knows. Never printed by accident, and wiped from memory when dropped.
///
/// Written down it is one word of [`RoomKey::LENGTH`] letters, digits, `-` and `_`: base64url of 4 bytes of checksum and
/// the 32 bytes of the key.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomKey(Zeroizing<[u8; KEY]>);

impl RoomKey {
    /// Characters of a key that is written down.
    pub const LENGTH: usize = 48;

    /// A new key, from the operating system.
    pub fn draw() -> io::Result<RoomKey> {
        let mut key = Zeroizing::new([0; KEY]);
        OsRng.try_fill_bytes(&mut *key).map_err(io::Error::other)?;
        Ok(RoomKey(key))
    }

    /// A key that is known already.
    pub fn from_bytes(bytes: [u8; KEY]) -> RoomKey {
        RoomKey(Zeroizing::new(bytes))
    }

    /// The key written down, for somebody who asked for it.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; CHECK + KEY]);
        bytes[..CHECK].copy_from_slice(&checksum(&self.0));
        bytes[CHECK..].copy_from_slice(&*self.0);
        Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes))
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

impl FromStr for RoomKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<RoomKey, KeyFault> {
        if let Some(place) = text.chars().position(|c| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
            return Err(KeyFault::Character { place: place + 1 });
        }
        if text.len() != RoomKey::LENGTH {
            return Err(KeyFault::Length { characters: text.len() });
        }
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| KeyFault::Mistyped)?);
        let (check, key) = bytes.split_first_chunk::<CHECK>().ok_or(KeyFault::Mistyped)?;
        let key = Zeroizing::new(<[u8; KEY]>::try_from(key).map_err(|_| KeyFault::Mistyped)?);
        if checksum(&key) == *check { Ok(RoomKey(key)) } else { Err(KeyFault::Mistyped) }
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("room key")
    }
}

/// What is wrong with a key that somebody wrote down. It never shows any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Too long or too short.
    #[error("a room key has {} characters, this one has {characters}", RoomKey::LENGTH)]
    Length {
        /// How many it has.
        characters: usize,
    },
    /// Something that is in no key.
    #[error(
        "a room key is made of letters, digits, - and _, and character {place} of this one is none of them"
    )]
    Character {
        /// Where, from 1.
        place: usize,
    },
    /// The checksum does not fit.
    #[error("the room key has been mistyped: its checksum does not fit")]
    Mistyped,
}

/// Against typing errors only. It says nothing about the key that the key itself, next to it, does not say.
fn checksum(key: &[u8; KEY]) -> [u8; CHECK] {
    let mut hash = SipHasher24::new_with_keys(0, 0);
    hash.write(key);
    let [a, b, c, d, ..] = hash.finish().to_le_bytes();
    [a, b, c, d]
}

const KEY: usize = 32;
const CHECK: usize = 4;
