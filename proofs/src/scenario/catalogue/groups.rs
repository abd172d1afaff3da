//! Scenarios about groups and posts.

use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Post as PostTimer, Probe, Refill};
use crate::scenario::Wish::{Cancel, Create, Dereg, Interrupt, Join, Leave, Members, Post, Send};

pub(super) fn join_race() -> Scenario {
    let mut scenario =
        Scenario::new("join-race", "two people create and join the same groups at the same time")
            .person("X", 3, &[(Create("g"), 1), (Join("g"), 1), (Leave, 1)])
            .person("Y", 3, &[(Create("g"), 1), (Join("g"), 1), (Members, 1)]);
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["group-exists", "reply-from-memory"];
    scenario
}

pub(super) fn posts() -> Scenario {
    let mut scenario = Scenario::new("posts", "one sender, two readers, a window of one")
        .person("X", 2, &[(Post, 2)])
        .person("Y", 0, &[])
        .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["posted", "window-full", "member-removed"];
    scenario
}

pub(super) fn two_senders() -> Scenario {
    let mut scenario =
        Scenario::new("two-senders", "two members post at the same time and a third one reads")
            .person("X", 2, &[(Post, 2)])
            .person("Y", 1, &[(Post, 1)])
            .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 3;
    scenario.limits.reach = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["posted", "posts-gathered", "post-ahead"];
    scenario
}

pub(super) fn removal() -> Scenario {
    let mut scenario = Scenario::new("removal", "members that do not ack in time are removed, living or not")
        .person("X", 2, &[(Post, 2), (Leave, 1)])
        .person("Y", 1, &[(Post, 1), (Leave, 1), (Members, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["member-removed", "posted"];
    scenario
}

pub(super) fn removal_with_queue() -> Scenario {
    let mut scenario =
        Scenario::new("removal-with-queue", "a member that has a direct message waiting is removed")
            .person("X", 1, &[(Post, 1)])
            .person("Y", 1, &[(Leave, 1)])
            .person("Z", 1, &[(Send("Y"), 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["flushed-on-removal", "flushed-on-leaving", "member-removed"];
    scenario
}

pub(super) fn rejoin() -> Scenario {
    let mut scenario =
        Scenario::new("rejoin", "a member is removed or leaves, joins again, and is shown what follows")
            .person("X", 2, &[(Post, 2)])
            .person("Y", 3, &[(Leave, 1), (Join("g"), 2)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["removed-and-rejoined", "member-removed"];
    scenario
}

pub(super) fn exits() -> Scenario {
    let mut scenario = Scenario::new("exits", "every way out with a filled queue")
        .person("X", 1, &[(Send("Y"), 1)])
        .person("Y", 2, &[(Leave, 1), (Dereg, 1), (Interrupt, 1), (Post, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses =
        &["flushed-on-leaving", "flushed-on-dereg", "flushed-on-silence", "flushed-on-session-lost"];
    scenario
}

pub(super) fn silent_leaver() -> Scenario {
    let mut scenario = Scenario::new("silent-leaver", "a member crashes without a word")
        .person("X", 2, &[(Post, 2), (Leave, 1)])
        .person("Y", 1, &[(Post, 1)])
        .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.crashes = 1;
    scenario.suspicions = vec![PostTimer];
    scenario.witnesses = &["crashed-member", "posted"];
    scenario
}

pub(super) fn burst() -> Scenario {
    let mut scenario = Scenario::new("burst", "a person asks faster than its bucket fills, and waits")
        .person("X", 3, &[(Create("g"), 1), (Join("g"), 1), (Post, 2), (Dereg, 1)])
        .person("Y", 1, &[(Create("g"), 1)]);
    scenario.limits.burst = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Refill];
    scenario.witnesses = &["request-deferred", "reply-from-memory", "group-exists"];
    scenario
}

pub(super) fn cancel_in_a_group() -> Scenario {
    let mut scenario = Scenario::new(
        "cancel-in-a-group",
        "a member does not wait for its posts and for leaving, and posts again",
    )
    .person("X", 3, &[(Post, 2), (Leave, 1), (Dereg, 1), (Cancel, 2)])
    .person("Y", 1, &[(Post, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["withdrawn", "done-though-cancelled", "posted", "left"];
    scenario
}
