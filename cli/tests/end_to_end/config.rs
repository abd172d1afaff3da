//! The configuration file, what an installation has beside the program, and the version.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::common::{Chat, ports};

/// A directory of this test.
fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("config-{name}"));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("chat")).unwrap();
    directory
}

fn chat(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chat")).args(arguments).env_remove("CHAT_KEY").output().unwrap()
}

#[test]
fn the_file_in_the_usual_place_counts_and_the_command_line_wins() {
    let home = directory("usual");
    fs::write(home.join("chat/chat.toml"), "log-text = true\njson = true\nbind = '127.0.0.1'\n").unwrap();
    let start = |more: &[&str]| {
        let [port] = ports();
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["server", &port.to_string()]).args(more).env("XDG_CONFIG_HOME", &home);
        (Chat::spawn("server", &mut command), port)
    };
    let (mut server, port) = start(&[]);
    let started = format!(r#"{{"v":1,"event":"started","address":"127.0.0.1:{port}"}}"#);
    server.expect_line(&started);
    let (mut server, _) = start(&["--plain"]);
    server.expect("Server is online");
}

#[test]
fn a_file_can_be_named_and_has_to_be_there() {
    let directory = directory("named");
    let file = directory.join("mine.toml");
    fs::write(&file, "ack-wait = 100\nackwait = 100\n").unwrap();
    let file = file.to_str().unwrap();
    let [port] = ports();
    let output = chat(&["server", &port.to_string(), "--config", file]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("{file}:2: unknown key 'ackwait'; there are ack-wait")), "{said}");
    let output = chat(&["server", &port.to_string(), "--config", "/nowhere/chat.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("/nowhere/chat.toml: "));
}

#[test]
fn the_version_names_the_promises_of_the_book() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/promises.md");
    let page = fs::read_to_string(page).unwrap();
    let version = String::from_utf8(chat(&["--version"]).stdout).unwrap();
    let digest = version.trim_end().split_once("(promises ").unwrap().1.trim_end_matches(')');
    assert!(page.contains(&format!("Digest of this table: `{digest}`.")), "{version}");
    assert!(version.starts_with(concat!("chat ", env!("CARGO_PKG_VERSION"))), "{version}");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = chat(&["completions", shell]);
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{shell}");
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("ack-wait") && script.contains("keygen"), "{shell}: {script}");
    }
}

#[test]
fn the_manual_has_a_page_for_the_program_and_one_for_each_command() {
    let page = String::from_utf8(chat(&["man"]).stdout).unwrap();
    assert!(page.contains(".TH chat 1") && page.contains("ack"), "{page}");
    let out = directory("man");
    let output = chat(&["man", "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for page in ["chat.1", "chat-server.1", "chat-client.1", "chat-join.1"] {
        assert!(fs::read_to_string(out.join(page)).unwrap().contains(".TH"), "{page}");
    }
}
