//! The log, on standard error. Texts of messages are not in it.

use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;

/// Starts logging: as much as `RUST_LOG` says, or by the number of `-v`.
pub(crate) fn start(verbose: u8, format: LogFormat) {
    let level = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level.as_str()));
    let mut log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if !io::stderr().is_terminal() {
        log = log.with_ansi(false);
    }
    // Can fail only if it was done before, and it is done once.
    let _ = match format {
        LogFormat::Pretty => tracing::subscriber::set_global_default(log.finish()),
        LogFormat::Json => tracing::subscriber::set_global_default(log.json().flatten_event(true).finish()),
    };
    let _ = net::log_bridge();
}
