//! The options, and what they may be.

use std::env;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::Limits;

use super::plan::LogFormat;

#[allow(clippy::struct_excessive_bools)] // One for each switch.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// IPv4 address of the interface to listen on
    #[arg(long, global = true, value_name = "IP")]
    pub(super) bind: Option<String>,

    /// File with the room key that seals everything; the key itself can be given in `CHAT_KEY` instead
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,

    /// How long to wait for an ack before sending again, in milliseconds
    #[arg(long, global = true, value_name = "MS", default_value_t = 500,
        value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub(super) ack_wait: u64,

    /// How often to send before giving up
    #[arg(long, global = true, value_name = "N", default_value_t = Limits::default().attempts,
        value_parser = clap::value_parser!(u8).range(1..))]
    pub(super) attempts: u8,

    /// Keep trying when the server does not answer, at longer and longer intervals up to ten seconds
    #[arg(long, global = true)]
    pub(super) reconnect: bool,

    /// How many requests of one client the server carries out at once, before that client has to wait; strangers share
    /// buckets of the same size
    #[arg(long, global = true, value_name = "N", default_value_t = Limits::default().burst,
        value_parser = burst)]
    pub(super) burst: usize,

    /// How many requests a second the server carries out for one client; `off` for as many as come
    #[arg(long, global = true, value_name = "N", default_value = "20", value_parser = rate)]
    pub(super) rate: Rate,

    /// Whole lines and no line editor, as when input or output is not a terminal
    #[arg(long, global = true, overrides_with = "json")]
    pub(super) plain: bool,

    /// One JSON object a line, in and out, for programs
    #[arg(long, global = true, overrides_with = "plain")]
    pub(super) json: bool,
    /// Colours on a terminal: always, never, or auto, which is to do as `NO_COLOR` says
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Colours,

    /// Ring the terminal for direct messages, and for group messages with one's own name in them
    #[arg(long, global = true)]
    pub(super) bell: bool,

    /// Add everything that this client shows to FILE, which only its owner may read
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,

    /// Let the server print the text of group messages
    #[arg(long, global = true)]
    pub(super) log_text: bool,

    /// Let the server keep everything in DIR, so that it comes back as it was, also when it is killed. Only one server
    /// at a time can use DIR
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,

    /// How to write the log
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) log_format: LogFormat,

    /// Let the server answer at `http://IP:PORT/metrics` with its metrics, in the text format of Prometheus; without an
    /// IP on loopback
    #[arg(long, global = true, value_name = "[IP:]PORT", value_parser = metrics)]
    pub(super) metrics: Option<SocketAddrV4>,

    /// Read options from this file instead of `~/.config/chat/chat.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Take down everything that this server or client sees in FILE, to be played back with `proofs replay`. FILE is
    /// private: it holds this server's key
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,

    /// Take down also what people write, instead of digests of it
    #[arg(long, global = true, requires = "record")]
    pub(super) record_text: bool,

    /// Say more on standard error; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

/// When to show colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colours {
    /// Unless `NO_COLOR` is set.
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}

impl Colours {
    /// Whether to show them. The standard says that an empty `NO_COLOR` does not count.
    pub(super) fn are_wanted(self) -> bool {
        match self {
            Colours::Auto => env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            Colours::Always => true,
            Colours::Never => false,
        }
    }
}

/// How many permits a bucket gets a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// There are no buckets.
    Off,
    /// So many.
    PerSecond(u16),
}

fn metrics(given: &str) -> Result<SocketAddrV4, String> {
    let alone = given.parse().map(|port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    alone
        .or_else(|_| given.parse())
        .map_err(|_| "give a port, or an IPv4 address and a port as IP:PORT".into())
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
