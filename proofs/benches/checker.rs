//! The reduced network beside stateright's own, in the same run: unique states, states a second, bytes a state.

#![allow(clippy::cast_precision_loss, missing_docs)] // Figures for people.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memory_stats::memory_stats;
use proofs::command::check::find;
use proofs::scenario::Scenario;
use proofs::scenario::Wish::{Create, Dereg, Join, Send};
use proofs::system::System;
use stateright::{Checker, Model};

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(500));
    targets = summary, exhausting
}
criterion_main!(benches);

/// Printed once, before criterion's own samples: the ratios that the book quotes.
fn summary(_: &mut Criterion) {
    println!(
        "{:<32} {:>7} {:>12} {:>10} {:>12} {:>8}",
        "system", "threads", "states", "seconds", "states/s", "bytes/s."
    );
    for threads in [1, 2] {
        let plain = measure(System { reduced: false, ..System::new(small()) }, threads);
        let reduced = measure(System::new(small()), threads);
        plain.print("mixed-small, plain network", threads);
        reduced.print("mixed-small, reduced network", threads);
        println!(
            "    {:.1} times fewer states, {:.2} of the plain rate",
            plain.states as f64 / reduced.states as f64,
            reduced.rate() / plain.rate(),
        );
    }
    for name in ["directory-gaps", "kick-the-dead", "two-people", "silent-leaver"] {
        for threads in [1, 2] {
            measure(System::new(find(name).expect("it is in the catalogue")), threads).print(name, threads);
        }
    }
}

fn exhausting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exhaust");
    for name in ["direct", "queue", "exits"] {
        let scenario = find(name).expect("it is in the catalogue");
        let states = measure(System::new(scenario.clone()), 1).states as u64;
        group.throughput(Throughput::Elements(states));
        group.bench_function(name, |bencher| {
            bencher.iter(|| System::new(scenario.clone()).checker().spawn_dfs().join().unique_state_count());
        });
    }
}

/// The mixed scenario, small enough for the plain network.
fn small() -> Scenario {
    let mut scenario = Scenario::new("mixed-small", "three people, a bit of everything")
        .person("X", 1, &[(Join("g"), 1), (Send("Y"), 1), (Dereg, 1)])
        .person("Y", 1, &[(Join("g"), 1), (Dereg, 1)])
        .person("Z", 0, &[]);
    scenario.setup = vec![("Z", Create("g")), ("Z", Join("g"))];
    scenario.suspicions = vec![];
    scenario
}

struct Measured {
    states: usize,
    time: Duration,
    bytes: usize,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.states as f64 / self.time.as_secs_f64()
    }

    fn print(&self, name: &str, threads: usize) {
        println!(
            "{name:<32} {threads:>7} {:>12} {:>10.2} {:>12.0} {:>8}",
            self.states,
            self.time.as_secs_f64(),
            self.rate(),
            self.bytes / self.states,
        );
    }
}

/// Bytes are what the process has grown by while the finished checker is still there.
fn measure(system: System, threads: usize) -> Measured {
    let resident = || memory_stats().map_or(0, |stats| stats.physical_mem);
    let (before, started) = (resident(), Instant::now());
    let checker = system.checker().threads(threads).spawn_dfs().join();
    let time = started.elapsed();
    Measured { states: checker.unique_state_count(), time, bytes: resident().saturating_sub(before) }
}
