//! A chat on a network that does what a test wants, recorded as hosts would record it.

#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};

use model::changes::{self, Change};
use model::ids::{Index, Key, Nonce, Session};
use model::packet::Down;
use model::server::saved::Saved;
use model::{
    Client, ClientConfig, ClientState, Command, Event, Limits, Message, Name, Packet, Server, ServerConfig,
    ServerState, Text, Timer, Timing, console,
};
use net::Hosted;
use net::record::{
    After, BUILD, Configured, Digest, FORMAT, Header, Input, Line, Pen, Record, Texts, Words, apply,
    sum_of_changes, sum_of_outputs, sum_of_state,
};
use stateright::actor::{self, Id, Out};

/// A server and some clients, and what is under way between them.
pub(crate) struct World {
    pub(crate) hosts: Vec<Host>,
    pub(crate) under_way: VecDeque<Packed>,
    clock: u64,
    port: u16,
    texts: Texts,
}

/// A packet under way.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) from: SocketAddrV4,
    pub(crate) to: SocketAddrV4,
    pub(crate) packet: Packet,
}

/// An actor that is recorded.
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) address: SocketAddrV4,
    pub(crate) told: Vec<Event>,
    life: Alive,
    actor: Configured,
    /// When this life began.
    started: u64,
    /// How many steps have been recorded.
    steps: usize,
    timers: BTreeSet<Timer>,
    words: Words,
    pen: Pen,
    pub(crate) recording: Vec<u8>,
}

enum Alive {
    Server(Server, ServerState),
    Client(Client, ClientState),
}

impl Alive {
    fn begin(
        actor: &Configured,
        saved: Option<&Saved>,
        address: SocketAddrV4,
        words: &Words,
    ) -> (Alive, Outputs) {
        match actor.clone() {
            Configured::Server(config) => {
                let actor = Server { config };
                let (state, outputs) = begin(&actor, saved, address, words);
                (Alive::Server(actor, state), outputs)
            }
            Configured::Client(config) => {
                let actor = Client { config };
                let (state, outputs) = begin(&actor, None, address, words);
                (Alive::Client(actor, state), outputs)
            }
        }
    }
}

fn words(texts: Texts, seed: usize) -> Words {
    match texts {
        Texts::Plain => Words::Plain,
        Texts::Digests => Words::Keyed([u8::try_from(seed % 256).unwrap(); 16]),
    }
}

impl World {
    /// A server that has started.
    pub(crate) fn new(texts: Texts) -> World {
        World::at(4000, texts)
    }

    /// A server that has started at this port; clients are at the next ones.
    pub(crate) fn at(port: u16, texts: Texts) -> World {
        World::with(port, false, texts)
    }

    /// A server that saves what it must not forget, and clients that know each other.
    pub(crate) fn durable(names: &[&str], texts: Texts) -> World {
        let mut world = World::with(4000, true, texts);
        for name in names {
            world.join(name, texts);
        }
        world
    }

    fn with(port: u16, durable: bool, texts: Texts) -> World {
        let mut world = World { hosts: Vec::new(), under_way: VecDeque::new(), clock: 0, port, texts };
        let (limits, timing) = (limits(), Timing::default());
        let config = ServerConfig { key: Key([7; 16]), first_session: Session(1), durable, limits, timing };
        world.start(Configured::Server(config), texts);
        world
    }

    /// A server and clients that know each other.
    pub(crate) fn of(names: &[&str], texts: Texts) -> World {
        let mut world = World::new(texts);
        for name in names {
            world.join(name, texts);
        }
        world
    }

    /// Starts a client and lets it register.
    pub(crate) fn join(&mut self, called: &str, texts: Texts) {
        let server = Id::from(self.place(0));
        let nonce = Nonce(1000 * self.hosts.len() as u64);
        let (limits, timing) = (limits(), Timing::default());
        let config = ClientConfig { name: name(called), server, nonce, reconnect: None, limits, timing };
        self.start(Configured::Client(config), texts);
        self.settle();
    }

    fn start(&mut self, actor: Configured, texts: Texts) {
        let at = self.hosts.len();
        let (name, address) = (actor.name(), self.place(at));
        let words = words(texts, at);
        let (life, outputs) = Alive::begin(&actor, None, address, &words);
        let (pen, recording, timers) = (Pen::default(), Vec::new(), BTreeSet::new());
        let (told, started, steps) = (Vec::new(), self.clock, 0);
        self.hosts.push(Host {
            name,
            address,
            told,
            life,
            actor,
            started,
            steps,
            timers,
            words,
            pen,
            recording,
        });
        self.hosts[at].put_header(texts);
        self.take(at, Input::Start, outputs);
    }

