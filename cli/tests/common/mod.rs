//! Runs the built `chat` as people do, with pipes for terminals.
//!
//! Every wait has a deadline and ends as soon as the line is there; nothing sleeps.

// Each test binary uses its own part of this.
#![allow(dead_code, unused_imports, unreachable_pub, missing_docs)]

pub mod ports;
pub mod recorded;
pub mod shell;
pub mod tmux;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

pub use ports::ports;

/// One running `chat`. Killed when dropped.
pub struct Chat {
    who: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    /// Everything printed so far, for messages of failed tests.
    seen: Vec<String>,
}

/// Short, so that five lost acks are soon over, and long enough for a slow machine to answer in time.
pub const ACK_WAIT: &str = "100";

const DEADLINE: Duration = Duration::from_secs(30);

/// A server on a free port of loopback, ready.
pub fn server(port: u16) -> Chat {
    server_with(port, &[])
}

/// The same with more arguments.
pub fn server_with(port: u16, more: &[&str]) -> Chat {
    let port = port.to_string();
    let arguments = [&["server", &port, "--bind", "127.0.0.1", "--ack-wait", ACK_WAIT], more].concat();
    let mut server = Chat::start("server", &arguments);
    server.expect("Server is online");
    server
}

/// A client that has just been started.
pub fn starting(name: &str, server: u16, port: u16) -> Chat {
    starting_with(name, server, port, &[])
}

/// The same with more arguments.
pub fn starting_with(name: &str, server: u16, port: u16, more: &[&str]) -> Chat {
    let (server, port) = (server.to_string(), port.to_string());
    let client = ["client", name, "127.0.0.1", &server, &port, "--ack-wait", ACK_WAIT];
    Chat::start(name, &[&client, more].concat())
}

/// A registered client, with all its lines up to the first directory read.
pub fn client(name: &str, server: u16, port: u16) -> Chat {
    let mut client = starting(name, server, port);
    client.expect("Client start listening");
    client.expect("Registration request sent");
    client.expect("Welcome, You are registered.");
    client.await_line(&format!(">>> {}", online(name, port)));
    client
}

/// A line of the directory.
pub fn online(name: &str, port: u16) -> String {
    format!("{name}  127.0.0.1:{port}  online")
}

/// A line of the directory.
pub fn offline(name: &str, port: u16) -> String {
    format!("{name}  127.0.0.1:{port}  offline")
}

/// Runs to the end without input.
pub fn run(arguments: &[&str]) -> Output {
    let mut chat = Chat::start("chat", arguments);
    chat.close();
    chat.output()
}

impl Chat {
    pub fn start(who: &str, arguments: &[&str]) -> Chat {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(arguments);
        if let Some(file) = recorded::next(who) {
            command.arg("--record").arg(file);
        }
        Chat::spawn(who, &mut command)
    }

    pub fn spawn(who: &str, command: &mut Command) -> Chat {
        Chat::launch(who, command.env_remove("RUST_LOG"))
    }

    /// The same with a log on standard error, without colours.
    pub fn spawn_with_log(who: &str, command: &mut Command, level: &str) -> Chat {
        Chat::launch(who, command.env("RUST_LOG", level).env("NO_COLOR", "1"))
    }

