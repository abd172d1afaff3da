//! What other people write, and what is wrong on a command line, is printed and logged without anything that a terminal
//! would obey, and without anything that hides.

use std::process::Command;
use std::sync::LazyLock;

use crate::common::{ACK_WAIT, Chat, client, ports, run};
use regex::Regex;

/// Control characters other than the ends of lines, what breaks a line or changes the direction, and what is not shown.
static DECEPTIVE: LazyLock<Regex> = LazyLock::new(|| {
    let ignorable = r"[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]";
    Regex::new(&format!(r"[\p{{Cc}}\p{{Zl}}\p{{Zp}}\p{{Bidi_Control}}{ignorable}--\n]")).unwrap()
});

/// Clears a screen, changes its title, rings, turns the direction, hides a letter, and pretends to be another line.
const HOSTILE: &str =
    "a\u{1b}[2J\u{1b}]0;t\u{7}b\u{9b}31mc\u{202e}d\u{200b}e\u{2028}f\r>>> g\u{3164}h\u{e0041}i";
const SHOWN: &str =
    r"a\u{1b}[2J\u{1b}]0;t\u{7}b\u{9b}31mc\u{202e}d\u{200b}e\u{2028}f\r>>> g\u{3164}h\u{e0041}i";

#[test]
fn what_people_write_is_harmless_wherever_it_is_shown_or_logged() {
    let [port, x, y] = ports();
    let text = port.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["server", &text, "--bind", "127.0.0.1", "--ack-wait", ACK_WAIT, "--log-text"]);
    let mut server = Chat::spawn_with_log("server", &mut command, "trace");
    server.await_line(">>> Server is online");
    let mut x = client("X", port, x);
    let y_text = y.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["client", "Y", "127.0.0.1", &text, &y_text, "--ack-wait", ACK_WAIT]);
    let mut y = Chat::spawn_with_log("Y", &mut command, "trace");
    y.await_line(">>> Welcome, You are registered.");
    let listed = format!(">>> Y  127.0.0.1:{y_text}  online");
    x.until(&listed, |lines| lines.contains(&listed));

    x.say(&format!("send Y {HOSTILE}"));
    y.await_line(&format!(">>> X: {SHOWN}"));
    x.await_line(">>> Message received by Y.");
    x.say("create_group room");
    x.await_line(">>> Group room created by Server.");
    for person in [&mut x, &mut y] {
        person.say("join_group room");
        person.await_line(">>> Entered group room successfully");
    }
    x.say(&format!("send_group {HOSTILE}"));
    y.await_line(&format!(">>> (room) Group_Message X: {SHOWN}"));
    server.await_line(&format!(">>> Client X sent group message: {SHOWN}"));

    for (mut chat, quotes) in [(x, false), (y, true), (server, true)] {
        chat.signal(nix::sys::signal::Signal::SIGTERM);
        chat.wait();
        let (transcript, log) = (chat.transcript(), chat.errors());
        assert!(!DECEPTIVE.is_match(&transcript), "{transcript:?}");
        assert!(!DECEPTIVE.is_match(&log), "{log:?}");
        assert!(!quotes || log.contains(SHOWN), "the log was to show it: {log}");
    }
}

#[test]
fn what_is_wrong_is_quoted_harmlessly() {
    let hostile = HOSTILE.replace(' ', "");
    let port = ports::<1>()[0].to_string();
    let option = format!("--{hostile}");
    let link = format!("chat://{hostile}");
    for arguments in [
        &[hostile.as_str()][..],
        &[&option],
        &["server", &hostile],
        &["server", &port, "--bind", &hostile],
        &["server", &port, "--ack-wait", &hostile],
        &["server", &port, "--bind", "127.0.0.1", "--key", &hostile],
        &["client", &hostile, "127.0.0.1", &port, &port],
        &["client", "X", &hostile, &port, &port],
        &["join", &link],
        &["join", "chat://127.0.0.1:6666", "--name", &hostile],
        &["invite", &hostile],
        &["server", &port, "--bind", "127.0.0.1", "--record", &format!("/none/{hostile}")],
    ] {
        let output = run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && !errors.is_empty(), "{arguments:?}");
        assert!(!DECEPTIVE.is_match(&errors), "{errors:?}");
    }
}
