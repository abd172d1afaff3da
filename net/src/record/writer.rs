//! The far end of a recorder: a thread that writes.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use model::Text;

use super::format::Line;
use super::handed::Handed;
use super::pen::Pen;
use super::queue::Queue;
use super::sum::Words;

/// Turns what is handed over into lines of a file.
pub(super) struct Writer {
    queue: Arc<Queue>,
    file: File,
    path: PathBuf,
    words: Words,
    pen: Pen,
    /// Lines to be written at once.
    text: Vec<u8>,
}

impl Writer {
    /// Nothing is written yet.
    pub(super) fn new(queue: Arc<Queue>, file: File, path: PathBuf, words: Words) -> Writer {
        Writer { queue, file, path, words, pen: Pen::default(), text: Vec::new() }
    }

    /// Until nothing follows, or it cannot be written.
    pub(super) fn run(&mut self) {
        self.write_all();
        self.queue.done();
    }

    fn write_all(&mut self) {
        let (mut handed, mut pause) = (Handed::default(), PAUSE);
        loop {
            let ended = self.queue.take(&mut handed, pause);
            pause = if handed.len() < MANY { PAUSE } else { LONG_PAUSE };
            if let Err(error) = self.write(&mut handed) {
                self.queue.close();
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

    fn write(&mut self, handed: &mut Handed) -> io::Result<()> {
        let (begun, mut lines) = (Instant::now(), 0_usize);
        handed.drain(|mut line| {
            lines += 1;
            if lines.is_multiple_of(FEW) && begun.elapsed() < PATIENCE {
                thread::yield_now();
            }
            self.prepare(&mut line);
            self.pen.write(&line, &mut self.text)?;
            if self.text.len() >= AT_ONCE { self.flush() } else { Ok(()) }
        })?;
        self.flush()
    }

    /// Puts digests in the place of texts.
    fn prepare(&self, line: &mut Line) {
        match line {
            Line::Step(record) => self.redact(record.input.texts_mut()),
            Line::Packets(together) => {
                self.redact(together.packets.iter_mut().filter_map(|taken| taken.packet.text_mut()));
            }
            Line::Cut { reason, .. } => {
                let path = self.path.display();
                tracing::error!("the recording {path} ends here: {reason}; the chat goes on");
            }
            Line::Life(_) | Line::End { .. } => {}
        }
    }

    fn redact<'a>(&self, texts: impl IntoIterator<Item = &'a mut Text>) {
        for text in texts {
            *text = self.words.redact(text);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.text);
        self.text.clear();
        self.queue.progressed();
        written
    }
}

/// How long lines may wait for others.
const PAUSE: Duration = Duration::from_millis(2);
/// After so many at once, which only a busy host makes. Each time that lines are taken slows it down.
const MANY: usize = 100;
/// How long they may wait then.
const LONG_PAUSE: Duration = Duration::from_millis(20);
/// After so many lines whoever else wants this processor goes first. Otherwise the system lets this thread run for some milliseconds when
/// it wakes up, in which the peers of a busy host hear nothing, and soon the host hears nothing from them.
const FEW: usize = 32;
/// For how long that is so, each time that lines are taken. Then the writer takes its share, since on a machine that is never idle the
/// others would have all of it.
const PATIENCE: Duration = Duration::from_millis(20);
/// Bytes that are written at once, about. Few enough to stay close to the processor between being made and being taken.
const AT_ONCE: usize = 64 << 10;