    /// The server is killed, and so many of its last records have not been written. Whatever it has said is under way.
    pub(crate) fn kill_server(&mut self, unwritten: usize) {
        let server = &mut self.hosts[0];
        let lines = server.recording.split_inclusive(|byte| *byte == b'\n');
        let kept = lines.clone().count() - unwritten;
        server.recording = lines.take(kept).flatten().copied().collect();
    }

    /// The server that was killed comes back with what it has saved.
    pub(crate) fn restart_server(&mut self) {
        let saved = self.saved();
        self.restart_server_with(&saved);
    }

    /// The same with something else.
    pub(crate) fn restart_server_with(&mut self, saved: &Saved) {
        let parts = saved.parts.clone().into_iter().map(|(part, value)| (part, value.unwrap()));
        let input = Input::Restart { saved: parts.collect() };
        self.clock += 1000;
        let (texts, clock) = (self.texts, self.clock);
        let server = &mut self.hosts[0];
        // Every life has a key of its own.
        server.words = words(texts, 100 + usize::try_from(clock / 1000).unwrap());
        let (life, outputs) = Alive::begin(&server.actor, Some(saved), server.address, &server.words);
        (server.life, server.started, server.timers) = (life, clock, BTreeSet::new());
        server.pen = Pen::default();
        server.put_header(texts);
        self.take(0, input, outputs);
    }

    /// A person types something, and everything under way arrives.
    pub(crate) fn say(&mut self, who: &str, command: Command) {
        self.give(who, command);
        self.settle();
    }

    /// A person types something.
    pub(crate) fn give(&mut self, who: &str, command: Command) {
        let at = self.position(who);
        self.step(at, Input::Command(command));
    }

    /// Everything under way arrives, in order.
    pub(crate) fn settle(&mut self) {
        while let Some(packed) = self.under_way.pop_front() {
            self.arrive(packed);
        }
    }

    /// A packet arrives, if there is anybody.
    pub(crate) fn arrive(&mut self, Packed { from, to, packet }: Packed) {
        if let Some(at) = self.hosts.iter().position(|host| host.address == to) {
            self.step(at, Input::Packet { from, packet });
        }
    }

    /// The first packet that is under way to somebody arrives.
    pub(crate) fn arrive_first(&mut self, who: &str) {
        let to = self.address(who);
        let at = self.under_way.iter().position(|packed| packed.to == to).expect("a packet under way");
        let packed = self.under_way.remove(at).unwrap();
        self.arrive(packed);
    }

    /// What the server would come back with.
    pub(crate) fn saved(&self) -> Saved {
        match &self.hosts[0].life {
            Alive::Server(_, state) => state.saved(),
            Alive::Client(..) => panic!("the first host is the server"),
        }
    }

    /// The first timer of an actor fires.
    pub(crate) fn fire(&mut self, who: &str) {
        let at = self.position(who);
        let timer = self.hosts[at].timers.pop_first().expect("an armed timer");
        self.step(at, Input::Timer(timer));
    }

    /// Somebody who has seen X's pass says something to it as if the server did.
    pub(crate) fn forge_post(&mut self, index: u64, author: &str, said: &str) {
        let own = self.host("X").client().registered().unwrap();
        let (pass, join) = (own.pass, own.mode.join().unwrap());
        let down = Down::Post { join, index: Index(index), from: name(author), text: text(said) };
        let (from, to) = (self.address("server"), self.address("X"));
        self.arrive(Packed { from, to, packet: Packet::Down { pass, down } });
    }

    pub(crate) fn address(&self, who: &str) -> SocketAddrV4 {
        self.hosts[self.position(who)].address
    }

    pub(crate) fn host(&self, who: &str) -> &Host {
        &self.hosts[self.position(who)]
    }

    /// Ends all recordings in order and writes them down, each in a file with the name of its actor.
    pub(crate) fn write(mut self, directory: &Path) -> Vec<PathBuf> {
        let clock = self.clock;
        let hosts = self.hosts.iter_mut();
        hosts
            .map(|host| {
                let t = clock - host.started;
                let state = Some(host.sum());
                host.put(&Line::End { t, state });
                let file = directory.join(&host.name);
                std::fs::write(&file, &host.recording).unwrap();
                file
            })
            .collect()
    }

