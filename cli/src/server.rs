//! Runs a server and prints its notices.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, after, never, select};
use model::ids::{Key, Session};
use model::server::saved::Part;
use model::{Notice, Order, Server, ServerConfig};
use net::record::Configured;
use net::{HostError, Identity, Options, Overflow, Seal, Side, Store, Told};

use crate::args::Plan;
use crate::cast::Cast;
use crate::host::Host;
use crate::plain;
use crate::render;

/// The port where `chat` alone looks for a server, and starts one.
pub(crate) const DEFAULT_PORT: u16 = 6666;

/// Serves until asked to end.
pub(crate) fn run<C: Cast>(plan: &Plan, port: u16, stop: &Receiver<()>) -> anyhow::Result<u8> {
    let address = SocketAddrV4::new(plan.bind.unwrap_or(Ipv4Addr::UNSPECIFIED), port);
    let host = start::<C>(plan, address)??;
    let ended = print_until(&host, stop, plan.log_text);
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

/// Whoever is asked to stop tells the clients first, and does not wait longer for that than `PARTING`.
fn print_until(host: &Host, stop: &Receiver<()>, log_text: bool) -> anyhow::Result<u8> {
    let mut parting = never();
    loop {
        let told = select! {
            recv(host.told()) -> told => told.context("the network part has ended")?,
            recv(stop) -> _ => {
                host.order(Order::Stop);
                parting = after(PARTING);
                continue;
            }
            recv(parting) -> _ => return Ok(0),
        };
        let last = matches!(told, Told::Notice(Notice::Stopped { .. }));
        match told {
            Told::Notice(notice) => {
                if plain::print(&render::notice(&notice, log_text)).is_err() {
                    // Whoever ran this server has gone away.
                    return Ok(0);
                }
            }
            Told::Unsaved(reason) => return Err(anyhow!("{reason}. The server has stopped.")),
            Told::Failed(reason) => return Err(anyhow!("internal error: {reason}")),
            Told::Dropped(count) => {
                tracing::warn!("{count} notices were not printed: the output is too slow");
            }
            Told::Event(_) => {}
        }
        if last {
            return Ok(0);
        }
    }
}

/// How long telling everybody may take. A notice can be lost when the output is slow.
const PARTING: Duration = Duration::from_millis(500);

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
