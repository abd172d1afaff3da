//! The conversations, one input at a time, over a network that a test holds in its hand. `proofs` checks all interleavings;
//! here stands what each input exactly leads to.

mod buckets;
mod cancelling;
mod directory;
mod directs;
mod groups;
mod leaving;
mod lists;
mod noted;
mod orders;
mod packets;
mod posts;
mod recovering;
mod registering;
mod requests;
mod world;
