//! `chat`: the chat on a terminal, with the actors that were checked.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main::<cli::AsChecked>()
}
