//! `spawn` speaks through `log`; everything else here speaks through `tracing`.

use tracing_log::LogTracer;
use tracing_log::log::{self, LevelFilter, Log, Metadata, Record, SetLoggerError};

/// Brings warnings and errors of `log` to `tracing`; to be called once per process, by the binary.
///
/// What `spawn` says below that is one line for each datagram, which the host says itself and better. Cutting
/// it off here keeps it from being formatted at all.
pub fn log_bridge() -> Result<(), SetLoggerError> {
    log::set_boxed_logger(Box::new(Bridge(LogTracer::new())))?;
    log::set_max_level(LevelFilter::Warn);
    Ok(())
}

struct Bridge(LogTracer);

impl Log for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !is_interruption(record) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// `spawn` warns when a signal interrupts its waiting, as when the program was stopped at a terminal and goes on. It waits again, so there
/// is nothing to be warned of.
fn is_interruption(record: &Record<'_>) -> bool {
    record.target().starts_with("stateright") && record.args().to_string().contains("kind: Interrupted")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn only_an_interruption_is_nothing_to_be_warned_of() {
        const INTERRUPTED: i32 = 4;
        const NOT_PERMITTED: i32 = 1;
        let is_dropped = |target: &str, code: i32| {
            let error = io::Error::from_raw_os_error(code);
            let said = format!("Unable to read socket. Ignoring. id=127.0.0.1:1, err={error:?}");
            is_interruption(&Record::builder().target(target).args(format_args!("{said}")).build())
        };
        assert!(is_dropped("stateright::actor::spawn", INTERRUPTED));
        assert!(!is_dropped("stateright::actor::spawn", NOT_PERMITTED));
        assert!(!is_dropped("another", INTERRUPTED));
    }
}
