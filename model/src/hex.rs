//! Sixteen bytes for serde: as they are for a codec, in hexadecimal digits for a reader.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        let mut digits = [0; 32];
        for (byte, [high, low]) in bytes.iter().zip(digits.as_chunks_mut().0) {
            *high = DIGITS[usize::from(byte >> 4)];
            *low = DIGITS[usize::from(byte & 0xf)];
        }
        serializer.serialize_str(std::str::from_utf8(&digits).unwrap_or_default())
    } else {
        bytes.serialize(serializer)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    if !deserializer.is_human_readable() {
        return deserializer.deserialize_tuple(16, Bytes);
    }
    let digits = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let number = (digits.len() == 32 && digits.bytes().all(|digit| DIGITS.contains(&digit)))
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten();
    number.map(u128::to_be_bytes).ok_or_else(|| D::Error::custom("expected 32 hexadecimal digits"))
}

/// Sixteen bytes that come one by one. As serde reads an array, without a call for each that a compiler leaves standing.
struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = [u8; 16];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("16 bytes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<[u8; 16], A::Error> {
        let mut bytes = [0; 16];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = all.next_element()?.ok_or_else(|| A::Error::invalid_length(place, &self))?;
        }
        Ok(bytes)
    }
}

const DIGITS: [u8; 16] = *b"0123456789abcdef";
