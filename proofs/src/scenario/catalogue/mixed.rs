//! Scenarios in which people type anything.

use crate::scenario::Scenario;
use crate::scenario::Wish::{Create, Dereg, Groups, Interrupt, Join, Leave, Members, Post, Send};

pub(super) fn two_people() -> Scenario {
    let mut scenario = Scenario::new("two-people", "two people type anything, everything may be suspected")
        .person(
            "X",
            1,
            &[(Send("Y"), 1), (Groups, 1), (Join("g"), 1), (Post, 1), (Members, 1), (Leave, 1), (Dereg, 1)],
        )
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}

pub(super) fn anything() -> Scenario {
    let mut scenario = Scenario::new("anything", "three people type anything")
        .person(
            "X",
            2,
            &[(Create("h"), 1), (Groups, 1), (Join("g"), 1), (Post, 1), (Members, 1), (Leave, 1), (Dereg, 1)],
        )
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Leave, 1)])
        .person("Z", 1, &[(Send("X"), 1), (Join("g"), 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![];
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}

pub(super) fn deep_two_people() -> Scenario {
    let mut scenario =
        Scenario::new("deep-two-people", "two people type anything, twice, and everything may be suspected")
            .person(
                "X",
                2,
                &[
                    (Send("Y"), 1),
                    (Groups, 1),
                    (Join("g"), 1),
                    (Post, 1),
                    (Members, 1),
                    (Leave, 1),
                    (Dereg, 1),
                ],
            )
            .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.deep = true;
    scenario.witnesses = &["direct-queued", "posted", "left", "probed-out"];
    scenario
}

pub(super) fn deep_anything() -> Scenario {
    let mut scenario = Scenario::new("deep-anything", "three people type anything, twice each")
        .person("X", 2, &[(Send("Y"), 1), (Join("g"), 1), (Post, 1), (Leave, 1), (Dereg, 1)])
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Leave, 1)])
        .person("Z", 2, &[(Send("X"), 1), (Join("g"), 1), (Members, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![];
    scenario.deep = true;
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}
