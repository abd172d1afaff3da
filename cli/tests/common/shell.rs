//! A program in a shell in a real terminal, which tmux provides. What it has done to the terminal is seen by who comes after it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A terminal with a shell in it. Closed when dropped.
pub struct Shell {
    socket: String,
    /// Where the number of the process is.
    pid: PathBuf,
}

impl Shell {
    /// Runs a program, then says with which code it ended, and then repeats what is typed. Nothing if there is no tmux on this
    /// machine.
    pub fn start(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Option<Shell> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let socket = format!("chat-shell-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::SeqCst));
        let shell = Shell { pid: env::temp_dir().join(format!("{socket}.pid")), socket };
        let made = Command::new("tmux")
            .args([
                "-u",
                "-L",
                &shell.socket,
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                "100",
                "-y",
                "30",
            ])
            .args(["env", "-u", "NO_COLOR"])
            .arg(format!("XDG_CONFIG_HOME={}", env!("CARGO_TARGET_TMPDIR")))
            .arg(format!("XDG_STATE_HOME={}", env!("CARGO_TARGET_TMPDIR")))
            .args(variables.iter().map(|(key, value)| format!("{key}={value}")))
            .args(["sh", "-c", SCRIPT, "sh"])
            .arg(&shell.pid)
            .arg(program)
            .args(arguments)
            .env_remove("TMUX")
            .output();
        if made.is_err() {
            eprintln!("not tested: there is no tmux on this machine");
            return None;
        }
        Some(shell)
    }

    pub fn tmux(&self, arguments: &[&str]) -> Output {
        let output = Command::new("tmux").args(["-L", &self.socket]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    pub fn screen(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p"]).stdout).unwrap()
    }

    /// Waits until all of this is on the screen.
    pub fn shows(&self, parts: &[&str]) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            let screen = self.screen();
            if parts.iter().all(|part| screen.contains(part)) {
                return screen;
            }
            assert!(Instant::now() < end, "{parts:?} never shown together; now there is\n{screen}");
            thread::sleep(POLL);
        }
    }

    pub fn type_in(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let pid = fs::read_to_string(&self.pid).unwrap().trim().parse().unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Whether a program has the second screen, or has hidden the cursor.
    pub fn is_taken(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).stdout != b"0 1\n"
    }

    /// The program has ended with this code, and its terminal is for others as if it had never been there.
    pub fn is_given_back(&self, code: i32) {
        self.shows(&[&format!("ended with {code}")]);
        assert!(!self.is_taken(), "{}", self.screen());
        // In raw mode the keys would not be shown, and no line would come to an end.
        self.type_in("echoed");
        self.shows(&["echoed\nechoed\n"]);
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
        let _ = fs::remove_file(&self.pid);
    }
}

const SCRIPT: &str = r#"sh -c 'echo $$ > "$1"; shift; exec "$@"' sh "$@"; echo "ended with $?"; exec cat"#;
const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);
