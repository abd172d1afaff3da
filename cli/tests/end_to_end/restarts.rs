//! A server that is killed and started again, with a state directory and without.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::common::{self, Chat, client, online, ports, server, server_with, starting_with};

/// Enough for a server to be back before a client gives up, however slow the machine is.
const PATIENT: &[&str] = &["--attempts", "255"];

/// How long to wait for a line before the next one is typed all the same.
const PACE: Duration = Duration::from_millis(200);

/// A directory of its own; gone when dropped.
struct State(PathBuf);

impl State {
    fn new(name: &str) -> State {
        let path = std::env::temp_dir().join(format!("chat-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        State(path)
    }

    fn option(&self) -> [&str; 2] {
        ["--state", self.0.to_str().unwrap()]
    }

    fn file(&self) -> PathBuf {
        self.0.join("state.redb")
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn member(name: &str, server: u16, port: u16) -> Chat {
    let mut member = starting_with(name, server, port, PATIENT);
    member.await_line(&format!(">>> {}", online(name, port)));
    member
}

#[test]
fn a_server_that_is_killed_comes_back_and_its_clients_notice_nothing() {
    let [port, own_x, own_y] = ports();
    let state = State::new("killed");
    let first = server_with(port, &state.option());
    let mut x = member("X", port, own_x);
    let mut y = member("Y", port, own_y);
    x.await_line(&format!(">>> {}", online("Y", own_y)));
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    y.ask("join_group roomA", "Entered group roomA successfully");
    x.ask_in("roomA", "send_group one", "Message received by Server.");
    y.expect_in("roomA", "Group_Message X: one");

    first.kill();
    x.say("send_group two");
    let mut second = server_with(port, &state.option());
    second.await_line(">>> roomA  X, Y");
    x.expect_in("roomA", "Message received by Server.");
    y.expect_in("roomA", "Group_Message X: two");
    y.ask_in("roomA", "send_group three", "Message received by Server.");
    x.expect_in("roomA", "Group_Message Y: three");
    for chat in [&mut x, &mut y] {
        chat.close();
        chat.expect("You are Offline. Bye.");
        chat.expect_end(0);
    }
}

#[test]
fn a_server_that_is_stopped_tells_its_clients_and_comes_back_with_them_and_their_groups() {
    for ask in ["SIGTERM", "stop"] {
        let [port, own_x, own_y] = ports();
        let state = State::new("stopped");
        let mut first = server_with(port, &state.option());
        let mut x = member("X", port, own_x);
        let mut y = member("Y", port, own_y);
        x.await_line(&format!(">>> {}", online("Y", own_y)));
        x.ask("create_group roomA", "Group roomA created by Server.");
        x.ask("join_group roomA", "Entered group roomA successfully");
        y.ask("create_group roomB", "Group roomB created by Server.");
        if ask == "stop" {
            first.say(ask);
        } else {
            first.signal(ask.parse().unwrap());
        }
        first.await_line(">>> Server stopped, 2 clients told");
        first.expect_end(0);
        x.expect_in("roomA", "The server says that it is stopping.");
        y.expect("The server says that it is stopping.");

        let mut second = server_with(port, &state.option());
        second.await_line(&format!(">>> {}", online("Y", own_y)));
        second.await_line(">>> roomA  X");
        y.ask("join_group roomA", "Entered group roomA successfully");
        x.ask_in("roomA", "send_group still here", "Message received by Server.");
        y.expect_in("roomA", "Group_Message X: still here");
        x.ask("leave_group", "Leave group chat roomA");
        x.ask("list_groups", "Available group chats:");
        x.expect("roomA");
        x.expect("roomB");
    }
}

#[test]
fn a_server_without_state_has_forgotten_everybody_and_clients_register_again_by_themselves() {
    let [port, own] = ports();
    let first = server(port);
    let mut x = client("X", port, own);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    first.kill();
    let mut second = server(port);
    x.say("list_members");
    x.expect(
        "The server has ended this session, registering again. Whether the last command took effect is not known.",
    );
    x.expect("Welcome, You are registered.");
    second.await_line(&format!(">>> {}", online("X", own)));
    x.ask("join_group roomA", "Group roomA does not exist");
}

#[test]
fn two_servers_cannot_share_a_state_directory() {
    let [port, other] = ports();
    let state = State::new("shared");
    let _first = server_with(port, &state.option());
    let other = other.to_string();
    let second = common::run(&[&["server", &other, "--bind", "127.0.0.1"], &state.option()[..]].concat());
    assert_eq!(second.status.code(), Some(1));
    let expected = format!("cannot use the state in {}: another server uses it\n", state.0.display());
    assert_eq!(String::from_utf8(second.stderr).unwrap(), expected);
}

#[test]
fn a_damaged_state_is_named_and_no_server_starts() {
    let [port] = ports();
    let state = State::new("damaged");
    server_with(port, &state.option()).kill();
    fs::write(state.file(), b"").unwrap();
    let port = port.to_string();
    let second = common::run(&[&["server", &port, "--bind", "127.0.0.1"], &state.option()[..]].concat());
    assert_eq!((second.status.code(), second.stdout.as_slice()), (Some(1), &b""[..]));
    let expected = format!("cannot use {}: it is damaged: it is empty\n", state.file().display());
    assert_eq!(String::from_utf8(second.stderr).unwrap(), expected);
}

#[test]
fn a_server_whose_disk_is_full_says_so_and_ends_instead_of_answering() {
    let [port, own_x, own_y] = ports();
    let state = State::new("full");
    server_with(port, &state.option()).kill();
    let room = fs::metadata(state.file()).unwrap().len() / 512;
    // The file may not grow, and the signal about that is ignored, so writing fails as on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f {room}; exec \"$@\"");
    let options = ["--bind", "127.0.0.1", "--rate", "off", "--ack-wait", "60000"];
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_chat"), "server", &port.to_string()]);
    let mut server = Chat::spawn("server", command.args(options).args(state.option()));
    server.expect("Server is online");
    let mut x = member("X", port, own_x);
    let mut y = member("Y", port, own_y);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    y.ask("join_group roomA", "Entered group roomA successfully");
    // It acks nothing any more, so every post has to be kept.
    y.pause();
    let long_post = format!("send_group {}", "x".repeat(990));
    let mut posts = 0;
    while !server.has_ended() {
        x.say(&long_post);
        x.line_within(PACE);
        posts += 1;
        assert!(posts < 4000, "the disk is never full");
    }
    assert_eq!(server.wait().code(), Some(1));
    let errors = server.errors();
    assert!(
        errors.starts_with(&format!("cannot save to {}: ", state.file().display()))
            && errors.ends_with(". The server has stopped.\n"),
        "{errors}"
    );
}

#[test]
fn a_client_keeps_no_state() {
    let refused = common::run(&["client", "X", "localhost", "6666", "7777", "--state", "/nowhere"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--state is for a server"));
}
