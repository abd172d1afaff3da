//! What went through a host.

use std::time::Duration;

use model::Timer;

use super::count::Count;
use super::histogram::{Histogram, Times};
use crate::seal::SealError;
use crate::wire::WireError;

/// What went through a host so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Datagrams that came in, doorbells not counted.
    pub datagrams_in: u64,
    /// Datagrams that went out.
    pub datagrams_out: u64,
    /// Bytes that came in.
    pub bytes_in: u64,
    /// Bytes that went out.
    pub bytes_out: u64,
    /// Longest datagram that came in, in bytes.
    pub largest_in: usize,
    /// Longest datagram that went out, in bytes.
    pub largest_out: usize,
    /// Empty datagrams that came in, from the host's own bell or not.
    pub doorbells: u64,
    /// Datagrams that came in and were not understood, by reason.
    pub undecodable: [(WireError, u64); WireError::ALL.len()],
    /// Datagrams that came in and did not pass the seal, by reason. Only with a room key.
    pub refused: [(SealError, u64); SealError::ALL.len()],
    /// Packets to what is no address.
    pub unsendable: u64,
    /// Things that the console was not told, because it did not keep up.
    pub untold: u64,
    /// How long the actor took for one input.
    pub steps: Histogram,
    /// How long it took until what was waited for came, as far as something came. By what a timer waited for.
    pub answers: [(Wait, Histogram); Wait::ALL.len()],
    /// Packets that went out once more, because what was waited for had not come.
    pub repeated: [(Wait, u64); Wait::ALL.len()],
}

/// What a server waits for with a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The ack of an update.
    Update,
    /// The ack of posts.
    Post,
    /// The answer to a probe.
    Probe,
}

impl Wait {
    /// All of them, in order.
    pub const ALL: [Wait; 3] = [Wait::Update, Wait::Post, Wait::Probe];

    /// One word for counters.
    pub fn word(self) -> &'static str {
        match self {
            Wait::Update => "update",
            Wait::Post => "post",
            Wait::Probe => "probe",
        }
    }

    /// Nothing, if a timer waits for time to pass or belongs to a client.
    pub(super) fn of(timer: &Timer) -> Option<Wait> {
        match timer {
            Timer::Update(_) => Some(Wait::Update),
            Timer::Post(_) => Some(Wait::Post),
            Timer::Probe(_) => Some(Wait::Probe),
            Timer::Attempt | Timer::Refill(_) | Timer::Strangers => None,
        }
    }
}

impl Stats {
    /// Datagrams that came in and were not understood.
    pub fn undecodable_in_all(&self) -> u64 {
        self.undecodable.iter().map(|(_, count)| count).sum()
    }

    /// Datagrams that came in and did not pass the seal.
    pub fn refused_in_all(&self) -> u64 {
        self.refused.iter().map(|(_, count)| count).sum()
    }
}

impl Default for Stats {
    /// Nothing so far.
    fn default() -> Stats {
        Counters::default().stats()
    }
}

/// [`Stats`] while they grow. Only the host's thread makes them grow.
#[derive(Debug, Default)]
pub(super) struct Counters {
    datagrams_in: Count,
    datagrams_out: Count,
    bytes_in: Count,
    bytes_out: Count,
    largest_in: Count,
    largest_out: Count,
    doorbells: Count,
    undecodable: [Count; WireError::ALL.len()],
    refused: [Count; SealError::ALL.len()],
    unsendable: Count,
    untold: Count,
    steps: Times,
    answers: [Times; Wait::ALL.len()],
    repeated: [Count; Wait::ALL.len()],
}

impl Counters {
    pub(super) fn received(&self, length: usize) {
        self.datagrams_in.add(1);
        self.bytes_in.add(length as u64);
        self.largest_in.raise(length as u64);
    }

    pub(super) fn sent(&self, length: usize) {
        self.datagrams_out.add(1);
        self.bytes_out.add(length as u64);
        self.largest_out.raise(length as u64);
    }

    pub(super) fn doorbell(&self) {
        self.doorbells.add(1);
    }

    /// Tells how many there were for this reason, this one included.
    pub(super) fn undecodable(&self, error: WireError) -> u64 {
        self.undecodable[error as usize].add(1)
    }

    /// Tells how many there were for this reason, this one included.
    pub(super) fn refused(&self, error: SealError) -> u64 {
        self.refused[error as usize].add(1)
    }

    pub(super) fn unsendable(&self) {
        self.unsendable.add(1);
    }

    pub(super) fn untold(&self, count: u64) {
        self.untold.add(count);
    }

    pub(super) fn step_took(&self, time: Duration) {
        self.steps.took(time);
    }

    /// What this timer waited for has come.
    pub(super) fn answered(&self, timer: &Timer, time: Duration) {
        if let Some(wait) = Wait::of(timer) {
            self.answers[wait as usize].took(time);
        }
    }

    /// A packet went out once more when this timer fired.
    pub(super) fn repeated(&self, timer: &Timer) {
        if let Some(wait) = Wait::of(timer) {
            self.repeated[wait as usize].add(1);
        }
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            datagrams_in: self.datagrams_in.get(),
            datagrams_out: self.datagrams_out.get(),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out.get(),
            largest_in: length(&self.largest_in),
            largest_out: length(&self.largest_out),
            doorbells: self.doorbells.get(),
            undecodable: WireError::ALL.map(|error| (error, self.undecodable[error as usize].get())),
            refused: SealError::ALL.map(|error| (error, self.refused[error as usize].get())),
            unsendable: self.unsendable.get(),
            untold: self.untold.get(),
            steps: self.steps.histogram(),
            answers: Wait::ALL.map(|wait| (wait, self.answers[wait as usize].histogram())),
            repeated: Wait::ALL.map(|wait| (wait, self.repeated[wait as usize].get())),
        }
    }
}

fn length(count: &Count) -> usize {
    usize::try_from(count.get()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_counter() {
        let counters = Counters::default();
        for (place, error) in WireError::ALL.into_iter().enumerate() {
            assert_eq!(error as usize, place);
            counters.undecodable(error);
        }
        assert_eq!(counters.stats().undecodable, WireError::ALL.map(|error| (error, 1)));
        assert_eq!(counters.stats().undecodable_in_all(), 9);
        for (place, error) in SealError::ALL.into_iter().enumerate() {
            assert_eq!(error as usize, place);
            counters.refused(error);
        }
        assert_eq!(counters.stats().refused, SealError::ALL.map(|error| (error, 1)));
        assert_eq!(counters.stats().refused_in_all(), 6);
    }
}
