//! Scenarios in which the network redirects what is sealed.

use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Post as PostTimer, Probe};
use crate::scenario::Wish::{Create, Dereg, Join, Leave, Post, Send};

/// Who redirects all that goes to and from a client has it registered at another address, as a NAT does, and can go on
/// or stop at any time.
pub(super) fn redirected_registration() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-registration",
        "the network redirects what is sealed while a client registers",
    )
    .person("X", 2, &[(Create("g"), 1), (Dereg, 1)]);
    scenario.registered = false;
    scenario.redirects = true;
    scenario.cookies = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["registered-elsewhere", "left"];
    scenario
}

pub(super) fn redirected_directs() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-directs",
        "the network redirects direct messages and acks to a third client, and as from it",
    )
    .person("X", 1, &[(Send("Y"), 1), (Send("Z"), 1)])
    .person("Y", 1, &[(Send("X"), 1)])
    .person("Z", 0, &[]);
    scenario.redirects = true;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["direct-received", "fate-unknown"];
    scenario
}

pub(super) fn redirected_posts() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-posts",
        "the network redirects requests, replies and posts between the members of two groups",
    )
    .person("X", 1, &[(Post, 1), (Leave, 1)])
    .person("Y", 1, &[(Post, 1), (Leave, 1)])
    .person("Z", 1, &[(Post, 1)]);
    scenario.setup =
        vec![("X", Create("g")), ("Z", Create("h")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("h"))];
    scenario.redirects = true;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["posted", "member-removed"];
    scenario
}

pub(super) fn deep_redirected_registration() -> Scenario {
    let mut scenario = Scenario::new(
        "deep-redirected-registration",
        "the network redirects what is sealed while two clients register, and one writes to the other",
    )
    .person("X", 1, &[(Send("Y"), 1)])
    .person("Y", 0, &[]);
    scenario.registered = false;
    scenario.redirects = true;
    scenario.cookies = 2;
    scenario.suspicions = vec![Attempt];
    scenario.deep = true;
    scenario.witnesses = &["registered-elsewhere", "direct-received"];
    scenario
}
