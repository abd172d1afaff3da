//! Invitations: one word that says where a server is and, if there is one, its room key.

use std::io::{self, BufRead, Read};
use std::net::SocketAddrV4;
use std::str::FromStr;

use net::{KeyFault, RoomKey};
use zeroize::Zeroizing;

use crate::args::{self, Fault};

/// `chat://IP:PORT#KEY`, or without `#KEY` for a server that has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// Where the server is.
    pub(crate) server: SocketAddrV4,
    /// What it seals with.
    pub(crate) key: Option<RoomKey>,
}

/// What is wrong with an invitation. It never shows the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvitationFault {
    #[error("an invitation looks like chat://IP:PORT#KEY, and this one does not begin with chat://")]
    Scheme,
    #[error("an invitation looks like chat://IP:PORT#KEY, and this one has no port")]
    NoPort,
    #[error("the address of the invitation: {0}")]
    Address(Box<Fault>),
    #[error("the key of the invitation: {0}")]
    Key(KeyFault),
    #[error("no invitation on standard input")]
    NotThere,
}

impl Invitation {
    /// The first line. The rest stays to be read by others.
    pub(crate) fn read(input: &mut impl BufRead) -> io::Result<Result<Invitation, InvitationFault>> {
        let mut line = Zeroizing::new(String::with_capacity(LONGEST));
        input.take(LONGEST as u64).read_line(&mut line)?;
        Ok(match line.trim() {
            "" => Err(InvitationFault::NotThere),
            line => line.parse(),
        })
    }

    /// The word itself, for somebody who asked for it.
    pub(crate) fn reveal(&self) -> Zeroizing<String> {
        let key = self.key.as_ref().map(|key| format!("#{}", *key.reveal())).unwrap_or_default();
        Zeroizing::new(format!("{SCHEME}{}{key}", self.server))
    }
}

impl FromStr for Invitation {
    type Err = InvitationFault;

    fn from_str(text: &str) -> Result<Invitation, InvitationFault> {
        let rest = text.strip_prefix(SCHEME).ok_or(InvitationFault::Scheme)?;
        let (address, key) = match rest.split_once('#') {
            Some((address, key)) => (address, Some(key.parse().map_err(InvitationFault::Key)?)),
            None => (rest, None),
        };
        Ok(Invitation { server: server(address)?, key })
    }
}

/// `IP:PORT` of a server.
pub(crate) fn server(text: &str) -> Result<SocketAddrV4, InvitationFault> {
    let (ip, port) = text.rsplit_once(':').ok_or(InvitationFault::NoPort)?;
    args::server_address(ip, port).map_err(|fault| InvitationFault::Address(Box::new(fault)))
}

const SCHEME: &str = "chat://";
/// Longer than any invitation with its line end.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RoomKey {
        RoomKey::from_bytes([9; 32])
    }

    #[test]
    fn an_invitation_that_is_written_down_is_read_again() {
        for key in [None, Some(key())] {
            let invitation = Invitation { server: SocketAddrV4::new([10, 0, 0, 7].into(), 6666), key };
            assert_eq!(invitation.reveal().parse(), Ok(invitation.clone()));
        }
    }

    #[test]
    fn a_bad_invitation_is_refused_by_what_is_wrong_with_it() {
        let key = key().reveal();
        let mistyped = format!("chat://1.2.3.4:6666#{}", key.to_lowercase());
        for (text, words) in [
            ("http://1.2.3.4:6666", "does not begin with chat://"),
            ("1.2.3.4:6666", "does not begin with chat://"),
            ("chat://1.2.3.4", "has no port"),
            ("chat://1.2.3.4.5:6666", "address of the invitation: Invalid server ip address"),
            ("chat://[::1]:6666", "address of the invitation: IPv6 addresses are not supported"),
            ("chat://0.0.0.0:6666", "address of the invitation: Invalid server ip address"),
            ("chat://1.2.3.4:80", "address of the invitation: Invalid server port number"),
            ("chat://1.2.3.4:6666#", "key of the invitation: a room key has 48 characters, this one has 0"),
            (&mistyped, "key of the invitation: the room key has been mistyped"),
        ] {
            let error = text.parse::<Invitation>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains(&*key.to_lowercase()), "an error shows no key");
        }
    }

    #[test]
    fn only_the_first_line_is_read() {
        let mut input = &b"chat://127.0.0.1:6666\nsend Bob hello\n"[..];
        assert!(Invitation::read(&mut input).unwrap().is_ok());
        assert_eq!(input, b"send Bob hello\n");
        assert_eq!(Invitation::read(&mut &b""[..]).unwrap(), Err(InvitationFault::NotThere));
    }
}
