//! An output that takes nothing ends a program in order, with a reason and code 1.

use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::common::{self, ACK_WAIT, Chat, offline, online, ports, server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const FULL: &str = "cannot write to standard output: No space left on device (os error 28)";
const BROKEN: &str = "cannot write to standard output: Broken pipe (os error 32)";

fn server_line(port: u16) -> Vec<String> {
    ["server", &port.to_string(), "--bind", "127.0.0.1", "--ack-wait", ACK_WAIT].map(str::to_owned).to_vec()
}

fn client_line(server: u16, own: u16) -> Vec<String> {
    let (server, own) = (server.to_string(), own.to_string());
    ["client", "X", "127.0.0.1", &server, &own, "--ack-wait", ACK_WAIT].map(str::to_owned).to_vec()
}

/// Starts it with this as its output, and reads what it says on standard error instead.
fn with_output(output: &str, arguments: &[String]) -> Chat {
    let script = format!("exec \"$@\" 2>&1 >{output}");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_chat")]).args(arguments);
    Chat::spawn("chat", &mut command)
}

fn in_both_modes(mut check: impl FnMut(&[&str])) {
    check(&[]);
    check(&["--json"]);
}

fn and(arguments: Vec<String>, more: &[&str]) -> Vec<String> {
    arguments.into_iter().chain(more.iter().map(ToString::to_string)).collect()
}

#[test]
fn a_full_device_is_named_by_whoever_has_to_write_to_it() {
    let [port, own, other] = ports();
    let mut host = server(port);
    in_both_modes(|mode| {
        for arguments in [client_line(port, own), server_line(other)] {
            let mut chat = with_output("/dev/full", &and(arguments, mode));
            chat.expect_line(FULL);
            chat.expect_end(1);
        }
    });
    // Both clients have left in order.
    host.await_line(&format!(">>> {}", offline("X", own)));
    host.await_line(&format!(">>> {}", offline("X", own)));
    for once in
        [&["--version"][..], &["man"], &["completions", "bash"], &["keygen"], &["invite", "127.0.0.1:6666"]]
    {
        let once: Vec<String> = once.iter().map(ToString::to_string).collect();
        let mut chat = with_output("/dev/full", &once);
        chat.expect_line(FULL);
        chat.expect_end(1);
    }
}

#[test]
fn a_client_whose_reader_has_gone_leaves_and_says_why() {
    in_both_modes(|mode| {
        let [port, own] = ports();
        let mut host = server(port);
        let arguments = and(client_line(port, own), mode);
        let mut x = Chat::start("X", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        host.await_line(&format!(">>> {}", online("X", own)));
        x.stop_reading();
        let (status, errors) = x.say_until_end("hello\n");
        assert_eq!((status.code(), errors), (Some(1), format!("{BROKEN}\n")));
        host.await_line(&format!(">>> {}", offline("X", own)));
    });
}

#[test]
fn a_server_whose_reader_has_gone_tells_its_clients_and_says_why() {
    in_both_modes(|mode| {
        let [port, own] = ports();
        let arguments = and(server_line(port), mode);
        let mut host = Chat::start("server", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        host.any_line("that it is online");
        let mut x = common::client("X", port, own);
        host.stop_reading();
        let (status, errors) = host.say_until_end("hello\n");
        assert_eq!((status.code(), errors), (Some(1), format!("{BROKEN}\n")));
        x.expect("The server says that it is stopping.");
    });
}

#[test]
fn whoever_is_asked_to_end_after_its_reader_has_gone_does_so_quietly() {
    let [port, own, other] = ports();
    let mut host = server(port);
    ends_quietly(&client_line(port, own), &online("X", own));
    host.await_line(&format!(">>> {}", offline("X", own)));
    ends_quietly(&server_line(other), "Server is online");
}

#[test]
fn a_log_that_goes_into_a_file_has_no_colours() {
    let mut arguments = server_line(ports::<1>()[0]);
    arguments.extend(["--record", "/dev/full"].map(String::from));
    let (status, log) = interrupted(&arguments, "Server is online");
    assert_eq!(status, Some(0));
    assert!(log.contains("ERROR") && !log.contains('\u{1b}'), "{log:?}");
}

fn ends_quietly(arguments: &[String], last: &str) {
    assert_eq!(interrupted(arguments, last), (Some(0), String::new()), "{arguments:?}");
}

/// Reads up to this line, goes away, and then sends what Ctrl+C sends to both ends of a pipe. Gives the exit code and the log.
fn interrupted(arguments: &[String], last: &str) -> (Option<i32>, String) {
    let (reader, writer) = io::pipe().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(arguments)
        .env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let last = format!(">>> {last}");
    assert!(BufReader::new(reader).lines().any(|line| line.unwrap() == last), "never said: {last}");
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_output_that_was_closed_before_is_like_dev_null() {
    in_both_modes(|mode| {
        let [port, own] = ports();
        let mut host = with_output("&-", &and(server_line(port), mode));
        let mut x = with_output("&-", &and(client_line(port, own), mode));
        let mut y = common::client("Y", port, ports::<1>()[0]);
        until_listed(&mut y, &online("X", own));
        x.close();
        x.expect_end(0);
        until_listed(&mut y, &offline("X", own));
        host.signal(Signal::SIGTERM);
        host.expect_end(0);
    });
}

fn until_listed(chat: &mut Chat, line: &str) {
    let line = format!(">>> {line}");
    chat.until(&line, |lines| lines.contains(&line));
}
