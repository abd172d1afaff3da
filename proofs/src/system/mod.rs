//! A scenario as a stateright model: the actors, and a duplicating network that forgets what can no longer matter.

pub mod book;
pub mod disk;
pub mod envelopes;
pub mod history;
pub mod office;
mod redirecting;
pub mod role;
pub mod seat;

use std::sync::Arc;

use model::ids::{Key, Nonce, Session};
use model::{Client, ClientConfig, ClientState, Name, Server, ServerConfig, ServerState, Timing};
use model::{Packet, Timer};
use stateright::actor::{ActorModel, ActorModelAction, ActorModelState, Id, Network};
use stateright::{Model, Path, Property};

use crate::coverage::Coverage;
use crate::intruder;
use crate::properties;
use crate::scenario::{Scenario, Suspicion, Wish};
use crate::settle::Memo;
use crate::witness::Witnesses;
use book::Book;
use disk::Disk;
use office::Office;
use role::{Choice, Role, RoleState};
use seat::{Seat, SeatState};

/// A state of the whole system.
pub type State = ActorModelState<Role>;
/// A step of the whole system.
pub type Action = ActorModelAction<Packet, Timer, Choice>;
/// A packet under way.
pub type Envelope = stateright::actor::Envelope<Packet>;

/// Where the server sits.
pub const SERVER: usize = 0;

/// A scenario that can be explored.
pub struct System {
    /// What it was made of.
    pub scenario: Arc<Scenario>,
    /// The actors on stateright's own network.
    pub plain: ActorModel<Role, Arc<Scenario>>,
    /// Where it begins, if not where the scenario does.
    pub start: Option<State>,
    /// Whether envelopes that can no longer matter are dropped. Off only to show that it makes no difference.
    pub reduced: bool,
    /// The promises to check.
    pub promises: Vec<Property<System>>,
    /// Makes the protocol break a promise, to show that it would be noticed.
    pub sabotage: Option<fn(&State, &mut State)>,
    /// States from which everything is known to settle.
    pub settled: Memo,
    /// Which inputs had which outcome.
    pub coverage: Arc<Coverage>,
    /// Situations that have occurred.
    pub witnesses: Witnesses,
}

impl System {
    /// All promises, on the reduced network.
    pub fn new(scenario: Scenario) -> System {
        let actors = actors(&scenario);
        System::of(scenario, actors)
    }

    /// The same with actors of one's own.
    pub(crate) fn of(scenario: Scenario, actors: Vec<Role>) -> System {
        let scenario = Arc::new(scenario);
        let plain = ActorModel::new(scenario.clone(), ())
            .actors(actors)
            .init_network(Network::new_unordered_duplicating([]))
            .max_crashes(scenario.crashes + usize::from(scenario.server_crashes > 0));
        System {
            plain,
            start: None,
            reduced: true,
            promises: properties::all(),
            sabotage: None,
            settled: Memo::default(),
            coverage: Arc::default(),
            witnesses: Witnesses::new(&scenario),
            scenario,
        }
    }

    /// The server as an actor.
    ///
    /// # Panics
    /// If actor 0 is no server; it always is.
    pub fn server(&self) -> &Server {
        match &self.plain.actors[SERVER] {
            Role::Server(office) => &office.server,
            Role::Seat(_) | Role::Intruder(_) => unreachable!("actor 0 is the server"),
        }
    }

    /// At which addresses everybody is.
    pub fn book(&self) -> Book {
        match &self.plain.actors[SERVER] {
            Role::Server(office) => office.book.clone(),
            Role::Seat(_) | Role::Intruder(_) => Book::default(),
        }
    }

    /// A client with its person.
    ///
    /// # Panics
    /// If asked for the server or an intruder.
    pub fn seat(&self, actor: usize) -> &Seat {
        match &self.plain.actors[actor] {
            Role::Seat(seat) => seat,
            Role::Server(_) | Role::Intruder(_) => unreachable!("asked for a client"),
        }
    }

