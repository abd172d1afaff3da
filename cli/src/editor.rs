//! Interactive mode: a line editor, above which lines appear without disturbing what is being typed.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use crossbeam_channel::{Receiver, Sender, bounded};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, ExternalPrinter, Prompt};
use unicode_width::UnicodeWidthStr;

use crate::front::{Front, Line};
use crate::render::PROMPT;
use crate::signals::Stopper;

type LineEditor = rustyline::Editor<(), MemHistory>;

/// A terminal with a line editor.
///
/// ```text
///   client loop --ask--> editor thread --line--> client loop
///   client loop --lines--> printer thread --> above the line that is being typed
/// ```
///
/// The printer has a thread of its own, because printing waits for the editor to take the line, and the editor may
/// be waiting for the client to ask.
#[derive(Debug)]
pub(crate) struct Editor {
    lines: Receiver<Line>,
    asks: Sender<Asked>,
    print: Option<Sender<String>>,
    finished: Receiver<()>,
    prompt: String,
    asked: Option<Asked>,
    /// A line is being typed, and what is to be printed is taken.
    editing: Arc<AtomicBool>,
}

impl Editor {
    /// Starts to edit. Fails where no editing is possible, as on a terminal that cannot move its cursor.
    pub(crate) fn start(stopper: Stopper) -> anyhow::Result<Editor> {
        remember_terminal()?;
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = LineEditor::with_history(config, MemHistory::new())?;
        let printer = editor.create_external_printer()?;
        let (asks, asked) = bounded(1);
        let (sender, lines) = bounded(Line::AHEAD);
        let editing = Arc::new(AtomicBool::new(false));
        let busy = Arc::clone(&editing);
        thread::Builder::new()
            .name("editor".into())
            .spawn(move || edit(editor, &asked, &sender, &stopper, &busy))
            .context("cannot start the line editor")?;
        let (print, to_print) = bounded(Line::AHEAD);
        let (done, finished) = bounded(1);
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || print_all(printer, &to_print, &done))
            .context("cannot start the line editor")?;
        Ok(Editor {
            lines,
            asks,
            print: Some(print),
            finished,
            prompt: PROMPT.to_owned(),
            asked: None,
            editing,
        })
    }
}

impl Front for Editor {
    fn lines(&self) -> &Receiver<Line> {
        &self.lines
    }

    fn prompt(&mut self, prompt: &str) {
        prompt.clone_into(&mut self.prompt);
        if let Some(asked) = &self.asked {
            asked.withdraw_unless(prompt);
        }
    }

    fn ask(&mut self) {
        let asked = Asked::new(&self.prompt);
        self.asked = Some(asked.clone());
        // The editor goes only with this end of its lines.
        let _ = self.asks.send(asked);
    }

    fn print(&mut self, lines: &[String]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let print = self.print.as_ref().ok_or_else(gone)?;
        print.send(lines.join("\n") + "\n").map_err(|_| gone())
    }

    fn finish(&mut self) {
        if !self.editing.load(Ordering::SeqCst) {
            self.open_last();
        }
        self.print = None;
        // A terminal that does not take the last lines must not keep the program.
        let _ = self.finished.recv_timeout(LAST_LINES);
        restore_terminal();
        let _ = io::stdout().write_all(CLEAR_LINE).and_then(|()| io::stdout().flush());
    }
}

impl Editor {
    /// A line that came in just when the editor was done with its last one is printed when it starts another, which
    /// has to be under way before the terminal is restored.
    fn open_last(&self) {
        let (opened, open) = bounded(1);
        let last = Asked { opened: Some(opened), ..Asked::new("") };
        if self.asks.try_send(last).is_ok() {
            // Either it opens, or the editor fails and drops the other end.
            let _ = open.recv_timeout(LAST_LINES);
        }
    }
}

/// A prompt on the screen. Who is put out of a group while typing keeps a prompt of the same width, since the
/// editor has measured it, but it no longer names the group.
#[derive(Clone, Debug)]
struct Asked {
    shown: String,
    blank: String,
    withdrawn: Arc<AtomicBool>,
    /// Told when the prompt is shown, if somebody wants to know.
    opened: Option<Sender<()>>,
}

impl Asked {
    fn new(prompt: &str) -> Asked {
        let blank = match prompt.strip_prefix(PROMPT) {
            Some(mode) => format!("{PROMPT}{}", " ".repeat(mode.width())),
            None => String::new(),
        };
        Asked { shown: prompt.to_owned(), blank, withdrawn: Arc::default(), opened: None }
    }

    fn withdraw_unless(&self, prompt: &str) {
        if self.shown != prompt {
            self.withdrawn.store(true, Ordering::SeqCst);
        }
    }
}

impl Prompt for Asked {
    fn raw(&self) -> &str {
        if let Some(opened) = &self.opened {
            // Full means that it has been told before.
            let _ = opened.try_send(());
        }
        if self.withdrawn.load(Ordering::SeqCst) { &self.blank } else { &self.shown }
    }
}

fn edit(
    mut editor: LineEditor,
    asks: &Receiver<Asked>,
    lines: &Sender<Line>,
    stopper: &Stopper,
    busy: &AtomicBool,
) {
    for prompt in asks {
        busy.store(true, Ordering::SeqCst);
        let read = editor.readline(&prompt);
        busy.store(false, Ordering::SeqCst);
        let line = match read {
            Ok(line) if line.len() > Line::MAX_BYTES => Line::TooLong,
            Ok(line) => Line::Text(line),
            Err(ReadlineError::Interrupted) => {
                stopper.interrupt();
                continue;
            }
            Err(_) => Line::End,
        };
        if lines.send(line).is_err() {
            return;
        }
    }
}

fn print_all(mut printer: impl ExternalPrinter, lines: &Receiver<String>, done: &Sender<()>) {
    for line in lines {
        if let Err(error) = printer.print(line) {
            tracing::warn!("the terminal takes no more lines: {error}");
            return;
        }
    }
    // The editor takes one message at a time, in order: when it has taken the second of these, it has printed
    // everything before the first.
    let _ = printer.print(NOTHING.into()).and_then(|()| printer.print(NOTHING.into()));
    let _ = done.send(());
}

fn remember_terminal() -> anyhow::Result<()> {
    let settings = tcgetattr(io::stdin()).context("cannot read the settings of the terminal")?;
    *TERMINAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
    Ok(())
}

/// Leaves raw mode, in case the line editor is at work and will not get to it.
pub(crate) fn restore_terminal() {
    if let Some(settings) = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, settings);
    }
}

/// The settings before the line editor changed them.
static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

/// Moves the cursor up and down again.
const NOTHING: &str = "\u{1b}[A\n";

/// Back to the start of the line, and clear it: what is left of the prompt.
const CLEAR_LINE: &[u8] = b"\r\x1b[K";

const LAST_LINES: Duration = Duration::from_secs(1);
