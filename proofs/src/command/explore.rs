//! `proofs explore`

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::Verdict;
use super::check::find;
use crate::explore::serve;
use crate::replay::{Play, Run, load};
use crate::system::{SERVER, System};

/// Walk through the states of a scenario, or on from a recorded run, in a browser.
#[derive(Debug, Args)]
pub struct Explore {
    /// The scenario
    #[arg(default_value = "two-people")]
    scenario: String,
    /// Begin where these recordings of one run end
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "scenario")]
    from: Vec<PathBuf>,
    /// Begin after this record of the run, by its number as `replay` and `draw` have it
    #[arg(long, value_name = "RECORD", requires = "from")]
    at: Option<usize>,
    /// Also recordings of other versions
    #[arg(long, requires = "from")]
    any_build: bool,
    /// Where to serve the pages; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "IP:PORT")]
    address: SocketAddr,
}

impl Explore {
    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the scenario is unknown, a file cannot be used, or the port is taken.
    pub fn run(&self) -> anyhow::Result<Verdict> {
        let system = if self.from.is_empty() { System::new(find(&self.scenario)?) } else { self.recorded()? };
        serve(system, self.address)?;
        Ok(Verdict::Holds)
    }

    fn recorded(&self) -> anyhow::Result<System> {
        let run = Run::of(load(&self.from, self.any_build)?)?;
        if run.hosts.0[SERVER].lives.is_empty() {
            bail!("the server was not recorded, so nobody knows the state of the whole system");
        }
        let all = run.merged.moments.len();
        let at = self.at.unwrap_or(all);
        if at > all {
            bail!("the run has {all} records, so nothing is after record {at}");
        }
        Ok(Play::on_from(&run, at)?)
    }
}
