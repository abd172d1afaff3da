//! Round trips through hosted actors, beside a plain `UdpSocket` that echoes the same bytes, and beside stateright's `spawn` with an
//! actor that does no more than that.
//!
//! Both sides of a pair run alternately, many times; what counts is the median of the ratios.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking")]

mod common;

use std::borrow::Cow;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::{Addresses, Heard, Members, Prepared, Times, any_port, free_address, micros, name, serve, text};
use criterion::Criterion;
use model::ids::{DirectNumber, Nonce};
use model::packet::{Listing, Packet, Request};
use model::{Client, ClientConfig, Command, Event, Limits, Timing};
use net::wire::encode;
use net::{Console, Overflow, Told, start};
use stateright::actor::{Actor, Id, Out, spawn};

fn main() {
    let mut bench = Bench::new();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    criterion.bench_function("plain echo", |b| b.iter(|| bench.echo.round_trip(1)));
    criterion.bench_function("request at a server with 500 people", |b| b.iter(|| bench.request(1, 1)));
    criterion.bench_function("direct message, peer to client", |b| b.iter(|| bench.direct(1)));
    criterion.bench_function("direct message, console to console", |b| b.iter(|| bench.say(1)));
    criterion.final_summary();
    bench.summary();
}

struct Bench {
    members: Members,
    /// A request of each of the first members.
    lists: Vec<Prepared>,
    echo: Echo,
    spawned: Echo,
    behind_thread: BehindThread,
    behind_spawned: BehindThread,
    ann: Console,
    /// Who receives the direct messages of a member.
    bob: Listing,
    directs: u64,
    request_length: usize,
    direct_length: usize,
    _server: Console,
    _bob: Console,
}

impl Bench {
    fn new() -> Bench {
        let server = serve();
        let mut members = Members::register(server.address(), PEOPLE - 2);
        // Nobody listens at these consoles unless asked, and nothing waits for them.
        let ann = client(server.address(), "ann", Overflow::Wait);
        let bob_console = client(server.address(), "bob", Overflow::Drop);
        let bob = loop {
            let people = members.hear().into_iter().filter_map(|heard| match heard {
                Heard::People(0, people) => Some(people),
                _ => None,
            });
            if let Some(bob) = people.flatten().find(|it| it.entry.name == name("bob")) {
                break bob;
            }
        };
        // One answer each, so that nothing else is under way.
        for member in 0..members.addresses.len() {
            members.ask(member, Request::ListGroups { after: None });
        }
        let request_length = members.request_length(0);
        let lists = (0..AT_A_TIME).map(|member| members.prepare(member, &LIST)).collect();
        let (echo, spawned) = (Echo::new(), Echo::spawned());
        let mut bench = Bench {
            members,
            lists,
            behind_thread: BehindThread::new(echo.server),
            behind_spawned: BehindThread::new(spawned.server),
            echo,
            spawned,
            ann,
            bob,
            directs: 0,
            request_length,
            direct_length: 0,
            _server: server,
            _bob: bob_console,
        };
        bench.direct_length = encode(&[bench.next_direct()]).unwrap().len();
        bench.until_ann_knows_bob();
        bench
    }

    /// So many requests of different people, so many of them at a time.
    fn request(&mut self, count: usize, at_a_time: usize) {
        for prepared in &self.lists[..at_a_time] {
            self.members.request_again(prepared);
        }
        let (mut asked, mut answered) = (at_a_time, 0);
        while answered < count.max(at_a_time) {
            if let Some(member) = self.members.hear_answer() {
                answered += 1;
                if asked < count {
                    asked += 1;
                    self.members.request_again(&self.lists[member]);
                }
            }
        }
    }

    /// So many direct messages to a client.
    fn direct(&mut self, count: usize) {
        for _ in 0..count {
            let datagram = encode(&[self.next_direct()]).unwrap();
            self.members.addresses.send(0, SocketAddrV4::from(self.bob.entry.address), &datagram);
            while !self.members.hear().iter().any(|heard| matches!(heard, Heard::Peer(_))) {}
        }
    }

