//! What the promises say to a run.
//!
//! Every promise is asked in every state that the run went through. Some take long where people have written much; each of
//! them has its share of time, and is then asked in every second state, every fourth and so on, always in the last. When
//! one is broken, the states since it held are asked one by one, so that the story ends where it broke.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use model::Name;
use net::record::{Ending, Input};

use super::merge::{Moment, Source};
use super::play::{Play, tell};
use super::{Run, Unusable};
use crate::properties::{Needs, PROMISES, Promise};
use crate::story::Story;
use crate::system::{Action, SERVER, State, server};

/// What the promises say to a run.
pub struct Judgement {
    /// How many records were played.
    pub steps: usize,
    /// Why the rest was not, if there is one.
    pub ended: Option<&'static str>,
    /// Every promise.
    pub verdicts: Vec<Verdict>,
    /// How one of them was broken.
    pub broken: Option<Broken>,
    /// Between which records the server was not known: it was killed, others have heard of what is missing in its recording,
    /// and it came back later.
    pub gaps: Vec<(usize, usize)>,
}

/// A promise, and what came of it.
pub struct Verdict {
    /// The promise.
    pub promise: &'static Promise,
    /// In how many states it was asked.
    pub states: usize,
    /// Why it was not asked from some state on.
    pub unknown: Option<String>,
}

/// A broken promise.
pub struct Broken {
    /// Which.
    pub promise: &'static Promise,
    /// After which record, from 1.
    pub at: usize,
    /// The number of the first record that the story tells.
    pub first: usize,
    /// How it came.
    pub story: Story,
}

/// Asks all promises.
pub fn judge(run: &Run) -> Result<Judgement, Unusable> {
    let total = run.merged.moments.len();
    let mut play = Play::new(run)?;
    let mut known = Known::new(run);
    let mut asked: Vec<Asked> = PROMISES.iter().map(Asked::new).collect();
    let mut broken = None;
    while broken.is_none()
        && let Some(step) = play.step()?
    {
        known.note(run, step.moment, &play);
        for asked in &mut asked {
            if known.lacks(asked.verdict.promise.needs).is_none()
                && asked.is_due(play.at, total)
                && !asked.holds(&play)
            {
                broken = Some((asked.verdict.promise, asked.last));
            }
        }
    }
    let ended = play.ended.filter(|_| broken.is_none());
    for asked in &mut asked {
        asked.verdict.unknown = known.lacks(asked.verdict.promise.needs).map(ToOwned::to_owned);
    }
    let verdicts = asked.into_iter().map(|asked| asked.verdict).collect();
    let broken = broken.map(|(promise, held)| first_broken(run, promise, held, play.at)).transpose()?;
    Ok(Judgement { steps: play.at, ended, verdicts, broken, gaps: known.gaps })
}

/// A promise that is being asked.
struct Asked {
    verdict: Verdict,
    /// After how many records it last held.
    last: usize,
    /// It is asked in every so manieth state.
    stride: usize,
    used: Duration,
}

impl Asked {
    fn new(promise: &'static Promise) -> Asked {
        let verdict = Verdict { promise, states: 0, unknown: None };
        Asked { verdict, last: 0, stride: 1, used: Duration::ZERO }
    }

    fn is_due(&self, at: usize, total: usize) -> bool {
        at == total || at.is_multiple_of(self.stride)
    }

    fn holds(&mut self, play: &Play<'_>) -> bool {
        let begin = Instant::now();
        let holds = (self.verdict.promise.holds)(&play.system, &play.state);
        self.used += begin.elapsed();
        self.verdict.states += 1;
        if holds {
            self.last = play.at;
        }
        // As much again for each doubling, so that it is asked all the way.
        if self.used > SHARE * (self.stride.ilog2() + 1) {
            self.stride *= 2;
        }
        holds
    }
}

/// For one promise, before it is asked less often.
const SHARE: Duration = Duration::from_millis(250);