    fn launch(who: &str, command: &mut Command) -> Chat {
        // Whoever runs the tests may have a configuration file.
        if command.get_envs().all(|(variable, _)| variable != "XDG_CONFIG_HOME") {
            command.env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
        }
        let mut child = command
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                if sender.send(line.expect("output is UTF-8")).is_err() {
                    return;
                }
            }
        });
        let mut errors = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let input = child.stdin.take();
        Chat { who: who.to_owned(), child, input, lines, errors: Some(errors), seen: Vec::new() }
    }

    /// Types one line.
    pub fn say(&mut self, line: &str) {
        self.say_bytes(format!("{line}\n").as_bytes());
    }

    pub fn say_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("input is open");
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Ends the input.
    pub fn close(&mut self) {
        self.input = None;
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Waits for a line with exactly these words, outside a group. Directories on the way are skipped: when they
    /// come depends on who registers when.
    pub fn expect(&mut self, words: &str) {
        self.expect_line(&format!(">>> {words}"));
    }

    /// The same inside `roomA`.
    pub fn expect_in(&mut self, group: &str, words: &str) {
        self.expect_line(&format!(">>> ({group}) {words}"));
    }

    /// The next line that is not part of a directory must be this one.
    pub fn expect_line(&mut self, expected: &str) {
        let line = loop {
            let line = self.next_line(expected);
            if !is_directory(&line) || is_directory(expected) {
                break line;
            }
        };
        assert_eq!(
            line,
            expected,
            "{} got a line that nobody expected; all of it:\n{}",
            self.who,
            self.transcript()
        );
    }

    /// The next line, whatever it is; `awaited` says for what it is read.
    pub fn any_line(&mut self, awaited: &str) -> String {
        self.next_line(awaited)
    }

    /// Waits for this line, whatever comes before.
    pub fn await_line(&mut self, expected: &str) {
        while self.next_line(expected) != expected {}
    }

    /// Waits until all lines so far are enough.
    pub fn until(&mut self, what: &str, enough: impl Fn(&[String]) -> bool) {
        while !enough(&self.seen) {
            self.next_line(what);
        }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says a line and waits for the answer.
    pub fn ask(&mut self, line: &str, answer: &str) {
        self.say(line);
        self.expect(answer);
    }

    /// Says a line in `roomA` and waits for the answer.
    pub fn ask_in(&mut self, group: &str, line: &str, answer: &str) {
        self.say(line);
        self.expect_in(group, answer);
    }

    /// No more lines, except directories, until the program ends.
    pub fn expect_end(&mut self, code: i32) {
        let rest: Vec<String> = self.rest().into_iter().filter(|line| !is_directory(line)).collect();
        assert_eq!(rest, Vec::<String>::new(), "{} said more; all of it:\n{}", self.who, self.transcript());
        assert_eq!(self.wait().code(), Some(code), "{}", self.transcript());
        assert_eq!(self.errors(), "", "{} wrote to stderr", self.who);
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// All lines so far.
    pub fn transcript(&self) -> String {
        self.seen.join("\n")
    }

    /// Waits for the end: of the output, which has a deadline, and then of the process, which follows at once.
    pub fn wait(&mut self) -> ExitStatus {
        self.rest();
        self.child.wait().unwrap()
    }

    /// Closes the reading end of the output. Takes effect with the next line, which gets lost.
    pub fn stop_reading(&mut self) {
        self.lines = channel().1;
    }

    /// Says a line again and again, until nobody is there to hear it.
    pub fn say_until_end(mut self, line: &str) -> (ExitStatus, String) {
        let end = Instant::now() + DEADLINE;
        let mut input = self.input.take().expect("input is open");
        while input.write_all(line.as_bytes()).is_ok() {
            assert!(Instant::now() < end, "{} does not end", self.who);
        }
        (self.child.wait().unwrap(), self.errors())
    }

    /// Sends a signal again and again, until it has an effect. Signals that are pending merge into one.
    pub fn signal_until_end(&mut self, signal: Signal) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        loop {
            self.signal(signal);
            match self.lines.recv_timeout(Duration::from_millis(20)) {
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                line => self.seen.extend(line),
            }
            assert!(Instant::now() < end, "{} does not end; all of it:\n{}", self.who, self.transcript());
        }
    }

    /// What it wrote to stderr, when it has ended.
    pub fn errors(&mut self) -> String {
        self.errors.take().map_or_else(String::new, |errors| errors.join().unwrap())
    }

    /// Stops it as Ctrl+Z does. Signals take their time, so this waits until no thread runs any more.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
        let status = waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert!(matches!(status, WaitStatus::Stopped(..)), "{status:?}");
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn output(mut self) -> Output {
        let lines = self.rest();
        let status = self.wait();
        Output { status, stdout: lines.join("\n").into_bytes(), stderr: self.errors().into_bytes() }
    }

    fn rest(&mut self) -> Vec<String> {
        let end = Instant::now() + DEADLINE;
        let mut rest = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => rest.push(line.clone()),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} does not end; all of it:\n{}", self.who, self.transcript())
                }
            }
            self.seen.extend(rest.last().cloned());
        }
        rest
    }

    /// A line, if one comes in time.
    pub fn line_within(&mut self, wait: Duration) -> Option<String> {
        let line = match self.lines.recv_timeout(wait) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => {
                let errors = self.errors();
                panic!("{} has ended; all of it:\n{}\n{errors}", self.who, self.transcript())
            }
        };
        self.seen.push(line.clone());
        Some(line)
    }

    fn next_line(&mut self, awaited: &str) -> String {
        let Ok(line) = self.lines.recv_timeout(DEADLINE) else {
            let errors = if self.child.try_wait().unwrap().is_some() { self.errors() } else { String::new() };
            panic!("{} never said {awaited:?}; all of it:\n{}\n{errors}", self.who, self.transcript());
        };
        self.seen.push(line.clone());
        line
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        if thread::panicking() {
            self.seen.extend(self.lines.try_iter());
            eprintln!("all that {} said:\n{}\n", self.who, self.transcript());
        }
        // Fails when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_directory(line: &str) -> bool {
    line.ends_with("Client table updated.") || line.ends_with("  online") || line.ends_with("  offline")
}
