//! What stands in a recording: JSON lines. A header begins each life of an actor, a step is one input.

use std::net::SocketAddrV4;

use model::server::saved::{Part, Value};
use model::{ClientConfig, Command, Order, Packet, ServerConfig, Text, Timer};
use serde::{Deserialize, Serialize, Serializer};

use super::sum::Digest;
use crate::store::Keep;

/// The version of the format that is written here.
pub const FORMAT: u32 = 4;

/// What this program was built from: its version, and a digest of the sources of its actors. Recordings of other builds are not
/// replayed unasked.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("ACTORS"));

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A life begins.
    Life(Box<Header>),
    /// An input.
    Step(Record),
    /// Several packets that came in as one datagram.
    Packets(Together),
    /// The host was stopped.
    End {
        /// Microseconds since the life began.
        t: u64,
        /// Of the last state.
        state: Option<Digest>,
    },
    /// Nothing more is recorded of this life, though it goes on.
    Cut {
        /// Microseconds since the life began.
        t: u64,
        /// Why.
        reason: String,
    },
}

/// How a life begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub recording: u32,
    /// [`BUILD`].
    pub build: String,
    /// How the actor is called.
    pub name: String,
    /// Where it listens. Also how it knows itself.
    pub address: SocketAddrV4,
    /// When the life began, in microseconds since 1970, by the clock of its machine.
    pub started: u64,
    /// What stands for texts.
    pub texts: Texts,
    /// What the actor was told from outside.
    pub actor: Configured,
}

/// What stands for texts in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Texts {
    /// The texts.
    Plain,
    /// Digests under a key that is nowhere written down.
    Digests,
}

/// The role of an actor, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Configured {
    /// A server.
    Server(ServerConfig),
    /// A client.
    Client(ClientConfig),
}

impl Configured {
    /// How the actor is called.
    pub fn name(&self) -> String {
        match self {
            Configured::Server(_) => "server".into(),
            Configured::Client(config) => config.name.to_string(),
        }
    }
}

/// An input, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Microseconds since the life began.
    pub t: u64,
    /// What the actor saw.
    #[serde(rename = "in")]
    pub input: Input,
    /// Of everything that it sent, told and armed then, in order.
    pub out: Digest,
    /// Of the state that it led to.
    pub after: After,
}

/// A digest of the state after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// Of all of it, which takes as long as it is large.
    State(Digest),
    /// Of what the input has changed. Where it is the same, the states are, if those before were.
    Changes(Digest),
}

impl After {
    /// The digest.
    pub fn digest(self) -> Digest {
        let (After::State(digest) | After::Changes(digest)) = self;
        digest
    }
}

/// Packets that came in as one datagram. Each of them is an input of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// Microseconds since the life began.
    pub t: u64,
    /// From there, as far as the network says.
    #[serde(serialize_with = "address")]
    pub from: SocketAddrV4,
    /// In order.
    pub packets: Vec<Taken>,
}

/// One of several packets, and what became of it; as in a [`Record`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// What.
    pub packet: Packet,
    /// Of everything that the actor sent, told and armed then.
    pub out: Digest,
    /// Of the state that it led to.
    pub after: After,
}

impl Together {
    /// The inputs one by one.
    pub fn records(self) -> impl Iterator<Item = Record> {
        let Together { t, from, packets } = self;
        packets.into_iter().map(move |Taken { packet, out, after }| {
            let input = Input::Packet { from, packet };
            Record { t, input, out, after }
        })
    }
}

/// What an actor can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// It starts.
    Start,
    /// A packet came in.
    Packet {
        /// From there, as far as the network says.
        #[serde(serialize_with = "address")]
        from: SocketAddrV4,
        /// What.
        packet: Packet,
    },
    /// A timer fired.
    Timer(Timer),
    /// The person at the console said something.
    Command(Command),
    /// The operator at the console ordered something.
    Order(Order),
    /// It starts with what was saved.
    Restart {
        /// Everything.
        saved: Vec<(Part, Value)>,
    },
}

impl Input {
    /// What people wrote to each other.
    pub fn texts_mut(&mut self) -> Vec<&mut Text> {
        match self {
            Input::Packet { packet, .. } => packet.text_mut().into_iter().collect(),
            Input::Command(command) => command.text_mut().into_iter().collect(),
            Input::Restart { saved } => saved.iter_mut().filter_map(|(_, value)| posted(value)).collect(),
            Input::Start | Input::Timer(_) | Input::Order(_) => Vec::new(),
        }
    }

    /// How it starts.
    pub(crate) fn start(saved: Option<&impl Keep>) -> Input {
        saved.map_or(Input::Start, |saved| Input::Restart { saved: saved.parts() })
    }
}

/// As everybody writes an address, in a fraction of the time. There is one in nearly every line.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn address<S: Serializer>(address: &SocketAddrV4, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = [0; "255.255.255.255:65535".len()];
    let mut digits = itoa::Buffer::new();
    let mut length = 0;
    let mut put = |part: &[u8]| {
        text[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    };
    for (octet, end) in std::iter::zip(address.ip().octets(), *b"...:") {
        put(digits.format(octet).as_bytes());
        put(&[end]);
    }
    put(digits.format(address.port()).as_bytes());
    serializer.serialize_str(std::str::from_utf8(&text[..length]).unwrap_or_default())
}

fn posted(value: &mut Value) -> Option<&mut Text> {
    match value {
        Value::Post { text, .. } => Some(text),
        Value::Counters { .. } | Value::Line { .. } | Value::Record(_) | Value::Group { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_everybody_writes_them() {
        for address in ["0.0.0.0:0", "127.0.0.1:7001", "255.255.255.255:65535", "10.20.3.100:80"] {
            let address: SocketAddrV4 = address.parse().unwrap();
            let written = super::address(&address, serde_json::value::Serializer).unwrap();
            assert_eq!(written, address.to_string());
        }
    }
}
