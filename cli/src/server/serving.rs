//! The loop between a server and its operator.

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, after, never, select, tick};
use model::{Notice, Order};
use net::Told;

use super::board::Board;
use super::desk::{Answer, Desk};
use super::orders::Ask;
use super::watch::{self, Watch};
use crate::front::{Line, unwritable};
use crate::host::Host;
use crate::metrics::Metrics;

/// A server that runs.
pub(super) struct Serving<'a> {
    host: &'a Host,
    desk: &'a mut dyn Desk,
    board: Board,
    metrics: Option<Metrics>,
    /// When a server that was asked to stop ends in any case.
    parting: Receiver<Instant>,
    stopping: bool,
}

/// Whether to go on.
enum Then {
    Goes,
    Ends,
}

impl<'a> Serving<'a> {
    pub(super) fn new(host: &'a Host, desk: &'a mut dyn Desk, metrics: Option<Metrics>) -> Serving<'a> {
        Serving { host, desk, board: Board::default(), metrics, parting: never(), stopping: false }
    }

    /// Whoever is asked to stop tells the clients first, and does not wait longer for that than [`PARTING`].
    pub(super) fn until_stopped(&mut self, stop: &Receiver<()>) -> anyhow::Result<u8> {
        let mut lines = self.desk.lines().clone();
        let due = self.desk.due().clone();
        let (mut watch, report) = (Watch::new(), tick(watch::PERIOD));
        let ended = loop {
            let then = select! {
                recv(self.host.told()) -> told => self.on_told(told.context("the network part has ended")?)?,
                recv(lines) -> line => match line.unwrap_or(Line::End) {
                    // A server outlives its input: it may have been started without any.
                    Line::End => { lines = never(); Then::Goes }
                    line => self.on_line(line)?,
                },
                recv(due) -> _ => self.refresh()?,
                recv(report) -> _ => { watch.report(&self.host.stats()); Then::Goes }
                recv(stop) -> _ => { self.order(Order::Stop); Then::Goes }
                recv(self.parting) -> _ => Then::Ends,
            };
            if let Then::Ends = then {
                break 0;
            }
        };
        watch.report(&self.host.stats());
        Ok(ended)
    }

    fn on_told(&mut self, told: Told) -> anyhow::Result<Then> {
        match told {
            Told::Notice(notice) => self.on_notice(&notice),
            Told::Unsaved(reason) => Err(anyhow!("{reason}. The server has stopped.")),
            Told::Failed(reason) => Err(anyhow!("internal error: {reason}")),
            Told::Dropped(count) => {
                tracing::warn!(count, "notices were not shown: the output is too slow");
                let shown = self.desk.answer(&Answer::Dropped(count));
                self.unless_unread(shown)
            }
            Told::Event(_) => Ok(Then::Goes),
        }
    }

    fn on_notice(&mut self, notice: &Notice) -> anyhow::Result<Then> {
        self.board.note(notice);
        if let Some(metrics) = &self.metrics {
            metrics.note(&self.board);
        }
        match (self.desk.notice(notice, &self.board), notice) {
            (Ok(()), Notice::Stopped { .. }) => Ok(Then::Ends),
            (Err(error), Notice::Stopped { .. }) => self.unread(error),
            (shown, _) => self.unless_unread(shown),
        }
    }

    fn on_line(&mut self, line: Line) -> anyhow::Result<Then> {
        let asked = match line {
            Line::Text(text) => self.desk.read(&text),
            Line::TooLong => {
                Err(format!("Invalid command; a line has at most {} bytes", self.desk.longest()))
            }
            Line::NotUtf8 => Err("Invalid command; it is not UTF-8".into()),
            Line::End => Ok(None),
        };
        let answer = match asked {
            Ok(None) => return Ok(Then::Goes),
            Ok(Some(Ask::Order(order))) => {
                self.order(order);
                return Ok(Then::Goes);
            }
            Ok(Some(Ask::Who)) => Answer::Who(&self.board),
            Ok(Some(Ask::Groups)) => Answer::Groups(&self.board),
            Ok(Some(Ask::Help)) => Answer::Help,
            Err(fault) => Answer::Fault(fault),
        };
        let shown = self.desk.answer(&answer);
        self.unless_unread(shown)
    }

    fn refresh(&mut self) -> anyhow::Result<Then> {
        let shown = self.desk.refresh(&self.board, &self.host.stats());
        self.unless_unread(shown)
    }

    fn order(&mut self, order: Order) {
        if order == Order::Stop {
            self.parting = after(PARTING);
            self.stopping = true;
        }
        self.host.order(order);
    }

    /// A server that nobody can read any more stops in order: whoever ran it has gone away, or believes a file to be complete.
    fn unless_unread(&mut self, shown: io::Result<()>) -> anyhow::Result<Then> {
        let Err(error) = shown else { return Ok(Then::Goes) };
        if !self.stopping {
            self.host.order(Order::Stop);
        }
        until_parted(self.host);
        self.unread(error)
    }

    fn unread(&self, error: io::Error) -> anyhow::Result<Then> {
        unwritable(error, self.stopping).map_or(Ok(Then::Ends), Err)
    }
}

/// Lets a server tell its clients that it stops, with nobody looking.
pub(crate) fn part(host: &Host) {
    host.order(Order::Stop);
    until_parted(host);
}

fn until_parted(host: &Host) {
    let end = Instant::now() + PARTING;
    loop {
        match host.told().recv_deadline(end) {
            Ok(Told::Notice(Notice::Stopped { .. })) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// How long telling everybody may take. A notice can be lost when the output is slow.
const PARTING: Duration = Duration::from_millis(500);
