//! What is wrong is refused with words that say so, and does no harm.

use crate::common::{Chat, client, ports, run, server, starting};

/// The program ends at once, with these words on stderr and nothing else.
fn refused(arguments: &[&str], code: i32, words: &str) {
    let output = run(arguments);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{words}\n"), "{arguments:?}");
    assert_eq!((output.status.code(), output.stdout), (Some(code), Vec::new()), "{arguments:?}");
}

fn registered() -> (Chat, Chat) {
    let [port, own] = ports();
    let server = server(port);
    let client = client("X", port, own);
    (server, client)
}

#[test]
fn a_bad_server_port_is_refused_in_both_spellings() {
    for port in ["65536", "666a", "1023", "-1", ""] {
        for verb in ["server", "-s"] {
            refused(&[verb, port], 2, "Invalid server port number");
        }
        for verb in ["client", "-c"] {
            refused(&[verb, "X", "localhost", port, "7771"], 2, "Invalid server port number");
        }
    }
}

#[test]
fn a_bad_client_port_is_refused_in_both_spellings() {
    for verb in ["client", "-c"] {
        for port in ["77777", "777a", "80"] {
            refused(&[verb, "X", "localhost", "6666", port], 2, "Invalid client port number");
        }
    }
}

#[test]
fn a_bad_address_is_refused() {
    for ip in ["127.0.9999.1", "chat.example", ""] {
        refused(&["client", "X", ip, "6666", "7771"], 2, "Invalid server ip address. Try again.");
    }
}

#[test]
fn a_bad_username_is_refused_before_anything_else() {
    for name in ["a;b", "a b", "", "server", "a\u{1b}b"] {
        refused(&["client", name, "127.0.9999.1", "1", "1"], 2, "Invalid username");
    }
    let words = "Invalid username: a name has at most 32 bytes, this one has 33";
    refused(&["client", &"x".repeat(33), "localhost", "6666", "7771"], 2, words);
}

#[test]
fn ipv6_is_refused_by_name() {
    let words = "IPv6 addresses are not supported. Use an IPv4 address or localhost.";
    refused(&["client", "X", "::1", "6666", "7771"], 2, words);
    refused(&["server", "6666", "--bind", "::"], 2, words);
}

#[test]
fn wrong_usage_ends_with_code_2_and_an_explanation() {
    for arguments in
        [&["client", "X"][..], &["-c", "X", "localhost", "6666"], &["server"], &["--nonsense"], &["talk"]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: chat"), "{arguments:?}");
    }
}

#[test]
fn a_second_server_on_a_port_says_which_address_is_in_use() {
    let [port] = ports();
    let _first = server(port);
    let words = format!("address already in use: 127.0.0.1:{port}");
    refused(&["server", &port.to_string(), "--bind", "127.0.0.1"], 1, &words);
    refused(&["-s", &port.to_string()], 1, &format!("address already in use: 0.0.0.0:{port}"));
}

#[test]
fn an_address_of_another_machine_cannot_be_bound() {
    let output = run(&["server", "6666", "--bind", "192.0.2.1"]);
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.lines().count() == 1 && words.contains("192.0.2.1"), "{words}");
}

#[test]
fn a_server_that_is_not_there_does_not_respond() {
    let [port, own] = ports();
    let mut x = starting("X", port, own);
    x.expect("Client start listening");
    x.expect("Registration request sent");
    x.expect("Server not responding");
    x.expect("Exiting");
    x.expect_end(1);
}

#[test]
fn unknown_and_incomplete_commands_are_invalid() {
    let (_server, mut x) = registered();
    for line in
        ["hello", "send", "send Y", "create_group", "join_group", "dereg", "dereg Y", "list_groups now"]
    {
        x.ask(line, "Invalid command");
    }
    x.say("");
    x.ask("send Q hello", "User Q does not exist");
    x.ask("list_groups", "No available group right now");
}

#[test]
fn commands_of_the_other_mode_are_invalid() {
    let (_server, mut x) = registered();
    for line in ["send_group hi", "list_members", "leave_group"] {
        x.ask(line, "Invalid command");
    }
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("join_group roomA", "Entered group roomA successfully");
    for line in ["send X hi", "create_group roomB", "list_groups", "join_group roomA", "dereg Y"] {
        x.ask_in("roomA", line, "Invalid command");
    }
}

#[test]
fn names_and_texts_over_their_limits_are_answered_with_the_limit() {
    let (_server, mut x) = registered();
    let (name, text) = ("n".repeat(33), "t".repeat(1001));
    let name_words = "a name has at most 32 bytes, this one has 33";
    x.ask(&format!("create_group {name}"), &format!("Invalid group name: {name_words}"));
    x.ask(&format!("join_group {name}"), &format!("Invalid group name: {name_words}"));
    x.ask(&format!("send {name} hi"), &format!("Invalid user name: {name_words}"));
    let text_words = "Invalid text: a text has at most 1000 bytes, this one has 1001. It was not sent.";
    x.ask(&format!("send X {text}"), text_words);
    x.ask(&format!("send_group {text}"), text_words);
    x.ask("list_groups", "No available group right now");
}

#[test]
fn a_line_of_a_megabyte_gets_one_answer_and_the_next_line_its_own() {
    let (_server, mut x) = registered();
    x.say(&format!("send X {}", "t".repeat(1_000_000)));
    x.expect(
        "Invalid text: a text has at most 1000 bytes, and this line has more than 4096. It was not sent.",
    );
    x.ask("list_groups", "No available group right now");
}

#[test]
fn bytes_that_are_not_utf8_get_one_answer_and_the_next_line_its_own() {
    let (_server, mut x) = registered();
    x.say_bytes(b"send X \xff\xfe\n");
    x.expect("Invalid text: it is not UTF-8. It was not sent.");
    x.ask("list_groups", "No available group right now");
}

#[test]
fn no_control_character_of_a_peer_reaches_the_output() {
    let [port, x_port, y_port] = ports();
    let _server = server(port);
    let mut x = client("X", port, x_port);
    let mut y = client("Y", port, y_port);
    y.ask("send X a\u{1b}[2Jb\u{7}c\u{202e}d", "Message received by X.");
    x.expect(r"Y: a\u{1b}[2Jb\u{7}c\u{202e}d");
}
