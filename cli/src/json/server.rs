//! What a server says to a program, and what it can be asked.

use model::notice::{GroupRefusal, KickRefusal};
use model::{Name, Notice};
use serde::{Deserialize, Serialize};

use super::{Person, names, people};

/// What a server says.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Said<'a> {
    Started {
        address: String,
    },
    Clients {
        people: Vec<Person<'a>>,
    },
    Groups {
        groups: Vec<Group<'a>>,
    },
    GroupCreated {
        by: &'a str,
        group: &'a str,
    },
    GroupRefused {
        by: &'a str,
        group: &'a str,
        reason: &'static str,
    },
    Joined {
        by: &'a str,
        group: &'a str,
    },
    JoinRefused {
        by: &'a str,
        group: &'a str,
        reason: &'static str,
    },
    Posted {
        by: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    Left {
        by: &'a str,
        group: &'a str,
    },
    Removed {
        member: &'a str,
        group: &'a str,
    },
    ListedGroups {
        by: &'a str,
        groups: Vec<&'a str>,
    },
    ListedMembers {
        by: &'a str,
        group: &'a str,
        members: Vec<&'a str>,
    },
    Kicked {
        name: &'a str,
    },
    KickRefused {
        name: &'a str,
        reason: &'static str,
    },
    Stopped {
        told: usize,
    },
    Help {
        commands: Vec<&'static str>,
    },
    Dropped {
        count: u64,
    },
}

/// A line of the group table.
#[derive(Serialize)]
pub(crate) struct Group<'a> {
    name: &'a str,
    members: Vec<&'a str>,
}

/// The group table.
pub(crate) fn groups(groups: &[(Name, Vec<Name>)]) -> Vec<Group<'_>> {
    groups.iter().map(|(name, members)| Group { name: name.as_str(), members: names(members) }).collect()
}

/// A notice as an event. The text of posts only for an operator who asked for it.
pub(crate) fn said<'a>(notice: &'a Notice, address: &str, log_text: bool) -> Said<'a> {
    match notice {
        Notice::Started => Said::Started { address: address.to_owned() },
        Notice::Clients(clients) => Said::Clients { people: people(clients) },
        Notice::Groups(all) => Said::Groups { groups: groups(all) },
        Notice::GroupCreated { by, group } => Said::GroupCreated { by: by.as_str(), group: group.as_str() },
        Notice::GroupRefused { by, group, reason } => {
            let reason = match reason {
                GroupRefusal::Exists => "exists",
                GroupRefusal::TooMany => "too_many",
            };
            Said::GroupRefused { by: by.as_str(), group: group.as_str(), reason }
        }
        Notice::Joined { by, group } => Said::Joined { by: by.as_str(), group: group.as_str() },
        Notice::JoinRefused { by, group } => {
            Said::JoinRefused { by: by.as_str(), group: group.as_str(), reason: "no_such_group" }
        }
        Notice::Posted { by, text } => {
            Said::Posted { by: by.as_str(), text: log_text.then_some(text.as_str()) }
        }
        Notice::Left { by, group } => Said::Left { by: by.as_str(), group: group.as_str() },
        Notice::Removed { member, group } => Said::Removed { member: member.as_str(), group: group.as_str() },
        Notice::ListedGroups { by, groups } => Said::ListedGroups { by: by.as_str(), groups: names(groups) },
        Notice::ListedMembers { by, group, members } => {
            Said::ListedMembers { by: by.as_str(), group: group.as_str(), members: names(members) }
        }
        Notice::Kicked { name } => Said::Kicked { name: name.as_str() },
        Notice::KickRefused { name, reason } => {
            let reason = match reason {
                KickRefusal::Unknown => "unknown",
                KickRefusal::Offline => "offline",
            };
            Said::KickRefused { name: name.as_str(), reason }
        }
        Notice::Stopped { told } => Said::Stopped { told: *told },
    }
}

/// What a server can be asked.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Asked {
    Who {},
    Groups {},
    Help {},
    Kick { name: String },
    Stop {},
}
