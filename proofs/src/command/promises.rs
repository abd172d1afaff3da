//! `proofs promises`

use std::io::Write;

use anyhow::Context;
use clap::Args;

use super::Verdict;
use crate::book;

/// Print every promise with its property, scenarios, bounds and witnesses, as in the book.
#[derive(Debug, Args)]
pub struct Promises {
    /// Rewrite the book's page
    #[arg(long, conflicts_with = "digest")]
    write: bool,
    /// Print only a short hash of the promises
    #[arg(long)]
    digest: bool,
}

impl Promises {
    /// Prints, or rewrites the page.
    ///
    /// # Errors
    /// When the page cannot be read or written, or the output is closed.
    pub fn run(&self, out: &mut impl Write) -> anyhow::Result<Verdict> {
        if self.digest {
            writeln!(out, "{}", book::digest())?;
        } else if self.write {
            rewrite()?;
        } else {
            write!(out, "{}", book::generated())?;
        }
        Ok(Verdict::Holds)
    }
}

fn rewrite() -> anyhow::Result<()> {
    let page = std::fs::read_to_string(book::FILE)
        .with_context(|| format!("cannot read {}; run this at the root of the repository", book::FILE))?;
    std::fs::write(book::FILE, book::renew(&page)?).with_context(|| format!("cannot write {}", book::FILE))
}
