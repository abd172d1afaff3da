//! Stand-in for `net::host` until it is there.
#![allow(dead_code, clippy::unused_self)]
use crossbeam_channel::{Receiver, Sender};
use std::net::SocketAddrV4;

pub(crate) enum Told {
    Event(model::Event),
    Notice(model::Notice),
    Failed(String),
}
#[derive(Clone, Copy)]
pub(crate) enum Overflow {
    Wait,
    Drop,
}
#[derive(Debug, thiserror::Error)]
pub(crate) enum HostError {
    #[error("address already in use: {0}")]
    AddressInUse(SocketAddrV4),
    #[error("{0}")]
    Other(String),
}
pub(crate) struct Console {
    pub(crate) told: Receiver<Told>,
    keep: Sender<Told>,
}
#[derive(Clone)]
pub(crate) struct Commands;
impl Commands {
    pub(crate) fn command(&self, _: model::Command) {}
}
impl Console {
    pub(crate) fn told(&self) -> &Receiver<Told> {
        &self.told
    }
    pub(crate) fn commands(&self) -> Commands {
        Commands
    }
    pub(crate) fn address(&self) -> SocketAddrV4 {
        unimplemented!()
    }
    pub(crate) fn stop(self) {}
}
pub(crate) fn start<A: stateright_actor::Any>(
    _: A,
    address: SocketAddrV4,
    _: Overflow,
) -> Result<Console, HostError> {
    let socket = std::net::UdpSocket::bind(address).map_err(|_| HostError::AddressInUse(address))?;
    std::mem::forget(socket);
    let (keep, told) = crossbeam_channel::bounded(8);
    Ok(Console { told, keep })
}
mod stateright_actor {
    pub(crate) trait Any {}
    impl<T> Any for T {}
}
