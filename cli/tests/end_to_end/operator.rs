//! What an operator does at a server's console, in plain mode.

use std::time::{Duration, Instant};

use crate::common::{client, offline, online, ports, server};
use nix::sys::signal::Signal;

#[test]
fn the_operator_looks_up_who_is_there() {
    let [port, own] = ports();
    let mut server = server(port);
    server.ask("who", "No clients right now");
    server.ask("groups", "No available group right now");
    let mut x = client("X", port, own);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    server.await_line(">>> roomA  X");
    server.ask("who", "Clients, 1 of 1 online:");
    server.expect_line(&format!(">>> {}", online("X", own)));
    server.ask("groups", "Groups:");
    server.expect("roomA  X");
    server.ask("help", "who        show the client table");
}

#[test]
fn what_is_no_order_is_answered_with_those_that_there_are() {
    let [port] = ports();
    let mut server = server(port);
    for line in ["hello", "kick", "who is there"] {
        server.ask(line, "Invalid command; there are who, groups, kick NAME, stop, help");
    }
    server.say_bytes(b"\xff\n");
    server.expect("Invalid command; it is not UTF-8");
    server.say(&"x".repeat(1_000_000));
    server.expect("Invalid command; a line has at most 4096 bytes");
    server.ask("kick nobody", "Client nobody not kicked, there is no such client");
}

#[test]
fn a_kicked_client_shows_its_queue_and_ends_and_its_name_is_free() {
    let [port, x_port, y_port, again] = ports();
    let mut server = server(port);
    let mut x = client("X", port, x_port);
    let mut y = client("Y", port, y_port);
    x.await_line(&format!(">>> {}", online("Y", y_port)));
    y.ask("create_group roomA", "Group roomA created by Server.");
    y.ask("join_group roomA", "Entered group roomA successfully");
    x.ask("send Y hello", "Message received by Y.");
    server.say("kick Y");
    server.await_line(">>> Client Y kicked");
    server.await_line(&format!(">>> {}", offline("Y", y_port)));
    y.expect_in("roomA", "The operator of the server has put you out.");
    y.expect_in("roomA", "Exiting");
    y.expect("X: hello");
    y.expect_end(1);
    x.await_line(&format!(">>> {}", offline("Y", y_port)));
    client("Y", port, again);
}

#[test]
fn stop_tells_every_client_which_stays_and_finds_the_server_silent() {
    let [port, x_port, y_port] = ports();
    let mut server = server(port);
    let mut x = client("X", port, x_port);
    let mut y = client("Y", port, y_port);
    x.await_line(&format!(">>> {}", online("Y", y_port)));
    server.say("stop");
    server.await_line(">>> Server stopped, 2 clients told");
    server.expect_end(0);
    for client in [&mut x, &mut y] {
        client.expect("The server says that it is stopping.");
    }
    x.ask("send Y still here", "Message received by Y.");
    y.expect("X: still here");
    x.ask("list_groups", "Server not responding");
    x.expect("Exiting");
    x.expect_end(1);
}

#[test]
fn sigterm_tells_every_client_and_ends_within_a_second() {
    let [port, own] = ports();
    let mut server = server(port);
    let mut x = client("X", port, own);
    server.await_line(&format!(">>> {}", online("X", own)));
    let asked = Instant::now();
    server.signal(Signal::SIGTERM);
    server.expect("Server stopped, 1 client told");
    server.expect_end(0);
    // The server itself never waits longer than half a second; the rest is for a machine under load.
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    x.expect("The server says that it is stopping.");
}

#[test]
fn a_server_outlives_its_input() {
    let [port, own] = ports();
    let mut server = server(port);
    server.close();
    let mut x = client("X", port, own);
    x.ask("list_groups", "No available group right now");
}
