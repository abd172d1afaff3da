//! How fast posts reach all members of a group, beside a plain loop of `send_to` and `recv_from` that does the same, and
//! beside stateright's `spawn` with an actor that does no more than that loop.
//!
//! All run in turns, several times; what counts is the median of the ratios. Numbers among the arguments are sizes of groups; with
//! `recorder` among them only the last table is made, of the same server with a recorder and without.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking")]

mod common;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::thread;
use std::time::Instant;

use common::{
    Addresses, Heard, Members, Posts, Times, free_address, micros, name, roomy, serve, serve_with, text,
};
use model::ids::Index;
use model::packet::{Reply, Request};
use stateright::actor::{Actor, Id, Out, spawn};

fn main() {
    if !std::env::args().any(|argument| argument == "recorder") {
        compare_all();
    }
    println!("\nthe same server with a recorder and without; medians of {ROUNDS} rounds");
    println!(
        "{:>8} {:>9} | {:>12} {:>12} | {:>6}",
        "members", "in flight", "without 1/s", "with 1/s", "ratio"
    );
    for members in wanted() {
        compare_recorded(members, 8);
    }
}

fn compare_all() {
    println!("\nacked fan-out of posts, one server, loopback; medians of {ROUNDS} rounds");
    println!(
        "{:>8} {:>9} | {:>12} {:>9} {:>9} | {:>12} {:>9} {:>9} | {:>6} | {:>12} {:>6}",
        "members",
        "in flight",
        "plain 1/s",
        "p50 us",
        "p99 us",
        "server 1/s",
        "p50 us",
        "p99 us",
        "ratio",
        "spawn 1/s",
        "ratio"
    );
    for members in wanted() {
        for in_flight in [1, 8] {
            compare(members, in_flight);
        }
    }
}

/// Sizes of groups: those among the arguments, or all.
fn wanted() -> Vec<usize> {
    let named: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if named.is_empty() { vec![10, 100, 500] } else { named }
}

/// What a recorder costs at full load.
fn compare_recorded(members: usize, in_flight: usize) {
    let posts = (DELIVERIES / members).max(in_flight * 4);
    let file = std::env::temp_dir().join(format!("fan-out-{}.rec", std::process::id()));
    let mut without = Group::new(members, serve());
    let mut with = Group::new(members, serve_with(Some(file.clone())));
    let (mut rates, mut recorded) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rates.push(on_a_thread("members", || without.round(posts, in_flight)).rate);
        recorded.push(on_a_thread("members", || with.round(posts, in_flight)).rate);
    }
    drop(with);
    let lives = net::record::read(&file).unwrap();
    let whole = matches!(lives[0].ending, net::record::Ending::Stopped(_));
    std::fs::remove_file(&file).unwrap();
    let ratios = std::iter::zip(&rates, &recorded).map(|(without, with)| with / without).collect();
    println!(
        "{members:>8} {in_flight:>9} | {:>12.0} {:>12.0} | {:>6.2}{}",
        Times::new(rates).median(),
        Times::new(recorded).median(),
        Times::new(ratios).median(),
        if whole { "" } else { " (gave up)" }
    );
}

fn compare(members: usize, in_flight: usize) {
    let posts = (DELIVERIES / members).max(in_flight * 4);
    let mut group = Group::new(members, serve());
    let bare = (members * in_flight <= BARE_MAX).then(|| Bare::new(members));
    let (mut plain, mut ours, mut spawned) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(on_a_thread("plain members", || plain_round(members, posts, in_flight)));
        ours.push(on_a_thread("our members", || group.round(posts, in_flight)));
        spawned
            .extend(bare.as_ref().map(|bare| on_a_thread("bare members", || bare.round(posts, in_flight))));
    }
    let (rates, ratios) = (rates(&plain), |rounds: &[Round]| ratio(&plain, rounds));
    let (our_rates, ratio, spawned) = (
        self::rates(&ours),
        ratios(&ours),
        (!spawned.is_empty()).then(|| (self::rates(&spawned), ratios(&spawned))),
    );
    let (plain, ours) = (late(plain), late(ours));
    println!(
        "{members:>8} {in_flight:>9} | {:>12.0} {:>9.0} {:>9.0} | {:>12.0} {:>9.0} {:>9.0} | {:>6.2} | {}",
        rates,
        plain.at(0.5),
        plain.at(0.99),
        our_rates,
        ours.at(0.5),
        ours.at(0.99),
        ratio,
        spawned.map_or("its acks drown".into(), |(rate, ratio)| format!("{rate:>12.0} {ratio:>6.2}")),
    );
}

