//! A number that one thread makes grow, and others may read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Reading and writing it are two steps, which costs a fraction of one that nothing can come between. So there must be one
/// writer.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    /// Tells what it is then.
    pub(super) fn add(&self, more: u64) -> u64 {
        let sum = self.get().wrapping_add(more);
        self.0.store(sum, Relaxed);
        sum
    }

    /// To at least this.
    pub(super) fn raise(&self, least: u64) {
        if least > self.get() {
            self.0.store(least, Relaxed);
        }
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
