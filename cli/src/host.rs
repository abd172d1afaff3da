//! A hosted actor whose words can be waited for together with other things.

use std::io;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use model::{Command, Order};
use net::{Console, HostError, Hosted, Options, Stats, Told};

/// A running server or client.
#[derive(Debug)]
pub(crate) struct Host {
    console: Arc<Console>,
    told: Receiver<Told>,
}

impl Host {
    /// Starts an actor on this address; port 0 is any free port.
    pub(crate) fn start(actor: impl Hosted, at: SocketAddrV4, options: Options) -> Result<Host, HostError> {
        let console = Arc::new(net::start_with(actor, at, options)?);
        let told = forward(Arc::clone(&console))?;
        Ok(Host { console, told })
    }

    /// What it tells. Disconnected when it has ended.
    pub(crate) fn told(&self) -> &Receiver<Told> {
        &self.told
    }

    /// Gives it a command. One that has ended takes none, and has told why.
    pub(crate) fn command(&self, command: Command) {
        if let Err(error) = self.console.command(command) {
            tracing::warn!("command not taken: {error}");
        }
    }

    /// Gives a server an order.
    pub(crate) fn order(&self, order: Order) {
        if let Err(error) = self.console.order(order) {
            tracing::warn!("order not taken: {error}");
        }
    }

    /// Its near end, for whoever counts.
    pub(crate) fn console(&self) -> Arc<Console> {
        Arc::clone(&self.console)
    }

    /// What went through it so far.
    pub(crate) fn stats(&self) -> Stats {
        self.console.stats()
    }

    /// Ends it and frees its address.
    pub(crate) fn stop(&self) {
        self.console.stop();
    }
}

/// Holds one thing at most, so that whoever does not keep up is waited for as the host was told.
fn forward(console: Arc<Console>) -> io::Result<Receiver<Told>> {
    let (sender, told): (Sender<Told>, _) = bounded(0);
    thread::Builder::new().name("told".into()).spawn(move || {
        while let Ok(told) = console.recv() {
            if sender.send(told).is_err() {
                return;
            }
        }
    })?;
    Ok(told)
}
