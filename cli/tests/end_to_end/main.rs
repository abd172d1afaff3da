//! The chat as people, programs and operators use it: the built binary, over real UDP. One program, since linking each of these
//! by itself takes longer than running it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod config;
mod contract;
mod endings;
mod injection;
mod interactive;
mod json_client;
mod json_server;
mod live;
mod log;
mod metrics;
mod operator;
mod original;
mod output;
mod refusals;
mod restarts;
mod room_key;
mod terminal;