    fn suspicion_allowed(&self, timer: Timer) -> bool {
        let kind = match timer {
            Timer::Attempt => Suspicion::Attempt,
            Timer::Update(_) => Suspicion::Update,
            Timer::Post(_) => Suspicion::Post,
            Timer::Probe(_) => Suspicion::Probe,
            Timer::Refill(_) | Timer::Strangers => Suspicion::Refill,
        };
        self.scenario.suspicions.contains(&kind)
    }

    /// Whether an actor may crash, now or from this state on.
    fn may_crash(&self, state: &State, actor: usize) -> bool {
        if actor == SERVER {
            return Disk::of(state).crashes < self.scenario.server_crashes;
        }
        let crashed = state.crashed[1..].iter().filter(|crashed| **crashed).count();
        crashed < self.scenario.crashes && seat(state, actor).person.exit.is_none()
    }

    /// Whether no client has asked for a session with more cookies than the scenario says.
    fn has_cookies_left(&self, state: &State) -> bool {
        let first = |actor, life: u8| self.scenario.nonce(actor, life.into()).0;
        self.scenario.cookies == u64::MAX
            || seats(state)
                .all(|(actor, seat)| seat.client.nonce.0 - first(actor, seat.life) <= self.scenario.cookies)
    }

    /// Adds what the network can make of what is under way.
    fn redirect(&self, state: &mut State) {
        if self.scenario.redirects {
            redirecting::redirect(&mut state.network, self.plain.actors.len());
        }
    }

    /// What an intruder may send now, as deliveries of what nobody else has sent.
    fn intrude(&self, state: &State, actions: &mut Vec<Action>) {
        let (Some(intruder), Some(known)) = (self.scenario.intruder, intruder::known(state)) else { return };
        let people: Vec<Name> = self.scenario.people.iter().map(|person| person.name.clone()).collect();
        let packets = intruder::packets(intruder, people.len() + 1, &people, known, state);
        let deliver = |Envelope { src, dst, msg }| ActorModelAction::Deliver { src, dst, msg };
        actions.extend(packets.into_iter().map(deliver));
    }

    /// Forgets what was delivered last, and every envelope that can no longer matter.
    fn tidy(&self, state: &mut State) {
        if !self.reduced {
            return;
        }
        let dead = envelopes::dead(self, state);
        if let Network::UnorderedDuplicating(envelopes, last) = &mut state.network {
            *last = None;
            for envelope in dead {
                envelopes.remove(&envelope);
            }
        }
    }
}

impl Model for System {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        if let Some(start) = &self.start {
            return vec![start.clone()];
        }
        let mut start = self.plain.init_states().remove(0);
        if self.scenario.registered {
            start = crate::settle::set_up(self, start);
        }
        self.redirect(&mut start);
        intruder::take_first(&mut start);
        self.tidy(&mut start);
        vec![start]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.plain.actions(state, actions);
        actions.retain(|action| match action {
            ActorModelAction::Timeout(_, timer) => self.suspicion_allowed(*timer),
            ActorModelAction::Crash(id) => self.may_crash(state, usize::from(*id)),
            // A client that crashed stays away: its person starts another one.
            ActorModelAction::Recover(id) => usize::from(*id) == SERVER,
            ActorModelAction::Deliver { .. }
            | ActorModelAction::Drop(_)
            | ActorModelAction::SelectRandom { .. } => true,
        });
        self.intrude(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let next = self.plain.next_state(last, action.clone());
        self.coverage.note(last, &action, next.as_ref());
        let mut next = next?;
        disk::follow(last, &action, &mut next);
        self.redirect(&mut next);
        if let Some(sabotage) = self.sabotage {
            sabotage(last, &mut next);
        }
        intruder::watch(last, &action, &mut next);
        self.tidy(&mut next);
        if self.witnesses.wanted() {
            self.witnesses.watch(last, &action, &next);
        }
        // Most of what an intruder says is answered to itself. To see that here is cheaper than to look the state up.
        (intruder::seat(last).is_none() || next != *last).then_some(next)
    }

