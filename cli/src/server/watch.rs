//! Says in the log how many datagrams are dropped, and why.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use net::Stats;

/// What was dropped until the last report.
#[derive(Debug)]
pub(super) struct Watch {
    since: Instant,
    /// By kind and reason.
    before: BTreeMap<(&'static str, &'static str), u64>,
}

/// So many datagrams of a kind, for a reason.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dropped {
    kind: &'static str,
    reason: &'static str,
    count: u64,
    per_second: f64,
}

impl Watch {
    pub(super) fn new() -> Watch {
        Watch { since: Instant::now(), before: BTreeMap::new() }
    }

    /// Logs what was dropped since the last time, if anything was.
    pub(super) fn report(&mut self, stats: &Stats) {
        for dropped in self.dropped(stats, Instant::now()) {
            let Dropped { kind, reason, count, per_second } = dropped;
            tracing::info!(reason, count, per_second, "{kind} datagrams");
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn dropped(&mut self, stats: &Stats, now: Instant) -> Vec<Dropped> {
        let seconds = now.duration_since(self.since).as_secs_f64().max(1.0);
        self.since = now;
        let undecodable = stats.undecodable.map(|(error, count)| ("undecodable", error.reason(), count));
        let refused = stats.refused.map(|(error, count)| ("refused", error.reason(), count));
        let mut dropped = Vec::new();
        for (kind, reason, total) in undecodable.into_iter().chain(refused) {
            let before = self.before.insert((kind, reason), total).unwrap_or(0);
            let count = total.saturating_sub(before);
            if count > 0 {
                dropped.push(Dropped { kind, reason, count, per_second: count as f64 / seconds });
            }
        }
        dropped
    }
}

/// Between two reports.
pub(super) const PERIOD: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_what_came_since_the_last_one() {
        let mut watch = Watch::new();
        let start = watch.since;
        let mut stats = Stats::default();
        assert_eq!(watch.dropped(&stats, start), []);
        let reason = stats.undecodable[2].0.reason();
        stats.undecodable[2].1 = 30;
        let dropped = watch.dropped(&stats, start + Duration::from_secs(10));
        assert_eq!(dropped, [Dropped { kind: "undecodable", reason, count: 30, per_second: 3.0 }]);
        stats.undecodable[2].1 = 31;
        assert_eq!(watch.dropped(&stats, start + Duration::from_secs(12))[0].count, 1);
        assert_eq!(watch.dropped(&stats, start + Duration::from_secs(13)), []);
    }
}
