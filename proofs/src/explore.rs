//! Stateright's Explorer on a scenario: a walk through its states in a browser, with names, words and drawings.

use std::net::{SocketAddr, TcpListener};

use anyhow::Context;
use stateright::{Model, Path};

use crate::system::{Action, SERVER, State, System};
use crate::{diagram, story};

/// Serves the Explorer until the process ends; says where once the port is known to be free. Port 0 takes any free one.
pub fn serve(system: System, address: SocketAddr) -> anyhow::Result<()> {
    let address = free(address)?;
    println!("Exploring {} at http://{address}/ (Ctrl+C ends)", system.scenario.name);
    // Comes back only if stateright's web server dies, which it does with a panic.
    let _ = system.checker().serve(address);
    Ok(())
}

/// Stateright panics at a port that is taken, so it is tried before.
fn free(address: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot serve the Explorer at {address}"))?;
    Ok(listener.local_addr()?)
}

/// An action that can be taken, in one line. Sessions have the names that they have at the start.
pub(crate) fn action(system: &System, action: &Action) -> String {
    let start = system.init_states();
    let server = start.first().map_or(&[][..], |state| &state.actor_states[..=SERVER]);
    story::action(&system.plain.actors, server, action)
}

/// What a step does, and what everybody knows afterwards.
pub(crate) fn step(system: &System, last: &State, action: Action) -> String {
    let next = system.next_state(last, action.clone());
    story::outcome(&system.plain.actors, last, action, next.as_ref())
}

pub(crate) fn drawing(system: &System, path: Path<State, Action>) -> String {
    diagram::draw(&story::tell(&system.plain.actors, &path.into_vec()))
}
