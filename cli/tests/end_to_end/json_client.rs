//! A client that talks to a program.

use std::process::Command;

use crate::common::{ACK_WAIT, Chat, client, ports, server};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

fn json_client(name: &str, server: u16, port: u16) -> Chat {
    let (server, port) = (server.to_string(), port.to_string());
    let arguments = ["client", name, "127.0.0.1", &server, &port, "--json", "--ack-wait", ACK_WAIT];
    Chat::start(name, &arguments)
}

/// The next event of a kind. Every line is an object with the version of the schema.
fn event(chat: &mut Chat, kind: &str) -> Value {
    loop {
        let line = chat.any_line(kind);
        let object: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(object["v"], 1, "{line}");
        if object["event"] == kind {
            return object;
        }
    }
}

fn say(chat: &mut Chat, command: &Value) {
    chat.say(&command.to_string());
}

#[test]
fn a_program_writes_joins_posts_and_leaves() {
    let [port, x_port, y_port] = ports();
    let _server = server(port);
    let mut x = json_client("X", port, x_port);
    for kind in ["registering", "registered", "ready", "directory"] {
        event(&mut x, kind);
    }
    let mut y = client("Y", port, y_port);
    while event(&mut x, "directory")["people"].as_array().unwrap().len() < 2 {}
    say(&mut x, &json!({"command": "send", "to": "Y", "text": "a\nb", "id": "first"}));
    y.expect(r"X: a\nb");
    assert_eq!(event(&mut x, "direct_received")["by"], "Y");
    assert_eq!(event(&mut x, "ready")["id"], "first");
    say(&mut x, &json!({"command": "send", "to": "Q", "text": "a"}));
    assert_eq!(event(&mut x, "unknown_person")["name"], "Q");
    assert_eq!(event(&mut x, "ready"), json!({"v": 1, "event": "ready"}));
    y.ask("send X hello", "Message received by X.");
    assert_eq!(event(&mut x, "direct"), json!({"v": 1, "event": "direct", "from": "Y", "text": "hello"}));

    // Typed ahead: carried out in order.
    for command in ["create_group", "create_group", "join_group"] {
        say(&mut x, &json!({"command": command, "group": "roomA"}));
    }
    for kind in ["group_created", "group_exists", "joined"] {
        assert_eq!(event(&mut x, kind)["group"], "roomA");
    }
    y.ask("join_group roomA", "Entered group roomA successfully");
    say(&mut x, &json!({"command": "list_members"}));
    assert_eq!(event(&mut x, "members")["members"], json!(["X", "Y"]));
    say(&mut x, &json!({"command": "send_group", "text": "hi"}));
    assert_eq!(event(&mut x, "post_received")["index"], 0);
    y.expect_in("roomA", "Group_Message X: hi");
    y.ask_in("roomA", "send_group ho", "Message received by Server.");
    assert_eq!(
        event(&mut x, "post"),
        json!({"v": 1, "event": "post", "from": "Y", "text": "ho", "index": 1})
    );
    say(&mut x, &json!({"command": "list_groups"}));
    event(&mut x, "invalid_command");
    say(&mut x, &json!({"command": "leave_group"}));
    assert_eq!(event(&mut x, "left")["group"], "roomA");
    say(&mut x, &json!({"command": "list_groups"}));
    assert_eq!(event(&mut x, "groups")["groups"], json!(["roomA"]));
    say(&mut x, &json!({"command": "join_group", "group": "roomB"}));
    assert_eq!(event(&mut x, "no_such_group")["group"], "roomB");
    say(&mut x, &json!({"command": "quit"}));
    let exited = json!({"v": 1, "event": "exited", "reason": "deregistered", "queued": []});
    assert_eq!(event(&mut x, "exited"), exited);
    x.expect_end(0);
}

#[test]
fn a_program_gives_up_what_hangs_and_is_told_what_became_of_it() {
    let [port, x_port, y_port] = ports();
    let server = server(port);
    let y = client("Y", port, y_port);
    let (port, x_port) = (port.to_string(), x_port.to_string());
    let patient = ["client", "X", "127.0.0.1", &port, &x_port, "--json", "--ack-wait", "60000"];
    let mut x = Chat::start("X", &patient);
    while event(&mut x, "directory")["people"].as_array().unwrap().len() < 2 {}
    say(&mut x, &json!({"command": "cancel"}));
    event(&mut x, "nothing_to_cancel");

    y.pause();
    give_up(&mut x, &json!({"command": "send", "to": "Y", "text": "are you there?"}), "cancelled");
    y.signal(Signal::SIGCONT);
    server.pause();
    give_up(&mut x, &json!({"command": "list_groups"}), "withdrawn");
    give_up(&mut x, &json!({"command": "create_group", "group": "roomA"}), "cancelled");
    say(&mut x, &json!({"command": "join_group", "group": "roomA"}));
    server.signal(Signal::SIGCONT);
    // The server got to hear of the command before it heard of the end of it.
    assert_eq!(event(&mut x, "group_created")["group"], "roomA");
    assert_eq!(event(&mut x, "joined")["group"], "roomA");
}

