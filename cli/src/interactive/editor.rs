//! The line editor: lines appear above the one that is being typed, which stays as it is.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Context;
use crossbeam_channel::{Receiver, Sender, bounded};
use nix::sys::termios::{SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Event, EventContext, EventHandler,
    ExternalPrinter, KeyEvent, Modifiers, RepeatCount,
};

use super::Taste;
use super::completing::{Assistant, PROMPT, Status};
use super::editing::{Editing, PATIENCE, Stage};
use super::history;
use super::known::Known;
use crate::front::{Front, Line};
use crate::signals::Stopper;
use crate::styled::Styled;

type LineEditor = rustyline::Editor<Assistant, FileHistory>;

/// A terminal with a line editor.
///
/// ```text
///   editor thread --lines--> client loop
///   client loop --lines--> printer thread --> above the line that is being typed
/// ```
///
/// The printer has a thread of its own, because printing waits for the editor to take the line.
#[derive(Debug)]
pub(super) struct Editor {
    lines: Receiver<Line>,
    print: Sender<Print>,
    status: Status,
    colours: bool,
    /// Something is above the prompt, so that the cursor can move up.
    has_printed: bool,
    editing: Editing,
}

impl Editor {
    /// Starts to edit. Fails where no editing is possible, as on a terminal that cannot move its cursor.
    pub(super) fn start(known: Known, taste: Taste, stopper: Stopper) -> anyhow::Result<Editor> {
        let settings = remember_terminal()?;
        // The editor hands over the prompt to be painted only if colours are on; whether it is, is decided there.
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .bell_style(BellStyle::None)
            .color_mode(ColorMode::Forced)
            .max_history_size(HISTORY)?
            .history_ignore_space(true)
            .build();
        let past = FileHistory::with_config(&config);
        let mut editor = LineEditor::with_history(config, past)?;
        let status = Status::default();
        let (print, to_print) = bounded(Line::AHEAD);
        let editing = Editing::default();
        let assistant = Assistant::new(known, status.clone(), editing.clone(), taste.colours, print.clone());
        editor.set_helper(Some(assistant));
        let pressed = Pressed::default();
        for (key, means) in keys(&settings) {
            let handler = Handler { pressed: pressed.clone(), means };
            editor.bind_sequence(key, EventHandler::Conditional(Box::new(handler)));
        }
        let history = history::file();
        if let Some(file) = &history
            && let Err(error) = editor.load_history(file)
        {
            tracing::info!("the history cannot be read: {error}");
        }
        let printer = editor.create_external_printer()?;
        let (sender, lines) = bounded(Line::AHEAD);
        let busy = editing.clone();
        thread::Builder::new()
            .name("editor".into())
            .spawn(move || edit(editor, history.as_deref(), &sender, &stopper, &pressed, &busy))
            .context("cannot start the line editor")?;
        let painting = editing.clone();
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || print_all(printer, &to_print, &painting))
            .context("cannot start the line editor")?;
        Ok(Editor { lines, print, status, colours: taste.colours, has_printed: false, editing })
    }

    fn send(&self, text: String) -> io::Result<()> {
        self.print.send(Print::Lines(text)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Front for Editor {
    fn lines(&self) -> &Receiver<Line> {
        &self.lines
    }

    fn print(&mut self, lines: &[Styled]) -> io::Result<()> {
        self.has_printed = true;
        let mut text = String::new();
        if lines.iter().any(|line| line.rings) {
            text.push(BELL);
        }
        for line in lines {
            text += &if self.colours { line.painted() } else { line.text() };
            text.push('\n');
        }
        self.send(text)
    }

    fn status(&mut self, status: Styled) {
        if self.status.set(status) && self.has_printed {
            // Makes the editor paint its prompt again. A terminal that is gone shows at the next line.
            let _ = self.send(NOTHING.to_owned());
        }
    }

    fn finish(&mut self) {
        self.editing.until_editing();
        // A printer that is gone has said why.
        let _ = self.print.send_timeout(Print::Last, PATIENCE);
        let left = match self.editing.until_parked() {
            Stage::Parked => LEAVE_OFF,
            Stage::Gone => "",
            Stage::Away | Stage::Starting | Stage::Editing => CLEAR_PROMPT,
        };
        restore_terminal();
        let _ = io::stdout().write_all(left.as_bytes()).and_then(|()| io::stdout().flush());
    }
}

fn edit(
    mut editor: LineEditor,
    history: Option<&Path>,
    lines: &Sender<Line>,
    stopper: &Stopper,
    pressed: &Pressed,
    editing: &Editing,
) {
    let (mut ended, mut interrupted) = (false, false);
    loop {
        editing.start();
        if let Some(assistant) = editor.helper() {
            assistant.start_line();
        }
        let read = editor.readline(PROMPT);
        editing.stop();
        let line = match (read, pressed.take()) {
            // The second is SIGINT from elsewhere.
            (Ok(_), Some(Means::Interrupt)) | (Err(ReadlineError::Interrupted), _) => {
                interrupted = true;
                stopper.interrupt();
                continue;
            }
            // Whoever has asked to end gives no more commands.
            (Ok(_), _) if ended || interrupted => continue,
            (Ok(_), Some(Means::End)) => {
                ended = true;
                Line::End
            }
            (Ok(line), None) if line.len() > Line::MAX_BYTES => Line::TooLong,
            (Ok(line), None) => {
                remember(&mut editor, history, &line);
                Line::Text(line)
            }
            // The last lines are still to be shown, which an editor does only while it edits. A terminal that is gone says the
            // same again and again.
            (Err(ReadlineError::Eof), _) if !ended => {
                ended = true;
                Line::End
            }
            (Err(_), _) => return editing.lose(),
        };
        if lines.send(line).is_err() {
            return editing.lose();
        }
    }
}

fn remember(editor: &mut LineEditor, history: Option<&Path>, line: &str) {
    if line.trim().is_empty() || !editor.add_history_entry(line).unwrap_or(false) {
        return;
    }
    if let Some(file) = history
        && let Err(error) = editor.append_history(file)
    {
        tracing::info!("the history cannot be written: {error}");
    }
}

fn print_all(mut printer: impl ExternalPrinter, lines: &Receiver<Print>, editing: &Editing) {
    while let Ok(Print::Lines(line)) = lines.recv() {
        if let Err(error) = printer.print(line) {
            tracing::warn!("the terminal takes no more lines: {error}");
            return;
        }
    }
    // The editor takes one message at a time, in order. When it has taken the second of these, it has shown everything before the
    // first, and is about to paint its prompt; or it has painted it, and the third makes it do so again.
    let _ = printer.print(NOTHING.into()).and_then(|()| printer.print(NOTHING.into()));
    editing.close();
    let _ = printer.print(NOTHING.into());
}

/// Keeps the settings of the terminal, to restore them.
fn remember_terminal() -> anyhow::Result<Termios> {
    let settings = tcgetattr(io::stdin()).context("cannot read the settings of the terminal")?;
    *TERMINAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings.clone());
    Ok(settings)
}

/// The keys that end more than a line, with Escape before them too. The editor has no name for those beyond ASCII, and none is set
/// where there is a zero.
fn keys(settings: &Termios) -> impl Iterator<Item = (KeyEvent, Means)> {
    let keys = [
        (SpecialCharacterIndices::VINTR, Means::Interrupt),
        (SpecialCharacterIndices::VQUIT, Means::Interrupt),
        (SpecialCharacterIndices::VEOF, Means::End),
    ];
    let keys = keys.map(|(key, means)| (settings.control_chars[key as usize], means));
    keys.into_iter().filter(|(key, _)| *key != 0 && key.is_ascii()).flat_map(|(key, means)| {
        let key = KeyEvent::new(char::from(key), Modifiers::NONE);
        [(key, means), (KeyEvent(key.0, key.1 | Modifiers::ALT), means)]
    })
}

/// Leaves raw mode, in case the line editor is at work and will not get to it.
pub(crate) fn restore_terminal() {
    if let Some(settings) = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, settings);
    }
}

