//! Digests of states and outputs, the same on every machine, and the same whether a text is there or its digest.

use std::hash::{Hash, Hasher};

use model::{Message, Text};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use siphasher::sip::SipHasher13;
use stateright::actor::Command;

/// A digest of 64 bits: enough to notice a difference, not to withstand somebody who looks for a collision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u64);

/// What a text counts for in a digest.
#[derive(Clone)]
pub enum Words {
    /// For itself.
    Plain,
    /// For its digest under this key. What has the form of such a digest stands for itself.
    Keyed([u8; 16]),
    /// It is a digest already.
    Redacted,
}

impl Words {
    /// Whether this stands for a text.
    pub fn is_digest(text: &Text) -> bool {
        parse(text.as_str().as_bytes()).is_some()
    }

    /// What takes the place of a text in a recording.
    pub fn redact(&self, text: &Text) -> Text {
        let digest = match self {
            Words::Keyed(key) if parse(text.as_str().as_bytes()).is_none() => {
                keyed(key, text.as_str().as_bytes())
            }
            _ => return text.clone(),
        };
        Text::new(&format!("{OPEN}{digest:016x}{CLOSE}")).unwrap_or_else(|_| text.clone())
    }
}

/// Of everything that an actor wants at a step, in order.
pub fn sum_of_outputs<R, S: Hash>(words: &Words, outputs: &[Command<Message, model::Timer, R, S>]) -> Digest {
    let mut sum = Sum::new(words);
    for output in outputs {
        match output {
            Command::Send(to, message) => (0_u8, to, message).hash(&mut sum),
            Command::SetTimer(timer, wait) => (1_u8, timer, wait).hash(&mut sum),
            Command::CancelTimer(timer) => (2_u8, timer).hash(&mut sum),
            Command::Save(storage) => (3_u8, storage).hash(&mut sum),
            Command::ChooseRandom(key, _) => (4_u8, key).hash(&mut sum),
        }
    }
    Digest(sum.finish())
}

/// Of a state.
pub fn sum_of_state(words: &Words, state: &impl Hash) -> Digest {
    let mut sum = Sum::new(words);
    state.hash(&mut sum);
    Digest(sum.finish())
}

/// A hasher that knows texts. A [`Text`] is hashed as an empty run of bytes and then itself, and nothing else is.
/// Numbers have the same bytes on every machine.
pub struct Sum<'a> {
    hash: SipHasher13,
    /// What has been written and not been hashed yet. Most of it comes in pieces of a few bytes, and hashing those one by one takes
    /// longer.
    buffer: [u8; BUFFER],
    filled: usize,
    words: &'a Words,
    /// The next run of bytes is a text.
    at_text: bool,
}

