//! A counterexample of the checker on a stage: real programs, real sockets, and a network that does what the script says.
//!
//! 1. [`counterexample`]: the script, as `check` writes it.

pub mod counterexample;

pub use counterexample::{Counterexample, Variant};
