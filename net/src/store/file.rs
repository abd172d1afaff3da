//! The file, in tables of `redb`.

use std::fs::{self, DirBuilder, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use model::ServerState;
use model::ids::{Key, Session};
use model::server::saved::{Part, Saved, Value};
use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError,
    TableDefinition, TableError,
};

use super::entry::{bytes, opened, read, sealed};
use super::{Damage, Identity, StoreError};
use crate::host::{hush_thread, install_hook};

/// The file of a state directory, locked.
pub(super) struct File {
    path: PathBuf,
    database: Database,
    /// Closed last, so that whoever gets it finds everything as it was left.
    _lock: fs::File,
}

/// The format that is written here.
const FORMAT: u32 = 1;
/// What a file says about itself: [`FORMAT`] and the identity.
const ABOUT: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("chat server");
/// Everything else: values by their parts.
const PARTS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("parts");
/// How every file of `redb` begins.
const MAGIC: &[u8; 4] = b"redb";
/// Memory for parts of the file.
const CACHE: usize = 16 << 20;

impl File {
    /// Opens what is there, or makes a new one if nothing is.
    pub(super) fn open(
        directory: &Path,
        fresh: Identity,
    ) -> Result<(File, Identity, Option<Saved>), StoreError> {
        let system = |source| StoreError::System { path: directory.to_owned(), source };
        if !directory.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(system)?;
        }
        let lock = lock(directory)?;
        let path = directory.join("state.redb");
        if !path.try_exists().map_err(system)? {
            create(&path, fresh)?;
        }
        let (database, identity, saved) = checked(&path)?;
        Ok((File { path, database, _lock: lock }, identity, saved))
    }

    /// All of it is on the disk afterwards, or nothing.
    pub(super) fn write(&mut self, changes: Saved) -> Result<(), StoreError> {
        let unsaved = |reason| StoreError::Unsaved { path: self.path.clone(), reason };
        write(&self.database, changes).map_err(unsaved)
    }
}

fn lock(directory: &Path) -> Result<fs::File, StoreError> {
    let path = directory.join("lock");
    let system = |source| StoreError::System { path: path.clone(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.map_err(system)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: directory.to_owned() }),
        Err(TryLockError::Error(source)) => Err(system(source)),
    }
}

/// Makes a complete file beside its place, and moves it there.
fn create(path: &Path, fresh: Identity) -> Result<(), StoreError> {
    let system = |source| StoreError::System { path: path.to_owned(), source };
    let unfinished = path.with_extension("new");
    let options =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
    let file = options.map_err(system)?;
    begin(file, fresh).map_err(|error| system(io::Error::other(error)))?;
    fs::rename(&unfinished, path).map_err(system)?;
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(system)
}

fn begin(file: fs::File, fresh: Identity) -> Result<(), redb::Error> {
    let database = builder().create_with_backend(FileBackend::new(file)?)?;
    let transaction = database.begin_write()?;
    about_itself(&transaction, fresh)?;
    transaction.open_table(PARTS)?;
    transaction.commit()?;
    Ok(())
}

fn about_itself(transaction: &redb::WriteTransaction, fresh: Identity) -> Result<(), redb::Error> {
    let mut about = transaction.open_table(ABOUT)?;
    let Identity { key: Key(key), first_session: Session(first) } = fresh;
    for (name, value) in [
        ("format", FORMAT.to_le_bytes().to_vec()),
        ("key", key.to_vec()),
        ("first", first.to_le_bytes().to_vec()),
    ] {
        about.insert(name, &*sealed(name.as_bytes(), value))?;
    }
    Ok(())
}

/// Opens a file and reads all of it. A panic of `redb` over a damaged file is taken for its word.
fn checked(path: &Path) -> Result<(Database, Identity, Option<Saved>), StoreError> {
    let damaged = |fault| StoreError::Damaged { path: path.to_owned(), fault };
    begins_well(path)?;
    let look = || {
        hush_thread();
        let database = open(path)?;
        let (identity, saved) = contents(path, &database)?;
        Ok((database, identity, saved))
    };
    install_hook();
    let looked = thread::scope(|scope| scope.spawn(look).join());
    let (database, identity, saved) =
        looked.unwrap_or_else(|_| Err(damaged(Damage::Store("the store cannot read it".into()))))?;
    let Some(saved) = saved else { return Ok((database, identity, None)) };
    ServerState::recover(&saved, &identity.key).map_err(|unsound| damaged(Damage::Unsound(unsound)))?;
    Ok((database, identity, Some(saved)))
}

