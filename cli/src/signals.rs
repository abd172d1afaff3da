//! Requests to end, from the keyboard or from the system.

use std::fs;
use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::{interactive, server};

/// For a client: watches for Ctrl+C, SIGTERM and a terminal that is closed. The first arrives at the receiver.
pub(crate) fn watch() -> io::Result<(Stopper, Receiver<()>)> {
    watch_for(&[SIGINT, SIGTERM, SIGHUP])
}

/// For a server: the same, but one that was started to outlive its terminal does so.
pub(crate) fn watch_for_server() -> io::Result<(Stopper, Receiver<()>)> {
    let signals: &[i32] = if is_nohup() { &[SIGINT, SIGTERM] } else { &[SIGINT, SIGTERM, SIGHUP] };
    watch_for(signals)
}

fn watch_for(signals: &[i32]) -> io::Result<(Stopper, Receiver<()>)> {
    let (sender, requests) = bounded(1);
    let stopper = Stopper { asked: Arc::default(), sender };
    let mut signals = signal_hook::iterator::Signals::new(signals)?;
    let on_signal = stopper.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if signal == SIGINT { on_signal.interrupt() } else { on_signal.stop() }
        }
    })?;
    Ok((stopper, requests))
}

/// Asks this process to end.
#[derive(Clone, Debug)]
pub(crate) struct Stopper {
    asked: Arc<AtomicBool>,
    sender: Sender<()>,
}

impl Stopper {
    /// Ends in order. However often it is said: a closing terminal says it two times.
    pub(crate) fn stop(&self) {
        self.asked.store(true, Ordering::SeqCst);
        // Full means that it has been said before.
        let _ = self.sender.try_send(());
    }

    /// Ctrl+C. When an end has been asked for before, ends without further ado: the person is impatient.
    pub(crate) fn interrupt(&self) {
        if self.asked.load(Ordering::SeqCst) {
            interactive::restore_terminal();
            server::restore_terminal();
            process::exit(INTERRUPTED);
        }
        self.stop();
    }
}

/// Whether SIGHUP was ignored by whoever started this process. Where the system does not say, it was not.
fn is_nohup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (SIGHUP - 1)) != 0
}

/// What a shell reports for a program that Ctrl+C ended.
const INTERRUPTED: i32 = 130;
