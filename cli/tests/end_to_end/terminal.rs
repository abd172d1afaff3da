//! In a real terminal. Skipped where there is no tmux.

use crate::common::tmux::{Setting, Terminal, is_missing};
use crate::common::{Chat, client, ports, server};
use model::config::Limits;
use nix::sys::signal::Signal;

const LINES: usize = 200;

#[test]
fn two_hundred_lines_arrive_while_one_is_being_typed() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    x.types("send Y my li");
    x.until_typed("> send Y my li");
    let mut typed = "> send Y my li".to_owned();
    for number in 1..=LINES {
        y.ask(&format!("send X line number {number} of many"), "Message received by X.");
        if number % 20 == 0 {
            x.types("n");
            typed.push('n');
        }
    }
    x.types("e");
    typed.push('e');
    x.until_typed(&typed);
    x.until_shown(&format!("Y: line number {LINES} of many"));
    let everything = x.everything();
    let arrived: Vec<usize> = everything.lines().filter_map(number_of).collect();
    assert_eq!(arrived, (1..=LINES).collect::<Vec<_>>(), "{everything}");
    x.presses("Enter");
    y.expect(&format!("X: {}", &typed["> send Y ".len()..]));
    x.until_shown("Message received by Y.");
    x.is_as_in("lines-arrive");
}

fn number_of(line: &str) -> Option<usize> {
    line.split_once("Y: line number ")?.1.strip_suffix(" of many")?.parse().ok()
}

#[test]
fn tab_completes_commands_people_and_groups() {
    if is_missing() {
        return;
    }
    let (_server, x, _y) = two();
    x.types("cre");
    x.presses("Tab");
    x.until_typed("> create_group");
    x.types("roomA");
    x.presses("Enter");
    x.until_shown("Group roomA created by Server.");
    x.until_prompt("X >");
    x.types("/jo");
    x.presses("Tab");
    x.until_typed("> /join");
    // Both its names start like this.
    x.types("_");
    x.presses("Tab");
    x.types("r");
    x.presses("Tab");
    x.until_typed("> /join_group roomA");
    x.presses("Enter");
    x.until_shown("Entered group roomA successfully");
    x.until_prompt("X roomA >");
    x.types("/say where is ");
    x.presses("Tab");
    x.until("both names", |screen| screen.lines().any(|line| line.split_whitespace().eq(["Y", "roomA"])));
    x.types("Y");
    x.presses("Tab");
    x.types("now");
    x.until("the line", |screen| screen.ends_with("> /say where is Y now"));
    x.presses("Enter");
    x.until_shown("Message received by Server.");
    x.is_as_in("completion");
}

#[test]
fn a_command_that_nearly_is_one_or_is_half_of_one_is_answered_with_what_was_meant() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    x.enters("sned Y hello");
    x.until_shown("Invalid command: sned. Did you mean send?");
    x.enters("send Y");
    x.until_shown("Invalid command. Type: send NAME TEXT   for example: send Y hello");
    x.enters("good morning");
    x.until_shown("Invalid command: good. Type help for all commands; to write to somebody, for");
    // What was wrong comes back to be put right.
    x.presses("Up");
    x.presses("Up");
    x.presses("Up");
    x.until_typed("> sned Y hello");
    x.presses("C-a");
    x.presses("C-d");
    x.presses("M-d");
    x.types("send");
    x.until_typed("> send Y hello");
    x.presses("Enter");
    y.expect("X: hello");
    x.until_shown("Message received by Y.");
    x.is_as_in("near-miss");
}

#[test]
fn colours_can_be_turned_off() {
    if is_missing() {
        return;
    }
    let [port] = ports();
    let _server = server(port);
    let settings = [("auto", "", true), ("auto", "1", false), ("never", "", false), ("always", "1", true)];
    for (color, no_color, coloured) in settings {
        let [own] = ports();
        let (arguments, variables) = (&["--color", color], &[("NO_COLOR", no_color)]);
        let x = Terminal::start("X", port, own, &Setting { arguments, variables, ..Setting::default() });
        x.until_ready();
        assert_eq!(x.colours().contains("\u{1b}["), coloured, "{arguments:?} {variables:?}\n{}", x.colours());
        if !coloured {
            x.is_as_in("no-colours");
        }
        x.enters("quit");
        x.until_end(0);
    }
}

