//! The metrics of a server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use crate::common::{self, Chat, client, ports, server_with};

fn get(port: u16, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Every sample by its name and labels. The page has to be sound line by line.
fn scrape(port: u16) -> BTreeMap<String, f64> {
    let (head, body) = get(port, "/metrics");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    let mut samples = BTreeMap::new();
    let mut types = BTreeMap::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            types.insert(name.to_owned(), kind.to_owned());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            samples.insert(name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")));
            let family = name.split('{').next().unwrap();
            let has_type = |family: &str| types.contains_key(family);
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| family.strip_suffix(end));
            assert!(has_type(family) || base.is_some_and(has_type), "{line} has no type");
        }
    }
    samples
}

/// Waits until a sample has a value.
fn until(port: u16, sample: &str, value: f64) -> BTreeMap<String, f64> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let samples = scrape(port);
        let now = samples.get(sample).copied().unwrap_or_else(|| panic!("no {sample} in {samples:?}"));
        if (now - value).abs() < 0.5 {
            return samples;
        }
        assert!(Instant::now() < end, "{sample} is {now}, not {value}");
    }
}

fn measured() -> (Chat, u16, u16) {
    let [port, at] = ports();
    (server_with(port, &["--metrics", &at.to_string()]), port, at)
}

#[test]
fn people_groups_posts_and_answers_are_counted() {
    let (_server, port, at) = measured();
    let [x_port, y_port] = ports();
    let mut x = client("X", port, x_port);
    let mut y = client("Y", port, y_port);
    x.ask("create_group roomA", "Group roomA created by Server.");
    for member in [&mut x, &mut y] {
        member.ask("join_group roomA", "Entered group roomA successfully");
    }
    x.ask_in("roomA", "send_group hello", "Message received by Server.");
    y.expect_in("roomA", "Group_Message X: hello");
    let samples = until(at, "chat_posts_total", 1.0);
    for (sample, value) in [
        ("chat_people_online", 2.0),
        ("chat_people_known", 2.0),
        ("chat_groups", 1.0),
        ("chat_members", 2.0),
        ("chat_removals_total", 0.0),
        ("chat_kicks_total", 0.0),
    ] {
        assert_eq!(samples.get(sample), Some(&value), "{sample} in {samples:?}");
    }
    assert!(samples["chat_datagrams_total{direction=\"received\"}"] > 4.0);
    // The one post is acked by one member.
    let samples = until(at, "chat_answer_seconds_count{to=\"post\"}", 1.0);
    assert_eq!(samples["chat_answer_seconds_bucket{to=\"post\",le=\"+Inf\"}"].to_string(), "1");
    assert!(samples["chat_step_seconds_count"] > 4.0);
}

#[test]
fn what_is_not_understood_is_counted_by_reason() {
    let (_server, port, at) = measured();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..3 {
        socket.send_to(b"hello, is anybody there?", ("127.0.0.1", port)).unwrap();
    }
    let samples = until(at, "chat_undecodable_datagrams_total{reason=\"foreign\"}", 3.0);
    assert_eq!(samples["chat_undecodable_datagrams_total{reason=\"malformed\"}"].to_string(), "0");
}

#[test]
fn what_is_sent_again_is_counted() {
    let (_server, port, at) = measured();
    let [x_port, y_port] = ports();
    let mut x = client("X", port, x_port);
    let y = client("Y", port, y_port);
    x.ask("create_group roomA", "Group roomA created by Server.");
    y.pause();
    let samples = {
        let end = Instant::now() + Duration::from_secs(60);
        let [third] = ports();
        // Somebody new, so that there is an update that Y does not ack.
        let _z = client("Z", port, third);
        loop {
            let samples = scrape(at);
            if samples["chat_retransmissions_total{of=\"update\"}"] > 0.5 {
                break samples;
            }
            assert!(Instant::now() < end, "{samples:?}");
        }
    };
    assert_eq!(samples["chat_retransmissions_total{of=\"post\"}"].to_string(), "0");
}

#[test]
fn there_is_one_page_and_it_is_on_loopback() {
    let (_server, _, at) = measured();
    assert!(get(at, "/").0.starts_with("HTTP/1.1 404"));
    let [port] = ports();
    let port = port.to_string();
    let output = common::run(&["server", &port, "--metrics", &at.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with(&format!("no metrics at 127.0.0.1:{at}: ")), "{said}");
}
