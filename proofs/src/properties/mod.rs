//! The promises: what must hold in every state of every scenario. Each speaks about what people saw and what server and
//! clients hold, never about what is under way.

mod directory;
mod directs;
mod groups;
mod posts;
mod requests;

use stateright::Property;

use crate::settle::settles;
use crate::system::System;

/// A promise to the user.
pub struct Promise {
    /// Its name.
    pub name: &'static str,
    /// In one sentence.
    pub about: &'static str,
    /// Whether it holds in a state.
    pub holds: fn(&System, &crate::system::State) -> bool,
}

/// All promises, in the order of the book.
pub static PROMISES: &[Promise] = &[
    Promise {
        name: "one-group",
        about: "a client is a member of at most one group; the group its prompt shows is that one, or it has been removed and not yet told",
        holds: groups::one_group,
    },
    Promise {
        name: "none-forgotten",
        about: "a direct message acked to its sender has been shown, or is queued while its receiver is in a group; outside a group and after exit the queue is empty",
        holds: directs::none_forgotten,
    },
    Promise {
        name: "unresponsive-removed",
        about: "when a post is out of attempts, whoever has not acked is not a member; no post waits without a timer",
        holds: posts::unresponsive_removed,
    },
    Promise { name: "shown-once", about: "nothing is shown twice", holds: posts::shown_once },
    Promise {
        name: "shown-true",
        about: "what is shown as from X was sent by the session registered as X, to this person or this group, while entitled to",
        holds: posts::shown_true,
    },
    Promise {
        name: "group-order",
        about: "any two members show the posts they both show in the same order, without gaps while they stay",
        holds: posts::group_order,
    },
    Promise {
        name: "members-only",
        about: "after the reply to leaving, nothing of that group is shown",
        holds: posts::members_only,
    },
    Promise {
        name: "receipts-true",
        about: "`received by Y` implies accepted by Y; `received by Server` implies it has an index; refused implies never shown",
        holds: directs::receipts_true,
    },
    Promise {
        name: "names-unique",
        about: "no two online clients share a name or an address; session numbers are never reused",
        holds: directory::names_unique,
    },
    Promise {
        name: "directory-forward",
        about: "a client's directory never goes back, and equals the server's when its version does",
        holds: directory::directory_forward,
    },
    Promise {
        name: "online-members",
        about: "only online sessions are members",
        holds: groups::online_members,
    },
    Promise {
        name: "at-most-once",
        about: "a request takes effect at most once",
        holds: requests::at_most_once,
    },
    Promise {
        name: "settles",
        about: "from every reachable state, if from now on nothing is lost and nobody crashes, a bounded number of steps answers every command, empties what must be empty, makes all directories equal and leaves nothing pending",
        holds: settles,
    },
];

/// All promises as stateright wants them.
pub fn all() -> Vec<Property<System>> {
    PROMISES.iter().map(|promise| Property::always(promise.name, promise.holds)).collect()
}
