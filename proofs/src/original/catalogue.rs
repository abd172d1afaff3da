//! Every case: a question, the smallest world in which to ask it, and the expected verdict.

use super::questions::{Question, question};
use super::scenario::Scenario;
use crate::scenario::Wish::{Create, Dereg, Interrupt, Join, Leave, Post, Restart, Send};

/// A question to a scenario.
pub struct Case {
    /// What is asked.
    pub question: &'static Question,
    /// Where.
    pub scenario: Scenario,
    /// In how many steps the original breaks it, or nothing if it holds everywhere.
    pub expected: Option<usize>,
}

/// All cases, in the order in which the findings tell them. Each scenario has one.
pub fn all() -> Vec<Case> {
    [directs(), groups(), directory(), names()].into_iter().flatten().collect()
}

fn directs() -> Vec<Case> {
    let send = || Scenario::new("").person("X", &[Send("Y")]);
    vec![
        broken("shown-once", 4, "retry-shown-again", send().person("Y", &[]).attempts(2)),
        broken("receipts-true", 3, "delivered-after-all", send().person("Y", &[])),
        broken(
            "receipts-true",
            7,
            "ack-of-another-message",
            Scenario::new("").person("X", &[Send("Y"), Send("Y")]).person("Y", &[]).attempts(6),
        ),
        broken(
            "none-forgotten",
            4,
            "queue-lost-on-interrupt",
            send().person("Y", &[Interrupt]).first("Y", Create("g")).first("Y", Join("g")),
        ),
        broken("living-online", 3, "kicked-alive", send().person("Y", &[])),
    ]
}

fn groups() -> Vec<Case> {
    let posts = |posts: &[_]| Scenario::new("").person("X", posts);
    let together =
        |scenario: Scenario| scenario.first("X", Create("g")).first("X", Join("g")).first("Y", Join("g"));
    vec![
        broken("group-order", 7, "posts-overtake", together(posts(&[Post, Post]).person("Y", &[]))),
        broken("at-most-once", 4, "post-taken-twice", together(posts(&[Post]).person("Y", &[]).attempts(2))),
        broken(
            "receipts-true",
            7,
            "post-never-taken",
            together(posts(&[Post, Post]).person("Y", &[]).attempts(6)),
        ),
        broken("removed-told", 3, "removed-in-silence", together(posts(&[Post]).person("Y", &[]))),
        broken("members-only", 6, "shown-after-leaving", together(posts(&[Post]).person("Y", &[Leave]))),
        broken(
            "shown-true",
            9,
            "shown-in-another-group",
            together(posts(&[Post]).person("Y", &[Leave, Join("h")]).first("X", Create("h"))),
        ),
        broken(
            "one-group",
            7,
            "left-without-leaving",
            Scenario::new("").person("X", &[Join("g"), Leave]).first("X", Create("g")).attempts(2),
        ),
        broken("online-members", 2, "offline-members-linger", together(posts(&[Dereg]).person("Y", &[]))),
        holds(
            "unresponsive-removed",
            "removed-after-one-wait",
            together(posts(&[Post, Post]).person("Y", &[Post, Leave])),
        ),
    ]
}

fn directory() -> Vec<Case> {
    let strangers = Scenario { registered: false, ..Scenario::new("") };
    vec![
        broken("directory-forward", 4, "old-table-last", strangers.person("X", &[]).person("Y", &[])),
        broken("settles", 2, "table-lost", Scenario::new("").person("X", &[Dereg]).person("Y", &[])),
    ]
}

fn names() -> Vec<Case> {
    let stranger = Scenario { registered: false, ..Scenario::new("") };
    vec![
        broken("names-unique", 2, "two-names-one-address", Scenario::new("").person("X", &[Restart("Z")])),
        broken("taken-by-another", 4, "refused-because-of-itself", stranger.person("X", &[]).attempts(2)),
        broken(
            "taken-by-another",
            3,
            "locked-out",
            Scenario::new("").person("X", &[Restart("X")]).first("X", Dereg),
        ),
    ]
}

fn broken(asked: &str, steps: usize, name: &'static str, scenario: Scenario) -> Case {
    Case { question: question(asked), scenario: Scenario { name, ..scenario }, expected: Some(steps) }
}

fn holds(asked: &str, name: &'static str, scenario: Scenario) -> Case {
    Case { question: question(asked), scenario: Scenario { name, ..scenario }, expected: None }
}
