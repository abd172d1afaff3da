//! Broken variants of the protocol. A promise that nobody has seen fail proves little: each of these undoes one thing that an
//! actor has just done, and has to break the promise that it names.

mod network;

use std::sync::Arc;

use model::Timer;
use model::client::{Mode, Phase};
use model::ids::{PairSecret, Pass};
use model::packet::{Packet, Refusal, Reply, Verdict};
use model::server::saved::Saved;
use model::{ClientState, ServerState};
use stateright::actor::Network;

use crate::intruder::{self, Known};
use crate::system::disk::{Disk, Storage};
use crate::system::role::RoleState;
use crate::system::seat::SeatState;
use crate::system::{Envelope, SERVER, State};

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

/// What was saved in this step waits, and what was to be saved before is written.
fn save_late(last: &State, next: &mut State) {
    let (before, after) = (Disk::of(last), Disk::of(next));
    if after == before || after.crashes > before.crashes {
        return;
    }
    let all = |disk: &Disk| {
        let mut saved = Saved::clone(&disk.written);
        saved.fold(disk.waiting.clone());
        saved
    };
    let (written, mut waiting) = (all(&before), all(&after));
    for part in
        written.parts.keys().filter(|part| !waiting.parts.contains_key(part)).cloned().collect::<Vec<_>>()
    {
        waiting.parts.insert(part, None);
    }
    waiting.parts.retain(|part, value| written.parts.get(part) != Some(value));
    waiting.may_wait = true;
    let disk = Disk { written: Arc::new(written), waiting, crashes: after.crashes };
    next.actor_storages[SERVER] = Some(Storage::Disk(disk));
}

fn on_server(state: &mut State, change: impl FnOnce(&mut ServerState)) {
    if let RoleState::Server(server) = Arc::make_mut(&mut state.actor_states[SERVER]) {
        change(server);
    }
}

fn on_intruder(state: &mut State, change: impl FnOnce(&State, &mut Known)) {
    let Some((seat, mut known)) = intruder::seat(state).zip(intruder::known(state).cloned()) else { return };
    change(state, &mut known);
    state.actor_states[seat] = Arc::new(RoleState::Intruder(known));
}

/// Those of all people who are registered.
fn passes(state: &State) -> Vec<Pass> {
    crate::system::seats(state).filter_map(|(_, seat)| seat.client.registered().map(|own| own.pass)).collect()
}

/// Those of all people who know each other.
fn secrets(state: &State) -> Vec<PairSecret> {
    let of = |(_, seat)| {
        let seat: &SeatState = seat;
        seat.client.directory.listings().map(|listing| listing.secret).collect::<Vec<_>>()
    };
    crate::system::seats(state).flat_map(of).collect()
}

fn answer_at_length(_: &State, next: &mut State) {
    let Network::UnorderedDuplicating(envelopes, _) = &mut next.network else { return };
    let is_challenge = |it: &&Envelope| matches!(it.msg, Packet::Challenge { .. });
    let more: Vec<Envelope> = envelopes.iter().filter(is_challenge).cloned().collect();
    for Envelope { src, dst, msg } in more {
        if let Packet::Challenge { nonce, .. } = msg {
            envelopes.insert(Envelope { src, dst, msg: Packet::Refused { nonce, refusal: Refusal::Full } });
        }
    }
}

fn on_clients(state: &mut State, change: impl Fn(&mut SeatState)) {
    for actor in &mut state.actor_states {
        if let RoleState::Seat(seat) = Arc::make_mut(actor) {
            change(seat);
        }
    }
}

fn mode(client: &mut ClientState) -> Option<&mut Mode> {
    match &mut client.phase {
        Phase::Registered(own) => Some(&mut own.mode),
        Phase::Registering(_) | Phase::Exited(_) => None,
    }
}

fn keep_mode(last: &State, next: &mut State) {
    for (actor, before) in crate::system::seats(last) {
        let kept = before.client.registered().map(|own| own.mode.clone());
        if let RoleState::Seat(seat) = Arc::make_mut(&mut next.actor_states[actor])
            && let (Some(kept @ Mode::Group { .. }), Some(mode @ Mode::Alone)) =
                (kept, mode(&mut seat.client))
        {
            *mode = kept;
        }
    }
}

fn keep_members(last: &State, next: &mut State) {
    let before = &crate::system::server(last).groups;
    let groups: Vec<_> = before.iter().map(|(name, group)| (name.clone(), group.members.clone())).collect();
    on_server(next, |server| {
        for (name, members) in groups {
            let ended = |session: &model::ids::Session| {
                server.sessions.get(session).is_none_or(|it| it.online.is_none())
            };
            let kept: Vec<_> = members.into_iter().filter(|(_, session)| ended(session)).collect();
            if let Some(group) = server.groups.get_mut(&name) {
                group.members.extend(kept);
            }
        }
    });
}

fn drop_queue(last: &State, next: &mut State) {
    for (actor, before) in crate::system::seats(last) {
        let Some(queued) = before.client.registered().map(|own| own.queue.clone()) else { continue };
        if let RoleState::Seat(seat) = Arc::make_mut(&mut next.actor_states[actor])
            && seat.client.registered().is_some_and(|own| own.queue.is_empty())
        {
            seat.person.directs.retain(|direct, _| !queued.contains(direct));
        }
    }
}

fn keep_gathered(last: &State, next: &mut State) {
    let before = crate::system::server(last);
    let mut kept = Vec::new();
    on_server(next, |server| {
        for (session, record) in &mut server.sessions {
            let Some(was) = before.membership(*session).filter(|was| was.unanswered > 0) else { continue };
            if let Some(now) = record.online.as_mut().and_then(|online| online.membership.as_mut())
                && now.acked >= was.sent
                && now.unanswered > 0
            {
                server.window.unanswered -= now.unanswered;
                (now.sent, now.unanswered, now.attempts) = (now.acked, 0, 0);
                kept.push(Timer::Post(*session));
            }
        }
    });
    for timer in kept {
        next.timers_set[SERVER].cancel(&timer);
    }
}

fn keep_leaver(last: &State, next: &mut State) {
    let before = crate::system::server(last);
    on_server(next, |server| {
        for (session, record) in &mut server.sessions {
            let (Some(online), Some((_, Reply::Left))) = (&mut record.online, &record.last) else { continue };
            let Some(membership) = before.membership(*session) else { continue };
            if let Some(group) = server.groups.get_mut(&membership.group) {
                group.members = before.groups[&membership.group].members.clone();
                online.membership = Some(membership.clone());
            }
        }
    });
}
