//! How fast posts reach all members of a group, beside a plain loop of `send_to` and `recv_from` that does the same.
//!
//! Both sides of a pair run alternately, several times; what counts is the median of the ratios.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking")]

mod common;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::thread;
use std::time::Instant;

use common::{Addresses, Heard, Members, Posts, Times, micros, name, roomy, serve, serve_with, text};
use model::packet::{Reply, Request};

fn main() {
    println!("\nacked fan-out of posts, one server, loopback; medians of {ROUNDS} rounds");
    println!(
        "{:>8} {:>9} | {:>12} {:>9} {:>9} | {:>12} {:>9} {:>9} | {:>6}",
        "members", "in flight", "plain 1/s", "p50 us", "p99 us", "server 1/s", "p50 us", "p99 us", "ratio"
    );
    for members in [10, 100, 500] {
        for in_flight in [1, 8] {
            compare(members, in_flight);
        }
    }
    println!("\nthe same server with a recorder and without; medians of {ROUNDS} rounds");
    println!(
        "{:>8} {:>9} | {:>12} {:>12} | {:>6}",
        "members", "in flight", "without 1/s", "with 1/s", "ratio"
    );
    for members in [10, 100, 500] {
        compare_recorded(members, 8);
    }
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
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(on_a_thread("plain members", || plain_round(members, posts, in_flight)));
        ours.push(on_a_thread("our members", || group.round(posts, in_flight)));
    }
    let rate = |rounds: &[Round]| Times::new(rounds.iter().map(|round| round.rate).collect()).median();
    let ratios = plain.iter().zip(&ours).map(|(plain, ours)| ours.rate / plain.rate).collect();
    let late = |rounds: Vec<Round>| Times::new(rounds.into_iter().flat_map(|round| round.times).collect());
    let rates = (rate(&plain), rate(&ours));
    let (plain, ours) = (late(plain), late(ours));
    println!(
        "{members:>8} {in_flight:>9} | {:>12.0} {:>9.0} {:>9.0} | {:>12.0} {:>9.0} {:>9.0} | {:>6.2}",
        rates.0,
        plain.at(0.5),
        plain.at(0.99),
        rates.1,
        ours.at(0.5),
        ours.at(0.99),
        Times::new(ratios).median(),
    );
}

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
}

impl Flight {
    fn new() -> Flight {
        Flight { posts: VecDeque::new(), over: 0 }
    }

    fn begin(&mut self, deliveries: usize) {
        self.posts.push_back((Instant::now(), deliveries));
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
        let mut flight = Flight::new();
        let mut times = Vec::with_capacity(posts * listeners);
        let mut take = |flight: &mut Flight, members: &Members, posts: Posts| {
            let next = &mut next[posts.member];
            members.send_made(posts.member, &posts.ack);
            for index in posts.indexes {
                // Anything else is a repeat.
                if index.0 == *next {
                    *next += 1;
                    times.push(flight.deliver(usize::try_from(index.0).unwrap() - first));
                }
            }
        };
        let begun = Instant::now();
        while flight.over < posts {
            while flight.posts.len() < in_flight && self.said - first < posts {
                self.members.request(0, Request::Post(text(TEXT)));
                self.said += 1;
                flight.begin(listeners);
            }
            match self.members.hear_posts() {
                Ok(posts) => take(&mut flight, &self.members, posts),
                Err(more) => more.into_iter().for_each(|heard| {
                    if let Heard::Post(posts) = heard {
                        take(&mut flight, &self.members, posts);
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
        let mut flight = Flight::new();
        let mut times = Vec::with_capacity(listeners * posts);
        let (mut heard, mut request, mut ack, mut said) = ([0; 2000], [0; POST], [0; ACK], 0);
        let begun = Instant::now();
        while flight.over < posts {
            while flight.posts.len() < in_flight && said < posts {
                write(&mut request, 0, said);
                addresses.send(0, server, &request);
                said += 1;
                flight.begin(listeners);
            }
            addresses.inbox.recv_from(&mut heard).unwrap();
            let (member, number) = read(&heard);
            if member != 0 {
                write(&mut ack, member, number);
                addresses.send(member, server, &ack);
                times.push(flight.deliver(number));
            }
        }
        let rate = rate(times.len(), begun);
        serving.unwrap().join().unwrap();
        Round { rate, times }
    })
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
