//! The ways in which `spawn` ends: on purpose, because something could not be saved, and by a panic of the actor. It knows
//! none of them.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::Once;

/// How `spawn` ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// By [`stop`].
    Stopped,
    /// The actor panicked, with this message.
    Failed(String),
    /// By [`unsaved`], with this reason.
    Unsaved(String),
}

/// Unwinds out of `spawn`. Not a panic: no panic hook is called.
pub(super) fn stop() -> ! {
    panic::resume_unwind(Box::new(Stopped))
}

/// Unwinds out of `spawn`, because something could not be saved.
pub(super) fn unsaved(reason: String) -> ! {
    panic::resume_unwind(Box::new(Unsaved(reason)))
}

/// What the error of `spawn` says.
pub(super) fn ending(error: &(dyn Any + Send)) -> Ending {
    // The scope of threads that `spawn` uses gives a list of what its threads panicked with.
    let payload = match error.downcast_ref::<Vec<Box<dyn Any + Send>>>() {
        Some(payloads) => payloads.first().map(AsRef::as_ref),
        None => Some(error),
    };
    match payload {
        Some(payload) if payload.is::<Stopped>() => Ending::Stopped,
        Some(payload) => match payload.downcast_ref::<Unsaved>() {
            Some(Unsaved(reason)) => Ending::Unsaved(reason.clone()),
            None => Ending::Failed(message(payload)),
        },
        None => Ending::Failed(UNKNOWN.to_string()),
    }
}

/// Keeps panics of this thread off the terminal; they are told to the console instead.
pub(crate) fn hush_thread() {
    HUSHED.set(true);
}

/// Makes [`hush_thread`] work. Everything that is not a host's panics as before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if is_hushed(info) {
                let location = info.location().map(ToString::to_string);
                tracing::error!(location, "an actor failed");
            } else {
                previous(info);
            }
        }));
    });
}

/// `spawn` binds before the actor starts, so that thread is not marked yet when binding panics. There is no other
/// mark than the place.
fn is_hushed(info: &PanicHookInfo<'_>) -> bool {
    HUSHED.get() || info.location().is_some_and(|at| Path::new(at.file()).ends_with("src/actor/spawn.rs"))
}

/// The first line of it.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&'static str>().copied());
    text.and_then(|text| text.lines().next()).unwrap_or(UNKNOWN).to_string()
}

struct Stopped;

struct Unsaved(String);

const UNKNOWN: &str = "unknown panic";

thread_local! {
    static HUSHED: Cell<bool> = const { Cell::new(false) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_panic_is_its_first_line() {
        hush_thread();
        install_hook();
        let of = |f: fn()| ending(&*panic::catch_unwind(f).unwrap_err());
        assert_eq!(of(|| panic!("plain")), Ending::Failed("plain".into()));
        assert_eq!(of(|| panic!("one\ntwo {}", 3)), Ending::Failed("one".into()));
        assert_eq!(of(|| panic::panic_any(7)), Ending::Failed("unknown panic".into()));
        assert_eq!(of(|| stop()), Ending::Stopped);
        assert_eq!(of(|| unsaved("disk full".into())), Ending::Unsaved("disk full".into()));
    }
}
