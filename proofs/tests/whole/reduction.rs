//! The reduced network reaches exactly the actor states that stateright's own network reaches.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use proofs::scenario::Wish::{Create, Dereg, Join, Leave, Post, Send};
use proofs::scenario::{Scenario, Suspicion};
use proofs::system::System;
use stateright::Model;

#[test]
fn registering_and_leaving_reach_the_same_actor_states() {
    let mut scenario = Scenario::new("one", "").person("X", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.suspicions = vec![Suspicion::Attempt, Suspicion::Update, Suspicion::Probe];
    assert_same(&scenario);
}

#[test]
fn a_direct_message_reaches_the_same_actor_states() {
    let mut scenario =
        Scenario::new("direct", "").person("X", 2, &[(Send("Y"), 2)]).person("Y", 1, &[(Send("X"), 1)]);
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Suspicion::Attempt];
    assert_same(&scenario);
}

#[test]
fn a_kick_reaches_the_same_actor_states() {
    let mut scenario = Scenario::new("kick", "").person("X", 1, &[(Send("Y"), 1)]).person("Y", 0, &[]);
    scenario.suspicions = vec![Suspicion::Attempt, Suspicion::Probe];
    scenario.limits.attempts = 1;
    assert_same(&scenario);
}

#[test]
fn posts_and_removal_reach_the_same_actor_states() {
    let mut scenario = Scenario::new("post", "").person("X", 2, &[(Post, 1), (Leave, 1)]).person(
        "Y",
        2,
        &[(Leave, 1), (Join("g"), 1)],
    );
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Suspicion::Post];
    assert_same(&scenario);
}

#[test]
fn a_queue_reaches_the_same_actor_states() {
    let mut scenario = Scenario::new("queue", "").person("X", 1, &[(Send("Y"), 1)]).person(
        "Y",
        2,
        &[(Join("g"), 1), (Leave, 1)],
    );
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![Suspicion::Attempt];
    assert_same(&scenario);
}

#[test]
fn a_server_that_crashes_reaches_the_same_actor_states() {
    let mut scenario =
        Scenario::new("crash", "").person("X", 2, &[(Post, 1), (Send("Y"), 1)]).person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Suspicion::Attempt];
    scenario.server_crashes = 1;
    assert_same(&scenario);
}

#[test]
fn a_network_that_redirects_a_registration_reaches_the_same_actor_states() {
    let mut scenario = Scenario::new("redirected", "").person("X", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.redirects = true;
    scenario.cookies = 2;
    scenario.suspicions = vec![Suspicion::Attempt];
    assert_same(&scenario);
}

#[test]
fn a_server_that_crashes_while_it_probes_reaches_the_same_actor_states() {
    let mut scenario = Scenario::new("crash-probe", "").person("X", 1, &[(Send("Y"), 1)]).person("Y", 0, &[]);
    scenario.suspicions = vec![Suspicion::Attempt, Suspicion::Probe];
    scenario.server_crashes = 1;
    assert_same(&scenario);
}

#[test]
fn a_network_that_redirects_a_direct_message_reaches_the_same_actor_states() {
    let mut scenario = Scenario::new("redirected", "").person("X", 1, &[(Send("Y"), 1)]).person("Y", 0, &[]);
    scenario.redirects = true;
    scenario.suspicions = vec![Suspicion::Attempt];
    assert_same(&scenario);
}

fn assert_same(scenario: &Scenario) {
    let reduced = reach(&System::new(scenario.clone()));
    let plain = reach(&System { reduced: false, ..System::new(scenario.clone()) });
    println!(
        "{}: {} states instead of {}, {} times fewer; {} actor states",
        scenario.name,
        reduced.states,
        plain.states,
        plain.states / reduced.states,
        plain.actors.len(),
    );
    assert_eq!(reduced.actors.difference(&plain.actors).count(), 0, "only on the reduced network");
    assert_eq!(plain.actors.difference(&reduced.actors).count(), 0, "only on the plain network");
}

struct Reached {
    states: usize,
    actors: HashSet<u64>,
}

fn reach(system: &System) -> Reached {
    let (mut seen, mut actors, mut pending) = (HashSet::new(), HashSet::new(), system.init_states());
    for state in &pending {
        seen.insert(hash(state));
    }
    while let Some(state) = pending.pop() {
        actors.insert(hash(&(&state.actor_states, &state.crashed)));
        for next in system.next_states(&state) {
            if system.within_boundary(&next) && seen.insert(hash(&next)) {
                pending.push(next);
            }
        }
    }
    Reached { states: seen.len(), actors }
}

fn hash(it: &impl Hash) -> u64 {
    let mut hash = DefaultHasher::new();
    it.hash(&mut hash);
    hash.finish()
}
