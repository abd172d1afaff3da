//! The loop between a client and a program.

use std::collections::VecDeque;

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, never, select};
use model::{Command, Event};
use net::Told;
use serde_json::Value;

use super::client::{Given, read, said};
use super::{LINE_MAX, error, line};
use crate::client::code;
use crate::front::{Front, Line};
use crate::host::Host;
use crate::plain::Plain;

/// Stays until the program or the server ends it. The result is the exit code.
pub(crate) fn run(host: &Host, stop: &Receiver<()>) -> anyhow::Result<u8> {
    let plain = Plain::reading(LINE_MAX)?;
    let mut talk = Talk { host, phase: Phase::Busy, waiting: VecDeque::new(), id: None, unread: false };
    let ended = talk.until_exit(plain.lines(), stop);
    host.stop();
    ended
}

struct Talk<'a> {
    host: &'a Host,
    phase: Phase,
    /// Commands that came too early, with their ids.
    waiting: VecDeque<(Command, Option<Value>)>,
    /// Of the command under way.
    id: Option<Value>,
    /// Nobody reads the output any more.
    unread: bool,
}

/// Whether a command may be given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A command is under way, or there is no session.
    Busy,
    /// The client takes a command now.
    Ready,
    /// The end has been asked for; nothing more is given.
    Ending,
}

impl Talk<'_> {
    fn until_exit(&mut self, lines: &Receiver<Line>, stop: &Receiver<()>) -> anyhow::Result<u8> {
        let nothing = never();
        loop {
            // What is too much waits in its channel, and then in its pipe.
            let open = self.phase != Phase::Ending && self.waiting.len() < Line::AHEAD;
            let lines = if open { lines } else { &nothing };
            select! {
                recv(self.host.told()) -> told => match told.context("the network part has ended")? {
                    Told::Event(event) => {
                        if let Some(code) = self.on_event(&event) {
                            return Ok(code);
                        }
                    }
                    Told::Unsaved(reason) => return Err(anyhow!("{reason}")),
                    Told::Failed(reason) => return Err(anyhow!("internal error: {reason}")),
                    Told::Notice(_) | Told::Dropped(_) => {}
                },
                recv(lines) -> line => self.on_line(line.unwrap_or(Line::End)),
                recv(stop) -> _ => self.interrupt(),
            }
        }
    }

    fn on_event(&mut self, event: &Event) -> Option<u8> {
        let id = if *event == Event::Ready { self.id.take() } else { None };
        self.say(said(event, id.as_ref()).map(|said| line(&said)));
        match event {
            // The wish to end may have gone with a lost session.
            Event::Ready if self.phase == Phase::Ending => self.host.command(Command::Quit),
            Event::Ready => {
                self.phase = Phase::Ready;
                self.next();
            }
            // It came too early: the session was lost while it was on its way.
            Event::NotReady(Command::Cancel) => {}
            Event::NotReady(command) => self.waiting.push_front((command.clone(), self.id.take())),
            Event::SessionLost if self.phase == Phase::Ready => self.phase = Phase::Busy,
            Event::Exited { reason, .. } => return Some(code(*reason)),
            _ => {}
        }
        None
    }

    fn on_line(&mut self, line: Line) {
        let fault = match line {
            Line::End => return self.give(Command::Quit, None),
            Line::TooLong => format!("Invalid command: a line has at most {LINE_MAX} bytes"),
            Line::NotUtf8 => "Invalid command: it is not UTF-8".to_owned(),
            Line::Text(text) => match read(&text) {
                None => return,
                Some(Given { command: Ok(Command::Cancel), .. }) => {
                    return self.host.command(Command::Cancel);
                }
                Some(Given { command: Ok(command), id }) => return self.give(command, id),
                Some(Given { command: Err(fault), id }) => return self.say(Some(error(fault, id.as_ref()))),
            },
        };
        self.say(Some(error(fault, None)));
    }

    fn give(&mut self, command: Command, id: Option<Value>) {
        self.waiting.push_back((command, id));
        self.next();
    }

    /// Gives the client the next command, if it takes one.
    fn next(&mut self) {
        if self.phase != Phase::Ready {
            return;
        }
        if let Some((command, id)) = self.waiting.pop_front() {
            self.phase = if command == Command::Quit { Phase::Ending } else { Phase::Busy };
            self.id = id;
            self.host.command(command);
        }
    }

    fn interrupt(&mut self) {
        self.phase = Phase::Ending;
        self.host.command(Command::Interrupt);
    }

    /// Without a reader there is nobody to chat for: leaves in order.
    fn say(&mut self, line: Option<String>) {
        let Some(line) = line else { return };
        if !self.unread && super::print(&[line]).is_err() {
            self.unread = true;
            if self.phase != Phase::Ending {
                self.interrupt();
            }
        }
    }
}
