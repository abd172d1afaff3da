//! Makes a story of a path.

use std::sync::Arc;

use stateright::Model;
use stateright::actor::{ActorModelAction, Envelope, Id, Out};

use crate::intruder::Intruder;

use super::narrate::{self, Input, Narrate, Path, Scene};
use super::{Action, Arrival, Cause, Deed, Sending, State, Step, Story, harmless};

/// Tells a path.
pub fn tell<A: Narrate, H>(actors: &[A], path: &Path<A, H>) -> Story {
    let mut teller = Teller::new(actors, path);
    if let Some((first, _)) = path.first() {
        teller.begin(first);
    }
    teller.go_on(path).0
}

/// Tells a path that begins after its actors have started, or before they do. Also gives what was sent, for each sending.
pub fn go_on<A: Narrate, H>(actors: &[A], path: &Path<A, H>) -> (Story, Vec<Envelope<A::Msg>>) {
    Teller::new(actors, path).go_on(path)
}

/// The states that actions lead through from the model's first state, as far as they can be taken.
pub fn replay<M>(
    model: &M,
    actions: impl IntoIterator<Item = M::Action>,
) -> Vec<(M::State, Option<M::Action>)>
where
    M: Model,
    M::Action: Clone,
{
    let mut path = Vec::new();
    let Some(mut state) = model.init_states().into_iter().next() else { return path };
    for action in actions {
        let Some(next) = model.next_state(&state, action.clone()) else { break };
        path.push((std::mem::replace(&mut state, next), Some(action)));
    }
    path.push((state, None));
    path
}

/// A story that is being told.
struct Teller<'a, A: Narrate> {
    actors: &'a [A],
    story: Story,
    /// What was under way before the first step, if nothing else can arrive but what has been sent since.
    before: Option<Vec<Envelope<A::Msg>>>,
    /// For every sending, what was sent.
    sent: Vec<Envelope<A::Msg>>,
    /// What is still to arrive.
    to_come: Vec<Envelope<&'a A::Msg>>,
}