/// Deliveries per second.
fn rates(rounds: &[Round]) -> f64 {
    Times::new(rounds.iter().map(|round| round.rate).collect()).median()
}

fn ratio(plain: &[Round], rounds: &[Round]) -> f64 {
    Times::new(plain.iter().zip(rounds).map(|(plain, round)| round.rate / plain.rate).collect()).median()
}

fn late(rounds: Vec<Round>) -> Times {
    Times::new(rounds.into_iter().flat_map(|round| round.times).collect())
}

/// More acks than that at once find no room in the buffer of `spawn`, and nothing brings them back.
const BARE_MAX: usize = 100;

/// On a thread with a name that a profiler shows.
fn on_a_thread<T: Send>(name: &str, run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| named(name).spawn_scoped(scope, run).unwrap().join().unwrap())
}

fn named(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.into())
}

const ROUNDS: usize = 25;
const DELIVERIES: usize = 12_000;

struct Round {
    /// Acked deliveries per second.
    rate: f64,
    /// From the beginning of each post to each of its deliveries.
    times: Vec<f64>,
}

/// Posts that are under way, the oldest first.
struct Flight {
    posts: VecDeque<(Instant, usize)>,
    /// How many are over.
    over: usize,
    listeners: usize,
}

impl Flight {
    fn new(listeners: usize) -> Flight {
        Flight { posts: VecDeque::new(), over: 0, listeners }
    }

    fn begin(&mut self) {
        self.posts.push_back((Instant::now(), self.listeners));
    }

    /// Counts a delivery; tells how long it took.
    fn deliver(&mut self, post: usize) -> f64 {
        let (begun, left) = &mut self.posts[post - self.over];
        *left -= 1;
        let took = micros(*begun);
        while self.posts.front().is_some_and(|(_, left)| *left == 0) {
            self.posts.pop_front();
            self.over += 1;
        }
        took
    }
}

/// A group at a hosted server. Member 0 speaks, the others hear.
struct Group {
    members: Members,
    said: usize,
    _server: net::Console,
}

impl Group {
    fn new(listeners: usize, server: net::Console) -> Group {
        let mut members = Members::register(server.address(), listeners + 1);
        assert_eq!(members.ask(0, Request::CreateGroup(name("g"))), Reply::GroupCreated);
        for member in 0..=listeners {
            assert!(matches!(members.ask(member, Request::JoinGroup(name("g"))), Reply::Joined { .. }));
        }
        Group { members, said: 0, _server: server }
    }

    fn round(&mut self, posts: usize, in_flight: usize) -> Round {
        let listeners = self.members.addresses.len() - 1;
        let first = self.said;
        let mut next = vec![first as u64; listeners + 1];
        let mut flight = Flight::new(listeners);
        let mut times = Vec::with_capacity(posts * listeners);
        let mut take = |flight: &mut Flight, member: usize, index: Index| {
            // Anything else is a repeat.
            if index.0 == next[member] {
                next[member] += 1;
                times.push(flight.deliver(usize::try_from(index.0).unwrap() - first));
            }
        };
        let mut heard = Posts::default();
        let begun = Instant::now();
        while flight.over < posts {
            while flight.posts.len() < in_flight && self.said - first < posts {
                self.members.request(0, Request::Post(text(TEXT)));
                self.said += 1;
                flight.begin();
            }
            match self.members.hear_posts(&mut heard) {
                Ok(()) => heard.indexes.iter().for_each(|index| take(&mut flight, heard.member, *index)),
                Err(more) => more.into_iter().for_each(|heard| {
                    if let Heard::Post(member, index) = heard {
                        take(&mut flight, member, index);
                    }
                }),
            }
        }
        Round { rate: rate(times.len(), begun), times }
    }
}