#[test]
fn the_line_survives_a_change_of_the_window() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    // Without spaces: those at the end of a row are not captured.
    let text = ["a-message-that-is-long-enough-to-need-more-than-one-row-on-any-screen", "and-more-than-two"]
        .concat();
    x.types(&format!("send Y {text}"));
    let is_whole = |screen: &str| screen.replace('\n', "").ends_with(&format!("> send Y {text}"));
    x.until("the line", is_whole);
    for (columns, rows) in [(50, 20), (120, 30), (40, 10), (80, 24)] {
        x.resizes(columns, rows);
        x.until(&format!("the line on {columns} columns"), is_whole);
        y.ask(&format!("send X at {columns} columns"), "Message received by X.");
        x.until(&format!("the line after another on {columns} columns"), |screen| {
            screen.contains(&format!("Y: at {columns} columns")) && is_whole(screen)
        });
    }
    x.presses("Enter");
    y.expect(&format!("X: {text}"));
    x.until_shown("Message received by Y.");
    let everything = x.everything();
    for above in
        ["Y is online", "Y: at 50 columns", "Y: at 120 columns", "Y: at 40 columns", "Y: at 80 columns"]
    {
        assert!(everything.contains(above), "{above} is gone:\n{everything}");
    }
}

#[test]
fn a_wider_window_takes_nothing_away_from_above_a_long_line() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    let text = "a-line-of-several-rows-".repeat(10);
    x.types(&format!("send Y {text}"));
    let is_whole = |screen: &str| screen.replace('\n', "").ends_with(&format!("X >> send Y {text}"));
    // The cursor is at the end, at the start, and where a row starts.
    for (columns, key) in [(100, "C-a"), (150, "M-f"), (200, "C-e"), (300, "C-e")] {
        x.until(&format!("the line for {columns} columns"), is_whole);
        x.resizes(columns, 24);
        x.until(&format!("the line on {columns} columns"), |screen| {
            is_whole(screen)
                && screen.lines().any(|line| line.chars().count() == usize::from(columns.min(239)))
        });
        y.ask(&format!("send X at {columns} columns"), "Message received by X.");
        x.until_shown(&format!("Y: at {columns} columns"));
        x.presses(key);
    }
    x.until("the line at last", is_whole);
    x.is_as_in("wider");
}

#[test]
fn a_window_of_another_size_shows_what_it_showed() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    x.types("send Y hel");
    for (columns, rows) in [(50, 20), (120, 30), (60, 8), (80, 24)] {
        x.until_typed("> send Y hel");
        x.resizes(columns, rows);
        y.ask(&format!("send X at {columns} columns"), "Message received by X.");
        x.until_shown(&format!("Y: at {columns} columns"));
    }
    x.types("lo");
    x.presses("Enter");
    y.expect("X: hello");
    x.until_shown("Message received by Y.");
    x.is_as_in("resize");
}

#[test]
fn pasted_lines_are_one_message() {
    if is_missing() {
        return;
    }
    let (server, x, mut y) = two();
    x.types("send Y ");
    x.pastes("one\n  two\nthree");
    x.until("three lines", |screen| screen.ends_with("> send Y one\n  two\nthree"));
    y.ask("send X hold on", "Message received by X.");
    x.until("three lines below another", |screen| {
        screen.contains("Y: hold on") && screen.ends_with("> send Y one\n  two\nthree")
    });
    x.presses("Enter");
    y.expect(r"X: one\n  two\nthree");
    x.until_shown("Message received by Y.");
    x.is_as_in("paste");
    drop(server);
}

#[test]
fn ctrl_c_leaves_and_a_second_one_does_not_wait() {
    if is_missing() {
        return;
    }
    let (server, x, _y) = two_patient();
    server.pause();
    x.types("half a li");
    x.until_typed("> half a li");
    x.presses("C-c");
    x.until_shown("X > leaving");
    x.presses("C-c");
    x.until_end(130);
    server.signal(Signal::SIGCONT);
    let (_server, x, _y) = two();
    x.presses("C-c");
    x.until_end(0);
    x.until("the farewell", |screen| screen.ends_with(" You are Offline. Bye."));
    x.is_as_in("ctrl-c");
}

