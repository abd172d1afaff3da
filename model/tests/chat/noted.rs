//! Whatever a step changes is noted: with everything put back that is noted, or always counts, the state is what it was before.

use model::changes::Change;
use model::client::Directory;
use model::ids::{Index, Session};
use model::server::Group;
use model::{ClientState, ServerState};

/// # Panics
/// If something has changed that is not noted.
pub(crate) fn check_server(before: &ServerState, after: &ServerState, changes: &[Change]) {
    let mut rest = after.clone();
    (rest.next_session, rest.posts) = (before.next_session, before.posts);
    (rest.stops, rest.stopped) = (before.stops, before.stopped);
    rest.window.unanswered = before.window.unanswered;
    rest.directory.version = before.directory.version;
    for change in changes {
        put_back(&mut rest, before, after, change);
    }
    let served =
        changes.iter().filter_map(|it| if let Change::Served(count) = it { Some(count) } else { None });
    let stood = before.window.queue.iter().filter(|session| after.online(**session).is_some());
    match served.sum() {
        0 => {}
        count => put_back_queue(&mut rest, before, stood.take(count)),
    }
    let mut entries = after.directory.entries().zip(before.directory.entries()).enumerate();
    let forgotten = entries.find(|(slot, (new, old))| new != old && !is_noted(changes, *slot));
    assert_eq!(forgotten, None, "of {changes:?}");
    assert_eq!(rest, *before, "changed and not noted; {changes:?}");
}

fn put_back(rest: &mut ServerState, before: &ServerState, after: &ServerState, change: &Change) {
    match change {
        Change::Line(_) => rest.directory = before.directory.clone(),
        Change::Record(session) => {
            rest.sessions.remove(session);
            rest.sessions
                .extend(before.sessions.get_key_value(session).map(|(it, record)| (*it, record.clone())));
        }
        Change::Group(name) => {
            rest.groups.remove(name);
            rest.groups
                .extend(before.groups.get_key_value(name).map(|(it, group)| (it.clone(), group.clone())));
        }
        Change::Replied { session, .. } => {
            if let (Some(new), Some(old)) = (rest.sessions.get_mut(session), before.sessions.get(session)) {
                new.last.clone_from(&old.last);
            }
        }
        Change::Posted { sender, index, .. } => {
            let Some(old) = before.membership(*sender) else { return };
            let group = rest.groups.get_mut(&old.group).expect("groups stay");
            if group.logged(*index).is_some() {
                group.log.pop_back();
            }
            group.next = *index;
        }
        Change::Progress { session, .. } => {
            let Some(old) = before.membership(*session) else { return };
            let group = rest.groups.get_mut(&old.group).expect("groups stay");
            put_back_log(group, &before.groups[&old.group]);
            let online = rest.sessions.get_mut(session).and_then(|record| record.online.as_mut());
            if let Some(new) = online.and_then(|online| online.membership.as_mut()) {
                (new.acked, new.sent) = (old.acked, old.sent);
                (new.unanswered, new.attempts) = (old.unanswered, old.attempts);
            }
        }
        Change::Queued(count) => {
            put_back_queue(rest, before, after.window.queue.iter().rev().take(*count));
        }
        Change::Left(session) => put_back_queue(rest, before, [session]),
        // Put back together, in their order.
        Change::Served(_) => {}
        Change::Strangers => rest.strangers = before.strangers.clone(),
        Change::Listing(_) | Change::Heard(_) => panic!("{change:?} of a server: {after:?}"),
    }
}

fn put_back_queue<'a>(
    rest: &mut ServerState,
    before: &ServerState,
    moved: impl IntoIterator<Item = &'a Session>,
) {
    rest.window.queue.clone_from(&before.window.queue);
    for session in moved {
        let record = rest.sessions.get_mut(session);
        if let (Some(old), Some(new)) =
            (before.online(*session), record.and_then(|record| record.online.as_mut()))
        {
            new.queued = old.queued;
        }
    }
}

/// Who waits for acks of the posts that both have, and the posts that nobody waited for any more.
fn put_back_log(new: &mut Group, old: &Group) {
    let first = old.next.0 - old.log.len() as u64;
    for (place, post) in old.log.iter().enumerate().rev() {
        let index = Index(first + place as u64);
        let begin = new.next.0 - new.log.len() as u64;
        if index.0 < begin {
            new.log.push_front(post.clone());
        } else if let Some(kept) = new.log.get_mut(usize::try_from(index.0 - begin).expect("a place")) {
            kept.waiting = post.waiting;
        }
    }
}

fn is_noted(changes: &[Change], at: usize) -> bool {
    changes.iter().any(|change| matches!(change, Change::Line(slot) if slot.0 == at as u64))
}

/// # Panics
/// If something has changed that is not noted.
pub(crate) fn check_client(before: &ClientState, after: &ClientState, changes: &[Change]) {
    let mut rest = after.clone();
    (rest.phase, rest.nonce, rest.leaving) = (before.phase.clone(), before.nonce, before.leaving);
    rest.directory.version = before.directory.version;
    // How much there is of both always counts, so nothing has to be noted when all of it goes.
    if after.directory == Directory::default() {
        rest.directory = before.directory.clone();
    }
    if after.heard.is_empty() {
        rest.heard = before.heard.clone();
    }
    for change in changes {
        match change {
            Change::Listing(_) => rest.directory = before.directory.clone(),
            Change::Heard(session) => {
                rest.heard.remove(session);
                rest.heard.extend(before.heard.get_key_value(session));
            }
            _ => panic!("{change:?} of a client: {after:?}"),
        }
    }
    let listing = |slot| before.directory.listings().find(|listing| listing.slot == slot);
    let noted = |slot| changes.contains(&Change::Listing(slot));
    let forgotten = after.directory.listings().find(|new| listing(new.slot) != Some(new) && !noted(new.slot));
    assert_eq!(forgotten, None, "of {changes:?}");
    assert_eq!(rest, *before, "changed and not noted; {changes:?}");
}
