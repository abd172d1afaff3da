//! Writes a recording. The host hands over its inputs and goes on; a thread of its own turns them into lines.
//!
//! The host never waits: what it hands over goes into a buffer with a bound. Should the writer fall that far behind, or
//! the disk be full, the recording ends there, says so, and the chat goes on. A line that is lost in the middle would
//! make everything after it worthless.

use std::fs::{File, OpenOptions, TryLockError};
use std::hash::Hash;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::SocketAddrV4;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::changes::{self, Change, Changing};
use rand::Rng;

use super::budget::Budget;
use super::format::{After, BUILD, Configured, FORMAT, Header, Input, Line, Record, Texts};
use super::handed::{Digests, Handed};
use super::pace::Pace;
use super::pen::BEGIN;
use super::queue::{Queue, STANDSTILL};
use super::sum::{Digest, Words, sum_of_changes, sum_of_state};
use super::writer::Writer;

/// What to record, and where.
#[derive(Clone, Debug)]
pub struct Recording {
    /// A recording there is continued with another life. Anything else there is left alone.
    pub path: PathBuf,
    /// Whether texts are written down. Otherwise digests stand for them.
    pub texts: Texts,
    /// What the actor is told from outside.
    pub actor: Configured,
}

/// Why nothing can be recorded there.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system does not let us.
    #[error("cannot record to {path}", path = path.display())]
    System {
        /// Where.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// There is something else.
    #[error("cannot record to {path}: the file is there and is no recording", path = path.display())]
    Foreign {
        /// Where.
        path: PathBuf,
    },
    /// Another process records there.
    #[error("cannot record to {path}: another process records to it", path = path.display())]
    Busy {
        /// Where.
        path: PathBuf,
    },
}

impl Recording {
    /// Opens the file, which only its owner may read, and begins to write what is handed over.
    pub fn open(&self) -> Result<Recorder, RecordError> {
        let file = open(&self.path)?;
        let words = match self.texts {
            Texts::Plain => Words::Plain,
            Texts::Digests => Words::Keyed(rand::rng().random()),
        };
        Recorder::begin(file, self.clone(), words).map_err(|source| self.system(source))
    }

    fn system(&self, source: io::Error) -> RecordError {
        RecordError::System { path: self.path.clone(), source }
    }
}

/// Takes down what an actor sees. When it is dropped, everything has been written, or the disk has stood still for a while.
pub struct Recorder {
    queue: Arc<Queue>,
    began: Instant,
    recording: Recording,
    words: Words,
    budget: Budget,
    /// What the last step has changed.
    changes: Vec<Change>,
    /// What became of the packets of a datagram so far.
    taken: Vec<Digests>,
    /// What is not handed over yet.
    handed: Handed,
    pace: Pace,
    writer: Option<JoinHandle<()>>,
}

impl Recorder {
    fn begin(file: File, recording: Recording, words: Words) -> io::Result<Recorder> {
        let queue = Arc::new(Queue::default());
        let mut writer = Writer::new(Arc::clone(&queue), file, recording.path.clone(), words.clone());
        let writer = thread::Builder::new().name("recorder".into()).spawn(move || writer.run())?;
        let began = Instant::now();
        let (budget, pace) = (Budget::new(began), Pace::new(began));
        let (changes, taken, handed) = (Vec::new(), Vec::new(), Handed::default());
        let writer = Some(writer);
        Ok(Recorder { queue, began, recording, words, budget, changes, taken, handed, pace, writer })
    }