#[test]
fn a_second_ctrl_c_that_comes_with_the_first_does_not_wait() {
    if is_missing() {
        return;
    }
    let (server, x, _y) = two_patient();
    server.pause();
    x.types("\x03\x03");
    x.until_end(130);
    let (server, x, _y) = two_patient();
    server.pause();
    x.types("\x04\x03\x03");
    x.until_end(130);
}

#[test]
fn what_comes_with_a_ctrl_c_is_no_command_any_more() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    x.types("half a li\x03send Y late\r");
    x.until_end(0);
    y.expect("Client table updated.");
}

#[test]
fn lines_that_come_at_once_are_all_done() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    x.types("create_group roomA\rjoin_group roomA\rsend_group hello\rleave_group\rsend Y bye\rhalf a li");
    y.expect("X: bye");
    x.until_shown("Leave group chat roomA");
    x.until_shown("Message received by Y.");
    x.until_typed("> half a li");
}

#[test]
fn what_is_typed_ahead_is_done_in_order_and_seen_until_it_is_done() {
    if is_missing() {
        return;
    }
    let (server, x, mut y) = two_patient();
    server.pause();
    for line in ["create_group roomA", "join_group roomA", "send_group hello", "leave_group", "send Y bye"] {
        x.enters(line);
    }
    x.until_shown("X > create_group roomA, 4 more to do");
    server.signal(Signal::SIGCONT);
    y.expect("X: bye");
    x.until_shown("Message received by Y.");
    let everything = x.everything();
    let order = [
        "Group roomA created",
        "Entered group roomA",
        "received by Server.",
        "Leave group",
        "received by Y.",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|words| everything.find(words)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?}\n{everything}");
}

#[test]
fn ctrl_d_comes_after_what_was_typed_before_it() {
    if is_missing() {
        return;
    }
    let (server, x, _y) = two_patient();
    server.pause();
    x.enters("create_group roomA");
    x.until_prompt("X > create_group roomA");
    x.presses("C-d");
    x.until_shown("X > create_group roomA, 1 more to do");
    server.signal(Signal::SIGCONT);
    x.until_end(0);
    x.until("the farewell", |screen| screen.ends_with(" You are Offline. Bye."));
    x.is_as_in("ctrl-d");
}

#[test]
fn a_command_that_hangs_can_be_cancelled() {
    if is_missing() {
        return;
    }
    let [port, own] = ports();
    let server = server(port);
    let x = Terminal::start("X", port, own, &Setting { arguments: &["--reconnect"], ..Setting::default() });
    x.until_ready();
    server.pause();
    x.enters("create_group roomA");
    x.until_shown("(server not responding)");
    x.enters("/cancel");
    x.until_shown("Cancelled: create_group roomA. It may or may not take effect");
    server.signal(Signal::SIGCONT);
    // Which one came first, nobody knows; but it is said.
    x.until("its fate", |screen| {
        screen.contains("Group roomA created by Server.")
            || screen.contains("Cancelled in time: create_group roomA")
    });
    x.enters("/cancel");
    x.until_shown("Nothing to cancel");
}

#[test]
fn what_was_typed_ahead_can_be_dropped_with_what_it_waits_for() {
    if is_missing() {
        return;
    }
    let (server, x, _y) = two_patient();
    server.pause();
    x.enters("create_group roomA");
    x.until_prompt("X > create_group roomA");
    x.enters("create_group roomB");
    x.until_prompt("X > create_group roomA, 1 more to do");
    x.enters("join_group roomA");
    x.until_prompt("X > create_group roomA, 2 more to do");
    x.enters("cancel all");
    x.until_shown("2 commands that waited were not carried out");
    x.until_shown("Cancelled: create_group roomA. It may or may not take effect");
    server.signal(Signal::SIGCONT);
    // The server had got it before it was cancelled. Of the others it has never heard.
    x.until_shown("Group roomA created by Server.");
    x.until_prompt("X >");
    x.enters("list_groups");
    x.is_as_in("cancel");
}

