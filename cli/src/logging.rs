//! The log, on standard error. Texts of messages are not in it.

use std::io;

use tracing::Level;
use tracing_subscriber::EnvFilter;

/// Starts logging: as `RUST_LOG` says, or by the number of `-v`.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level.as_str()));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).finish();
    // Can fail only if it was done before, and it is done once.
    let _ = tracing::subscriber::set_global_default(subscriber);
    let _ = net::log_bridge();
}
