//! The protocol that ours began with, as its readme describes it, judged by the same promises.
//!
//! It has no numbers: packets are told apart by their sender's name only, copies take effect again, and whoever did not ack
//! in time is taken for gone. Its [`server`] and [`client`] are small actors of their own and share nothing with `model` but
//! names, texts, commands and events. Comments quote the readme where it settles a question; where it leaves one open,
//! the choice is the one that makes the original look better, unless a comment says otherwise.
//!
//! 1. [`packet`], [`server`], [`client`]: the protocol. [`seat`], [`role`]: with people, as actors.
//! 2. [`scenario`], [`world`]: small worlds to explore. `run`: what happens if nothing more is lost.
//! 3. [`questions`], `view`: the promises, asked of it. [`catalogue`], [`mod@verdicts`]: what came out.
//! 4. `narrate`, [`findings`]: told and drawn, for the book. [`hosted`]: on real sockets, for `proofs stage`.

pub mod catalogue;
pub mod client;
pub mod findings;
pub mod hosted;
mod narrate;
pub mod packet;
pub mod questions;
pub mod role;
mod run;
pub mod scenario;
pub mod seat;
pub mod server;
pub mod verdicts;
mod view;
pub mod world;

pub(crate) use narrate::packet_words;
pub use verdicts::{Verdict, verdicts};
