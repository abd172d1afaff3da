//! JSON lines: orders in, notices out.

use std::io;
use std::net::SocketAddrV4;

use crossbeam_channel::{Receiver, never};
use model::{Notice, Order};
use net::Stats;

use super::board::Board;
use super::desk::{Answer, Desk};
use super::orders::{self, Ask};
use crate::front::{Front, Line};
use crate::json::server::{Asked, Said, groups, said};
use crate::json::{self, LINE_MAX};
use crate::plain::Plain;

/// Objects.
pub(super) struct JsonDesk {
    plain: Plain,
    address: String,
    log_text: bool,
    never: Receiver<()>,
}

impl JsonDesk {
    /// Starts to read.
    pub(super) fn start(address: SocketAddrV4, log_text: bool) -> io::Result<JsonDesk> {
        let plain = Plain::reading(LINE_MAX)?;
        Ok(JsonDesk { plain, address: address.to_string(), log_text, never: never() })
    }
}

impl Desk for JsonDesk {
    fn lines(&self) -> &Receiver<Line> {
        self.plain.lines()
    }

    fn longest(&self) -> usize {
        LINE_MAX
    }

    fn read(&self, line: &str) -> Result<Option<Ask>, String> {
        if line.trim().is_empty() {
            return Ok(None);
        }
        let ask = match json::parse(line)? {
            Asked::Who {} => Ask::Who,
            Asked::Groups {} => Ask::Groups,
            Asked::Help {} => Ask::Help,
            Asked::Stop {} => Ask::Order(Order::Stop),
            Asked::Kick { name } => orders::kick(&name).map_err(|fault| fault.to_string())?,
        };
        Ok(Some(ask))
    }

    fn notice(&mut self, notice: &Notice, _: &Board) -> io::Result<()> {
        json::print(&[json::line(&said(notice, &self.address, self.log_text))])
    }

    fn answer(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let line = match answer {
            Answer::Who(board) => json::line(&Said::Clients { people: json::people(&board.people) }),
            Answer::Groups(board) => json::line(&Said::Groups { groups: groups(&board.groups) }),
            Answer::Help => {
                let commands = super::HELP.iter().map(|(command, _)| *command).collect();
                json::line(&Said::Help { commands })
            }
            Answer::Fault(fault) => json::error(fault, None),
            Answer::Dropped(count) => json::line(&Said::Dropped { count: *count }),
        };
        json::print(&[line])
    }

    fn due(&self) -> &Receiver<()> {
        &self.never
    }

    fn refresh(&mut self, _: &Board, _: &Stats) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) {}
}
