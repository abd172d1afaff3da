//! What one event costs a server, without sockets: it does not grow with the people registered or the posts pending.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench fails by panicking")]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use model::ids::{Cookie, Index, Key, Nonce, Pass, RequestNumber, Session};
use model::packet::{Down, Packet, Reply, Request, Up};
use model::{Limits, Message, Name, Server, ServerConfig, ServerState, Text, Timing};
use stateright::actor::{Actor, Command as Output, Id, Out};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut rows = Vec::new();
    for (what, event) in EVENTS {
        let mut group = criterion.benchmark_group(what);
        for size in SIZES {
            let mut bench = Bench::new(what, size);
            group.bench_function(BenchmarkId::from_parameter(size), |b| {
                b.iter_custom(|count| event(&mut bench, count));
            });
        }
        group.finish();
        rows.push((what, SIZES.map(|size| median_nanos(what, size, event))));
    }
    criterion.final_summary();

    println!("\nwhat one event costs a server, in nanoseconds, without sockets; medians of {ROUNDS} rounds");
    println!("{:>40} | {:>8} {:>8} {:>8} | 1000 to 10", "", SIZES[0], SIZES[1], SIZES[2]);
    for (what, [few, some, many]) in rows {
        println!("{what:>40} | {few:>8.0} {some:>8.0} {many:>8.0} | {:>5.2}", many / few);
    }
}

type Event = fn(&mut Bench, u64) -> Duration;

const EVENTS: [(&str, Event); 6] = [
    ("a request, by people registered", Bench::requests),
    ("a repeated request, by people registered", Bench::repeats),
    ("a request of a stranger, by people registered", Bench::strangers),
    ("a list of members, by people in the group", Bench::lists_of_members),
    ("a post to 2 members, by people registered", Bench::posts),
    ("a post to 2 members, by posts pending", Bench::posts),
];
const SIZES: [usize; 3] = [10, 100, 1000];
const ROUNDS: usize = 21;

fn median_nanos(what: &str, size: usize, event: Event) -> f64 {
    const COUNT: u32 = 2_000;
    let mut bench = Bench::new(what, size);
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| event(&mut bench, COUNT.into())).collect();
    rounds.sort();
    rounds[ROUNDS / 2].as_secs_f64() * 1e9 / f64::from(COUNT)
}

/// A server, and sessions that do not wait for anything.
struct Bench {
    server: Server,
    state: Cow<'static, ServerState>,
    passes: Vec<Pass>,
    joins: Vec<RequestNumber>,
    requests: u64,
    /// How many posts wait for member 2.
    lag: u64,
}

impl Bench {
    fn new(what: &str, size: usize) -> Bench {
        let limits = Limits { clients: 4096, window: 100_000, burst: 0, strangers: 0, ..Limits::default() };
        let config = ServerConfig {
            key: Key([7; 16]),
            first_session: Session(1),
            durable: false,
            limits,
            timing: Timing::default(),
        };
        let server = Server { config };
        let state = Cow::Owned(server.on_start(Id::from(1), &None, &mut Out::new()));
        let (passes, joins) = (Vec::new(), Vec::new());
        let mut bench = Bench { server, state, passes, joins, requests: 0, lag: 0 };
        let people = if what.contains("registered") || what.contains("in the group") { size } else { 10 };
        for number in 0..people {
            bench.register(number);
        }
        let members = if what.contains("in the group") { people } else { 3 };
        bench.ask(0, Request::CreateGroup(name("g")));
        for member in 0..members {
            bench.ask(member, Request::JoinGroup(name("g")));
            bench.joins.push(RequestNumber(bench.requests));
        }
        if what.contains("pending") {
            for _ in 0..size {
                bench.post(&[(1, 0)]);
            }
            bench.lag = size as u64;
        }
        bench
    }

