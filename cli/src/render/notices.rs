//! What an operator at a server reads.

use model::notice::{GroupRefusal, KickRefusal};
use model::{Name, Notice};

use super::{PROMPT, line, table};
use crate::escape::escape;
use crate::server::{Answer, HELP};

/// The lines for a notice. The text of posts is shown only to an operator who asked for it.
pub(crate) fn notice(notice: &Notice, log_text: bool) -> Vec<String> {
    words(notice, log_text).into_iter().map(|line| PROMPT.to_owned() + &line).collect()
}

/// The lines for what an operator asked for.
pub(crate) fn answer(answer: &Answer<'_>) -> Vec<String> {
    let lines = match answer {
        Answer::Who(board) if board.people.is_empty() => vec!["No clients right now".into()],
        Answer::Who(board) => {
            let head = format!("Clients, {} of {} online:", board.online(), board.people.len());
            std::iter::once(head).chain(board.people.iter().map(line)).collect()
        }
        Answer::Groups(board) if board.groups.is_empty() => vec!["No available group right now".into()],
        Answer::Groups(board) => {
            std::iter::once("Groups:".to_owned()).chain(board.groups.iter().map(group_line)).collect()
        }
        Answer::Help => HELP.iter().map(|(command, about)| format!("{command:<10} {about}")).collect(),
        Answer::Fault(fault) => vec![fault.clone()],
        Answer::Dropped(count) => vec![format!("{count} notices were not shown, the output is too slow")],
    };
    lines.into_iter().map(|line| PROMPT.to_owned() + &line).collect()
}

fn words(notice: &Notice, log_text: bool) -> Vec<String> {
    match notice {
        Notice::Started => vec!["Server is online".into()],
        Notice::Clients(people) => table(people).collect(),
        Notice::Groups(groups) => groups_table(groups),
        Notice::GroupCreated { by, group } => {
            vec![format!("Client {} created group {} successfully", safe(by), safe(group))]
        }
        Notice::GroupRefused { by, group, reason } => {
            vec![format!("Client {} creating group {} failed, {}", safe(by), safe(group), why(*reason))]
        }
        Notice::Joined { by, group } => vec![format!("Client {} joined group {}", safe(by), safe(group))],
        Notice::JoinRefused { by, group } => {
            vec![format!("Client {} joining group {} failed, group does not exist", safe(by), safe(group))]
        }
        Notice::Posted { by, text } if log_text => {
            vec![format!("Client {} sent group message: {}", safe(by), escape(text.as_str()))]
        }
        Notice::Posted { by, .. } => vec![format!("Client {} sent group message", safe(by))],
        Notice::Left { by, .. } => vec![format!("Client {} left group", safe(by))],
        Notice::Removed { member, group } => {
            vec![format!("Client {} not responsive, removed from {}", safe(member), safe(group))]
        }
        Notice::Kicked { name } => vec![format!("Client {} kicked", safe(name))],
        Notice::KickRefused { name, reason } => {
            vec![format!("Client {} not kicked, {}", safe(name), why_not(*reason))]
        }
        Notice::Stopped { told } => vec![format!("Server stopped, {told} {} told", clients(*told))],
        Notice::ListedGroups { by, groups } => {
            list(format!("Client {} requested listing groups, current groups:", safe(by)), groups)
        }
        Notice::ListedMembers { by, group, members } => {
            list(format!("Client {} requested listing members of group {}:", safe(by), safe(group)), members)
        }
    }
}

fn groups_table(groups: &[(Name, Vec<Name>)]) -> Vec<String> {
    let head = std::iter::once("Group table updated.".to_owned());
    head.chain(groups.iter().map(group_line)).collect()
}

fn group_line((group, members): &(Name, Vec<Name>)) -> String {
    let members: Vec<String> = members.iter().map(safe).collect();
    format!("{}  {}", safe(group), members.join(", ")).trim_end().to_owned()
}

