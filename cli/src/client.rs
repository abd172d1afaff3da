//! Runs a client: hands what the person types to the protocol, one command at a time, and prints what it tells.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, never, select};
use model::event::Exit;
use model::ids::Nonce;
use model::{Client, ClientConfig, Command, Event, Name};
use net::record::Configured;
use net::{Options, Overflow, Seal, Side, Told};

use crate::args::Plan;
use crate::cast::Cast;
use crate::front::{Front, Line, Mode, Typed, View, Work, unwritable};
use crate::host::Host;
use crate::interactive;
use crate::json;
use crate::log::Log;
use crate::plain::{Plain, Words};
use crate::signals::{self, Stopper};
use crate::styled::Styled;

/// Joins a server from a port of the interface that faces it, and stays until the person leaves or is put out. Port 0 is any
/// free one. The result is the exit code.
pub(crate) fn join<C: Cast>(plan: &Plan, name: Name, server: SocketAddrV4, port: u16) -> anyhow::Result<u8> {
    let log = plan.log.as_deref().map(Log::open).transpose()?;
    let host = start::<C>(plan, name.clone(), server, port)?;
    let (stopper, stop) = signals::watch()?;
    if plan.json {
        let ended = json::run(&host, &stop);
        host.stop();
        return ended;
    }
    let mode = mode(plan, name, server, stopper)?;
    let mut talk = Talk::new(&host, mode, log);
    let ended = talk.until_exit(&stop);
    talk.front.finish();
    host.stop();
    talk.unwritten.map_or(ended, Err)
}

/// A line editor where there is somebody to use it.
fn mode(plan: &Plan, name: Name, server: SocketAddrV4, stopper: Stopper) -> io::Result<Mode> {
    if !plan.plain && io::stdin().is_terminal() && io::stdout().is_terminal() {
        match interactive::start(name, server, plan.taste, stopper) {
            Ok(mode) => return Ok(mode),
            Err(error) => tracing::info!("no line editor: {error:#}"),
        }
    }
    Ok(Mode { front: Box::new(Plain::start()?), view: Box::new(Words::default()) })
}

fn start<C: Cast>(plan: &Plan, name: Name, server: SocketAddrV4, port: u16) -> anyhow::Result<Host> {
    let ip = plan.bind.map_or_else(|| facing(server), Ok)?;
    let seal = plan.key.clone().map(|key| Seal { key, side: Side::ClientOf(server.into()) });
    let config = ClientConfig {
        name,
        server: server.into(),
        nonce: Nonce(getrandom::u64().context("no randomness from the operating system")?),
        reconnect: plan.reconnect,
        limits: plan.limits,
        timing: plan.timing,
    };
    let record = plan.recording(Configured::Client(config.clone()));
    let options = Options { seal, record, ..Options::new(Overflow::Wait) };
    Ok(Host::start(C::client(Client { config }), SocketAddrV4::new(ip, port), options)?)
}

/// Connecting a UDP socket sends nothing, but makes the system choose an interface.
fn facing(server: SocketAddrV4) -> anyhow::Result<Ipv4Addr> {
    let unreachable = || format!("no way to reach {server}");
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).with_context(unreachable)?;
    socket.connect(server).with_context(unreachable)?;
    match socket.local_addr().with_context(unreachable)? {
        std::net::SocketAddr::V4(local) => Ok(*local.ip()),
        std::net::SocketAddr::V6(_) => Err(anyhow!(unreachable())),
    }
}

struct Talk<'a> {
    host: &'a Host,
    front: Box<dyn Front>,
    view: Box<dyn View>,
    log: Option<Log>,
    phase: Phase,
    /// What the client has been given and has not answered.
    under_way: Option<Command>,
    /// What it is to be given next.
    waiting: VecDeque<Command>,
    /// There are no more lines.
    typed_all: bool,
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
    /// The person has asked to end; no more commands are given.
    Ending,
}

