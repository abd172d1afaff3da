//! What an installation has beside the program: completions for shells, and manual pages.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args;
use crate::front::UNWRITABLE;

/// Prints what makes a shell complete the command line.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "chat", &mut script);
    print(&script)?;
    Ok(0)
}

fn print(text: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).context(UNWRITABLE)
}

/// Prints the manual page of the whole program, or writes a page for it and for each command into a directory.
pub(crate) fn man(out: Option<&Path>) -> anyhow::Result<u8> {
    let Some(directory) = out else {
        let mut page = Vec::new();
        Man::new(args::command()).render(&mut page)?;
        print(&page)?;
        return Ok(0);
    };
    let cannot = || format!("cannot write manual pages to {}", directory.display());
    std::fs::create_dir_all(directory).with_context(cannot)?;
    clap_mangen::generate_to(args::command(), directory).with_context(cannot)?;
    Ok(0)
}
