//! On a terminal: a line editor whose line survives what comes in meanwhile.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::common::{self, ACK_WAIT, client, ports, server};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;

/// A client on a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    screen: Receiver<String>,
    /// What has been shown since the last wait.
    shown: String,
    /// How many prompts have been shown, and how many lines entered.
    prompts: usize,
    entered: usize,
}

impl Terminal {
    fn start(name: &str, server: u16, port: u16) -> Terminal {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let (server, port) = (server.to_string(), port.to_string());
        let child = Command::new(env!("CARGO_BIN_EXE_chat"))
            .args(["client", name, "127.0.0.1", &server, &port, "--ack-wait", ACK_WAIT, "--color", "never"])
            .env("XDG_STATE_HOME", std::env::temp_dir().join(format!("chat-state-{}", std::process::id())))
            .env("TERM", "xterm")
            .stdin(Stdio::from(pty.slave.try_clone().unwrap()))
            .stdout(Stdio::from(pty.slave.try_clone().unwrap()))
            .stderr(Stdio::from(pty.slave))
            .spawn()
            .unwrap();
        let keys = File::from(pty.master);
        let mut output = keys.try_clone().unwrap();
        let (sender, screen) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let _ = sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
            }
        });
        Terminal { child, keys, screen, shown: String::new(), prompts: 0, entered: 0 }
    }

    /// Presses keys as soon as there is a prompt. Before that, the terminal is not the editor's,
    /// and Ctrl+C and Ctrl+D mean something else.
    fn press(&mut self, keys: &str) {
        while self.prompts <= self.entered {
            self.read("a prompt");
        }
        self.entered += usize::from(keys.ends_with('\r'));
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is shown, and forgets everything up to it.
    fn shows(&mut self, expected: &str) {
        loop {
            if let Some(at) = self.shown.find(expected) {
                self.shown.drain(..at + expected.len());
                return;
            }
            self.read(expected);
        }
    }

    fn read(&mut self, awaited: &str) {
        let more = self.screen.recv_timeout(Duration::from_secs(30));
        assert!(more.is_ok(), "never shown: {awaited:?}; but {:?}", self.shown);
        let more = more.unwrap_or_default();
        self.prompts += more.matches(PROMPT_OPENS).count();
        self.shown.push_str(&more);
    }

    /// Ends with this code, and the terminal echoes again.
    fn ends(&mut self, code: i32) {
        assert_eq!(self.child.wait().unwrap().code(), Some(code), "{:?}", self.shown);
        let settings = tcgetattr(&self.keys).unwrap();
        assert!(settings.local_flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The line editor asks for pastes to be marked whenever it starts a line.
const PROMPT_OPENS: &str = "\u{1b}[?2004h";

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

fn registered() -> (common::Chat, u16, Terminal) {
    let [port, own] = ports();
    let server = server(port);
    let mut x = Terminal::start("X", port, own);
    x.shows("Client start listening");
    x.shows("Welcome, You are registered.");
    (server, port, x)
}

#[test]
fn the_prompt_names_the_group() {
    let (_server, _, mut x) = registered();
    x.press("create_group roomA\r");
    x.shows("Group roomA created by Server.");
    x.press("join_group roomA\r");
    x.shows("Entered group roomA successfully");
    x.shows("X roomA >");
    x.press("leave_group\r");
    x.shows("Leave group chat roomA");
    x.shows("X >");
    x.press(CTRL_D);
    x.shows("You are Offline. Bye.");
    x.ends(0);
}

#[test]
fn what_is_being_typed_survives_an_incoming_message() {
    let (_server, port, mut x) = registered();
    let [y_port] = ports();
    let mut y = client("Y", port, y_port);
    x.shows("Y is online");
    x.press("send Y hel");
    x.shows("send Y hel");
    y.ask("send X are you there?", "Message received by X.");
    x.shows("Y: are you there?");
    x.shows("send Y hel");
    x.press("lo\r");
    y.expect("X: hello");
    x.shows("Message received by Y.");
}

#[test]
fn ctrl_c_at_the_prompt_deregisters() {
    let (_server, _, mut x) = registered();
    x.press("half a li");
    x.shows("half a li");
    x.press(CTRL_C);
    x.shows("You are Offline. Bye.");
    x.ends(0);
}

#[test]
fn a_signal_while_typing_deregisters_and_restores_the_terminal() {
    let (_server, _, mut x) = registered();
    x.press("half a li");
    x.shows("half a li");
    kill(Pid::from_raw(i32::try_from(x.child.id()).unwrap()), Signal::SIGTERM).unwrap();
    x.shows("You are Offline. Bye.");
    x.ends(0);
}
