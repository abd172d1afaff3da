//! Why a host does not start, or does not take a command.

use std::io;
use std::net::SocketAddrV4;

use crate::record::RecordError;

/// Why a host did not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Another socket has this address.
    #[error("address already in use: {0}")]
    AddressInUse(SocketAddrV4),
    /// This machine does not have this address.
    #[error("not an address of this machine: {0}")]
    NotLocal(SocketAddrV4),
    /// This address needs rights that this process does not have.
    #[error("not allowed to use address {0}")]
    Denied(SocketAddrV4),
    /// Any other reason that the system gives for an address.
    #[error("cannot use address {address}")]
    Bind {
        /// The address.
        address: SocketAddrV4,
        /// The reason.
        source: io::Error,
    },
    /// Nothing gets from this machine to this address of its own, so nobody could wake the actor.
    #[error("this machine cannot reach itself at {0}; is the loopback interface up?")]
    Unreachable(SocketAddrV4),
    /// The system gives no more threads or sockets.
    #[error("cannot start a host")]
    System(#[from] io::Error),
    /// Nothing can be recorded there.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// What the actor said when it started could not be saved.
    #[error("{0}")]
    Unsaved(String),
    /// The actor panicked while it started, with this message. A bug.
    #[error("the actor failed: {0}")]
    Failed(String),
}

impl HostError {
    /// What the system says about binding this address.
    pub(super) fn from_bind(address: SocketAddrV4, source: io::Error) -> HostError {
        match source.kind() {
            io::ErrorKind::AddrInUse => HostError::AddressInUse(address),
            io::ErrorKind::AddrNotAvailable => HostError::NotLocal(address),
            io::ErrorKind::PermissionDenied => HostError::Denied(address),
            _ => HostError::Bind { address, source },
        }
    }

    /// What the system says about a bell for this address.
    pub(super) fn from_bell(address: SocketAddrV4, source: io::Error) -> HostError {
        match source.kind() {
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
                HostError::Unreachable(address)
            }
            _ => HostError::System(source),
        }
    }
}

/// Why a host did not take a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// As many commands wait as may.
    #[error("too many commands at once")]
    Full,
    /// The actor has been stopped, or has failed.
    #[error("the actor has ended")]
    Ended,
}