impl<'a, A: Narrate> Teller<'a, A> {
    fn new<H>(actors: &'a [A], path: &'a Path<A, H>) -> Teller<'a, A> {
        let arrives = |(_, action): &'a (State<A, H>, Option<Action<A>>)| match action {
            Some(ActorModelAction::Deliver { src, dst, msg }) => Some(Envelope { src: *src, dst: *dst, msg }),
            _ => None,
        };
        let story = Story { actors: narrate::names(actors), sendings: Vec::new(), steps: Vec::new() };
        let to_come = path.iter().filter_map(arrives).collect();
        Teller { actors, story, before: None, sent: Vec::new(), to_come }
    }

    fn go_on<H>(mut self, path: &'a Path<A, H>) -> (Story, Vec<Envelope<A::Msg>>) {
        for (state, action) in path {
            if let Some(action) = action {
                self.step(state, action);
            }
        }
        (self.story, self.sent)
    }

    /// A path that starts when the actors start tells that first.
    fn begin<H>(&mut self, first: &State<A, H>) {
        let fresh = |(i, actor): (usize, &A)| Arc::new(actor.on_start(Id::from(i), &None, &mut Out::new()));
        let states: Vec<_> = self.actors.iter().enumerate().map(fresh).collect();
        if states == first.actor_states {
            self.before = Some(Vec::new());
            for actor in 0..self.actors.len() {
                self.act(&states, actor, Cause::Started, &Input::Start(None));
            }
        } else {
            self.before = Some(first.network.iter_all().map(|envelope| envelope.to_cloned_msg()).collect());
        }
    }

    fn step<H>(&mut self, state: &'a State<A, H>, action: &Action<A>) {
        let states = &state.actor_states;
        match action {
            ActorModelAction::Deliver { src, dst, msg } => {
                let cause = self.arrive(states, &Envelope { src: *src, dst: *dst, msg: msg.clone() });
                self.act(states, usize::from(*dst), cause, &Input::Packet(*src, msg));
            }
            ActorModelAction::Drop(envelope) => {
                let sending = self.find(states, envelope);
                self.push(usize::from(envelope.src), Cause::Lost(sending), Vec::new(), Vec::new());
            }
            ActorModelAction::Timeout(id, timer) => {
                let actor = usize::from(*id);
                let words = A::timer(&self.scene(states), actor, timer);
                self.act(states, actor, Cause::Fired(harmless(&words)), &Input::Timer(timer));
            }
            ActorModelAction::Crash(id) => {
                self.push(usize::from(*id), Cause::Crashed, Vec::new(), Vec::new());
            }
            ActorModelAction::Recover(id) => {
                let stored = state.actor_storages.get(usize::from(*id)).and_then(Option::as_ref);
                self.act(states, usize::from(*id), Cause::Recovered, &Input::Start(stored));
            }
            ActorModelAction::SelectRandom { actor: id, random, .. } => {
                let actor = usize::from(*id);
                let deed = self.actors[actor].deed(Some(&states[actor]), random).harmless();
                self.act(states, actor, Cause::Chose(deed), &Input::Choice(random));
            }
        }
    }

    /// Which sending arrives. If several attempts are out and fewer arrivals are to come, the first attempts are the
    /// lost ones.
    fn arrive(&mut self, states: &[Arc<A::State>], envelope: &Envelope<A::Msg>) -> Cause {
        if let Some(sending) = self.redirected(states, envelope) {
            self.story.sendings[sending].redirections.push(self.story.steps.len());
            return Cause::Received { sending, arrival: Arrival::Redirected(usize::from(envelope.src)) };
        }
        let same = |other: &Envelope<&A::Msg>| {
            other.src == envelope.src && other.dst == envelope.dst && *other.msg == envelope.msg
        };
        let left = self.to_come.iter().filter(|other| same(other)).count();
        if let Some(place) = self.to_come.iter().position(same) {
            self.to_come.remove(place);
        }
        let open: Vec<usize> = self
            .copies(envelope)
            .filter(|&sending| self.story.sendings[sending].arrivals.is_empty())
            .collect();
        let first =
            self.copies(envelope).filter_map(|sending| self.story.sendings[sending].arrivals.first()).min();
        let first = first.copied();
        let sending = match open.get(open.len().saturating_sub(left)) {
            Some(&sending) => sending,
            None => self.find(states, envelope),
        };
        let arrival = match first {
            Some(step) => Arrival::Again(step),
            None if self.story.sendings[sending].step.is_none() => Arrival::Old,
            None if self.overtaken(sending) => Arrival::Overtaken,
            None => Arrival::First,
        };
        self.story.sendings[sending].arrivals.push(self.story.steps.len());
        Cause::Received { sending, arrival }
    }

    fn copies(&self, envelope: &Envelope<A::Msg>) -> impl Iterator<Item = usize> {
        (0..).zip(&self.sent).filter(move |(_, sent)| *sent == envelope).map(|(sending, _)| sending)
    }

    /// The sending of which the network has made an envelope that nobody sent: of the same packet, or if a broken variant has
    /// changed it, of one with the same words.
    fn redirected(&self, states: &[Arc<A::State>], envelope: &Envelope<A::Msg>) -> Option<usize> {
        let was_sent = self.copies(envelope).next().is_some() || self.before.as_ref()?.contains(envelope);
        if was_sent || self.intruder().is_some() {
            return None;
        }
        let same = self.sent.iter().rposition(|sent| sent.msg == envelope.msg);
        same.or_else(|| {
            let words = harmless(&A::packet(&self.scene(states), &envelope.msg));
            self.story.sendings.iter().rposition(|sending| sending.words == words)
        })
    }

    /// The last sending of an envelope; one that has none was under way before the first step, or is an intruder's.
    fn find(&mut self, states: &[Arc<A::State>], envelope: &Envelope<A::Msg>) -> usize {
        let last = self.copies(envelope).last();
        last.unwrap_or_else(|| {
            let sending = self.send(states, envelope.clone(), None);
            self.ascribe(sending, envelope);
            sending
        })
    }

    /// What nobody has sent is an intruder's, wherever it seems to come from. It arrives in the step in which it is sent.
    fn ascribe(&mut self, sending: usize, envelope: &Envelope<A::Msg>) {
        let was_under_way = self.before.as_ref().is_some_and(|before| before.contains(envelope));
        let Some(intruder) = self.intruder().filter(|_| !was_under_way) else { return };
        let step = Some(self.story.steps.len());
        let this = &mut self.story.sendings[sending];
        if this.src != intruder {
            this.words = format!("(as if from {}) {}", self.story.actors[this.src], this.words);
        }
        (this.src, this.step) = (intruder, step);
    }

    fn intruder(&self) -> Option<usize> {
        self.story.actors.iter().position(|name| name == Intruder::NAME)
    }

    fn overtaken(&self, sending: usize) -> bool {
        let this = &self.story.sendings[sending];
        let later = &self.story.sendings[sending + 1..];
        later.iter().any(|other| {
            (other.src, other.dst) == (this.src, this.dst)
                && other.step > this.step
                && !other.arrivals.is_empty()
        })
    }

    fn act(&mut self, states: &[Arc<A::State>], actor: usize, cause: Cause, input: &Input<'_, A>) {
        let (id, state) = (Id::from(actor), states.get(actor).map(|state| &**state));
        let told = self.actors[actor].told(id, state, input);
        let step = self.story.steps.len();
        let sent = narrate::sends(&self.actors[actor], id, state, input)
            .into_iter()
            .map(|(dst, msg)| self.send(states, Envelope { src: id, dst, msg }, Some(step)))
            .collect();
        let told = told.iter().map(|line| harmless(line)).collect();
        self.push(actor, cause, told, sent);
    }

    fn push(&mut self, actor: usize, cause: Cause, told: Vec<String>, sent: Vec<usize>) {
        let number = self.story.steps.len() + 1;
        self.story.steps.push(Step { number, actor, cause, told, sent });
    }

    fn send(&mut self, states: &[Arc<A::State>], envelope: Envelope<A::Msg>, step: Option<usize>) -> usize {
        let words = harmless(&A::packet(&self.scene(states), &envelope.msg));
        let attempt = self.copies(&envelope).count() + 1;
        let (src, dst) = (usize::from(envelope.src), usize::from(envelope.dst));
        self.story.sendings.push(Sending {
            src,
            dst,
            words,
            step,
            attempt,
            arrivals: Vec::new(),
            redirections: Vec::new(),
        });
        self.sent.push(envelope);
        self.sent.len() - 1
    }

    fn scene<'b>(&'b self, states: &'b [Arc<A::State>]) -> Scene<'b, A> {
        Scene { names: &self.story.actors, states }
    }
}

impl Deed {
    pub(super) fn harmless(self) -> Deed {
        match self {
            Deed::Types(line) => Deed::Types(harmless(&line)),
            Deed::Does(deed) => Deed::Does(harmless(&deed)),
        }
    }
}
