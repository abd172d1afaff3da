//! Real servers and clients on hosts, and the people at their consoles.

#![allow(dead_code, reason = "no test uses all of it")]

use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::event::Exit;
use model::ids::{Key, Nonce, Session};
use model::{Client, ClientConfig, Command, Event, Limits, Name, Notice, Server, ServerConfig, Text, Timing};
use net::record::{Configured, Texts};
use net::wire::DATAGRAM_MAX;
use net::{Console, Faults, Options, Overflow, Recording, RoomKey, Seal, Side, Told, start_with};
use stateright::actor::Id;

/// What all hosts of a test have in common.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) limits: Limits,
    pub(crate) timing: Timing,
    /// How many things a console can be behind.
    pub(crate) capacity: usize,
    /// The seed is the host's own.
    pub(crate) faults: Option<Faults>,
    /// The bytes of the room key, if everything is sealed.
    pub(crate) key: Option<[u8; 32]>,
    /// Where all hosts are recorded, each in a file of its name.
    pub(crate) record: Option<(PathBuf, Texts)>,
}

impl World {
    /// A perfect network, and so many attempts that no busy machine uses them up: about a minute.
    pub(crate) fn patient() -> World {
        World {
            limits: Limits { attempts: 240, burst: 0, strangers: 0, ..Limits::default() },
            timing: Timing { ack_wait: Duration::from_millis(250), ..Timing::default() },
            capacity: 100_000,
            faults: None,
            key: None,
            record: None,
        }
    }

    /// Five attempts in two seconds: time for whoever lives to answer, and not too long to wait for who does not.
    pub(crate) fn hasty() -> World {
        World {
            limits: Limits { attempts: 5, burst: 0, strangers: 0, ..Limits::default() },
            timing: Timing { ack_wait: Duration::from_millis(400), ..Timing::default() },
            ..World::patient()
        }
    }

    /// Five attempts that are over at once: for those who have nobody to answer them.
    pub(crate) fn without_patience() -> World {
        World {
            timing: Timing { ack_wait: Duration::from_millis(10), ..Timing::default() },
            ..World::hasty()
        }
    }

    pub(crate) fn serve(&self, seed: u64) -> Console {
        self.serve_at(any_port(), [7; 16], 1, seed)
    }

    /// A server with a key and a first session number of its own: one that has no memory of others.
    pub(crate) fn serve_at(&self, address: SocketAddrV4, key: [u8; 16], first: u64, seed: u64) -> Console {
        let (limits, timing) = (self.limits, self.timing);
        let config =
            ServerConfig { key: Key(key), first_session: Session(first), durable: false, limits, timing };
        let options = self.options(Overflow::Drop, seed, Side::Server, Configured::Server(config.clone()));
        start_with(Server { config }, address, options).unwrap()
    }

    /// A client that has just started.
    pub(crate) fn client(&self, server: SocketAddrV4, called: &str, seed: u64) -> Person {
        let (limits, timing) = (self.limits, self.timing);
        let config = ClientConfig {
            name: name(called),
            server: Id::from(server),
            nonce: Nonce(seed),
            reconnect: None,
            limits,
            timing,
        };
        let options = self.options(
            Overflow::Wait,
            seed,
            Side::ClientOf(Id::from(server)),
            Configured::Client(config.clone()),
        );
        let console = start_with(Client { config }, any_port(), options).unwrap();
        Person { name: name(called), console: Arc::new(console), told: Vec::new() }
    }

    /// A client that is registered.
    pub(crate) fn join(&self, server: SocketAddrV4, called: &str, seed: u64) -> Person {
        let mut person = self.client(server, called, seed);
        person.until(|event| *event == Event::Ready);
        person
    }

    fn options(&self, overflow: Overflow, seed: u64, side: Side, actor: Configured) -> Options {
        let faults = self.faults.map(|faults| Faults { seed, ..faults });
        let record = self.record.clone().map(|(directory, texts)| {
            let path = directory.join(actor.name());
            Recording { path, texts, actor }
        });
        let seal = self.key.map(|key| Seal { key: RoomKey::from_bytes(key), side });
        Options { capacity: self.capacity, faults, seal, record, ..Options::new(overflow) }
    }
}

