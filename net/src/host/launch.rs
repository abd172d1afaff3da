//! From an address to a running host.

use std::io;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::actor::{Desk, Host};
use super::bell::Bell;
use super::console::{ASKED, CommandSender, Console, Shared};
use super::crash::{self, Ending};
use super::error::HostError;
use super::faults::BadNetwork;
use super::frame::{Frame, NoStorage};
use super::inbox::{Inbox, Told};
use super::{Hosted, Options};
use crate::record::Recording;
use crate::seal::Sealer;

/// Starts an actor, on any free port if this one is 0.
pub(super) fn launch<A: Hosted>(
    actor: A,
    address: SocketAddrV4,
    options: &Options,
) -> Result<Console, HostError> {
    for _ in 1..ATTEMPTS {
        match launch_at(actor.clone(), probe(address)?, options) {
            // Somebody took the port between the probe and `spawn`; any other one will do.
            Err(HostError::AddressInUse(_)) if address.port() == 0 => {}
            result => return result,
        }
    }
    launch_at(actor, probe(address)?, options)
}

/// How `spawn` ended, if it ever began.
#[derive(Debug)]
pub(super) enum Run {
    /// The socket was bound.
    Ended(Ending),
    /// The socket could not be bound.
    NotBound,
    /// No thread for the bell.
    NoBell(io::Error),
}

/// Whether the address can be bound, with which port, and whether it can be heard there. `spawn` only takes an address, and
/// panics if it cannot bind it.
fn probe(address: SocketAddrV4) -> Result<SocketAddrV4, HostError> {
    let bound = UdpSocket::bind(address).and_then(|socket| Ok((socket.local_addr()?, socket)));
    let (bound, socket) = bound.map_err(|error| HostError::from_bind(address, error))?;
    let bound = if let SocketAddr::V4(bound) = bound { bound } else { address };
    let tried = Bell::new(bound).and_then(|bell| bell.try_at(&socket));
    tried.map_err(|error| HostError::from_bell(bound, error))?;
    Ok(bound)
}

fn launch_at<A: Hosted>(actor: A, address: SocketAddrV4, options: &Options) -> Result<Console, HostError> {
    crash::install_hook();
    let inbox = Inbox::new(options.overflow, options.capacity);
    let bell = Bell::new(address).map_err(|error| HostError::from_bell(address, error))?;
    let shared = Arc::new(Shared::new(bell, inbox));
    let (asked, waiting) = sync_channel(ASKED);
    let (started, start) = sync_channel(1);
    let faults = options.faults.map(BadNetwork::new);
    let sealer = options.seal.as_ref().map(Sealer::new).transpose()?;
    // Writes nothing before the actor has started.
    let recorder = options.record.as_ref().map(Recording::open).transpose()?;
    let store = options.store.clone();
    let desk = Desk::new(Arc::clone(&shared), started, waiting, faults, sealer, recorder, store);
    let host = Host::new(actor, desk);
    let thread = thread::Builder::new().name(format!("host {address}")).spawn({
        let shared = Arc::clone(&shared);
        move || run(host, address, &shared)
    })?;
    // The host holds the only other end: it says that it started, or drops it when `spawn` ends before.
    if start.recv().is_ok() {
        return Ok(Console::new(address, CommandSender { asked, shared }, thread));
    }
    match thread.join() {
        Ok(Run::Ended(Ending::Failed(message))) => Err(HostError::Failed(message)),
        Ok(Run::Ended(Ending::Unsaved(reason))) => Err(HostError::Unsaved(reason)),
        Ok(Run::NoBell(error)) => Err(HostError::System(error)),
        _ => Err(probe(address).err().unwrap_or(HostError::AddressInUse(address))),
    }
}

/// Runs until stopped or failed, then tells the console.
fn run<A: Hosted>(host: Host<A>, address: SocketAddrV4, shared: &Shared) -> Run {
    let run = thread::scope(|scope| {
        let ringer = thread::Builder::new().name(format!("bell {address}"));
        if let Err(error) = ringer.spawn_scoped(scope, || shared.bell.ring_until_closed()) {
            return Run::NoBell(error);
        }
        let ending = spawn(host, address);
        shared.bell.close();
        if shared.was_bound() { Run::Ended(ending) } else { Run::NotBound }
    });
    let last = match &run {
        Run::Ended(Ending::Failed(message)) => Some(Told::Failed(message.clone())),
        Run::Ended(Ending::Unsaved(reason)) => Some(Told::Unsaved(reason.clone())),
        _ => None,
    };
    shared.inbox.close(last);
    run
}

fn spawn<A: Hosted>(host: Host<A>, address: SocketAddrV4) -> Ending {
    let ended = stateright::actor::spawn(
        Frame::to_bytes,
        Frame::from_bytes,
        |()| Err(NoStorage),
        |_| Err(NoStorage),
        vec![(address, host)],
    );
    match ended {
        Ok(()) => Ending::Stopped,
        Err(error) => crash::ending(&*error),
    }
}

/// How many free ports to try.
const ATTEMPTS: u32 = 8;

#[cfg(test)]
mod tests {
    use model::{Client, ClientConfig, Limits, Name, Timing};
    use stateright::actor::Id;

    use super::*;
    use crate::Overflow;

    #[test]
    fn a_port_that_is_lost_after_the_probe_is_an_error_and_not_a_panic() {
        let rival = UdpSocket::bind("127.0.0.1:0").unwrap();
        let SocketAddr::V4(address) = rival.local_addr().unwrap() else { panic!() };
        let error = launch_at(client(), address, &Options::new(Overflow::Wait)).unwrap_err();
        assert_eq!(error.to_string(), format!("address already in use: {address}"));
    }

    fn client() -> Client {
        Client {
            config: ClientConfig {
                name: Name::new("x").unwrap(),
                server: Id::from(SocketAddrV4::new([127, 0, 0, 1].into(), 9)),
                nonce: model::ids::Nonce(1),
                reconnect: None,
                limits: Limits::default(),
                timing: Timing::default(),
            },
        }
    }
}
