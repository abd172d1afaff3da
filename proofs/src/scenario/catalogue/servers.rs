//! Scenarios about a server that ends, is ordered about, or comes back.

use crate::scenario::Errand::{Kick, Stop};
use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Post as PostTimer, Probe};
use crate::scenario::Wish::{Cancel, Create, Dereg, Groups, Interrupt, Join, Leave, Post, Send};

pub(super) fn server_gone() -> Scenario {
    let mut scenario = Scenario::new(
        "server-gone",
        "the server falls silent; direct messages go on, requests end in an exit",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 2, &[(Send("X"), 2), (Dereg, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["flushed-on-silence", "direct-queued"];
    scenario
}

pub(super) fn kick_order() -> Scenario {
    let mut scenario = Scenario::new(
        "kick-order",
        "the operator puts out a member that has messages waiting and writes posts",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.errands = vec![Kick("Y"), Kick("Q")];
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["kicked", "told-late-of-the-kick", "flushed-on-kick"];
    scenario
}

pub(super) fn stop() -> Scenario {
    let mut scenario =
        Scenario::new("stop", "the operator stops the server while requests and posts are under way")
            .person("X", 2, &[(Send("Y"), 1), (Post, 1), (Dereg, 1)])
            .person("Y", 1, &[(Send("X"), 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.errands = vec![Stop];
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["stopped", "told-of-the-stop", "direct-after-stop"];
    scenario
}

pub(super) fn reconnect() -> Scenario {
    let mut scenario = Scenario::new(
        "reconnect",
        "the server falls silent, and clients keep trying until they want to leave",
    )
    .person("X", 1, &[(Create("g"), 1), (Send("Y"), 1), (Dereg, 1), (Interrupt, 1)])
    .person("Y", 1, &[(Groups, 1), (Cancel, 1)]);
    scenario.registered = false;
    scenario.reconnect = true;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["kept-trying", "left"];
    scenario
}

/// The server crashes at any moment, and comes back with what it has saved.
pub(super) fn restart() -> Scenario {
    let mut scenario =
        Scenario::new("restart", "the server crashes and comes back while two clients register and write")
            .person("X", 1, &[(Send("Y"), 1), (Create("g"), 1)])
            .person("Y", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.suspicions = vec![Attempt];
    scenario.server_crashes = 1;
    scenario.witnesses = &["server-back", "acks-lost", "saved-reply-awaited", "direct-received", "left"];
    scenario
}

pub(super) fn restart_posts() -> Scenario {
    let mut scenario = Scenario::new(
        "restart-posts",
        "the server crashes twice and comes back while members post and leave",
    )
    .person("X", 2, &[(Post, 2)])
    .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.limits.attempts = 2;
    scenario.server_crashes = 2;
    scenario.witnesses = &["server-back", "back-with-a-post", "acks-lost", "saved-reply-awaited", "posted"];
    scenario
}

pub(super) fn restart_report() -> Scenario {
    let mut scenario = Scenario::new(
        "restart-report",
        "the server crashes and comes back while a member does not ack, or is reported",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, PostTimer, Probe];
    scenario.server_crashes = 1;
    scenario.witnesses = &["server-back", "back-with-a-suspect", "probed-out"];
    scenario
}
