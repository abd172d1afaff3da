//! Hosts on real sockets, the wire and the store. One program, since linking each of these by itself takes longer than running it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/hosted.rs"]
mod hosted;
#[path = "../common/packets.rs"]
mod packets;
#[path = "../common/raw.rs"]
mod raw;

mod amplification;
mod chat;
mod crowd;
mod noise;
mod phases;
mod record;
mod roles;
mod seal;
mod seeds;
mod store;
mod storm;
mod wire;
