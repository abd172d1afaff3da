use std::net::Ipv4Addr;

use model::Name;

use super::*;

fn role(line: &str) -> Result<Role, Fault> {
    let words = std::iter::once("chat").chain(line.split_whitespace());
    Arguments::try_parse_from(words).expect("usage").plan().map(|plan| plan.role)
}

fn x() -> Role {
    let name = Name::new("X").unwrap();
    Role::Client { name, server: Ipv4Addr::LOCALHOST, server_port: 6666, port: 7771 }
}

#[test]
fn the_definition_of_the_arguments_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn both_spellings_mean_the_same() {
    for line in ["server 6666", "-s 6666", "-s6666", "-s 6666 --log-text", "server 6666 --ack-wait 50"] {
        assert_eq!(role(line), Ok(Role::Server { port: 6666 }), "{line}");
    }
    for line in [
        "client X 127.0.0.1 6666 7771",
        "-c X localhost 6666 7771",
        "-c X 127.0.0.1 6666 7771 --plain",
        "--plain client X localhost 6666 7771",
    ] {
        assert_eq!(role(line), Ok(x()), "{line}");
    }
    assert_eq!(role(""), Ok(Role::Anything));
}

#[test]
fn ports_are_numbers_from_1024_to_65535() {
    for port in ["0", "1023", "65536", "666a", "+6666", "-1", "99999999999999999999"] {
        assert_eq!(role(&format!("server {port}")), Err(Fault::ServerPort), "{port}");
        assert_eq!(role(&format!("-s {port}")), Err(Fault::ServerPort), "{port}");
        assert_eq!(role(&format!("client X localhost {port} 7771")), Err(Fault::ServerPort), "{port}");
        assert_eq!(role(&format!("-c X localhost 6666 {port}")), Err(Fault::ClientPort), "{port}");
    }
    assert!(role("server 1024").is_ok() && role("server 65535").is_ok());
}

#[test]
fn faults_are_named_in_the_order_name_address_ports() {
    assert_eq!(role("client a;b 127.0.9999.1 1 1"), Err(Fault::Name));
    assert_eq!(role("client X 127.0.9999.1 1 1"), Err(Fault::Address));
    assert_eq!(role("client X 127.0.0.1 1 1"), Err(Fault::ServerPort));
    assert_eq!(role("client X 127.0.0.1 6666 1"), Err(Fault::ClientPort));
}

#[test]
fn names_that_nobody_may_have_are_refused() {
    for name in ["a;b", "server", "SERVER", "a\u{200b}"] {
        assert_eq!(role(&format!("client {name} localhost 6666 7771")), Err(Fault::Name), "{name}");
    }
    let long = role(&format!("client {} localhost 6666 7771", "x".repeat(33))).unwrap_err();
    assert_eq!(long.to_string(), "Invalid username: a name has at most 32 bytes, this one has 33");
}

#[test]
fn only_addresses_of_one_machine_are_servers() {
    for ip in
        ["127.0.9999.1", "example.org", "1.2.3", "0.0.0.0", "224.0.0.1", "255.255.255.255", "127.0.0.1:6666"]
    {
        assert_eq!(role(&format!("client X {ip} 6666 7771")), Err(Fault::Address), "{ip}");
    }
}

#[test]
fn ipv6_is_refused_by_name() {
    for ip in ["::1", "[::1]", "fe80::1%eth0", "::ffff:127.0.0.1"] {
        assert_eq!(role(&format!("client X {ip} 6666 7771")), Err(Fault::V6), "{ip}");
        assert_eq!(role(&format!("server 6666 --bind {ip}")), Err(Fault::V6), "{ip}");
    }
}

#[test]
fn rates_and_bursts_are_numbers_within_their_limits() {
    let plan = |words: &str| {
        let line = format!("chat server 6666 {words}");
        Arguments::try_parse_from(line.split_whitespace()).map(|it| it.plan().expect("a good port"))
    };
    let given = |words| plan(words).map(|plan| (plan.limits.burst, plan.timing.refill.as_millis()));
    assert_eq!(given("").unwrap(), (5, 50));
    assert_eq!(given("--rate 1000 --burst 7").unwrap(), (7, 1));
    assert_eq!(plan("--burst 7").unwrap().limits.strangers, 7);
    for off in ["--rate 0", "--rate off"] {
        let limits = plan(off).unwrap().limits;
        assert_eq!((limits.burst, limits.strangers), (0, 0), "{off}");
    }
    for (words, limit) in [
        ("--rate 1001", "a rate is a number from 1 to 1000, or off"),
        ("--rate x", "a rate is a number from 1 to 1000, or off"),
        ("--burst 0", "a burst is a number from 1 to 10000"),
        ("--burst 10001", "a burst is a number from 1 to 10000"),
    ] {
        let error = given(words).unwrap_err().to_string();
        assert!(error.contains(limit), "{words}: {error}");
    }
}

#[test]
fn two_roles_at_once_are_a_usage_error() {
    assert!(Arguments::try_parse_from("chat -s 6666 -c X localhost 6666 7771".split(' ')).is_err());
    assert!(Arguments::try_parse_from("chat -c X localhost 6666".split(' ')).is_err());
}
