//! The command line.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use model::name::NameFault;
use model::{Limits, Name, Timing};
use net::record::{Configured, Texts};
use net::{Recording, RoomKey};

use crate::invitation::{self, Invitation, InvitationFault};

/// A group chat over UDP. Without a command: starts a server on this machine unless there is one, and joins it
/// under the login name.
#[derive(Debug, Parser)]
#[command(name = "chat", version, args_conflicts_with_subcommands = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// Run a server; the same as `chat server PORT`
    #[arg(short = 's', value_name = "PORT", conflicts_with = "client", allow_negative_numbers = true)]
    server: Option<String>,

    /// Join; the same as `chat client NAME SERVER_IP SERVER_PORT CLIENT_PORT`
    #[arg(
        short = 'c',
        num_args = 4,
        value_names = ["NAME", "SERVER_IP", "SERVER_PORT", "CLIENT_PORT"],
        allow_negative_numbers = true
    )]
    client: Option<Vec<String>>,

    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a server
    Server {
        /// Port to listen on, 1024 to 65535
        #[arg(allow_negative_numbers = true)]
        port: String,
    },
    /// Join a server
    Client {
        /// Name to be known by
        name: String,
        /// IPv4 address of the server, or `localhost`
        server_ip: String,
        /// Port of the server
        #[arg(allow_negative_numbers = true)]
        server_port: String,
        /// Port to listen on, 1024 to 65535
        #[arg(allow_negative_numbers = true)]
        client_port: String,
    },
    /// Join the server of an invitation
    Join {
        /// `chat://IP:PORT#KEY`, or `-` to read it from standard input. Other users of this machine can see what is on
        /// a command line
        invitation: String,
        /// Name to be known by [default: login name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Print an invitation to a server, with the room key that `--key` or `CHAT_KEY` gives
    Invite {
        /// Where the others reach the server, as IP:PORT
        server: String,
    },
    /// Make a room key, for `--key` or `CHAT_KEY`
    Keygen {
        /// File to write it to, which must not exist [default: print it]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Options {
    /// IPv4 address of the interface to listen on
    #[arg(long, global = true, value_name = "IP")]
    bind: Option<String>,

    /// File with the room key that seals everything; the key itself can be given in `CHAT_KEY` instead
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,

    /// How long to wait for an ack before sending again, in milliseconds
    #[arg(long, global = true, value_name = "MS", default_value_t = 500,
        value_parser = clap::value_parser!(u64).range(1..=60_000))]
    ack_wait: u64,

    /// How often to send before giving up
    #[arg(long, global = true, value_name = "N", default_value_t = Limits::default().attempts,
        value_parser = clap::value_parser!(u8).range(1..))]
    attempts: u8,

    /// How many requests of one client the server carries out at once, before that client has to wait
    #[arg(long, global = true, value_name = "N", default_value_t = Limits::default().burst,
        value_parser = burst)]
    burst: usize,

    /// How many requests a second the server carries out for one client; `off` for as many as come
    #[arg(long, global = true, value_name = "N", default_value = "20", value_parser = rate)]
    rate: Rate,

    /// Whole lines and no line editor, as when input or output is not a terminal
    #[arg(long, global = true)]
    plain: bool,

    /// Let the server print the text of group messages
    #[arg(long, global = true)]
    log_text: bool,

    /// Take down everything that this server or client sees in FILE, to be played back with `proofs replay`. FILE is
    /// private: it holds this server's key
    #[arg(long, global = true, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Take down also what people write, instead of digests of it
    #[arg(long, global = true, requires = "record")]
    record_text: bool,

    /// Say more on standard error; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// What to do, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What to run.
    pub(crate) role: Role,
    /// The interface to listen on, if the person chose one.
    pub(crate) bind: Option<Ipv4Addr>,
    /// The file with the room key, if there is one.
    pub(crate) key_file: Option<PathBuf>,
    /// The room key, once it is known.
    pub(crate) key: Option<RoomKey>,
    /// Retry rule.
    pub(crate) timing: Timing,
    /// Retry rule.
    pub(crate) limits: Limits,
    /// No line editor.
    pub(crate) plain: bool,
    /// Whether the server prints texts.
    pub(crate) log_text: bool,
    /// Where to take down what the actor sees.
    pub(crate) record: Option<PathBuf>,
    /// What stands there for texts.
    pub(crate) record_texts: Texts,
    /// How often `-v` was given.
    pub(crate) verbose: u8,
}

