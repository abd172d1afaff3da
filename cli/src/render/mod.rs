//! Events and notices as lines of text. Nothing here prints.

mod events;
mod notices;

use std::net::SocketAddrV4;

use model::event::Person;

use crate::escape::escape;

pub(crate) use events::{Screen, reasons, words};
pub(crate) use notices::notice;

/// What a line starts with outside a group.
pub(crate) const PROMPT: &str = ">>> ";

fn table(people: &[Person]) -> impl Iterator<Item = String> {
    let head = std::iter::once("Client table updated.".to_owned());
    head.chain(people.iter().map(|person| {
        let address = SocketAddrV4::from(person.address);
        let state = if person.online { "online" } else { "offline" };
        format!("{}  {address}  {state}", escape(person.name.as_str()))
    }))
}
