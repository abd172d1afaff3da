//! What the fuzzer runs, and what a test runs on everything that the fuzzer has kept: `net/tests/fuzz.rs` takes these very
//! files.
//!
//! An input of [`server`] and [`client`] is a sequence of operations on one actor: packets that make sense, packets that
//! do not, commands, timers, crashes. After each of them the actor has to be in order. Whatever is wrong panics.

mod bytes;
mod client;
mod decode;
#[path = "../../model/tests/chat/noted.rs"]
mod noted;
mod server;
mod wire;

pub use client::client;
pub use decode::decode;
pub use server::server;
