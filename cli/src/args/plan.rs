//! What the command line comes to.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use clap_complete::Shell;
use model::{Limits, Name, Timing};
use net::record::{Configured, Texts};
use net::{Recording, RoomKey};

use crate::interactive::Taste;
use crate::invitation::Invitation;

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
    /// Whether a client keeps trying when its server does not answer, and how long it waits between two attempts at most.
    pub(crate) reconnect: Option<Duration>,
    /// How a person at a terminal wants it.
    pub(crate) taste: Taste,
    /// Where to keep what a client shows.
    pub(crate) log: Option<PathBuf>,
    /// No line editor.
    pub(crate) plain: bool,
    /// JSON lines.
    pub(crate) json: bool,
    /// Whether the server prints texts.
    pub(crate) log_text: bool,
    /// Where the server keeps its state.
    pub(crate) state: Option<PathBuf>,
    /// How the log is written.
    pub(crate) log_format: LogFormat,
    /// Where the server's metrics can be had.
    pub(crate) metrics: Option<SocketAddrV4>,
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

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line, for programs.
    Json,
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
    /// Print completions.
    Completions { shell: Shell },
    /// Print or write manual pages.
    Man { out: Option<PathBuf> },
    /// Make a room key.
    Keygen { out: Option<PathBuf> },
}
