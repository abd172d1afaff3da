//! What an operator can look up.

use model::event::Person;
use model::{Name, Notice};

/// How the server stands, as far as its notices tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// The client table.
    pub(crate) people: Vec<Person>,
    /// The group table.
    pub(crate) groups: Vec<(Name, Vec<Name>)>,
    /// Posts that got an index.
    pub(crate) posts: u64,
    /// Members that were removed because they did not ack.
    pub(crate) removals: u64,
    /// Clients that the operator has put out.
    pub(crate) kicks: u64,
}

impl Board {
    /// Takes note.
    pub(crate) fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::Clients(people) => self.people.clone_from(people),
            Notice::Groups(groups) => self.groups.clone_from(groups),
            Notice::Posted { .. } => self.posts += 1,
            Notice::Removed { .. } => self.removals += 1,
            Notice::Kicked { .. } => self.kicks += 1,
            Notice::Started
            | Notice::GroupCreated { .. }
            | Notice::GroupRefused { .. }
            | Notice::Joined { .. }
            | Notice::JoinRefused { .. }
            | Notice::Left { .. }
            | Notice::ListedGroups { .. }
            | Notice::ListedMembers { .. }
            | Notice::KickRefused { .. }
            | Notice::Stopped { .. } => {}
        }
    }

    /// How many clients are online.
    pub(crate) fn online(&self) -> usize {
        self.people.iter().filter(|person| person.online).count()
    }
}
