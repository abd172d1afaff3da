//! Direct messages.

use model::client::Mode;
use model::ids::Index;
use model::{Name, Text};

use crate::system::history::{Fate, Letter};
use crate::system::{State, System, living, seats, server};

/// A direct message acked to its sender has been shown, or is queued while its receiver is in a group; outside a group
/// and after exit the queue is empty.
pub(super) fn none_forgotten(_: &System, state: &State) -> bool {
    let kept = received(state).all(|letter| accepted(state, letter));
    let queues = living(state).all(|(_, seat)| {
        seat.client.registered().is_none_or(|own| own.mode != Mode::Alone || own.queue.is_empty())
    });
    kept && queues
}

/// `Received by Y` implies accepted by Y; `received by Server` implies it has an index, and is what others see there;
/// refused implies never shown.
pub(super) fn receipts_true(_: &System, state: &State) -> bool {
    letters(state).all(|letter| match letter.fate {
        Fate::Received => accepted(state, letter),
        Fate::Posted(index) => has_index(state, letter, index),
        Fate::Refused => !accepted(state, letter),
        Fate::Open | Fate::Unknown => true,
    })
}

/// Everything that people have typed.
pub(super) fn letters(state: &State) -> impl Iterator<Item = &Letter> + Clone {
    seats(state).flat_map(|(_, seat)| seat.person.letters.iter())
}

fn received(state: &State) -> impl Iterator<Item = &Letter> {
    letters(state).filter(|letter| letter.fate == Fate::Received)
}

/// Whether the receiver was shown it, or has it in its queue, or had it there when its client was killed.
fn accepted(state: &State, letter: &Letter) -> bool {
    let key = (letter.from.clone(), letter.text.clone());
    let queued = |own: &model::client::Registered| own.queue.contains(&key);
    seats(state).any(|(_, seat)| {
        seat.person.directs.contains_key(&key)
            || seat.person.lost.contains(&key)
            || seat.client.registered().is_some_and(queued)
    })
}

/// Whether the group has given out the index, and nobody sees another post there.
fn has_index(state: &State, letter: &Letter, index: Index) -> bool {
    let Some(name) = &letter.group else { return false };
    let given = server(state).groups.get(name).is_some_and(|group| index < group.next);
    let same = |(place, from, text): &(Index, Name, Text)| {
        (*place == index) == (*from == letter.from && *text == letter.text)
    };
    given
        && seats(state)
            .all(|(_, seat)| seat.person.posts.get(name).is_none_or(|posts| posts.iter().all(same)))
}
