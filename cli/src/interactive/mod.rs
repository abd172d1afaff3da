//! Interactive mode: for people at a terminal. The words are those of plain mode, with colours and times, and with more said
//! about what went wrong.
//!
//! ```text
//!   what is typed ──▶ editor ──▶ reading ──▶ client loop ──▶ client
//!   terminal ◀── editor ◀── showing ◀── client loop ◀── events
//! ```

mod completing;
mod editing;
mod editor;
mod history;
mod known;
mod palette;
mod reading;
mod reflow;
mod showing;
mod status;
#[cfg(test)]
mod tests;
mod verbs;

use std::net::SocketAddrV4;

use model::{Command, Event, Name};

use crate::front::{Line, Mode, Typed, View, Work};
use crate::signals::Stopper;
use crate::styled::Styled;

use editor::Editor;
use known::Known;
use showing::Showing;

pub(crate) use editor::restore_terminal;

/// How a person wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taste {
    /// Whether in colours.
    pub(crate) colours: bool,
    /// Whether the terminal rings for what is meant for this person.
    pub(crate) bell: bool,
}

/// Starts to edit. Fails where no editing is possible, as on a terminal that cannot move its cursor.
pub(crate) fn start(
    name: Name,
    server: SocketAddrV4,
    taste: Taste,
    stopper: Stopper,
) -> anyhow::Result<Mode> {
    let known = Known::new(name.clone());
    let editor = Editor::start(known.clone(), taste, stopper)?;
    let view = Person { showing: Showing::new(name, server, known, taste.bell) };
    Ok(Mode { front: Box::new(editor), view: Box::new(view) })
}

/// What a person types and reads.
struct Person {
    showing: Showing,
}

impl View for Person {
    fn read(&mut self, line: Line) -> Typed {
        reading::read(&self.showing, line)
    }

    fn show(&mut self, event: &Event, under_way: Option<&Command>) -> Vec<Styled> {
        self.showing.event(event, under_way)
    }

    fn given(&mut self, command: &Command) {
        self.showing.given(command);
    }

    fn status(&self, work: &Work<'_>) -> Styled {
        status::line(&self.showing, work)
    }

    fn ahead(&self) -> usize {
        Line::AHEAD
    }

    fn dropped(&mut self, commands: usize) -> Vec<Styled> {
        let commands = match commands {
            1 => "1 command that waited was".to_owned(),
            more => format!("{more} commands that waited were"),
        };
        vec![Styled::of(palette::TROUBLE, format!("{commands} not carried out"))]
    }

    fn full(&mut self) -> Vec<Styled> {
        let words = format!(
            "Too many commands: {} wait already. This one was not taken. To drop them: cancel all",
            Line::AHEAD
        );
        vec![Styled::of(palette::TROUBLE, words)]
    }
}
