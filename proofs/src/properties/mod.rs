//! The promises: what must hold in every state of every scenario. Each speaks about what people saw and what server and
//! clients hold, never about what is under way.
//!
//! Most of them ask a [`society::Society`], so that they judge any protocol whose people see the same kinds of things.

mod checked;
pub(crate) mod directory;
pub(crate) mod directs;
pub(crate) mod groups;
pub(crate) mod posts;
pub(crate) mod requests;
pub mod society;
mod strangers;

use stateright::Property;

use crate::settle::settles;
use crate::system::System;
use checked::Checked;

/// A promise to the user.
pub struct Promise {
    /// Its name.
    pub name: &'static str,
    /// In one sentence.
    pub about: &'static str,
    /// Who has to be known for it to be judged.
    pub needs: Needs,
    /// Whether it holds in a state.
    pub holds: fn(&System, &crate::system::State) -> bool,
}

/// Who has to be known for a promise to be judged. A checked system knows everybody, a recorded run may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Some clients; it speaks of what their people see.
    Clients,
    /// The server, and some clients or none.
    Server,
    /// The server and every client.
    Everybody,
}

/// All promises, in the order of the book.
pub static PROMISES: &[Promise] = &[
    Promise {
        name: "one-group",
        about: "a client is a member of at most one group; the group its prompt shows is that one, or it has been removed and not yet told",
        needs: Needs::Everybody,
        holds: |system, state| groups::one_group(&Checked(system, state)),
    },
    Promise {
        name: "none-forgotten",
        about: "a direct message acked to its sender has been shown, or is queued while its receiver is in a group; outside a group and after exit the queue is empty",
        needs: Needs::Everybody,
        holds: |system, state| directs::none_forgotten(&Checked(system, state)),
    },
    Promise {
        name: "unresponsive-removed",
        about: "when a post is out of attempts, whoever has not acked is not a member; no post waits without a timer",
        needs: Needs::Server,
        holds: posts::unresponsive_removed,
    },
    Promise {
        name: "shown-once",
        about: "nothing is shown twice",
        needs: Needs::Clients,
        holds: |system, state| posts::shown_once(&Checked(system, state)),
    },
    Promise {
        name: "shown-true",
        about: "what is shown as from X was sent by the session registered as X, to this person or this group, while entitled to",
        needs: Needs::Everybody,
        holds: |system, state| posts::shown_true(&Checked(system, state)),
    },
    Promise {
        name: "group-order",
        about: "any two members show the posts they both show in the same order, without gaps while they stay",
        needs: Needs::Everybody,
        holds: |system, state| posts::group_order(&Checked(system, state)),
    },
    Promise {
        name: "members-only",
        about: "after the reply to leaving, nothing of that group is shown",
        needs: Needs::Clients,
        holds: |system, state| posts::members_only(&Checked(system, state)),
    },
    Promise {
        name: "receipts-true",
        about: "`received by Y` implies shown at Y, `queued at Y` that it waits there or was shown since; `received by Server` implies it has an index; refused or withdrawn implies never shown",
        needs: Needs::Everybody,
        holds: |system, state| directs::receipts_true(&Checked(system, state)),
    },
    Promise {
        name: "names-unique",
        about: "no two online clients share a name or an address; session numbers are never reused",
        needs: Needs::Server,
        holds: |system, state| {
            directory::names_unique(&Checked(system, state)) && directory::records_agree(state)
        },
    },
    Promise {
        name: "directory-forward",
        about: "within a session a client's directory never goes back, nor does the table that is shown, and it equals the server's when its version does",
        needs: Needs::Server,
        holds: |system, state| directory::directory_forward(&Checked(system, state)),
    },
    Promise {
        name: "online-members",
        about: "only online sessions are members",
        needs: Needs::Server,
        holds: |system, state| groups::online_members(&Checked(system, state)),
    },
    Promise {
        name: "at-most-once",
        about: "a request takes effect at most once",
        needs: Needs::Everybody,
        holds: |system, state| requests::at_most_once(&Checked(system, state)),
    },
    Promise {
        name: "left-alone",
        about: "where nobody is wrongly taken for dead, a session lasts, and so does a stay in a group, until its own person or the operator ends it; and nobody is refused a name that nobody else has",
        needs: Needs::Everybody,
        holds: strangers::left_alone,
    },
    Promise {
        name: "own-word",
        about: "whatever the server takes for said by a session was said by its client: requests, posts and acks",
        needs: Needs::Everybody,
        holds: |_, state| strangers::own_word(state),
    },
    Promise {
        name: "secrets-kept",
        about: "nobody knows a token or a pair secret but those whose it is",
        needs: Needs::Server,
        holds: strangers::secrets_kept,
    },
    Promise {
        name: "no-amplification",
        about: "an address that nobody has proven never gets more datagrams, nor more bytes, than came from it",
        needs: Needs::Server,
        holds: |_, state| strangers::no_amplification(state),
    },
    Promise {
        name: "settles",
        about: "from every reachable state, if from now on nothing is lost and nobody crashes, a bounded number of steps answers every command, empties what must be empty, makes all directories equal and leaves nothing pending",
        needs: Needs::Everybody,
        holds: settles,
    },
];

/// All promises as stateright wants them.
pub fn all() -> Vec<Property<System>> {
    PROMISES.iter().map(|promise| Property::always(promise.name, promise.holds)).collect()
}