fn begins_well(path: &Path) -> Result<(), StoreError> {
    let system = |source| StoreError::System { path: path.to_owned(), source };
    let mut begin = Vec::new();
    let file = OpenOptions::new().read(true).open(path).map_err(system)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut begin).map_err(system)?;
    match &*begin {
        [] => Err(StoreError::Damaged { path: path.to_owned(), fault: Damage::Empty }),
        begin if begin == MAGIC => Ok(()),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

fn open(path: &Path) -> Result<Database, StoreError> {
    builder().open(path).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            StoreError::Busy { path: path.to_owned() }
        }
        DatabaseError::Storage(StorageError::Io(source)) if !is_damage(&source) => {
            StoreError::System { path: path.to_owned(), source }
        }
        error => StoreError::Damaged { path: path.to_owned(), fault: Damage::Store(error.to_string()) },
    })
}

/// Whether it is the file that is wrong, and not the system.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder
}

fn contents(path: &Path, database: &Database) -> Result<(Identity, Option<Saved>), StoreError> {
    let damaged = |fault| StoreError::Damaged { path: path.to_owned(), fault };
    let store = |error: redb::Error| damaged(Damage::Store(error.to_string()));
    let transaction = database.begin_read().map_err(|error| store(error.into()))?;
    let about = About::of(&transaction).map_err(store)?;
    let Some(about) = about else { return Err(StoreError::Foreign { path: path.to_owned() }) };
    let version = u32::from_le_bytes(about.get("format").map_err(damaged)?);
    if version > FORMAT {
        return Err(StoreError::Newer { path: path.to_owned(), version, known: FORMAT });
    }
    let key = Key(about.get("key").map_err(damaged)?);
    let first_session = Session(u64::from_le_bytes(about.get("first").map_err(damaged)?));
    let saved = parts(&transaction).map_err(store)?.map_err(damaged)?;
    Ok((Identity { key, first_session }, (!saved.parts.is_empty()).then_some(saved)))
}

/// What a file says about itself.
struct About(redb::ReadOnlyTable<&'static str, &'static [u8]>);

impl About {
    /// Nothing if the file is somebody else's.
    fn of(transaction: &ReadTransaction) -> Result<Option<About>, redb::Error> {
        match transaction.open_table(ABOUT) {
            Ok(table) => Ok(Some(About(table))),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn get<const N: usize>(&self, name: &'static str) -> Result<[u8; N], Damage> {
        let value = self.0.get(name).map_err(|error| Damage::Store(error.to_string()))?;
        let value = value.ok_or(Damage::Lacks(name))?;
        opened(name.as_bytes(), value.value())?.try_into().map_err(|_| Damage::Entry)
    }
}

fn parts(transaction: &ReadTransaction) -> Result<Result<Saved, Damage>, redb::Error> {
    let table = match transaction.open_table(PARTS) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(Err(Damage::Lacks("parts"))),
        table => table?,
    };
    let mut saved = Saved::default();
    for entry in table.iter()? {
        let (key, value) = entry?;
        match part(key.value(), value.value()) {
            Ok((part, value)) => saved.parts.insert(part, Some(value)),
            Err(damage) => return Ok(Err(damage)),
        };
    }
    Ok(Ok(saved))
}

fn part(key: &[u8], value: &[u8]) -> Result<(Part, Value), Damage> {
    Ok((read(key)?, read(opened(key, value)?)?))
}

fn write(database: &Database, changes: Saved) -> Result<(), String> {
    let said = |error: redb::Error| error.to_string();
    let transaction = database.begin_write().map_err(|error| said(error.into()))?;
    {
        let mut table = transaction.open_table(PARTS).map_err(|error| said(error.into()))?;
        for (part, value) in changes.parts {
            let key = bytes(&part)?;
            match value {
                Some(value) => table.insert(&*key, &*sealed(&key, bytes(&value)?)).map(drop),
                None => table.remove(&*key).map(drop),
            }
            .map_err(|error| said(error.into()))?;
        }
    }
    transaction.commit().map_err(|error| said(error.into()))
}