    fn format_action(&self, action: &Action) -> String {
        crate::explore::action(self, action)
    }

    fn format_step(&self, last: &State, action: Action) -> Option<String> {
        Some(crate::explore::step(self, last, action))
    }

    fn as_svg(&self, path: Path<State, Action>) -> Option<String> {
        Some(crate::explore::drawing(self, path))
    }

    fn properties(&self) -> Vec<Property<System>> {
        self.promises.clone()
    }

    fn within_boundary(&self, state: &State) -> bool {
        let given = server(state).next_session.0 - self.server().config.first_session.0;
        given <= self.scenario.sessions.max(self.scenario.people.len() as u64) && self.has_cookies_left(state)
    }
}

/// The server's state.
///
/// # Panics
/// If actor 0 is no server; it always is.
pub fn server(state: &State) -> &ServerState {
    match &*state.actor_states[SERVER] {
        RoleState::Server(server) => server,
        RoleState::Seat(_) | RoleState::Intruder(_) => unreachable!("actor 0 is the server"),
    }
}

/// The state of a client and its person.
///
/// # Panics
/// If asked for the server or an intruder.
pub fn seat(state: &State, actor: usize) -> &SeatState {
    match &*state.actor_states[actor] {
        RoleState::Seat(seat) => seat,
        RoleState::Server(_) | RoleState::Intruder(_) => unreachable!("asked for a client"),
    }
}

/// All clients with their persons and actor numbers.
pub fn seats(state: &State) -> impl Iterator<Item = (usize, &SeatState)> + Clone {
    state.actor_states.iter().enumerate().filter_map(|(actor, state)| match &**state {
        RoleState::Seat(seat) => Some((actor, seat)),
        RoleState::Server(_) | RoleState::Intruder(_) => None,
    })
}

/// All clients that have not crashed.
pub fn living(state: &State) -> impl Iterator<Item = (usize, &SeatState)> {
    seats(state).filter(|(actor, _)| !state.crashed[*actor])
}

/// The client that is in a session, if it has not crashed.
pub fn holder(state: &State, session: Session) -> Option<&ClientState> {
    living(state)
        .map(|(_, seat)| &seat.client)
        .find(|client| client.registered().is_some_and(|own| own.pass.session == session))
}

pub(crate) const KEY: Key = Key([7; 16]);
const FIRST_SESSION: Session = Session(1);

impl Scenario {
    /// The first nonce of a client in one of its lives.
    pub fn nonce(&self, actor: usize, life: u64) -> Nonce {
        Nonce(actor as u64 * 1000 + life * 100)
    }
}

fn actors(scenario: &Scenario) -> Vec<Role> {
    let limits = scenario.limits;
    let timing = Timing::default();
    let durable = scenario.server_crashes > 0;
    let config = ServerConfig { key: KEY, first_session: FIRST_SESSION, durable, limits, timing };
    let office = Office {
        server: Server { config },
        errands: scenario.errands.clone(),
        orders: Vec::new(),
        book: Book::default(),
    };
    let mut actors = vec![Role::Server(office)];
    for (i, person) in scenario.people.iter().enumerate() {
        let restarts = person.menu.iter().flat_map(|dish| match dish.wish {
            Wish::Restart(name) => {
                vec![Name::person(name).expect("a scenario has good names"); dish.times.into()]
            }
            _ => Vec::new(),
        });
        let lives = (0..).zip(std::iter::once(person.name.clone()).chain(restarts)).map(|(life, name)| {
            let nonce = scenario.nonce(i + 1, life);
            let reconnect = scenario.reconnect.then_some(timing.ack_wait);
            Client {
                config: ClientConfig { name, server: Id::from(SERVER), nonce, reconnect, limits, timing },
            }
        });
        actors.push(Role::Seat(Seat {
            lives: lives.collect(),
            person: person.clone(),
            script: Vec::new(),
            book: Book::default(),
        }));
    }
    actors.extend(scenario.intruder.map(Role::Intruder));
    actors
}
