//! How much happens a second.

use std::time::{Duration, Instant};

use net::Stats;

use super::super::board::Board;

/// How much happens a second, over the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rate {
    /// Datagrams that came in.
    pub(super) datagrams_in: f64,
    /// Datagrams that went out.
    pub(super) datagrams_out: f64,
    /// Bytes that came in.
    pub(super) bytes_in: f64,
    /// Bytes that went out.
    pub(super) bytes_out: f64,
    /// Posts.
    pub(super) posts: f64,
}

/// Counts at two moments.
#[derive(Debug, Default)]
pub(super) struct Rates {
    before: Option<(Instant, Counts)>,
    rate: Rate,
}

#[derive(Clone, Copy, Debug)]
struct Counts {
    datagrams_in: u64,
    datagrams_out: u64,
    bytes_in: u64,
    bytes_out: u64,
    posts: u64,
}

impl Rates {
    /// The rates now. They change every [`WINDOW`], so that they can be read.
    pub(super) fn at(&mut self, now: Instant, stats: &Stats, board: &Board) -> Rate {
        let counts = Counts {
            datagrams_in: stats.datagrams_in,
            datagrams_out: stats.datagrams_out,
            bytes_in: stats.bytes_in,
            bytes_out: stats.bytes_out,
            posts: board.posts,
        };
        match self.before {
            None => self.before = Some((now, counts)),
            Some((then, before)) if now.duration_since(then) >= WINDOW => {
                self.rate = counts.since(before, now.duration_since(then));
                self.before = Some((now, counts));
            }
            Some(_) => {}
        }
        self.rate
    }
}

impl Counts {
    #[expect(clippy::cast_precision_loss, reason = "counts of two seconds")]
    fn since(self, before: Counts, time: Duration) -> Rate {
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / time.as_secs_f64();
        Rate {
            datagrams_in: rate(self.datagrams_in, before.datagrams_in),
            datagrams_out: rate(self.datagrams_out, before.datagrams_out),
            bytes_in: rate(self.bytes_in, before.bytes_in),
            bytes_out: rate(self.bytes_out, before.bytes_out),
            posts: rate(self.posts, before.posts),
        }
    }
}

/// What a rate is the mean of.
const WINDOW: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_what_came_divided_by_the_time() {
        let mut rates = Rates::default();
        let start = Instant::now();
        let mut stats = net::Stats::default();
        assert_eq!(rates.at(start, &stats, &Board::default()), Rate::default());
        stats.datagrams_in = 100;
        stats.bytes_out = 4000;
        let board = Board { posts: 10, ..Board::default() };
        assert_eq!(rates.at(start + WINDOW / 2, &stats, &board), Rate::default());
        let rate = rates.at(start + WINDOW * 2, &stats, &board);
        assert_eq!((rate.datagrams_in, rate.bytes_out, rate.posts), (25.0, 1000.0, 2.5));
        // And nothing since.
        assert_eq!(rates.at(start + WINDOW * 3, &stats, &board), Rate::default());
    }
}
