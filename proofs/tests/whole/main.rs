//! The checker, its stories and drawings, replays and the stage. One program, since linking each of these by itself takes longer than
//! running it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../cli/tests/common/ports.rs"]
mod ports;

mod book;
mod counterexample;
mod explorer;
mod findings;
mod hostile;
mod judged;
mod reduction;
mod replay;
mod sabotage;
mod simulate;
mod stage;
mod story;
mod told;
