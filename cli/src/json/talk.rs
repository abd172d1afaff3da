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
use crate::front::{Front, Line, unwritable};
use crate::host::Host;
use crate::plain::Plain;

/// Stays until the program or the server ends it. The result is the exit code.
pub(crate) fn run(host: &Host, stop: &Receiver<()>) -> anyhow::Result<u8> {
    let plain = Plain::reading(LINE_MAX)?;
    let mut talk = Talk::new(host);
    let ended = talk.until_exit(plain.lines(), stop);
    host.stop();
    talk.unwritten.map_or(ended, Err)
}

struct Talk<'a> {
    host: &'a Host,
    phase: Phase,
    /// A command that came too early: the session was lost while it was on its way.
    again: Option<Command>,
    /// What lines have asked for that waits for the command under way, in order.
    waiting: VecDeque<Turn>,
    /// There are no more lines.
    ended: bool,
    /// Of the command under way.
    id: Option<Value>,
    /// Nobody reads the output any more.
    unread: bool,
    /// Why, if that is to be told.
    unwritten: Option<anyhow::Error>,
}

/// Whether a command may be given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A command is under way, or there is no session.
    Busy,
    /// The client takes a command now.
    Ready,
    /// The end has been asked for; no more lines are taken.
    Ending,
}

/// What is done when everything before it has been done.
enum Turn {
    Command(Command, Option<Value>),
    /// A line that was no command is answered.
    Answer(String),
}

impl<'a> Talk<'a> {
    fn new(host: &'a Host) -> Talk<'a> {
        Talk {
            host,
            phase: Phase::Busy,
            again: None,
            waiting: VecDeque::new(),
            ended: false,
            id: None,
            unread: false,
            unwritten: None,
        }
    }

    fn until_exit(&mut self, lines: &Receiver<Line>, stop: &Receiver<()>) -> anyhow::Result<u8> {
        let nothing = never();
        loop {
            // Lines beyond that wait in their channel, and then in their pipe.
            let takes = self.phase != Phase::Ending && !self.ended && self.waiting.len() < Line::AHEAD;
            let lines = if takes { lines } else { &nothing };
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
            self.go_on();
        }
    }

    fn on_event(&mut self, event: &Event) -> Option<u8> {
        match event {
            Event::Ready => {
                self.on_ready();
                return None;
            }
            Event::NotReady(command) => self.again = Some(command.clone()),
            Event::SessionLost if self.phase == Phase::Ready => self.phase = Phase::Busy,
            _ => {}
        }
        self.say(said(event, None).map(|said| line(&said)));
        match event {
            Event::Exited { reason, .. } => Some(code(*reason)),
            _ => None,
        }
    }

    fn on_ready(&mut self) {
        if self.phase == Phase::Ending {
            // Only after a lost session: it took the wish to end with it.
            return self.host.command(Command::Quit);
        }
        if let Some(command) = self.again.take() {
            return self.host.command(command);
        }
        self.phase = Phase::Ready;
        let id = self.id.take();
        self.say(said(&Event::Ready, id.as_ref()).map(|said| line(&said)));
    }

    fn on_line(&mut self, line: Line) {
        let turn = match line {
            Line::End => {
                self.ended = true;
                Turn::Command(Command::Quit, None)
            }
            Line::TooLong => {
                Turn::Answer(error(format!("Invalid command: a line has at most {LINE_MAX} bytes"), None))
            }
            Line::NotUtf8 => Turn::Answer(error("Invalid command: it is not UTF-8", None)),
            Line::Text(text) => match read(&text) {
                None => return,
                // It is about the command under way.
                Some(Given { command: Ok(Command::Cancel), .. }) => {
                    return self.host.command(Command::Cancel);
                }
                Some(Given { command: Ok(command), id }) => Turn::Command(command, id),
                Some(Given { command: Err(fault), id }) => Turn::Answer(error(fault, id.as_ref())),
            },
        };
        self.waiting.push_back(turn);
    }

    /// Does what waited, up to the next command.
    fn go_on(&mut self) {
        while self.phase == Phase::Ready {
            match self.waiting.pop_front() {
                Some(Turn::Answer(line)) => self.say(Some(line)),
                Some(Turn::Command(command, id)) => {
                    self.id = id;
                    self.phase = if command == Command::Quit { Phase::Ending } else { Phase::Busy };
                    self.host.command(command);
                }
                None => return,
            }
        }
    }

    fn interrupt(&mut self) {
        self.phase = Phase::Ending;
        self.host.command(Command::Interrupt);
    }

    /// Without a reader there is nobody to chat for: leaves in order, and tells why at the end.
    fn say(&mut self, line: Option<String>) {
        let Some(line) = line.filter(|_| !self.unread) else { return };
        if let Err(error) = super::print(&[line]) {
            let ending = self.phase == Phase::Ending;
            self.unread = true;
            self.unwritten = unwritable(error, ending);
            if !ending {
                self.interrupt();
            }
        }
    }
}
