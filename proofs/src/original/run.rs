//! What happens to the original if from now on nothing is lost and nobody types: packets arrive in the order in which they
//! were sent, and timers fire only when nothing is under way.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use stateright::actor::{Actor, Command, Envelope, Id, Out};

use super::packet::Packet;
use super::role::{Role, RoleState, Timer};
use super::world::{State, World};
use crate::scenario::Wish;
use crate::system::seat::KEY;

/// More than any scenario needs; a run that is longer does not end.
const MOST_STEPS: usize = 200;

/// A run that has begun.
pub(super) struct Run<'a> {
    world: &'a World,
    states: Vec<Arc<RoleState>>,
    timers: BTreeSet<(usize, Timer)>,
    under_way: VecDeque<Envelope<Packet>>,
}

impl<'a> Run<'a> {
    /// Everybody registers, then people type what the scenario says, and all of it arrives.
    pub(super) fn set_up(world: &'a World, mut start: State) -> State {
        let mut run = Run::from(world, &start, true);
        run.finish();
        for (name, wish) in &world.plain.cfg.setup {
            let person = world.plain.cfg.people.iter().position(|person| person.name.as_str() == *name);
            run.type_in(person.expect("the set-up names its people") + 1, *wish);
            run.finish();
        }
        for (actor, state) in run.states.iter().enumerate().skip(1) {
            if let RoleState::Seat(inside) = &**state {
                start.random_choices[actor].insert(KEY.into(), world.seat(actor).menu(inside));
            }
        }
        start.actor_states = run.states;
        start.timers_set.iter_mut().for_each(stateright::actor::Timers::cancel_all);
        start.network = world.plain.init_network.clone();
        start
    }

    /// How it ends from here, if what is under way arrives or is lost.
    pub(super) fn end(world: &'a World, state: &State, past_arrives: bool) -> Option<State> {
        let mut run = Run::from(world, state, past_arrives);
        let ended = run.finish();
        let mut end = state.clone();
        end.actor_states = run.states;
        ended.then_some(end)
    }

    fn from(world: &'a World, state: &State, past_arrives: bool) -> Run<'a> {
        let armed = |(actor, timers): (usize, &stateright::actor::Timers<Timer>)| {
            timers.iter().map(|timer| (actor, timer.clone())).collect::<Vec<_>>()
        };
        let mut under_way: Vec<_> = state
            .network
            .iter_all()
            .map(|envelope| envelope.to_cloned_msg())
            .filter(|_| past_arrives)
            .collect();
        under_way.sort_unstable();
        Run {
            world,
            states: state.actor_states.clone(),
            timers: state.timers_set.iter().enumerate().flat_map(armed).collect(),
            under_way: under_way.into(),
        }
    }

    fn finish(&mut self) -> bool {
        (0..MOST_STEPS).any(|_| !self.step())
    }

    fn step(&mut self) -> bool {
        if let Some(envelope) = self.under_way.pop_front() {
            self.act(usize::from(envelope.dst), |role, id, state, out| {
                role.on_msg(id, state, envelope.src, envelope.msg, out);
            });
            return true;
        }
        let Some((actor, timer)) = self.timers.pop_first() else { return false };
        self.act(actor, |role, id, state, out| role.on_timeout(id, state, &timer, out));
        true
    }

    fn type_in(&mut self, actor: usize, wish: Wish) {
        self.act(actor, |role, _, state, out| {
            if let (Role::Seat(seat), RoleState::Seat(state)) = (role, state.to_mut()) {
                seat.type_in(state, wish, out);
            }
        });
    }

    fn act(&mut self, actor: usize, act: impl FnOnce(&Role, Id, &mut Cow<'_, RoleState>, &mut Out<Role>)) {
        let mut state = Cow::Borrowed(&*self.states[actor]);
        let mut out = Out::new();
        act(&self.world.plain.actors[actor], Id::from(actor), &mut state, &mut out);
        if let Cow::Owned(state) = state {
            self.states[actor] = Arc::new(state);
        }
        for command in out {
            match command {
                Command::Send(dst, msg) => {
                    self.under_way.push_back(Envelope { src: Id::from(actor), dst, msg });
                }
                Command::SetTimer(timer, _) => drop(self.timers.insert((actor, timer))),
                Command::CancelTimer(timer) => drop(self.timers.remove(&(actor, timer))),
                Command::ChooseRandom(..) | Command::Save(()) => {}
            }
        }
    }
}