    /// The life begins, at this address.
    pub fn life(&mut self, address: SocketAddrV4) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.began = Instant::now();
        self.handed.push(Line::Life(Box::new(Header {
            recording: FORMAT,
            build: BUILD.into(),
            name: self.recording.actor.name(),
            address,
            started: u64::try_from(since.as_micros()).unwrap_or(u64::MAX),
            texts: self.recording.texts,
            actor: self.recording.actor.clone(),
        })));
    }

    /// How texts count in digests.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Whether anybody still writes.
    pub fn is_open(&self) -> bool {
        self.queue.is_open()
    }

    /// Lets an actor take a step, and remembers what it changes.
    pub fn watch<T>(&mut self, step: impl FnOnce() -> T) -> T {
        changes::noting(&mut self.changes, step)
    }

    /// An input other than a packet, when it came in, what came of it, and the state it led to.
    pub fn step(&mut self, at: Instant, input: Input, out: Digest, state: &impl Changing) {
        let t = self.micros(at);
        let after = self.after(at, state);
        self.handed.push(Line::Step(Record { t, input, out, after }));
    }

    /// What came of the next packet of a datagram that came in at this time.
    pub fn packet(&mut self, at: Instant, out: Digest, state: &impl Changing) {
        let after = self.after(at, state);
        self.taken.push(Digests { out, after });
    }

    /// The datagram itself, unsealed, after all its packets.
    pub fn datagram(&mut self, at: Instant, from: SocketAddrV4, datagram: &[u8]) {
        self.handed.push_datagram(self.micros(at), from, datagram, &self.taken);
        self.taken.clear();
    }

    /// The host is done with a wake-up: hands everything over to the writer, or keeps it for a moment.
    pub fn hand_over(&mut self, now: Instant) {
        if self.pace.wake_up_ends(now, self.handed.bytes()) {
            self.hand_over_all();
        }
    }

    /// Keeps nothing.
    pub fn hand_over_all(&mut self) {
        self.pace.hands_over();
        self.queue.hand_over(&mut self.handed);
    }

    /// When what is kept has to be handed over.
    pub fn due(&self) -> Option<Instant> {
        self.pace.due()
    }

    /// The life ends in this state.
    pub fn end(&mut self, state: &impl Hash) {
        let now = Instant::now();
        let line = Line::End { t: self.micros(now), state: Some(sum_of_state(&self.words, state)) };
        self.handed.push(line);
        self.hand_over_all();
    }

    fn after(&mut self, at: Instant, state: &impl Changing) -> After {
        if !self.budget.allows(at) {
            return After::Changes(sum_of_changes(&self.words, state, &self.changes));
        }
        let now = Instant::now();
        let digest = sum_of_state(&self.words, state);
        self.budget.spend(now.elapsed());
        After::State(digest)
    }

    fn micros(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.hand_over_all();
        self.queue.end();
        let Some(writer) = self.writer.take() else { return };
        if self.queue.is_written() {
            // It does not panic, and if it did there would be nobody to tell.
            let _ = writer.join();
        } else {
            tracing::error!(
                "the end of the recording {} is lost: nothing was taken for {STANDSTILL:?}",
                self.recording.path.display()
            );
        }
    }
}

fn open(path: &Path) -> Result<File, RecordError> {
    let system = |source| RecordError::System { path: path.to_owned(), source };
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(system)?;
    continue_recording(&mut file, path)?;
    Ok(file)
}

/// A device or pipe is taken as it is; a file has to be empty or a recording. If its writer was killed in the middle of a
/// line, that line is ended.
fn continue_recording(file: &mut File, path: &Path) -> Result<(), RecordError> {
    let system = |source| RecordError::System { path: path.to_owned(), source };
    let meta = file.metadata().map_err(system)?;
    if !meta.is_file() {
        return Ok(());
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(RecordError::Busy { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(system(source)),
    }
    if meta.len() == 0 {
        return Ok(());
    }
    let mut begin = [0; BEGIN.len()];
    file.seek(SeekFrom::Start(0)).map_err(system)?;
    let read = file.read_exact(&mut begin);
    if read.is_err() || begin != *BEGIN {
        return Err(RecordError::Foreign { path: path.to_owned() });
    }
    file.set_permissions(PermissionsExt::from_mode(0o600)).map_err(system)?;
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(system)?;
    if last != *b"\n" {
        file.write_all(b"\n").map_err(system)?;
    }
    Ok(())
}