/// What is known of a run, as far as it has been played.
struct Known {
    server: Option<String>,
    clients: Option<String>,
    /// Some client has gone on since its recording ended, so it is not where the run has it.
    stale: Option<String>,
    /// Whether the recording of the server's life has come to its end, and the server had not.
    gone: bool,
    /// Since which record the server is not known.
    since: usize,
    gaps: Vec<(usize, usize)>,
    /// The version of the directory that was looked through last.
    version: Option<model::ids::Version>,
}

impl Known {
    fn new(run: &Run) -> Known {
        let unrecorded = run.hosts.0[SERVER].lives.is_empty();
        let server = unrecorded.then(|| "the server was not recorded".to_owned());
        Known { server, clients: None, stale: None, gone: false, since: 0, gaps: Vec::new(), version: None }
    }

    /// Why a promise cannot be asked.
    fn lacks(&self, needs: Needs) -> Option<&str> {
        match needs {
            Needs::Clients => None,
            Needs::Server => self.server.as_deref().or(self.stale.as_deref()),
            Needs::Everybody => self.server.as_deref().or(self.clients.as_deref()),
        }
    }

    fn note(&mut self, run: &Run, moment: Moment, play: &Play<'_>) {
        let Moment { life, step, source } = moment;
        let of_life = &run.recorded[life].life;
        let input = &of_life.steps[step].1.input;
        if run.hosts.of_life(life) == SERVER {
            self.gone = step + 1 == of_life.steps.len() && !matches!(of_life.ending, Ending::Stopped(_));
            // Where it is now was recorded.
            if matches!(input, Input::Start | Input::Restart { .. }) && self.server.take().is_some() {
                self.gaps.push((self.since, play.at));
            }
        }
        if source == Source::Beyond
            && let Input::Packet { from, .. } = input
            && let Some(host) = run.hosts.at(*from)
        {
            self.miss(host, &run.hosts.0[host].name, play.at);
        }
        let directory = &server(&play.state).directory;
        if self.clients.is_none() && self.version != Some(directory.version) {
            self.version = Some(directory.version);
            let unrecorded = directory.entries().find(|entry| {
                run.hosts.at(entry.address.into()).is_none_or(|host| run.hosts.0[host].lives.is_empty())
            });
            self.clients = unrecorded.map(|entry| format!("{} was not recorded", entry.name));
        }
    }
}

impl Known {
    /// Somebody has heard what is missing in the recording of a host. When the server is back, all of that is in what it came
    /// back with.
    fn miss(&mut self, host: usize, name: &Name, at: usize) {
        if host == SERVER && !self.gone {
            return;
        }
        let lacks = format!("from record {at} on: the recording of {name} ends before");
        if host == SERVER && self.server.is_none() {
            self.since = at;
        }
        if host == SERVER {
            self.server.get_or_insert(lacks);
        } else {
            self.stale.get_or_insert_with(|| lacks.clone());
            self.clients.get_or_insert(lacks);
        }
    }
}

/// Plays once more, and asks the promise in every state since it held.
fn first_broken(run: &Run, promise: &'static Promise, held: usize, until: usize) -> Result<Broken, Unusable> {
    let mut play = Play::new(run)?;
    let mut path: VecDeque<(State, Option<Action>)> = VecDeque::new();
    let mut sources = VecDeque::new();
    while let Some(step) = play.step()? {
        for (before, action) in step.path {
            path.push_back((before, Some(action)));
            sources.push_back((step.moment.source, play.at));
        }
        while path.len() > LONGEST {
            path.pop_front();
            sources.pop_front();
        }
        if play.at >= until || (play.at > held && !(promise.holds)(&play.system, &play.state)) {
            break;
        }
    }
    let (at, first) = (play.at, sources.front().map_or(play.at, |(_, at)| *at));
    let (sources, numbers): (Vec<Source>, Vec<usize>) = sources.into_iter().unzip();
    let story = tell(&play.system, path.make_contiguous(), &sources, &numbers);
    Ok(Broken { promise, at, first, story })
}

/// How many records a story tells at most.
const LONGEST: usize = 200;