/// Gives a command that gets no answer, and cancels it. `ready` has its id.
fn give_up(chat: &mut Chat, command: &Value, fate: &str) {
    let mut given = command.clone();
    given["id"] = json!("given up");
    say(chat, &given);
    say(chat, &json!({"command": "cancel"}));
    assert_eq!(event(chat, fate), json!({"v": 1, "event": fate, "command": command}));
    assert_eq!(event(chat, "ready")["id"], "given up");
}

#[test]
fn what_is_no_command_is_answered_and_the_next_line_read() {
    let [port, own] = ports();
    let _server = server(port);
    let mut x = json_client("X", port, own);
    event(&mut x, "ready");
    for (line, part) in [
        ("hello", "expected value"),
        ("[]", "invalid type"),
        (r#"{"command": "dance"}"#, "unknown variant `dance`"),
        (r#"{"command": "send", "to": "Y"}"#, "missing field `text`"),
        (r#"{"command": "create_group", "group": "a;b"}"#, "Group name should not contain ';'"),
    ] {
        x.say(line);
        let message = event(&mut x, "error")["message"].as_str().unwrap().to_owned();
        assert!(message.contains(part), "{line}: {message}");
    }
    x.say_bytes(b"\xff\n");
    assert_eq!(event(&mut x, "error")["message"], "Invalid command: it is not UTF-8");
    x.say(&"x".repeat(1_000_000));
    assert_eq!(event(&mut x, "error")["message"], "Invalid command: a line has at most 16384 bytes");
    x.say("");
    x.close();
    assert_eq!(event(&mut x, "exited")["reason"], "deregistered");
    x.expect_end(0);
}

#[test]
fn a_program_is_told_that_it_was_kicked_and_that_the_server_stops() {
    let [port, x_port, y_port] = ports();
    let mut server = server(port);
    let (mut x, mut y) = (json_client("X", port, x_port), json_client("Y", port, y_port));
    for client in [&mut x, &mut y] {
        event(client, "ready");
    }
    server.say("kick X");
    assert_eq!(event(&mut x, "exited")["reason"], "kicked");
    x.expect_end(1);
    server.say("stop");
    event(&mut y, "server_stopping");
    say(&mut y, &json!({"command": "list_groups"}));
    assert_eq!(event(&mut y, "exited")["reason"], "server_silent");
    y.expect_end(1);
}

#[test]
fn a_signal_ends_it_in_order() {
    let [port, own] = ports();
    let _server = server(port);
    let mut x = json_client("X", port, own);
    event(&mut x, "ready");
    x.signal(Signal::SIGTERM);
    assert_eq!(event(&mut x, "exited")["reason"], "deregistered");
    x.expect_end(0);
}

#[test]
fn the_bot_of_the_book_answers() {
    let bot = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/bot.py");
    assert!(std::fs::read_to_string(bot).unwrap().lines().count() <= 30);
    let python =
        Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]).output();
    if !python.is_ok_and(|python| python.status.success()) {
        eprintln!("not tested: there is no Python 3.10 on this machine");
        return;
    }
    let [port, bot_port, own] = ports();
    let mut server = server(port);
    let (server_port, bot_port) = (port.to_string(), bot_port.to_string());
    let chat = [env!("CARGO_BIN_EXE_chat"), "client", "bot", "127.0.0.1", &server_port, &bot_port, "--json"];
    let mut bot = Chat::spawn("bot", Command::new("python3").arg(bot).args(chat));
    server.await_line(">>> bots  bot");
    let mut x = client("X", port, own);
    x.ask("join_group bots", "Entered group bots successfully");
    x.ask_in("bots", "send_group ping", "Message received by Server.");
    x.expect_in("bots", "Group_Message bot: pong, X");
    server.say("kick bot");
    server.await_line(">>> Client bot kicked");
    assert_eq!(bot.wait().code(), Some(1));
}
