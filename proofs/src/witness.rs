//! Situations that have to occur, so that a promise about them is not empty talk.

mod steps;
mod watching;

use model::client::{Mode, Pending, Phase, Then};
use model::event::Exit;
use model::ids::{Cookie, Token};
use model::packet::{Down, Reply, Request, Up};
use model::{Packet, Timer};
use stateright::actor::{ActorModelAction, Id};

use crate::intruder::{self, Intruder};
use crate::system::history::{Fate, Letter};
use crate::system::{Action, KEY, SERVER, State, living, seat, seats, server};

use steps::{fate_of_cancelled, fates, flushed, is_back, queued};
pub use watching::Witnesses;

/// A situation, seen in a step.
pub struct Witness {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// Whether this step shows it.
    seen: fn(&State, &Action, &State) -> bool,
}

impl Witness {
    /// Whether a step shows it.
    pub fn shows(&self, last: &State, action: &Action, next: &State) -> bool {
        (self.seen)(last, action, next)
    }
}

/// All situations.
pub static ALL: &[Witness] = &[
    Witness {
        name: "direct-received",
        about: "a direct message is acked to its sender",
        seen: |_, _, next| fates(next).any(|fate| fate == Fate::Received),
    },
    Witness {
        name: "direct-queued",
        about: "a direct message waits while its receiver is in a group",
        seen: |_, _, next| queued(next).any(|queued| queued > 0),
    },
    Witness {
        name: "told-queued",
        about: "a sender is told that its direct message waits",
        seen: |_, _, next| fates(next).any(|fate| fate == Fate::Queued),
    },
    Witness {
        name: "withdrawn",
        about: "a cancelled request never takes effect",
        seen: |last, action, _| fate_of_cancelled(last, action) == Some(&Reply::Withdrawn),
    },
    Witness {
        name: "done-though-cancelled",
        about: "a cancelled request has taken effect, which its person learns later",
        seen: |last, action, _| {
            fate_of_cancelled(last, action).is_some_and(|reply| *reply != Reply::Withdrawn)
        },
    },
    Witness {
        name: "report-waited",
        about: "a report waits until it is known what became of a cancelled request",
        seen: |last, action, next| {
            let waits = |state| {
                seats(state).any(|(_, seat)| {
                    let cancelled = seat.client.registered().and_then(|own| own.cancelled.as_ref());
                    matches!(cancelled.and_then(|it| it.then.as_ref()), Some(Then::Report(_)))
                })
            };
            fate_of_cancelled(last, action).is_some() && waits(last) && !waits(next)
        },
    },
    Witness {
        name: "kept-trying",
        about: "a server that did not answer in all attempts answers after all",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver { dst, .. } if usize::from(*dst) != SERVER => {
                let silent = |state| seat(state, usize::from(*dst)).person.silent;
                silent(last) && !silent(next)
            }
            _ => false,
        },
    },
    Witness {
        name: "queue-full",
        about: "a direct message is refused because the queue is full",
        seen: |_, _, next| {
            let refused = |letter: &Letter| letter.to.is_some() && letter.fate == Fate::Refused;
            seats(next).any(|(_, seat)| seat.person.letters.iter().any(refused))
        },
    },
    Witness {
        name: "flushed-on-leaving",
        about: "queued direct messages are shown when the group is left",
        seen: |last, _, next| {
            flushed(last, next, |seat| seat.person.exit.is_none() && seat.client.registered().is_some())
        },
    },
    Witness {
        name: "flushed-on-removal",
        about: "queued direct messages are shown when a member learns that it has been removed",
        seen: |last, action, next| {
            let learns = matches!(
                action,
                ActorModelAction::Deliver { msg: Packet::Down { down: Down::Removed { .. }, .. }, .. }
            );
            learns && flushed(last, next, |seat| seat.client.registered().is_some())
        },
    },
    Witness {
        name: "flushed-on-dereg",
        about: "queued direct messages are shown when deregistering",
        seen: |last, _, next| flushed(last, next, |seat| seat.person.exit == Some(Exit::Deregistered)),
    },
    Witness {
        name: "flushed-on-silence",
        about: "queued direct messages are shown when the server does not answer",
        seen: |last, _, next| flushed(last, next, |seat| seat.person.exit == Some(Exit::ServerSilent)),
    },
    Witness {
        name: "flushed-on-session-lost",
        about: "queued direct messages are shown when the session is lost",
        seen: |last, _, next| flushed(last, next, |seat| matches!(seat.client.phase, Phase::Registering(_))),
    },
    Witness {
        name: "fate-unknown",
        about: "a direct message was accepted, but its sender got no ack",
        seen: |_, _, next| {
            seats(next).any(|(_, author)| {
                author.person.letters.iter().any(|letter| {
                    letter.fate == Fate::Unknown
                        && seats(next).any(|(_, reader)| {
                            reader.person.directs.contains_key(&(letter.from.clone(), letter.text.clone()))
                        })
                })
            })
        },
    },
    Witness {
        name: "reply-from-memory",
        about: "a repeated request gets the same reply again",
        seen: |last, action, _| match action {
            ActorModelAction::Deliver {
                msg: Packet::Up { pass, up: Up::Request { number, .. } }, ..
            } => {
                let record = server(last).sessions.get(&pass.session);
                record.and_then(|record| record.last.as_ref()).is_some_and(|(known, _)| known == number)
            }
            _ => false,
        },
    },
    Witness {
        name: "probe-saved-the-living",
        about: "a suspected client answers a probe and stays",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver { msg: Packet::Up { pass, up: Up::Alive(_) }, .. } => {
                let probed =
                    |state| server(state).online(pass.session).is_some_and(|online| online.probe.is_some());
                probed(last) && !probed(next)
            }
            _ => false,
        },
    },
    Witness {
        name: "probed-out",
        about: "a client that does not answer probes is taken offline",
        seen: |last, action, next| match action {
            ActorModelAction::Timeout(_, model::Timer::Probe(session)) => {
                server(last).online(*session).is_some() && server(next).online(*session).is_none()
            }
            _ => false,
        },
    },
    Witness {
        name: "taken-for-dead",
        about: "a client that lives is taken offline, learns of it and registers again",
        seen: |_, action, _| {
            matches!(action, ActorModelAction::Deliver { msg: Packet::Down { down: Down::Gone, .. }, .. })
        },
    },
    Witness {
        name: "name-taken",
        about: "a registration is refused because of the name",
        seen: |_, _, next| seats(next).any(|(_, seat)| seat.person.exit == Some(Exit::NameTaken)),
    },
    Witness {
        name: "address-taken",
        about: "a registration is refused because of the address",
        seen: |_, _, next| seats(next).any(|(_, seat)| seat.person.exit == Some(Exit::AddressTaken)),
    },
    Witness {
        name: "name-registered-anew",
        about: "a name is registered anew after its holder left",
        seen: |last, _, next| {
            let (last, next) = (server(last), server(next));
            last.next_session < next.next_session
                && last.directory.entries().count() == next.directory.entries().count()
        },
    },
    Witness {
        name: "updates-gathered",
        about: "one update brings more than one change",
        seen: |_, action, _| match action {
            ActorModelAction::Deliver { msg: Packet::Down { down: Down::Update(update), .. }, .. } => {
                update.to.0 > update.base.0 + 1
            }
            _ => false,
        },
    },
    Witness {
        name: "posted",
        about: "a post is shown to another member",
        seen: |_, _, next| {
            seats(next).any(|(_, seat)| seat.person.posts.values().any(|posts| !posts.is_empty()))
        },
    },
    Witness {
        name: "posts-gathered",
        about: "posts gather while one is unanswered, and go out together",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver { msg: Packet::Up { pass, up: Up::PostAck { .. } }, .. } => {
                let out = |state| server(state).membership(pass.session).map_or(0, |it| it.unanswered);
                out(last) > 0 && out(next) > out(last)
            }
            _ => false,
        },
    },
    Witness {
        name: "post-ahead",
        about: "a post comes before its turn and waits",
        seen: |_, _, next| {
            seats(next).any(|(_, seat)| match seat.client.registered().map(|own| &own.mode) {
                Some(Mode::Group { ahead, .. }) => !ahead.is_empty(),
                _ => false,
            })
        },
    },
    Witness {
        name: "window-full",
        about: "a post waits for room in the window",
        seen: |_, _, next| !server(next).window.queue.is_empty(),
    },
    Witness {
        name: "member-removed",
        about: "a member that does not ack is removed",
        seen: |last, action, next| match action {
            ActorModelAction::Timeout(_, model::Timer::Post(session)) => {
                server(last).membership(*session).is_some() && server(next).membership(*session).is_none()
            }
            _ => false,
        },
    },
    Witness {
        name: "removed-and-rejoined",
        about: "a member that was removed joins again and is shown a post",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver {
                dst,
                msg: Packet::Down { down: Down::Post { join, index, .. }, .. },
                ..
            } => {
                let actor = usize::from(*dst);
                let rejoined = join.0 > 1 && index.0 > 0;
                rejoined && seat(last, actor).person.posts != seat(next, actor).person.posts
            }
            _ => false,
        },
    },
    Witness {
        name: "request-deferred",
        about: "a request waits because its session has asked too much, and is carried out later",
        seen: |last, action, next| match action {
            ActorModelAction::Timeout(_, model::Timer::Refill(session)) => {
                let waits = |state| {
                    server(state).online(*session).is_some_and(|online| online.bucket.deferred.is_some())
                };
                waits(last) && !waits(next)
            }
            _ => false,
        },
    },
    Witness {
        name: "stranger-unanswered",
        about: "a client registers again while its bucket is empty",
        seen: |last, action, next| match action {
            ActorModelAction::Timeout(id, model::Timer::Attempt) => {
                let asks = seat(next, usize::from(*id)).client.registering().is_some();
                asks && server(last).strangers.contains_key(&KEY.bucket(*id))
            }
            _ => false,
        },
    },
    Witness {
        name: "registered-elsewhere",
        about: "a client is registered at an address that is not its own, because the network redirects",
        seen: |_, _, next| {
            seats(next).any(|(actor, seat)| {
                let pass = seat.client.registered().map(|own| own.pass);
                pass.is_some_and(|pass| pass.token != KEY.token(pass.session, Id::from(actor)))
            })
        },
    },
    Witness {
        name: "group-exists",
        about: "two people create the same group and one of them succeeds",
        seen: |_, action, _| {
            matches!(
                action,
                ActorModelAction::Deliver {
                    msg: Packet::Down { down: Down::Reply { reply: Reply::GroupExists, .. }, .. },
                    ..
                }
            )
        },
    },
    Witness {
        name: "crashed-member",
        about: "a member has crashed and is removed or taken offline",
        seen: |last, _, next| {
            let members =
                |state| server(state).groups.values().map(|group| group.members.len()).sum::<usize>();
            last.crashed.iter().any(|crashed| *crashed) && members(next) < members(last)
        },
    },
    Witness {
        name: "kicked",
        about: "a client is told that the operator has put it out",
        seen: |_, _, next| seats(next).any(|(_, seat)| seat.person.exit == Some(Exit::Kicked)),
    },
    Witness {
        name: "told-late-of-the-kick",
        about: "a client that was put out and has not heard of it says something, and is told",
        seen: |last, action, _| match action {
            ActorModelAction::Deliver { msg: Packet::Up { pass, .. }, .. } => {
                let kicked = server(last).sessions.get(&pass.session).is_some_and(|record| record.kicked);
                let unaware = |(_, seat): (usize, &crate::system::seat::SeatState)| {
                    seat.client.registered().is_some_and(|own| own.pass == *pass)
                };
                kicked && seats(last).any(unaware)
            }
            _ => false,
        },
    },
    Witness {
        name: "flushed-on-kick",
        about: "queued direct messages are shown when the operator puts a client out",
        seen: |last, _, next| flushed(last, next, |seat| seat.person.exit == Some(Exit::Kicked)),
    },
    Witness {
        name: "stopped",
        about: "the server stops while a request is under way",
        seen: |last, _, next| {
            let asks = |(_, seat): (usize, &crate::system::seat::SeatState)| {
                matches!(seat.client.pending(), Some(model::client::Pending::Request(_)))
            };
            !server(last).stopped && server(next).stopped && seats(next).any(asks)
        },
    },
    Witness {
        name: "told-of-the-stop",
        about: "a client is told that the server stops",
        seen: |_, _, next| seats(next).any(|(_, seat)| seat.person.stops > 0),
    },
    Witness {
        name: "direct-after-stop",
        about: "a direct message is acked to its sender after the server has stopped",
        seen: |last, _, next| {
            let received =
                |state| fates(state).filter(|fate| matches!(fate, Fate::Received | Fate::Queued)).count();
            server(last).stopped && received(next) > received(last)
        },
    },
    Witness {
        name: "server-back",
        about: "the server crashes and comes back with what it has saved",
        seen: |_, action, next| is_back(action) && !server(next).sessions.is_empty(),
    },
    Witness {
        name: "acks-lost",
        about: "the server crashes before it has written that somebody has acked something",
        seen: |last, action, next| match action {
            ActorModelAction::Crash(id) if usize::from(*id) == SERVER => {
                server(last).saved() != server(next).saved()
            }
            _ => false,
        },
    },
    Witness {
        name: "back-with-a-post",
        about: "the server comes back with a post that some member has not acked",
        seen: |_, action, next| is_back(action) && server(next).posts > 0,
    },
    Witness {
        name: "back-with-a-suspect",
        about: "the server comes back and probes whom it had been probing",
        seen: |_, action, next| {
            let probed = |timer: &Timer| matches!(timer, Timer::Probe(_));
            is_back(action) && next.timers_set[SERVER].iter().any(probed)
        },
    },
    Witness {
        name: "saved-reply-awaited",
        about: "the server comes back, and a client repeats a request that has been carried out before",
        seen: |_, action, next| {
            is_back(action)
                && living(next).any(|(_, seat)| {
                    let client = &seat.client;
                    let record =
                        client.registered().and_then(|own| server(next).sessions.get(&own.pass.session));
                    let saved = record.and_then(|record| record.last.as_ref()).map(|(number, _)| *number);
                    matches!(client.pending(), Some(Pending::Request(asked)) if Some(asked.number) == saved)
                })
        },
    },
    Witness {
        name: "stranger-challenged",
        about: "somebody who has proven nothing is sent a challenge, perhaps to the address of another",
        seen: |last, action, _| match action {
            ActorModelAction::Deliver { msg: Packet::Register { nonce, cookie, .. }, .. } => {
                intruder::seat(last).is_some() && *nonce == Intruder::NONCE && *cookie == Cookie::NONE
            }
            _ => false,
        },
    },
    Witness {
        name: "gone-to-a-forged-address",
        about: "a client is told that a session is gone that it never had, because somebody used its address",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver { src, msg: Packet::Up { pass, .. }, .. } => {
                let (client, unknown) = (usize::from(*src), Token::default());
                let is_client = client != SERVER && Some(client) != intruder::seat(last);
                is_client && pass.token == unknown && !server(next).sessions.contains_key(&pass.session)
            }
            _ => false,
        },
    },
    Witness {
        name: "intruder-registered",
        about: "an intruder is a member, and knows the secrets that it shares with the others",
        seen: |_, _, next| intruder::known(next).is_some_and(|known| !known.secrets.is_empty()),
    },
    Witness {
        name: "living-reported",
        about: "an intruder reports somebody who lives, and the server asks",
        seen: |last, action, next| match action {
            ActorModelAction::Deliver {
                src,
                msg: Packet::Up { up: Up::Request { request: Request::Report(session), .. }, .. },
                ..
            } => {
                let probed = |state| server(state).online(*session).is_some_and(|it| it.probe.is_some());
                Some(usize::from(*src)) == intruder::seat(last) && !probed(last) && probed(next)
            }
            _ => false,
        },
    },
    Witness {
        name: "left",
        about: "a client deregisters",
        seen: |last, action, next| {
            let to_server =
                matches!(action, ActorModelAction::Deliver { dst, .. } if usize::from(*dst) == SERVER);
            let online = |state| server(state).directory.entries().filter(|entry| entry.online).count();
            to_server && online(next) < online(last)
        },
    },
];
