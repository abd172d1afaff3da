//! Scenarios about who is registered, and what everybody knows of it.

use crate::scenario::Scenario;
use crate::scenario::Suspicion::{Attempt, Probe, Refill, Update};
use crate::scenario::Wish::{Dereg, Restart};

/// Two clients want the same name.
pub(super) fn same_name() -> Scenario {
    let mut scenario = Scenario::new("same-name", "two clients register the same name at the same time")
        .person("X", 1, &[(Dereg, 1)])
        .person("X", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["name-taken", "left", "probe-saved-the-living"];
    scenario
}

pub(super) fn back_again() -> Scenario {
    let mut scenario =
        Scenario::new("back-again", "a client leaves or is killed and comes back under its name")
            .person("X", 1, &[(Dereg, 1), (Restart("X"), 1)])
            .person("Y", 0, &[]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["name-registered-anew", "name-taken", "probed-out"];
    scenario
}

pub(super) fn same_address() -> Scenario {
    let mut scenario =
        Scenario::new("same-address", "a client is killed and another one comes up at its address")
            .person("X", 1, &[(Restart("Z"), 1), (Dereg, 1)])
            .person("Y", 0, &[]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["address-taken", "probed-out"];
    scenario
}

pub(super) fn directory_gaps() -> Scenario {
    let mut scenario =
        Scenario::new("directory-gaps", "updates are lost, late and repeated while people come and go")
            .person("X", 0, &[])
            .person("Y", 1, &[(Dereg, 1)])
            .person("Z", 1, &[(Dereg, 1)]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Update, Probe];
    scenario.limits.attempts = 2;
    scenario.limits.window = 1;
    scenario.witnesses = &["updates-gathered", "left", "window-full"];
    scenario
}

/// Each of the two addresses has a bucket of its own, with one permit.
pub(super) fn strangers() -> Scenario {
    let mut scenario = Scenario::new(
        "strangers",
        "two clients register, and a registration without a proof is answered once, until the bucket fills",
    )
    .person("X", 1, &[(Dereg, 1)])
    .person("Y", 0, &[]);
    scenario.registered = false;
    scenario.limits.strangers = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Refill];
    scenario.witnesses = &["stranger-unanswered", "left"];
    scenario
}