    fn next_direct(&mut self) -> Packet {
        self.directs += 1;
        let Listing { entry, secret, .. } = &self.bob;
        let (from, to, secret) = (self.members.passes[0].session, entry.session, *secret);
        Packet::Direct {
            sender: name("m0"),
            from,
            to,
            secret,
            number: DirectNumber(self.directs),
            text: text(TEXT),
        }
    }

    /// So many direct messages from one console to another.
    fn say(&mut self, count: usize) {
        for _ in 0..count {
            assert!(self.say_one());
        }
    }

    /// Whether it was received.
    fn say_one(&mut self) -> bool {
        self.ann.command(Command::Send { to: name("bob"), text: text(TEXT) }).unwrap();
        let mut received = false;
        loop {
            match self.ann.recv().unwrap() {
                Told::Event(Event::DirectReceived { .. }) => received = true,
                Told::Event(Event::Ready) => return received,
                _ => {}
            }
        }
    }

    fn until_ann_knows_bob(&mut self) {
        while !self.say_one() {}
    }

    fn summary(&mut self) {
        println!(
            "\nround trips per second, server with {PEOPLE} people, loopback; medians of {ROUNDS} rounds"
        );
        println!(
            "{:>38} | {:>10} {:>10} {:>6} | {:>10} {:>6}",
            "", "plain echo", "ours", "ratio", "spawn", "ratio"
        );
        let (request, direct) = (self.request_length, self.direct_length);
        let echo = |length, at_a_time| {
            move |bench: &Bench, spawned: bool| {
                let echo = if spawned { &bench.spawned } else { &bench.echo };
                echo.round_trips(COUNT, length, at_a_time);
            }
        };
        self.compare("request", echo(request, 1), |bench| bench.request(COUNT, 1));
        self.compare("request, 64 at a time", echo(request, AT_A_TIME), |bench| {
            bench.request(COUNT, AT_A_TIME);
        });
        self.compare("direct message, peer to client", echo(direct, 1), |bench| bench.direct(COUNT));
        self.compare("direct message, console to console", echo(direct, 1), |bench| bench.say(COUNT));
        let behind = |bench: &Bench, spawned: bool| {
            let behind = if spawned { &bench.behind_spawned } else { &bench.behind_thread };
            behind.round_trips(COUNT, direct);
        };
        self.compare("the same, beside an echo from a thread", behind, |bench| bench.say(COUNT));
        self.latency();
    }

    /// What plain sockets do, or the same with `spawn` at the far end, beside what our actors do.
    fn compare(&mut self, what: &str, echo: impl Fn(&Bench, bool), ours: impl Fn(&mut Bench)) {
        let (mut plain, mut our, mut spawned) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            plain.push(rate(|| echo(self, false)));
            our.push(rate(|| ours(self)));
            spawned.push(rate(|| echo(self, true)));
        }
        let ratio = |rates: &[f64]| {
            Times::new(plain.iter().zip(rates).map(|(plain, rate)| rate / plain).collect()).median()
        };
        let (ratio, spawn_ratio) = (ratio(&our), ratio(&spawned));
        let [plain, our, spawned] = [plain, our, spawned].map(|list| Times::new(list).median());
        println!("{what:>38} | {plain:>10.0} {our:>10.0} {ratio:>6.2} | {spawned:>10.0} {spawn_ratio:>6.2}");
    }

    fn latency(&mut self) {
        let one = |_| {
            let begun = Instant::now();
            assert!(self.say_one());
            micros(begun)
        };
        let times = Times::new((0..5_000).map(one).collect());
        let [p50, p99, worst] = [0.5, 0.99, 1.0].map(|quantile| times.at(quantile) / 1000.0);
        println!(
            "\nfrom a `send` until its ack is told at the console: p50 {p50:.3} ms, p99 {p99:.3} ms, worst {worst:.3} ms"
        );
    }
}

/// A thread that sends everything back, and a client of it that is made like the members.
struct Echo {
    addresses: Addresses,
    server: SocketAddrV4,
}

