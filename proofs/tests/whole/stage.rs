//! Counterexamples on a stage: what the checker finds is seen on the terminals of real programs, and not with the chat as it was
//! checked.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn a_message_that_is_shown_twice_is_seen_twice_on_a_terminal() {
    let (seen, not_seen) = staged("forgets-what-it-heard", "shown-once");
    assert!(seen.contains("Y read \"X: X1\" 2 times."), "{seen}");
    assert!(lines(&seen, "| >>> X: X1") >= 2, "{seen}");
    assert_eq!(lines(&not_seen, "| >>> X: X1"), 1, "{not_seen}");
}

#[test]
fn other_sabotages_are_seen_as_well() {
    for (sabotage, promise, words) in [
        ("stays-in-the-prompt", "members-only", "outside of any group"),
        ("mixes-up-authors", "shown-true", "never wrote there"),
        ("forgets-its-replies", "at-most-once", "Client X sent group message: X1"),
    ] {
        let (seen, _) = staged(sabotage, promise);
        assert!(seen.contains(words), "{seen}");
    }
}

#[test]
fn flaws_of_the_original_are_seen() {
    let place = place("original");
    let output = proofs(&["check", "--original", "--json", "--drawings", place.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    for (scenario, words) in [
        ("retry-shown-again", "Y read \"X: X1\" 2 times."),
        ("queue-lost-on-interrupt", "X read \"Message received by Y.\", and Y never read \"X1\"."),
        ("ack-of-another-message", "X read \"Message received by Y.\", and Y never read \"X2\"."),
        ("delivered-after-all", "the message was not accepted\", and Y read \"X1\"."),
        ("post-taken-twice", "the server printed \"Client X sent group message: X1\" 2 times"),
        ("posts-overtake", "and the server sent them out in another order."),
        ("shown-after-leaving", "Y read \"Group_Message X: X1\" outside of any group."),
        ("shown-in-another-group", "Y read \"Group_Message X: X1\", which X never wrote there."),
        ("kicked-alive", "read that Y is offline, who is there."),
        ("two-names-one-address", "read that X is online at "),
        ("locked-out", "X was refused its name, and nobody else has it."),
    ] {
        let seen = performed(&place.join(format!("original-{scenario}.json")), true);
        assert!(seen.contains(words), "{seen}");
    }
}

#[test]
fn what_is_played_can_be_had_as_json() {
    let place = place("json");
    let file = written(&place, "forgets-what-it-heard", "shown-once");
    let program = env!("CARGO_BIN_EXE_broken-chat");
    let output = proofs(&["stage", file.to_str().unwrap(), "--program", program, "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["seen"], serde_json::json!(["Y read \"X: X1\" 2 times"]));
    let read = |line: &serde_json::Value| line["read"] == ">>> X: X1";
    let shown = told["terminals"][2]["lines"].as_array().unwrap().iter().filter(|line| read(line)).count();
    assert!(shown >= 2, "{told}");
}

#[test]
fn what_cannot_be_played_is_refused_with_the_reason() {
    let place = place("refused");
    let file = written(&place, "forgets-what-it-heard", "shown-once");
    let good: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let bad = place.join("bad.json");
    let with = |key: &str, value: serde_json::Value| {
        let mut bad = good.clone();
        bad[key] = value;
        bad.to_string()
    };
    for (text, words) in [
        ("no JSON".to_owned(), "is not JSON"),
        (with("counterexample", 7.into()), "has version 7 of counterexamples, and this program reads 1"),
        (with("scenario", "nowhere".into()), "unknown scenario 'nowhere'; there are: same-name, "),
        (with("variant", serde_json::json!({"broken": "in-no-way"})), "unknown sabotage 'in-no-way'"),
        (with("variant", "original".into()), "unknown scenario 'direct' of the original; there are: "),
        (with("promise", "settles".into()), "nobody at a terminal can see whether 'settles' is broken"),
    ] {
        std::fs::write(&bad, &text).unwrap();
        refused(&[bad.to_str().unwrap()], words);
    }
    refused(&["no-such-file.json"], "cannot read no-such-file.json");
    let file = file.to_str().unwrap();
    refused(&[file, "--program", "/nowhere/chat"], "cannot start /nowhere/chat");
    let ended = "server did not come as far as \"Server is online\"; its terminal:\n  * ended with code 0";
    refused(&[file, "--program", "/bin/true"], ended);
}

/// Exit code 2, and an error that says these words.
fn refused(arguments: &[&str], words: &str) {
    let output = proofs(&[&["stage"], arguments].concat());
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {error}");
    assert!(error.starts_with("error: ") && error.contains(words), "{arguments:?}: {error}");
}

/// The performance of a sabotage, which has to be seen, and that of the chat as checked with the same script.
fn staged(sabotage: &str, promise: &str) -> (String, String) {
    let file = written(&place(sabotage), sabotage, promise);
    (performed(&file, true), performed(&file, false))
}

/// A performance of the variant that broke the promise, or of the chat as checked.
fn performed(file: &Path, broken: bool) -> String {
    let mut arguments = vec!["stage", file.to_str().unwrap()];
    // Without a variant, this program is what `chat` is.
    arguments.extend(["--program", env!("CARGO_BIN_EXE_broken-chat")]);
    arguments.extend((!broken).then_some("--as-checked"));
    let output = proofs(&arguments);
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(i32::from(!broken)), "{told}\n{errors}");
    assert_eq!(told.contains("\nSEEN: "), broken, "{told}");
    assert_eq!(told.contains("\nNOT SEEN: "), !broken, "{told}");
    told
}

/// The counterexample that `check` writes when this sabotage breaks this promise.
fn written(place: &Path, sabotage: &str, promise: &str) -> PathBuf {
    let arguments = ["check", "--sabotage", sabotage, "--promise", promise, "--json", "--drawings"];
    let output = proofs(&[&arguments[..], &[place.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    place.join(promise).with_extension("json")
}

fn proofs(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proofs")).args(arguments).output().unwrap()
}

fn lines(told: &str, line: &str) -> usize {
    told.lines().filter(|it| it.trim() == line).count()
}

/// A directory of this test's own.
fn place(test: &str) -> PathBuf {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stage").join(test);
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    place
}
