//! What the promises look at: people, and what their clients and the server hold, whichever protocol they speak.

use std::collections::VecDeque;

use model::ids::{Index, RequestNumber, Version};
use model::{Name, Text};
use stateright::actor::Id;

use crate::system::history::{History, Letter};

/// A state of a server and some clients with their persons.
pub trait Society {
    /// What tells one registration from another.
    type Identity: Clone + Ord;

    /// Everybody, also whose client has crashed.
    fn people(&self) -> impl Iterator<Item = Seated<'_>> + Clone;
    /// Whether a client has, or once had, this name.
    fn is_called(&self, actor: usize, name: &Name) -> bool;
    /// What a client holds while it is registered.
    fn standing(&self, actor: usize) -> Option<Standing<'_, Self::Identity>>;
    /// A client's version of the directory.
    fn version(&self, actor: usize) -> Version;
    /// Whether a client's directory has the same entries as the server's.
    fn is_same_directory(&self, actor: usize) -> bool;

    /// The server's version of the directory.
    fn current(&self) -> Version;
    /// The server's directory.
    fn listed(&self) -> impl Iterator<Item = Listed<'_, Self::Identity>>;
    /// Whether the server has ever given out this identity.
    fn was_given(&self, identity: &Self::Identity) -> bool;
    /// Whether the server takes it for online.
    fn is_online(&self, identity: &Self::Identity) -> bool;
    /// Where the server has it as a member, as far as the server knows from the identity.
    fn stay(&self, identity: &Self::Identity) -> Option<Stay<'_>>;
    /// The members of all groups.
    fn members(&self) -> impl Iterator<Item = Member<'_, Self::Identity>> + Clone;
    /// All groups, each with the next index that it gives out.
    fn groups(&self) -> impl Iterator<Item = (&Name, Index)>;
    /// How many registrations have taken effect.
    fn sessions_given(&self) -> u64;
    /// How many registrations have been asked for.
    fn registrations(&self) -> u64;
    /// Whether the server has given a post some index. Asked only where a receipt names none.
    fn has_taken(&self, _letter: &Letter) -> bool {
        false
    }
}

/// A person with a client.
#[derive(Clone, Copy)]
pub struct Seated<'a> {
    /// The client.
    pub actor: usize,
    /// What the person has typed and seen.
    pub person: &'a History,
    /// Whether the client has not crashed.
    pub living: bool,
}

/// What a client holds while it is registered.
pub struct Standing<'a, I> {
    /// Under which it is registered.
    pub identity: I,
    /// Direct messages that wait.
    pub queue: &'a VecDeque<(Name, Text)>,
    /// Where it takes itself for a member.
    pub stay: Option<Stay<'a>>,
    /// The stay that begins if the request under way has taken effect.
    pub joining: Option<RequestNumber>,
}

/// One stay in a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stay<'a> {
    /// The group.
    pub group: &'a Name,
    /// The request that joined. A protocol without numbers always says the same.
    pub join: RequestNumber,
}

/// A line of the directory.
pub struct Listed<'a, I> {
    /// Whose.
    pub identity: I,
    /// Under which name.
    pub name: &'a Name,
    /// At which address.
    pub address: Id,
    /// Whether online.
    pub online: bool,
}

/// A line of the group table.
pub struct Member<'a, I> {
    /// The group.
    pub group: &'a Name,
    /// The member's name.
    pub name: &'a Name,
    /// The member.
    pub identity: I,
}

/// Everybody whose client has not crashed.
pub(super) fn living<S: Society>(society: &S) -> impl Iterator<Item = Seated<'_>> + Clone {
    society.people().filter(|seated| seated.living)
}

/// Everything that people have typed.
pub(super) fn letters<S: Society>(society: &S) -> impl Iterator<Item = &Letter> + Clone {
    society.people().flat_map(|seated| seated.person.letters.iter())
}
