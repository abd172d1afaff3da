//! Digests of states and outputs, the same on every machine, and the same whether a text is there or its digest.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use const_hex::Buffer;
use model::changes::{Change, Changing};
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

/// Of what a step has changed in a state.
pub fn sum_of_changes(words: &Words, state: &impl Changing, changes: &[Change]) -> Digest {
    let mut sum = Sum::new(words);
    state.hash_changes(changes, &mut sum);
    Digest(sum.finish())
}

/// Of bytes that follow others with this digest.
pub(super) fn sum_of_bytes(before: u64, bytes: &[u8]) -> Digest {
    let mut sum = Sum::new(&Words::Plain);
    sum.mix(before);
    sum.bytes(bytes);
    Digest(sum.finish())
}

/// A hasher that knows texts. A [`Text`] is hashed as an empty run of bytes and then itself, and nothing else is.
/// Numbers have the same digest on every machine.
///
/// Most of what is hashed comes in pieces of a few bytes, at every step of a host that has other things to do. So each number
/// costs one multiplication, nothing is gathered, and no multiplication waits for the one before: what keeps the order is that
/// each number is changed by its place first.
pub struct Sum<'a> {
    /// Of the numbers so far, each multiplied by itself.
    total: u64,
    /// Different for each number.
    place: u64,
    words: &'a Words,
    /// The next run of bytes is a text.
    at_text: bool,
}

impl<'a> Sum<'a> {
    /// Of nothing yet.
    pub fn new(words: &'a Words) -> Sum<'a> {
        Sum { total: 0, place: SEED, words, at_text: false }
    }

    // Not put in line, so that `write` can be, where names are hashed.
    #[inline(never)]
    fn text(&mut self, bytes: &[u8]) {
        let digest = match self.words {
            Words::Plain => None,
            Words::Redacted => parse(bytes),
            Words::Keyed(key) => Some(remembered(key, bytes)),
        };
        match digest {
            Some(digest) => self.mix(digest),
            None => self.bytes(bytes),
        }
    }

    /// Eight at a time, and last how many there are: otherwise one more zero would make no difference.
    fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        self.mix(number(rest));
        self.mix(bytes.len() as u64);
    }

    fn mix(&mut self, number: u64) {
        self.place = self.place.wrapping_add(STEP);
        self.total = self.total.wrapping_add(folded(number ^ self.place));
    }
}

/// Of fewer than eight bytes, the first one lowest. From four on in two reads that may overlap, since a loop takes longer than
/// all else here.
fn number(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    debug_assert!(length < 8, "{length} bytes");
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << (8 * (length - 4));
    }
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte) << (8 * at));
    byte(0) | byte(1) | byte(2)
}

/// The two halves of a product, together: there every bit of the number counts.
fn folded(number: u64) -> u64 {
    let product = u128::from(number) * u128::from(FACTOR);
    low(product) ^ low(product >> 64)
}

#[expect(clippy::cast_possible_truncation, reason = "the other half is asked for by itself")]
fn low(number: u128) -> u64 {
    number as u64
}

/// The golden ratio, and the first digits of pi behind the point: no pattern in their bits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const SEED: u64 = 0x243f_6a88_85a3_08d3;
const STEP: u64 = 0x1319_8a2e_0370_7345;

