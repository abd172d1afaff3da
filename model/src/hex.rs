//! Sixteen bytes for serde: as they are for a codec, in hexadecimal digits for a reader.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(const_hex::Buffer::<16>::new().format(bytes))
    } else {
        bytes.serialize(serializer)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    if !deserializer.is_human_readable() {
        return deserializer.deserialize_tuple(16, Bytes);
    }
    let digits = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let number = (digits.len() == 32
        && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
    .then(|| u128::from_str_radix(&digits, 16).ok())
    .flatten();
    number.map(u128::to_be_bytes).ok_or_else(|| D::Error::custom("expected 32 hexadecimal digits"))
}

/// Sixteen bytes that come one by one. As serde reads an array, without a call for each that a compiler leaves standing, and not put
/// down one by one: a processor waits for such bytes when it takes them up together.
struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = [u8; 16];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("16 bytes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<[u8; 16], A::Error> {
        let mut halves = [0; 2];
        for place in 0..16 {
            let byte: u8 = all.next_element()?.ok_or_else(|| A::Error::invalid_length(place, &self))?;
            halves[place / 8] |= u64::from(byte) << (8 * (place % 8));
        }
        let [low, high] = halves.map(u128::from);
        Ok((low | high << 64).to_le_bytes())
    }
}
