//! The eight test cases of the original program, with the words that this one promises.

use crate::common::recorded::recorded;
use crate::common::{Chat, client, offline, online, ports, run, server, server_with, starting};
use nix::sys::signal::Signal;

/// Server and clients X, Y, ... that know each other.
fn people<const N: usize>(names: [&str; N]) -> (Chat, u16, [u16; N], Vec<Chat>) {
    let [port] = ports();
    let server = server(port);
    let own: [u16; N] = ports();
    let mut clients: Vec<Chat> =
        std::iter::zip(names, own).map(|(name, own)| client(name, port, own)).collect();
    let last = format!(">>> {}", online(names[N - 1], own[N - 1]));
    for earlier in &mut clients[..N - 1] {
        earlier.await_line(&last);
    }
    (server, port, own, clients)
}

fn join(chat: &mut Chat, group: &str) {
    chat.ask(&format!("join_group {group}"), &format!("Entered group {group} successfully"));
}

/// The server dies without a word, as in the original.
fn kill(server: Chat) {
    server.kill();
}

#[test]
fn case_1_people_talk_until_one_leaves_and_is_no_longer_reachable() {
    let _recorded = recorded();
    let (mut server, _, [x_port, ..], clients) = people(["X", "Y", "Z"]);
    let [mut x, mut y, mut z] = <[Chat; 3]>::try_from(clients).ok().unwrap();

    x.ask("send Y hello, I am X", "Message received by Y.");
    y.expect("X: hello, I am X");
    y.ask("send X hello, I am Y, nice to meet you", "Message received by X.");
    x.expect("Y: hello, I am Y, nice to meet you");
    x.ask("send Z hello, this is X, are you Z?", "Message received by Z.");
    z.expect("X: hello, this is X, are you Z?");
    z.ask("send X yes, this is Z. nice to meet you~", "Message received by X.");
    x.expect("Z: yes, this is Z. nice to meet you~");
    y.ask("send Z hello Z, I am Y", "Message received by Z.");
    z.expect("Y: hello Z, I am Y");
    z.ask("send Y sure. Hope you have a nice day", "Message received by Y.");
    y.expect("Z: sure. Hope you have a nice day");

    x.ask("dereg X", "You are Offline. Bye.");
    x.expect_end(0);
    for other in [&mut server, &mut y, &mut z] {
        other.await_line(&format!(">>> {}", offline("X", x_port)));
    }
    for other in [&mut y, &mut z] {
        other.ask("send X are you still there?", "No ACK from X, the message may or may not have arrived");
        other.expect("Report this issue to server");
    }
    y.signal(Signal::SIGINT);
    y.expect("You are Offline. Bye.");
    y.expect_end(0);
}

#[test]
fn case_2_direct_messages_pass_without_a_server_and_leaving_does_not() {
    let _recorded = recorded();
    let (server, _, _, clients) = people(["X", "Y", "Z"]);
    let [mut x, mut y, mut z] = <[Chat; 3]>::try_from(clients).ok().unwrap();

    kill(server);
    y.say("dereg Y");
    y.expect("Server not responding");
    y.expect("Exiting");
    y.expect_end(1);
    let text = "this is a private message, you should receive although server is offline";
    x.ask(&format!("send Z {text}"), "Message received by Z.");
    z.expect(&format!("X: {text}"));
}

#[test]
fn case_3_messages_wait_while_their_receiver_is_in_a_group() {
    let _recorded = recorded();
    let (mut server, _, _, clients) = people(["X", "Y", "Z", "A"]);
    let [mut x, mut y, mut z, mut a] = <[Chat; 4]>::try_from(clients).ok().unwrap();

    x.ask("create_group roomA", "Group roomA created by Server.");
    for member in [&mut x, &mut y, &mut z] {
        join(member, "roomA");
    }
    x.ask_in("roomA", "send_group hello everyone, I am X", "Message received by Server.");
    for member in [&mut y, &mut z] {
        member.expect_in("roomA", "Group_Message X: hello everyone, I am X");
    }
    let text = "hello Z, I am A, I am not in the group. You should receive this msg later";
    a.ask(&format!("send Z {text}"), "Message received by Z.");
    z.ask("leave_group", "Leave group chat roomA");
    z.expect(&format!("A: {text}"));

    for words in [
        "Client X created group roomA successfully",
        "Group table updated.",
        "roomA",
        "Client X joined group roomA",
        "Group table updated.",
        "roomA  X",
        "Client Y joined group roomA",
        "Group table updated.",
        "roomA  X, Y",
        "Client Z joined group roomA",
        "Group table updated.",
        "roomA  X, Y, Z",
        "Client X sent group message",
        "Client Z left group",
        "Group table updated.",
        "roomA  X, Y",
    ] {
        server.expect(words);
    }
}