impl Hasher for Sum<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if self.at_text {
            self.at_text = false;
            self.text(bytes);
        } else if bytes.is_empty() {
            self.at_text = true;
        } else {
            self.bytes(bytes);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_u128(&mut self, number: u128) {
        self.mix(low(number));
        self.mix(low(number >> 64));
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    #[expect(clippy::cast_sign_loss, reason = "any number of the same bits will do")]
    fn write_isize(&mut self, number: isize) {
        self.mix(number as u64);
    }

    fn finish(&self) -> u64 {
        folded(folded(self.total ^ self.place).wrapping_add(self.place))
    }
}

/// What a text counts for under this key. A post goes out once for each member, so the last ones are remembered.
fn remembered(key: &[u8; 16], bytes: &[u8]) -> u64 {
    thread_local! {
        static LAST: RefCell<[Known; 16]> = const { RefCell::new([const { Known::NOTHING }; 16]) };
    }
    let count = || parse(bytes).unwrap_or_else(|| keyed(key, bytes));
    if bytes.len() > Known::LONGEST {
        return count();
    }
    LAST.with_borrow_mut(|last| {
        let end = number(&bytes[bytes.len().saturating_sub(7)..]);
        let known = &mut last[usize::from(folded(end).to_le_bytes()[0] % 16)];
        if known.key != *key || known.text() != Some(bytes) {
            *known = Known::new(*key, bytes, count());
        }
        known.digest
    })
}

/// A text, and what it counts for under a key.
struct Known {
    key: [u8; 16],
    bytes: [u8; Known::LONGEST],
    length: usize,
    digest: u64,
}

impl Known {
    /// Longer ones are hashed each time.
    const LONGEST: usize = 128;
    /// No text at all.
    const NOTHING: Known = Known { key: [0; 16], bytes: [0; Known::LONGEST], length: usize::MAX, digest: 0 };

    fn new(key: [u8; 16], text: &[u8], digest: u64) -> Known {
        let mut bytes = [0; Known::LONGEST];
        bytes[..text.len()].copy_from_slice(text);
        Known { key, bytes, length: text.len(), digest }
    }

    fn text(&self) -> Option<&[u8]> {
        self.bytes.get(..self.length)
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
    pub(super) fn digits(self) -> Buffer<8> {
        let mut digits = Buffer::new();
        digits.format(&self.0.to_be_bytes());
        digits
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.digits().as_str())
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
    fn a_text_that_is_remembered_counts_as_it_did() {
        for key in [[0; 16], [9; 16]] {
            for length in (0..=Known::LONGEST + 1).chain(0..=Known::LONGEST + 1) {
                for text in ["x".repeat(length), format!("{}end", "x".repeat(length))] {
                    let digest = keyed(&key, text.as_bytes());
                    assert_eq!([(); 2].map(|()| remembered(&key, text.as_bytes())), [digest; 2], "{text}");
                }
            }
            assert_eq!(remembered(&key, b"[text 0123456789abcdef]"), 0x0123_4567_89ab_cdef);
        }
    }

    #[test]
    fn fewer_than_eight_bytes_are_read_as_a_loop_would() {
        let all = [1, 0x82, 3, 0x84, 5, 0x86, 7];
        for length in 0..=7 {
            let by_loop = all[..length].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
            assert_eq!(number(&all[..length]), by_loop);
        }
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
    fn every_bit_the_length_and_the_order_count() {
        let mut seen = std::collections::HashSet::new();
        let mut is_new = |write: &dyn Fn(&mut Sum<'_>)| {
            let mut sum = Sum::new(&Words::Plain);
            write(&mut sum);
            seen.insert(sum.finish())
        };
        assert!(is_new(&|_| {}));
        for length in 1..40 {
            assert!(is_new(&|sum| sum.write(&vec![0; length])));
            for bit in 0..8 * length {
                let mut bytes = vec![0; length];
                bytes[bit / 8] |= 1 << (bit % 8);
                assert!(is_new(&|sum| sum.write(&bytes)), "bit {bit} of {length} bytes");
            }
        }
        for count in 1..40 {
            assert!(is_new(&|sum| (0..count).for_each(|_| sum.write_u64(0))));
            // What takes the first product to nothing.
            assert!(is_new(&|sum| (0..count).for_each(|_| sum.write_u64(SEED))));
            assert!(is_new(&|sum| (50..=50 + count).for_each(|number| sum.write_u64(number))));
            assert!(is_new(&|sum| (50..=50 + count).rev().for_each(|number| sum.write_u64(number))));
        }
    }

    #[test]
    fn half_of_the_bits_change_with_each_bit() {
        let sum = |number: u64| {
            let mut sum = Sum::new(&Words::Plain);
            sum.write_u64(number);
            sum.write_u8(0);
            sum.finish()
        };
        let changed: u32 = (0..64).map(|bit| (sum(0) ^ sum(1 << bit)).count_ones()).sum();
        assert!((64 * 28..64 * 36).contains(&changed), "{changed} of {}", 64 * 64);
    }

    #[test]
    fn digests_change_only_with_the_format() {
        assert_eq!(sum_of_state(&Words::Plain, &direct("X", "hello")).0, 15_976_924_740_147_749_994);
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
