//! How likely what is: mostly packets arrive, sometimes somebody types or a timer fires, rarely a packet comes again or
//! somebody is killed.

use std::collections::HashSet;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stateright::actor::ActorModelAction;

use crate::system::role::Role;
use crate::system::{Action, SERVER, System};

/// What can happen, by how likely it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A packet arrives for the first time.
    Arrival,
    /// Somebody types something.
    Command,
    /// A timer fires.
    Timer,
    /// A packet arrives that has arrived before, or that was passed over for long.
    Repeat,
    /// Somebody interrupts or restarts its client, or the server crashes.
    Abrupt,
    /// A client crashes.
    Crash,
    /// The server comes back.
    Return,
}

const KINDS: [(Kind, u32); 7] = [
    (Kind::Arrival, 600),
    (Kind::Command, 160),
    (Kind::Timer, 60),
    (Kind::Repeat, 40),
    (Kind::Abrupt, 2),
    (Kind::Crash, 1),
    (Kind::Return, 60),
];

/// One in so many packets is passed over when it could arrive first, and comes late or never.
const PASSED_OVER: u32 = 12;

/// The dice of one walk.
pub struct Dice {
    random: StdRng,
    /// Packets that have arrived or were passed over.
    old: HashSet<Action>,
}

impl Dice {
    /// The dice of walk `number`.
    pub fn new(seed: u64, number: u64) -> Dice {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        Dice { random: StdRng::from_seed(bytes), old: HashSet::new() }
    }

    /// Takes one of the actions out of the list.
    pub fn take(&mut self, system: &System, actions: &mut Vec<Action>) -> Option<Action> {
        let kinds: Vec<Kind> = actions.iter().map(|action| self.kind(system, action)).collect();
        let kind = self.roll(&kinds)?;
        let of_kind: Vec<usize> = (0..actions.len()).filter(|place| kinds[*place] == kind).collect();
        let action = actions.remove(of_kind[self.random.random_range(0..of_kind.len())]);
        if kind == Kind::Arrival {
            self.old.insert(action.clone());
            if self.random.random_ratio(1, PASSED_OVER) {
                actions.push(action);
                return self.take(system, actions);
            }
        }
        Some(action)
    }

    /// A kind that occurs.
    fn roll(&mut self, occurring: &[Kind]) -> Option<Kind> {
        let weights = KINDS.iter().filter(|(kind, _)| occurring.contains(kind));
        let total: u32 = weights.clone().map(|(_, weight)| weight).sum();
        let mut roll = if total == 0 { return None } else { self.random.random_range(0..total) };
        for (kind, weight) in weights {
            if roll < *weight {
                return Some(*kind);
            }
            roll -= weight;
        }
        None
    }

    fn kind(&self, system: &System, action: &Action) -> Kind {
        match action {
            ActorModelAction::Deliver { .. } if self.old.contains(action) => Kind::Repeat,
            ActorModelAction::Deliver { .. } | ActorModelAction::Drop(_) => Kind::Arrival,
            ActorModelAction::Timeout(..) => Kind::Timer,
            ActorModelAction::Crash(id) if usize::from(*id) == SERVER => Kind::Abrupt,
            ActorModelAction::Crash(_) => Kind::Crash,
            ActorModelAction::Recover(_) => Kind::Return,
            ActorModelAction::SelectRandom { actor, random, .. } => {
                match &system.plain.actors[usize::from(*actor)] {
                    Role::Seat(seat) if seat.person.menu[usize::from(random.0)].wish.is_abrupt() => {
                        Kind::Abrupt
                    }
                    Role::Seat(_) | Role::Server(_) | Role::Intruder(_) => Kind::Command,
                }
            }
        }
    }
}
