//! How long things take.

use std::time::Duration;

use super::count::Count;

/// How long things took so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// How many took at most as long as the bound of the same place in [`Histogram::BOUNDS`], and longer than the one
    /// before; in the last place, how many took longer than all of them.
    pub counts: [u64; Histogram::BOUNDS.len() + 1],
    /// All of them together.
    pub sum: Duration,
}

impl Histogram {
    /// Upper bounds.
    pub const BOUNDS: [Duration; 13] = [
        Duration::from_micros(10),
        Duration::from_micros(30),
        Duration::from_micros(100),
        Duration::from_micros(300),
        Duration::from_millis(1),
        Duration::from_millis(3),
        Duration::from_millis(10),
        Duration::from_millis(30),
        Duration::from_millis(100),
        Duration::from_millis(300),
        Duration::from_secs(1),
        Duration::from_secs(3),
        Duration::from_secs(10),
    ];

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A [`Histogram`] while it grows. Only the host's thread makes it grow.
#[derive(Debug, Default)]
pub(super) struct Times {
    counts: [Count; Histogram::BOUNDS.len() + 1],
    nanos: Count,
}

impl Times {
    pub(super) fn took(&self, time: Duration) {
        let place = Histogram::BOUNDS.partition_point(|bound| *bound < time);
        self.counts[place].add(1);
        self.nanos.add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(super) fn histogram(&self) -> Histogram {
        Histogram {
            counts: std::array::from_fn(|place| self.counts[place].get()),
            sum: Duration::from_nanos(self.nanos.get()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_counts_in_the_first_place_whose_bound_it_does_not_exceed() {
        let times = Times::default();
        for micros in [0, 10, 11, 1_000, 10_000_000, 10_000_001] {
            times.took(Duration::from_micros(micros));
        }
        let histogram = times.histogram();
        assert_eq!(histogram.counts, [2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((histogram.count(), histogram.sum.as_micros()), (6, 20_001_022));
    }
}
