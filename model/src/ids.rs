//! Numbers and secrets that identify things. An identity is not an address: addresses come back, these do not.

use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher24};
use stateright::actor::Id;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::config::Limits;
use crate::name::Name;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u64);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub fn next(self) -> $name {
                $name(self.0.saturating_add(1))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    };
}

number! {
    /// One registration of one client. Strictly increasing at the server, never used again. Zero is nobody's.
    Session, "s"
}
number! {
    /// Numbers the requests of a session; a repeat carries the same number.
    RequestNumber, "r"
}
number! {
    /// Numbers the direct messages that a session sends, whoever they go to.
    DirectNumber, "d"
}
number! {
    /// The place of a post in its group, from 0.
    Index, "#"
}
number! {
    /// The state of the directory. Zero is the empty directory.
    Version, "v"
}
number! {
    /// Chosen by a client for one registration, so that it knows the answer to it. Unpredictable in reality.
    Nonce, "n"
}
number! {
    /// Counts how often a server has been stopped, over all its lives. Zero is never.
    Stop, "stop"
}
number! {
    /// Where a directory entry is kept. A slot is given to another name only when its holder is offline.
    Slot, "@"
}

/// What proves that a packet belongs to a session: its number, and a secret that only the server and that
/// session know.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pass {
    /// The session.
    pub session: Session,
    /// Its secret.
    pub token: Token,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(f)
    }
}

/// The secret of a session: a keyed hash of its number and address. Never printed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(#[serde(with = "crate::hex")] pub [u8; 16]);

impl Hash for Token {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hash_secret(self.0, hasher);
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("token")
    }
}

/// The secret of two sessions: a keyed hash of their numbers, told to both by the server and to nobody else. What one says
/// to the other carries it. Never printed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PairSecret(#[serde(with = "crate::hex")] pub [u8; 16]);

impl Hash for PairSecret {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hash_secret(self.0, hasher);
    }
}

/// As one number, which hashers take faster than a list of bytes. There is one in nearly every packet.
fn hash_secret(secret: [u8; 16], hasher: &mut impl Hasher) {
    hasher.write_u128(u128::from_le_bytes(secret));
}

impl fmt::Debug for PairSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pair secret")
    }
}

/// Proof of address: a client that echoes it has received what was sent to its address. Also the proof that the directory
/// has not changed since, so that no old registration takes effect later. A keyed hash in the first half, the version
/// of the directory in the second. Of fixed size on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cookie(#[serde(with = "crate::hex")] pub [u8; 16]);

impl Cookie {
    /// What a client sends that has none yet.
    pub const NONE: Cookie = Cookie([0; 16]);
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Cookie::NONE { f.write_str("no cookie") } else { write!(f, "cookie {:02x}", self.0[0]) }
    }
}

/// The server's secret. Drawn from the operating system in reality, fixed in the model.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(#[serde(with = "crate::hex")] pub [u8; 16]);

impl Key {
    /// The secret of a session.
    pub fn token(&self, session: Session, address: Id) -> Token {
        let mut hash = self.hasher(b't');
        hash.write_u64(session.0);
        hash.write_u64(usize::from(address) as u64);
        Token(hash.finish128().as_bytes())
    }

    /// The secret of two sessions, in any order.
    pub fn pair(&self, one: Session, other: Session) -> PairSecret {
        let mut hash = self.hasher(b'p');
        hash.write_u64(one.min(other).0);
        hash.write_u64(one.max(other).0);
        PairSecret(hash.finish128().as_bytes())
    }

    /// The cookie for an address that wants a name, while the directory is at `version`.
    pub fn cookie(&self, address: Id, name: &Name, version: Version) -> Cookie {
        let mut hash = self.hasher(b'c');
        hash.write_u64(usize::from(address) as u64);
        hash.write_u64(version.0);
        hash.write(name.as_str().as_bytes());
        let mut cookie = [0; 16];
        cookie[..8].copy_from_slice(&hash.finish().to_le_bytes());
        cookie[8..].copy_from_slice(&version.0.to_le_bytes());
        Cookie(cookie)
    }

