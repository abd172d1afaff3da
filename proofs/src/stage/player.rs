//! A program on the stage: its lines in and out, and whether it has come to rest.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use anyhow::Context;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Something in a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A line that was typed.
    Typed(String),
    /// A line that was printed, as it was printed.
    Read(String),
    /// What the stage did or saw: a kill, an end.
    Noted(String),
    /// From here on, nothing was lost, late or repeated any more.
    Finale,
}

/// A server or client, running or not.
#[derive(Debug, Default)]
pub(super) struct Player {
    running: Option<Running>,
    pub(super) transcript: Vec<Entry>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    /// What it has printed since the last end of a line.
    line: Vec<u8>,
}

/// What every thread of a program has done so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Work {
    /// How often each thread has been put to sleep or aside.
    switches: BTreeMap<String, u64>,
    asleep: bool,
}

impl Player {
    /// Starts a program.
    pub(super) fn start(&mut self, command: &mut Command) -> anyhow::Result<()> {
        let program = command.get_program().to_owned();
        let mut child = command
            .env_remove("RUST_LOG")
            .env_remove("CHAT_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let output = output.context("a program without output")?;
        fcntl(&output, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        self.running = Some(Running { child, input, output, line: Vec::new() });
        Ok(())
    }

    /// Types a line. One that is not there any more does not notice.
    pub(super) fn types(&mut self, line: &str) {
        self.transcript.push(Entry::Typed(line.to_owned()));
        if let Some(input) = self.running.as_mut().and_then(|it| it.input.as_mut()) {
            let _ = writeln!(input, "{line}").and_then(|()| input.flush());
        }
    }

    /// Ends the input.
    pub(super) fn close(&mut self) {
        if let Some(running) = &mut self.running {
            running.input = None;
        }
    }

    /// Sends a signal.
    pub(super) fn signal(&mut self, signal: Signal, note: &str) {
        if let Some(pid) = self.pid() {
            self.transcript.push(Entry::Noted(note.to_owned()));
            // It may just have ended by itself.
            let _ = kill(pid, signal);
        }
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self, note: &str) -> anyhow::Result<()> {
        self.drain()?;
        let Some(mut running) = self.running.take() else { return Ok(()) };
        self.transcript.push(Entry::Noted(note.to_owned()));
        running.child.kill()?;
        running.child.wait()?;
        Ok(())
    }

    /// Takes what it has printed. Whether that was anything, or its end.
    pub(super) fn drain(&mut self) -> io::Result<bool> {
        let Some(running) = &mut self.running else { return Ok(false) };
        let mut buffer = [0; 4096];
        let mut any = false;
        loop {
            match running.output.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    any = true;
                    running.line.extend_from_slice(&buffer[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.transcript.extend(lines(&mut running.line));
                    return Ok(any);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.transcript.extend(lines(&mut running.line));
        if let Some(mut running) = self.running.take() {
            let status = running.child.wait()?;
            self.transcript.push(Entry::Noted(ended(status)));
        }
        Ok(true)
    }

    /// Whether it runs.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// What its threads have done so far; nothing if it does not run.
    pub(super) fn work(&self) -> Option<Work> {
        let tasks = format!("/proc/{}/task", self.pid()?);
        let mut work = Work { switches: BTreeMap::new(), asleep: true };
        for task in fs::read_dir(tasks).ok()?.flatten() {
            // A thread that has just ended.
            let Ok(status) = fs::read_to_string(task.path().join("status")) else { continue };
            work.asleep &= field(&status, "State:").is_some_and(|state| !state.starts_with(['R', 'D']));
            let switches = ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]
                .map(|name| field(&status, name).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0));
            let thread = task.file_name().to_string_lossy().into_owned();
            work.switches.insert(thread, switches.iter().sum());
        }
        Some(work)
    }

    /// What to wait for.
    pub(super) fn output(&self) -> Option<BorrowedFd<'_>> {
        self.running.as_ref().map(|running| running.output.as_fd())
    }

    fn pid(&self) -> Option<Pid> {
        let running = self.running.as_ref()?;
        i32::try_from(running.child.id()).ok().map(Pid::from_raw)
    }
}

impl Work {
    /// Whether no thread has run since then, and none wants to.
    pub(super) fn rests_since(&self, before: &Work) -> bool {
        self.asleep && self == before
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            // Fails when it has ended by itself.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// Takes the complete lines.
fn lines(bytes: &mut Vec<u8>) -> Vec<Entry> {
    let Some(end) = bytes.iter().rposition(|&byte| byte == b'\n') else { return Vec::new() };
    let complete: Vec<u8> = bytes.drain(..=end).collect();
    String::from_utf8_lossy(&complete).lines().map(|line| Entry::Read(line.to_owned())).collect()
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| "ended by a signal".into(), |code| format!("ended with code {code}"))
}
