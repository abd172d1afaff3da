//! The room key, as people use it: made, given, shared by an invitation; and what everybody without it gets.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::{ACK_WAIT, Chat, online, ports, run, server_with};

#[test]
fn keygen_prints_a_key_or_writes_it_where_only_its_owner_reads_it() {
    let place = Place::new("keygen");
    let (one, two) = (keygen(), keygen());
    assert_eq!(one.len(), 48);
    assert_ne!(one, two);

    let file = place.file("room.key");
    let written = run(&["keygen", "--out", &file]);
    assert_eq!(text(&written), (0, format!("Room key written to {file}"), String::new()));
    let key = fs::read_to_string(&file).unwrap();
    assert_eq!((key.len(), key.ends_with('\n')), (49, true));
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);

    let again = run(&["keygen", "--out", &file]);
    assert_eq!(text(&again), (1, String::new(), format!("{file} exists, and a key is never overwritten\n")));
    assert_eq!(fs::read_to_string(&file).unwrap(), key);
}

#[test]
fn whoever_has_the_key_chats_and_nobody_else_gets_an_answer() {
    let place = Place::new("chats");
    let file = place.key();
    let [port, x, y, eve] = ports();
    let mut server = server_with(port, &["--key", &file]);
    let mut x = joined("X", port, x, |command| command.args(["--key", &file]));
    server.await_line(&format!(">>> {}", online("X", x.1)));
    let key = fs::read_to_string(&file).unwrap();
    let mut y = joined("Y", port, y, |command| command.env("CHAT_KEY", &key));
    x.0.await_line(&format!(">>> {}", online("Y", y.1)));
    x.0.ask("send Y hello", "Message received by Y.");
    y.0.expect("X: hello");

    let other = keygen();
    for key in [None, Some(other.as_str())] {
        let mut eve = client("Eve", port, eve, |command| match key {
            Some(key) => command.env("CHAT_KEY", key),
            None => command,
        });
        eve.expect("Client start listening");
        eve.expect("Registration request sent");
        eve.expect("Server not responding");
        eve.expect("Exiting");
        eve.expect_end(1);
    }
    y.0.ask("send X still here", "Message received by X.");
    for (person, _) in [x, y] {
        let mut person = person;
        person.close();
        person.await_line(">>> You are Offline. Bye.");
    }
    assert!(!server.transcript().contains("Eve"));
}

#[test]
fn an_invitation_is_all_that_is_needed_to_join() {
    let place = Place::new("invitation");
    let file = place.key();
    let [port] = ports();
    let _server = server_with(port, &["--key", &file]);
    let invited = run(&["invite", &format!("127.0.0.1:{port}"), "--key", &file]);
    let link = String::from_utf8(invited.stdout).unwrap();
    let key = fs::read_to_string(&file).unwrap();
    assert_eq!(link, format!("chat://127.0.0.1:{port}#{}", key.trim()));

    let mut x = Chat::start("X", &["join", &link, "--name", "X", "--ack-wait", ACK_WAIT]);
    x.await_line(">>> Welcome, You are registered.");
    // From standard input, where other users of this machine do not see it.
    let mut y = Chat::start("Y", &["join", "-", "--name", "Y", "--ack-wait", ACK_WAIT]);
    y.say(&link);
    y.await_line(">>> Welcome, You are registered.");
    while !y.transcript().contains(">>> X  127.0.0.1:") {
        y.say("list_groups");
        y.await_line(">>> No available group right now");
    }
    y.ask("send X hello", "Message received by X.");
    x.await_line(">>> Y: hello");
}

#[test]
fn an_invitation_without_a_key_joins_in_the_clear_under_the_login_name() {
    let [port] = ports();
    let _server = server_with(port, &[]);
    let link = format!("chat://127.0.0.1:{port}");
    assert_eq!(text(&run(&["invite", &format!("localhost:{port}")])), (0, link.clone(), String::new()));
    let arguments = ["join", &link, "--ack-wait", ACK_WAIT];
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    let mut ann = Chat::spawn("ann", command.args(arguments).env("USER", "ann"));
    ann.await_line(">>> Welcome, You are registered.");
    ann.say("dereg ann");
    ann.await_line(">>> You are Offline. Bye.");
}

#[test]
fn what_is_wrong_with_a_key_or_an_invitation_is_said_in_one_line() {
    let place = Place::new("wrong");
    let good = place.key();
    let key = fs::read_to_string(&good).unwrap();
    let exposed = place.file("exposed");
    fs::write(&exposed, &key).unwrap();
    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o640)).unwrap();
    let short = place.file("short");
    fs::write(&short, &key[..40]).unwrap();
    fs::set_permissions(&short, fs::Permissions::from_mode(0o600)).unwrap();
    let missing = place.file("missing");
    let link = format!("chat://127.0.0.1:6666#{}", key.trim());

    let [port] = ports();
    let port = port.to_string();
    let with = |file| ["server", &port, "--bind", "127.0.0.1", "--key", file].map(str::to_owned).to_vec();
    let join = |link: &str| ["join", link].map(str::to_owned).to_vec();
    for (arguments, code, words) in [
        (with(&missing), 1, format!("no such key file: {missing}")),
        (with(&short), 1, format!("key file {short}: a room key has 48 characters, this one has 40")),
        (
            with(&exposed),
            1,
            format!(
                "key file {exposed} can be used by others (mode 640), so it may not be secret; \
                 run: chmod 600 {exposed}"
            ),
        ),
        (
            join("chat://127.0.0.1"),
            2,
            "an invitation looks like chat://IP:PORT#KEY, and this one has no port".to_owned(),
        ),
        (
            join(&link[..link.len() - 1]),
            2,
            "the key of the invitation: a room key has 48 characters, this one has 47".to_owned(),
        ),
        (join("-"), 2, "no invitation on standard input".to_owned()),
        (
            [join(&link), vec!["--key".to_owned(), good.clone()]].concat(),
            2,
            "two room keys: give only one of the invitation and --key".to_owned(),
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(text(&run(&arguments)), (code, String::new(), format!("{words}\n")), "{arguments:?}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    let both = command.args(with(&good)).env("CHAT_KEY", &key).output().unwrap();
    assert_eq!(
        text(&both),
        (2, String::new(), "two room keys: give only one of --key and CHAT_KEY\n".to_owned())
    );
}

/// A client that has been started, with a key or not.
fn client(name: &str, server: u16, port: u16, more: impl Fn(&mut Command) -> &mut Command) -> Chat {
    let (server, port) = (server.to_string(), port.to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["client", name, "127.0.0.1", &server, &port, "--ack-wait", ACK_WAIT]);
    more(&mut command);
    Chat::spawn(name, &mut command)
}

/// The same, registered, with its port.
fn joined(name: &str, server: u16, port: u16, more: impl Fn(&mut Command) -> &mut Command) -> (Chat, u16) {
    let mut chat = client(name, server, port, more);
    chat.await_line(">>> Welcome, You are registered.");
    chat.await_line(&format!(">>> {}", online(name, port)));
    (chat, port)
}

fn keygen() -> String {
    String::from_utf8(run(&["keygen"]).stdout).unwrap().trim().to_owned()
}

fn text(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A directory that goes when the test is over.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Place {
        let place = std::env::temp_dir().join(format!("chat-room-key-{test}-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        Place(place)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// A new key in a file.
    fn key(&self) -> String {
        let file = self.file("room.key");
        assert_eq!(run(&["keygen", "--out", &file]).status.code(), Some(0));
        file
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
