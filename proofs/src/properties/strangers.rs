//! What nobody can do to somebody else. That nobody is spoken for where people can see it, `shown-true` and `receipts-true`
//! say.

use model::client::{Mode, Phase, Registered};
use model::event::Exit;
use model::ids::Session;
use model::packet::Request;

use crate::intruder::{self, Intruder};
use crate::scenario::{Errand, Suspicion, Wish};
use crate::system::envelopes::awaited;
use crate::system::history::{Fate, History};
use crate::system::seat::SeatState;
use crate::system::{State, System, living, seats, server};

/// Where nobody is wrongly taken for dead, a session lasts, and so does a stay in a group, until its own person or the
/// operator ends it; and nobody is refused a name that nobody else has.
pub(super) fn left_alone(system: &System, state: &State) -> bool {
    let wrongly = |suspicion| system.scenario.suspicions.contains(&suspicion);
    if wrongly(Suspicion::Probe) {
        return true;
    }
    living(state).all(|(actor, seat)| match &seat.client.phase {
        Phase::Registered(own) => {
            is_leaving(seat, own)
                || is_kicked(state, own.pass.session)
                || (server(state).online(own.pass.session).is_some()
                    && (wrongly(Suspicion::Post) || stays(state, own)))
        }
        // The directory begins with the first session.
        Phase::Registering(_) => {
            seat.client.directory.entries().next().is_none() || has_thought_better(system, actor, seat)
        }
        Phase::Exited(Exit::NameTaken) => is_wanted_by_others(system, state, actor),
        // A network that redirects can have a registration come from an address that somebody has, as it can lose it.
        Phase::Exited(Exit::AddressTaken) => seat.life > 0 || system.scenario.redirects,
        Phase::Exited(Exit::ServerFull | Exit::NameReserved) => false,
        Phase::Exited(Exit::Kicked) => system.scenario.errands.iter().any(|it| matches!(it, Errand::Kick(_))),
        Phase::Exited(Exit::Deregistered | Exit::ServerSilent) => true,
    })
}

/// Whatever the server takes for said by a session was said by its client: requests, posts and acks.
pub(super) fn own_word(state: &State) -> bool {
    living(state).all(|(_, seat)| {
        let Some(own) = seat.client.registered() else { return true };
        let session = own.pass.session;
        let Some(record) = server(state).sessions.get(&session) else { return true };
        let asked = record.last.as_ref().is_none_or(|(number, _)| *number <= own.last_request);
        let acked = record.online.as_ref().is_none_or(|online| {
            online.sync.acked <= seat.client.directory.version
                && online.membership.as_ref().is_none_or(|member| match &own.mode {
                    // Its own posts have their place at the server before it hears of it.
                    Mode::Group { join, next, .. } if *join == member.join => {
                        member.acked.0.saturating_sub(next.0) <= unplaced(&seat.person)
                    }
                    _ => true,
                })
        });
        asked && acked && wrote(state, session, &seat.person)
    })
}

/// Nobody knows a token or a pair secret but those whose it is.
pub(super) fn secrets_kept(system: &System, state: &State) -> bool {
    let (config, book) = (&system.server().config, system.book());
    let key = &config.key;
    let clients = seats(state).all(|(actor, seat)| {
        let Some(own) = seat.client.registered() else { return true };
        let session = own.pass.session;
        // A network that redirects may have it registered at another address, the first free one included.
        let addresses = if system.scenario.redirects { 0..=state.actor_states.len() } else { actor..=actor };
        let is_at = |actor: usize| own.pass.token == key.token(session, book.address(actor.into()));
        addresses.into_iter().any(is_at)
            && seat.client.directory.listings().all(|it| it.secret == key.pair(session, it.entry.session))
    });
    let Some((known, place)) = intruder::known(state).zip(intruder::seat(state)) else { return clients };
    let own: Vec<Session> = known.passes.iter().map(|pass| pass.session).collect();
    let given = || (config.first_session.0..server(state).next_session.0).map(Session);
    let may_know = |secret| own.iter().any(|&one| given().any(|other| key.pair(one, other) == secret));
    clients
        && known.passes.iter().all(|pass| pass.token == key.token(pass.session, place.into()))
        && known.secrets.iter().all(|&secret| may_know(secret))
}

/// An address that nobody has proven never gets more datagrams, nor more bytes, than came from it.
pub(super) fn no_amplification(state: &State) -> bool {
    intruder::known(state).is_none_or(|known| !known.amplified)
}

/// Whether its person has asked for the end, and cancelled that when it may have been too late.
fn has_thought_better(system: &System, actor: usize, seat: &SeatState) -> bool {
    let took = |wish: fn(&Wish) -> bool| {
        let menu = system.seat(actor).person.menu.iter().zip(&seat.taken);
        menu.into_iter().any(|(dish, taken)| *taken > 0 && wish(&dish.wish))
    };
    took(|wish| matches!(wish, Wish::Cancel)) && took(|wish| matches!(wish, Wish::Dereg | Wish::Interrupt))
}

fn is_leaving(seat: &SeatState, own: &Registered) -> bool {
    has_asked(own, &Request::Deregister) || seat.client.leaving
}

/// Whether a request may have taken effect, also if its person does not wait for it any more.
fn has_asked(own: &Registered, request: &Request) -> bool {
    awaited(own).any(|(_, asked)| asked == request)
}

/// Whether the operator has put it out.
fn is_kicked(state: &State, session: Session) -> bool {
    server(state).sessions.get(&session).is_some_and(|record| record.kicked)
}

/// Whether the server still has the client where the client takes itself to be.
fn stays(state: &State, own: &Registered) -> bool {
    let leaves = has_asked(own, &Request::LeaveGroup);
    let stay = server(state).membership(own.pass.session).map(|member| member.join);
    own.mode.join().is_none_or(|join| leaves || stay == Some(join))
}

/// Whether somebody else may have the name of this one.
fn is_wanted_by_others(system: &System, state: &State, actor: usize) -> bool {
    let scenario = &system.scenario;
    let name = &scenario.people[actor - 1].name;
    let again = seats(state).any(|(other, seat)| other == actor && seat.life > 0);
    again
        || scenario.intruder.is_some_and(Intruder::registers)
        || scenario.people.iter().filter(|person| person.name == *name).count() > 1
}

/// Posts that it has typed and not been told the place of.
fn unplaced(person: &History) -> u64 {
    let open = |fate| matches!(fate, Fate::Open | Fate::Unknown | Fate::Posted(_));
    person.letters.iter().filter(|letter| letter.to.is_none() && open(letter.fate)).count() as u64
}

/// Whether all posts that the server keeps as this session's are this person's.
fn wrote(state: &State, session: Session, person: &History) -> bool {
    let posts = server(state).groups.values().flat_map(|group| &group.log);
    posts
        .filter(|post| post.sender == session)
        .all(|post| person.letters.iter().any(|letter| letter.to.is_none() && letter.text == post.text))
}
