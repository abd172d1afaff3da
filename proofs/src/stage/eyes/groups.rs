//! What can be seen of a broken promise about groups.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Terminal;

/// A command takes effect as often as it was typed at most. The server's terminal says how often it did.
pub(super) fn at_most_once(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = Vec::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for said in terminals.iter().filter(|it| it.who == "server").flat_map(|it| &it.said) {
        *times.entry(&said.words).or_default() += 1;
    }
    for (words, done) in times {
        let Some((who, command)) = cause(words) else { continue };
        let typed = terminals.iter().filter(|it| it.name() == who).flat_map(|it| &it.typed);
        let typed = typed.filter(|typed| typed.words == command).count();
        if done > typed {
            seen.push(format!(
                "the server printed \"{words}\" {done} times, and {who} typed `{command}` {typed} times"
            ));
        }
    }
    seen
}

/// What has to be typed, and by whom, before the server prints this.
fn cause(words: &str) -> Option<(&str, String)> {
    let (who, rest) = words.strip_prefix("Client ")?.split_once(' ')?;
    if let Some(text) = rest.strip_prefix("sent group message: ") {
        return Some((who, format!("send_group {text}")));
    }
    if let Some(group) = rest.strip_prefix("created group ").and_then(|it| it.strip_suffix(" successfully")) {
        return Some((who, format!("create_group {group}")));
    }
    if let Some(group) = rest.strip_prefix("joined group ") {
        return Some((who, format!("join_group {group}")));
    }
    (rest == "left group").then(|| (who, "leave_group".to_owned()))
}

/// Two people read the posts that both read in the same order.
pub(super) fn group_order(terminals: &[Terminal]) -> Vec<String> {
    let posts: Vec<(&str, Vec<&str>)> = terminals
        .iter()
        .map(|terminal| {
            let posts = terminal.said.iter().filter(|said| said.words.starts_with("Group_Message "));
            (terminal.who.as_str(), posts.map(|said| said.words.as_str()).collect())
        })
        .collect();
    let sent: Vec<&str> = terminals
        .iter()
        .filter(|it| it.who == "server")
        .flat_map(|it| &it.said)
        .filter_map(|said| said.words.strip_prefix("Client ")?.split_once(" sent group message: "))
        .map(|(_, text)| text)
        .collect();
    let mut seen = Vec::new();
    for (who, read) in &posts {
        let order: Vec<usize> = read
            .iter()
            .filter_map(|words| words.split_once(": "))
            .filter_map(|(_, text)| sent.iter().position(|it| *it == text))
            .collect();
        if order.windows(2).any(|pair| pair[0] > pair[1]) {
            seen.push(format!("{who} read {}, and the server sent them out in another order", quoted(read)));
        }
    }
    for (place, (one, read_by_one)) in posts.iter().enumerate() {
        for (other, read_by_other) in &posts[place + 1..] {
            let both: BTreeSet<&str> =
                read_by_one.iter().filter(|it| read_by_other.contains(it)).copied().collect();
            let order = |read: &[&str]| -> Vec<String> {
                read.iter().filter(|it| both.contains(*it)).map(ToString::to_string).collect()
            };
            if order(read_by_one) != order(read_by_other) {
                seen.push(format!("{one} and {other} read the same posts in different orders"));
            }
        }
    }
    seen
}

/// Outside a group, no post is shown.
pub(super) fn members_only(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = Vec::new();
    for terminal in terminals {
        let posts = terminal.said.iter().filter(|said| said.words.starts_with("Group_Message "));
        let outside = posts.filter(|said| said.group.is_none());
        seen.extend(
            outside.map(|said| format!("{} read \"{}\" outside of any group", terminal.who, said.words)),
        );
    }
    seen
}

/// The members that the server prints are online in the table that it has printed last.
pub(super) fn online_members(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for server in terminals.iter().filter(|it| it.who == "server") {
        let heads = server.said.iter().enumerate().filter(|(_, it)| it.words == "Group table updated.");
        for (place, head) in heads {
            let Some((_, table)) = server.tables_until(head.place).pop() else { continue };
            let groups = server.said[place + 1..].iter().map_while(|said| said.words.split_once("  "));
            for (group, members) in groups {
                let offline = members.split(", ").filter(|member| {
                    table.iter().any(|line| line.name == *member)
                        && !table.iter().any(|line| line.name == *member && line.online)
                });
                seen.extend(
                    offline
                        .map(|it| format!("the server printed {it}, who is offline, as a member of {group}")),
                );
            }
        }
    }
    seen.into_iter().collect()
}

/// Posts that the server is said to have received, and which it never printed.
pub(super) fn never_taken(terminals: &[Terminal]) -> Vec<String> {
    let mut seen = Vec::new();
    for terminal in terminals {
        for typed in &terminal.typed {
            let Some(text) = typed.words.strip_prefix("send_group ") else { continue };
            let told = terminal.answers(typed).any(|said| said.words == "Message received by Server.");
            let line = format!("Client {} sent group message: {text}", terminal.name());
            let server = terminals.iter().filter(|it| it.who == "server");
            if told && !server.flat_map(|it| &it.said).any(|said| said.words == line) {
                seen.push(format!(
                    "{} read \"Message received by Server.\" about \"{text}\", and the server never had it",
                    terminal.who
                ));
            }
        }
    }
    seen
}

fn quoted(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("\"{line}\"")).collect::<Vec<_>>().join(", then ")
}
