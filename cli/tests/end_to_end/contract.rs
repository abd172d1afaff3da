//! Every line that plain mode promises, to the letter: for each row of the tables in the book what has to happen, and all that is
//! printed then.

use crate::common::{ACK_WAIT, Chat, client, offline, online, ports, run, server, server_with, starting};
use nix::sys::signal::Signal;

/// Who is slow is not given up before two seconds, and who stands still is, soon after.
const PATIENT: [&str; 2] = ["--attempts", "20"];

/// Everything printed so far is this, each line after `>>> `. Lines of a group are written with their mark.
#[track_caller]
fn said(chat: &Chat, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|line| format!(">>> {line}")).collect();
    assert_eq!(chat.transcript().lines().collect::<Vec<_>>(), expected);
}

/// Waits for this line, whatever comes before.
fn until(chat: &mut Chat, words: &str) {
    chat.await_line(&format!(">>> {words}"));
}

/// A server, X and Y, who know each other.
fn two() -> (Chat, Chat, Chat, [u16; 3]) {
    let all @ [port, x_port, y_port] = ports();
    let server = server_with(port, &PATIENT);
    let mut x = client("X", port, x_port);
    let y = client("Y", port, y_port);
    until(&mut x, &online("Y", y_port));
    (server, x, y, all)
}

fn enter(chats: [&mut Chat; 2]) {
    for chat in chats {
        chat.ask("join_group roomA", "Entered group roomA successfully");
    }
}

#[test]
fn a_server_says_every_line_and_texts_only_if_asked_to() {
    for log_text in [false, true] {
        let [port, x_port, y_port] = ports();
        let more = if log_text { &["--log-text"][..] } else { &[] };
        let mut server = server_with(port, &[&PATIENT, more].concat());
        server_rows(&mut server, port, x_port, y_port);
        let (x, y) = (online("X", x_port), online("Y", y_port));
        let gone = offline("X", x_port);
        let post = |text: &str| format!("Client X sent group message{text}");
        let (first, second) = if log_text { (post(": hello"), post(": a b")) } else { (post(""), post("")) };
        said(
            &server,
            &[
                "Server is online",
                "Client table updated.",
                &x,
                "Client table updated.",
                &x,
                &y,
                "Client X created group roomA successfully",
                "Group table updated.",
                "roomA",
                "Client Y creating group roomA failed, group already exists",
                "Client Y joining group roomB failed, group does not exist",
                "Client Y requested listing groups, current groups:",
                "roomA",
                "Client X joined group roomA",
                "Group table updated.",
                "roomA  X",
                "Client Y joined group roomA",
                "Group table updated.",
                "roomA  X, Y",
                "Client X requested listing members of group roomA:",
                "X",
                "Y",
                &first,
                "Client Y left group",
                "Group table updated.",
                "roomA  X",
                "Client Y joined group roomA",
                "Group table updated.",
                "roomA  X, Y",
                &second,
                "Client Y not responsive, removed from roomA",
                "Group table updated.",
                "roomA  X",
                "Client table updated.",
                &gone,
                &y,
                "Group table updated.",
                "roomA",
                "Server stopped, 1 client told",
            ],
        );
    }
}

/// Makes it say them.
fn server_rows(server: &mut Chat, port: u16, x_port: u16, y_port: u16) {
    let mut x = client("X", port, x_port);
    let mut y = client("Y", port, y_port);
    until(&mut x, &online("Y", y_port));
    x.ask("create_group roomA", "Group roomA created by Server.");
    y.ask("create_group roomA", "Group roomA already exists.");
    y.ask("join_group roomB", "Group roomB does not exist");
    y.ask("list_groups", "Available group chats:");
    y.expect("roomA");
    enter([&mut x, &mut y]);
    x.ask_in("roomA", "list_members", "Members in the group roomA:");
    x.ask_in("roomA", "send_group hello", "X");
    x.expect_in("roomA", "Y");
    y.expect_in("roomA", "Group_Message X: hello");
    y.ask("leave_group", "Leave group chat roomA");
    y.ask("join_group roomA", "Entered group roomA successfully");
    y.pause();
    x.say("send_group a b");
    until(server, "Client Y not responsive, removed from roomA");
    y.signal(Signal::SIGCONT);
    y.say("leave_group");
    until(&mut y, REMOVED);
    x.close();
    until(&mut x, "You are Offline. Bye.");
    until(&mut y, &offline("X", x_port));
    server.say("stop");
    server.wait();
}

const REMOVED: &str = "You're already not in the group, because the Server didn't receive your previous ack to a group message.";

