//! Larger scenarios about one thing each.

use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Post as PostTimer, Probe};
use crate::scenario::Wish::{Create, Dereg, Join, Leave, Post, Restart, Send};

pub(super) fn deep_comings_and_goings() -> Scenario {
    let mut scenario = Scenario::new(
        "deep-comings-and-goings",
        "clients leave, are killed and come back, while updates are lost",
    )
    .person("X", 1, &[(Dereg, 1), (Restart("X"), 1)])
    .person("Y", 1, &[(Send("X"), 1)]);
    scenario.sessions = 3;
    scenario.deep = true;
    scenario.witnesses = &["name-registered-anew", "name-taken", "probed-out", "updates-gathered"];
    scenario
}

pub(super) fn deep_kick() -> Scenario {
    let mut scenario =
        Scenario::new("deep-kick", "a client in a group is reported though it lives, and comes back")
            .person("X", 2, &[(Send("Y"), 2)])
            .person("Y", 2, &[(Post, 1), (Leave, 1), (Send("X"), 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.deep = true;
    scenario.witnesses = &["probe-saved-the-living", "probed-out", "taken-for-dead", "direct-queued"];
    scenario
}

pub(super) fn deep_group() -> Scenario {
    let mut scenario =
        Scenario::new("deep-group", "three members post, leave and come back, and may be removed")
            .person("X", 2, &[(Post, 2), (Leave, 1), (Join("g"), 1)])
            .person("Y", 2, &[(Post, 1), (Leave, 1), (Join("g"), 1)])
            .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 2;
    scenario.limits.reach = 2;
    scenario.suspicions = vec![PostTimer];
    scenario.deep = true;
    scenario.witnesses =
        &["posted", "posts-gathered", "post-ahead", "member-removed", "removed-and-rejoined", "window-full"];
    scenario
}
