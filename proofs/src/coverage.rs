//! Which inputs occurred, and what came of them: (role, kind of input, outcome). What never occurs in any scenario is either
//! explained here or a failure: a check that never sees an input says nothing about it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::Timer;
use model::packet::{Down, Packet, Request, Up};
use stateright::actor::ActorModelAction;

use crate::system::{Action, SERVER, State};

/// What came of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reaction {
    /// Nothing at all.
    Ignored,
    /// Something was sent, and the state stayed as it was.
    Answered,
    /// The state changed.
    Changed,
}

/// A role, a kind of input and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Case {
    /// `server` or `client`.
    pub role: &'static str,
    /// Kind of input.
    pub input: &'static str,
    /// What came of it.
    pub reaction: Reaction,
}

impl Case {
    fn is_explained(&self) -> bool {
        EXPLAINED.iter().any(|(role, input, reaction, _)| {
            (*role, *input, *reaction) == (self.role, self.input, self.reaction)
        })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {} / {}", self.role, self.input, format!("{:?}", self.reaction).to_lowercase())
    }
}

const ROLES: [&str; 2] = ["server", "client"];
const REACTIONS: [Reaction; 3] = [Reaction::Ignored, Reaction::Answered, Reaction::Changed];

/// Every kind of input with the roles it is meant for.
const INPUTS: [(&str, &str); 34] = [
    ("server", "register"),
    ("server", "deregister"),
    ("server", "create group"),
    ("server", "list groups"),
    ("server", "join group"),
    ("server", "leave group"),
    ("server", "list members"),
    ("server", "post"),
    ("server", "report"),
    ("server", "withdraw"),
    ("server", "update ack"),
    ("server", "post ack"),
    ("server", "alive"),
    ("server", "update timer"),
    ("server", "post timer"),
    ("server", "probe timer"),
    ("server", "refill timer"),
    ("server", "strangers timer"),
    ("server", "order"),
    ("client", "challenge"),
    ("client", "welcome"),
    ("client", "refused"),
    ("client", "reply"),
    ("client", "update"),
    ("client", "post"),
    ("client", "removed"),
    ("client", "probe"),
    ("client", "gone"),
    ("client", "kicked"),
    ("client", "stopping"),
    ("client", "direct"),
    ("client", "direct ack"),
    ("client", "attempt timer"),
    ("client", "command"),
];

/// Cases that cannot occur, or that no scenario needs to show, each with the reason.
pub const EXPLAINED: &[(&str, &str, Reaction, &str)] = &[
    ("server", "list groups", Reaction::Ignored, OLDER),
    ("server", "list members", Reaction::Ignored, OLDER),
    ("server", "update timer", Reaction::Ignored, TIMER),
    ("server", "update timer", Reaction::Answered, TIMER),
    ("server", "post timer", Reaction::Ignored, TIMER),
    ("server", "post timer", Reaction::Answered, TIMER),
    ("server", "probe timer", Reaction::Ignored, TIMER),
    ("server", "probe timer", Reaction::Answered, TIMER),
    ("server", "refill timer", Reaction::Ignored, TIMER),
    ("server", "refill timer", Reaction::Answered, TIMER),
    ("server", "strangers timer", Reaction::Ignored, TIMER),
    ("server", "strangers timer", Reaction::Answered, TIMER),
    ("server", "order", Reaction::Ignored, "what is ordered counts as ordered"),
    ("client", "challenge", Reaction::Answered, ONE_WAITS),
    ("client", "welcome", Reaction::Answered, ONE_WAITS),
    ("client", "refused", Reaction::Answered, ONE_WAITS),
    ("client", "reply", Reaction::Answered, ONE_WAITS),
    ("client", "removed", Reaction::Answered, ONE_WAITS),
    ("client", "gone", Reaction::Answered, ONE_WAITS),
    ("client", "kicked", Reaction::Answered, ONE_WAITS),
    ("client", "stopping", Reaction::Answered, ONE_WAITS),
    ("client", "direct ack", Reaction::Answered, ONE_WAITS),
    ("client", "probe", Reaction::Changed, "a client answers a probe and is none the wiser"),
    ("client", "attempt timer", Reaction::Ignored, TIMER),
    ("client", "attempt timer", Reaction::Answered, TIMER),
    ("client", "command", Reaction::Ignored, "what is typed counts as typed"),
    ("client", "command", Reaction::Answered, "what is typed counts as typed"),
];

const OLDER: &str =
    "a request older than the last is dropped before anybody looks at what it asks; other requests show it";
const TIMER: &str =
    "a timer is armed only while something waits for an answer or a permit, so its firing always counts";
const ONE_WAITS: &str =
    "it is either what the client waits for, and changes it, or a stray copy, and is ignored";

