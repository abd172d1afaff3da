//! Everything that the fuzzer has kept, once more.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "the fuzzer reaches it")]
mod fuzz;

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn what_the_fuzzer_has_kept_finds_nothing() {
    for kept in ["seeds", "grown"] {
        for (target, run) in TARGETS {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(kept).join(target);
            let mut inputs = 0;
            for file in fs::read_dir(&directory).unwrap() {
                run(&fs::read(file.unwrap().path()).unwrap());
                inputs += 1;
            }
            assert!(inputs >= 10, "{kept} of {target}: {inputs}");
        }
    }
}

#[test]
fn two_thousand_inputs_that_nobody_has_chosen_find_nothing() {
    let mut rng = StdRng::seed_from_u64(31);
    for (_, run) in TARGETS {
        for _ in 0..2000 {
            let length = rng.random_range(0..600);
            let input: Vec<u8> = (0..length).map(|_| rng.random()).collect();
            run(&input);
        }
    }
}

type Run = fn(&[u8]);

const TARGETS: [(&str, Run); 3] =
    [("decode", fuzz::decode), ("server", fuzz::server), ("client", fuzz::client)];
