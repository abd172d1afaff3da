//! Cancelling: not to wait any longer. What became of a request is asked for by its own number, so the answer is certain.
//!
//! ```text
//!  request N pending ── Cancel ──▶ Withdraw N sent once; the person goes on
//!                                    │
//!                                    ├─ reply N: what the request did, or that it was withdrawn
//!                                    └─ next request: Withdraw N pending, until its reply; then the request
//! ```

use std::borrow::Cow;

use stateright::actor::Out;

use crate::command::Command;
use crate::event::Event;
use crate::ids::RequestNumber;
use crate::message::{Message, console};
use crate::packet::{Reply, Request, Up};

use super::{Cancelled, Client, ClientState, Pending, PendingRequest, Then, Turn};

/// Who has asked to leave cannot take it back.
pub(super) fn on_cancel(client: &Client, state: &mut Cow<'_, ClientState>, out: &mut Out<Client>) {
    let interrupted = || state.leaving && state.leaves_with_this_command();
    match state.pending().filter(|_| !interrupted()).cloned() {
        Some(pending) => client.turn(state, out).cancel(pending),
        None => out.send(console(), Message::Event(Event::NothingToCancel)),
    }
}

impl Turn<'_> {
    fn cancel(&mut self, pending: Pending) {
        if let Some(own) = self.state.registered_mut() {
            own.pending = None;
        }
        self.disarm();
        match pending {
            Pending::Direct(pending) => {
                self.tell(Event::Cancelled(Command::Send { to: pending.name, text: pending.text }));
            }
            Pending::Request(pending) => self.cancel_request(pending),
        }
        self.next_command();
    }

    /// A list or a report changes nothing that this client would have to know.
    fn cancel_request(&mut self, pending: PendingRequest) {
        let PendingRequest { number, request, .. } = pending;
        match request {
            Request::Withdraw => self.cancel_waiting(),
            Request::Report(_) => {}
            Request::ListGroups { .. } | Request::ListMembers { .. } => self.withdrawn(request),
            Request::Deregister
            | Request::CreateGroup(_)
            | Request::JoinGroup(_)
            | Request::LeaveGroup
            | Request::Post(_) => {
                if let Some(command) = typed(request.clone()) {
                    self.tell(Event::Cancelled(command));
                }
                if let Some(own) = self.state.registered_mut() {
                    own.cancelled = Some(Cancelled { number, request, then: None });
                }
                self.send_up(Up::Request { number, request: Request::Withdraw });
            }
        }
    }

    /// What waited for the withdrawal has never been sent.
    fn cancel_waiting(&mut self) {
        let then = self.state.registered_mut().and_then(|own| own.cancelled.as_mut()?.then.take());
        if let Some(Then::Command(command)) = then {
            self.tell(Event::Withdrawn(command));
        }
    }

    pub(super) fn withdrawn(&mut self, request: Request) {
        if let Some(command) = typed(request) {
            self.tell(Event::Withdrawn(command));
        }
    }

    /// Asks the server something new, but first what became of a cancelled request.
    pub(super) fn ask_once_settled(&mut self, request: Request, then: Then) {
        let cancelled = self.state.registered_mut().and_then(|own| own.cancelled.as_mut());
        match cancelled {
            Some(cancelled) => {
                cancelled.then = Some(then);
                let number = cancelled.number;
                self.withdraw(number);
            }
            None => self.ask(request, Vec::new()),
        }
    }

    fn withdraw(&mut self, number: RequestNumber) {
        let (request, names) = (Request::Withdraw, Vec::new());
        self.send_request(PendingRequest { number, request, attempts: 1, names });
    }

    /// The server has said what became of a cancelled request, asked for or late.
    pub(super) fn learn_fate(&mut self, reply: Reply) {
        let Some(cancelled) = self.state.registered_mut().and_then(|own| own.cancelled.take()) else {
            return;
        };
        let Cancelled { number, request, then } = cancelled;
        if then.is_some() {
            self.take_request();
        }
        self.conclude(number, request, reply);
        if self.state.registered().is_none() {
            return;
        }
        match then {
            Some(Then::Command(command)) => self.carry_out(command),
            Some(Then::Report(session)) => self.ask(Request::Report(session), Vec::new()),
            None => {}
        }
    }
}

/// What the person typed for a request.
fn typed(request: Request) -> Option<Command> {
    Some(match request {
        Request::Deregister => Command::Quit,
        Request::CreateGroup(group) => Command::CreateGroup(group),
        Request::ListGroups { .. } => Command::ListGroups,
        Request::JoinGroup(group) => Command::JoinGroup(group),
        Request::LeaveGroup => Command::LeaveGroup,
        Request::ListMembers { .. } => Command::ListMembers,
        Request::Post(text) => Command::SendGroup(text),
        Request::Report(_) | Request::Withdraw => return None,
    })
}
