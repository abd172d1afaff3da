//! Scenarios about direct messages and those who do not ack them.

use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Probe};
use crate::scenario::Wish::{Cancel, Create, Dereg, Join, Leave, Post, Send};

pub(super) fn direct() -> Scenario {
    let mut scenario = Scenario::new("direct", "direct messages both ways, with retries and late acks")
        .person("X", 2, &[(Send("Y"), 2)])
        .person("Y", 1, &[(Send("X"), 1)]);
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["direct-received", "fate-unknown", "reply-from-memory"];
    scenario
}

pub(super) fn queue() -> Scenario {
    let mut scenario = Scenario::new("queue", "direct messages to somebody who is in a group and leaves it")
        .person("X", 2, &[(Send("Y"), 2)])
        .person("Y", 2, &[(Join("g"), 1), (Leave, 1), (Dereg, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["direct-queued", "flushed-on-leaving", "flushed-on-dereg"];
    scenario
}

pub(super) fn queue_full() -> Scenario {
    let mut scenario = Scenario::new("queue-full", "more direct messages than the queue holds")
        .person("X", 3, &[(Send("Y"), 3)])
        .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.limits.queued = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["queue-full", "direct-queued", "flushed-on-leaving"];
    scenario
}

pub(super) fn kick_the_living() -> Scenario {
    let mut scenario = Scenario::new("kick-the-living", "acks get lost, and a client that lives is reported")
        .person("X", 2, &[(Send("Y"), 1)])
        .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses =
        &["probe-saved-the-living", "probed-out", "taken-for-dead", "flushed-on-session-lost"];
    scenario
}

pub(super) fn kick_the_dead() -> Scenario {
    let mut scenario =
        Scenario::new("kick-the-dead", "a client crashes, and is reported by who writes to it")
            .person("X", 2, &[(Send("Y"), 2)])
            .person("Y", 1, &[(Send("X"), 1)]);
    scenario.crashes = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["probed-out", "probe-saved-the-living"];
    scenario
}

/// A report has to wait until it is known what became of a cancelled request.
pub(super) fn cancel() -> Scenario {
    let mut scenario =
        Scenario::new("cancel", "a person does not wait for direct messages and requests, and goes on")
            .person("X", 3, &[(Send("Y"), 2), (Create("h"), 1), (Join("g"), 1), (Cancel, 2)])
            .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["told-queued", "withdrawn", "done-though-cancelled", "report-waited"];
    scenario
}
