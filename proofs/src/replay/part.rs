//! A part of a run, as a path that can be told.

use std::time::Duration;

use super::merge::Source;
use super::play::{Play, light, tell_with_packets};
use super::{Run, Unusable};
use crate::story::{Story, narrate};
use crate::system::{Action, Envelope, State, System};

/// A part of a run.
pub struct Part<'a> {
    /// The run.
    pub run: &'a Run,
    /// The actors.
    pub system: System,
    /// Where they were before each record, and what that was.
    pub path: Vec<(State, Option<Action>)>,
    /// Where the packets come from.
    pub sources: Vec<Source>,
    /// The numbers of the records in the run, from 1.
    pub numbers: Vec<usize>,
    /// How long after the first record of the run.
    pub times: Vec<Duration>,
    /// Where they were in the end of the run.
    pub last: State,
}

impl Play<'_> {
    /// The part of a run that is chosen by the number of a record and its time since the first one.
    pub fn part(run: &Run, wanted: impl Fn(usize, Duration) -> bool) -> Result<Part<'_>, Unusable> {
        Play::new(run)?.take(wanted)
    }
}

impl<'a> Play<'a> {
    /// Plays to the end, and keeps what is wanted.
    pub(super) fn take(mut self, wanted: impl Fn(usize, Duration) -> bool) -> Result<Part<'a>, Unusable> {
        let run = self.run;
        let (mut path, mut sources, mut numbers, mut times) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while let Some(step) = self.step()? {
            let since = run.since(step.moment);
            if wanted(self.at, since) {
                for (before, action) in step.path {
                    path.push((before, Some(action)));
                    sources.push(step.moment.source);
                    numbers.push(self.at);
                    times.push(since);
                }
            }
        }
        let last = light(&self.state);
        Ok(Part { run, system: self.system, path, sources, numbers, times, last })
    }
}

impl Part<'_> {
    /// The part, told.
    pub fn story(&self) -> Story {
        self.story_with_packets().0
    }

    /// The part, told, and for each sending what was sent.
    pub(super) fn story_with_packets(&self) -> (Story, Vec<Envelope>) {
        tell_with_packets(&self.system, &self.path, &self.sources, &self.numbers)
    }

    /// How the actors are called, by their numbers.
    pub fn names(&self) -> Vec<String> {
        narrate::names(&self.system.plain.actors)
    }

    /// Who does or receives anything.
    pub fn busy(&self) -> Vec<usize> {
        let story = self.story();
        let busy = |actor: &usize| {
            story.steps.iter().any(|step| step.actor == *actor)
                || story.sendings.iter().any(|sending| sending.src == *actor || sending.dst == *actor)
        };
        (0..story.actors.len()).filter(busy).collect()
    }
}
