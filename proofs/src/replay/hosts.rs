//! Who took part in a run.

use std::net::SocketAddrV4;

use model::Name;
use net::record::Configured;
use stateright::actor::Id;

use super::load::{Recorded, Unusable};
use super::single::Replayed;

/// Whoever was at one address. The server comes first, recorded or not.
#[derive(Clone, Debug)]
pub struct Host {
    /// How it is called; of several lives the first.
    pub name: Name,
    /// Where it is.
    pub address: SocketAddrV4,
    /// Its lives by their places among all, in order of time. None if it was not recorded.
    pub lives: Vec<usize>,
}

/// Everybody who took part.
#[derive(Clone, Debug)]
pub struct Hosts(pub Vec<Host>);

impl Hosts {
    /// Everybody who is recorded, and whom they know.
    pub fn of(recorded: &[Recorded], replayed: &[Replayed]) -> Result<Hosts, Unusable> {
        let mut hosts = Hosts(vec![server(recorded)?]);
        for (life, it) in recorded.iter().enumerate() {
            let Configured::Client(config) = &it.life.header.actor else { continue };
            let address = it.life.header.address;
            match hosts.0.iter_mut().find(|host| host.address == address) {
                Some(host) => host.lives.push(life),
                None => hosts.0.push(Host { name: config.name.clone(), address, lives: vec![life] }),
            }
        }
        for host in &mut hosts.0 {
            host.lives.sort_by_key(|life| recorded[*life].life.header.started);
        }
        for (id, name) in replayed.iter().flat_map(|replayed| &replayed.known) {
            let address = SocketAddrV4::from(*id);
            if hosts.at(address).is_none() {
                hosts.0.push(Host { name: name.clone(), address, lives: Vec::new() });
            }
        }
        Ok(hosts)
    }

    /// Who is at an address. Whoever listens everywhere is known by its port.
    pub fn at(&self, address: SocketAddrV4) -> Option<usize> {
        let exact = self.0.iter().position(|host| host.address == address);
        exact.or_else(|| self.0.iter().position(|host| is_same(host.address, address)))
    }

    /// Where everybody is, as a host knows them from whom it heard from and whom it spoke to.
    pub fn seen_by(&self, host: usize, recorded: &[Recorded], replayed: &[Replayed]) -> Vec<Id> {
        let mut seen: Vec<Id> = self.0.iter().map(|host| host.address.into()).collect();
        let mut note = |address: SocketAddrV4| {
            if let Some(host) = self.at(address) {
                seen[host] = address.into();
            }
        };
        for life in &self.0[host].lives {
            if let Configured::Client(config) = &recorded[*life].life.header.actor {
                note(config.server.into());
            }
            for (_, record) in &recorded[*life].life.steps {
                if let net::record::Input::Packet { from, .. } = &record.input {
                    note(*from);
                }
            }
            replayed[*life].sent.iter().flatten().for_each(|(to, _)| note(SocketAddrV4::from(*to)));
        }
        seen
    }

    /// Which host a life is of.
    pub fn of_life(&self, life: usize) -> usize {
        self.0.iter().position(|host| host.lives.contains(&life)).unwrap_or_default()
    }
}

/// The one server that all speak of.
fn server(recorded: &[Recorded]) -> Result<Host, Unusable> {
    let mut host: Option<Host> = None;
    let servers = recorded.iter().enumerate().filter_map(|(life, it)| match &it.life.header.actor {
        Configured::Server(_) => Some((it.life.header.address, Some(life))),
        Configured::Client(_) => None,
    });
    let spoken_of = recorded.iter().filter_map(|it| match &it.life.header.actor {
        Configured::Server(_) => None,
        Configured::Client(config) => Some((SocketAddrV4::from(config.server), None)),
    });
    for (address, life) in servers.chain(spoken_of) {
        let host = host.get_or_insert_with(|| {
            let name = Name::new("server").unwrap_or_else(|_| unreachable!("a name without fault"));
            Host { name, address, lives: Vec::new() }
        });
        if !is_same(host.address, address) {
            return Err(Unusable::Servers { one: host.address, other: address });
        }
        host.lives.extend(life);
    }
    host.ok_or(Unusable::Nothing)
}

fn is_same(host: SocketAddrV4, seen: SocketAddrV4) -> bool {
    host == seen || (host.ip().is_unspecified() && host.port() == seen.port())
}
