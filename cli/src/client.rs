//! Runs a client: hands what the person types to the protocol, one command at a time, and prints what it tells.

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
use crate::front::{Front, Line};
use crate::host::Host;
use crate::parse::parse;
use crate::render::Screen;

/// Joins the server and stays until the person leaves or is put out. The result is the exit code.
pub(crate) fn run(host: &Host, front: Box<dyn Front>, stop: &Receiver<()>) -> anyhow::Result<u8> {
    let mut talk = Talk::new(host, front);
    let ended = talk.until_exit(stop);
    talk.front.finish();
    host.stop();
    ended
}

/// Starts a client on a port of the interface that faces the server. Port 0 is any free one.
pub(crate) fn start<C: Cast>(
    plan: &Plan,
    name: Name,
    server: SocketAddrV4,
    port: u16,
) -> anyhow::Result<Host> {
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
    screen: Screen,
    phase: Phase,
    /// A command that came too early: the session was lost while it was on its way.
    again: Option<Command>,
    /// The person has been asked for a line that has not come yet.
    asked: bool,
    /// Nobody reads the output any more.
    unread: bool,
}

/// Whether a line may be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A command is under way, or there is no session.
    Busy,
    /// The client takes a command now.
    Ready,
    /// The person has asked to end; no more lines are taken.
    Ending,
}

impl<'a> Talk<'a> {
    fn new(host: &'a Host, front: Box<dyn Front>) -> Talk<'a> {
        let screen = Screen::default();
        Talk { host, front, screen, phase: Phase::Busy, again: None, asked: false, unread: false }
    }

    fn until_exit(&mut self, stop: &Receiver<()>) -> anyhow::Result<u8> {
        let typed = self.front.lines().clone();
        let nothing = never();
        let told = self.host.told();
        loop {
            // Lines wait in their channel, and then in their pipe, until the command before them is done.
            let lines = if self.phase == Phase::Ready { &typed } else { &nothing };
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
        let lines = self.screen.show(event);
        self.front.prompt(&self.screen.prompt());
        self.print(&lines);
        match event {
            Event::Ready => self.on_ready(),
            Event::NotReady(command) => self.again = Some(command.clone()),
            Event::SessionLost if self.phase == Phase::Ready => self.phase = Phase::Busy,
            Event::Exited { reason, .. } => return Some(code(*reason)),
            _ => {}
        }
        None
    }

    fn on_ready(&mut self) {
        if let Some(command) = self.again.take() {
            return self.command(command);
        }
        if self.phase == Phase::Ending {
            // Only after a lost session: it took the wish to end with it.
            return self.command(Command::Quit);
        }
        self.phase = Phase::Ready;
        if !self.asked {
            self.asked = true;
            self.front.ask();
        }
    }

    fn on_line(&mut self, line: Line) {
        self.asked = false;
        let parsed = match line {
            Line::Text(text) => parse(&text).map_err(|fault| fault.to_string()),
            Line::TooLong => Err(too_long()),
            Line::NotUtf8 => Err("Invalid text: it is not UTF-8. It was not sent.".to_owned()),
            Line::End => Ok(Some(Command::Quit)),
        };
        match parsed {
            Ok(Some(command)) => self.command(command),
            Ok(None) => self.on_ready(),
            Err(words) => {
                self.print(&[self.screen.say(words)]);
                self.on_ready();
            }
        }
    }

    fn command(&mut self, command: Command) {
        self.phase = if command == Command::Quit { Phase::Ending } else { Phase::Busy };
        self.host.command(command);
    }

    fn interrupt(&mut self) {
        self.phase = Phase::Ending;
        self.host.command(Command::Interrupt);
    }

    /// Without a reader there is nobody to chat for: leave in order, and say nothing about it.
    fn print(&mut self, lines: &[String]) {
        if !self.unread && self.front.print(lines).is_err() {
            self.unread = true;
            if self.phase != Phase::Ending {
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

fn too_long() -> String {
    let (line, text) = (Line::MAX_BYTES, model::Text::MAX_BYTES);
    format!(
        "Invalid text: a text has at most {text} bytes, and this line has more than {line}. It was not sent."
    )
}
