//! A scenario of the original as a stateright model.

use model::Name;
use stateright::actor::{ActorModel, ActorModelAction, ActorModelState, Id, Network};
use stateright::{Model, Property};

use super::client::Client;
use super::packet::Packet;
use super::role::{Role, RoleState, Timer};
use super::run::Run;
use super::scenario::Scenario;
use super::seat::{Seat, SeatState};
use super::server::ServerState;
use crate::scenario::Wish;
use crate::system::SERVER;
use crate::system::role::Choice;

/// A state of the whole world.
pub type State = ActorModelState<Role>;
/// A step of the whole world.
pub type Action = ActorModelAction<Packet, Timer, Choice>;

/// A scenario that can be explored, and what is asked of it.
pub struct World {
    /// The actors on stateright's own network.
    pub plain: ActorModel<Role, Scenario>,
    /// What should hold everywhere.
    pub question: Property<World>,
}

impl World {
    /// One question to one scenario.
    pub fn new(scenario: Scenario, question: Property<World>) -> World {
        let network = if scenario.repeats {
            Network::new_unordered_duplicating([])
        } else {
            Network::new_unordered_nonduplicating([])
        };
        let actors = actors(&scenario);
        let plain = ActorModel::new(scenario, ()).actors(actors).init_network(network);
        World { plain, question }
    }

    /// The people and their clients.
    pub fn seat(&self, actor: usize) -> &Seat {
        match &self.plain.actors[actor] {
            Role::Seat(seat) => seat,
            Role::Server => unreachable!("only actor 0 is a server"),
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let start = self.plain.init_states().remove(0);
        vec![if self.plain.cfg.registered { Run::set_up(self, start) } else { start }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.plain.actions(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = self.plain.next_state(last, action)?;
        // Which envelope was delivered last is of no interest.
        if let Network::UnorderedDuplicating(_, last) = &mut next.network {
            *last = None;
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<World>> {
        vec![self.question.clone()]
    }
}

/// The server's state.
pub(super) fn server(state: &State) -> &ServerState {
    match &*state.actor_states[SERVER] {
        RoleState::Server(server) => server,
        RoleState::Seat(_) => unreachable!("actor 0 is the server"),
    }
}

/// The state of a client and its person.
pub(super) fn seat(state: &State, actor: usize) -> &SeatState {
    match &*state.actor_states[actor] {
        RoleState::Seat(seat) => seat,
        RoleState::Server(_) => unreachable!("only actor 0 is a server"),
    }
}

/// All clients with their persons and actor numbers.
pub(super) fn seats(state: &State) -> impl Iterator<Item = (usize, &SeatState)> + Clone {
    (1..state.actor_states.len()).map(|actor| (actor, seat(state, actor)))
}

fn actors(scenario: &Scenario) -> Vec<Role> {
    let seat = |person: &crate::scenario::Person| {
        let restarts = person.menu.iter().filter_map(|dish| match dish.wish {
            Wish::Restart(name) => Some(Name::person(name).expect("a scenario has good names")),
            _ => None,
        });
        let client = |name| Client { name, server: Id::from(SERVER), attempts: scenario.attempts };
        let lives = std::iter::once(person.name.clone()).chain(restarts).map(client).collect();
        Role::Seat(Seat { lives, person: person.clone() })
    };
    std::iter::once(Role::Server).chain(scenario.people.iter().map(seat)).collect()
}
