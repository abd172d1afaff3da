//! The page of the book that lists every promise, scenario and witness. Its introduction is written by hand; what stands
//! between two markers is written from here, so that it says what the code says.

use std::fmt::Write;
use std::hash::Hasher;

use anyhow::Context;

use crate::check::pins;
use crate::original;
use crate::properties::{PROMISES, Promise};
use crate::sabotage;
use crate::scenario::{Scenario, catalogue};
use crate::witness;

/// Where the page stands, from the root of the repository.
pub const FILE: &str = "docs/src/promises.md";

/// What rewrites the page.
pub const COMMAND: &str = "cargo run -p proofs -- promises --write";

const BEGIN: &str = "<!-- written by `cargo run -p proofs -- promises --write`; do not edit below -->\n";
const END: &str = "<!-- written until here -->\n";

/// The page with its generated part renewed.
///
/// # Errors
/// When the page lacks one of the markers.
pub fn renew(page: &str) -> anyhow::Result<String> {
    let missing = |marker: &str| format!("{FILE} has no line {}", marker.trim_end());
    let (head, rest) = page.split_once(BEGIN).with_context(|| missing(BEGIN))?;
    let (_, tail) = rest.split_once(END).with_context(|| missing(END))?;
    Ok(format!("{head}{BEGIN}\n{}\n{END}{tail}", generated()))
}

/// The generated part of the page.
pub fn generated() -> String {
    format!(
        "{}\nDigest of this table: `{}`.\n\n## Scenarios\n\n{}\n## Witnesses\n\n{}",
        promises(),
        digest(),
        scenarios(),
        witnesses()
    )
}

/// A short hash of the table of promises. Always the same for the same table, on every machine.
pub fn digest() -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.write(promises().as_bytes());
    format!("{:016x}", hash.finish())
}

/// Where the function of a promise stands: module and name. The function is called like the promise.
pub fn function(promise: &Promise) -> Option<String> {
    let name = promise.name.replace('-', "_");
    let defines = |source: &str| {
        ["(", "<"].iter().any(|follows| source.contains(&format!("pub(super) fn {name}{follows}")))
            || ["(", "<"].iter().any(|follows| source.contains(&format!("pub(crate) fn {name}{follows}")))
            || source.contains(&format!("pub fn {name}("))
    };
    let (module, _) = SOURCES.iter().find(|(_, source)| defines(source))?;
    Some(format!("{module}::{name}"))
}

const SOURCES: [(&str, &str); 7] = [
    ("properties::directory", include_str!("properties/directory.rs")),
    ("properties::directs", include_str!("properties/directs.rs")),
    ("properties::groups", include_str!("properties/groups.rs")),
    ("properties::posts", include_str!("properties/posts.rs")),
    ("properties::requests", include_str!("properties/requests.rs")),
    ("properties::strangers", include_str!("properties/strangers.rs")),
    ("settle", include_str!("settle.rs")),
];

fn promises() -> String {
    let head = "| promise | says | property | broken by |\n| --- | --- | --- | --- |\n";
    PROMISES.iter().fold(head.to_owned(), |mut table, promise| {
        let Promise { name, about, .. } = promise;
        let (function, broken_by) = (function(promise).unwrap_or_default(), broken_by(name));
        let _ = writeln!(table, "| {name} | {about} | `{function}` | {broken_by} |");
        table
    })
}

/// The broken variants of the protocol that break a promise, and the original if it does.
fn broken_by(promise: &str) -> String {
    let sabotages = sabotage::ALL.iter().filter(|sabotage| sabotage.breaks == promise);
    let cases = original::catalogue::all().into_iter().filter(|case| case.question.name == promise);
    let steps = cases.filter_map(|case| case.expected).min();
    let original = steps.map(|steps| format!("the original protocol, in {steps} steps"));
    let variants = sabotages.map(|sabotage| format!("`{}`: {}", sabotage.name, sabotage.about));
    variants.chain(original).collect::<Vec<_>>().join("; ")
}

fn scenarios() -> String {
    let head =
        "| scenario | about | bounds | unique states | witnesses |\n| --- | --- | --- | ---: | --- |\n";
    let pins = pins::all();
    catalogue::every().iter().fold(head.to_owned(), |mut table, scenario| {
        let states = pins.get(scenario.name).map_or("not pinned".into(), |states| thousands(*states));
        let Scenario { name, about, .. } = scenario;
        let deep = if scenario.deep { " (only with `--deep`)" } else { "" };
        let (bounds, witnesses) = (scenario.bounds(), scenario.witnesses.join(", "));
        let _ = writeln!(table, "| {name} | {about}{deep} | {bounds} | {states} | {witnesses} |");
        table
    })
}

fn witnesses() -> String {
    let head = "| witness | what happens | scenarios that must show it |\n| --- | --- | --- |\n";
    let every = catalogue::every();
    witness::ALL.iter().fold(head.to_owned(), |mut table, witness| {
        let shows = every.iter().filter(|scenario| scenario.witnesses.contains(&witness.name));
        let names: Vec<_> = shows.map(|scenario| scenario.name).collect();
        let _ = writeln!(table, "| {} | {} | {} |", witness.name, witness.about, names.join(", "));
        table
    })
}

/// With a comma after every three digits.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// FNV-1a: the hashes of the standard library may change with its version.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_has_a_function_of_its_name() {
        let without: Vec<_> = PROMISES.iter().filter(|it| function(it).is_none()).map(|it| it.name).collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_page_without_markers_is_refused() {
        assert!(renew("# Promises\n").unwrap_err().to_string().contains("has no line"));
    }
}