/// A person at the console of a client, who forgets nothing.
pub(crate) struct Person {
    pub(crate) name: Name,
    pub(crate) console: Arc<Console>,
    /// Everything told so far.
    pub(crate) told: Vec<Event>,
}

impl Person {
    /// The next event.
    pub(crate) fn next(&mut self) -> Event {
        match self.console.recv_timeout(PATIENCE) {
            Ok(Told::Event(event)) => {
                self.told.push(event.clone());
                event
            }
            other => panic!("{} is told {other:?} after {:?}", self.name, self.last()),
        }
    }

    /// Waits for an event; also returns it.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = self.next();
            if wanted(&event) {
                return event;
            }
            assert!(Instant::now() < deadline, "{} waits in vain; last {:?}", self.name, self.last());
        }
    }

    /// Waits until this event has been told, if it has not been before.
    pub(crate) fn until_told(&mut self, wanted: impl Fn(&Event) -> bool) {
        if !self.told.iter().any(&wanted) {
            self.until(wanted);
        }
    }

    /// Gives a command, and waits until the client takes the next one. What was told until then, except about the
    /// directory.
    pub(crate) fn say(&mut self, command: Command) -> Vec<Event> {
        let before = self.told.len();
        self.console.command(command).unwrap();
        self.until(|event| matches!(event, Event::Ready | Event::Exited { .. }));
        let directory = |event: &&Event| !matches!(event, Event::Directory(_));
        self.told[before..].iter().filter(directory).cloned().collect()
    }

    /// Gives a command after which the client ends. Why it did, and what was queued.
    pub(crate) fn say_last(&mut self, command: Command) -> (Exit, Vec<(Name, Text)>) {
        self.console.command(command).unwrap();
        self.until_exit()
    }

    pub(crate) fn until_exit(&mut self) -> (Exit, Vec<(Name, Text)>) {
        match self.until(|event| matches!(event, Event::Exited { .. })) {
            Event::Exited { reason, queued } => (reason, queued),
            _ => unreachable!(),
        }
    }

    /// Waits until somebody is in the directory, in this condition.
    pub(crate) fn until_listed(&mut self, who: &str, online: bool) {
        let who = name(who);
        let listed = |event: &Event| {
            matches!(event, Event::Directory(people)
                if people.iter().any(|person| person.name == who && person.online == online))
        };
        let last = self.told.iter().rev().find(|event| matches!(event, Event::Directory(_)));
        if !last.is_some_and(listed) {
            self.until(listed);
        }
    }

    /// Everything told by now, without waiting.
    pub(crate) fn catch_up(&mut self) {
        while let Ok(told) = self.console.try_recv() {
            match told {
                Told::Event(event) => self.told.push(event),
                other => panic!("{} is told {other:?}", self.name),
            }
        }
    }

    fn last(&self) -> &[Event] {
        &self.told[self.told.len().saturating_sub(5)..]
    }
}

/// Waits until an operator is told this.
pub(crate) fn until_noticed(server: &Console, wanted: impl Fn(&Notice) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match server.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Told::Notice(notice)) if wanted(&notice) => return,
            Ok(Told::Notice(_)) => {}
            other => panic!("the operator is told {other:?}"),
        }
    }
}

/// No datagram of this host was too long or not understood, and its actor lives.
pub(crate) fn assert_clean(console: &Console) {
    let stats = console.stats();
    assert!(stats.largest_in <= DATAGRAM_MAX && stats.largest_out <= DATAGRAM_MAX, "{stats:?}");
    assert_eq!(
        (stats.undecodable_in_all(), stats.refused_in_all(), stats.unsendable),
        (0, 0, 0),
        "{stats:?}"
    );
}

pub(crate) fn send(to: &str, message: &str) -> Command {
    Command::Send { to: name(to), text: text(message) }
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(crate) fn any_port() -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)
}

/// How long anything may take on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for something that nobody tells, such as a count.
pub(crate) fn wait_for(done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain");
        std::thread::yield_now();
    }
}