    fn register(&mut self, number: usize) {
        let (called, nonce) = (name(&format!("m{number}")), Nonce(number as u64));
        let register = |cookie| Packet::Register { name: called.clone(), nonce, cookie };
        let challenge = self.hand(number, register(Cookie::NONE));
        let Some(Packet::Challenge { cookie, .. }) = answer(challenge, number) else { panic!() };
        let outputs = self.hand(number, register(cookie));
        for output in outputs {
            match output {
                Output::Send(_, Message::Packet(Packet::Welcome { pass, .. })) => self.passes.push(pass),
                Output::Send(to, Message::Packet(Packet::Down { pass, down: Down::Update(update) })) => {
                    let up = Up::UpdateAck(update.to);
                    self.hand(usize::from(to) - FIRST, Packet::Up { pass, up });
                }
                _ => {}
            }
        }
    }

    fn ask(&mut self, member: usize, request: Request) -> Option<Packet> {
        self.requests += 1;
        let number = RequestNumber(self.requests);
        let outputs = self.up(member, Up::Request { number, request });
        answer(outputs, member)
    }

    fn up(
        &mut self,
        member: usize,
        up: Up,
    ) -> Vec<Output<Message, model::Timer, (), model::server::saved::Saved>> {
        self.hand(member, Packet::Up { pass: self.passes[member], up })
    }

    fn hand(
        &mut self,
        from: usize,
        packet: Packet,
    ) -> Vec<Output<Message, model::Timer, (), model::server::saved::Saved>> {
        let mut out = Out::new();
        let from = Id::from(FIRST + from);
        self.server.on_msg(Id::from(1), &mut self.state, from, Message::Packet(packet), &mut out);
        out.into_iter().collect()
    }

    fn requests(&mut self, count: u64) -> Duration {
        let begun = Instant::now();
        for _ in 0..count {
            black_box(self.ask(5, Request::ListGroups { after: None }));
        }
        begun.elapsed()
    }

    fn repeats(&mut self, count: u64) -> Duration {
        let number = RequestNumber(self.requests + 1);
        let begun = Instant::now();
        for _ in 0..count {
            black_box(self.up(5, Up::Request { number, request: Request::LeaveGroup }));
        }
        let took = begun.elapsed();
        self.requests += 1;
        took
    }

    fn strangers(&mut self, count: u64) -> Duration {
        let register = Packet::Register { name: name("new"), nonce: Nonce(1), cookie: Cookie::NONE };
        let begun = Instant::now();
        for _ in 0..count {
            black_box(self.hand(9_999, register.clone()));
        }
        begun.elapsed()
    }

    fn lists_of_members(&mut self, count: u64) -> Duration {
        let begun = Instant::now();
        for _ in 0..count {
            black_box(self.ask(5, Request::ListMembers { after: None }));
        }
        begun.elapsed()
    }

    /// Posts, each acked by member 1; member 2 acks one that lies back as many as are pending.
    fn posts(&mut self, count: u64) -> Duration {
        let begun = Instant::now();
        for _ in 0..count {
            self.post(&[(1, 0), (2, self.lag)]);
        }
        let took = begun.elapsed();
        assert_eq!(self.state.posts as u64, self.lag);
        took
    }

    /// One post of member 0, and acks of these members for the one that lies back so many.
    fn post(&mut self, acks: &[(usize, u64)]) {
        let posted = self.ask(0, Request::Post(Text::new("a post").unwrap()));
        let Some(Packet::Down { down: Down::Reply { reply: Reply::Posted(index), .. }, .. }) = posted else {
            panic!("{posted:?}")
        };
        for &(member, back) in acks {
            let up = Up::PostAck { join: self.joins[member], next: Index(index.0 + 1 - back) };
            black_box(self.up(member, up));
        }
    }
}

/// The packet that goes back.
fn answer(
    outputs: Vec<Output<Message, model::Timer, (), model::server::saved::Saved>>,
    to: usize,
) -> Option<Packet> {
    outputs.into_iter().find_map(|output| match output {
        Output::Send(id, Message::Packet(packet)) if usize::from(id) == FIRST + to => Some(packet),
        _ => None,
    })
}

fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

/// Address of the first member.
const FIRST: usize = 1_000;
