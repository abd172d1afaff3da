//! Checks the protocol.
fn main() {}
