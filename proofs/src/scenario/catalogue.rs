//! All scenarios.

use super::Errand::{Kick, Stop};
use super::Scenario;
use super::Suspicion::{Attempt, Post as PostTimer, Probe, Refill, Update};
use super::Wish::{Cancel, Create, Dereg, Groups, Interrupt, Join, Leave, Members, Post, Restart, Send};
use super::intrusions::{deep_insider, forged_posts, forged_registration, forger, insider};

/// All scenarios, those that take minutes last.
pub fn every() -> Vec<Scenario> {
    vec![
        same_name(),
        back_again(),
        same_address(),
        directory_gaps(),
        direct(),
        queue(),
        queue_full(),
        kick_the_living(),
        kick_the_dead(),
        server_gone(),
        join_race(),
        posts(),
        two_senders(),
        removal(),
        rejoin(),
        exits(),
        silent_leaver(),
        burst(),
        strangers(),
        kick_order(),
        stop(),
        cancel(),
        cancel_in_a_group(),
        reconnect(),
        restart(),
        restart_posts(),
        restart_report(),
        redirected_registration(),
        redirected_directs(),
        redirected_posts(),
        forger(),
        forged_registration(),
        forged_posts(),
        insider(),
        two_people(),
        anything(),
        deep_two_people(),
        deep_comings_and_goings(),
        deep_kick(),
        deep_group(),
        deep_anything(),
        deep_redirected_registration(),
        deep_insider(),
    ]
}

