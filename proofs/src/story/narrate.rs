//! What an actor has to say about itself so that its steps can be told.

use std::borrow::Cow;
use std::sync::Arc;

use stateright::actor::{Actor, ActorModelAction, ActorModelState, Id, Out};

/// A state of a system of such actors.
pub type State<A, H = ()> = ActorModelState<A, H>;
/// A step of a system of such actors.
pub type Action<A> = ActorModelAction<<A as Actor>::Msg, <A as Actor>::Timer, <A as Actor>::Random>;
/// States, each with the step that was taken then; what `stateright::Path::into_vec` gives.
pub type Path<A, H = ()> = [(State<A, H>, Option<Action<A>>)];

/// An actor whose steps can be told. Its name is [`Actor::name`]. The words need no escaping.
pub trait Narrate: Actor {
    /// A packet in a few plain words, as an expression that can follow "X sends Y:".
    fn packet(scene: &Scene<'_, Self>, packet: &Self::Msg) -> String;

    /// What was being waited for when this timer of this actor fires.
    fn timer(scene: &Scene<'_, Self>, actor: usize, timer: &Self::Timer) -> String;

    /// What the person does that makes this choice. The state is not known when an action is only offered.
    fn deed(&self, state: Option<&Self::State>, choice: &Self::Random) -> Deed;

    /// What the person or operator reads when this happens in this state, in lines.
    fn told(&self, id: Id, state: Option<&Self::State>, input: &Input<'_, Self>) -> Vec<String>;

    /// What the actor knows, in lines.
    fn knows(state: &Self::State) -> Vec<String> {
        vec![format!("{state:?}")]
    }
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Types a line.
    Types(String),
    /// Does something else, as an expression that can follow the name: "presses Ctrl+C".
    Does(String),
}

/// What happens to an actor.
pub enum Input<'a, A: Actor> {
    /// It starts, or comes back with what it has stored.
    Start(Option<&'a A::Storage>),
    /// A packet arrives.
    Packet(Id, &'a A::Msg),
    /// A timer fires.
    Timer(&'a A::Timer),
    /// Its person chooses something.
    Choice(&'a A::Random),
}

/// The names of all actors, and their states as far as they are known.
pub struct Scene<'a, A: Actor> {
    /// By actor number.
    pub names: &'a [String],
    /// By actor number; empty when only an action is known.
    pub states: &'a [Arc<A::State>],
}

impl<A: Actor> Scene<'_, A> {
    /// How an actor is called.
    pub fn name(&self, id: Id) -> &str {
        self.names.get(usize::from(id)).map_or("a stranger", String::as_str)
    }
}

/// The names of actors, told apart if two have the same.
pub(crate) fn names<A: Actor>(actors: &[A]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for actor in actors {
        let name = super::harmless(&actor.name());
        let same = names.iter().filter(|other| other.split('#').next() == Some(&name)).count();
        names.push(if same == 0 { name } else { format!("{name}#{}", same + 1) });
    }
    names
}

/// Lets the actor take a step for a try: what it sends.
pub(super) fn sends<A: Actor>(
    actor: &A,
    id: Id,
    state: Option<&A::State>,
    input: &Input<'_, A>,
) -> Vec<(Id, A::Msg)> {
    let mut out = Out::new();
    match (state.map(Cow::Borrowed), input) {
        (Some(mut state), Input::Packet(src, packet)) => {
            actor.on_msg(id, &mut state, *src, (*packet).clone(), &mut out);
        }
        (Some(mut state), Input::Timer(timer)) => actor.on_timeout(id, &mut state, timer, &mut out),
        (Some(mut state), Input::Choice(choice)) => actor.on_random(id, &mut state, choice, &mut out),
        (_, Input::Start(stored)) => {
            actor.on_start(id, &stored.cloned(), &mut out);
        }
        (None, _) => {}
    }
    let sent = |command| match command {
        stateright::actor::Command::Send(dst, packet) => Some((dst, packet)),
        _ => None,
    };
    out.into_iter().filter_map(sent).collect()
}

/// What an action makes its actor send in this state.
pub(crate) fn sent<A: Narrate, H>(
    actors: &[A],
    state: &State<A, H>,
    action: &Action<A>,
) -> Vec<(Id, A::Msg)> {
    let sends = |id: Id, input: &Input<'_, A>| {
        let actor = usize::from(id);
        sends(&actors[actor], id, state.actor_states.get(actor).map(|state| &**state), input)
    };
    match action {
        ActorModelAction::Deliver { src, dst, msg } => sends(*dst, &Input::Packet(*src, msg)),
        ActorModelAction::Timeout(id, timer) => sends(*id, &Input::Timer(timer)),
        ActorModelAction::Recover(id) => {
            let stored = state.actor_storages.get(usize::from(*id)).and_then(Option::as_ref);
            sends(*id, &Input::Start(stored))
        }
        ActorModelAction::SelectRandom { actor, random, .. } => sends(*actor, &Input::Choice(random)),
        ActorModelAction::Crash(_) | ActorModelAction::Drop(_) => Vec::new(),
    }
}
