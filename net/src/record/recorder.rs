//! Writes a recording. The host hands over each input and goes on; a thread of its own turns it into lines.
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
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::Rng;

use super::budget::Budget;
use super::format::{BUILD, Configured, FORMAT, Header, Input, Line, Record, Texts};
use super::pen::{BEGIN, Pen};
use super::sum::{Digest, Words, sum_of_state};

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
    writer: Option<JoinHandle<()>>,
}

impl Recorder {
    fn begin(file: File, recording: Recording, words: Words) -> io::Result<Recorder> {
        let queue = Arc::new(Queue::default());
        let mut writer = Writer {
            queue: Arc::clone(&queue),
            file,
            path: recording.path.clone(),
            words: words.clone(),
            pen: Pen::default(),
            text: Vec::new(),
        };
        let writer = thread::Builder::new().name("recorder".into()).spawn(move || writer.run())?;
        let began = Instant::now();
        let budget = Budget::new(began);
        Ok(Recorder { queue, began, recording, words, budget, writer: Some(writer) })
    }

    /// The life begins, at this address.
    pub fn life(&mut self, address: SocketAddrV4) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.began = Instant::now();
        self.queue.push(Line::Life(Box::new(Header {
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
        !self.queue.closed.load(Ordering::Relaxed)
    }

    /// An input, when it came in, what came of it, and the state it led to. Packets that came in together have the same time.
    pub fn step(&mut self, at: Instant, input: Input, out: Digest, state: &impl Hash) {
        let t = self.micros(at);
        let state = self.budget.allows(at).then(|| self.hash(state));
        self.queue.push(Line::Step(Record { t, input, out, state }));
    }

    /// The life ends in this state.
    pub fn end(&mut self, state: &impl Hash) {
        let now = Instant::now();
        let line = Line::End { t: self.micros(now), state: Some(sum_of_state(&self.words, state)) };
        self.queue.push(line);
    }

    fn hash(&mut self, state: &impl Hash) -> Digest {
        let now = Instant::now();
        let digest = sum_of_state(&self.words, state);
        self.budget.spend(now.elapsed());
        digest
    }

    fn micros(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
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

/// Who is stopped waits for a disk that is slow, and not for one that does not move at all, as a pipe that nobody reads.
const STANDSTILL: Duration = Duration::from_millis(500);

/// What has been handed over and is not written yet.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// Something was written, or everything.
    progress: Condvar,
    /// Nothing is taken any more.
    closed: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    /// About how much memory the lines take.
    bytes: usize,
    /// The writer sleeps until there is something.
    asleep: bool,
    /// Nothing follows.
    ended: bool,
    /// How often something was written.
    written: u64,
    /// Nothing will be written any more.
    done: bool,
}

impl Queue {
    /// Never waits, except for the writer to take a few pointers.
    fn push(&self, mut line: Line) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let mut waiting = self.lock();
        waiting.bytes += weight(&mut line);
        if waiting.bytes > BUFFER {
            self.closed.store(true, Ordering::Relaxed);
            let t = match line {
                Line::Step(Record { t, .. }) | Line::End { t, .. } | Line::Cut { t, .. } => t,
                Line::Life(_) | Line::Packets(_) => 0,
            };
            line = Line::Cut { t, reason: "the disk did not keep up".into() };
        }
        waiting.lines.push(line);
        // Whoever is awake looks again by itself.
        if std::mem::take(&mut waiting.asleep) || waiting.bytes > BUFFER / 2 {
            drop(waiting);
            self.changed.notify_one();
        }
    }

    fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_one();
    }

    /// Waits until nothing will be written any more, as long as something is.
    fn is_written(&self) -> bool {
        let mut waiting = self.lock();
        while !waiting.done {
            let before = waiting.written;
            let still = |waiting: &mut Waiting| !waiting.done && waiting.written == before;
            let waited = self.progress.wait_timeout_while(waiting, STANDSTILL, still);
            let (next, standstill) = waited.unwrap_or_else(PoisonError::into_inner);
            if standstill.timed_out() {
                return false;
            }
            waiting = next;
        }
        true
    }

    fn note(&self, progress: impl FnOnce(&mut Waiting)) {
        progress(&mut self.lock());
        self.progress.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Memory that may wait to be written.
const BUFFER: usize = 32 << 20;

fn weight(line: &mut Line) -> usize {
    let text = match line {
        Line::Step(record) => {
            record.input.texts_mut().iter().map(|text| size_of::<Line>() + text.as_str().len()).sum()
        }
        Line::Life(_) | Line::Packets(_) | Line::End { .. } | Line::Cut { .. } => 0,
    };
    size_of::<Line>() + text
}

/// The far end.
struct Writer {
    queue: Arc<Queue>,
    file: File,
    path: PathBuf,
    words: Words,
    pen: Pen,
    /// Lines to be written at once.
    text: Vec<u8>,
}

impl Writer {
    /// Until nothing follows, or it cannot be written.
    fn run(&mut self) {
        self.write_all();
        self.queue.note(|waiting| waiting.done = true);
    }

    fn write_all(&mut self) {
        let (mut lines, mut pause) = (Vec::new(), PAUSE);
        loop {
            let ended = self.take(&mut lines, pause);
            pause = if lines.len() < MANY { PAUSE } else { LONG_PAUSE };
            if let Err(error) = self.write(&mut lines) {
                self.queue.closed.store(true, Ordering::Relaxed);
                tracing::error!(
                    "cannot record to {} any more: {error}; the chat goes on",
                    self.path.display()
                );
                return;
            }
            if ended {
                return;
            }
        }
    }

    /// Waits for lines. What follows the first one within the pause goes with it, so that a busy host is not slowed down by waking
    /// this thread, and a kill loses no more than that.
    fn take(&self, lines: &mut Vec<Line>, pause: Duration) -> bool {
        let mut waiting = self.queue.lock();
        while waiting.lines.is_empty() && !waiting.ended {
            waiting.asleep = true;
            waiting = self.queue.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.asleep = false;
        let more = |waiting: &mut Waiting| !waiting.ended && waiting.bytes < BUFFER / 2;
        let waited = self.queue.changed.wait_timeout_while(waiting, pause, more);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        waiting.bytes = 0;
        std::mem::swap(lines, &mut waiting.lines);
        waiting.ended
    }

    fn write(&mut self, lines: &mut Vec<Line>) -> io::Result<()> {
        for line in &mut *lines {
            self.prepare(line);
        }
        let mut rest = &lines[..];
        while !rest.is_empty() {
            let written = self.pen.write_next(rest, &mut self.text)?;
            rest = &rest[written..];
            if self.text.len() >= AT_ONCE {
                self.flush()?;
            }
        }
        lines.clear();
        self.flush()
    }

    /// Puts digests in the place of texts.
    fn prepare(&self, line: &mut Line) {
        match line {
            Line::Step(record) => {
                for text in record.input.texts_mut() {
                    *text = self.words.redact(text);
                }
            }
            Line::Cut { reason, .. } => {
                let path = self.path.display();
                tracing::error!("the recording {path} ends here: {reason}; the chat goes on");
            }
            Line::Life(_) | Line::Packets(_) | Line::End { .. } => {}
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.text);
        self.text.clear();
        self.queue.note(|waiting| waiting.written += 1);
        written
    }
}

/// How long lines may wait for others.
const PAUSE: Duration = Duration::from_millis(2);
/// After so many at once, which only a busy host makes. Each time that lines are taken slows it down.
const MANY: usize = 100;
/// How long they may wait then.
const LONG_PAUSE: Duration = Duration::from_millis(20);
/// Bytes that are written at once, about. Few enough to stay close to the processor between being made and being taken.
const AT_ONCE: usize = 64 << 10;
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
