//! Everything that a test runs is recorded. In the end it is replayed to the last record, and has to keep all promises.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use proofs::replay::judge::judge;
use proofs::replay::{Run, load};

thread_local! {
    /// Where the recordings of this test go.
    static DIRECTORY: RefCell<Option<Directory>> = const { RefCell::new(None) };
}

/// Where the recordings of a test go, and how many there are.
#[derive(Clone)]
pub struct Directory(PathBuf, Arc<AtomicUsize>);

/// Declared first in a test, it goes last: after everything that was started has ended or been killed.
pub struct Recorded(PathBuf);

/// From now on every `chat` that this test starts is recorded.
pub fn recorded() -> Recorded {
    let test = thread::current().name().unwrap_or("test").to_owned();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    go_on(Some(Directory(directory.clone(), Arc::default())));
    Recorded(directory)
}

/// Where what this thread starts is recorded, if it is.
pub fn directory() -> Option<Directory> {
    DIRECTORY.with_borrow(Option::clone)
}

/// What another thread of the test starts goes there too.
pub fn go_on(directory: Option<Directory>) {
    DIRECTORY.set(directory);
}

/// Where the next one is to be recorded, if it is.
pub(crate) fn next(who: &str) -> Option<PathBuf> {
    let Directory(directory, count) = directory()?;
    Some(directory.join(format!("{}-{who}", count.fetch_add(1, Ordering::Relaxed) + 1)))
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let files = || std::fs::read_dir(&self.0).unwrap().map(|file| file.unwrap().path());
        if thread::panicking() {
            eprintln!("the recordings are in {}", self.0.display());
            return;
        }
        // Whoever did not get its address has nothing recorded.
        let mut files: Vec<PathBuf> = files().filter(|file| file.metadata().unwrap().len() > 0).collect();
        files.sort();
        let told = replayed(&files);
        assert!(told.is_ok(), "{}\nthe recordings are in {}", told.unwrap_err(), self.0.display());
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// What is wrong with a run, if anything is.
fn replayed(files: &[PathBuf]) -> Result<(), String> {
    let run =
        Run::of(load(files, false).map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    let judgement = judge(&run).map_err(|error| error.to_string())?;
    if let Some(broken) = judgement.broken {
        return Err(format!("{} is broken in record {}:\n{}", broken.promise.name, broken.at, broken.story));
    }
    if judgement.steps < run.merged.moments.len() {
        return Err(format!("only {} of {} records were judged", judgement.steps, run.merged.moments.len()));
    }
    Ok(())
}