    fn place(&self, at: usize) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port + u16::try_from(at).unwrap())
    }

    fn position(&self, who: &str) -> usize {
        self.hosts.iter().position(|host| host.name == who).expect("somebody of that name")
    }

    fn step(&mut self, at: usize, input: Input) {
        let host = &mut self.hosts[at];
        let outputs = match &mut host.life {
            Alive::Server(actor, state) => go_on(actor, state, host.address, &input, &host.words),
            Alive::Client(actor, state) => go_on(actor, state, host.address, &input, &host.words),
        };
        self.take(at, input, outputs);
    }

    /// Records a step and carries out what came of it.
    fn take(&mut self, at: usize, mut input: Input, outputs: Outputs) {
        self.clock += 1000;
        let host = &mut self.hosts[at];
        for text in input.texts_mut() {
            *text = host.words.redact(text);
        }
        let after = if host.steps.is_multiple_of(2) { After::State(host.sum()) } else { outputs.changed };
        host.steps += 1;
        let t = self.clock - host.started;
        host.put(&Line::Step(Record { t, input, out: outputs.sum, after }));
        host.timers.retain(|timer| !outputs.cancelled.contains(timer));
        host.timers.extend(outputs.armed);
        host.told.extend(outputs.told);
        let from = host.address;
        self.under_way.extend(outputs.sent.into_iter().map(|(to, packet)| Packed { from, to, packet }));
    }
}

impl Host {
    fn put(&mut self, line: &Line) {
        self.pen.write(line, &mut self.recording).unwrap();
    }

    fn put_header(&mut self, texts: Texts) {
        let Host { name, address, started, actor, .. } = self;
        let (name, address, started, actor) = (name.clone(), *address, *started, actor.clone());
        let build = BUILD.into();
        let header = Header { recording: FORMAT, build, name, address, started, texts, actor };
        self.put(&Line::Life(Box::new(header)));
    }

    fn sum(&self) -> Digest {
        match &self.life {
            Alive::Server(_, state) => sum_of_state(&self.words, state),
            Alive::Client(_, state) => sum_of_state(&self.words, state),
        }
    }

    pub(crate) fn client(&self) -> &ClientState {
        match &self.life {
            Alive::Client(_, state) => state,
            Alive::Server(..) => panic!("{} is no client", self.name),
        }
    }
}

/// What a step led to.
struct Outputs {
    sum: Digest,
    changed: After,
    sent: Vec<(SocketAddrV4, Packet)>,
    told: Vec<Event>,
    armed: Vec<Timer>,
    cancelled: Vec<Timer>,
}

impl Outputs {
    fn of<A: Hosted>(words: &Words, out: Out<A>, state: &A::State, changes: &[Change]) -> Outputs {
        let mut outputs = Outputs {
            sum: sum_of_outputs(words, &out),
            changed: After::Changes(sum_of_changes(words, state, changes)),
            sent: Vec::new(),
            told: Vec::new(),
            armed: Vec::new(),
            cancelled: Vec::new(),
        };
        for output in out {
            match output {
                actor::Command::Send(to, Message::Packet(packet)) => outputs.sent.push((to.into(), packet)),
                actor::Command::Send(to, Message::Event(event)) if to == console() => {
                    outputs.told.push(event);
                }
                actor::Command::SetTimer(timer, _) => outputs.armed.push(timer),
                actor::Command::CancelTimer(timer) => outputs.cancelled.push(timer),
                _ => {}
            }
        }
        outputs
    }
}

fn begin<A: Hosted>(
    actor: &A,
    saved: Option<&A::Storage>,
    address: SocketAddrV4,
    words: &Words,
) -> (A::State, Outputs) {
    let (mut out, mut changes) = (Out::new(), Vec::new());
    let start = || actor.on_start(address.into(), &saved.cloned(), &mut out);
    let state = changes::noting(&mut changes, start);
    let outputs = Outputs::of(words, out, &state, &changes);
    (state, outputs)
}

fn go_on<A: Hosted>(
    actor: &A,
    state: &mut A::State,
    address: SocketAddrV4,
    input: &Input,
    words: &Words,
) -> Outputs {
    let (mut out, mut changes) = (Out::new(), Vec::new());
    let mut held = Cow::Borrowed(&*state);
    changes::noting(&mut changes, || apply(actor, address.into(), &mut held, input.clone(), &mut out));
    if let Cow::Owned(next) = held {
        *state = next;
    }
    Outputs::of(words, out, state, &changes)
}

fn limits() -> Limits {
    Limits { burst: 0, strangers: 0, ..Limits::default() }
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(crate) fn send(to: &str, said: &str) -> Command {
    Command::Send { to: name(to), text: text(said) }
}

/// Reads a recording line by line, lets a test change the lines, and writes it down as if they had been recorded so.
pub(crate) fn rewritten(recording: &[u8], change: impl FnOnce(&mut Vec<Line>)) -> Vec<u8> {
    let mut lines = Vec::new();
    for life in net::record::read_from(recording).unwrap() {
        lines.push(Line::Life(Box::new(life.header)));
        lines.extend(life.steps.into_iter().map(|(_, record)| Line::Step(record)));
    }
    change(&mut lines);
    let (mut pen, mut text) = (Pen::default(), Vec::new());
    for line in &lines {
        pen.write(line, &mut text).unwrap();
    }
    text
}

/// A directory of its own, gone afterwards.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(called: &str) -> Directory {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{called}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Directory(directory)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