impl Plan {
    /// How to record an actor, if it is to be recorded.
    pub(crate) fn recording(&self, actor: Configured) -> Option<Recording> {
        self.record.clone().map(|path| Recording { path, texts: self.record_texts, actor })
    }
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A server on this port.
    Server { port: u16 },
    /// A client.
    Client { name: Name, server: Ipv4Addr, server_port: u16, port: u16 },
    /// Whatever it takes to chat, without being told anything.
    Anything,
    /// A client of the server of an invitation, which is read from standard input if it is not here. Under the login
    /// name if there is no name.
    Join { invitation: Option<Invitation>, name: Option<Name> },
    /// Print an invitation.
    Invite { server: SocketAddrV4 },
    /// Make a room key.
    Keygen { out: Option<PathBuf> },
}

/// What is wrong with an argument. Displayed, it is all that the person gets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("Invalid username")]
    Name,
    #[error("Invalid username: {0}")]
    NameTooLong(NameFault),
    #[error("Invalid server ip address. Try again.")]
    Address,
    #[error("IPv6 addresses are not supported. Use an IPv4 address or localhost.")]
    V6,
    #[error("Invalid server port number")]
    ServerPort,
    #[error("Invalid client port number")]
    ClientPort,
    #[error("Invalid bind ip address. Try again.")]
    Bind,
    #[error(transparent)]
    Invitation(#[from] InvitationFault),
}

impl Arguments {
    /// Checks every argument, in the order of the contract.
    pub(crate) fn plan(self) -> Result<Plan, Fault> {
        let role = self.role()?;
        let bind = self.options.bind.as_deref().map(bind).transpose()?;
        let ack_wait = Duration::from_millis(self.options.ack_wait);
        let limits = Limits { attempts: self.options.attempts, ..Limits::default() };
        let (timing, limits) = match self.options.rate {
            Rate::Off => {
                (Timing { ack_wait, ..Timing::default() }, Limits { burst: 0, strangers: 0, ..limits })
            }
            Rate::PerSecond(rate) => {
                let refill = Duration::from_secs(1) / u32::from(rate);
                (Timing { ack_wait, refill }, Limits { burst: self.options.burst, ..limits })
            }
        };
        let record_texts = if self.options.record_text { Texts::Plain } else { Texts::Digests };
        let Options { key: key_file, plain, log_text, record, verbose, .. } = self.options;
        Ok(Plan {
            role,
            bind,
            key_file,
            key: None,
            timing,
            limits,
            plain,
            log_text,
            record,
            record_texts,
            verbose,
        })
    }

    fn role(&self) -> Result<Role, Fault> {
        self.refuse_two_roles();
        if let Some(port) = self.server.as_deref() {
            return server(port);
        }
        if let Some([name, ip, server_port, client_port]) = self.client.as_deref() {
            return client(name, ip, server_port, client_port);
        }
        match &self.verb {
            Some(Verb::Server { port }) => server(port),
            Some(Verb::Client { name, server_ip, server_port, client_port }) => {
                client(name, server_ip, server_port, client_port)
            }
            Some(Verb::Join { invitation, name }) => join(invitation, name.as_deref()),
            Some(Verb::Invite { server }) => Ok(Role::Invite { server: invitation::server(server)? }),
            Some(Verb::Keygen { out }) => Ok(Role::Keygen { out: out.clone() }),
            None => Ok(Role::Anything),
        }
    }

