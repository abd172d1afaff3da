//! Between the host and the writer: a buffer with a bound.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::format::Line;
use super::handed::Handed;

/// What has been handed over and is not written yet.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// Something was written, or everything.
    progress: Condvar,
    /// Nothing is taken any more.
    closed: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    handed: Handed,
    /// The writer sleeps until there is something.
    asleep: bool,
    /// Nothing follows.
    ended: bool,
    /// How often something was written.
    written: u64,
    /// Nothing will be written any more.
    done: bool,
}

impl Queue {
    /// Takes everything out of what is handed over. Never waits, except for the writer to take a few pointers.
    pub(super) fn hand_over(&self, handed: &mut Handed) {
        if !self.is_open() {
            return handed.clear();
        }
        let mut waiting = self.lock();
        if waiting.handed.bytes() + handed.bytes() > BUFFER {
            self.close();
            let (t, reason) = (handed.since(), "the disk did not keep up".into());
            waiting.handed.push(Line::Cut { t, reason });
            handed.clear();
        } else if waiting.handed.len() == 0 {
            std::mem::swap(&mut waiting.handed, handed);
        } else {
            waiting.handed.append(handed);
        }
        // Whoever is awake looks again by itself.
        if std::mem::take(&mut waiting.asleep) || waiting.handed.bytes() > BUFFER / 2 {
            drop(waiting);
            self.changed.notify_one();
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    /// Takes nothing any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// For the writer: what there is, in place of what is empty by now, and whether nothing follows. Waits for something. What follows
    /// the first one within the pause goes with it, so that a busy host is not slowed down by waking this thread; a kill loses
    /// that, and what the host keeps.
    pub(super) fn take(&self, handed: &mut Handed, pause: Duration) -> bool {
        let mut waiting = self.lock();
        while waiting.handed.len() == 0 && !waiting.ended {
            waiting.asleep = true;
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.asleep = false;
        let more = |waiting: &mut Waiting| !waiting.ended && waiting.handed.bytes() < BUFFER / 2;
        let waited = self.changed.wait_timeout_while(waiting, pause, more);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        std::mem::swap(handed, &mut waiting.handed);
        waiting.ended
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_one();
    }

    /// For the writer: something was written.
    pub(super) fn progressed(&self) {
        self.note(|waiting| waiting.written += 1);
    }

    /// For the writer: nothing will be written any more.
    pub(super) fn done(&self) {
        self.note(|waiting| waiting.done = true);
    }

    /// Waits until nothing will be written any more, as long as something is.
    pub(super) fn is_written(&self) -> bool {
        let mut waiting = self.lock();
        while !waiting.done {
            let before = waiting.written;
            let still = |waiting: &mut Waiting| !waiting.done && waiting.written == before;
            let waited = self.progress.wait_timeout_while(waiting, STANDSTILL, still);
            let (next, standstill) = waited.unwrap_or_else(PoisonError::into_inner);
            if standstill.timed_out() {
                return false;
            }
            waiting = next;
        }
        true
    }

    fn note(&self, progress: impl FnOnce(&mut Waiting)) {
        progress(&mut self.lock());
        self.progress.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is stopped waits for a disk that is slow, and not for one that does not move at all, as a pipe that nobody reads.
pub(super) const STANDSTILL: Duration = Duration::from_millis(500);
/// Memory that may wait to be written.
const BUFFER: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_over_piece_by_piece_comes_out_in_its_order() {
        let (queue, mut piece, mut taken) = (Queue::default(), Handed::default(), Handed::default());
        let (mut next, mut expected) = (0, 0);
        for pieces in [1, 2, 3, 1, 2] {
            for _ in 0..pieces {
                for _ in 0..3 {
                    piece.push(Line::End { t: next, state: None });
                    next += 1;
                }
                queue.hand_over(&mut piece);
                assert_eq!(piece.len(), 0);
            }
            assert!(!queue.take(&mut taken, Duration::ZERO));
            let drained = taken.drain(|line| {
                assert_eq!(line, Line::End { t: expected, state: None });
                expected += 1;
                Ok(())
            });
            drained.unwrap();
            assert_eq!(expected, next);
        }
    }
}
