//! The live view of a server, on a terminal that tmux provides.

use crate::common::shell::Shell;
use crate::common::{client, ports};
use nix::sys::signal::Signal;

/// A server on a terminal.
fn start(port: u16) -> Option<Shell> {
    let port = port.to_string();
    Shell::start(env!("CARGO_BIN_EXE_chat"), &["server", &port, "--bind", "127.0.0.1"], &[])
}

#[test]
fn people_groups_and_events_are_in_view_and_orders_are_taken() {
    let [port, x_port, y_port] = ports();
    let Some(view) = start(port) else { return };
    view.shows(&["chat server 127.0.0.1:", "People (0 of 0 online)", "Groups (0)", "Events"]);
    let mut x = client("X", port, x_port);
    let _y = client("Y", port, y_port);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    view.shows(&[
        "People (2 of 2 online)",
        &format!("X  127.0.0.1:{x_port}"),
        "roomA (1)  X",
        "Client X joined group roomA",
    ]);
    view.type_in("kick Q");
    view.shows(&["Client Q not kicked, there is no such client"]);
    view.type_in("kick Y");
    view.shows(&["Client Y kicked", "People (1 of 2 online)", &format!("Y  127.0.0.1:{y_port}  offline")]);
    view.type_in("who");
    view.shows(&["Clients, 1 of 2 online:"]);
}

#[test]
fn the_view_follows_the_size_of_the_terminal() {
    let [port, own] = ports();
    let Some(view) = start(port) else { return };
    let _x = client("X", port, own);
    view.shows(&["X  127.0.0.1"]);
    for (columns, lines) in [("60", "12"), ("20", "5"), ("120", "40")] {
        view.tmux(&["resize-window", "-x", columns, "-y", lines]);
        view.shows(&["chat server"]);
    }
    let screen = view.shows(&["X  127.0.0.1", "stop, help >"]);
    assert!(screen.lines().any(|line| line.chars().count() == 120), "{screen}");
}

#[test]
fn the_terminal_is_as_before_when_the_server_stops() {
    let [port, own] = ports();
    let Some(view) = start(port) else { return };
    let mut x = client("X", port, own);
    view.shows(&["X  127.0.0.1"]);
    assert!(view.is_taken());
    view.type_in("stop");
    view.shows(&[">>> Server stopped, 1 client told"]);
    view.is_given_back(0);
    x.expect("The server says that it is stopping.");
}

#[test]
fn ctrl_c_stops_the_server() {
    let [port] = ports();
    let Some(view) = start(port) else { return };
    view.shows(&["stop, help >"]);
    view.tmux(&["send-keys", "C-c"]);
    view.shows(&[">>> Server stopped, 0 clients told"]);
    view.is_given_back(0);
}

#[test]
fn a_signal_stops_the_server_and_its_terminal_is_as_before() {
    let [port, own] = ports();
    let Some(view) = start(port) else { return };
    let mut x = client("X", port, own);
    view.shows(&["X  127.0.0.1"]);
    view.signal(Signal::SIGTERM);
    view.shows(&[">>> Server stopped, 1 client told"]);
    view.is_given_back(0);
    x.expect("The server says that it is stopping.");
}
