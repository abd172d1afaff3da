//! A server that talks to a program.

use crate::common::{Chat, client, ports};
use serde_json::{Value, json};

fn json_server(port: u16, more: &[&str]) -> Chat {
    let port = port.to_string();
    Chat::start("server", &[&["server", &port, "--bind", "127.0.0.1", "--json"], more].concat())
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

#[test]
fn every_notice_is_an_event() {
    let [port, own] = ports();
    let mut server = json_server(port, &[]);
    let started = event(&mut server, "started");
    assert_eq!(started, json!({"v": 1, "event": "started", "address": format!("127.0.0.1:{port}")}));
    let mut x = client("X", port, own);
    let people = json!([{"name": "X", "address": format!("127.0.0.1:{own}"), "online": true}]);
    assert_eq!(event(&mut server, "clients")["people"], people);

    x.ask("create_group roomA", "Group roomA created by Server.");
    let by_x = |event: &str| json!({"v": 1, "event": event, "by": "X", "group": "roomA"});
    assert_eq!(event(&mut server, "group_created"), by_x("group_created"));
    assert_eq!(event(&mut server, "groups")["groups"], json!([{"name": "roomA", "members": []}]));
    x.ask("create_group roomA", "Group roomA already exists.");
    assert_eq!(event(&mut server, "group_refused")["reason"], "exists");
    x.ask("join_group roomB", "Group roomB does not exist");
    assert_eq!(event(&mut server, "join_refused")["reason"], "no_such_group");
    x.ask("list_groups", "Available group chats:");
    assert_eq!(event(&mut server, "listed_groups")["groups"], json!(["roomA"]));
    x.say("join_group roomA");
    assert_eq!(event(&mut server, "joined"), by_x("joined"));
    x.say("list_members");
    assert_eq!(event(&mut server, "listed_members")["members"], json!(["X"]));
    x.say("send_group secret");
    assert_eq!(event(&mut server, "posted"), json!({"v": 1, "event": "posted", "by": "X"}));
    x.say("leave_group");
    assert_eq!(event(&mut server, "left"), by_x("left"));
}

#[test]
fn every_order_is_a_command() {
    let [port, own] = ports();
    let mut server = json_server(port, &["--log-text"]);
    let mut x = client("X", port, own);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.say("join_group roomA");
    x.say("send_group a\u{9b}b");
    assert_eq!(event(&mut server, "posted")["text"], "a\u{9b}b");
    server.say(r#"{"command": "who"}"#);
    assert_eq!(event(&mut server, "clients")["people"][0]["name"], "X");
    server.say(r#"{"command": "groups"}"#);
    assert_eq!(event(&mut server, "groups")["groups"], json!([{"name": "roomA", "members": ["X"]}]));
    server.say(r#"{"command": "help"}"#);
    assert_eq!(event(&mut server, "help")["commands"][0], "who");
    server.say(r#"{"command": "kick", "name": "Q"}"#);
    let refused = json!({"v": 1, "event": "kick_refused", "name": "Q", "reason": "unknown"});
    assert_eq!(event(&mut server, "kick_refused"), refused);
    server.say(r#"{"command": "kick", "name": "X"}"#);
    assert_eq!(event(&mut server, "kicked")["name"], "X");
    server.say(r#"{"command": "stop"}"#);
    assert_eq!(event(&mut server, "stopped")["told"], 0);
    server.expect_end(0);
}

#[test]
fn what_is_no_command_is_answered_and_the_next_line_read() {
    let [port] = ports();
    let mut server = json_server(port, &[]);
    for (line, part) in [
        ("hello", "Invalid command: expected"),
        ("{}", "missing field `command`"),
        (r#"{"command": "dance"}"#, "unknown variant `dance`"),
        (r#"{"command": "who", "else": 1}"#, "unknown field `else`"),
        (r#"{"command": "kick"}"#, "missing field `name`"),
        (r#"{"command": "kick", "name": ""}"#, "Invalid user name"),
    ] {
        server.say(line);
        let message = event(&mut server, "error")["message"].as_str().unwrap().to_owned();
        assert!(message.contains(part), "{line}: {message}");
    }
    server.say_bytes(b"\xff\n");
    assert_eq!(event(&mut server, "error")["message"], "Invalid command; it is not UTF-8");
    server.say(&"x".repeat(1_000_000));
    assert_eq!(event(&mut server, "error")["message"], "Invalid command; a line has at most 16384 bytes");
    server.say("");
    server.say(r#"{"command": "stop"}"#);
    event(&mut server, "stopped");
    server.expect_end(0);
}
