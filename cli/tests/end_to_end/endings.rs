//! Every way to end is a way to leave in order.

use std::net::UdpSocket;
use std::process::Command;

use crate::common::{Chat, client, offline, ports, server};
use nix::sys::signal::Signal;

fn alone() -> (Chat, Chat, u16) {
    let [port, own] = ports();
    let server = server(port);
    let client = client("X", port, own);
    (server, client, own)
}

fn ends_in_order(how: impl FnOnce(&mut Chat)) {
    let (mut server, mut x, own) = alone();
    how(&mut x);
    x.expect("You are Offline. Bye.");
    x.expect_end(0);
    server.await_line(&format!(">>> {}", offline("X", own)));
}

#[test]
fn end_of_input_deregisters() {
    ends_in_order(Chat::close);
}

#[test]
fn end_of_input_comes_after_the_lines_before_it() {
    let (_server, mut x, _) = alone();
    x.say("create_group roomA\njoin_group roomA\nsend_group hi\nlist_members");
    x.close();
    x.expect("Group roomA created by Server.");
    x.expect("Entered group roomA successfully");
    x.expect_in("roomA", "Message received by Server.");
    x.expect_in("roomA", "Members in the group roomA:");
    x.expect_in("roomA", "X");
    x.expect("You are Offline. Bye.");
    x.expect_end(0);
}

#[test]
fn a_last_line_without_a_line_break_counts() {
    let (_server, mut x, _) = alone();
    x.say_bytes(b"create_group roomA");
    x.close();
    x.expect("Group roomA created by Server.");
    x.expect("You are Offline. Bye.");
    x.expect_end(0);
}

#[test]
fn ctrl_c_deregisters() {
    ends_in_order(|x| x.signal(Signal::SIGINT));
}

#[test]
fn sigterm_deregisters() {
    ends_in_order(|x| x.signal(Signal::SIGTERM));
}

#[test]
fn closing_the_terminal_deregisters() {
    ends_in_order(|x| x.signal(Signal::SIGHUP));
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_the_server() {
    let [port, own] = ports();
    let (port, own) = (port.to_string(), own.to_string());
    let mut x = Chat::start("X", &["client", "X", "127.0.0.1", &port, &own, "--ack-wait", "60000"]);
    x.expect("Client start listening");
    x.expect("Registration request sent");
    assert_eq!(x.signal_until_end(Signal::SIGINT).code(), Some(130));
}

#[test]
fn signals_end_a_server_cleanly() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let [port] = ports();
        let mut server = server(port);
        server.signal(signal);
        server.expect("Server stopped, 0 clients told");
        server.expect_end(0);
    }
}

#[test]
fn whoever_is_told_nothing_starts_a_server_or_joins_the_one_that_is_there() {
    // An address of its own, so that nothing else has the default port there.
    let [low, high, ..] = std::process::id().to_le_bytes();
    let ip = format!("127.{}.{low}.7", high.max(1));
    if UdpSocket::bind((ip.as_str(), 6666)).is_err() {
        eprintln!("not tested: something on this machine has the default port of all addresses");
        return;
    }
    let chat = |user: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        Chat::spawn(user, command.args(["--bind", &ip]).env("USER", user))
    };
    let mut first = chat("ann");
    first.await_line(">>> Welcome, You are registered.");
    let mut second = chat("bob smith");
    second.await_line(">>> Welcome, You are registered.");
    second.ask("send ann hello", "Message received by ann.");
    first.expect("bobsmith: hello");

    let mut same = chat("ann");
    same.await_line(">>> Someone has already used this name. Try another one.");
    same.expect_end(1);
    first.close();
    first.expect("You are Offline. Bye.");
    first.expect_end(0);
}
