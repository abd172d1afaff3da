//! Scenarios with an intruder.

use super::Scenario;
use super::Suspicion::{Attempt, Update};
use super::Wish::{Create, Dereg, Join, Leave, Post, Send};
use crate::intruder::Intruder;

/// The intruder may say anything from any address, also the server's, to people who write to each other.
pub(super) fn forger() -> Scenario {
    let mut scenario = Scenario::new(
        "forger",
        "a stranger forges whatever it likes from any address, while people write to each other",
    )
    .person("X", 1, &[(Send("Y"), 1)])
    .person("Y", 2, &[(Send("X"), 1), (Dereg, 1)]);
    scenario.intruder = Some(Intruder { forges: true, requests: 0 });
    scenario.suspicions = vec![Attempt, Update];
    scenario.witnesses = &["stranger-challenged", "gone-to-a-forged-address", "direct-received", "left"];
    scenario
}

pub(super) fn forged_registration() -> Scenario {
    let mut scenario = Scenario::new(
        "forged-registration",
        "a stranger forges whatever it likes from any address, while people register",
    )
    .person("X", 1, &[(Dereg, 1)])
    .person("Y", 0, &[]);
    scenario.registered = false;
    scenario.intruder = Some(Intruder { forges: true, requests: 0 });
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["stranger-challenged", "left"];
    scenario
}

pub(super) fn forged_posts() -> Scenario {
    let mut scenario = Scenario::new(
        "forged-posts",
        "a stranger forges whatever it likes from any address, while members post",
    )
    .person("X", 2, &[(Post, 2)])
    .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.intruder = Some(Intruder { forges: true, requests: 0 });
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["stranger-challenged", "posted"];
    scenario
}

/// The intruder registers, is told what every member is told, and turns against the others.
pub(super) fn insider() -> Scenario {
    let intruder = Intruder { forges: false, requests: 1 };
    among("insider", "a member says whatever it likes from its own address, and reports the others", intruder)
}

pub(super) fn deep_insider() -> Scenario {
    let intruder = Intruder { forges: true, requests: 1 };
    let mut scenario = among(
        "deep-insider",
        "a member forges whatever it likes from any address, or reports another",
        intruder,
    );
    scenario.deep = true;
    scenario
}

fn among(name: &'static str, about: &'static str, intruder: Intruder) -> Scenario {
    let mut scenario = Scenario::new(name, about).person("X", 1, &[(Send("Y"), 1)]).person("Y", 0, &[]);
    scenario.setup = vec![("Y", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.intruder = Some(intruder);
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["intruder-registered", "living-reported", "direct-queued"];
    scenario
}