#[test]
fn case_4_registration_takes_valid_and_unused_names_addresses_and_ports() {
    let _recorded = recorded();
    let [port, x_port, other] = ports();
    let (server_port, x_arg, other_arg) = (port.to_string(), x_port.to_string(), other.to_string());
    for bad in ["65536", "666a"] {
        refused(&["-s", bad], 2, "Invalid server port number");
    }
    let _server = server(port);
    let _x = client("X", port, x_port);

    let in_use = format!("address already in use: 127.0.0.1:{x_port}");
    refused(&["-c", "Y", "localhost", &server_port, &x_arg], 1, &in_use);
    for bad in ["77777", "777a"] {
        refused(&["-c", "Y", "localhost", &server_port, bad], 2, "Invalid client port number");
    }
    let words = "Invalid server ip address. Try again.";
    refused(&["-c", "Y", "127.0.9999.1", &server_port, &other_arg], 2, words);

    let mut second = starting("X", port, other);
    second.expect("Client start listening");
    second.expect("Registration request sent");
    second.expect("Someone has already used this name. Try another one.");
    second.expect_end(1);
}

fn refused(arguments: &[&str], code: i32, words: &str) {
    let output = run(arguments);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("{words}\n"), "{arguments:?}");
    assert_eq!((output.status.code(), output.stdout), (Some(code), Vec::new()), "{arguments:?}");
}

#[test]
fn case_5_nobody_deregisters_another_and_leaving_shows_what_waited() {
    let _recorded = recorded();
    let (mut server, _, [x_port, _], clients) = people(["X", "Y"]);
    let [mut x, mut y] = <[Chat; 2]>::try_from(clients).ok().unwrap();

    y.ask("dereg X", "Invalid command");
    x.ask("create_group roomA", "Group roomA created by Server.");
    join(&mut x, "roomA");
    y.ask("send X hello, I am y", "Message received by X.");
    x.ask("dereg X", "You are Offline. Bye.");
    x.expect("Y: hello, I am y");
    x.expect_end(0);
    for other in [&mut server, &mut y] {
        other.await_line(&format!(">>> {}", offline("X", x_port)));
    }
}

#[test]
fn case_6_a_member_without_a_server_shows_what_waited_and_exits() {
    let _recorded = recorded();
    let (server, _, _, clients) = people(["X", "Y"]);
    let [mut x, mut y] = <[Chat; 2]>::try_from(clients).ok().unwrap();

    x.ask("create_group roomA", "Group roomA created by Server.");
    join(&mut x, "roomA");
    y.ask("send X hello this is msg1", "Message received by X.");
    y.ask("send X hello this is msg 2", "Message received by X.");
    kill(server);
    x.ask_in("roomA", "send_group hello everyone", "Server not responding");
    x.expect_in("roomA", "Exiting");
    x.expect("Y: hello this is msg1");
    x.expect("Y: hello this is msg 2");
    x.expect_end(1);
}