/// Two clients want the same name.
fn same_name() -> Scenario {
    let mut scenario = Scenario::new("same-name", "two clients register the same name at the same time")
        .person("X", 1, &[(Dereg, 1)])
        .person("X", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["name-taken", "left", "probe-saved-the-living"];
    scenario
}

fn back_again() -> Scenario {
    let mut scenario =
        Scenario::new("back-again", "a client leaves or is killed and comes back under its name")
            .person("X", 1, &[(Dereg, 1), (Restart("X"), 1)])
            .person("Y", 0, &[]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["name-registered-anew", "name-taken", "probed-out"];
    scenario
}

fn same_address() -> Scenario {
    let mut scenario =
        Scenario::new("same-address", "a client is killed and another one comes up at its address")
            .person("X", 1, &[(Restart("Z"), 1), (Dereg, 1)])
            .person("Y", 0, &[]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["address-taken", "probed-out"];
    scenario
}

fn directory_gaps() -> Scenario {
    let mut scenario =
        Scenario::new("directory-gaps", "updates are lost, late and repeated while people come and go")
            .person("X", 0, &[])
            .person("Y", 1, &[(Dereg, 1)])
            .person("Z", 1, &[(Dereg, 1)]);
    scenario.sessions = 3;
    scenario.suspicions = vec![Update, Probe];
    scenario.limits.attempts = 2;
    scenario.limits.window = 1;
    scenario.witnesses = &["updates-gathered", "left", "window-full"];
    scenario
}

fn direct() -> Scenario {
    let mut scenario = Scenario::new("direct", "direct messages both ways, with retries and late acks")
        .person("X", 2, &[(Send("Y"), 2)])
        .person("Y", 1, &[(Send("X"), 1)]);
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["direct-received", "fate-unknown", "reply-from-memory"];
    scenario
}

fn queue() -> Scenario {
    let mut scenario = Scenario::new("queue", "direct messages to somebody who is in a group and leaves it")
        .person("X", 2, &[(Send("Y"), 2)])
        .person("Y", 2, &[(Join("g"), 1), (Leave, 1), (Dereg, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["direct-queued", "flushed-on-leaving", "flushed-on-dereg"];
    scenario
}

fn queue_full() -> Scenario {
    let mut scenario = Scenario::new("queue-full", "more direct messages than the queue holds")
        .person("X", 3, &[(Send("Y"), 3)])
        .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.limits.queued = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["queue-full", "direct-queued", "flushed-on-leaving"];
    scenario
}

fn kick_the_living() -> Scenario {
    let mut scenario = Scenario::new("kick-the-living", "acks get lost, and a client that lives is reported")
        .person("X", 2, &[(Send("Y"), 1)])
        .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses =
        &["probe-saved-the-living", "probed-out", "taken-for-dead", "flushed-on-session-lost"];
    scenario
}

fn kick_the_dead() -> Scenario {
    let mut scenario =
        Scenario::new("kick-the-dead", "a client crashes, and is reported by who writes to it")
            .person("X", 2, &[(Send("Y"), 2)])
            .person("Y", 1, &[(Send("X"), 1)]);
    scenario.crashes = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["probed-out", "probe-saved-the-living"];
    scenario
}

fn server_gone() -> Scenario {
    let mut scenario = Scenario::new(
        "server-gone",
        "the server falls silent; direct messages go on, requests end in an exit",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 2, &[(Send("X"), 2), (Dereg, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["flushed-on-silence", "direct-queued"];
    scenario
}

fn join_race() -> Scenario {
    let mut scenario =
        Scenario::new("join-race", "two people create and join the same groups at the same time")
            .person("X", 3, &[(Create("g"), 1), (Join("g"), 1), (Leave, 1)])
            .person("Y", 3, &[(Create("g"), 1), (Join("g"), 1), (Members, 1)]);
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["group-exists", "reply-from-memory"];
    scenario
}

fn posts() -> Scenario {
    let mut scenario = Scenario::new("posts", "one sender, two readers, a window of one")
        .person("X", 2, &[(Post, 2)])
        .person("Y", 0, &[])
        .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["posted", "window-full", "member-removed"];
    scenario
}

fn two_senders() -> Scenario {
    let mut scenario =
        Scenario::new("two-senders", "two members post at the same time and a third one reads")
            .person("X", 2, &[(Post, 2)])
            .person("Y", 1, &[(Post, 1)])
            .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 3;
    scenario.limits.reach = 2;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["posted", "posts-gathered", "post-ahead"];
    scenario
}

fn removal() -> Scenario {
    let mut scenario = Scenario::new("removal", "members that do not ack in time are removed, living or not")
        .person("X", 2, &[(Post, 2), (Leave, 1)])
        .person("Y", 1, &[(Post, 1), (Leave, 1), (Members, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["member-removed", "posted"];
    scenario
}

fn rejoin() -> Scenario {
    let mut scenario =
        Scenario::new("rejoin", "a member is removed or leaves, joins again, and is shown what follows")
            .person("X", 2, &[(Post, 2)])
            .person("Y", 3, &[(Leave, 1), (Join("g"), 2)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["removed-and-rejoined", "member-removed"];
    scenario
}

fn exits() -> Scenario {
    let mut scenario = Scenario::new("exits", "every way out with a filled queue")
        .person("X", 1, &[(Send("Y"), 1)])
        .person("Y", 2, &[(Leave, 1), (Dereg, 1), (Interrupt, 1), (Post, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses =
        &["flushed-on-leaving", "flushed-on-dereg", "flushed-on-silence", "flushed-on-session-lost"];
    scenario
}

fn silent_leaver() -> Scenario {
    let mut scenario = Scenario::new("silent-leaver", "a member crashes without a word")
        .person("X", 2, &[(Post, 2), (Leave, 1)])
        .person("Y", 1, &[(Post, 1)])
        .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.crashes = 1;
    scenario.suspicions = vec![PostTimer];
    scenario.witnesses = &["crashed-member", "posted"];
    scenario
}

fn burst() -> Scenario {
    let mut scenario = Scenario::new("burst", "a person asks faster than its bucket fills, and waits")
        .person("X", 3, &[(Create("g"), 1), (Join("g"), 1), (Post, 2), (Dereg, 1)])
        .person("Y", 1, &[(Create("g"), 1)]);
    scenario.limits.burst = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Refill];
    scenario.witnesses = &["request-deferred", "reply-from-memory", "group-exists"];
    scenario
}

/// Each of the two addresses has a bucket of its own, with one permit.
fn strangers() -> Scenario {
    let mut scenario = Scenario::new(
        "strangers",
        "two clients register, and a registration without a proof is answered once, until the bucket fills",
    )
    .person("X", 1, &[(Dereg, 1)])
    .person("Y", 0, &[]);
    scenario.registered = false;
    scenario.limits.strangers = 1;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Refill];
    scenario.witnesses = &["stranger-unanswered", "left"];
    scenario
}

fn kick_order() -> Scenario {
    let mut scenario = Scenario::new(
        "kick-order",
        "the operator puts out a member that has messages waiting and writes posts",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.errands = vec![Kick("Y"), Kick("Q")];
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["kicked", "told-late-of-the-kick", "flushed-on-kick"];
    scenario
}

fn stop() -> Scenario {
    let mut scenario =
        Scenario::new("stop", "the operator stops the server while requests and posts are under way")
            .person("X", 2, &[(Send("Y"), 1), (Post, 1), (Dereg, 1)])
            .person("Y", 1, &[(Send("X"), 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.errands = vec![Stop];
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["stopped", "told-of-the-stop", "direct-after-stop"];
    scenario
}

/// A report has to wait until it is known what became of a cancelled request.
fn cancel() -> Scenario {
    let mut scenario =
        Scenario::new("cancel", "a person does not wait for direct messages and requests, and goes on")
            .person("X", 3, &[(Send("Y"), 2), (Create("h"), 1), (Join("g"), 1), (Cancel, 2)])
            .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["told-queued", "withdrawn", "done-though-cancelled", "report-waited"];
    scenario
}

fn cancel_in_a_group() -> Scenario {
    let mut scenario = Scenario::new(
        "cancel-in-a-group",
        "a member does not wait for its posts and for leaving, and posts again",
    )
    .person("X", 3, &[(Post, 2), (Leave, 1), (Dereg, 1), (Cancel, 2)])
    .person("Y", 1, &[(Post, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["withdrawn", "done-though-cancelled", "posted", "left"];
    scenario
}

fn reconnect() -> Scenario {
    let mut scenario = Scenario::new(
        "reconnect",
        "the server falls silent, and clients keep trying until they want to leave",
    )
    .person("X", 1, &[(Create("g"), 1), (Send("Y"), 1), (Dereg, 1), (Interrupt, 1)])
    .person("Y", 1, &[(Groups, 1), (Cancel, 1)]);
    scenario.registered = false;
    scenario.reconnect = true;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["kept-trying", "left"];
    scenario
}

/// The server crashes at any moment, and comes back with what it has saved.
fn restart() -> Scenario {
    let mut scenario =
        Scenario::new("restart", "the server crashes and comes back while two clients register and write")
            .person("X", 1, &[(Send("Y"), 1), (Create("g"), 1)])
            .person("Y", 1, &[(Dereg, 1)]);
    scenario.registered = false;
    scenario.suspicions = vec![Attempt];
    scenario.server_crashes = 1;
    scenario.witnesses = &["server-back", "acks-lost", "saved-reply-awaited", "direct-received", "left"];
    scenario
}

fn restart_posts() -> Scenario {
    let mut scenario = Scenario::new(
        "restart-posts",
        "the server crashes twice and comes back while members post and leave",
    )
    .person("X", 2, &[(Post, 2)])
    .person("Y", 2, &[(Post, 1), (Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.suspicions = vec![Attempt];
    scenario.limits.attempts = 2;
    scenario.server_crashes = 2;
    scenario.witnesses = &["server-back", "back-with-a-post", "acks-lost", "saved-reply-awaited", "posted"];
    scenario
}

fn restart_report() -> Scenario {
    let mut scenario = Scenario::new(
        "restart-report",
        "the server crashes and comes back while a member does not ack, or is reported",
    )
    .person("X", 2, &[(Send("Y"), 1), (Post, 1)])
    .person("Y", 1, &[(Leave, 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.suspicions = vec![Attempt, PostTimer, Probe];
    scenario.server_crashes = 1;
    scenario.witnesses = &["server-back", "back-with-a-suspect", "probed-out"];
    scenario
}

/// Who redirects all that goes to and from a client has it registered at another address, as a NAT does, and can go on
/// or stop at any time.
fn redirected_registration() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-registration",
        "the network redirects what is sealed while a client registers",
    )
    .person("X", 2, &[(Create("g"), 1), (Dereg, 1)]);
    scenario.registered = false;
    scenario.redirects = true;
    scenario.cookies = 3;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.witnesses = &["registered-elsewhere", "left"];
    scenario
}

fn redirected_directs() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-directs",
        "the network redirects direct messages and acks to a third client, and as from it",
    )
    .person("X", 1, &[(Send("Y"), 1), (Send("Z"), 1)])
    .person("Y", 1, &[(Send("X"), 1)])
    .person("Z", 0, &[]);
    scenario.redirects = true;
    scenario.suspicions = vec![Attempt];
    scenario.witnesses = &["direct-received", "fate-unknown"];
    scenario
}

fn redirected_posts() -> Scenario {
    let mut scenario = Scenario::new(
        "redirected-posts",
        "the network redirects requests, replies and posts between the members of two groups",
    )
    .person("X", 1, &[(Post, 1), (Leave, 1)])
    .person("Y", 1, &[(Post, 1), (Leave, 1)])
    .person("Z", 1, &[(Post, 1)]);
    scenario.setup =
        vec![("X", Create("g")), ("Z", Create("h")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("h"))];
    scenario.redirects = true;
    scenario.suspicions = vec![Attempt, PostTimer];
    scenario.witnesses = &["posted", "member-removed"];
    scenario
}

fn two_people() -> Scenario {
    let mut scenario = Scenario::new("two-people", "two people type anything, everything may be suspected")
        .person(
            "X",
            1,
            &[(Send("Y"), 1), (Groups, 1), (Join("g"), 1), (Post, 1), (Members, 1), (Leave, 1), (Dereg, 1)],
        )
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}

fn anything() -> Scenario {
    let mut scenario = Scenario::new("anything", "three people type anything")
        .person(
            "X",
            2,
            &[(Create("h"), 1), (Groups, 1), (Join("g"), 1), (Post, 1), (Members, 1), (Leave, 1), (Dereg, 1)],
        )
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Leave, 1)])
        .person("Z", 1, &[(Send("X"), 1), (Join("g"), 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![];
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}

fn deep_two_people() -> Scenario {
    let mut scenario =
        Scenario::new("deep-two-people", "two people type anything, twice, and everything may be suspected")
            .person(
                "X",
                2,
                &[
                    (Send("Y"), 1),
                    (Groups, 1),
                    (Join("g"), 1),
                    (Post, 1),
                    (Members, 1),
                    (Leave, 1),
                    (Dereg, 1),
                ],
            )
            .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.deep = true;
    scenario.witnesses = &["direct-queued", "posted", "left", "probed-out"];
    scenario
}

fn deep_comings_and_goings() -> Scenario {
    let mut scenario = Scenario::new(
        "deep-comings-and-goings",
        "clients leave, are killed and come back, while updates are lost",
    )
    .person("X", 1, &[(Dereg, 1), (Restart("X"), 1)])
    .person("Y", 1, &[(Send("X"), 1)]);
    scenario.sessions = 3;
    scenario.deep = true;
    scenario.witnesses = &["name-registered-anew", "name-taken", "probed-out", "updates-gathered"];
    scenario
}

fn deep_kick() -> Scenario {
    let mut scenario =
        Scenario::new("deep-kick", "a client in a group is reported though it lives, and comes back")
            .person("X", 2, &[(Send("Y"), 2)])
            .person("Y", 2, &[(Post, 1), (Leave, 1), (Send("X"), 1)]);
    scenario.setup = vec![("X", Create("g")), ("Y", Join("g"))];
    scenario.sessions = 3;
    scenario.limits.attempts = 2;
    scenario.suspicions = vec![Attempt, Probe];
    scenario.deep = true;
    scenario.witnesses = &["probe-saved-the-living", "probed-out", "taken-for-dead", "direct-queued"];
    scenario
}

fn deep_group() -> Scenario {
    let mut scenario =
        Scenario::new("deep-group", "three members post, leave and come back, and may be removed")
            .person("X", 2, &[(Post, 2), (Leave, 1), (Join("g"), 1)])
            .person("Y", 2, &[(Post, 1), (Leave, 1), (Join("g"), 1)])
            .person("Z", 0, &[]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g")), ("Z", Join("g"))];
    scenario.limits.window = 2;
    scenario.limits.reach = 2;
    scenario.suspicions = vec![PostTimer];
    scenario.deep = true;
    scenario.witnesses =
        &["posted", "posts-gathered", "post-ahead", "member-removed", "removed-and-rejoined", "window-full"];
    scenario
}

fn deep_anything() -> Scenario {
    let mut scenario = Scenario::new("deep-anything", "three people type anything, twice each")
        .person("X", 2, &[(Send("Y"), 1), (Join("g"), 1), (Post, 1), (Leave, 1), (Dereg, 1)])
        .person("Y", 2, &[(Send("X"), 1), (Join("g"), 1), (Post, 1), (Leave, 1)])
        .person("Z", 2, &[(Send("X"), 1), (Join("g"), 1), (Members, 1), (Interrupt, 1)]);
    scenario.setup = vec![("X", Create("g"))];
    scenario.suspicions = vec![];
    scenario.deep = true;
    scenario.witnesses = &["direct-queued", "posted", "left"];
    scenario
}

fn deep_redirected_registration() -> Scenario {
    let mut scenario = Scenario::new(
        "deep-redirected-registration",
        "the network redirects what is sealed while two clients register, and one writes to the other",
    )
    .person("X", 1, &[(Send("Y"), 1)])
    .person("Y", 0, &[]);
    scenario.registered = false;
    scenario.redirects = true;
    scenario.cookies = 2;
    scenario.suspicions = vec![Attempt];
    scenario.deep = true;
    scenario.witnesses = &["registered-elsewhere", "direct-received"];
    scenario
}
