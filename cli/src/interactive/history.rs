//! The file with what a person has typed before.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file, made private if it is not there. None if there is no place for it.
pub(super) fn file() -> Option<PathBuf> {
    let directory =
        directory(env::var_os("XDG_STATE_HOME").map(PathBuf::from), env::var_os("HOME").map(PathBuf::from))?;
    match make(&directory) {
        Ok(file) => Some(file),
        Err(error) => {
            tracing::info!("no history is kept in {}: {error}", directory.display());
            None
        }
    }
}

/// The XDG base directories say that a relative path does not count.
fn directory(state: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    let state = state.filter(absolute).or_else(|| Some(home.filter(absolute)?.join(".local/state")))?;
    Some(state.join("chat"))
}

fn make(directory: &Path) -> io::Result<PathBuf> {
    if !directory.is_dir() {
        if let Some(parent) = directory.parent() {
            fs::create_dir_all(parent)?;
        }
        DirBuilder::new().mode(0o700).create(directory)?;
    }
    let file = directory.join("history");
    OpenOptions::new().append(true).create(true).mode(0o600).open(&file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_kept_where_state_is_kept() {
        let path = |path: &str| Some(PathBuf::from(path));
        assert_eq!(directory(path("/state"), path("/home/x")), path("/state/chat"));
        assert_eq!(directory(path("state"), path("/home/x")), path("/home/x/.local/state/chat"));
        assert_eq!(directory(None, path("/home/x")), path("/home/x/.local/state/chat"));
        assert_eq!(directory(None, None), None);
    }
}
