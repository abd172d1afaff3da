//! Exhausts scenarios, and finds the shortest counterexample when a promise is broken.

pub mod pins;
mod side_by_side;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use memory_stats::memory_stats;
use stateright::{Checker, HasDiscoveries, Model, Path};

use crate::coverage::Coverage;
use crate::scenario::Scenario;
use crate::system::{Action, State, System};

pub use side_by_side::{Told, side_by_side};

/// What came out of checking a scenario completely, or up to the first broken promise.
pub struct Outcome {
    /// The scenario.
    pub scenario: Scenario,
    /// Unique states.
    pub states: usize,
    /// Longest path walked, in steps.
    pub depth: usize,
    /// How long it took.
    pub time: Duration,
    /// Most bytes that the process had more than before its first check, for each unique state. Unknown where the system does
    /// not tell, where there are too few states for it to say anything, and where others were checked beside it.
    pub bytes: Option<usize>,
    /// The promises that were checked.
    pub promises: Vec<&'static str>,
    /// The promises that were broken.
    pub broken: BTreeSet<&'static str>,
    /// The witnesses that were seen.
    pub seen: Vec<&'static str>,
    /// The witnesses that were not seen.
    pub missing: Vec<&'static str>,
    /// Which inputs had which outcome.
    pub coverage: Arc<Coverage>,
}

/// How far a check is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Unique states so far.
    pub states: usize,
    /// Time so far.
    pub time: Duration,
}

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// With fewer unique states it is not they that take the memory.
const MANY: usize = 50_000;

/// Explores every reachable state; stops early only when a promise is broken.
///
/// # Errors
/// When the checker itself panicked, which is a bug of an actor or of a promise.
pub fn exhaust(system: System, threads: usize, tell: impl FnMut(Progress) + Send) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let memory = Memory::new();
    let scenario = Scenario::clone(&system.scenario);
    let mut checker = system.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_dfs();
    let handles = checker.handles();
    let done = Done::default();
    let joined = std::thread::scope(|scope| {
        scope.spawn(|| {
            let progress = || {
                memory.look();
                Progress { states: checker.unique_state_count(), time: started.elapsed() }
            };
            done.tick(progress, tell);
        });
        let joined: Vec<_> = handles.into_iter().map(std::thread::JoinHandle::join).collect();
        done.set();
        joined
    });
    anyhow::ensure!(joined.iter().all(Result::is_ok), "the checker panicked in scenario {}", scenario.name);
    memory.look();
    let witnesses = &checker.model().witnesses;
    let names = |wanted: bool| {
        witnesses.outcome().filter(|(_, seen)| *seen == wanted).map(|(witness, _)| witness.name).collect()
    };
    Ok(Outcome {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        time: started.elapsed(),
        bytes: memory
            .most()
            .filter(|_| checker.unique_state_count() >= MANY)
            .map(|most| most / checker.unique_state_count()),
        promises: checker.model().promises.iter().map(|promise| promise.name).collect(),
        broken: checker.discoveries().into_keys().collect(),
        seen: names(true),
        missing: names(false),
        coverage: Arc::clone(&checker.model().coverage),
        scenario,
    })
}

/// The shortest way to break a promise, by a second search, breadth first. (With several promises at once stateright
/// reports the last counterexample that it finds, not the shortest.)
pub fn shortest(system: System, promise: &'static str) -> Option<Path<State, Action>> {
    let mut system = system;
    system.promises.retain(|property| property.name == promise);
    system.checker().spawn_bfs().join().discovery(promise)
}

/// How much memory the process has had at most, beyond what it had before its first check.
struct Memory(AtomicUsize);

impl Memory {
    fn new() -> Memory {
        BEFORE.get_or_init(resident);
        Memory(AtomicUsize::new(0))
    }

    fn look(&self) {
        self.0.fetch_max(resident().unwrap_or(0), Ordering::Relaxed);
    }

    fn most(&self) -> Option<usize> {
        let before = BEFORE.get().copied().flatten()?;
        Some(self.0.load(Ordering::Relaxed).saturating_sub(before))
    }
}

static BEFORE: OnceLock<Option<usize>> = OnceLock::new();

fn resident() -> Option<usize> {
    memory_stats().map(|stats| stats.physical_mem)
}

/// Says when the work is done, so that nobody sleeps longer than it takes.
#[derive(Default)]
struct Done {
    done: Mutex<bool>,
    changed: Condvar,
}

impl Done {
    fn set(&self) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn tick(&self, progress: impl Fn() -> Progress, mut tell: impl FnMut(Progress)) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            done = self.changed.wait_timeout(done, TICK).unwrap_or_else(PoisonError::into_inner).0;
            tell(progress());
        }
    }
}
