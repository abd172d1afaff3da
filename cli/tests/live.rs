//! The live view of a server, on a terminal that tmux provides.

#![allow(clippy::unwrap_used)]

mod common;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use common::{client, ports};

/// A terminal with a shell in it. Closed when dropped.
struct Terminal(String);

impl Terminal {
    /// Runs a server on a terminal, and then says with which code it ended. Nothing if there is no tmux on this machine.
    fn start(port: u16) -> Option<Terminal> {
        let terminal = Terminal(format!("chat-live-{}-{port}", std::process::id()));
        let chat = env!("CARGO_BIN_EXE_chat");
        let line = format!("{chat} server {port} --bind 127.0.0.1; echo ended with $?; exec cat");
        let made = Command::new("tmux")
            .args(["-L", &terminal.0, "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", &line])
            .env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env_remove("TMUX")
            .output();
        if made.is_err() {
            eprintln!("not tested: there is no tmux on this machine");
            return None;
        }
        Some(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let output = Command::new("tmux").args(["-L", &self.0]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    fn screen(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p"]).stdout).unwrap()
    }

    /// Waits until all of this is on the screen.
    fn shows(&self, parts: &[&str]) -> String {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let screen = self.screen();
            if parts.iter().all(|part| screen.contains(part)) {
                return screen;
            }
            assert!(Instant::now() < end, "{parts:?} never shown together; now there is\n{screen}");
            std::thread::yield_now();
        }
    }

    fn type_in(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// How tmux finds the terminal: whether a program has the second screen, and whether the cursor shows.
    fn is_as_before(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).stdout == b"0 1\n"
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.0, "kill-server"]).output();
    }
}

#[test]
fn people_groups_and_events_are_in_view_and_orders_are_taken() {
    let [port, x_port, y_port] = ports();
    let Some(view) = Terminal::start(port) else { return };
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
    let Some(view) = Terminal::start(port) else { return };
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
    let Some(view) = Terminal::start(port) else { return };
    let mut x = client("X", port, own);
    view.shows(&["X  127.0.0.1"]);
    assert!(!view.is_as_before());
    view.type_in("stop");
    view.shows(&[">>> Server stopped, 1 client told", "ended with 0"]);
    assert!(view.is_as_before());
    view.type_in("echoed");
    view.shows(&["echoed\nechoed"]);
    x.expect("The server says that it is stopping.");
}

#[test]
fn ctrl_c_stops_the_server() {
    let [port] = ports();
    let Some(view) = Terminal::start(port) else { return };
    view.shows(&["stop, help >"]);
    view.tmux(&["send-keys", "C-c"]);
    view.shows(&[">>> Server stopped, 0 clients told", "ended with 0"]);
    assert!(view.is_as_before());
}