impl<'a> Sum<'a> {
    /// Of nothing yet.
    pub fn new(words: &'a Words) -> Sum<'a> {
        Sum { hash: SipHasher13::new(), buffer: [0; BUFFER], filled: 0, words, at_text: false }
    }

    fn text(&mut self, bytes: &[u8]) {
        let digest = match self.words {
            Words::Plain => None,
            Words::Redacted => parse(bytes),
            Words::Keyed(key) => Some(parse(bytes).unwrap_or_else(|| keyed(key, bytes))),
        };
        match digest {
            Some(digest) => self.put(&digest.to_le_bytes()),
            None => self.put(bytes),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.filled + bytes.len() > BUFFER {
            self.hash.write(&self.buffer[..self.filled]);
            self.filled = 0;
        }
        if bytes.len() > BUFFER {
            self.hash.write(bytes);
        } else {
            self.buffer[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
            self.filled += bytes.len();
        }
    }
}

const BUFFER: usize = 256;

impl Hasher for Sum<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if self.at_text {
            self.at_text = false;
            self.text(bytes);
        } else if bytes.is_empty() {
            self.at_text = true;
        } else {
            self.put(bytes);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.put(&[number]);
    }

    fn write_u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.put(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.put(&number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.put(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.put(&(number as u64).to_le_bytes());
    }

    fn write_isize(&mut self, number: isize) {
        self.put(&(number as i64).to_le_bytes());
    }

    fn finish(&self) -> u64 {
        let mut hash = self.hash;
        hash.write(&self.buffer[..self.filled]);
        hash.finish()
    }
}

fn keyed(key: &[u8; 16], bytes: &[u8]) -> u64 {
    let mut hash = SipHasher13::new_with_key(key);
    hash.write(bytes);
    hash.finish()
}

/// The digest, if this is what stands for a text.
fn parse(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.strip_prefix(OPEN.as_bytes())?.strip_suffix(CLOSE.as_bytes())?;
    hexadecimal(std::str::from_utf8(digits).ok()?)
}

/// Exactly as it is written here, so that nothing has two spellings.
fn hexadecimal(digits: &str) -> Option<u64> {
    let exact = digits.len() == 16 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    exact.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

const OPEN: &str = "[text ";
const CLOSE: &str = "]";

impl Digest {
    /// Its digits.
    pub(super) fn digits(self) -> [u8; 16] {
        let mut digits = [0; 16];
        for (place, digit) in digits.iter_mut().enumerate() {
            let byte = self.0.to_be_bytes()[place / 2];
            *digit = b"0123456789abcdef"[usize::from(if place % 2 == 0 { byte >> 4 } else { byte & 0xf })];
        }
        digits
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let digits = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        hexadecimal(&digits).map(Digest).ok_or_else(|| D::Error::custom("expected 16 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use model::ids::{DirectNumber, PairSecret, Session};
    use model::{Name, Packet};

    use super::*;

    #[test]
    fn a_text_and_what_stands_for_it_have_the_same_digest() {
        let keyed = Words::Keyed([9; 16]);
        for said in ["", "hello", "héllo ☕", &"x".repeat(1000), "[text 0123456789abcdef]"] {
            let packet = direct("X", said);
            let mut redacted = packet.clone();
            let text = redacted.text_mut().unwrap();
            *text = keyed.redact(text);
            assert_eq!(sum_of_state(&keyed, &packet), sum_of_state(&Words::Redacted, &redacted), "{said}");
            assert_eq!(keyed.redact(redacted.text_mut().unwrap()), *redacted.text_mut().unwrap());
        }
    }

    #[test]
    fn a_digest_depends_on_every_name_text_and_key() {
        let keyed = Words::Keyed([9; 16]);
        let one = sum_of_state(&keyed, &direct("X", "hello"));
        assert_ne!(one, sum_of_state(&keyed, &direct("Y", "hello")));
        assert_ne!(one, sum_of_state(&keyed, &direct("X", "hello!")));
        assert_ne!(one, sum_of_state(&Words::Keyed([8; 16]), &direct("X", "hello")));
        let plain = sum_of_state(&Words::Plain, &direct("X", "[text 0123456789abcdef]"));
        assert_ne!(plain, sum_of_state(&Words::Redacted, &direct("X", "[text 0123456789abcdef]")));
    }

    #[test]
    fn nothing_but_a_digest_is_taken_for_one() {
        for said in
            ["[text 0123456789ABCDEF]", "[text +123456789abcde]", "[text 0123456789abcdef] ", "[text ]"]
        {
            assert_eq!(parse(said.as_bytes()), None, "{said}");
        }
    }

    #[test]
    fn pieces_have_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..=255).cycle().take(3 * BUFFER + 5).collect();
        let mut whole = SipHasher13::new();
        whole.write(&bytes);
        for length in [1, 7, BUFFER - 1, BUFFER, BUFFER + 1, bytes.len()] {
            let mut sum = Sum::new(&Words::Plain);
            bytes.chunks(length).for_each(|piece| sum.write(piece));
            assert_eq!(sum.finish(), whole.finish(), "in pieces of {length}");
        }
    }

    #[test]
    fn digests_change_only_with_the_format() {
        assert_eq!(sum_of_state(&Words::Plain, &direct("X", "hello")).0, 6_240_356_330_507_912_845);
    }

    fn direct(sender: &str, text: &str) -> Packet {
        Packet::Direct {
            sender: Name::new(sender).unwrap(),
            from: Session(1),
            to: Session(2),
            secret: PairSecret::default(),
            number: DirectNumber(3),
            text: Text::new(text).unwrap(),
        }
    }
}
