//! `proofs`: checks the chat.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use proofs::command::{Arguments, Command, Verdict};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = io::stdout();
    let result = match &arguments.command {
        Command::Check(check) => check.run(&mut out),
        Command::Draw(draw) => draw.run(&mut out),
        Command::Explain(explain) => explain.run(&mut out),
        Command::Explore(explore) => explore.run(),
        Command::List(list) => list.run(&mut out),
        Command::Promises(promises) => promises.run(&mut out),
        Command::Replay(replay) => replay.run(&mut out),
        Command::Simulate(simulate) => simulate.run(&mut out),
        Command::Stage(stage) => stage.run(&mut out),
    };
    match result {
        Ok(Verdict::Holds | Verdict::Seen) => ExitCode::SUCCESS,
        Ok(Verdict::Broken | Verdict::NotSeen) => ExitCode::FAILURE,
        Ok(Verdict::Interrupted) => ExitCode::from(130),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whoever reads the output has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
