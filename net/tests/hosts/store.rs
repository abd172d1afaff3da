//! A state directory keeps what it is given, and refuses whatever is not as it was written.

use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use model::ids::{Key, Nonce, RequestNumber, Session};
use model::packet::{Request, Up};
use model::server::saved::Saved;
use model::{Limits, Message, Name, Packet, Server, ServerConfig, ServerState, Text, Timing};
use net::{Identity, Store, StoreError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stateright::actor::{Actor, Command, Id, Out};

const FRESH: Identity = Identity { key: Key([7; 16]), first_session: Session(1) };
const OTHER: Identity = Identity { key: Key([8; 16]), first_session: Session(1000) };

#[test]
fn what_was_kept_is_there_again_with_the_identity_of_the_first_server() {
    let state = Scratch::new();
    let sets = sets();
    assert!(sets.iter().any(|set| set.may_wait), "some may wait");
    let store = Store::open(&state.path, FRESH).unwrap();
    assert_eq!(store.take(), None);
    for set in &sets {
        store.keep(set.clone()).unwrap();
    }
    drop(store);
    let store = Store::open(&state.path, OTHER).unwrap();
    assert_eq!(store.identity(), FRESH);
    assert_eq!(store.take(), Some(folded(&sets)));
    assert_eq!(store.take(), None, "it can be had once");
}

#[test]
fn whatever_could_not_wait_is_on_the_disk_at_once() {
    let state = Scratch::new();
    let sets = sets();
    let store = Store::open(&state.path, FRESH).unwrap();
    for (number, set) in sets.iter().enumerate() {
        store.keep(set.clone()).unwrap();
        let written =
            sets[..=number].iter().rposition(|set| !set.may_wait).map(|last| folded(&sets[..=last]));
        assert_eq!(state.as_if_killed().map(|store| store.take()).unwrap(), written, "after set {number}");
    }
}

#[test]
fn only_one_server_at_a_time_can_use_it() {
    let state = Scratch::new();
    let first = Store::open(&state.path, FRESH).unwrap();
    let error = Store::open(&state.path, FRESH).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    let expected = format!("cannot use the state in {}: another server uses it", state.path.display());
    assert_eq!(error.to_string(), expected);
    drop(first);
    Store::open(&state.path, FRESH).unwrap();
}

#[test]
fn nobody_else_may_read_it() {
    let state = Scratch::new();
    drop(Store::open(&state.path, FRESH).unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state.path), 0o700);
    assert_eq!((mode(&state.file()), mode(&state.path.join("lock"))), (0o600, 0o600));
}

#[test]
fn a_server_that_is_killed_while_it_makes_the_file_leaves_nothing_that_matters() {
    let state = Scratch::new();
    fs::create_dir(&state.path).unwrap();
    fs::write(state.path.join("state.new"), b"redb, but not for long").unwrap();
    let store = Store::open(&state.path, FRESH).unwrap();
    assert_eq!(store.take(), None);
}

#[test]
fn an_empty_file_is_no_empty_server() {
    let state = Scratch::filled();
    fs::write(state.file(), b"").unwrap();
    let error = state.refused();
    assert_eq!(
        error.to_string(),
        format!("cannot use {}: it is damaged: it is empty", state.file().display())
    );
}

#[test]
fn a_file_of_something_else_is_refused_and_left_alone() {
    let state = Scratch::filled();
    let foreign = b"a shopping list: bread, milk, tea".to_vec();
    fs::write(state.file(), &foreign).unwrap();
    let expected = format!("cannot use {}: it is no state of a chat server", state.file().display());
    assert_eq!(state.refused().to_string(), expected);
    assert_eq!(fs::read(state.file()).unwrap(), foreign);
}

#[test]
fn a_database_of_something_else_is_refused() {
    let state = Scratch::filled();
    fs::remove_file(state.file()).unwrap();
    let database = redb::Database::create(state.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(redb::TableDefinition::<&str, &str>::new("recipes")).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = state.refused();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
}

#[test]
fn a_newer_format_is_named_and_refused() {
    let state = Scratch::filled();
    state.say_about_itself("format", 7_u32.to_le_bytes().to_vec());
    let expected = format!(
        "cannot use {}: its format 7 is newer than this program, which knows 1",
        state.file().display()
    );
    assert_eq!(state.refused().to_string(), expected);
}

#[test]
fn a_directory_that_cannot_be_one_is_named() {
    let state = Scratch::new();
    fs::write(&state.path, b"a file").unwrap();
    let error = state.refused().to_string();
    assert!(error.contains(&*state.path.to_string_lossy()), "{error}");
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    let state = Scratch::filled();
    let whole = fs::read(state.file()).unwrap();
    for part in 1..16 {
        fs::write(state.file(), &whole[..whole.len() * part / 16]).unwrap();
        let error = state.refused().to_string();
        assert!(error.contains("state.redb: it is damaged"), "{part} of 16: {error}");
    }
}

#[test]
fn a_file_with_a_changed_byte_is_refused_or_says_what_it_said() {
    // Written at once, so that the file holds little that is no longer in use.
    let state = Scratch::new();
    state.open().unwrap().keep(folded(&sets())).unwrap();
    let (whole, sound) = (fs::read(state.file()).unwrap(), state.open().unwrap().take());
    let mut dice = StdRng::seed_from_u64(4);
    // Most of the file is room for more, and zero.
    let used: Vec<usize> = (0..whole.len()).filter(|place| whole[*place] != 0).collect();
    let mut refused = 0;
    for _ in 0..200 {
        let place = used[dice.random_range(0..used.len())];
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << dice.random_range(0..8);
        fs::write(state.file(), &damaged).unwrap();
        match state.open() {
            Ok(store) => assert_eq!(store.take(), sound, "byte {place}"),
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("state.redb"), "byte {place}: {error}");
            }
        }
    }
    assert!(refused > 20, "only {refused} of 200");
}