/// The same without a protocol: a server that answers each request, sends the post to all, and takes their acks.
fn plain_round(listeners: usize, posts: usize, in_flight: usize) -> Round {
    let addresses = Addresses::new(listeners + 1);
    let socket = roomy(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let SocketAddr::V4(server) = socket.local_addr().unwrap() else { panic!() };
    let to: Vec<SocketAddr> = (0..=listeners).map(|member| addresses.address(member)).collect();
    thread::scope(|scope| {
        let serving = named("plain server").spawn_scoped(scope, move || {
            let (mut heard, mut post, mut left) = ([0; 2000], [0; POST], posts * (listeners + 1));
            while left > 0 {
                left -= 1;
                let (length, _) = socket.recv_from(&mut heard).unwrap();
                if length == POST {
                    let (_, number) = read(&heard);
                    for (member, to) in to.iter().enumerate() {
                        write(&mut post, member, number);
                        // Member 0 has asked, and gets its answer.
                        socket.send_to(&post[..if member == 0 { ACK } else { POST }], to).unwrap();
                    }
                }
            }
        });
        let round = plain_members(&addresses, server, posts, in_flight);
        serving.unwrap().join().unwrap();
        round
    })
}

fn plain_members(addresses: &Addresses, server: SocketAddrV4, posts: usize, in_flight: usize) -> Round {
    let mut flight = Flight::new(addresses.len() - 1);
    let mut times = Vec::with_capacity(posts * addresses.len());
    let (mut heard, mut request, mut ack, mut said) = ([0; 2000], [0; POST], [0; ACK], 0);
    let begun = Instant::now();
    while flight.over < posts {
        while flight.posts.len() < in_flight && said < posts {
            write(&mut request, 0, said);
            addresses.send(0, server, &request);
            said += 1;
            flight.begin();
        }
        addresses.inbox.recv_from(&mut heard).unwrap();
        let (member, number) = read(&heard);
        if member != 0 {
            write(&mut ack, member, number);
            addresses.send(member, server, &ack);
            times.push(flight.deliver(number));
        }
    }
    Round { rate: rate(times.len(), begun), times }
}

/// What the plain loop does, as an actor on `spawn`: what is between the two is what `spawn` costs.
struct Bare {
    addresses: Addresses,
    server: SocketAddrV4,
}

impl Bare {
    fn new(listeners: usize) -> Bare {
        let addresses = Addresses::new(listeners + 1);
        let to = (0..=listeners).map(|member| match addresses.address(member) {
            SocketAddr::V4(address) => Id::from(address),
            SocketAddr::V6(_) => panic!(),
        });
        let actor = BareServer { to: to.collect() };
        // `spawn` binds by itself and never ends.
        let server = free_address();
        let (encode, decode) = (|bytes: &Vec<u8>| Ok(bytes.clone()), |bytes: &[u8]| Ok(bytes.to_vec()));
        named("bare server")
            .spawn(move || spawn(encode, decode, |()| Err(()), |_| Err(()), vec![(server, actor)]))
            .unwrap();
        addresses.wait_for(server, &[0; POST]);
        Bare { addresses, server }
    }

    fn round(&self, posts: usize, in_flight: usize) -> Round {
        plain_members(&self.addresses, self.server, posts, in_flight)
    }
}

struct BareServer {
    to: Vec<Id>,
}

impl Actor for BareServer {
    type Msg = Vec<u8>;
    type Timer = ();
    type State = ();
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, _: &mut Out<Self>) {}

    fn on_msg(&self, _: Id, _: &mut Cow<'_, ()>, _: Id, heard: Vec<u8>, out: &mut Out<Self>) {
        if heard.len() == POST {
            let (_, number) = read(&heard);
            for (member, to) in self.to.iter().enumerate() {
                let mut post = vec![0; if member == 0 { ACK } else { POST }];
                write(&mut post, member, number);
                out.send(*to, post);
            }
        }
    }
}

fn write(datagram: &mut [u8], member: usize, post: usize) {
    datagram[..8].copy_from_slice(&member.to_le_bytes());
    datagram[8..16].copy_from_slice(&post.to_le_bytes());
}

fn read(datagram: &[u8]) -> (usize, usize) {
    let number = |at: usize| usize::from_le_bytes(datagram[at..at + 8].try_into().unwrap());
    (number(0), number(8))
}

fn rate(count: usize, since: Instant) -> f64 {
    #[expect(clippy::cast_precision_loss)]
    let count = count as f64;
    count / since.elapsed().as_secs_f64()
}

const TEXT: &str = "a post of the usual length, neither short nor long";
/// Bytes of the datagrams that carry such a post and its ack.
const POST: usize = 87;
const ACK: usize = 30;
