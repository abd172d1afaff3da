//! What a datagram looks like.
//!
//! ```text
//! offset  bytes  what
//!      0      4  magic: F5 'c' 'h' 't'. F5 never occurs in UTF-8, so no text passes for a datagram of ours.
//!      4      1  version: 1
//!      5      1  number of packets: 1 to 64
//!      6    ...  the packets, one after the other, nothing after the last one
//! ```
//!
//! A packet is the bincode 2 encoding of [`Packet`] in its standard configuration: numbers in one byte up to
//! 250, else a mark (`FB`, `FC`, `FD`) and 2, 4 or 8 bytes, little end first; enum variants by position and
//! strings and lists by length, both as such numbers; arrays of bytes as they are.
//!
//! A datagram has at most [`DATAGRAM_MAX`] bytes, so that it crosses any network in one piece. The length is
//! checked before anything else is looked at. Whatever [`decode`] lets through can be encoded again.

pub(crate) mod codec;
mod error;

use std::fmt;

use model::Packet;

use crate::seal;

pub use error::WireError;

/// Longest datagram in bytes.
pub const DATAGRAM_MAX: usize = 1200;

/// Most packets in a datagram.
pub const PACKETS_MAX: usize = 64;

/// The datagram that says these packets, in this order.
pub fn encode(packets: &[Packet]) -> Result<Vec<u8>, WireError> {
    let mut datagram = Datagram::new();
    for packet in packets {
        datagram.join(packet)?;
    }
    if datagram.is_empty() { Err(WireError::Empty) } else { Ok(datagram.into_bytes()) }
}

/// The packets that a datagram says, at least one.
pub fn decode(datagram: &[u8]) -> Result<Vec<Packet>, WireError> {
    let mut packets = Vec::new();
    decode_into(datagram, &mut packets)?;
    Ok(packets)
}

/// The same into a list that is used many times. What was in it is gone, and after an error nothing is.
pub(crate) fn decode_into(datagram: &[u8], packets: &mut Vec<Packet>) -> Result<(), WireError> {
    packets.clear();
    let decoded = decode_all(datagram, packets);
    if decoded.is_err() {
        packets.clear();
    }
    decoded
}

fn decode_all(datagram: &[u8], packets: &mut Vec<Packet>) -> Result<(), WireError> {
    if datagram.len() > DATAGRAM_MAX {
        return Err(WireError::TooLong);
    }
    let (count, mut body) = open(datagram)?;
    packets.reserve(count);
    for _ in 0..count {
        let (packet, length) = codec::decode(body)?;
        packets.push(packet);
        body = &body[length..];
    }
    if body.is_empty() { Ok(()) } else { Err(WireError::TrailingBytes) }
}

/// A datagram that takes packets as long as they fit.
pub struct Datagram {
    /// Header, then the packets so far. Never longer than `max`.
    bytes: Vec<u8>,
    /// Where the last packet begins.
    last: usize,
    max: usize,
}

impl Datagram {
    /// A header without packets, which is not yet fit to be sent.
    pub fn new() -> Datagram {
        Datagram::at_most(DATAGRAM_MAX)
    }

    /// The same for a datagram that something is added to before it is sent.
    pub fn at_most(max: usize) -> Datagram {
        let mut bytes = Vec::with_capacity(ROOM);
        bytes.extend(MAGIC);
        bytes.extend([VERSION, 0]);
        Datagram { last: bytes.len(), bytes, max: max.min(DATAGRAM_MAX) }
    }

    /// Adds a packet, or leaves everything as it was.
    pub fn join(&mut self, packet: &Packet) -> Result<(), WireError> {
        if usize::from(self.bytes[COUNT]) == PACKETS_MAX {
            return Err(WireError::TooManyPackets);
        }
        let before = self.bytes.len();
        let encoded = codec::encode(packet, &mut self.bytes);
        let fits = if self.bytes.len() > self.max { Err(WireError::TooLong) } else { Ok(()) };
        match encoded.and(fits) {
            Ok(()) => {
                self.bytes[COUNT] += 1;
                self.last = before;
            }
            Err(_) => self.bytes.truncate(before),
        }
        encoded.and(fits)
    }

    /// Puts a packet in the place of the last one, or leaves everything as it was.
    pub fn replace_last(&mut self, packet: &Packet) -> Result<(), WireError> {
        if self.is_empty() {
            return Err(WireError::Empty);
        }
        let end = self.bytes.len();
        let encoded = codec::encode(packet, &mut self.bytes);
        let length = self.bytes.len() - end;
        let fits = if self.last + length > self.max { Err(WireError::TooLong) } else { Ok(()) };
        match encoded.and(fits) {
            Ok(()) => drop(self.bytes.drain(self.last..end)),
            Err(_) => self.bytes.truncate(end),
        }
        encoded.and(fits)
    }

    /// Whether no packet has joined.
    pub fn is_empty(&self) -> bool {
        self.bytes[COUNT] == 0
    }

    /// The number of packets that have joined.
    pub fn packets(&self) -> usize {
        usize::from(self.bytes[COUNT])
    }

    /// The bytes to send.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Default for Datagram {
    fn default() -> Datagram {
        Datagram::new()
    }
}

impl fmt::Debug for Datagram {
    /// Without the content, which may be private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} packets in {} bytes", self.packets(), self.bytes.len())
    }
}

/// Checks the header; gives the number of packets and what follows.
fn open(datagram: &[u8]) -> Result<(usize, &[u8]), WireError> {
    let (header, body) = datagram.split_first_chunk::<HEADER>().ok_or(WireError::Truncated)?;
    let [a, b, c, d, version, count] = *header;
    if seal::looks_sealed(datagram) {
        Err(WireError::Sealed)
    } else if [a, b, c, d] != MAGIC {
        Err(WireError::ForeignMagic)
    } else if version != VERSION {
        Err(WireError::Version)
    } else if count == 0 {
        Err(WireError::Empty)
    } else if usize::from(count) > PACKETS_MAX {
        Err(WireError::TooManyPackets)
    } else {
        Ok((usize::from(count), body))
    }
}

/// Whether it begins like a datagram of ours that is not sealed.
pub(crate) fn looks_open(datagram: &[u8]) -> bool {
    datagram.starts_with(&MAGIC)
}

const MAGIC: [u8; 4] = [0xF5, b'c', b'h', b't'];
const VERSION: u8 = 1;
/// Bytes that a datagram begins with room for: enough for some posts, and little enough for an allocator to have it at hand.
const ROOM: usize = 512;
/// Where the number of packets stands.
const COUNT: usize = 5;
const HEADER: usize = 6;
