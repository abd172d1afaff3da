//! What happens if from now on nothing is lost and nobody crashes or types: a deterministic fair run.
//!
//! Everything under way is delivered in order; timers fire only when nothing is under way, so a timer means that
//! something was lost before. Two runs are made from each state: one in which the envelopes of the past still arrive, and
//! one in which they are all lost.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use ahash::{AHashSet, AHasher};
use model::Timer;
use model::client::{Mode, Phase};
use model::server::Bucket;
use stateright::actor::{Actor, Command, Id, Network, Out};

use crate::scenario::Wish;
use crate::system::disk::{Disk, Storage};
use crate::system::role::{Role, RoleState};
use crate::system::{Envelope, SERVER, State, System};

/// No run has ever needed more than a quarter of this.
const MOST_STEPS: usize = 1000;

/// More attempts and more people need more steps.
fn most_steps(system: &System) -> usize {
    let scenario = &system.scenario;
    MOST_STEPS.max(250 * usize::from(scenario.limits.attempts) * (scenario.people.len() + 1))
}

/// Whether everything settles from this state: every command answered, queues empty where they must be, equal
/// directories, nothing pending.
pub fn settles(system: &System, state: &State) -> bool {
    let prints: Vec<u64> = state.actor_states.iter().map(fingerprint).collect();
    let nothing_under_way = state.network.iter_all().next().is_none();
    let pasts = if nothing_under_way { &[Past::Lost][..] } else { &[Past::Lost, Past::Arrives] };
    pasts.iter().all(|&past| {
        let mut run = Run::from(system, state, past);
        run.prints.clone_from(&prints);
        let mut seen = Vec::new();
        for _ in 0..most_steps(system) {
            let fingerprint = run.fingerprint();
            if Memo::keeps(fingerprint) {
                if system.settled.knows(fingerprint) {
                    system.settled.learn(seen);
                    return true;
                }
                seen.push(fingerprint);
            }
            if !run.step() {
                let settled = run.is_settled();
                if settled {
                    system.settled.learn(seen);
                }
                return settled;
            }
        }
        false
    })
}

/// Runs the set-up of a scenario from its first state, undisturbed.
///
/// # Panics
/// If the set-up names somebody who is not there.
pub fn set_up(system: &System, start: State) -> State {
    let mut run = Run::from(system, &start, Past::Arrives);
    run.keep_sent = true;
    run.finish();
    for (name, wish) in &system.scenario.setup {
        let person = system.scenario.people.iter().position(|person| person.name.as_str() == *name);
        run.type_in(person.expect("the set-up names its people") + 1, *wish);
        run.finish();
    }
    run.into_state(start)
}

/// States from which everything is known to settle: one in `ONE_IN` of them, which a run comes by after a few steps more. All
/// of them would take more memory than everything else together.
#[derive(Debug, Default)]
pub struct Memo(Mutex<AHashSet<u64>>);

const ONE_IN: u64 = 4;

impl Memo {
    fn keeps(fingerprint: u64) -> bool {
        fingerprint.is_multiple_of(ONE_IN)
    }

    fn knows(&self, fingerprint: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&fingerprint)
    }

    fn learn(&self, fingerprints: Vec<u64>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(fingerprints);
    }
}

/// What becomes of the envelopes that were under way at the start.
#[derive(Clone, Copy)]
enum Past {
    Lost,
    Arrives,
}

fn fingerprint(it: &impl Hash) -> u64 {
    let mut hash = AHasher::default();
    it.hash(&mut hash);
    hash.finish()
}

/// A run that has begun.
struct Run<'a> {
    system: &'a System,
    states: Vec<Arc<RoleState>>,
    /// Of each state, so that a step costs no more than what it changes. Empty if nobody asks.
    prints: Vec<u64>,
    crashed: Vec<bool>,
    timers: BTreeSet<(usize, Timer)>,
    under_way: VecDeque<Envelope>,
    disk: Disk,
    /// Everything that has been sent, if it is of interest.
    sent: Vec<Envelope>,
    keep_sent: bool,
}

