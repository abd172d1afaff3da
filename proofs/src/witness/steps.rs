//! What can be seen of a step.

use model::Packet;
use model::packet::{Down, Reply};
use stateright::actor::ActorModelAction;

use crate::system::history::Fate;
use crate::system::seat::SeatState;
use crate::system::{Action, SERVER, State, seat, seats};

/// What the server says, in this step, about a request that was cancelled.
pub(super) fn fate_of_cancelled<'a>(last: &State, action: &'a Action) -> Option<&'a Reply> {
    let ActorModelAction::Deliver {
        dst,
        msg: Packet::Down { pass, down: Down::Reply { number, reply } },
        ..
    } = action
    else {
        return None;
    };
    let own = seat(last, usize::from(*dst)).client.registered()?;
    let number_fits = own.cancelled.as_ref().is_some_and(|cancelled| cancelled.number == *number);
    (own.pass == *pass && number_fits).then_some(reply)
}

pub(super) fn is_back(action: &Action) -> bool {
    matches!(action, ActorModelAction::Recover(id) if usize::from(*id) == SERVER)
}

pub(super) fn fates(state: &State) -> impl Iterator<Item = Fate> {
    seats(state).flat_map(|(_, seat)| seat.person.letters.iter().map(|letter| letter.fate))
}

pub(super) fn queued(state: &State) -> impl Iterator<Item = usize> {
    seats(state).filter_map(|(_, seat)| Some(seat.client.registered()?.queue.len()))
}

/// Whether somebody's queue was emptied in this step, and the person is then in a certain position.
pub(super) fn flushed(last: &State, next: &State, position: fn(&SeatState) -> bool) -> bool {
    let waiting = |state: &State, actor| {
        seat(state, actor).client.registered().is_some_and(|own| !own.queue.is_empty())
    };
    seats(next).any(|(actor, after)| waiting(last, actor) && !waiting(next, actor) && position(after))
}
