//! The chat protocol, written once.
//!
//! [`Server`] and [`Client`] are stateright actors. The checker explores them, `net` runs them over UDP;
//! both get the same code. Read in this order:
//!
//! 1. [`name`], [`ids`]: what things are called. [`config`]: every limit and the one waiting time.
//! 2. [`packet`]: everything peers can say. [`command`], [`event`], [`order`], [`notice`]: everything a person or an
//!    operator can say and be told. Only packets have a codec (in `net`), so no datagram can be a command.
//! 3. [`client`] and [`server`]: a file per conversation, the same conversations on both sides.
//! 4. [`changes`]: what an input has changed, for those who compare states.
//!
//! Deliberately absent: sockets, clocks, threads, randomness, logging, codecs. Time comes in as fired timers,
//! chance and keys as configuration.

pub mod changes;
pub mod client;
pub mod command;
pub mod config;
pub mod event;
mod hex;
pub mod ids;
mod length;
pub mod message;
pub mod name;
pub mod notice;
pub mod order;
pub mod packet;
pub mod server;

pub use client::{Client, ClientState};
pub use command::Command;
pub use config::{ClientConfig, Limits, ServerConfig, Timing};
pub use event::Event;
pub use message::{Message, Timer, console};
pub use name::{Name, Text};
pub use notice::Notice;
pub use order::Order;
pub use packet::Packet;
pub use server::{Server, ServerState};
