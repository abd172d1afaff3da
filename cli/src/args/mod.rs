//! The command line.

mod checks;
mod config;
mod options;
mod plan;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use model::{Limits, Timing};
use net::record::Texts;

pub(crate) use self::checks::{Fault, server_address};
use self::checks::{bind, client, join, server};
pub(crate) use self::config::ConfigError;
use self::options::{Options, Rate};
pub(crate) use self::plan::{LogFormat, Plan, Role};
use crate::interactive::Taste;
use crate::invitation;

/// A group chat over UDP. Without a command: starts a server on this machine unless there is one, and joins it
/// under the login name.
#[derive(Debug, Parser)]
#[command(name = "chat", version = VERSION, args_override_self = true)]
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

/// The definition of the command line.
pub(crate) fn command() -> Command {
    Arguments::command()
}

/// The version, and the digest of the promises that it keeps.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (promises ", env!("CHAT_PROMISES"), ")");

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
    /// Print what makes a shell complete the command line
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man {
        /// Directory to write a page for each command to instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Make a room key, for `--key` or `CHAT_KEY`
    Keygen {
        /// File to write it to, which must not exist [default: print it]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Arguments {
    /// Checks every argument, in the order of the contract.
    pub(crate) fn plan(self) -> Result<Plan, Fault> {
        let role = self.role()?;
        self.refuse_state_without_server(&role);
        let bind = self.options.bind.as_deref().map(bind).transpose()?;
        let ack_wait = Duration::from_millis(self.options.ack_wait);
        let limits = Limits { attempts: self.options.attempts, ..Limits::default() };
        let (timing, limits) = match self.options.rate {
            Rate::Off => {
                (Timing { ack_wait, ..Timing::default() }, Limits { burst: 0, strangers: 0, ..limits })
            }
            Rate::PerSecond(rate) => {
                let refill = Duration::from_secs(1) / u32::from(rate);
                let burst = self.options.burst;
                (Timing { ack_wait, refill }, Limits { burst, strangers: burst, ..limits })
            }
        };
        let taste = Taste { colours: self.options.color.are_wanted(), bell: self.options.bell };
        let reconnect = self.options.reconnect.then_some(LONGEST_WAIT);
        let record_texts = if self.options.record_text { Texts::Plain } else { Texts::Digests };
        let Options {
            key: key_file,
            plain,
            json,
            log,
            log_text,
            log_format,
            metrics,
            state,
            record,
            verbose,
            ..
        } = self.options;
        Ok(Plan {
            role,
            bind,
            key_file,
            key: None,
            timing,
            limits,
            reconnect,
            taste,
            log,
            plain,
            json,
            log_text,
            state,
            log_format,
            metrics,
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
            Some(Verb::Completions { shell }) => Ok(Role::Completions { shell: *shell }),
            Some(Verb::Man { out }) => Ok(Role::Man { out: out.clone() }),
            Some(Verb::Keygen { out }) => Ok(Role::Keygen { out: out.clone() }),
            None => Ok(Role::Anything),
        }
    }

    fn refuse_state_without_server(&self, role: &Role) {
        if self.options.state.is_some() && !matches!(role, Role::Server { .. }) {
            let words = "--state is for a server: chat server PORT --state DIR";
            Arguments::command().error(ErrorKind::ArgumentConflict, words).exit();
        }
    }

    fn refuse_two_roles(&self) {
        if self.verb.is_some() && (self.server.is_some() || self.client.is_some()) {
            let words = "give either -s, -c or a command, not two of them";
            Arguments::command().error(ErrorKind::ArgumentConflict, words).exit();
        }
    }
}

/// Between two attempts to reach a server that does not answer.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
