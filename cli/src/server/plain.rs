//! Plain mode: orders from standard input, the contract's lines to standard output.

use std::io;

use crossbeam_channel::{Receiver, never};
use model::Notice;
use net::Stats;

use super::board::Board;
use super::desk::{Answer, Desk};
use super::orders::{self, Ask};
use crate::front::{Front, Line};
use crate::plain::{Plain, print};
use crate::render;

/// Lines.
pub(crate) struct PlainDesk {
    plain: Plain,
    log_text: bool,
    never: Receiver<()>,
}

impl PlainDesk {
    /// Starts to read.
    pub(crate) fn start(log_text: bool) -> io::Result<PlainDesk> {
        Ok(PlainDesk { plain: Plain::start()?, log_text, never: never() })
    }
}

impl Desk for PlainDesk {
    fn lines(&self) -> &Receiver<Line> {
        self.plain.lines()
    }

    fn read(&self, line: &str) -> Result<Option<Ask>, String> {
        orders::parse(line).map_err(|fault| fault.to_string())
    }

    fn notice(&mut self, notice: &Notice, _: &Board) -> io::Result<()> {
        print(&render::notice(notice, self.log_text))
    }

    fn answer(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        print(&render::answer(answer))
    }

    fn due(&self) -> &Receiver<()> {
        &self.never
    }

    fn refresh(&mut self, _: &Board, _: &Stats) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) {}
}