    fn refuse_two_roles(&self) {
        if self.verb.is_some() && (self.server.is_some() || self.client.is_some()) {
            let words = "give either -s, -c or a command, not two of them";
            Arguments::command().error(ErrorKind::ArgumentConflict, words).exit();
        }
    }
}

/// How many permits a bucket gets a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rate {
    /// There are no buckets.
    Off,
    /// So many.
    PerSecond(u16),
}

fn rate(given: &str) -> Result<Rate, String> {
    match given.parse() {
        Ok(0) => Ok(Rate::Off),
        Ok(rate @ 1..=RATE_MAX) => Ok(Rate::PerSecond(rate)),
        _ if given == "off" => Ok(Rate::Off),
        _ => Err(format!("a rate is a number from 1 to {RATE_MAX}, or off")),
    }
}

fn burst(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(burst @ 1..=BURST_MAX) => Ok(burst),
        _ => Err(format!("a burst is a number from 1 to {BURST_MAX}")),
    }
}

/// A permit every millisecond.
const RATE_MAX: u16 = 1000;
const BURST_MAX: usize = 10_000;

fn server(given: &str) -> Result<Role, Fault> {
    Ok(Role::Server { port: port(given).ok_or(Fault::ServerPort)? })
}

/// Name, address, ports: the order in which faults are named.
fn client(name: &str, ip: &str, server_port: &str, client_port: &str) -> Result<Role, Fault> {
    let name = person(name)?;
    let server = server_address(ip, server_port)?;
    let port = port(client_port).ok_or(Fault::ClientPort)?;
    Ok(Role::Client { name, server: *server.ip(), server_port: server.port(), port })
}

fn join(invitation: &str, name: Option<&str>) -> Result<Role, Fault> {
    let name = name.map(person).transpose()?;
    let invitation = if invitation == "-" { None } else { Some(invitation.trim().parse()?) };
    Ok(Role::Join { invitation, name })
}

fn person(name: &str) -> Result<Name, Fault> {
    Name::person(name).map_err(|fault| match fault {
        NameFault::TooLong { .. } => Fault::NameTooLong(fault),
        _ => Fault::Name,
    })
}

/// Where a server can be reached.
pub(crate) fn server_address(ip: &str, server_port: &str) -> Result<SocketAddrV4, Fault> {
    let server = address(ip, Fault::Address)?;
    if server.is_unspecified() || server.is_multicast() || server.is_broadcast() {
        return Err(Fault::Address);
    }
    Ok(SocketAddrV4::new(server, port(server_port).ok_or(Fault::ServerPort)?))
}

fn bind(ip: &str) -> Result<Ipv4Addr, Fault> {
    let bind = address(ip, Fault::Bind)?;
    if bind.is_multicast() || bind.is_broadcast() { Err(Fault::Bind) } else { Ok(bind) }
}

fn address(ip: &str, fault: Fault) -> Result<Ipv4Addr, Fault> {
    if ip.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST);
    }
    let bare = ip.trim_start_matches('[').trim_end_matches(']');
    let without_zone = bare.split('%').next().unwrap_or(bare);
    if without_zone.parse::<Ipv6Addr>().is_ok() {
        return Err(Fault::V6);
    }
    ip.parse().map_err(|_| fault)
}

/// Digits only: `parse` alone would let `+6666` pass.
fn port(given: &str) -> Option<u16> {
    let digits = given.bytes().all(|b| b.is_ascii_digit());
    given.parse().ok().filter(|&port: &u16| digits && port >= FIRST_PORT)
}

/// Ports below are for the system.
const FIRST_PORT: u16 = 1024;

#[cfg(test)]
mod tests {
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
        for ip in [
            "127.0.9999.1",
            "example.org",
            "1.2.3",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "127.0.0.1:6666",
        ] {
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
}
