//! What the person asks: allowed in this mode or not, and what it starts.

use std::borrow::Cow;

use stateright::actor::Out;

use crate::command::Command;
use crate::event::{Event, Exit};
use crate::message::{Message, console};
use crate::packet::Request;

use super::{Client, ClientState, Mode, Pending, Phase, Then, Turn};

/// One command at a time; only an interrupt may come while another one is under way, or the wish to cancel it.
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
        (_, Command::Cancel) => super::cancelling::on_cancel(client, state, out),
        (Phase::Registered(own), _) if own.pending.is_none() => client.turn(state, out).carry_out(command),
        // A person that waits for `Event::Ready` comes here only when the session is lost at the same moment.
        _ => out.send(console(), Message::Event(Event::NotReady(command))),
    }
}

impl Turn<'_> {
    pub(super) fn carry_out(&mut self, command: Command) {
        let in_group = self.state.registered().is_some_and(|own| own.mode != Mode::Alone);
        let request = match (command.clone(), in_group) {
            (Command::Send { to, text }, false) => return self.send_direct(to, text),
            (Command::CreateGroup(group), false) => Request::CreateGroup(group),
            (Command::ListGroups, false) => Request::ListGroups { after: None },
            (Command::JoinGroup(group), false) => Request::JoinGroup(group),
            (Command::SendGroup(text), true) => Request::Post(text),
            (Command::ListMembers, true) => Request::ListMembers { after: None },
            (Command::LeaveGroup, true) => Request::LeaveGroup,
            (Command::Dereg(name), _) if name == self.config.name => Request::Deregister,
            (Command::Quit | Command::Interrupt, _) => Request::Deregister,
            _ => {
                self.tell(Event::InvalidCommand);
                return self.next_command();
            }
        };
        self.ask_once_settled(request, Then::Command(command));
    }

    fn interrupt(&mut self) {
        self.state.leaving = true;
        if self.is_given_up() {
            self.exit(Exit::ServerSilent);
        } else if self.state.registered().is_some_and(|own| own.pending.is_none()) {
            self.carry_out(Command::Interrupt);
        }
    }

    /// Whether the server has not answered in all attempts, and only a client that reconnects would still wait for it.
    fn is_given_up(&self) -> bool {
        let attempts = match (&self.state.phase, self.state.pending()) {
            (Phase::Registering(registering), _) => registering.attempts,
            (_, Some(Pending::Request(pending))) => pending.attempts,
            _ => 0,
        };
        attempts > self.config.limits.attempts
    }

    /// A command is done with: takes the next one, or leaves if the person wanted to meanwhile.
    pub(super) fn next_command(&mut self) {
        if self.state.registered().is_none() {
            // The command was to leave.
        } else if self.state.leaving {
            self.carry_out(Command::Interrupt);
        } else {
            self.tell(Event::Ready);
        }
    }
}
