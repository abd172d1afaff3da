//! Direct messages, and what their senders are told.

use model::ids::Index;
use model::{Name, Text};

use crate::system::history::{Fate, Letter};

use super::society::{Society, letters, living};

/// A direct message acked to its sender has been shown, or is queued while its receiver is in a group; outside a group
/// and after exit the queue is empty.
pub(crate) fn none_forgotten<S: Society>(society: &S) -> bool {
    let kept = letters(society)
        .filter(|letter| matches!(letter.fate, Fate::Received | Fate::Queued))
        .all(|letter| accepted(society, letter));
    kept && living(society).all(|seated| {
        society.standing(seated.actor).is_none_or(|own| own.stay.is_some() || own.queue.is_empty())
    })
}

/// `Received by Y` implies shown there; `queued at Y` implies that it waits there or has been shown since; `received by
/// Server` implies it has an index, and is what others see there; refused or withdrawn implies never shown.
pub(crate) fn receipts_true<S: Society>(society: &S) -> bool {
    letters(society).all(|letter| match letter.fate {
        Fate::Received => shown(society, letter),
        Fate::Queued => accepted(society, letter),
        Fate::Posted(index) => has_index(society, letter, index),
        Fate::Taken => society.has_taken(letter),
        Fate::Refused => !accepted(society, letter) && !posted(society, letter),
        Fate::Open | Fate::Unknown => true,
    })
}

/// Whether the receiver was shown it, or has it in its queue, or had it there when its client was killed.
fn accepted<S: Society>(society: &S, letter: &Letter) -> bool {
    let key = (letter.from.clone(), letter.text.clone());
    society.people().any(|seated| {
        seated.person.directs.contains_key(&key)
            || seated.person.lost.contains(&key)
            || society.standing(seated.actor).is_some_and(|own| own.queue.contains(&key))
    })
}

/// Whether the receiver was shown it.
fn shown<S: Society>(society: &S, letter: &Letter) -> bool {
    let key = (letter.from.clone(), letter.text.clone());
    society.people().any(|seated| seated.person.directs.contains_key(&key))
}

/// Whether anybody was shown it as a post.
fn posted<S: Society>(society: &S, letter: &Letter) -> bool {
    let is_it = |(_, from, text): &(Index, Name, Text)| (from, text) == (&letter.from, &letter.text);
    society.people().any(|seated| seated.person.posts.values().flatten().any(is_it))
}

/// Whether the group has given out the index, and nobody sees another post there.
fn has_index<S: Society>(society: &S, letter: &Letter, index: Index) -> bool {
    let Some(name) = &letter.group else { return false };
    let same = |(place, from, text): &(Index, Name, Text)| {
        (*place == index) == (*from == letter.from && *text == letter.text)
    };
    society.groups().any(|(group, next)| group == name && index < next)
        && society
            .people()
            .all(|seated| seated.person.posts.get(name).is_none_or(|posts| posts.iter().all(same)))
}
