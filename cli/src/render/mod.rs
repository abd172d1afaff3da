//! Events and notices as lines of text. Nothing here prints.

mod events;
#[cfg(test)]
mod hostile;
mod notices;

use std::net::SocketAddrV4;

use model::event::Person;

use crate::escape::escape;

pub(crate) use events::{Screen, reasons, words};
pub(crate) use notices::{answer, notice};

/// What a line starts with outside a group.
pub(crate) const PROMPT: &str = ">>> ";

fn table(people: &[Person]) -> impl Iterator<Item = String> {
    std::iter::once("Client table updated.".to_owned()).chain(people.iter().map(line))
}

/// A line of the client table.
fn line(person: &Person) -> String {
    let address = SocketAddrV4::from(person.address);
    let state = if person.online { "online" } else { "offline" };
    format!("{}  {address}  {state}", escape(person.name.as_str()))
}
