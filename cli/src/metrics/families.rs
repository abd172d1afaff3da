//! The metrics, each with its name and what it means.

use std::fmt::Error;
use std::sync::Arc;

use net::{Console, Histogram, Stats};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::Metrics;
use crate::server::Board;

/// Where the numbers are.
#[derive(Debug)]
pub(super) struct Families {
    /// The host's end.
    pub(super) console: Arc<Console>,
    /// What the notices say.
    pub(super) metrics: Metrics,
}

impl Collector for Families {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut page = Page(encoder);
        page.people(&self.metrics.board())?;
        let stats = self.console.stats();
        page.traffic(&stats)?;
        page.drops(&stats)?;
        page.times(&stats)
    }
}

struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn people(&mut self, board: &Board) -> Result<(), Error> {
        let members = board.groups.iter().map(|(_, members)| members.len()).sum();
        self.gauge("people_online", "Clients that are online", board.online())?;
        self.gauge("people_known", "Clients in the directory, online or not", board.people.len())?;
        self.gauge("groups", "Groups", board.groups.len())?;
        self.gauge("members", "Members of all groups", members)?;
        self.counter("posts", "Posts that got an index", board.posts)?;
        self.counter("removals", "Members that were removed because they did not ack", board.removals)?;
        self.counter("kicks", "Clients that the operator has put out", board.kicks)
    }

    fn traffic(&mut self, stats: &Stats) -> Result<(), Error> {
        let directions = |received, sent| [("received", received), ("sent", sent)];
        let datagrams = directions(stats.datagrams_in, stats.datagrams_out);
        self.counters("datagrams", "Datagrams, by direction", "direction", datagrams)?;
        let bytes = directions(stats.bytes_in, stats.bytes_out);
        self.counters("bytes", "Bytes of datagrams, by direction", "direction", bytes)?;
        let repeated = stats.repeated.map(|(wait, count)| (wait.word(), count));
        let help = "Packets that went out because no answer came in time, by what was waited for";
        self.counters("retransmissions", help, "of", repeated)
    }

    fn drops(&mut self, stats: &Stats) -> Result<(), Error> {
        let undecodable = stats.undecodable.map(|(error, count)| (error.reason(), count));
        let help = "Datagrams that came in and were not understood, by reason";
        self.counters("undecodable_datagrams", help, "reason", undecodable)?;
        let refused = stats.refused.map(|(error, count)| (error.reason(), count));
        let help = "Datagrams that came in and did not pass the seal of the room key, by reason";
        self.counters("refused_datagrams", help, "reason", refused)?;
        self.counter("unsendable_packets", "Packets to what is no address", stats.unsendable)?;
        let help = "Notices that the operator was not shown because the output was too slow";
        self.counter("dropped_notices", help, stats.untold)
    }

    fn times(&mut self, stats: &Stats) -> Result<(), Error> {
        let help = "Seconds that the server took for one input";
        let mut metric = self.0.encode_descriptor("step_seconds", help, None, MetricType::Histogram)?;
        histogram(&mut metric, &stats.steps)?;
        let help =
            "Seconds until what was waited for came, counted from the first sending, by what was waited for";
        let mut metric = self.0.encode_descriptor("answer_seconds", help, None, MetricType::Histogram)?;
        for (wait, times) in &stats.answers {
            histogram(&mut metric.encode_family(&[("to", wait.word())])?, times)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: usize) -> Result<(), Error> {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        ConstGauge::new(value).encode(self.0.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        ConstCounter::new(value).encode(self.0.encode_descriptor(name, help, None, MetricType::Counter)?)
    }

    fn counters<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        values: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> Result<(), Error> {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (which, value) in values {
            ConstCounter::new(value).encode(metric.encode_family(&[(label, which)])?)?;
        }
        Ok(())
    }
}

fn histogram(
    metric: &mut prometheus_client::encoding::MetricEncoder<'_>,
    times: &Histogram,
) -> Result<(), Error> {
    let bounds = Histogram::BOUNDS.iter().map(std::time::Duration::as_secs_f64).chain([f64::MAX]);
    let buckets: Vec<(f64, u64)> = bounds.zip(times.counts).collect();
    metric.encode_histogram::<NoLabelSet>(times.sum.as_secs_f64(), times.count(), &buckets, None)
}
