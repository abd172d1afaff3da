//! All scenarios.

mod deep;
mod directs;
mod groups;
mod mixed;
mod redirected;
mod registering;
mod servers;

use super::{Scenario, intrusions};

/// All scenarios, those that take minutes last.
pub fn every() -> Vec<Scenario> {
    vec![
        registering::same_name(),
        registering::back_again(),
        registering::same_address(),
        registering::directory_gaps(),
        directs::direct(),
        directs::queue(),
        directs::queue_full(),
        directs::kick_the_living(),
        directs::kick_the_dead(),
        servers::server_gone(),
        groups::join_race(),
        groups::posts(),
        groups::two_senders(),
        groups::removal(),
        groups::removal_with_queue(),
        groups::rejoin(),
        groups::exits(),
        groups::silent_leaver(),
        groups::burst(),
        registering::strangers(),
        servers::kick_order(),
        servers::stop(),
        directs::cancel(),
        groups::cancel_in_a_group(),
        servers::reconnect(),
        servers::restart(),
        servers::restart_posts(),
        servers::restart_report(),
        redirected::redirected_registration(),
        redirected::redirected_directs(),
        redirected::redirected_posts(),
        intrusions::forger(),
        intrusions::forged_registration(),
        intrusions::forged_posts(),
        intrusions::insider(),
        mixed::two_people(),
        mixed::anything(),
        mixed::deep_two_people(),
        deep::deep_comings_and_goings(),
        deep::deep_kick(),
        deep::deep_group(),
        mixed::deep_anything(),
        redirected::deep_redirected_registration(),
        intrusions::deep_insider(),
    ]
}
