//! Seals datagrams with a room key, so that nobody without it can read, change or make one.
//!
//! ```text
//! offset  bytes  what
//!      0      4  magic: F5 'c' 'h' 's'
//!      4      1  version: 1
//!      5     24  nonce
//!     29    ...  the datagram of `wire`, encrypted
//!      …     16  tag
//! ```
//!
//! XChaCha20-Poly1305. The tag covers what is encrypted, and as associated data the five bytes before the nonce and one
//! byte for the direction: 0 from client to server, 1 from server to client, 2 from client to client.
//!
//! **No nonce is used twice.** Each host draws its nonces from a generator of its own (`StdRng`, which is `ChaCha`), which starts with 256 bits
//! from the operating system. They are 192 random bits: all hosts of a room together would have to seal 2^80 datagrams
//! before two of them had the same nonce with a probability of one in eight billion. No counter has to survive a restart,
//! and no two hosts have to agree on anything. The network may repeat a sealed datagram; that is the same datagram.
//!
//! A sealed datagram may be delivered again, later, or to somebody else of the same role. What becomes of that is for the
//! protocol to decide, and is checked there.

mod error;
mod key;

use std::io;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use stateright::actor::Id;

pub use error::SealError;
pub use key::{KeyFault, RoomKey};

use crate::wire::{self, DATAGRAM_MAX};

/// How many bytes sealing adds.
pub const SEAL_OVERHEAD: usize = HEADER + NONCE + TAG;

/// Longest datagram that can be sealed, in bytes.
pub const SEALED_BODY_MAX: usize = DATAGRAM_MAX - SEAL_OVERHEAD;

/// Which side of the protocol a host is on. It tells the direction of every datagram without a look inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A server: everybody else is a client.
    Server,
    /// A client of the server at this address: everybody else is a client.
    ClientOf(Id),
}

/// A room key and where it is used.
#[derive(Clone, Debug)]
pub struct Seal {
    /// What all hosts of a room share.
    pub key: RoomKey,
    /// What this host is.
    pub side: Side,
}

/// Whom a datagram goes from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From client to server.
    Up,
    /// From server to client.
    Down,
    /// From client to client.
    Across,
}

impl Side {
    /// Of what is sent to this peer.
    fn to(self, peer: Id) -> Direction {
        match self {
            Side::Server => Direction::Down,
            Side::ClientOf(server) if server == peer => Direction::Up,
            Side::ClientOf(_) => Direction::Across,
        }
    }

    /// Of what this peer sends.
    fn from(self, peer: Id) -> Direction {
        match self {
            Side::Server => Direction::Up,
            Side::ClientOf(server) if server == peer => Direction::Down,
            Side::ClientOf(_) => Direction::Across,
        }
    }
}

/// Seals and opens the datagrams of one host.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    side: Side,
    nonces: StdRng,
}

impl Sealer {
    /// Fails if the system has no randomness.
    pub(crate) fn new(seal: &Seal) -> io::Result<Sealer> {
        let nonces = StdRng::try_from_os_rng().map_err(io::Error::other)?;
        Ok(Sealer { cipher: seal.key.cipher(), side: seal.side, nonces })
    }

    /// The sealed datagram for this peer.
    pub(crate) fn seal(&mut self, to: Id, datagram: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        self.nonces.fill_bytes(&mut nonce);
        lock(&self.cipher, self.side.to(to), &nonce, datagram)
    }

    /// The datagram that this peer has sealed.
    pub(crate) fn open(&self, from: Id, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        unlock(&self.cipher, self.side.from(from), sealed)
    }
}

/// Seals a datagram with a nonce that must never have been used with this key. Hosts draw theirs; this is for those who
/// want to see the bytes.
pub fn seal_with(
    key: &RoomKey,
    direction: Direction,
    nonce: &[u8; NONCE],
    datagram: &[u8],
) -> Result<Vec<u8>, SealError> {
    lock(&key.cipher(), direction, nonce, datagram)
}

/// Opens a sealed datagram that came in this direction.
pub fn open(key: &RoomKey, direction: Direction, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    unlock(&key.cipher(), direction, sealed)
}

/// Whether it begins like a sealed datagram of any version.
pub(crate) fn looks_sealed(datagram: &[u8]) -> bool {
    datagram.starts_with(&MAGIC)
}

