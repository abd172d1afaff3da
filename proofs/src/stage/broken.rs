//! An actor of the chat that a sabotage changes after each of its steps, as it does in the checker. For programs that exist only
//! to show that a bug of theirs is seen.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use cli::Cast;
use model::changes::{Change, Changing};
use model::{Client, ClientState, Message, Server, ServerState, Timer};
use net::Hosted;
use stateright::Model;
use stateright::actor::{Actor, Command, Id, Out, Timers};

use crate::sabotage::Sabotage;
use crate::scenario::Scenario;
use crate::system::history::History;
use crate::system::role::RoleState;
use crate::system::seat::SeatState;
use crate::system::{SERVER, State, System};

/// Actors with the sabotage that [`choose`] has chosen.
#[derive(Clone, Copy, Debug)]
pub struct Broken;

static CHOSEN: OnceLock<&'static Sabotage> = OnceLock::new();

/// Chooses what goes wrong, once and before anything starts.
pub fn choose(sabotage: &'static Sabotage) {
    // Whoever chooses a second time keeps the first choice.
    let _ = CHOSEN.set(sabotage);
}

impl Cast for Broken {
    type Server = Actress<Server>;
    type Client = Actress<Client>;

    fn server(server: Server) -> Actress<Server> {
        Actress { actor: server }
    }

    fn client(client: Client) -> Actress<Client> {
        Actress { actor: client }
    }
}

/// An actor of the chat, sabotaged.
#[derive(Clone, Debug)]
pub struct Actress<A> {
    actor: A,
}

/// What it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside<S> {
    state: S,
    /// A sabotage may cancel timers, so they have to be known.
    armed: BTreeSet<Timer>,
}

/// It is recorded as the actor that it plays, so that a replay finds what it does otherwise and nothing else.
impl<S: Hash> Hash for Inside<S> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
    }
}

impl<S: Changing> Changing for Inside<S> {
    fn hash_changes<H: Hasher>(&self, changes: &[Change], hasher: &mut H) {
        self.state.hash_changes(changes, hasher);
    }
}

/// An actor that has a place in the systems that are checked.
pub trait Part: Hosted<State = <Self as Part>::Inner> {
    /// The same as its state.
    type Inner: Clone + std::fmt::Debug + PartialEq + Changing;

    /// Its place there.
    const PLACE: usize;

    /// Its state as one of that system.
    fn put_on(state: Self::Inner) -> RoleState;

    /// The reverse.
    fn take_off(state: &RoleState) -> Option<Self::Inner>;
}

impl Part for Server {
    type Inner = ServerState;
    const PLACE: usize = SERVER;

    fn put_on(state: ServerState) -> RoleState {
        RoleState::Server(state)
    }

    fn take_off(state: &RoleState) -> Option<ServerState> {
        match state {
            RoleState::Server(server) => Some(server.clone()),
            RoleState::Seat(_) | RoleState::Intruder(_) => None,
        }
    }
}

impl Part for Client {
    type Inner = ClientState;
    const PLACE: usize = 1;

    fn put_on(client: ClientState) -> RoleState {
        RoleState::Seat(SeatState { client, person: History::default(), taken: Vec::new(), life: 0 })
    }

    fn take_off(state: &RoleState) -> Option<ClientState> {
        match state {
            RoleState::Seat(seat) => Some(seat.client.clone()),
            RoleState::Server(_) | RoleState::Intruder(_) => None,
        }
    }
}

impl<A: Part> Actor for Actress<A> {
    type Msg = Message;
    type Timer = Timer;
    type State = Inside<A::Inner>;
    type Storage = A::Storage;
    type Random = ();

    fn on_start(&self, id: Id, stored: &Option<A::Storage>, out: &mut Out<Self>) -> Self::State {
        let mut inner = Out::new();
        let state = self.actor.on_start(id, stored, &mut inner);
        let mut armed = BTreeSet::new();
        forward(inner, &mut armed, out);
        Inside { state, armed }
    }

    fn on_msg(
        &self,
        id: Id,
        state: &mut Cow<'_, Self::State>,
        src: Id,
        message: Message,
        out: &mut Out<Self>,
    ) {
        step(state, out, None, |state, out| self.actor.on_msg(id, state, src, message, out));
    }

    fn on_timeout(&self, id: Id, state: &mut Cow<'_, Self::State>, timer: &Timer, out: &mut Out<Self>) {
        step(state, out, Some(*timer), |state, out| self.actor.on_timeout(id, state, timer, out));
    }
}

/// Takes a step, then does what the sabotage does to it.
fn step<A: Part>(
    held: &mut Cow<'_, Inside<A::Inner>>,
    out: &mut Out<Actress<A>>,
    fired: Option<Timer>,
    act: impl FnOnce(&mut Cow<'_, A::Inner>, &mut Out<A>),
) {
    let mut inner = Out::new();
    let mut after = Cow::Borrowed(&held.state);
    act(&mut after, &mut inner);
    if fired.is_none() && inner.is_empty() && matches!(after, Cow::Borrowed(_)) {
        return;
    }
    let after = after.into_owned();
    let mut armed = held.armed.clone();
    if let Some(timer) = fired {
        armed.remove(&timer);
    }
    forward(inner, &mut armed, out);
    let (before, mut next) = (on_stage::<A>(&held.state, &held.armed), on_stage::<A>(&after, &armed));
    if let Some(sabotage) = CHOSEN.get() {
        (sabotage.apply)(&before, &mut next);
    }
    let left: BTreeSet<Timer> = next.timers_set[A::PLACE].iter().copied().collect();
    for cancelled in armed.difference(&left) {
        out.cancel_timer(*cancelled);
    }
    let state = A::take_off(&next.actor_states[A::PLACE]).unwrap_or(after);
    *held.to_mut() = Inside { state, armed: left };
}

/// A system of the checker in which this actor is in this state.
fn on_stage<A: Part>(state: &A::Inner, armed: &BTreeSet<Timer>) -> State {
    let scenario = Scenario { registered: false, ..Scenario::new("", "").person("X", 0, &[]) };
    let mut system = System::new(scenario).plain.init_states().remove(0);
    system.actor_states[A::PLACE] = Arc::new(A::put_on(state.clone()));
    system.timers_set[A::PLACE] = Timers::new();
    for timer in armed {
        system.timers_set[A::PLACE].set(*timer);
    }
    system
}

fn forward<A: Part>(inner: Out<A>, armed: &mut BTreeSet<Timer>, out: &mut Out<Actress<A>>) {
    for command in inner {
        match command {
            Command::Send(to, message) => out.send(to, message),
            Command::SetTimer(timer, wait) => {
                armed.insert(timer);
                out.set_timer(timer, wait);
            }
            Command::CancelTimer(timer) => {
                armed.remove(&timer);
                out.cancel_timer(timer);
            }
            Command::Save(stored) => out.save(stored),
            Command::ChooseRandom(..) => {}
        }
    }
}
