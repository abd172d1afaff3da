//! `spawn` speaks through `log`; everything else here speaks through `tracing`.

use tracing_log::LogTracer;
use tracing_log::log::{LevelFilter, SetLoggerError};

/// Brings warnings and errors of `log` to `tracing`; to be called once per process, by the binary.
///
/// What `spawn` says below that is one line for each datagram, which the host says itself and better. Cutting
/// it off here keeps it from being formatted at all.
pub fn log_bridge() -> Result<(), SetLoggerError> {
    LogTracer::builder().with_max_level(LevelFilter::Warn).init()
}
