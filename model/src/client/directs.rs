//! Direct messages: from client to client, also while the server is down.

use std::borrow::Cow;

use stateright::actor::{Id, Out};

use crate::changes::{Change, note};
use crate::event::Event;
use crate::ids::{DirectNumber, PairSecret, Session};
use crate::message::Message;
use crate::name::{Name, Text};
use crate::packet::{Listing, Packet, Request, Verdict};

use super::{Client, ClientState, Mode, Pending, PendingDirect, Then, Turn};

/// A direct message as it came in.
pub(super) struct Incoming {
    pub(super) sender: Name,
    pub(super) from: Session,
    pub(super) to: Session,
    pub(super) secret: PairSecret,
    pub(super) number: DirectNumber,
    pub(super) text: Text,
}

/// An ack as it came in.
pub(super) struct Ack {
    pub(super) from: Session,
    pub(super) to: Session,
    pub(super) secret: PairSecret,
    pub(super) number: DirectNumber,
    pub(super) verdict: Verdict,
}

/// Accepted only for this very session, from the address that the directory gives for the sender, and with the secret of
/// both. A repeat gets the
/// same verdict again; what is older than the last one is a stray copy that nobody waits for.
pub(super) fn on_direct(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    src: Id,
    incoming: Incoming,
    out: &mut Out<Client>,
) {
    let Incoming { sender, from, to, secret, number, text } = incoming;
    let listed = state.directory.find(&sender).is_some_and(|Listing { entry, secret: known, .. }| {
        entry.session == from && entry.address == src && entry.online && *known == secret
    });
    if !listed || state.registered().is_none_or(|own| own.pass.session != to) {
        return;
    }
    let verdict = match state.heard.get(&from) {
        Some((last, _)) if number < *last => return,
        Some((last, verdict)) if number == *last => *verdict,
        _ => client.turn(state, out).accept_direct(sender, from, number, text),
    };
    out.send(src, Message::Packet(Packet::DirectAck { from: to, to: from, secret, number, verdict }));
}

/// The peer has the pending direct message; every other ack is a repeat.
pub(super) fn on_ack(
    client: &Client,
    state: &mut Cow<'_, ClientState>,
    src: Id,
    ack: &Ack,
    out: &mut Out<Client>,
) {
    let Ack { from, to, secret, number, verdict } = *ack;
    let awaited = state.registered().is_some_and(|own| {
        own.pass.session == to
            && matches!(&own.pending, Some(Pending::Direct(pending))
                if pending.address == src
                    && pending.to == from
                    && pending.secret == secret
                    && pending.number == number)
    });
    if awaited {
        client.turn(state, out).direct_acked(verdict);
    }
}

impl Turn<'_> {
    pub(super) fn send_direct(&mut self, name: Name, text: Text) {
        let Some(Listing { entry, secret, .. }) = self.state.directory.find(&name) else {
            self.tell(Event::UnknownPerson(name));
            return self.next_command();
        };
        let (to, address, secret) = (entry.session, entry.address, *secret);
        let Some(own) = self.state.registered_mut() else { return };
        let number = own.last_direct.next();
        own.last_direct = number;
        self.send_again(PendingDirect { name, to, address, secret, number, text, attempts: 1 });
    }

    fn send_again(&mut self, pending: PendingDirect) {
        let Some(own) = self.state.registered_mut() else { return };
        let from = own.pass.session;
        let PendingDirect { to, address, secret, number, ref text, attempts, .. } = pending;
        let sender = self.config.name.clone();
        let packet = Packet::Direct { sender, from, to, secret, number, text: text.clone() };
        own.pending = Some(Pending::Direct(pending));
        self.send(address, packet);
        self.arm(attempts);
    }

    /// No ack in time: again, or report the peer. The report says nothing about the message, whose fate is unknown.
    pub(super) fn direct_unacked(&mut self, pending: PendingDirect) {
        if pending.attempts < self.config.limits.attempts {
            let attempts = pending.attempts + 1;
            return self.send_again(PendingDirect { attempts, ..pending });
        }
        self.tell(Event::NoAck { from: pending.name });
        self.ask_once_settled(Request::Report(pending.to), Then::Report(pending.to));
    }

    fn direct_acked(&mut self, verdict: Verdict) {
        let Some(Pending::Direct(pending)) = self.state.registered_mut().and_then(|own| own.pending.take())
        else {
            return;
        };
        self.disarm();
        self.tell(match verdict {
            Verdict::Accepted => Event::DirectReceived { by: pending.name },
            Verdict::Queued => Event::DirectQueued { at: pending.name },
            Verdict::QueueFull => Event::DirectRefused { by: pending.name },
        });
        self.next_command();
    }

    /// Shows a new direct message, or queues it in a group. A refusal is remembered too: a later copy must not be shown
    /// after the sender was told that it never will be.
    fn accept_direct(&mut self, sender: Name, from: Session, number: DirectNumber, text: Text) -> Verdict {
        let limit = self.config.limits.queued;
        let Some(own) = self.state.registered_mut() else { return Verdict::QueueFull };
        let (verdict, event) = if own.mode == Mode::Alone {
            (Verdict::Accepted, Some(Event::Direct { from: sender, text }))
        } else if own.queue.len() < limit {
            own.queue.push_back((sender, text));
            (Verdict::Queued, Some(Event::Queued { waiting: own.queue.len() }))
        } else {
            (Verdict::QueueFull, None)
        };
        note(|| Change::Heard(from));
        self.state.heard.insert(from, (number, verdict));
        if let Some(event) = event {
            self.tell(event);
        }
        verdict
    }
}
