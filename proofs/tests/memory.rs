//! What checking takes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// What a unique state may take, everything included.
const MOST: u64 = 100;

#[test]
fn a_state_takes_less_than_a_hundred_bytes_with_one_thread_and_with_two() {
    for threads in ["1", "2"] {
        let check = ["check", "kick-the-dead", "--json", "--threads", threads];
        let output = Command::new(env!("CARGO_BIN_EXE_proofs")).args(check).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let first: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
        let bytes = first["bytes_a_state"].as_u64().unwrap_or_else(|| panic!("not told: {first}"));
        println!("{threads} threads: {bytes} bytes");
        assert!(bytes < MOST, "{bytes} bytes with {threads} threads");
    }
}