#[test]
fn a_client_says_how_it_starts_and_who_is_there() {
    let [port, x_port, y_port, z_port] = ports();
    let _server = server(port);
    let mut y = client("Y", port, y_port);
    let mut x = client("X", port, x_port);
    until(&mut y, &online("Y", y_port));
    x.close();
    until(&mut x, "You are Offline. Bye.");
    until(&mut y, &online("Y", y_port));
    let z = client("Z", port, z_port);
    let [gone, y_line, z_line] = [offline("X", x_port), online("Y", y_port), online("Z", z_port)];
    said(
        &z,
        &[
            "Client start listening",
            "Registration request sent",
            "Welcome, You are registered.",
            "Client table updated.",
            &gone,
            &y_line,
            &z_line,
        ],
    );
    let both = online("X", x_port);
    until(&mut y, &z_line);
    let directory = |first: &str| ["Client table updated.".to_owned(), first.to_owned(), y_line.clone()];
    let all: Vec<String> = y.transcript().lines().skip(3).map(|line| line[4..].to_owned()).collect();
    let alone = ["Client table updated.".to_owned(), y_line.clone()];
    let last = [&directory(&gone)[..], std::slice::from_ref(&z_line)].concat();
    assert_eq!(all, [&alone[..], &directory(&both), &directory(&gone), &last].concat());
}

#[test]
fn a_client_says_what_became_of_a_direct_message() {
    let (_server, mut x, mut y, _) = two();
    x.ask("send Y hello  there", "Message received by Y.");
    y.expect("X: hello  there");
    x.ask("send Q hello", "User Q does not exist");
    y.pause();
    x.ask("send Y hello?", "No ACK from Y, the message may or may not have arrived");
    x.expect("Report this issue to server");
}

#[test]
fn a_client_says_everything_about_groups() {
    let (_server, mut x, mut y, _) = two();
    x.ask("list_groups", "No available group right now");
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("create_group roomA", "Group roomA already exists.");
    x.ask("create_group room;A", "Group name should not contain ';'. Try again.");
    x.ask("create_group a-room", "Group a-room created by Server.");
    x.ask("list_groups", "Available group chats:");
    x.expect("a-room");
    x.expect("roomA");
    x.ask("join_group roomB", "Group roomB does not exist");
    enter([&mut x, &mut y]);
    x.ask_in("roomA", "send_group hello", "Message received by Server.");
    y.expect_in("roomA", "Group_Message X: hello");
    x.ask_in("roomA", "list_members", "Members in the group roomA:");
    x.expect_in("roomA", "X");
    x.expect_in("roomA", "Y");
}

#[test]
fn what_waited_is_shown_on_every_way_out_of_a_group() {
    let (mut server, mut x, mut y, _) = two();
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    wait(&mut y);
    x.ask("leave_group", "Leave group chat roomA");
    both_shown(&mut x);

    x.ask("join_group roomA", "Entered group roomA successfully");
    wait(&mut y);
    y.ask("join_group roomA", "Entered group roomA successfully");
    x.pause();
    y.ask_in("roomA", "send_group hello?", "Message received by Server.");
    until(&mut server, "Client X not responsive, removed from roomA");
    x.signal(Signal::SIGCONT);
    until(&mut x, REMOVED);
    both_shown(&mut x);
    x.say("whatever");
    x.expect("Invalid command");
}

#[test]
fn what_waited_is_shown_at_every_end_which_has_its_code() {
    for end in ["dereg X", "end of input", "SIGINT", "SIGTERM", "SIGHUP", "silence"] {
        let (server, mut x, mut y, _) = two();
        x.ask("create_group roomA", "Group roomA created by Server.");
        x.ask("join_group roomA", "Entered group roomA successfully");
        wait(&mut y);
        match end {
            "end of input" => x.close(),
            "SIGINT" | "SIGTERM" | "SIGHUP" => x.signal(end.parse().unwrap()),
            "silence" => {
                server.kill();
                x.ask_in("roomA", "list_members", "Server not responding");
                x.expect_in("roomA", "Exiting");
                both_shown(&mut x);
                x.expect_end(1);
                continue;
            }
            line => x.say(line),
        }
        x.expect("You are Offline. Bye.");
        both_shown(&mut x);
        x.expect_end(0);
    }
}

/// Two direct messages to X, who is in a group.
fn wait(from: &mut Chat) {
    from.ask("send X first", "Message received by X.");
    from.ask("send X second", "Message received by X.");
}

