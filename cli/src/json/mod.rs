//! JSON lines: one object a line, for programs. The schema is a chapter of the book; [`VERSION`] counts its versions.

mod client;
mod plain;
pub(crate) mod server;
mod talk;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Serializer, Value};

use plain::Harmless;

pub(crate) use talk::run;

/// The version of the schema. New events and new fields do not change it.
pub(crate) const VERSION: u32 = 1;

/// The longest line that is read: a command with the longest text, every byte of it escaped.
pub(crate) const LINE_MAX: usize = 16 * 1024;

/// An object as a line, without its end.
pub(crate) fn line(event: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Versioned<'a, E> {
        v: u32,
        #[serde(flatten)]
        event: &'a E,
    }
    let mut bytes = Vec::new();
    let written =
        Versioned { v: VERSION, event }.serialize(&mut Serializer::with_formatter(&mut bytes, Harmless));
    // Strings, numbers and lists always have a JSON form, and a vector takes all bytes.
    debug_assert!(written.is_ok(), "{written:?}");
    String::from_utf8(bytes).unwrap_or_default()
}

/// Prints objects as lines and flushes.
pub(crate) fn print(events: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for event in events {
        writeln!(out, "{event}")?;
        out.flush()?;
    }
    Ok(())
}

/// A line of the client table.
#[derive(Serialize)]
pub(crate) struct Person<'a> {
    name: &'a str,
    address: String,
    online: bool,
}

/// The client table.
pub(crate) fn people(people: &[model::event::Person]) -> Vec<Person<'_>> {
    people.iter().map(Person::of).collect()
}

impl<'a> Person<'a> {
    fn of(person: &'a model::event::Person) -> Person<'a> {
        let address = std::net::SocketAddrV4::from(person.address).to_string();
        Person { name: person.name.as_str(), address, online: person.online }
    }
}

/// Names as strings.
pub(crate) fn names(names: &[model::Name]) -> Vec<&str> {
    names.iter().map(model::Name::as_str).collect()
}

/// What is wrong with a line. Answers it instead of an event.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Trouble<'a> {
    /// The line was not carried out.
    Error {
        /// Why, for people.
        message: String,
        /// What its program calls the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Value>,
    },
}

/// The line that says so.
pub(crate) fn error(message: impl Into<String>, id: Option<&Value>) -> String {
    line(&Trouble::Error { message: message.into(), id })
}

/// Parses a line into a command, whose fields have to be exactly those that it has.
pub(crate) fn parse<'a, C: serde::Deserialize<'a>>(line: &'a str) -> Result<C, String> {
    serde_json::from_str(line).map_err(|error| format!("Invalid command: {error}"))
}