/// Collects cases while scenarios are explored.
#[derive(Debug)]
pub struct Coverage([[AtomicBool; REACTIONS.len()]; INPUTS.len()]);

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage(std::array::from_fn(|_| std::array::from_fn(|_| AtomicBool::new(false))))
    }
}

impl Coverage {
    /// Notes what came of a step; `next` is nothing if the step was none.
    pub fn note(&self, last: &State, action: &Action, next: Option<&State>) {
        let Some((actor, input)) = input(action) else { return };
        if last.crashed[actor] {
            return;
        }
        let reaction = match next {
            None => Reaction::Ignored,
            Some(next) if Arc::ptr_eq(&last.actor_states[actor], &next.actor_states[actor]) => {
                Reaction::Answered
            }
            Some(_) => Reaction::Changed,
        };
        self.insert(actor, input, reaction);
    }

    /// Notes that an envelope was delivered for a try and changed nothing.
    pub fn note_try(&self, actor: usize, packet: &Packet, answered: bool) {
        self.insert(actor, kind(packet), if answered { Reaction::Answered } else { Reaction::Ignored });
    }

    /// All cases, each with whether it occurred.
    pub fn cases(&self) -> impl Iterator<Item = (Case, bool)> {
        INPUTS.iter().zip(&self.0).flat_map(|(&(role, input), row)| {
            REACTIONS
                .iter()
                .zip(row)
                .map(move |(&reaction, seen)| (Case { role, input, reaction }, seen.load(Ordering::Relaxed)))
        })
    }

    /// Adds what another one has seen.
    pub fn add(&self, other: &Coverage) {
        for (mine, theirs) in self.0.iter().flatten().zip(other.0.iter().flatten()) {
            mine.fetch_or(theirs.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// The cases that never occurred and that nothing explains.
    pub fn unexplained(&self) -> Vec<Case> {
        self.cases().filter(|(case, seen)| !seen && !case.is_explained()).map(|(case, _)| case).collect()
    }

    /// The cases that are explained away although they occur.
    pub fn overexplained(&self) -> Vec<Case> {
        self.cases().filter(|(case, seen)| *seen && case.is_explained()).map(|(case, _)| case).collect()
    }

    fn insert(&self, actor: usize, input: &'static str, reaction: Reaction) {
        let role = ROLES[usize::from(actor != SERVER)];
        if let Some(row) = INPUTS.iter().position(|known| *known == (role, input)) {
            self.0[row][reaction as usize].store(true, Ordering::Relaxed);
        }
    }
}

fn input(action: &Action) -> Option<(usize, &'static str)> {
    match action {
        ActorModelAction::Deliver { dst, msg, .. } => Some((usize::from(*dst), kind(msg))),
        ActorModelAction::Timeout(id, timer) => Some((
            usize::from(*id),
            match timer {
                Timer::Attempt => "attempt timer",
                Timer::Update(_) => "update timer",
                Timer::Post(_) => "post timer",
                Timer::Probe(_) => "probe timer",
                Timer::Refill(_) => "refill timer",
                Timer::Strangers => "strangers timer",
            },
        )),
        ActorModelAction::SelectRandom { actor, .. } => {
            let actor = usize::from(*actor);
            Some((actor, if actor == SERVER { "order" } else { "command" }))
        }
        ActorModelAction::Drop(_) | ActorModelAction::Crash(_) | ActorModelAction::Recover(_) => None,
    }
}

fn kind(packet: &Packet) -> &'static str {
    match packet {
        Packet::Register { .. } => "register",
        Packet::Challenge { .. } => "challenge",
        Packet::Welcome { .. } => "welcome",
        Packet::Refused { .. } => "refused",
        Packet::Up { up, .. } => match up {
            Up::Request { request, .. } => match request {
                Request::Deregister => "deregister",
                Request::CreateGroup(_) => "create group",
                Request::ListGroups { .. } => "list groups",
                Request::JoinGroup(_) => "join group",
                Request::LeaveGroup => "leave group",
                Request::ListMembers { .. } => "list members",
                Request::Post(_) => "post",
                Request::Report(_) => "report",
                Request::Withdraw => "withdraw",
            },
            Up::UpdateAck(_) => "update ack",
            Up::PostAck { .. } => "post ack",
            Up::Alive(_) => "alive",
        },
        Packet::Down { down, .. } => match down {
            Down::Reply { .. } => "reply",
            Down::Update(_) => "update",
            Down::Post { .. } => "post",
            Down::Removed { .. } => "removed",
            Down::Probe(_) => "probe",
            Down::Gone => "gone",
            Down::Kicked => "kicked",
            Down::Stopping(_) => "stopping",
        },
        Packet::Direct { .. } => "direct",
        Packet::DirectAck { .. } => "direct ack",
    }
}