fn both_shown(chat: &mut Chat) {
    chat.expect("Y: first");
    chat.expect("Y: second");
}

#[test]
fn a_command_that_is_unknown_incomplete_or_not_allowed_here_is_invalid() {
    let (_server, mut x, _y, _) = two();
    let everywhere =
        ["hello", "send", "send Y", "create_group", "join_group", "send_group", "dereg", "dereg Y"];
    for line in everywhere.into_iter().chain(["send_group hi", "list_members", "leave_group"]) {
        x.ask(line, "Invalid command");
    }
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    for line in
        everywhere.into_iter().chain(["send Y hi", "create_group roomB", "list_groups", "join_group roomA"])
    {
        x.ask_in("roomA", line, "Invalid command");
    }
}

#[test]
fn a_text_or_name_over_its_limit_is_answered_with_the_limit_and_not_sent() {
    let (mut server, mut x, mut y, _) = two();
    let (name, text) = ("n".repeat(33), "t".repeat(1001));
    let name_words = "a name has at most 32 bytes, this one has 33";
    x.ask(&format!("create_group {name}"), &format!("Invalid group name: {name_words}"));
    x.ask(&format!("join_group {name}"), &format!("Invalid group name: {name_words}"));
    x.ask(&format!("send {name} hi"), &format!("Invalid user name: {name_words}"));
    let text_words = "Invalid text: a text has at most 1000 bytes, this one has 1001. It was not sent.";
    x.ask(&format!("send Y {text}"), text_words);
    x.ask("create_group roomA", "Group roomA created by Server.");
    enter([&mut x, &mut y]);
    x.ask_in("roomA", &format!("send_group {text}"), text_words);
    // The longest of all is sent, and is the first that arrives.
    x.ask_in("roomA", &format!("send_group {}", &text[1..]), "Message received by Server.");
    y.expect_in("roomA", &format!("Group_Message X: {}", &text[1..]));
    until(&mut server, "Client X sent group message");
    assert_eq!(server.transcript().matches("roomA  X, Y").count(), 1);
}

#[test]
fn a_name_or_an_address_that_is_taken_is_refused() {
    let (_server, x, _y, [port, x_port, _]) = two();
    let [other] = ports();
    for name in ["X", "Y"] {
        let mut second = starting(name, port, other);
        until(&mut second, "Someone has already used this name. Try another one.");
        second.expect_end(1);
    }
    // X has died without a word, and the server does not know that yet.
    x.kill();
    let mut second = starting("Z", port, x_port);
    second.expect("Client start listening");
    second.expect("Registration request sent");
    second.expect("Someone has already used this (IP, port) combination. Try another one.");
    second.expect_end(1);
}

#[test]
fn both_spellings_of_a_command_line_do_the_same() {
    for (serve, join) in [("server", "client"), ("-s", "-c")] {
        let [port, own] = ports();
        let (port_text, own_text) = (port.to_string(), own.to_string());
        let mut server = Chat::start("server", &[serve, &port_text, "--ack-wait", ACK_WAIT]);
        server.expect("Server is online");
        let mut x = Chat::start("X", &[join, "X", "localhost", &port_text, &own_text]);
        until(&mut x, &online("X", own));
        let second = run(&[serve, &port_text]);
        let words = format!("address already in use: 0.0.0.0:{port}\n");
        assert_eq!((second.status.code(), second.stderr), (Some(1), words.into_bytes()));
        let second = run(&[join, "Y", "localhost", &port_text, &own_text]);
        let words = format!("address already in use: 127.0.0.1:{own}\n");
        assert_eq!((second.status.code(), second.stderr), (Some(1), words.into_bytes()));
    }
}

#[test]
fn arguments_are_checked_in_the_order_name_address_ports() {
    let client = |name: &'static str, ip: &'static str, server: &'static str, own: &'static str| {
        let output = run(&["client", name, ip, server, own]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), output.stdout)
    };
    let words = |words: &str| (Some(2), format!("{words}\n"), Vec::new());
    assert_eq!(client("a b", "1.2.3", "1", "1"), words("Invalid username"));
    assert_eq!(client("X", "1.2.3", "1", "1"), words("Invalid server ip address. Try again."));
    assert_eq!(client("X", "1.2.3.4", "1", "1"), words("Invalid server port number"));
    assert_eq!(client("X", "1.2.3.4", "1024", "65536"), words("Invalid client port number"));
    let ipv6 = "IPv6 addresses are not supported. Use an IPv4 address or localhost.";
    assert_eq!(client("X", "::1", "1024", "1024"), words(ipv6));
}
