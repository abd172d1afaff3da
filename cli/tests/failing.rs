//! A chat with a bug: its actors panic when somebody creates the group `bug`. Whoever sits at its terminal gets that back as it
//! was, and one line. This program is both: the chat, if `FAILING_CHAT` is set, and its tests.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::borrow::Cow;
use std::env;
use std::process::ExitCode;

use cli::Cast;
use common::shell::Shell;
use common::{ACK_WAIT, client, ports, server};
use model::packet::{Packet, Request, Up};
use model::{Client, Command, Message, Name, Server, Timer};
use net::Hosted;
use stateright::actor::{Actor, Id, Out};

const FAILING: &str = "FAILING_CHAT";

fn main() -> ExitCode {
    if env::var_os(FAILING).is_some() {
        return cli::main::<Failing>();
    }
    a_server_that_fails_gives_its_terminal_back_and_says_so_in_a_line();
    println!("test a_server_that_fails_gives_its_terminal_back_and_says_so_in_a_line ... ok");
    a_client_that_fails_gives_its_terminal_back_and_says_so_in_a_line();
    println!("test a_client_that_fails_gives_its_terminal_back_and_says_so_in_a_line ... ok");
    ExitCode::SUCCESS
}

fn a_server_that_fails_gives_its_terminal_back_and_says_so_in_a_line() {
    let [port, own] = ports();
    let Some(view) = failing(&["server", &port.to_string(), "--bind", "127.0.0.1"]) else { return };
    view.shows(&["stop, help >"]);
    let mut x = client("X", port, own);
    assert!(view.is_taken());
    x.say("create_group bug");
    let screen = view.shows(&["ended with 1"]);
    assert_eq!(screen.trim_end(), "internal error: a bug\nended with 1");
    view.is_given_back(1);
    x.expect("Server not responding");
}

fn a_client_that_fails_gives_its_terminal_back_and_says_so_in_a_line() {
    let [port, own] = ports();
    let _server = server(port);
    let (port, own) = (port.to_string(), own.to_string());
    let line = ["client", "X", "127.0.0.1", &port, &own, "--ack-wait", ACK_WAIT];
    let Some(view) = failing(&line) else { return };
    view.shows(&["X is online", "X >\n>"]);
    view.type_in("create_group bug");
    let screen = view.shows(&["ended with 1"]);
    assert!(screen.trim_end().ends_with("\ninternal error: a bug\nended with 1"), "{screen}");
    view.is_given_back(1);
}

/// This program as the chat, in a terminal.
fn failing(arguments: &[&str]) -> Option<Shell> {
    let program = env::current_exe().unwrap();
    Shell::start(program.to_str().unwrap(), arguments, &[(FAILING, "1")])
}

#[derive(Clone, Copy, Debug)]
struct Failing;

impl Cast for Failing {
    type Server = Fails<Server>;
    type Client = Fails<Client>;

    fn server(server: Server) -> Fails<Server> {
        Fails(server)
    }

    fn client(client: Client) -> Fails<Client> {
        Fails(client)
    }
}

/// An actor of the chat, with the bug.
#[derive(Clone, Debug)]
struct Fails<A>(A);

impl<A: Hosted> Actor for Fails<A> {
    type Msg = Message;
    type Timer = Timer;
    type State = A::State;
    type Storage = A::Storage;
    type Random = ();

    fn on_start(&self, id: Id, stored: &Option<A::Storage>, out: &mut Out<Self>) -> A::State {
        let mut inner = Out::new();
        let state = self.0.on_start(id, stored, &mut inner);
        out.append(&mut inner);
        state
    }

    fn on_msg(&self, id: Id, state: &mut Cow<'_, A::State>, src: Id, message: Message, out: &mut Out<Self>) {
        assert!(created(&message).is_none_or(|group| group.as_str() != "bug"), "a bug");
        let mut inner = Out::new();
        self.0.on_msg(id, state, src, message, &mut inner);
        out.append(&mut inner);
    }

    fn on_timeout(&self, id: Id, state: &mut Cow<'_, A::State>, timer: &Timer, out: &mut Out<Self>) {
        let mut inner = Out::new();
        self.0.on_timeout(id, state, timer, &mut inner);
        out.append(&mut inner);
    }
}

/// The group that this creates.
fn created(message: &Message) -> Option<&Name> {
    match message {
        Message::Command(Command::CreateGroup(group))
        | Message::Packet(Packet::Up {
            up: Up::Request { request: Request::CreateGroup(group), .. }, ..
        }) => Some(group),
        _ => None,
    }
}