/// A key that ended the line, if it was one of these. The editor takes them for an ordinary end of the line: when `readline` returns
/// an error, it forgets what else it has read, such as a second Ctrl+C that came with the first while the program was busy.
#[derive(Clone, Default)]
struct Pressed(Arc<Mutex<Option<Means>>>);

impl Pressed {
    fn take(&self) -> Option<Means> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a key asks for.
#[derive(Clone, Copy)]
enum Means {
    Interrupt,
    /// Within a line it means something else.
    End,
}

struct Handler {
    pressed: Pressed,
    means: Means,
}

impl ConditionalEventHandler for Handler {
    /// Where this is asked, the editor always ends the line then. Its own list of completions would not, but is never shown.
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if matches!(self.means, Means::End) && !context.line().is_empty() {
            return None;
        }
        *self.pressed.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.means);
        Some(Cmd::AcceptLine)
    }
}

/// What the printer is to do.
pub(super) enum Print {
    /// Show whole lines.
    Lines(String),
    /// Nothing more.
    Last,
}

/// The settings before the line editor changed them.
static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

/// Moves the cursor up and down again.
const NOTHING: &str = "\u{1b}[A\n";

const BELL: char = '\u{7}';

/// Show everything that has been written, and let pastes be as they were.
const LEAVE_OFF: &str = "\x1b[?2026l\x1b[?2004l";

/// The same, from the start of a prompt that is still there.
const CLEAR_PROMPT: &str = "\r\x1b[A\x1b[J\x1b[?2026l\x1b[?2004l";

/// Lines that are remembered.
const HISTORY: usize = 1000;
