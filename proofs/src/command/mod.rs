//! The command line: a file per command.

pub mod check;
pub mod draw;
pub mod explain;
pub mod explore;
pub mod list;
pub mod original;
pub mod promises;
pub mod replay;
pub mod report;
pub mod simulate;
pub mod stage;

use clap::{Parser, Subcommand};

/// Checks every promise of the chat in every interleaving.
#[derive(Debug, Parser)]
#[command(name = "proofs", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Explore every reachable state of the scenarios, and tell which promises hold
    Check(check::Check),
    /// Draw a recorded run as a sequence diagram
    Draw(draw::Draw),
    /// Tell the life of one message of a recorded run
    Explain(explain::Explain),
    /// Walk through the states of a scenario, or on from a recorded run, in a browser
    Explore(explore::Explore),
    /// List the scenarios, the promises, the sabotages and the witnesses
    List(list::List),
    /// Print every promise with its property, scenarios, bounds and witnesses, as in the book
    Promises(promises::Promises),
    /// Feed recordings of real runs to the same actors, and tell whether everything comes out the same
    Replay(replay::Replay),
    /// Walk at random through a system too big to exhaust
    Simulate(simulate::Simulate),
    /// Play a counterexample with real programs, and tell whether the broken promise is seen
    Stage(stage::Stage),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Holds,
    /// A promise is broken, a witness missing, a pin off.
    Broken,
    /// Somebody interrupted; what was known so far has been told.
    Interrupted,
    /// A broken promise was seen on a stage.
    Seen,
    /// It was not.
    NotSeen,
}
