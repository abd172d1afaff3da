//! Broken variants of the protocol. A promise that nobody has seen fail proves little: each of these undoes one thing that an
//! actor has just done, and has to break the promise that it names.

mod changes;
mod network;

use model::Timer;
use model::client::{Mode, Phase};
use model::packet::{Reply, Verdict};

use changes::{
    answer_at_length, drop_queue, keep_gathered, keep_leaver, keep_members, keep_mode, mode, on_clients,
    on_intruder, on_server, passes, save_late, secrets,
};

use crate::system::{SERVER, State};

/// A broken variant.
#[derive(Clone, Copy)]
pub struct Sabotage {
    /// Its name.
    pub name: &'static str,
    /// What goes wrong.
    pub about: &'static str,
    /// The promise that it breaks.
    pub breaks: &'static str,
    /// The scenario in which that shows.
    pub scenario: &'static str,
    /// Changes what a step led to, knowing what was before.
    pub apply: fn(&State, &mut State),
}

/// All broken variants; every promise has at least one.
pub static ALL: &[Sabotage] = &[
    Sabotage {
        name: "forgets-what-it-heard",
        about: "a client does not remember which direct messages it has accepted",
        breaks: "shown-once",
        scenario: "direct",
        apply: |_, next| on_clients(next, |seat| seat.client.heard.clear()),
    },
    Sabotage {
        name: "drops-the-queue",
        about: "a client forgets what is queued when it leaves its group",
        breaks: "none-forgotten",
        scenario: "queue",
        apply: drop_queue,
    },
    Sabotage {
        name: "accepts-what-it-refused",
        about: "a client acks a direct message as accepted though its queue was full",
        breaks: "receipts-true",
        scenario: "queue-full",
        apply: |_, next| {
            on_clients(next, |seat| {
                seat.client.heard.values_mut().for_each(|(_, verdict)| *verdict = Verdict::Accepted);
            });
        },
    },
    Sabotage {
        name: "acks-what-waits-as-shown",
        about: "a client acks a direct message as shown though it has only queued it",
        breaks: "receipts-true",
        scenario: "queue-full",
        apply: |_, next| {
            on_clients(next, |seat| {
                for (_, verdict) in seat.client.heard.values_mut() {
                    if *verdict == Verdict::Queued {
                        *verdict = Verdict::Accepted;
                    }
                }
            });
        },
    },
    Sabotage {
        name: "withdraws-in-words-only",
        about: "the server says that a request is withdrawn, and still carries it out when it comes late",
        breaks: "at-most-once",
        scenario: "cancel-in-a-group",
        apply: |last, next| {
            let before = crate::system::server(last);
            on_server(next, |server| {
                for (session, record) in &mut server.sessions {
                    if matches!(record.last, Some((_, Reply::Withdrawn))) {
                        record.last = before.sessions.get(session).and_then(|record| record.last.clone());
                    }
                }
            });
        },
    },
    Sabotage {
        name: "gives-up-in-silence",
        about: "a client that should keep trying sets no timer after its attempts",
        breaks: "settles",
        scenario: "reconnect",
        apply: |last, next| {
            for (actor, _) in crate::system::seats(last) {
                if crate::system::seat(next, actor).person.silent {
                    next.timers_set[actor].cancel_all();
                }
            }
        },
    },
    Sabotage {
        name: "stays-in-the-prompt",
        about: "a client that was told that it has left still takes posts",
        breaks: "members-only",
        scenario: "rejoin",
        apply: keep_mode,
    },
    Sabotage {
        name: "skips-a-post",
        about: "a member takes the post after the next one for the next one",
        breaks: "group-order",
        scenario: "two-senders",
        apply: |_, next| {
            on_clients(next, |seat| {
                if let Some(Mode::Group { next, ahead, .. }) = mode(&mut seat.client)
                    && let Some((first, _)) = ahead.pop_first()
                {
                    *next = first;
                }
            });
        },
    },
    Sabotage {
        name: "mixes-up-authors",
        about: "a post that waits for its turn is shown as somebody else's",
        breaks: "shown-true",
        scenario: "two-senders",
        apply: |_, next| {
            on_server(next, |server| {
                for group in server.groups.values_mut() {
                    let authors: Vec<_> = group.log.iter().map(|post| post.from.clone()).rev().collect();
                    group.log.iter_mut().zip(authors).for_each(|(post, author)| post.from = author);
                }
            });
        },
    },
    Sabotage {
        name: "forgets-its-replies",
        about: "the server does not remember the last request of a session",
        breaks: "at-most-once",
        scenario: "removal",
        apply: |_, next| {
            on_server(next, |server| server.sessions.values_mut().for_each(|record| record.last = None));
        },
    },
    Sabotage {
        name: "reuses-sessions",
        about: "the server gives out a session number again",
        breaks: "names-unique",
        scenario: "same-name",
        apply: |last, next| {
            let first = crate::system::server(last).next_session;
            on_server(next, |server| server.next_session = first);
        },
    },
    Sabotage {
        name: "loses-a-version",
        about: "a client takes an update for older than it is",
        breaks: "directory-forward",
        scenario: "directory-gaps",
        apply: |_, next| {
            on_clients(next, |seat| seat.client.directory.version = seat.client.directory.version.next());
        },
    },
    Sabotage {
        name: "keeps-offline-members",
        about: "the server leaves a member in its group when its session ends, as in the original",
        breaks: "online-members",
        scenario: "exits",
        apply: keep_members,
    },
    Sabotage {
        name: "leaves-in-words-only",
        about: "the server says that a member has left, and keeps it",
        breaks: "one-group",
        scenario: "rejoin",
        apply: keep_leaver,
    },
    Sabotage {
        name: "posts-without-timer",
        about: "the server sends posts and sets no timer",
        breaks: "unresponsive-removed",
        scenario: "posts",
        apply: |_, next| {
            let posts: Vec<Timer> = next.timers_set[SERVER]
                .iter()
                .filter(|timer| matches!(timer, Timer::Post(_)))
                .copied()
                .collect();
            for timer in posts {
                next.timers_set[SERVER].cancel(&timer);
            }
        },
    },
    Sabotage {
        name: "forgets-what-gathered",
        about: "the server does not send what has gathered when what was out is acked",
        breaks: "unresponsive-removed",
        scenario: "two-senders",
        apply: keep_gathered,
    },
    Sabotage {
        name: "carries-out-twice",
        about: "the server keeps a request that had to wait after it has carried it out",
        breaks: "at-most-once",
        scenario: "burst",
        apply: |last, next| {
            let before = crate::system::server(last);
            on_server(next, |server| {
                for (session, record) in &mut server.sessions {
                    let Some(bucket) = before.online(*session).map(|online| &online.bucket) else { continue };
                    if let Some(online) = &mut record.online
                        && bucket.deferred.is_some()
                    {
                        online.bucket = bucket.clone();
                    }
                }
            });
        },
    },
    Sabotage {
        name: "never-refills",
        about: "a bucket that is empty stays empty",
        breaks: "settles",
        scenario: "burst",
        apply: |_, next| {
            let refills: Vec<Timer> = next.timers_set[SERVER]
                .iter()
                .filter(|timer| matches!(timer, Timer::Refill(_)))
                .copied()
                .collect();
            for timer in refills {
                next.timers_set[SERVER].cancel(&timer);
            }
        },
    },
    Sabotage {
        name: "kicks-in-words-only",
        about: "the server ends the session that it kicks, and leaves it in its group",
        breaks: "online-members",
        scenario: "kick-order",
        apply: keep_members,
    },
    Sabotage {
        name: "tells-every-stop",
        about: "a client does not remember that it has told of the stop",
        breaks: "shown-once",
        scenario: "stop",
        apply: |_, next| {
            on_clients(next, |seat| {
                if let Phase::Registered(own) = &mut seat.client.phase {
                    own.last_stop = model::ids::Stop::default();
                }
            });
        },
    },
    Sabotage {
        name: "stops-and-goes-on",
        about: "the server leaves its timers armed when it stops",
        breaks: "unresponsive-removed",
        scenario: "stop",
        apply: |last, next| {
            if crate::system::server(next).stopped {
                let armed: Vec<Timer> = last.timers_set[SERVER].iter().copied().collect();
                for timer in armed {
                    next.timers_set[SERVER].set(timer);
                }
            }
        },
    },
    Sabotage {
        name: "answers-before-it-saves",
        about: "the server saves what an event has changed only with the next event, after its answer has left",
        breaks: "names-unique",
        scenario: "restart",
        apply: save_late,
    },
    Sabotage {
        name: "posts-before-it-saves",
        about: "the server saves a post only with the next event, after members have been sent it",
        breaks: "group-order",
        scenario: "restart-posts",
        apply: save_late,
    },
    Sabotage {
        name: "tells-tokens",
        about: "a server tells a stranger whose address somebody has, with the token",
        breaks: "secrets-kept",
        scenario: "forger",
        apply: |_, next| on_intruder(next, |next, known| known.passes.extend(passes(next))),
    },
    Sabotage {
        name: "takes-any-token",
        about: "the server does not look at tokens: whoever forges an address ends the session there",
        breaks: "left-alone",
        scenario: "forger",
        apply: |_, next| on_intruder(next, |next, known| known.passes.extend(passes(next))),
    },
    Sabotage {
        name: "takes-any-ack",
        about: "the server does not look at tokens: whoever forges an address acks for the session there",
        breaks: "own-word",
        scenario: "forged-posts",
        apply: |_, next| on_intruder(next, |next, known| known.passes.extend(passes(next))),
    },
    Sabotage {
        name: "takes-any-secret",
        about: "clients do not look at pair secrets: whoever forges an address speaks for who is there",
        breaks: "shown-true",
        scenario: "forger",
        apply: |_, next| on_intruder(next, |next, known| known.secrets.extend(secrets(next))),
    },
    Sabotage {
        name: "takes-any-verdict",
        about: "clients do not look at pair secrets: whoever forges an address acks for who is there",
        breaks: "receipts-true",
        scenario: "forger",
        apply: |_, next| on_intruder(next, |next, known| known.secrets.extend(secrets(next))),
    },
    Sabotage {
        name: "believes-reports",
        about: "the server takes a client offline because another one says that it is gone, as in the original",
        breaks: "left-alone",
        scenario: "insider",
        apply: |_, next| {
            on_server(next, |server| {
                for record in server.sessions.values_mut() {
                    record.online.take_if(|online| online.probe.is_some());
                }
            });
        },
    },
    Sabotage {
        name: "answers-at-length",
        about: "the server tells strangers more than that they have to echo a cookie",
        breaks: "no-amplification",
        scenario: "forger",
        apply: answer_at_length,
    },
    Sabotage {
        name: "never-tries-again",
        about: "a client sets no timer for what it sends",
        breaks: "settles",
        scenario: "direct",
        apply: |_, next| next.timers_set[1].cancel_all(),
    },
    Sabotage {
        name: "takes-what-is-for-others",
        about: "a client does not look for which session a direct message is, nor at its secret",
        breaks: "shown-true",
        scenario: "redirected-directs",
        apply: network::for_others,
    },
    Sabotage {
        name: "takes-any-pass",
        about: "a client does not look with which pass the server speaks to it",
        breaks: "shown-true",
        scenario: "redirected-posts",
        apply: network::with_any_pass,
    },
    Sabotage {
        name: "takes-the-address-for-the-token",
        about: "the server knows a session by its address alone",
        breaks: "shown-true",
        scenario: "redirected-posts",
        apply: network::by_address,
    },
];

/// The broken variant of this name.
pub fn find(name: &str) -> Option<&'static Sabotage> {
    ALL.iter().find(|sabotage| sabotage.name == name)
}

/// Finds a broken variant by its name.
///
/// # Errors
/// When there is none of that name; the error lists them all.
pub fn named(name: &str) -> anyhow::Result<&'static Sabotage> {
    let names = || ALL.iter().map(|sabotage| sabotage.name).collect::<Vec<_>>().join(", ");
    find(name).ok_or_else(|| anyhow::anyhow!("unknown sabotage '{name}'; there are: {}", names()))
}
