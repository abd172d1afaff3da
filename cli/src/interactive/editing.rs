//! Whether a line is being typed: known to the editor, and to whoever ends the program, who must not give back a terminal that the
//! editor is about to take or to paint on.
//!
//! ```text
//!            ┌──────────── a line is entered ────────────┐
//!            ▼                                           │
//!          away ── start ──▶ starting ── painted ──▶ editing ── painted, after close ──▶ parked
//! ```

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What the editor is doing.
#[derive(Clone, Debug, Default)]
pub(super) struct Editing(Arc<(Mutex<Now>, Condvar)>);

#[derive(Debug, Default)]
struct Now {
    stage: Stage,
    /// The prompt is not to be painted again.
    closed: bool,
}

/// Where the editor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// Between two lines.
    #[default]
    Away,
    /// Taking the terminal.
    Starting,
    /// Has painted its prompt.
    Editing,
    /// Has shown everything, has taken its prompt away, and does nothing any more.
    Parked,
    /// Has lost its terminal.
    Gone,
}

impl Editing {
    /// The editor is about to take the terminal. Returns only if it may.
    pub(super) fn start(&self) {
        let now = self.unless_closed();
        self.put(now, Stage::Starting);
    }

    /// The editor is about to paint its prompt, and has shown whatever it was given. Returns only if it may.
    pub(super) fn painted(&self) {
        let now = self.unless_closed();
        if now.stage == Stage::Starting {
            self.put(now, Stage::Editing);
        }
    }

    /// The editor has given the terminal back.
    pub(super) fn stop(&self) {
        self.put(self.lock(), Stage::Away);
    }

    /// The editor has lost its terminal.
    pub(super) fn lose(&self) {
        self.put(self.lock(), Stage::Gone);
    }

    /// From now on no prompt is painted.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Waits until a line is being typed, since what is shown goes through that.
    pub(super) fn until_editing(&self) {
        self.wait_while(|stage| matches!(stage, Stage::Away | Stage::Starting));
    }

    /// Waits until nothing is painted any more. Tells where the editor is then: a terminal that does not take the last lines must
    /// not keep the program.
    pub(super) fn until_parked(&self) -> Stage {
        self.wait_while(|stage| !matches!(stage, Stage::Parked | Stage::Gone))
    }

    fn unless_closed(&self) -> MutexGuard<'_, Now> {
        let now = self.lock();
        if !now.closed {
            return now;
        }
        self.put(now, Stage::Parked);
        loop {
            thread::park();
        }
    }

    fn wait_while(&self, waits: impl Fn(Stage) -> bool) -> Stage {
        let waited = self.0.1.wait_timeout_while(self.lock(), PATIENCE, |now| waits(now.stage));
        let (now, _) = waited.unwrap_or_else(PoisonError::into_inner);
        now.stage
    }

    fn put(&self, mut now: MutexGuard<'_, Now>, stage: Stage) {
        now.stage = stage;
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a terminal may take for its last lines.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_being_started_is_waited_for() {
        let editing = Editing::default();
        let editor = editing.clone();
        thread::spawn(move || {
            editor.start();
            editor.painted();
        });
        editing.until_editing();
        assert_eq!(editing.lock().stage, Stage::Editing);
    }

    #[test]
    fn no_prompt_is_painted_and_no_line_started_after_the_end() {
        for next in [Editing::painted, Editing::start] {
            let editing = Editing::default();
            editing.start();
            editing.painted();
            editing.close();
            let editor = editing.clone();
            thread::spawn(move || {
                next(&editor);
                editor.lose();
            });
            assert_eq!(editing.until_parked(), Stage::Parked);
        }
    }

    #[test]
    fn a_terminal_that_is_gone_is_not_waited_for() {
        let editing = Editing::default();
        editing.lose();
        assert_eq!(editing.until_parked(), Stage::Gone);
    }
}
