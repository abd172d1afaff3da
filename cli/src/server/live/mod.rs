//! Live view: a terminal that shows how the server stands, with a line to type orders in.
//!
//! Nothing is drawn when the server tells something, but a few times a second: a busy server does not wait for its picture.

mod draw;
mod keys;
mod rates;

use std::collections::VecDeque;
use std::io::{self, Stdout};
use std::net::SocketAddrV4;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, bounded};
use model::Notice;
use net::Stats;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use super::board::Board;
use super::desk::{Answer, Desk};
use super::orders::{self, Ask};
use crate::front::Line;
use crate::plain;
use crate::render;
use crate::signals::Stopper;
use draw::{Scene, draw};
use rates::Rates;

/// A terminal that shows how the server stands.
pub(super) struct Live {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    lines: Receiver<Line>,
    due: Receiver<()>,
    typed: Arc<Mutex<String>>,
    /// What happened last, the newest at the end.
    events: VecDeque<String>,
    rates: Rates,
    log_text: bool,
    address: SocketAddrV4,
    started: Instant,
    /// Shown when the view is gone.
    farewell: Vec<String>,
}

impl Live {
    /// Takes the terminal. Fails where there is none that can be drawn on.
    pub(super) fn start(address: SocketAddrV4, log_text: bool, stopper: Stopper) -> io::Result<Live> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        Live::on_taken_terminal(address, log_text, stopper).inspect_err(|_| restore_terminal())
    }

    fn on_taken_terminal(address: SocketAddrV4, log_text: bool, stopper: Stopper) -> io::Result<Live> {
        execute!(io::stdout(), EnterAlternateScreen)?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let (sender, lines) = bounded(Line::AHEAD);
        // One is enough: a picture shows everything that has happened.
        let (wake, due) = bounded(1);
        let typed = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&typed);
        thread::Builder::new()
            .name("keys".into())
            .spawn(move || keys::read(&sender, &wake, &shown, &stopper))?;
        Ok(Live {
            terminal,
            lines,
            due,
            typed,
            events: VecDeque::new(),
            rates: Rates::default(),
            log_text,
            address,
            started: Instant::now(),
            farewell: Vec::new(),
        })
    }

    fn push(&mut self, lines: Vec<String>) {
        for line in lines {
            if self.events.len() == EVENTS {
                self.events.pop_front();
            }
            self.events.push_back(line.strip_prefix(render::PROMPT).map_or(line.clone(), str::to_owned));
        }
    }
}

impl Desk for Live {
    fn lines(&self) -> &Receiver<Line> {
        &self.lines
    }

    fn read(&self, line: &str) -> Result<Option<Ask>, String> {
        orders::parse(line).map_err(|fault| fault.to_string())
    }

    fn notice(&mut self, notice: &Notice, _: &Board) -> io::Result<()> {
        match notice {
            // The tables are in view.
            Notice::Clients(_) | Notice::Groups(_) => {}
            Notice::Stopped { .. } => self.farewell = render::notice(notice, self.log_text),
            _ => self.push(render::notice(notice, self.log_text)),
        }
        Ok(())
    }

    fn answer(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        self.push(render::answer(answer));
        Ok(())
    }

    fn due(&self) -> &Receiver<()> {
        &self.due
    }

    fn refresh(&mut self, board: &Board, stats: &Stats) -> io::Result<()> {
        // After a panic elsewhere the terminal has been given back.
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        let typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rates = self.rates.at(Instant::now(), stats, board);
        let scene = Scene {
            address: self.address,
            age: self.started.elapsed(),
            board,
            stats,
            rates,
            events: &self.events,
            typed: &typed,
        };
        self.terminal.draw(|frame| draw(frame, &scene)).map(|_| ())
    }

    fn finish(&mut self) {
        restore_terminal();
        // Whoever closed the terminal does not read it.
        let _ = plain::print(&self.farewell);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        restore_terminal();
    }
}

/// Gives the terminal back as it was, if a live view has it. For every way out.
pub(crate) fn restore_terminal() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // There is nobody left to tell.
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Whether a live view has the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// More than any terminal has lines.
const EVENTS: usize = 500;