fn lock(
    cipher: &XChaCha20Poly1305,
    direction: Direction,
    nonce: &[u8; NONCE],
    datagram: &[u8],
) -> Result<Vec<u8>, SealError> {
    if datagram.len() > SEALED_BODY_MAX {
        return Err(SealError::TooLong);
    }
    let mut sealed = Vec::with_capacity(datagram.len() + SEAL_OVERHEAD);
    sealed.extend(MAGIC);
    sealed.push(VERSION);
    sealed.extend(nonce);
    sealed.extend(datagram);
    let body = sealed[HEADER + NONCE..].as_mut().into();
    // Fails only for bodies of many gigabytes.
    let tag = cipher
        .encrypt_inout_detached(&XNonce::from(*nonce), &associated(direction), body)
        .map_err(|_| SealError::TooLong)?;
    sealed.extend(tag);
    Ok(sealed)
}

fn unlock(cipher: &XChaCha20Poly1305, direction: Direction, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let Parts { nonce, body, tag } = Parts::of(sealed)?;
    let mut datagram = body.to_vec();
    cipher
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            &associated(direction),
            datagram.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| SealError::Broken)?;
    Ok(datagram)
}

/// A sealed datagram that has not been opened.
struct Parts<'a> {
    nonce: &'a [u8; NONCE],
    body: &'a [u8],
    tag: &'a [u8; TAG],
}

impl Parts<'_> {
    /// Nothing is decrypted for what does not look like a sealed datagram.
    fn of(sealed: &[u8]) -> Result<Parts<'_>, SealError> {
        if sealed.len() > DATAGRAM_MAX {
            return Err(SealError::TooLong);
        }
        if wire::looks_open(sealed) {
            return Err(SealError::Open);
        }
        let rest = sealed.strip_prefix(&MAGIC).ok_or(SealError::Foreign)?;
        let (version, rest) = rest.split_first().ok_or(SealError::Truncated)?;
        if *version != VERSION {
            return Err(SealError::Version);
        }
        let (nonce, rest) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        let (body, tag) = rest.split_last_chunk().ok_or(SealError::Truncated)?;
        Ok(Parts { nonce, body, tag })
    }
}

/// What the tag covers besides the encrypted part.
fn associated(direction: Direction) -> [u8; HEADER + 1] {
    let [a, b, c, d] = MAGIC;
    let direction = match direction {
        Direction::Up => 0,
        Direction::Down => 1,
        Direction::Across => 2,
    };
    [a, b, c, d, VERSION, direction]
}

/// Bytes of a nonce.
pub const NONCE: usize = 24;
const MAGIC: [u8; 4] = [0xF5, b'c', b'h', b's'];
const VERSION: u8 = 1;
const HEADER: usize = 5;
const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sealers_never_draw_the_same_nonce() {
        let seal = Seal { key: RoomKey::from_bytes([7; 32]), side: Side::Server };
        let (mut a, mut b) = (Sealer::new(&seal).unwrap(), Sealer::new(&seal).unwrap());
        let mut nonces = std::collections::BTreeSet::new();
        for _ in 0..1000 {
            for sealer in [&mut a, &mut b] {
                let sealed = sealer.seal(Id::from(1), b"x").unwrap();
                assert!(nonces.insert(sealed[HEADER..HEADER + NONCE].to_vec()));
            }
        }
    }

    #[test]
    fn what_one_side_seals_the_other_side_opens_and_nobody_else_does() {
        let (server, x, y) = (Id::from(1), Id::from(2), Id::from(3));
        let key = RoomKey::from_bytes([7; 32]);
        let sealer = |side| Sealer::new(&Seal { key: key.clone(), side }).unwrap();
        let (mut at_server, mut at_x, at_y) =
            (sealer(Side::Server), sealer(Side::ClientOf(server)), sealer(Side::ClientOf(server)));
        let (up, down, across) = (
            at_x.seal(server, b"up").unwrap(),
            at_server.seal(x, b"down").unwrap(),
            at_x.seal(y, b"across").unwrap(),
        );
        assert_eq!(at_server.open(x, &up).as_deref(), Ok(&b"up"[..]));
        assert_eq!(at_x.open(server, &down).as_deref(), Ok(&b"down"[..]));
        assert_eq!(at_y.open(x, &across).as_deref(), Ok(&b"across"[..]));
        for (opener, from, sealed) in [
            (&at_server, x, &down),
            (&at_server, x, &across),
            (&at_x, server, &up),
            (&at_x, server, &across),
            (&at_y, x, &up),
            (&at_y, x, &down),
        ] {
            assert_eq!(opener.open(from, sealed), Err(SealError::Broken));
        }
    }
}
