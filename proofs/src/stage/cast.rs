//! Which programs play, and how they are started.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use model::Limits;

use super::counterexample::Variant;
use super::relay::{Who, loopback};
use crate::system::SERVER;

/// The variable that tells `broken-chat` which protocol it has to play.
pub const VARIANT: &str = "BROKEN_CHAT";
/// What stands there for the original.
pub const ORIGINAL: &str = "original";

/// A program for everybody, and an address for each.
#[derive(Clone, Debug)]
pub(super) struct Casting {
    program: PathBuf,
    /// What [`VARIANT`] says.
    variant: Option<String>,
    /// The server's port, then those of the clients.
    ports: Vec<u16>,
}

impl Casting {
    /// Everybody is played by this program, as this variant, at free ports.
    ///
    /// # Errors
    /// When there are no free ports.
    pub(super) fn new(program: PathBuf, variant: &Variant, people: usize) -> anyhow::Result<Casting> {
        let variant = match variant {
            Variant::AsChecked => None,
            Variant::Broken(name) => Some(name.clone()),
            Variant::Original => Some(ORIGINAL.into()),
        };
        Ok(Casting { program, variant, ports: free_ports(people + 1)? })
    }

    pub(super) fn server_port(&self) -> u16 {
        self.ports[SERVER]
    }

    pub(super) fn client_ports(&self) -> &[u16] {
        &self.ports[1..]
    }

    /// How to start somebody. A client needs the port where it finds the server.
    pub(super) fn command(
        &self,
        who: Who,
        name: &str,
        server: Option<u16>,
        retries: Retries,
        limits: &Limits,
    ) -> Command {
        let mut command = Command::new(&self.program);
        let own = self.ports[who].to_string();
        match server {
            None => command.args(["server", &own, "--log-text"]),
            Some(server) => command.args(["client", name, "127.0.0.1", &server.to_string(), &own]),
        };
        command.args(["--bind", "127.0.0.1", "--plain"]);
        command.arg("--ack-wait").arg(retries.wait.as_millis().to_string());
        command.arg("--attempts").arg(retries.attempts.to_string());
        match limits.burst {
            0 => command.args(["--rate", "off"]),
            burst => command.arg("--burst").arg(burst.to_string()),
        };
        match &self.variant {
            Some(variant) => command.env(VARIANT, variant),
            None => command.env_remove(VARIANT),
        };
        command
    }
}

/// When something is sent again, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    pub(super) wait: Duration,
    pub(super) attempts: u8,
}

/// Ports that are free now. All are held until all are found, so that they differ.
fn free_ports(count: usize) -> anyhow::Result<Vec<u16>> {
    let sockets: Vec<UdpSocket> = (0..count)
        .map(|_| UdpSocket::bind(loopback(0)))
        .collect::<Result<_, _>>()
        .context("no free ports on loopback")?;
    let ports = sockets.iter().map(|socket| socket.local_addr().map(|address| address.port()));
    Ok(ports.collect::<Result<_, _>>()?)
}
