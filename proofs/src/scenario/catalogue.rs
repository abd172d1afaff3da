//! All scenarios.

use super::Scenario;
use super::Wish::{Create, Dereg, Groups, Interrupt, Join, Leave, Members, Post, Restart, Send};

/// All scenarios that `check` runs.
pub fn all() -> Vec<Scenario> {
    vec![two_people()]
}

/// 1 server and 2 clients whose people may type anything.
fn two_people() -> Scenario {
    let menu = [
        (Send("Y"), 1),
        (Create("g"), 1),
        (Groups, 1),
        (Join("g"), 1),
        (Post, 1),
        (Members, 1),
        (Leave, 1),
        (Dereg, 1),
    ];
    let mine = [(Send("X"), 1), (Join("g"), 1), (Post, 1), (Interrupt, 1)];
    let mut scenario =
        Scenario::new("two-people", "two people type anything").person("X", 2, &menu).person("Y", 2, &mine);
    scenario.setup = vec![("X", Create("g"))];
    scenario
}
