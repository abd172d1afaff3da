//! Systems too big to exhaust, for random walks only. Everything that can be small is small, so that limits, pages and
//! windows are met often.

use super::Scenario;
use super::Suspicion::{Attempt, Post as PostTimer};
use super::Wish::{Create, Dereg, Groups, Interrupt, Join, Leave, Members, Post, Restart, Send};
use super::{Suspicion, Wish};

/// All systems for random walks.
pub fn every() -> Vec<Scenario> {
    vec![crowd(), storm(), readers(), comings_and_goings(), restarts()]
}

const CROWD: [&str; 8] = ["Ann", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal"];

/// Eight people who do everything.
fn crowd() -> Scenario {
    let mut scenario =
        Scenario::new("crowd", "eight people and three groups; everybody does everything, two crash");
    for (place, name) in CROWD.into_iter().enumerate() {
        let (next, after) = (CROWD[(place + 1) % CROWD.len()], CROWD[(place + 3) % CROWD.len()]);
        let menu: [(Wish, u8); 17] = [
            (Send(next), 20),
            (Send(after), 20),
            (Create("g"), 2),
            (Create("h"), 2),
            (Create("i"), 2),
            (Groups, 4),
            (Join("g"), 10),
            (Join("h"), 5),
            (Join("i"), 5),
            (Post, 20),
            (Post, 20),
            (Members, 4),
            (Leave, 10),
            (Leave, 10),
            (Dereg, 1),
            (Interrupt, 1),
            (Restart(name), 2),
        ];
        scenario = scenario.person(name, 30, &menu);
    }
    scenario.registered = false;
    scenario.crashes = 2;
    scenario.sessions = 40;
    scenario.limits.attempts = 3;
    scenario.limits.groups = 3;
    scenario.limits.queued = 2;
    scenario.limits.posts = 8;
    scenario.limits.window = 4;
    scenario.limits.reach = 2;
    scenario.limits.page = 100;
    scenario
}

/// Direct messages in all directions, while people enter and leave a group.
fn storm() -> Scenario {
    let mut scenario = Scenario::new("storm", "six people write direct messages, in and out of a group");
    for (place, name) in CROWD.into_iter().take(6).enumerate() {
        let to = |step: usize| Send(CROWD[(place + step) % 6]);
        let menu = [(to(1), 30), (to(2), 30), (to(3), 30), (Join("g"), 10), (Leave, 10), (Restart(name), 1)];
        scenario = scenario.person(name, 40, &menu);
    }
    scenario.setup = vec![("Ann", Create("g"))];
    scenario.crashes = 1;
    scenario.sessions = 20;
    scenario.limits.attempts = 3;
    scenario.limits.queued = 2;
    scenario
}

/// Posts to a group whose members read slowly.
fn readers() -> Scenario {
    let mut scenario = Scenario::new(
        "readers",
        "six members post, a window of two and a reach of two; slow ones are removed",
    );
    for name in CROWD.into_iter().take(6) {
        scenario = scenario.person(name, 40, &[(Post, 40), (Post, 40), (Leave, 3), (Join("g"), 9)]);
    }
    scenario.setup = std::iter::once(("Ann", Create("g")))
        .chain(CROWD.into_iter().take(6).map(|name| (name, Join("g"))))
        .collect();
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.limits.attempts = 2;
    scenario.limits.posts = 12;
    scenario.limits.window = 2;
    scenario.limits.reach = 2;
    scenario
}

/// The server crashes again and again, and comes back with what it has saved.
fn restarts() -> Scenario {
    let mut scenario =
        Scenario::new("restarts", "four people do everything, and the server crashes eight times");
    for (place, name) in CROWD.into_iter().take(4).enumerate() {
        let next = CROWD[(place + 1) % 4];
        let menu = [
            (Send(next), 9),
            (Create("g"), 1),
            (Join("g"), 9),
            (Post, 20),
            (Members, 2),
            (Leave, 6),
            (Interrupt, 1),
        ];
        scenario = scenario.person(name, 30, &menu);
    }
    scenario.suspicions = Suspicion::ALL.to_vec();
    scenario.sessions = 20;
    scenario.server_crashes = 8;
    scenario.limits.attempts = 2;
    scenario.limits.window = 3;
    scenario.limits.reach = 2;
    scenario
}

/// People come, go, and come back under other names, while the directory has room for fewer than there are.
fn comings_and_goings() -> Scenario {
    let mut scenario = Scenario::new(
        "comings-and-goings",
        "six people come back under other names, and the directory holds five",
    );
    let others = ["Ida", "Jon", "Kim", "Lea", "Max", "Nan"];
    for (place, name) in CROWD.into_iter().take(6).enumerate() {
        let menu = [
            (Send(CROWD[(place + 1) % 6]), 5),
            (Send(others[(place + 2) % 6]), 5),
            (Dereg, 2),
            (Interrupt, 2),
            (Restart(name), 3),
            (Restart(others[place]), 3),
        ];
        scenario = scenario.person(name, 12, &menu);
    }
    scenario.registered = false;
    scenario.suspicions = Suspicion::ALL.to_vec();
    scenario.sessions = 60;
    scenario.limits.attempts = 2;
    scenario.limits.clients = 5;
    scenario.limits.window = 2;
    scenario.limits.page = 100;
    scenario
}
