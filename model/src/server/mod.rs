//! The server.

use stateright::actor::{Actor, Id, Out};

use crate::config::ServerConfig;
use crate::message::{Message, Timer, console};
use crate::notice::Notice;

/// The server as an actor.
#[derive(Clone, Debug)]
pub struct Server {
    /// What it is told from outside.
    pub config: ServerConfig,
}

/// What a server knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerState {}

impl Actor for Server {
    type Msg = Message;
    type Timer = Timer;
    type State = ServerState;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> ServerState {
        out.send(console(), Message::Notice(Notice::Started));
        ServerState {}
    }
}
