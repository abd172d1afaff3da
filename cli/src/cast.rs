//! Which actors play the server and the client.

use model::{Client, Server};
use net::Hosted;

/// Chooses the actors, when compiled. `chat` has those that were checked; others exist only to show that a bug of theirs
/// is seen.
pub trait Cast {
    /// Plays the server.
    type Server: Hosted;
    /// Plays the client.
    type Client: Hosted;

    /// Who plays this server.
    fn server(server: Server) -> Self::Server;

    /// Who plays this client.
    fn client(client: Client) -> Self::Client;
}

/// The actors of `model` as they are.
#[derive(Clone, Copy, Debug)]
pub struct AsChecked;

impl Cast for AsChecked {
    type Server = Server;
    type Client = Client;

    fn server(server: Server) -> Server {
        server
    }

    fn client(client: Client) -> Client {
        client
    }
}
