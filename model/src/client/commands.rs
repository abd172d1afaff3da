//! What the person asks: allowed in this mode or not, and what it starts.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::command::Command;
use crate::event::Event;
use crate::message::{Message, console};
use crate::packet::Request;

use super::{Client, ClientState, Mode, Phase, Turn};

/// One command at a time; only an interrupt may come while another one is under way.
pub(super) fn on_command(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    command: Command,
    out: &mut Out<Client>,
) {
    match (&state.phase, &command) {
        (Phase::Exited(_), _) => {}
        (_, Command::Interrupt) if state.leaving => {}
        (_, Command::Interrupt) => client.turn(state, out).interrupt(),
        (Phase::Registered(own), _) if own.pending.is_none() => client.turn(state, out).carry_out(command),
        // A person that waits for `Event::Ready` comes here only when the session is lost at the same moment.
        _ => out.send(console(), Message::Event(Event::NotReady(command))),
    }
}

impl Turn<'_> {
    fn carry_out(&mut self, command: Command) {
        let in_group = self.state.registered().is_some_and(|own| own.mode != Mode::Alone);
        match (command, in_group) {
            (Command::Send { to, text }, false) => self.send_direct(to, text),
            (Command::CreateGroup(group), false) => self.ask(Request::CreateGroup(group), Vec::new()),
            (Command::ListGroups, false) => self.ask(Request::ListGroups { after: None }, Vec::new()),
            (Command::JoinGroup(group), false) => self.ask(Request::JoinGroup(group), Vec::new()),
            (Command::SendGroup(text), true) => self.ask(Request::Post(text), Vec::new()),
            (Command::ListMembers, true) => self.ask(Request::ListMembers { after: None }, Vec::new()),
            (Command::LeaveGroup, true) => self.ask(Request::LeaveGroup, Vec::new()),
            (Command::Dereg(name), _) if name == self.config.name => {
                self.ask(Request::Deregister, Vec::new());
            }
            (Command::Quit | Command::Interrupt, _) => self.ask(Request::Deregister, Vec::new()),
            _ => {
                self.tell(Event::InvalidCommand);
                self.tell(Event::Ready);
            }
        }
    }

    fn interrupt(&mut self) {
        self.state.leaving = true;
        if self.state.registered().is_some_and(|own| own.pending.is_none()) {
            self.carry_out(Command::Interrupt);
        }
    }

    /// A command is done with: takes the next one, or leaves if the person wanted to meanwhile.
    pub(super) fn next_command(&mut self) {
        if self.state.leaving {
            self.carry_out(Command::Interrupt);
        } else {
            self.tell(Event::Ready);
        }
    }
}