#[test]
fn direct_messages_that_wait_are_seen_on_both_sides() {
    if is_missing() {
        return;
    }
    let (_server, x, mut y) = two();
    y.ask("create_group roomA", "Group roomA created by Server.");
    y.ask("join_group roomA", "Entered group roomA successfully");
    x.enters("send Y are you there?");
    x.until_shown("Message queued at Y (Y is in a group).");
    y.ask("leave_group", "Leave group chat roomA");
    y.expect("X: are you there?");
    x.until_prompt("X >");
    x.enters("join_group roomA");
    x.until_prompt("X roomA >");
    y.ask("send X one", "Message received by X.");
    y.ask("send X two", "Message received by X.");
    x.until_prompt("X roomA (2 waiting) >");
    x.enters("leave_group");
    x.until_shown("Y: two");
    x.is_as_in("waiting");
}

#[test]
fn a_message_for_which_there_is_no_room_is_said_to_be_refused() {
    if is_missing() {
        return;
    }
    let [port, x_port, y_port, z_port] = ports();
    let _server = server(port);
    let (mut y, mut z) = (client("Y", port, y_port), client("Z", port, z_port));
    y.ask("create_group roomA", "Group roomA created by Server.");
    y.ask("join_group roomA", "Entered group roomA successfully");
    for number in 0..Limits::default().queued {
        z.ask(&format!("send Y message {number}"), "Message received by Y.");
    }
    let x = Terminal::start("X", port, x_port, &Setting::default());
    x.until_ready();
    x.enters("send Y one too many");
    x.until_shown("Y has too many messages waiting, the message was not accepted");
}

#[test]
fn the_bell_rings_for_what_is_said_to_one_and_only_if_one_asks_for_it() {
    if is_missing() {
        return;
    }
    for asked in [true, false] {
        let setting = Setting { arguments: if asked { &["--bell"] } else { &[] }, ..Setting::default() };
        let (_server, x, mut y) = two_with(&setting);
        assert!(!x.has_rung());
        y.ask("send X hello", "Message received by X.");
        x.until_shown("Y: hello");
        assert_eq!(x.has_rung(), asked);
    }
}

#[test]
fn what_was_typed_is_remembered_by_the_next_client() {
    if is_missing() {
        return;
    }
    let [port, own] = ports();
    let _server = server(port);
    let home = std::env::temp_dir().join(format!("chat-history-{}", std::process::id()));
    let log = home.join("shown.log");
    let arguments = ["--log", log.to_str().unwrap()];
    std::fs::create_dir_all(&home).unwrap();
    let setting = Setting { arguments: &arguments, home: Some(&home), ..Setting::default() };
    let x = Terminal::start("X", port, own, &setting);
    x.until_ready();
    x.enters("whoami");
    x.until_shown("registered at the server");
    x.enters("quit");
    x.until_end(0);
    assert!(is_private(&home.join("chat/history")) && is_private(&log));
    let shown = std::fs::read_to_string(&log).unwrap();
    assert!(shown.contains(" Welcome, You are registered.\n") && !shown.contains('\u{1b}'), "{shown}");
    let x = Terminal::start("X", port, own, &setting);
    x.until_ready();
    x.presses("Up");
    x.until_typed("> quit");
    x.presses("Up");
    x.until_typed("> whoami");
    std::fs::remove_dir_all(&home).unwrap();
}

fn is_private(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).unwrap().permissions().mode().is_multiple_of(0o100)
}

/// A server, X in a terminal and Y with pipes, both registered.
fn two() -> (Chat, Terminal, Chat) {
    two_with(&Setting::default())
}

/// The same, and X waits however long the server takes.
fn two_patient() -> (Chat, Terminal, Chat) {
    two_with(&Setting { waits: true, ..Setting::default() })
}

fn two_with(setting: &Setting<'_>) -> (Chat, Terminal, Chat) {
    let [port, x_port, y_port] = ports();
    let server = server(port);
    let x = Terminal::start("X", port, x_port, setting);
    x.until_ready();
    let y = client("Y", port, y_port);
    x.until_shown("Y is online");
    (server, x, y)
}