/// A directory of its own; gone when dropped.
struct Scratch {
    root: PathBuf,
    path: PathBuf,
}

impl Scratch {
    fn new() -> Scratch {
        let root = std::env::temp_dir().join(format!("chat-store-{:016x}", rand::rng().random::<u64>()));
        fs::create_dir(&root).unwrap();
        Scratch { path: root.join("state"), root }
    }

    /// With the state of a server in it.
    fn filled() -> Scratch {
        let state = Scratch::new();
        let store = Store::open(&state.path, FRESH).unwrap();
        for set in sets() {
            store.keep(set).unwrap();
        }
        state
    }

    fn file(&self) -> PathBuf {
        self.path.join("state.redb")
    }

    fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.path, OTHER)
    }

    fn refused(&self) -> StoreError {
        let Err(fault) = self.open() else { panic!("it is refused") };
        fault
    }

    /// What another server would find if this one were killed now.
    fn as_if_killed(&self) -> Result<Store, StoreError> {
        let other = self.root.join("copy");
        fs::create_dir_all(&other).unwrap();
        fs::copy(self.file(), other.join("state.redb")).unwrap();
        Store::open(&other, OTHER)
    }

    /// Rewrites a line of what the file says about itself, with the right digest.
    fn say_about_itself(&self, name: &str, mut value: Vec<u8>) {
        use std::hash::Hasher;
        let mut hash = siphasher::sip::SipHasher13::new();
        hash.write_usize(name.len());
        hash.write(name.as_bytes());
        hash.write(&value);
        value.extend_from_slice(&hash.finish().to_le_bytes());
        let database = redb::Database::open(self.file()).unwrap();
        let transaction = database.begin_write().unwrap();
        let table = redb::TableDefinition::<&str, &[u8]>::new("chat server");
        transaction.open_table(table).unwrap().insert(name, &*value).unwrap();
        transaction.commit().unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn folded(sets: &[Saved]) -> Saved {
    let mut all = Saved::default();
    for set in sets {
        all.fold(set.clone());
    }
    all
}

/// What a server saves while two clients register, meet in a group and talk.
fn sets() -> Vec<Saved> {
    let limits = Limits { burst: 0, strangers: 0, ..Limits::default() };
    let config = ServerConfig {
        key: FRESH.key,
        first_session: FRESH.first_session,
        durable: true,
        limits,
        timing: Timing::default(),
    };
    let mut run =
        Run { server: Server { config }, state: ServerState::new(FRESH.first_session), sets: Vec::new() };
    let group = || Name::new("g").unwrap();
    let members = [run.register(1, "X"), run.register(2, "Y")];
    for (place, pass) in members.into_iter().enumerate() {
        let mut number = RequestNumber(0);
        let mut ask = |run: &mut Run, request| {
            number = number.next();
            run.hear(place + 1, Packet::Up { pass, up: Up::Request { number, request } });
        };
        ask(&mut run, Request::CreateGroup(group()));
        ask(&mut run, Request::JoinGroup(group()));
        for text in 0..20 {
            ask(&mut run, Request::Post(Text::new(&format!("post {text}")).unwrap()));
        }
    }
    let version = run.state.directory.version;
    run.hear(2, Packet::Up { pass: members[1], up: Up::UpdateAck(version) });
    assert_eq!(folded(&run.sets), run.state.saved());
    run.sets
}

struct Run {
    server: Server,
    state: ServerState,
    sets: Vec<Saved>,
}

impl Run {
    fn register(&mut self, from: usize, name: &str) -> model::ids::Pass {
        let name = Name::new(name).unwrap();
        let cookie = self.server.config.key.cookie(Id::from(from), &name, self.state.directory.version);
        let said = self.hear(from, Packet::Register { name, nonce: Nonce(from as u64), cookie });
        let pass = said.iter().find_map(|packet| match packet {
            Packet::Welcome { pass, .. } => Some(*pass),
            _ => None,
        });
        pass.expect("it is welcome")
    }

    fn hear(&mut self, from: usize, packet: Packet) -> Vec<Packet> {
        let (mut state, mut out) = (Cow::Borrowed(&self.state), Out::new());
        self.server.on_msg(Id::from(0), &mut state, Id::from(from), Message::Packet(packet), &mut out);
        let state = state.into_owned();
        self.state = state;
        let mut said = Vec::new();
        for command in out {
            match command {
                Command::Save(set) => self.sets.push(set),
                Command::Send(_, Message::Packet(packet)) => said.push(packet),
                _ => {}
            }
        }
        said
    }
}
