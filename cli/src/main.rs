//! The chat on a terminal.
fn main() {}
