//! Why a state directory cannot be used, or not any more.

use std::io;
use std::path::PathBuf;

use model::server::Unsound;

/// Why a state directory cannot be used, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system does not let us.
    #[error("cannot use the state in {path}", path = path.display())]
    System {
        /// Which file or directory.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Another server has it.
    #[error("cannot use the state in {path}: another server uses it", path = path.display())]
    Busy {
        /// Which directory.
        path: PathBuf,
    },
    /// It was written by something else.
    #[error("cannot use {path}: it is no state of a chat server", path = path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// It was written by a later version of this program.
    #[error("cannot use {path}: its format {version} is newer than this program, which knows {known}", path = path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Of what is there.
        version: u32,
        /// The latest that this program knows.
        known: u32,
    },
    /// It is not as it was written.
    #[error("cannot use {path}: it is damaged: {fault}", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        fault: Damage,
    },
    /// A change cannot be saved. Nothing that depends on it may leave.
    #[error("cannot save to {path}: {reason}", path = path.display())]
    Unsaved {
        /// Which file.
        path: PathBuf,
        /// What the store says.
        reason: String,
    },
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// The store itself finds it damaged, and says this.
    #[error("{0}")]
    Store(String),
    /// Something that every file has is missing.
    #[error("it lacks its {0}")]
    Lacks(&'static str),
    /// Something has another digest than when it was written.
    #[error("an entry has changed")]
    Entry,
    /// All entries are as they were written, and cannot have been written by one server.
    #[error("{0}")]
    Unsound(Unsound),
}
