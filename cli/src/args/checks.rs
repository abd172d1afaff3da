//! Names, addresses and ports: what is wrong with them, in the words and the order of the contract.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};

use model::Name;
use model::name::NameFault;

use super::plan::Role;
use crate::invitation::InvitationFault;

/// What is wrong with an argument. Displayed, it is all that the person gets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("Invalid username")]
    Name,
    #[error("Invalid username: {0}")]
    NameTooLong(NameFault),
    #[error("Invalid server ip address. Try again.")]
    Address,
    #[error("IPv6 addresses are not supported. Use an IPv4 address or localhost.")]
    V6,
    #[error("Invalid server port number")]
    ServerPort,
    #[error("Invalid client port number")]
    ClientPort,
    #[error("Invalid bind ip address. Try again.")]
    Bind,
    #[error(transparent)]
    Invitation(#[from] InvitationFault),
}

pub(super) fn server(given: &str) -> Result<Role, Fault> {
    Ok(Role::Server { port: port(given).ok_or(Fault::ServerPort)? })
}

/// Name, address, ports: the order in which faults are named.
pub(super) fn client(name: &str, ip: &str, server_port: &str, client_port: &str) -> Result<Role, Fault> {
    let name = person(name)?;
    let server = server_address(ip, server_port)?;
    let port = port(client_port).ok_or(Fault::ClientPort)?;
    Ok(Role::Client { name, server: *server.ip(), server_port: server.port(), port })
}

pub(super) fn join(invitation: &str, name: Option<&str>) -> Result<Role, Fault> {
    let name = name.map(person).transpose()?;
    let invitation = if invitation == "-" { None } else { Some(invitation.trim().parse()?) };
    Ok(Role::Join { invitation, name })
}

fn person(name: &str) -> Result<Name, Fault> {
    Name::person(name).map_err(|fault| match fault {
        NameFault::TooLong { .. } => Fault::NameTooLong(fault),
        _ => Fault::Name,
    })
}

/// Where a server can be reached.
pub(crate) fn server_address(ip: &str, server_port: &str) -> Result<SocketAddrV4, Fault> {
    let server = address(ip, Fault::Address)?;
    if server.is_unspecified() || server.is_multicast() || server.is_broadcast() {
        return Err(Fault::Address);
    }
    Ok(SocketAddrV4::new(server, port(server_port).ok_or(Fault::ServerPort)?))
}

pub(super) fn bind(ip: &str) -> Result<Ipv4Addr, Fault> {
    let bind = address(ip, Fault::Bind)?;
    if bind.is_multicast() || bind.is_broadcast() { Err(Fault::Bind) } else { Ok(bind) }
}

fn address(ip: &str, fault: Fault) -> Result<Ipv4Addr, Fault> {
    if ip.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST);
    }
    let bare = ip.trim_start_matches('[').trim_end_matches(']');
    let without_zone = bare.split('%').next().unwrap_or(bare);
    if without_zone.parse::<Ipv6Addr>().is_ok() {
        return Err(Fault::V6);
    }
    ip.parse().map_err(|_| fault)
}

/// Digits only: `parse` alone would let `+6666` pass.
fn port(given: &str) -> Option<u16> {
    let digits = given.bytes().all(|b| b.is_ascii_digit());
    given.parse().ok().filter(|&port: &u16| digits && port >= FIRST_PORT)
}

/// Ports below are for the system.
const FIRST_PORT: u16 = 1024;
