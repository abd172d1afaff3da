//! The line above what is being typed: who and where one is, and what has not been answered.

use model::Command;

use super::palette::{DOUBT, FAINT, STRONG, TROUBLE, of};
use super::showing::{Showing, brief};
use crate::escape::escape;
use crate::front::Work;
use crate::styled::{Style, Styled};

/// Such as `X roomA (2 waiting) > sending to Y, 1 more`.
pub(super) fn line(showing: &Showing, work: &Work<'_>) -> Styled {
    let mut line = Styled::of(of(&showing.own), escape(showing.own.as_str()));
    if let Some(group) = &showing.known.names().group {
        line = line.with(Style::new(), " ").with(STRONG, escape(group.as_str()));
    }
    if showing.waiting > 0 {
        line = line.with(DOUBT, format!(" ({} waiting)", showing.waiting));
    }
    line = line.with(FAINT, " >");
    if let Some(doing) = doing(showing, work) {
        line = line.with(DOUBT, format!(" {doing}"));
    }
    if work.waiting > 0 {
        line = line.with(FAINT, format!(", {} more to do", work.waiting));
    }
    if showing.silent {
        line = line.with(TROUBLE, " (server not responding)");
    }
    line
}

fn doing(showing: &Showing, work: &Work<'_>) -> Option<String> {
    if work.ending {
        return Some("leaving".into());
    }
    if !showing.registered {
        return Some("registering".into());
    }
    Some(match work.under_way? {
        Command::Send { to, .. } => format!("sending to {}", escape(to.as_str())),
        Command::SendGroup(_) => "sending".into(),
        Command::Quit | Command::Dereg(_) | Command::Interrupt => "leaving".into(),
        command => brief(command),
    })
}