    /// The version that a cookie speaks of, if it is the cookie for this address and name then. Whoever shows one has
    /// received what was sent to the address, however old it is.
    pub fn proven(&self, cookie: Cookie, address: Id, name: &Name) -> Option<Version> {
        let (_, version) = cookie.0.split_last_chunk()?;
        let version = Version(u64::from_le_bytes(*version));
        (cookie == self.cookie(address, name, version)).then_some(version)
    }

    /// The bucket of an address.
    pub fn bucket(&self, address: Id) -> u8 {
        let mut hash = self.hasher(b'b');
        hash.write_u64(usize::from(address) as u64);
        u8::try_from(hash.finish() % u64::from(Limits::BUCKETS)).unwrap_or_default()
    }

    /// A hash for one purpose, so that no output for one can pass for an output of another.
    fn hasher(&self, purpose: u8) -> SipHasher24 {
        let mut hash = SipHasher24::new_with_key(&self.0);
        hash.write_u8(purpose);
        hash
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_cookies_depend_on_every_part() {
        let (key, other) = (Key([1; 16]), Key([2; 16]));
        let (a, b) = (Id::from(1), Id::from(2));
        let token = key.token(Session(1), a);
        assert_eq!(token, key.token(Session(1), a));
        for different in [key.token(Session(2), a), key.token(Session(1), b), other.token(Session(1), a)] {
            assert_ne!(token, different);
        }
        let (x, y) = (Name::new("X").unwrap(), Name::new("Y").unwrap());
        let cookie = key.cookie(a, &x, Version(0));
        for different in
            [key.cookie(b, &x, Version(0)), key.cookie(a, &y, Version(0)), key.cookie(a, &x, Version(1))]
        {
            assert_ne!(cookie, different);
        }
    }

    #[test]
    fn both_sessions_of_a_pair_have_the_same_secret_and_no_other_pair_has_it() {
        let (key, other) = (Key([1; 16]), Key([2; 16]));
        let (a, b, c) = (Session(1), Session(2), Session(3));
        let secret = key.pair(a, b);
        assert_eq!(secret, key.pair(b, a));
        for different in [key.pair(a, c), key.pair(c, b), key.pair(a, a), other.pair(a, b)] {
            assert_ne!(secret, different);
        }
    }

    #[test]
    fn a_cookie_proves_its_address_also_when_it_is_old() {
        let (key, here, there) = (Key([1; 16]), Id::from(1), Id::from(2));
        let (x, y) = (Name::new("X").unwrap(), Name::new("Y").unwrap());
        let cookie = key.cookie(here, &x, Version(7));
        assert_eq!(key.proven(cookie, here, &x), Some(Version(7)));
        assert_eq!(key.proven(cookie, there, &x), None);
        assert_eq!(key.proven(cookie, here, &y), None);
        assert_eq!(Key([2; 16]).proven(cookie, here, &x), None);
        assert_eq!(key.proven(Cookie::NONE, here, &x), None);
        for place in 0..16 {
            let mut bent = cookie;
            bent.0[place] ^= 1;
            assert_eq!(key.proven(bent, here, &x), None, "byte {place}");
        }
    }

    #[test]
    fn addresses_spread_over_the_buckets() {
        let key = Key([1; 16]);
        let used: std::collections::BTreeSet<u8> = (0..10_000).map(|it| key.bucket(Id::from(it))).collect();
        assert_eq!(used.len(), usize::from(Limits::BUCKETS));
    }

    #[test]
    fn secrets_are_never_printed() {
        let pass = Pass { session: Session(7), token: Token([0xab; 16]) };
        assert_eq!(
            format!("{pass:?} {:?} {:?} {:?}", pass.token, Key([1; 16]), PairSecret([0xab; 16])),
            "s7 token key pair secret"
        );
    }

    #[test]
    fn a_cookie_shows_a_part_of_itself() {
        assert_eq!(format!("{:?} {:?}", Cookie::NONE, Cookie([0xab; 16])), "no cookie cookie ab");
    }

    #[test]
    fn numbers_count_up_and_stop_at_the_end() {
        assert_eq!(Index(0).next(), Index(1));
        assert_eq!(Index(u64::MAX).next(), Index(u64::MAX));
    }
}