fn why(reason: GroupRefusal) -> &'static str {
    match reason {
        GroupRefusal::Exists => "group already exists",
        GroupRefusal::TooMany => "there are as many groups as there may be",
    }
}

fn why_not(reason: KickRefusal) -> &'static str {
    match reason {
        KickRefusal::Unknown => "there is no such client",
        KickRefusal::Offline => "it is offline",
    }
}

fn clients(count: usize) -> &'static str {
    if count == 1 { "client" } else { "clients" }
}

fn list(head: String, names: &[Name]) -> Vec<String> {
    std::iter::once(head).chain(names.iter().map(safe)).collect()
}

fn safe(name: &Name) -> String {
    escape(name.as_str())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddrV4;

    use model::Text;
    use model::event::Person;

    use super::*;

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    fn lines(of: &Notice) -> Vec<String> {
        notice(of, false)
    }

    #[test]
    fn every_notice_has_the_words_of_the_contract() {
        let (by, group) = (name("X"), name("G"));
        let address = SocketAddrV4::new([127, 0, 0, 1].into(), 7771).into();
        let x = Person { name: by.clone(), address, online: true };
        let refused = |reason| Notice::GroupRefused { by: name("X"), group: name("G"), reason };
        let cases: Vec<(Notice, &[&str])> = vec![
            (Notice::Started, &["Server is online"]),
            (Notice::Clients(vec![x]), &["Client table updated.", "X  127.0.0.1:7771  online"]),
            (
                Notice::Groups(vec![(name("A"), vec![name("X"), name("Y")]), (name("B"), vec![])]),
                &["Group table updated.", "A  X, Y", "B"],
            ),
            (
                Notice::GroupCreated { by: by.clone(), group: group.clone() },
                &["Client X created group G successfully"],
            ),
            (refused(GroupRefusal::Exists), &["Client X creating group G failed, group already exists"]),
            (
                refused(GroupRefusal::TooMany),
                &["Client X creating group G failed, there are as many groups as there may be"],
            ),
            (Notice::Joined { by: by.clone(), group: group.clone() }, &["Client X joined group G"]),
            (
                Notice::JoinRefused { by: by.clone(), group: group.clone() },
                &["Client X joining group G failed, group does not exist"],
            ),
            (Notice::Left { by: by.clone(), group: group.clone() }, &["Client X left group"]),
            (
                Notice::Removed { member: by.clone(), group: group.clone() },
                &["Client X not responsive, removed from G"],
            ),
            (Notice::Kicked { name: by.clone() }, &["Client X kicked"]),
            (
                Notice::KickRefused { name: by.clone(), reason: KickRefusal::Unknown },
                &["Client X not kicked, there is no such client"],
            ),
            (
                Notice::KickRefused { name: by.clone(), reason: KickRefusal::Offline },
                &["Client X not kicked, it is offline"],
            ),
            (Notice::Stopped { told: 1 }, &["Server stopped, 1 client told"]),
            (Notice::Stopped { told: 2 }, &["Server stopped, 2 clients told"]),
            (
                Notice::ListedGroups { by: by.clone(), groups: vec![name("A"), name("B")] },
                &["Client X requested listing groups, current groups:", "A", "B"],
            ),
            (
                Notice::ListedMembers { by: by.clone(), group: group.clone(), members: vec![by.clone()] },
                &["Client X requested listing members of group G:", "X"],
            ),
        ];
        for (notice, words) in cases {
            let expected: Vec<String> = words.iter().map(|line| format!(">>> {line}")).collect();
            assert_eq!(lines(&notice), expected, "{notice:?}");
        }
    }

    #[test]
    fn the_text_of_a_post_is_shown_only_on_request() {
        let posted = Notice::Posted { by: name("X"), text: Text::new("secret\u{1b}").unwrap() };
        assert_eq!(notice(&posted, false), [">>> Client X sent group message"]);
        assert_eq!(notice(&posted, true), [r">>> Client X sent group message: secret\u{1b}"]);
    }
}
