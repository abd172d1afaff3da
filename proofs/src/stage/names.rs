//! What a real packet is called in a counterexample. Sessions have other numbers in reality than in the checker, so the name of a
//! packet says nothing of them.

use std::collections::BTreeMap;

use model::Packet;
use model::ids::Session;
use model::packet::{Request, Up};

use super::relay::Way;
use crate::original;
use crate::story::{Narrate, Scene};
use crate::system::role::Role;

/// Names packets; learns who is in which session from what the server says.
#[derive(Debug, Default)]
pub(super) struct Names {
    people: BTreeMap<Session, String>,
}

impl Names {
    /// What the packet is called. The name is that of whom it goes to.
    pub(super) fn of(&mut self, packet: &Packet, to: &str) -> String {
        if let Some(packet) = original::hosted::carried(packet) {
            return original::packet_words(&packet);
        }
        match packet {
            Packet::Welcome { pass, .. } => {
                self.people.insert(pass.session, to.to_owned());
            }
            Packet::Up { up: Up::Request { number, request: Request::Report(session) }, .. } => {
                let who = self.people.get(session).map_or("somebody", String::as_str);
                return format!("request {}: {who} did not ack", number.0);
            }
            _ => {}
        }
        without_session(&Role::packet(&Scene { names: &[], states: &[] }, packet)).to_owned()
    }
}

/// What a packet of a counterexample is called: its words without the number of a session.
pub(super) fn without_session(says: &str) -> &str {
    says.split_once(", as session ").map_or(says, |(says, _)| says)
}

/// A packet and its way: what makes two packets the same.
pub(super) type Key = (Way, String);
