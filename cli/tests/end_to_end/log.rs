//! The log of server and clients.

use std::net::UdpSocket;
use std::process::Command;

use crate::common::{self, ACK_WAIT, Chat, ports};
use serde_json::Value;

const SECRET: &str = "a secret between us";

fn chat(who: &str, arguments: &[&str], level: &str) -> Chat {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(arguments).args(["--ack-wait", ACK_WAIT, "--log-format", "json"]);
    Chat::spawn_with_log(who, &mut command, level)
}

/// A server and two members, who write to each other and post; what all of them logged.
fn logs(level: &str) -> Vec<String> {
    let [port, x_port, y_port] = ports().map(|port: u16| port.to_string());
    let mut server = chat("server", &["server", &port, "--bind", "127.0.0.1"], level);
    server.expect("Server is online");
    let rubbish = UdpSocket::bind("127.0.0.1:0").unwrap();
    rubbish.send_to(b"hello, is anybody there?", format!("127.0.0.1:{port}")).unwrap();
    let mut x = chat("X", &["client", "X", "127.0.0.1", &port, &x_port], level);
    x.await_line(">>> Welcome, You are registered.");
    let mut y = chat("Y", &["client", "Y", "127.0.0.1", &port, &y_port], level);
    y.await_line(">>> Welcome, You are registered.");
    x.await_line(&format!(">>> {}", common::online("Y", y_port.parse().unwrap())));
    x.ask(&format!("send Y {SECRET}"), "Message received by Y.");
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    y.await_line(&format!(">>> X: {SECRET}"));
    y.ask("join_group roomA", "Entered group roomA successfully");
    x.ask_in("roomA", &format!("send_group {SECRET}"), "Message received by Server.");
    y.expect_in("roomA", &format!("Group_Message X: {SECRET}"));
    server.say("stop");
    for client in [&mut x, &mut y] {
        client.expect_in("roomA", "The server says that it is stopping.");
        client.close();
    }
    [server, x, y]
        .map(|mut chat| {
            chat.wait();
            chat.errors()
        })
        .into()
}

#[test]
fn no_text_is_logged_above_trace_and_every_line_is_an_object() {
    let logs = logs("debug");
    for line in logs.iter().flat_map(|log| log.lines()) {
        assert!(!line.contains(SECRET), "{line}");
        let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(object["level"].is_string() && object["timestamp"].is_string(), "{line}");
    }
    // What is dropped is said with its reason: at once where it comes from, and in the end how many there were.
    let server: Vec<Value> = logs[0].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let foreign =
        |level: &str| server.iter().any(|line| line["level"] == level && line["reason"] == "foreign");
    assert!(foreign("DEBUG") && foreign("INFO"), "{}", logs[0]);
}

#[test]
fn trace_has_everything() {
    assert!(logs("trace").iter().all(|log| log.contains(SECRET)));
}
