//! Everything a person can ask of a client.

use serde::{Deserialize, Serialize};

use crate::name::{Name, Text};

/// What a person asks. A client carries out one command at a time: give the next one after
/// [`Event::Ready`](crate::Event::Ready). Only [`Command::Cancel`] and [`Command::Interrupt`] may come at any time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Command {
    /// `send NAME TEXT`
    Send {
        /// Receiver.
        to: Name,
        /// Message.
        text: Text,
    },
    /// `create_group NAME`
    CreateGroup(Name),
    /// `list_groups`
    ListGroups,
    /// `join_group NAME`
    JoinGroup(Name),
    /// `send_group TEXT`
    SendGroup(Text),
    /// `list_members`
    ListMembers,
    /// `leave_group`
    LeaveGroup,
    /// `dereg NAME`; refused unless it is one's own name.
    Dereg(Name),
    /// End of input: deregister, whatever the name.
    Quit,
    /// Ctrl+C or a signal to end: deregister as soon as the command under way is settled.
    Interrupt,
    /// Do not wait for the command under way any longer. What became of it is told as far as it is known, and the rest
    /// before the server is asked for anything else.
    Cancel,
}

impl Command {
    /// What the person wrote to somebody. Every command has one text at most.
    pub fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Command::Send { text, .. } | Command::SendGroup(text) => Some(text),
            Command::CreateGroup(_)
            | Command::ListGroups
            | Command::JoinGroup(_)
            | Command::ListMembers
            | Command::LeaveGroup
            | Command::Dereg(_)
            | Command::Quit
            | Command::Interrupt
            | Command::Cancel => None,
        }
    }
}
