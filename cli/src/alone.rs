//! `chat` without arguments: a server for this machine unless there is one, and a client that joins it.

use std::env;
use std::net::{Ipv4Addr, SocketAddrV4};

use model::Name;
use net::HostError;

use crate::args::Plan;
use crate::cast::Cast;
use crate::client;
use crate::host::Host;
use crate::server::{self, DEFAULT_PORT};

/// Joins the server at the default port, and serves it as long as the person stays if nobody else does.
pub(crate) fn run<C: Cast>(plan: &Plan) -> anyhow::Result<u8> {
    let ip = plan.bind.unwrap_or(Ipv4Addr::LOCALHOST);
    let address = SocketAddrV4::new(ip, DEFAULT_PORT);
    let own = own_server::<C>(plan, address)?;
    // A server on all interfaces answers from the one where it was asked.
    let near = if ip.is_unspecified() { Ipv4Addr::LOCALHOST } else { ip };
    let joined = client::join::<C>(plan, login_name(), SocketAddrV4::new(near, DEFAULT_PORT), 0);
    if let Some(server) = own {
        server::part(&server);
        server.stop();
    }
    joined
}

/// Whoever has the port is taken for a server; if it is none, it will not answer, and the client says so.
fn own_server<C: Cast>(plan: &Plan, address: SocketAddrV4) -> anyhow::Result<Option<Host>> {
    let mut plan = plan.clone();
    // Two actors need two files.
    if let Some(path) = &mut plan.record {
        path.as_mut_os_string().push(".server");
    }
    match server::start::<C>(&plan, address)? {
        Ok(server) => Ok(Some(server)),
        Err(HostError::AddressInUse(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The name that the system knows this person by, or as much of it as can be a name.
pub(crate) fn login_name() -> Name {
    ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|variable| env::var(variable).ok())
        .find_map(|login| clean(&login))
        .or_else(|| clean("guest"))
        .expect("`guest` is a name")
}

/// The login with everything left out that a name may not contain.
fn clean(login: &str) -> Option<Name> {
    let mut name = String::new();
    for c in login.chars() {
        name.push(c);
        if Name::new(&name).is_err() {
            name.pop();
        }
    }
    Name::person(&name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_becomes_a_name_that_is_allowed() {
        for (login, name) in [("ann", "ann"), ("DOMAIN\\ann b;c", "DOMAIN\\annbc"), ("a\u{1b}b", "ab")] {
            assert_eq!(clean(login).unwrap().as_str(), name);
        }
        assert_eq!(clean(&"é".repeat(20)).unwrap().as_str(), "é".repeat(16));
    }

    #[test]
    fn a_login_that_leaves_no_name_is_not_used() {
        for login in ["", " ; ", "server"] {
            assert_eq!(clean(login), None);
        }
    }
}
