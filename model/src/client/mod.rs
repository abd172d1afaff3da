//! The client.

use stateright::actor::{Actor, Id, Out};

use crate::config::ClientConfig;
use crate::event::Event;
use crate::message::{Message, Timer, console};

/// The client as an actor.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it is told from outside.
    pub config: ClientConfig,
}

/// What a client knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientState {}

impl Actor for Client {
    type Msg = Message;
    type Timer = Timer;
    type State = ClientState;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> ClientState {
        out.send(console(), Message::Event(Event::Registering));
        ClientState {}
    }
}
