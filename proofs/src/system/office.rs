//! The server together with its operator: the orders it may get are the actor's random choices.

use std::borrow::Cow;

use model::server::saved::Saved;
use model::{Message, Name, Order, Server, ServerState, console};
use stateright::actor::{Actor, Command, Id, Out};

use super::book::Book;
use super::disk::Storage;
use super::role::{Choice, Role};
use crate::scenario::Errand;

/// A server and its operator.
#[derive(Clone, Debug)]
pub struct Office {
    /// The server.
    pub server: Server,
    /// What its operator may order, each once, in any order and at any time.
    pub errands: Vec<Errand>,
    /// What its operator ordered in a recorded run.
    pub orders: Vec<Order>,
    /// Where the others are.
    pub book: Book,
}

impl Office {
    /// Offers every order, each under a key of its own: what has been ordered is offered no more.
    pub(super) fn offer(&self, out: &mut Out<Role>) {
        for number in (0u16..).take(self.errands.len()) {
            out.choose_random(number.to_string(), vec![Choice(number)]);
        }
    }

    pub(super) fn choose(
        &self,
        id: Id,
        state: &mut Cow<'_, ServerState>,
        choice: Choice,
        out: &mut Out<Server>,
    ) {
        self.server.on_msg(id, state, console(), Message::Order(self.order(choice)), out);
    }

    /// The order that a choice stands for.
    ///
    /// # Panics
    /// If a scenario has bad names.
    pub fn order(&self, choice: Choice) -> Order {
        let number = usize::from(choice.0);
        match self.errands.get(number) {
            Some(Errand::Kick(name)) => Order::Kick(Name::new(name).expect("a scenario has good names")),
            Some(Errand::Stop) => Order::Stop,
            None => self.orders[number - self.errands.len()].clone(),
        }
    }

    /// Passes on what goes to peers, timers and the disk. What a server tells its operator stays with it.
    pub(super) fn forward(&self, inner: Out<Server>, out: &mut Out<Role>) {
        let mut changes: Option<Saved> = None;
        for command in inner {
            match command {
                Command::Send(peer, Message::Packet(packet)) => {
                    if let Some(actor) = self.book.actor(peer) {
                        out.send(actor, packet);
                    }
                }
                Command::SetTimer(timer, range) => out.set_timer(timer, range),
                Command::CancelTimer(timer) => out.cancel_timer(timer),
                Command::Save(later) => match &mut changes {
                    Some(changes) => changes.append(later),
                    None => changes = Some(later),
                },
                Command::Send(..) | Command::ChooseRandom(..) => {}
            }
        }
        if let Some(changes) = changes {
            out.save(Storage::Changes(changes));
        }
    }
}
