//! What server and clients know, in lines.

use model::client::{Mode, Pending, Phase, Registered};
use model::server::{Group, Record};
use model::{Name, ServerState, Text};

use super::words::{list, online};
use crate::intruder::Known;
use crate::system::history::Letter;
use crate::system::seat::SeatState;

pub(super) fn server(server: &ServerState) -> Vec<String> {
    let mut lines = vec![format!("directory version {}", server.directory.version.0)];
    for entry in server.directory.entries() {
        let session = entry.session;
        let more = server.sessions.get(&session).map(record).unwrap_or_default();
        lines.push(format!("{} {} as session {}{more}", entry.name, online(entry.online), session.0));
    }
    lines.extend(server.groups.iter().map(|(name, group)| group_line(name, group)));
    lines
}

fn record(record: &Record) -> String {
    let request = record.last.as_ref().map(|(number, _)| format!(", last request {}", number.0));
    let online = record.online.as_ref();
    let acked = online.map(|online| format!(", has acked version {}", online.sync.acked.0));
    let probed = online
        .and_then(|online| online.probe.as_ref())
        .map(|probe| format!(", probed, attempt {}", probe.attempts));
    let member = online
        .and_then(|online| online.membership.as_ref())
        .map(|member| format!(", in {}, has acked the posts before {}", member.group, member.acked.0));
    [request, acked, probed, member].into_iter().flatten().collect()
}

fn group_line(name: &Name, group: &Group) -> String {
    let members: Vec<Name> = group.members.keys().cloned().collect();
    format!("group {name}: members {}, next post {}", list(&members), group.next.0)
}

pub(super) fn seat(seat: &SeatState) -> Vec<String> {
    let mut lines = vec![match &seat.client.phase {
        Phase::Registering(it) => format!("registering, attempt {}", it.attempts),
        Phase::Registered(own) => registered(own),
        Phase::Exited(reason) => format!("ended: {reason:?}"),
    }];
    let directory = &seat.client.directory;
    let people: Vec<_> =
        directory.entries().map(|entry| format!("{} {}", entry.name, online(entry.online))).collect();
    lines.push(format!("directory version {}: {}", directory.version.0, people.join(", ")));
    if let Phase::Registered(own) = &seat.client.phase {
        lines.extend(
            own.queue.iter().map(|(from, text)| format!("queued: {from}: {text}", text = text.as_str())),
        );
    }
    lines.extend(seat.person.letters.iter().map(letter));
    lines.extend(seen(seat));
    lines
}

pub(super) fn intruder(known: &Known) -> Vec<String> {
    let passes = known.passes.iter().map(|pass| format!("has the pass of session {}", pass.session.0));
    let secrets = Some(known.secrets.len()).filter(|it| *it > 0).map(|it| format!("has {it} pair secrets"));
    passes.chain(secrets).collect()
}

fn registered(own: &Registered) -> String {
    let mode = match &own.mode {
        Mode::Alone => "in no group".to_owned(),
        Mode::Group { group, next, .. } => format!("in {group}, next post {}", next.0),
    };
    let pending = match &own.pending {
        None => "nothing pending".to_owned(),
        Some(Pending::Request(it)) => format!("request {} pending, attempt {}", it.number.0, it.attempts),
        Some(Pending::Direct(it)) => {
            format!("direct message {} to {} pending, attempt {}", it.number.0, it.name, it.attempts)
        }
    };
    let cancelled =
        own.cancelled.as_ref().map(|it| format!(", request {} cancelled", it.number.0)).unwrap_or_default();
    format!("session {}, {mode}, {pending}{cancelled}", own.pass.session.0)
}

fn letter(letter: &Letter) -> String {
    let Letter { to, group, text, fate, .. } = letter;
    let to = to.as_ref().or(group.as_ref()).map(Name::as_str).unwrap_or_default();
    format!("typed \"{text}\" to {to}: {fate:?}", text = text.as_str())
}

fn seen(seat: &SeatState) -> impl Iterator<Item = String> {
    let directs = seat.person.directs.iter().map(|((from, text), times)| {
        format!(
            "shown: {from}: {text}{}",
            if *times > 1 { " (more than once)" } else { "" },
            text = text.as_str()
        )
    });
    let post = |(index, from, text): &(model::ids::Index, Name, Text)| {
        format!("{} {from}: {text}", index.0, text = text.as_str())
    };
    let posts = seat.person.posts.iter().map(move |(group, posts)| {
        format!("shown in {group}: {}", posts.iter().map(post).collect::<Vec<_>>().join(" / "))
    });
    directs.chain(posts)
}
