//! What the original is asked: the promises of our protocol, and a few sentences that are too plain for it to promise.

use super::view::{View, living_online, removed_told, settles, taken_by_another, unresponsive_removed};
use super::world::{State, World};
use crate::properties::{directory, directs, groups, posts, requests};

/// Something that should hold everywhere.
pub struct Question {
    /// The name of the promise, or of the sentence.
    pub name: &'static str,
    /// If it is no promise: what should hold, and the promise that comes closest.
    pub sentence: Option<(&'static str, &'static str)>,
    /// Whether it holds in a state.
    pub holds: fn(&World, &State) -> bool,
}

/// The questions; the promises first and in the order of the book.
pub static QUESTIONS: &[Question] = &[
    promise("one-group", |world, state| groups::one_group(&View(world, state))),
    promise("none-forgotten", |world, state| directs::none_forgotten(&View(world, state))),
    promise("unresponsive-removed", unresponsive_removed),
    promise("shown-once", |world, state| posts::shown_once(&View(world, state))),
    promise("shown-true", |world, state| posts::shown_true(&View(world, state))),
    promise("group-order", |world, state| posts::group_order(&View(world, state))),
    promise("members-only", |world, state| posts::members_only(&View(world, state))),
    promise("receipts-true", |world, state| directs::receipts_true(&View(world, state))),
    promise("names-unique", |world, state| directory::names_unique(&View(world, state))),
    promise("directory-forward", |world, state| directory::directory_forward(&View(world, state))),
    promise("online-members", |world, state| groups::online_members(&View(world, state))),
    promise("at-most-once", |world, state| requests::at_most_once(&View(world, state))),
    promise("settles", settles),
    Question {
        name: "living-online",
        sentence: Some(("who has registered and never asked to leave is online", "online-members")),
        holds: living_online,
    },
    Question {
        name: "removed-told",
        sentence: Some(("who is removed from a group comes to know, if nothing more is lost", "settles")),
        holds: removed_told,
    },
    Question {
        name: "taken-by-another",
        sentence: Some(("a name is refused only if somebody else uses it", "names-unique")),
        holds: taken_by_another,
    },
];

/// Finds a question.
///
/// # Panics
/// If there is none of this name.
pub fn question(name: &str) -> &'static Question {
    QUESTIONS.iter().find(|question| question.name == name).expect("questions are listed")
}

const fn promise(name: &'static str, holds: fn(&World, &State) -> bool) -> Question {
    Question { name, sentence: None, holds }
}
