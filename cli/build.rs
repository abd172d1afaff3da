//! Tells the program which promises it was built with: the digest that stands in the book's page of promises.

use std::path::Path;

fn main() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/promises.md");
    println!("cargo::rerun-if-changed={}", page.display());
    let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let digest =
        text.lines().find_map(|line| line.strip_prefix("Digest of this table: `")?.strip_suffix("`."));
    println!(
        "cargo::rustc-env=CHAT_PROMISES={}",
        digest.expect("the page of promises has the digest of its table")
    );
}
