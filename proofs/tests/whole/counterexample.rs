//! Counterexamples as files: what `check` writes can be read again and says what the story says.

use std::path::PathBuf;
use std::process::{Command, Output};

use proofs::stage::counterexample::{Counterexample, Event, Variant};

/// A directory of this test's own.
fn place(test: &str) -> PathBuf {
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("counterexample").join(test);
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    place
}

fn check(arguments: &[&str], place: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofs"));
    command.arg("check").args(arguments).arg("--drawings").arg(place).output().unwrap()
}

#[test]
fn a_broken_promise_is_written_down_step_by_step() {
    let place = place("broken");
    let output = check(&["--sabotage", "forgets-what-it-heard", "--promise", "shown-once", "--json"], &place);
    assert_eq!(output.status.code(), Some(1));
    let file = place.join("shown-once.json");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains(&format!("\"counterexample\":\"{}\"", file.display())), "{told}");

    let written = Counterexample::read(&file).unwrap();
    assert_eq!(written.variant, Variant::Broken("forgets-what-it-heard".into()));
    assert_eq!((written.scenario.as_str(), written.promise.as_str()), ("direct", "shown-once"));
    assert_eq!((written.registered, written.limits.attempts), (true, 2));
    let events: Vec<(&str, &Event)> =
        written.steps.iter().map(|step| (step.who.as_str(), &step.event)).collect();
    let receives = |packet| Event::Receives { packet };
    let last = written.steps.len() - 1;
    assert_eq!(events[0], ("X", &Event::Types { line: "send Y X1".into() }));
    assert_eq!(events[1], ("Y", &receives(0)));
    assert_eq!(events[last], ("Y", &receives(0)));
    assert_eq!(written.steps[last].reads, ["X: X1"]);
    let first = &written.packets[0];
    assert_eq!((first.from.as_str(), first.to.as_str(), first.nth, first.attempt), ("X", "Y", 1, 1));
    assert_eq!((first.sent, first.arrives.as_slice()), (Some(0), &[1, last][..]));
}

#[test]
fn what_was_typed_before_the_first_step_is_written_down() {
    let place = place("before");
    check(&["--sabotage", "leaves-in-words-only", "--promise", "one-group"], &place);
    let written = Counterexample::read(&place.join("one-group.json")).unwrap();
    let typed: Vec<(&str, &str)> =
        written.before.iter().map(|line| (line.who.as_str(), line.types.as_str())).collect();
    assert_eq!(typed.first(), Some(&("X", "create_group g")), "{typed:?}");
}

#[test]
fn every_way_to_break_the_original_is_written_down() {
    let place = place("original");
    assert_eq!(check(&["--original"], &place).status.code(), Some(0));
    for verdict in proofs::original::catalogue::all() {
        let file = place.join(format!("original-{}.json", verdict.scenario.name));
        let Some(steps) = verdict.expected else {
            assert!(!file.exists(), "{} holds", verdict.scenario.name);
            continue;
        };
        let written = Counterexample::read(&file).unwrap();
        assert_eq!(written.variant, Variant::Original);
        let told = written.steps.iter().filter(|step| step.event != Event::Starts).count();
        assert_eq!(told, steps, "{}", verdict.scenario.name);
    }
}

#[test]
fn what_is_no_counterexample_is_refused_with_the_reason() {
    let place = place("refused");
    let file = place.join("file.json");
    let good = serde_json::json!({
        "counterexample": 1, "variant": "as-checked", "scenario": "direct", "promise": "shown-once",
        "limits": model::Limits::default(), "people": [{"who": "X", "name": "X"}], "registered": true,
        "before": [], "packets": [], "steps": [{"who": "X", "event": "interrupts", "reads": [], "sends": []}],
    });
    let with = |key: &str, value: serde_json::Value| {
        let mut bad = good.clone();
        bad[key] = value;
        bad.to_string()
    };
    let fault = |text: &str| {
        std::fs::write(&file, text).unwrap();
        format!("{:#}", Counterexample::read(&file).unwrap_err())
    };
    let nobody = serde_json::json!([{"who": "Q", "event": "interrupts", "reads": [], "sends": []}]);
    let no_packet = serde_json::json!([
        {"who": "X", "event": "receives", "packet": 0, "reads": [], "sends": []}
    ]);
    for (text, words) in [
        ("", "is not JSON"),
        ("{\"counterexample\": 1", "is not JSON"),
        ("[1]", "no counterexample"),
        ("{}", "no counterexample"),
        (&with("counterexample", 2.into()), "has version 2 of counterexamples, and this program reads 1"),
        (&with("counterexample", "x".into()), "has version something else"),
        (&with("steps", nobody), "there is nobody called 'Q' in it"),
        (&with("steps", no_packet), "it has no packet 0"),
        (&with("people", "X".into()), "is damaged"),
        (&with("surprise", 1.into()), "unknown field `surprise`"),
    ] {
        let told = fault(text);
        assert!(told.contains(words) && told.contains("file.json"), "{text}: {told}");
    }
    std::fs::write(&file, good.to_string()).unwrap();
    Counterexample::read(&file).unwrap();
    let missing = Counterexample::read(&place.join("missing.json")).unwrap_err();
    assert!(format!("{missing:#}").contains("cannot read"), "{missing:#}");
}