impl<'a> Run<'a> {
    fn from(system: &'a System, state: &State, past: Past) -> Run<'a> {
        let armed = |(actor, timers): (usize, &stateright::actor::Timers<Timer>)| {
            timers.iter().map(|&timer| (actor, timer)).collect::<Vec<_>>()
        };
        let mut under_way: Vec<Envelope> = match past {
            Past::Lost => Vec::new(),
            Past::Arrives => state.network.iter_all().map(|envelope| envelope.to_cloned_msg()).collect(),
        };
        under_way.sort_unstable();
        let mut run = Run {
            system,
            states: state.actor_states.clone(),
            prints: Vec::new(),
            crashed: state.crashed.clone(),
            timers: state.timers_set.iter().enumerate().flat_map(armed).collect(),
            under_way: under_way.into(),
            disk: Disk::of(state),
            sent: Vec::new(),
            keep_sent: false,
        };
        if run.crashed[SERVER] {
            run.come_back();
        }
        run
    }

    fn come_back(&mut self) {
        let mut out = Out::new();
        let storage = Some(Storage::Disk(self.disk.clone()));
        let state = self.system.plain.actors[SERVER].on_start(Id::from(SERVER), &storage, &mut out);
        self.states[SERVER] = Arc::new(state);
        self.crashed[SERVER] = false;
        self.obey(SERVER, out);
    }

    fn finish(&mut self) {
        for _ in 0..most_steps(self.system) {
            if !self.step() {
                return;
            }
        }
    }

    /// Delivers what is first in line, or lets a timer fire if nothing is. Returns false when neither is there.
    fn step(&mut self) -> bool {
        if let Some(envelope) = self.under_way.pop_front() {
            let (actor, src, packet) = (usize::from(envelope.dst), envelope.src, envelope.msg);
            if self.crashed.get(actor).is_some_and(|crashed| !crashed) {
                self.act(actor, |role, id, state, out| role.on_msg(id, state, src, packet, out));
            }
            return true;
        }
        let Some((actor, timer)) = self.timers.pop_first() else { return false };
        self.act(actor, |role, id, state, out| role.on_timeout(id, state, &timer, out));
        true
    }

    fn type_in(&mut self, actor: usize, wish: Wish) {
        self.act(actor, |role, id, state, out| {
            if let (Role::Seat(seat), RoleState::Seat(state)) = (role, state.to_mut()) {
                seat.type_in(id, state, wish, out);
            }
        });
    }

    fn act(&mut self, actor: usize, act: impl FnOnce(&Role, Id, &mut Cow<'_, RoleState>, &mut Out<Role>)) {
        let mut state = Cow::Borrowed(&*self.states[actor]);
        let mut out = Out::new();
        act(&self.system.plain.actors[actor], Id::from(actor), &mut state, &mut out);
        if let Cow::Owned(state) = state {
            if let Some(print) = self.prints.get_mut(actor) {
                *print = fingerprint(&state);
            }
            self.states[actor] = Arc::new(state);
        }
        self.obey(actor, out);
    }

    fn obey(&mut self, actor: usize, out: Out<Role>) {
        for command in out {
            match command {
                Command::Send(dst, msg) => {
                    let envelope = Envelope { src: Id::from(actor), dst, msg };
                    if self.keep_sent {
                        self.sent.push(envelope.clone());
                    }
                    self.under_way.push_back(envelope);
                }
                Command::SetTimer(timer, _) => {
                    self.timers.insert((actor, timer));
                }
                Command::CancelTimer(timer) => {
                    self.timers.remove(&(actor, timer));
                }
                Command::Save(Storage::Changes(changes)) => self.disk.keep(changes),
                Command::ChooseRandom(..) | Command::Save(Storage::Disk(_)) => {}
            }
        }
    }

    fn fingerprint(&self) -> u64 {
        fingerprint(&(&self.prints, &self.crashed, &self.timers, &self.under_way))
    }

    fn is_settled(&self) -> bool {
        let RoleState::Server(server) = &*self.states[SERVER] else { return false };
        let seats = self.states.iter().zip(&self.crashed).filter_map(|(state, crashed)| match &**state {
            RoleState::Seat(seat) if !crashed => Some(seat),
            _ => None,
        });
        // A server that is stopped waits for nobody.
        let quiet = server.stopped
            || server.window.unanswered == 0
                && server.window.queue.is_empty()
                && server.posts == 0
                && server.strangers.is_empty()
                && server.sessions.values().filter_map(|record| record.online.as_ref()).all(|online| {
                    online.probe.is_none()
                        && online.bucket == Bucket::default()
                        && online.sync.sent.is_none()
                        && online.sync.acked == server.directory.version
                        && online.membership.as_ref().is_none_or(|membership| membership.unanswered == 0)
                });
        quiet
            && seats.into_iter().all(|seat| match &seat.client.phase {
                Phase::Exited(_) => seat.person.exit.is_some(),
                Phase::Registering(_) => false,
                Phase::Registered(own) => {
                    let online = !server.stopped && server.online(own.pass.session).is_some();
                    let current = seat.client.directory.version == server.directory.version;
                    own.pending.is_none()
                        && (seat.person.ready || seat.client.leaving)
                        && (own.mode != Mode::Alone || own.queue.is_empty())
                        && (!online || current)
                }
            })
    }

    fn into_state(self, start: State) -> State {
        let mut state = start;
        state.actor_states = self.states;
        if self.disk != Disk::default() {
            state.actor_storages[SERVER] = Some(Storage::Disk(self.disk));
        }
        state.network = Network::new_unordered_duplicating(self.sent);
        for (actor, timers) in state.timers_set.iter_mut().enumerate() {
            timers.cancel_all();
            for (_, timer) in self.timers.iter().filter(|(armed, _)| *armed == actor) {
                timers.set(*timer);
            }
        }
        for (choices, (role, actor)) in
            state.random_choices.iter_mut().zip(self.system.plain.actors.iter().zip(&state.actor_states))
        {
            if let (Role::Seat(seat), RoleState::Seat(inside)) = (role, &**actor) {
                choices.insert(crate::system::seat::KEY.into(), seat.menu(inside));
            }
        }
        state
    }
}
