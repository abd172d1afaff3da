//! What went through a host.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use model::Timer;

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
    /// Packets that went out because what was waited for had not come: the same once more, or what follows when the attempts
    /// are used up.
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

/// [`Stats`] while they grow.
#[derive(Debug, Default)]
pub(super) struct Counters {
    datagrams_in: AtomicU64,
    datagrams_out: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    largest_in: AtomicUsize,
    largest_out: AtomicUsize,
    doorbells: AtomicU64,
    undecodable: [AtomicU64; WireError::ALL.len()],
    refused: [AtomicU64; SealError::ALL.len()],
    unsendable: AtomicU64,
    untold: AtomicU64,
    steps: Times,
    answers: [Times; Wait::ALL.len()],
    repeated: [AtomicU64; Wait::ALL.len()],
}

impl Counters {
    pub(super) fn received(&self, length: usize) {
        self.datagrams_in.fetch_add(1, Relaxed);
        self.bytes_in.fetch_add(length as u64, Relaxed);
        self.largest_in.fetch_max(length, Relaxed);
    }

    pub(super) fn sent(&self, length: usize) {
        self.datagrams_out.fetch_add(1, Relaxed);
        self.bytes_out.fetch_add(length as u64, Relaxed);
        self.largest_out.fetch_max(length, Relaxed);
    }

    pub(super) fn doorbell(&self) {
        self.doorbells.fetch_add(1, Relaxed);
    }

    /// Tells how many there were for this reason, this one included.
    pub(super) fn undecodable(&self, error: WireError) -> u64 {
        self.undecodable[error as usize].fetch_add(1, Relaxed) + 1
    }

    /// Tells how many there were for this reason, this one included.
    pub(super) fn refused(&self, error: SealError) -> u64 {
        self.refused[error as usize].fetch_add(1, Relaxed) + 1
    }

    pub(super) fn unsendable(&self) {
        self.unsendable.fetch_add(1, Relaxed);
    }

    pub(super) fn untold(&self, count: u64) {
        self.untold.fetch_add(count, Relaxed);
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

    /// A packet went out when this timer fired.
    pub(super) fn repeated(&self, timer: &Timer) {
        if let Some(wait) = Wait::of(timer) {
            self.repeated[wait as usize].fetch_add(1, Relaxed);
        }
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            datagrams_in: self.datagrams_in.load(Relaxed),
            datagrams_out: self.datagrams_out.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            largest_in: self.largest_in.load(Relaxed),
            largest_out: self.largest_out.load(Relaxed),
            doorbells: self.doorbells.load(Relaxed),
            undecodable: WireError::ALL.map(|error| (error, self.undecodable[error as usize].load(Relaxed))),
            refused: SealError::ALL.map(|error| (error, self.refused[error as usize].load(Relaxed))),
            unsendable: self.unsendable.load(Relaxed),
            untold: self.untold.load(Relaxed),
            steps: self.steps.histogram(),
            answers: Wait::ALL.map(|wait| (wait, self.answers[wait as usize].histogram())),
            repeated: Wait::ALL.map(|wait| (wait, self.repeated[wait as usize].load(Relaxed))),
        }
    }
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