#[test]
fn case_7_groups_and_the_commands_of_each_mode() {
    let _recorded = recorded();
    let [port, x_port, y_port, z_port] = ports();
    let mut server = server_with(port, &["--log-text"]);
    let mut x = client("X", port, x_port);
    x.ask("create_group roomA", "Group roomA created by Server.");
    x.ask("create_group roomA", "Group roomA already exists.");
    x.ask("create_group roomB;", "Group name should not contain ';'. Try again.");
    x.ask("create_group roomB", "Group roomB created by Server.");
    x.ask("join_group roomC", "Group roomC does not exist");
    join(&mut x, "roomA");
    x.ask_in("roomA", "send_group hello everyone", "Message received by Server.");

    let mut y = client("Y", port, y_port);
    y.ask("list_groups", "Available group chats:");
    y.expect("roomA");
    y.expect("roomB");
    join(&mut y, "roomA");
    y.ask_in("roomA", "send_group hello everyone in roomA, I am Y", "Message received by Server.");
    x.expect_in("roomA", "Group_Message Y: hello everyone in roomA, I am Y");
    for not_here in ["create_group roomD", "list_groups", "join_group roomB", "send X can I send this?"] {
        y.ask_in("roomA", not_here, "Invalid command");
    }

    let mut z = client("Z", port, z_port);
    for not_here in ["send_group Can I send group message in normal mode?", "list_members", "leave_group"] {
        z.ask(not_here, "Invalid command");
    }
    z.ask("list_groups", "Available group chats:");
    z.expect("roomA");
    z.expect("roomB");
    join(&mut z, "roomA");
    z.ask_in("roomA", "list_members", "Members in the group roomA:");
    for member in ["X", "Y", "Z"] {
        z.expect_in("roomA", member);
    }
    z.ask_in("roomA", "send_group hello I am Z nice to meet you all~", "Message received by Server.");
    for member in [&mut x, &mut y] {
        member.expect_in("roomA", "Group_Message Z: hello I am Z nice to meet you all~");
    }
    z.ask("dereg Z", "You are Offline. Bye.");
    z.expect_end(0);

    y.ask_in("roomA", "send_group how many people are still in this group?", "Message received by Server.");
    x.expect_in("roomA", "Group_Message Y: how many people are still in this group?");
    server.await_line(">>> Client Y sent group message: how many people are still in this group?");
    let so_far = server.transcript();
    for words in [
        "Client X creating group roomA failed, group already exists",
        "Client X joining group roomC failed, group does not exist",
        "Client X sent group message: hello everyone",
        "Client Y requested listing groups, current groups:\n>>> roomA\n>>> roomB",
        "Client Z requested listing members of group roomA:\n>>> X\n>>> Y\n>>> Z",
    ] {
        assert!(so_far.contains(&format!(">>> {words}\n")), "no {words:?} in\n{so_far}");
    }
    kill(server);
    x.ask_in("roomA", "send_group nobody can receive this", "Server not responding");
    x.expect_in("roomA", "Exiting");
    x.expect_end(1);
}

#[test]
fn case_8_who_has_left_a_group_gets_nothing_of_it() {
    let _recorded = recorded();
    let (_server, _, _, clients) = people(["X", "Y", "Z"]);
    let [mut x, mut y, mut z] = <[Chat; 3]>::try_from(clients).ok().unwrap();

    x.ask("create_group roomA", "Group roomA created by Server.");
    for member in [&mut x, &mut y, &mut z] {
        join(member, "roomA");
    }
    x.ask_in("roomA", "send_group hello everyone", "Message received by Server.");
    for member in [&mut y, &mut z] {
        member.expect_in("roomA", "Group_Message X: hello everyone");
    }
    z.ask("leave_group", "Leave group chat roomA");
    y.ask_in("roomA", "send_group hello X, nice to meet you", "Message received by Server.");
    x.expect_in("roomA", "Group_Message Y: hello X, nice to meet you");
    // Had Z been sent the post, it would stand before these.
    z.close();
    z.expect("You are Offline. Bye.");
    z.expect_end(0);
}

#[test]
fn who_does_not_ack_a_post_is_removed_and_told() {
    let (mut server, _, _, clients) = people(["X", "Y"]);
    let [mut x, mut y] = <[Chat; 2]>::try_from(clients).ok().unwrap();

    x.ask("create_group roomA", "Group roomA created by Server.");
    for member in [&mut x, &mut y] {
        join(member, "roomA");
    }
    y.pause();
    x.ask_in("roomA", "send_group hello?", "Message received by Server.");
    server.await_line(">>> Client Y not responsive, removed from roomA");
    server.expect("Group table updated.");
    server.expect("roomA  X");
    y.signal(Signal::SIGCONT);
    y.say("list_members");
    y.await_line(
        ">>> You're already not in the group, because the Server didn't receive your previous ack to a group message.",
    );
}
