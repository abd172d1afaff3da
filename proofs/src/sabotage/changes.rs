//! What sabotages do to a state.

use std::sync::Arc;

use model::Timer;
use model::client::{Mode, Pending, Phase};
use model::ids::{PairSecret, Pass};
use model::packet::{Packet, Refusal, Reply, Request};
use model::server::saved::Saved;
use model::{ClientState, ServerState};
use stateright::actor::Network;

use crate::intruder::{self, Known};
use crate::system::disk::{Disk, Storage};
use crate::system::role::RoleState;
use crate::system::seat::SeatState;
use crate::system::{Envelope, SERVER, State};

/// What was saved in this step waits, and what was to be saved before is written.
pub(super) fn save_late(last: &State, next: &mut State) {
    let (before, after) = (Disk::of(last), Disk::of(next));
    if after == before || after.crashes > before.crashes {
        return;
    }
    let all = |disk: &Disk| {
        let mut saved = Saved::clone(&disk.written);
        saved.fold(disk.waiting.clone());
        saved
    };
    let (written, mut waiting) = (all(&before), all(&after));
    for part in
        written.parts.keys().filter(|part| !waiting.parts.contains_key(part)).cloned().collect::<Vec<_>>()
    {
        waiting.parts.insert(part, None);
    }
    waiting.parts.retain(|part, value| written.parts.get(part) != Some(value));
    waiting.may_wait = true;
    let disk = Disk { written: Arc::new(written), waiting, crashes: after.crashes };
    next.actor_storages[SERVER] = Some(Storage::Disk(disk));
}

pub(super) fn on_server(state: &mut State, change: impl FnOnce(&mut ServerState)) {
    if let RoleState::Server(server) = Arc::make_mut(&mut state.actor_states[SERVER]) {
        change(server);
    }
}

pub(super) fn on_intruder(state: &mut State, change: impl FnOnce(&State, &mut Known)) {
    let Some((seat, mut known)) = intruder::seat(state).zip(intruder::known(state).cloned()) else { return };
    change(state, &mut known);
    state.actor_states[seat] = Arc::new(RoleState::Intruder(known));
}

/// Those of all people who are registered.
pub(super) fn passes(state: &State) -> Vec<Pass> {
    crate::system::seats(state).filter_map(|(_, seat)| seat.client.registered().map(|own| own.pass)).collect()
}

/// Those of all people who know each other.
pub(super) fn secrets(state: &State) -> Vec<PairSecret> {
    let of = |(_, seat)| {
        let seat: &SeatState = seat;
        seat.client.directory.listings().map(|listing| listing.secret).collect::<Vec<_>>()
    };
    crate::system::seats(state).flat_map(of).collect()
}

pub(super) fn answer_at_length(_: &State, next: &mut State) {
    let Network::UnorderedDuplicating(envelopes, _) = &mut next.network else { return };
    let is_challenge = |it: &&Envelope| matches!(it.msg, Packet::Challenge { .. });
    let more: Vec<Envelope> = envelopes.iter().filter(is_challenge).cloned().collect();
    for Envelope { src, dst, msg } in more {
        if let Packet::Challenge { nonce, .. } = msg {
            envelopes.insert(Envelope { src, dst, msg: Packet::Refused { nonce, refusal: Refusal::Full } });
        }
    }
}

pub(super) fn on_clients(state: &mut State, change: impl Fn(&mut SeatState)) {
    for actor in &mut state.actor_states {
        if let RoleState::Seat(seat) = Arc::make_mut(actor) {
            change(seat);
        }
    }
}

pub(super) fn mode(client: &mut ClientState) -> Option<&mut Mode> {
    match &mut client.phase {
        Phase::Registered(own) => Some(&mut own.mode),
        Phase::Registering(_) | Phase::Exited(_) => None,
    }
}

pub(super) fn keep_mode(last: &State, next: &mut State) {
    for (actor, before) in crate::system::seats(last) {
        let kept = before.client.registered().map(|own| own.mode.clone());
        if let RoleState::Seat(seat) = Arc::make_mut(&mut next.actor_states[actor])
            && let (Some(kept @ Mode::Group { .. }), Some(mode @ Mode::Alone)) =
                (kept, mode(&mut seat.client))
        {
            *mode = kept;
        }
    }
}

pub(super) fn keep_members(last: &State, next: &mut State) {
    let before = &crate::system::server(last).groups;
    let groups: Vec<_> = before.iter().map(|(name, group)| (name.clone(), group.members.clone())).collect();
    on_server(next, |server| {
        for (name, members) in groups {
            let ended = |session: &model::ids::Session| {
                server.sessions.get(session).is_none_or(|it| it.online.is_none())
            };
            let kept: Vec<_> = members.into_iter().filter(|(_, session)| ended(session)).collect();
            if let Some(group) = server.groups.get_mut(&name) {
                group.members.extend(kept);
            }
        }
    });
}

/// Before the client shows what waited, so that its person reads nothing of it.
pub(super) fn drop_queue(last: &State, next: &mut State) {
    for (actor, before) in crate::system::seats(last) {
        if let RoleState::Seat(seat) = Arc::make_mut(&mut next.actor_states[actor])
            && asks_to_leave(&seat.client)
            && !asks_to_leave(&before.client)
            && let Phase::Registered(own) = &mut seat.client.phase
        {
            own.queue.clear();
        }
    }
}

fn asks_to_leave(client: &ClientState) -> bool {
    matches!(client.pending(), Some(Pending::Request(asked)) if asked.request == Request::LeaveGroup)
}

pub(super) fn keep_gathered(last: &State, next: &mut State) {
    let before = crate::system::server(last);
    let mut kept = Vec::new();
    on_server(next, |server| {
        for (session, record) in &mut server.sessions {
            let Some(was) = before.membership(*session).filter(|was| was.unanswered > 0) else { continue };
            if let Some(now) = record.online.as_mut().and_then(|online| online.membership.as_mut())
                && now.acked >= was.sent
                && now.unanswered > 0
            {
                server.window.unanswered -= now.unanswered;
                (now.sent, now.unanswered, now.attempts) = (now.acked, 0, 0);
                kept.push(Timer::Post(*session));
            }
        }
    });
    for timer in kept {
        next.timers_set[SERVER].cancel(&timer);
    }
}

pub(super) fn keep_leaver(last: &State, next: &mut State) {
    let before = crate::system::server(last);
    on_server(next, |server| {
        for (session, record) in &mut server.sessions {
            let (Some(online), Some((_, Reply::Left))) = (&mut record.online, &record.last) else { continue };
            let Some(membership) = before.membership(*session) else { continue };
            if let Some(group) = server.groups.get_mut(&membership.group) {
                group.members = before.groups[&membership.group].members.clone();
                online.membership = Some(membership.clone());
            }
        }
    });
}