impl Echo {
    fn new() -> Echo {
        let socket = UdpSocket::bind(any_port()).unwrap();
        let SocketAddr::V4(server) = socket.local_addr().unwrap() else { panic!() };
        thread::spawn(move || {
            let mut datagram = [0; 2000];
            loop {
                let (length, from) = socket.recv_from(&mut datagram).unwrap();
                socket.send_to(&datagram[..length], from).unwrap();
            }
        });
        Echo { addresses: Addresses::new(AT_A_TIME), server }
    }

    /// The same from an actor on `spawn`, which binds by itself and never ends.
    fn spawned() -> Echo {
        let server = free_address();
        let (encode, decode) = (|bytes: &Vec<u8>| Ok(bytes.clone()), |bytes: &[u8]| Ok(bytes.to_vec()));
        thread::spawn(move || spawn(encode, decode, |()| Err(()), |_| Err(()), vec![(server, Echoing)]));
        let addresses = Addresses::new(AT_A_TIME);
        addresses.wait_for(server, &[0]);
        Echo { addresses, server }
    }

    fn round_trip(&self, count: usize) {
        self.round_trips(count, 60, 1);
    }

    fn round_trips(&self, count: usize, length: usize, at_a_time: usize) {
        let mut datagram = [0; 2000];
        for member in 0..at_a_time {
            datagram[0] = u8::try_from(member).unwrap();
            self.addresses.send(member, self.server, &datagram[..length]);
        }
        let (mut sent, mut back) = (at_a_time, 0);
        while back < count.max(at_a_time) {
            self.addresses.inbox.recv_from(&mut datagram).unwrap();
            back += 1;
            if sent < count {
                sent += 1;
                self.addresses.send(usize::from(datagram[0]), self.server, &datagram[..length]);
            }
        }
    }
}

struct Echoing;

impl Actor for Echoing {
    type Msg = Vec<u8>;
    type Timer = ();
    type State = ();
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, _: &mut Out<Self>) {}

    fn on_msg(&self, _: Id, _: &mut Cow<'_, ()>, source: Id, heard: Vec<u8>, out: &mut Out<Self>) {
        out.send(source, heard);
    }
}

/// Plain sockets put together like a console and its host: what a person says goes to a thread that owns a socket,
/// and what that thread hears goes back to the person.
struct BehindThread {
    said: Sender<Vec<u8>>,
    heard: Receiver<usize>,
    /// Wakes the thread.
    bell: UdpSocket,
}

impl BehindThread {
    fn new(server: SocketAddrV4) -> BehindThread {
        let socket = UdpSocket::bind(any_port()).unwrap();
        let bell = UdpSocket::bind(any_port()).unwrap();
        bell.connect(socket.local_addr().unwrap()).unwrap();
        let (said, to_say) = channel::<Vec<u8>>();
        let (tell, heard) = channel();
        thread::spawn(move || {
            let mut datagram = [0; 2000];
            loop {
                let (length, _) = socket.recv_from(&mut datagram).unwrap();
                if length > 0 {
                    tell.send(length).unwrap();
                }
                for said in to_say.try_iter() {
                    socket.send_to(&said, server).unwrap();
                }
            }
        });
        BehindThread { said, heard, bell }
    }

    fn round_trips(&self, count: usize, length: usize) {
        for _ in 0..count {
            self.said.send(vec![0; length]).unwrap();
            self.bell.send(&[]).unwrap();
            self.heard.recv().unwrap();
        }
    }
}

fn client(server: SocketAddrV4, called: &str, overflow: Overflow) -> Console {
    let config = ClientConfig {
        name: name(called),
        server: Id::from(server),
        nonce: Nonce(1),
        reconnect: None,
        limits: Limits::default(),
        timing: Timing::default(),
    };
    let console = start(Client { config }, any_port(), overflow).unwrap();
    while console.recv().unwrap() != Told::Event(Event::Ready) {}
    console
}

fn rate(run: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    run();
    #[expect(clippy::cast_precision_loss)]
    let count = COUNT as f64;
    count / begun.elapsed().as_secs_f64()
}

const PEOPLE: usize = 500;
const ROUNDS: usize = 15;
/// Round trips in a round.
const COUNT: usize = 4_000;
const AT_A_TIME: usize = 64;
const LIST: Request = Request::ListGroups { after: None };
const TEXT: &str = "a message of the usual length, neither short nor long";
