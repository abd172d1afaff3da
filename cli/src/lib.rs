//! The chat on a terminal. The binary `chat` is [`main`] with the actors [`AsChecked`].
//!
//! Read in this order: `args` (what to run), `client` and `server` (running it), `parse` and `render` (the words),
//! `plain` and `interactive` (two ways to read and write them). Deliberately absent: any decision about the protocol.

mod alone;
mod args;
mod cast;
mod client;
mod escape;
mod front;
mod host;
#[cfg(test)]
mod hostile;
mod interactive;
mod invitation;
mod json;
mod key;
mod log;
mod logging;
mod manual;
mod metrics;
mod parse;
mod plain;
mod render;
mod server;
mod signals;
mod styled;

use std::io::{self, Write};
use std::net::SocketAddrV4;
use std::panic;
use std::process::ExitCode;

use anyhow::Context;

use crate::args::{Arguments, ConfigError, Fault, Role};
pub use crate::cast::{AsChecked, Cast};
use crate::escape::escape;
use crate::front::UNWRITABLE;
use crate::invitation::Invitation;
use crate::key::KeyError;

/// Runs `chat` with the arguments of this process.
pub fn main<C: Cast>() -> ExitCode {
    panic::set_hook(Box::new(report_bug));
    let ended = panic::catch_unwind(run::<C>).unwrap_or(Ok(FAILED));
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(io::stderr(), "{}", escape(&format!("{error:#}")));
            ExitCode::from(if is_usage(&error) { USAGE } else { FAILED })
        }
    }
}

fn run<C: Cast>() -> anyhow::Result<u8> {
    let mut plan = Arguments::read()?.plan()?;
    logging::start(plan.verbose, plan.log_format);
    let invited = match &plan.role {
        Role::Join { invitation, .. } => Some(invitation.clone().map_or_else(invitation_from_input, Ok)?),
        _ => None,
    };
    if !matches!(plan.role, Role::Keygen { .. } | Role::Completions { .. } | Role::Man { .. }) {
        plan.key = key::find(invited.as_ref().and_then(|it| it.key.clone()), plan.key_file.as_deref())?;
    }
    match plan.role.clone() {
        Role::Completions { shell } => manual::completions(shell),
        Role::Man { out } => manual::man(out.as_deref()),
        Role::Keygen { out } => key::keygen(out.as_deref()),
        Role::Invite { server } => invite(&Invitation { server, key: plan.key }),
        Role::Join { name, .. } => {
            let server = invited.context("an invitation has been read")?.server;
            let name = name.unwrap_or_else(alone::login_name);
            client::join::<C>(&plan, name, server, 0)
        }
        Role::Server { port } => server::run::<C>(&plan, port),
        Role::Client { name, server, server_port, port } => {
            client::join::<C>(&plan, name, SocketAddrV4::new(server, server_port), port)
        }
        Role::Anything => alone::run::<C>(&plan),
    }
}

/// Whether it is the command line that is wrong.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Fault>()
        || error.is::<ConfigError>()
        || matches!(error.downcast_ref(), Some(KeyError::Two(..)))
}

fn invitation_from_input() -> anyhow::Result<Invitation> {
    Ok(Invitation::read(&mut io::stdin().lock())?.map_err(Fault::from)?)
}

fn invite(invitation: &Invitation) -> anyhow::Result<u8> {
    writeln!(io::stdout(), "{}", *invitation.reveal()).context(UNWRITABLE)?;
    Ok(0)
}

/// One line instead of a back-trace, without the message of the panic: it could quote what somebody wrote.
fn report_bug(panic: &panic::PanicHookInfo<'_>) {
    interactive::restore_terminal();
    server::restore_terminal();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(io::stderr(), "internal error at {place}");
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;
