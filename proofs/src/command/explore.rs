//! `proofs explore`

use std::net::SocketAddr;

use clap::Args;

use super::Verdict;
use super::check::find;
use crate::explore::serve;

/// Walk through the states of a scenario in a browser.
#[derive(Debug, Args)]
pub struct Explore {
    /// The scenario
    #[arg(default_value = "two-people")]
    scenario: String,
    /// Where to serve the pages; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "IP:PORT")]
    address: SocketAddr,
}

impl Explore {
    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the scenario is unknown, or the port is taken.
    pub fn run(&self) -> anyhow::Result<Verdict> {
        serve(find(&self.scenario)?, self.address)?;
        Ok(Verdict::Holds)
    }
}
