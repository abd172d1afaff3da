//! Runs a server: shows its operator what it tells, and hands the operator's orders to it.
//!
//! [`desk`] is what is needed of the operator's side. There are three: [`plain`] prints lines, [`json`] objects, and [`live`]
//! draws a terminal. [`board`] is what all of them know, from notices alone.

mod board;
mod desk;
mod json;
mod live;
mod orders;
mod plain;
mod serving;
mod watch;

use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use model::ids::{Key, Session};
use model::server::saved::Part;
use model::{Server, ServerConfig};
use net::record::Configured;
use net::{HostError, Identity, Options, Overflow, Seal, Side, Store};

use crate::args::Plan;
use crate::cast::Cast;
use crate::host::Host;
use crate::metrics;
use crate::signals::{self, Stopper};
use desk::Desk;
use json::JsonDesk;
use live::Live;
use plain::PlainDesk;
use serving::Serving;

pub(crate) use board::Board;
pub(crate) use desk::Answer;
pub(crate) use live::restore_terminal;
pub(crate) use orders::HELP;
pub(crate) use serving::part;

/// The port where `chat` alone looks for a server, and starts one.
pub(crate) const DEFAULT_PORT: u16 = 6666;

/// Serves until asked to end.
pub(crate) fn run<C: Cast>(plan: &Plan, port: u16) -> anyhow::Result<u8> {
    let (stopper, stop) = signals::watch_for_server()?;
    let address = SocketAddrV4::new(plan.bind.unwrap_or(Ipv4Addr::UNSPECIFIED), port);
    let host = start::<C>(plan, address)??;
    let metrics = plan.metrics.map(|at| metrics::serve(at, host.console())).transpose()?;
    let mut desk = desk(plan, address, stopper)?;
    let ended = Serving::new(&host, &mut *desk, metrics).until_stopped(&stop);
    desk.finish();
    host.stop();
    ended
}

/// Starts a server. The inner error is about its address, which another server may have.
pub(crate) fn start<C: Cast>(plan: &Plan, address: SocketAddrV4) -> anyhow::Result<Result<Host, HostError>> {
    let seal = plan.key.clone().map(|key| Seal { key, side: Side::Server });
    let fresh = Identity { key: key()?, first_session: first_session() };
    let store = plan.state.as_deref().map(|directory| come_back(directory, fresh)).transpose()?;
    let Identity { key, first_session } = store.as_ref().map_or(fresh, Store::identity);
    let config = ServerConfig {
        key,
        first_session,
        durable: store.is_some(),
        limits: plan.limits,
        timing: plan.timing,
    };
    let record = plan.recording(Configured::Server(config.clone()));
    // A slow reader of the notices must not slow down the chat.
    let options = Options { seal, record, store, ..Options::new(Overflow::Drop) };
    Ok(Host::start(C::server(Server { config }), address, options))
}

/// Opens what an earlier server has left, if there was one.
fn come_back(directory: &Path, fresh: Identity) -> anyhow::Result<Store> {
    let store = Store::open(directory, fresh)?;
    let counted = store.look(|saved| {
        let count = |is: fn(&Part) -> bool| saved.parts.keys().filter(|part| is(part)).count();
        (count(|it| matches!(it, Part::Record(_))), count(|it| matches!(it, Part::Group(_))))
    });
    if let Some((clients, groups)) = counted {
        tracing::info!(clients, groups, "came back with what was saved in {}", directory.display());
    }
    Ok(store)
}

/// A view where there is somebody to look at it.
fn desk(plan: &Plan, address: SocketAddrV4, stopper: Stopper) -> io::Result<Box<dyn Desk>> {
    if plan.json {
        return Ok(Box::new(JsonDesk::start(address, plan.log_text)?));
    }
    if !plan.plain && io::stdin().is_terminal() && io::stdout().is_terminal() {
        match Live::start(address, plan.log_text, stopper) {
            Ok(live) => return Ok(Box::new(live)),
            Err(error) => tracing::info!("no live view: {error}"),
        }
    }
    Ok(Box::new(PlainDesk::start(plan.log_text)?))
}

fn key() -> anyhow::Result<Key> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).context("no randomness from the operating system")?;
    Ok(Key(key))
}

/// Microseconds since 1970: above every session of an earlier server, unless that one registered more than a
/// million clients a second or the clock has been set back.
fn first_session() -> Session {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Session(u64::try_from(since.as_micros()).unwrap_or(u64::MAX / 2).max(1))
}