impl<'a> Talk<'a> {
    fn new(host: &'a Host, mode: Mode, log: Option<Log>) -> Talk<'a> {
        let Mode { front, view } = mode;
        Talk {
            host,
            front,
            view,
            log,
            phase: Phase::Busy,
            under_way: None,
            waiting: VecDeque::new(),
            typed_all: false,
            unread: false,
            unwritten: None,
        }
    }

    fn until_exit(&mut self, stop: &Receiver<()>) -> anyhow::Result<u8> {
        let typed = self.front.lines().clone();
        let nothing = never();
        let told = self.host.told();
        loop {
            self.show_status();
            let takes_lines = match self.phase {
                _ if self.typed_all => false,
                Phase::Ready => true,
                Phase::Busy => self.view.ahead() > 0,
                Phase::Ending => false,
            };
            let lines = if takes_lines { &typed } else { &nothing };
            select! {
                recv(told) -> told => {
                    if let Some(code) = self.on_told(told.context("the network part has ended")?)? {
                        return Ok(code);
                    }
                }
                recv(lines) -> line => self.on_line(line.unwrap_or(Line::End)),
                recv(stop) -> _ => self.interrupt(),
            }
        }
    }

    fn on_told(&mut self, told: Told) -> anyhow::Result<Option<u8>> {
        match told {
            Told::Event(event) => Ok(self.on_event(&event)),
            Told::Unsaved(reason) => Err(anyhow!("{reason}")),
            Told::Failed(reason) => Err(anyhow!("internal error: {reason}")),
            Told::Notice(_) | Told::Dropped(_) => Ok(None),
        }
    }

    fn on_event(&mut self, event: &Event) -> Option<u8> {
        let lines = self.view.show(event, self.under_way.as_ref());
        self.print(&lines);
        match event {
            Event::Ready => self.on_ready(),
            Event::NotReady(Command::Cancel) => {}
            // It came too early: the session was lost while it was on its way.
            Event::NotReady(command) => self.waiting.push_front(command.clone()),
            Event::SessionLost => {
                self.under_way = None;
                if self.phase == Phase::Ready {
                    self.phase = Phase::Busy;
                }
            }
            Event::Exited { reason, .. } => {
                self.drop_waiting();
                return Some(code(*reason));
            }
            _ => {}
        }
        None
    }

    fn on_ready(&mut self) {
        self.under_way = None;
        if self.phase == Phase::Ending {
            // Only after a lost session: it took the wish to end with it.
            self.give(Command::Quit);
        } else if let Some(next) = self.waiting.pop_front() {
            self.give(next);
        } else {
            self.phase = Phase::Ready;
        }
    }

    fn on_line(&mut self, line: Line) {
        self.typed_all = line == Line::End;
        match self.view.read(line) {
            Typed::Command(Command::Cancel) => self.host.command(Command::Cancel),
            Typed::Command(command) if self.phase == Phase::Ready => self.give(command),
            Typed::Command(command) if command == Command::Quit || self.waiting.len() < self.view.ahead() => {
                self.waiting.push_back(command);
            }
            Typed::Command(_) => {
                let lines = self.view.full();
                self.print(&lines);
            }
            Typed::CancelAll => {
                self.drop_waiting();
                self.host.command(Command::Cancel);
            }
            Typed::Answer(lines) => self.print(&lines),
            Typed::Nothing => {}
        }
    }

    fn give(&mut self, command: Command) {
        self.phase = if command == Command::Quit { Phase::Ending } else { Phase::Busy };
        self.view.given(&command);
        self.under_way = Some(command.clone());
        self.host.command(command);
    }

    fn interrupt(&mut self) {
        self.drop_waiting();
        self.phase = Phase::Ending;
        self.host.command(Command::Interrupt);
    }

    fn drop_waiting(&mut self) {
        let commands = self.waiting.len();
        if commands > 0 {
            self.waiting.clear();
            let lines = self.view.dropped(commands);
            self.print(&lines);
        }
    }

    fn show_status(&mut self) {
        let ending = self.phase == Phase::Ending;
        let work = Work { under_way: self.under_way.as_ref(), waiting: self.waiting.len(), ending };
        self.front.status(self.view.status(&work));
    }

    /// Without a reader there is nobody to chat for: leave in order, and tell why at the end.
    fn print(&mut self, lines: &[Styled]) {
        if let Some(log) = &mut self.log {
            log.write(lines);
        }
        if self.unread || lines.is_empty() {
            return;
        }
        if let Err(error) = self.front.print(lines) {
            let ending = self.phase == Phase::Ending;
            self.unread = true;
            self.unwritten = unwritable(error, ending);
            if !ending {
                self.interrupt();
            }
        }
    }
}

/// The exit code.
pub(crate) fn code(reason: Exit) -> u8 {
    match reason {
        Exit::Deregistered => 0,
        Exit::ServerSilent
        | Exit::NameTaken
        | Exit::AddressTaken
        | Exit::ServerFull
        | Exit::NameReserved
        | Exit::Kicked => 1,
    }
}
