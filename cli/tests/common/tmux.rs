//! A client in a real terminal: tmux draws what the client writes, and the tests look at the screen.
//!
//! Every wait is for a condition on the screen and has a deadline.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::ACK_WAIT;

/// A terminal with a client in it.
pub struct Terminal {
    socket: String,
    /// Where its files are, which go with it.
    files: PathBuf,
}

/// How a client is started.
#[derive(Default)]
pub struct Setting<'a> {
    /// More arguments.
    pub arguments: &'a [&'a str],
    /// Variables of its environment.
    pub variables: &'a [(&'a str, &'a str)],
    /// Whether it waits for ever, so that a server may be slow without being silent.
    pub waits: bool,
    /// Where it keeps its history, if that is not its own.
    pub home: Option<&'a Path>,
}

/// Whether there is no tmux, which is said.
pub fn is_missing() -> bool {
    let missing = Command::new("tmux").arg("-V").output().is_err();
    if missing {
        eprintln!("skipped: there is no tmux to draw a terminal with (for example: apt-get install tmux)");
    }
    missing
}

impl Terminal {
    /// A client that has just been started, on a screen of 80 columns and 24 rows.
    pub fn start(name: &str, server: u16, port: u16, setting: &Setting<'_>) -> Terminal {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let socket = format!("chat-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::SeqCst));
        let files = env::temp_dir().join(&socket);
        fs::create_dir_all(&files).unwrap();
        let terminal = Terminal { socket, files };
        let configuration = terminal.files.join("tmux.conf");
        fs::write(&configuration, CONFIGURATION).unwrap();
        let (server, port) = (server.to_string(), port.to_string());
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &terminal.socket, "-f"]).arg(configuration);
        command.args(["new-session", "-d", "-x", "80", "-y", "24", "env", "-u", "NO_COLOR", "TZ=UTC"]);
        let home = setting.home.unwrap_or(&terminal.files);
        command.arg(format!("XDG_STATE_HOME={}", home.display()));
        command.args(setting.variables.iter().map(|(key, value)| format!("{key}={value}")));
        command.args(["sh", "-c", NOTE_CODE, "sh"]).arg(terminal.code());
        command.args([env!("CARGO_BIN_EXE_chat"), "client", name, "127.0.0.1", &server, &port]);
        let ack_wait = if setting.waits { "60000" } else { ACK_WAIT };
        command.args(["--ack-wait", ack_wait]).args(setting.arguments);
        check(command.output().unwrap());
        terminal
    }

    /// Waits until it takes commands.
    pub fn until_ready(&self) {
        self.until_shown("Client table updated.");
        self.until("a prompt", |screen| above_the_last(screen).ends_with(" >"));
    }

    /// Waits until this stands above the line that is being typed. A line entered before that may show another prompt.
    pub fn until_prompt(&self, status: &str) {
        self.until(&format!("the prompt {status}"), |screen| above_the_last(screen) == status);
    }

    /// Presses keys that write something.
    pub fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", "--", text]);
    }

    /// Presses a key by its name, such as `Enter` or `C-c`.
    pub fn presses(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Types a line and sends it off.
    pub fn enters(&self, line: &str) {
        self.types(line);
        self.until_shown(line);
        self.presses("Enter");
    }

    /// Pastes as a terminal does that was asked to mark pastes.
    pub fn pastes(&self, text: &str) {
        self.tmux(&["set-buffer", "--", text]);
        self.tmux(&["paste-buffer", "-p"]);
    }

    /// Changes the size of the screen, and waits until the client can know: tmux draws first, and tells a little later.
    pub fn resizes(&self, columns: u16, rows: u16) {
        self.tmux(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
        let tty = fs::File::open(self.tmux(&["display-message", "-p", "#{pane_tty}"]).trim()).unwrap();
        let size = Some((terminal_size::Width(columns), terminal_size::Height(rows)));
        self.until("a screen of this size", |_| terminal_size::terminal_size_of(&tty) == size);
    }

    /// What is on the screen, without empty lines below.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"]).trim_end().to_owned()
    }

    /// The same with the commands that colour it.
    pub fn colours(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-e"])
    }

    /// Whether it has rung the bell.
    pub fn has_rung(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{window_bell_flag}"]).trim() == "1"
    }

    /// Everything that has ever been shown; lines that did not fit into the screen are whole again.
    pub fn everything(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// The last lines that are not empty.
    pub fn bottom(&self) -> String {
        self.screen().lines().next_back().unwrap_or_default().to_owned()
    }

    /// Waits until this is somewhere on the screen.
    pub fn until_shown(&self, words: &str) {
        self.until(words, |screen| screen.contains(words));
    }

    /// Waits until the last line is this one.
    pub fn until_typed(&self, line: &str) {
        self.until(line, |screen| screen.lines().next_back() == Some(line));
    }

    /// Waits until the screen looks as it should.
    pub fn until(&self, what: &str, looks_right: impl Fn(&str) -> bool) {
        let end = Instant::now() + DEADLINE;
        loop {
            let screen = self.screen();
            if looks_right(&screen) {
                return;
            }
            assert!(Instant::now() < end, "never on the screen: {what}; but\n{}", self.everything());
            thread::sleep(POLL);
        }
    }

    /// Waits for the end of the client, which has this exit code.
    pub fn until_end(&self, code: i32) {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Ok(ended) = fs::read_to_string(self.code()) {
                assert_eq!(ended.trim(), code.to_string(), "{}", self.everything());
                return;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.everything());
            thread::sleep(POLL);
        }
    }

    fn code(&self) -> PathBuf {
        self.files.join("code")
    }

    /// Waits until everything that has been shown is as in the transcript of this name. Times and ports are always others.
    pub fn is_as_in(&self, name: &str) {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{name}.txt"));
        let shown = || same_times_and_ports(self.everything().trim_end()) + "\n";
        if env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&file, shown()).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        let end = Instant::now() + DEADLINE;
        while shown() != expected && Instant::now() < end {
            thread::sleep(POLL);
        }
        assert_eq!(shown(), expected, "{} is otherwise; UPDATE_TRANSCRIPTS=1 rewrites it", file.display());
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux").args(["-L", &self.socket]).args(arguments).output().unwrap();
        check(output)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A client that waits for its server would outlive its terminal. Together with its shell it is a process group.
        let tmux =
            |arguments: &[&str]| Command::new("tmux").args(["-L", &self.socket]).args(arguments).output();
        let shell = tmux(&["display-message", "-p", "#{pane_pid}"]).map(|output| output.stdout);
        if let Ok(shell) = String::from_utf8_lossy(&shell.unwrap_or_default()).trim().parse() {
            let _ = killpg(Pid::from_raw(shell), Signal::SIGKILL);
        }
        let _ = tmux(&["kill-server"]);
        let _ = fs::remove_dir_all(&self.files);
    }
}

