//! What a server needs of whoever shows its notices and reads its operator's orders.

use std::io;

use crossbeam_channel::Receiver;
use model::Notice;
use net::Stats;

use super::board::Board;
use super::orders::Ask;
use crate::front::Line;

/// An operator's side of a server.
pub(crate) trait Desk {
    /// What is typed.
    fn lines(&self) -> &Receiver<Line>;

    /// How many bytes a line may have.
    fn longest(&self) -> usize {
        Line::MAX_BYTES
    }

    /// What a line asks, or what is wrong with it.
    fn read(&self, line: &str) -> Result<Option<Ask>, String>;

    /// Shows what the server tells.
    fn notice(&mut self, notice: &Notice, board: &Board) -> io::Result<()>;

    /// Shows what the operator asked for.
    fn answer(&mut self, answer: &Answer<'_>) -> io::Result<()>;

    /// Fires whenever [`Desk::refresh`] is due; never, if it shows nothing but lines.
    fn due(&self) -> &Receiver<()>;

    /// Shows how things stand now.
    fn refresh(&mut self, board: &Board, stats: &Stats) -> io::Result<()>;

    /// Everything shown is out and the terminal is as it was. Nothing is shown after.
    fn finish(&mut self);
}

/// What an operator gets to see that asked for it.
pub(crate) enum Answer<'a> {
    /// The client table.
    Who(&'a Board),
    /// The group table.
    Groups(&'a Board),
    /// What can be asked.
    Help,
    /// What was wrong with a line.
    Fault(String),
    /// So many notices were not shown, because the output was too slow.
    Dropped(u64),
}
