//! Keeps what a server saves, so that it comes back as it was when it is killed.
//!
//! A state directory holds one file, `state.redb`, and `lock`, which whoever uses the directory has locked. Every change
//! set is one transaction, which is on the disk when [`Store::keep`] returns. What may wait is written with the next set
//! that may not.
//!
//! The file is created beside its place and moved there when it is complete. So whatever stands in its place is a complete
//! file or a damaged one, and nothing that is there is ever taken for a new and empty one.
//!
//! Nothing here asks what a change means.

mod entry;
mod error;
mod file;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ids::{Key, Session};
use model::server::saved::{Part, Saved, Value};

pub use error::{Damage, StoreError};
use file::File;

/// A state directory in use. Clones are the same one; it is free again when all are dropped.
#[derive(Clone)]
pub struct Store {
    identity: Identity,
    inner: Arc<Mutex<Inner>>,
}

/// What makes a server the same one after it has come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Signs cookies and tokens.
    pub key: Key,
    /// The first session number that it ever had to give out.
    pub first_session: Session,
}

struct Inner {
    file: File,
    /// What was there; given out once.
    found: Option<Saved>,
    waiting: Saved,
}

impl Store {
    /// Opens a state directory, or makes one for a server with this identity.
    ///
    /// What is there is checked as a whole before anything is changed.
    pub fn open(directory: &Path, fresh: Identity) -> Result<Store, StoreError> {
        let (file, identity, found) = File::open(directory, fresh)?;
        let inner = Inner { file, found, waiting: Saved::nothing() };
        Ok(Store { identity, inner: Arc::new(Mutex::new(inner)) })
    }

    /// Of the server whose state this is.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// What a server has to start with, unless nothing was ever saved. Can be had once.
    pub fn take(&self) -> Option<Saved> {
        self.lock().found.take()
    }

    /// What [`Store::take`] would give.
    pub fn look<T>(&self, look: impl FnOnce(&Saved) -> T) -> Option<T> {
        self.lock().found.as_ref().map(look)
    }

    /// Keeps a change set. Unless it may wait, it is on the disk afterwards, with everything that had waited.
    pub fn keep(&self, changes: Saved) -> Result<(), StoreError> {
        let mut inner = self.lock();
        match inner.waiting.gather(changes) {
            Some(due) => inner.file.write(due),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an actor may want to save.
pub trait Keep: Sized {
    /// What there is to start with.
    fn take(store: &Store) -> Option<Self>;

    /// Saves it.
    fn keep(self, store: &Store) -> Result<(), StoreError>;

    /// What there is, part by part.
    fn parts(&self) -> Vec<(Part, Value)>;
}

impl Keep for Saved {
    fn take(store: &Store) -> Option<Saved> {
        store.take()
    }

    fn keep(self, store: &Store) -> Result<(), StoreError> {
        store.keep(self)
    }

    fn parts(&self) -> Vec<(Part, Value)> {
        let part = |(part, value): (&Part, &Option<Value>)| Some((part.clone(), value.clone()?));
        self.parts.iter().filter_map(part).collect()
    }
}

/// Of an actor that saves nothing.
impl Keep for () {
    fn take(_: &Store) -> Option<()> {
        None
    }

    fn keep(self, _: &Store) -> Result<(), StoreError> {
        Ok(())
    }

    fn parts(&self) -> Vec<(Part, Value)> {
        Vec::new()
    }
}

impl Drop for Inner {
    /// Whoever ends in peace leaves nothing waiting. Losing it would be harmless.
    fn drop(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.parts.is_empty()
            && let Err(error) = self.file.write(waiting)
        {
            tracing::warn!("{error}");
        }
    }
}

impl fmt::Debug for Store {
    /// Without its key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