fn above_the_last(screen: &str) -> &str {
    screen.lines().rev().nth(1).unwrap_or_default()
}

fn check(output: Output) -> String {
    assert!(output.status.success(), "tmux: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// `12:34 ` at the start of a line becomes `00:00 `, and a port after an address of this machine `PORT`.
fn same_times_and_ports(shown: &str) -> String {
    let is_time = |line: &str| {
        let bytes = line.as_bytes();
        bytes.len() > 5 && bytes[2] == b':' && [0, 1, 3, 4].iter().all(|&at| bytes[at].is_ascii_digit())
    };
    let line = |line: &str| {
        let line = if is_time(line) { format!("00:00{}", &line[5..]) } else { line.to_owned() };
        let mut parts = line.split("127.0.0.1:");
        let first = parts.next().unwrap_or_default().to_owned();
        let line = parts.fold(first, |line, part| {
            line + "127.0.0.1:PORT" + part.trim_start_matches(|c: char| c.is_ascii_digit())
        });
        line.trim_end().to_owned()
    };
    shown.lines().map(line).collect::<Vec<_>>().join("\n")
}

const CONFIGURATION: &str = "set -g remain-on-exit on\nset -g remain-on-exit-format ''\nset -g history-limit 10000\nset -g status off\nset -g default-terminal screen-256color\n";
/// Runs the rest of its arguments, and then writes the exit code into the file that is the first. It stays: what was written last
/// can get lost when nobody has the terminal open any more.
const NOTE_CODE: &str = r#"file=$1; shift; "$@"; echo $? > "$file.part"; mv "$file.part" "$file"; exec cat"#;
const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
