//! Requests to end, from the keyboard or from the system.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::editor;

/// Watches for Ctrl+C, SIGTERM and SIGHUP. The first of them arrives at the receiver.
pub(crate) fn watch() -> io::Result<(Stopper, Receiver<()>)> {
    let (sender, requests) = bounded(1);
    let stopper = Stopper { asked: Arc::default(), sender };
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
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
            editor::restore_terminal();
            process::exit(INTERRUPTED);
        }
        self.stop();
    }
}

/// What a shell reports for a program that Ctrl+C ended.
const INTERRUPTED: i32 = 130;
