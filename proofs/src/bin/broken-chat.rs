//! The chat with actors that break a promise, to be played on a stage and nowhere else. `BROKEN_CHAT` says which: the name of
//! a sabotage, or `original`. Without it, it is the chat as it was checked.

use std::process::ExitCode;

use proofs::original::hosted::Original;
use proofs::sabotage;
use proofs::stage::broken::{self, Broken};
use proofs::stage::{ORIGINAL, VARIANT};

fn main() -> ExitCode {
    let Ok(name) = std::env::var(VARIANT) else { return cli::main::<cli::AsChecked>() };
    if name == ORIGINAL {
        return cli::main::<Original>();
    }
    match sabotage::named(&name) {
        Ok(sabotage) => {
            broken::choose(sabotage);
            cli::main::<Broken>()
        }
        Err(error) => {
            eprintln!("{VARIANT}: {error}");
            ExitCode::from(2)
        }
    }
}
