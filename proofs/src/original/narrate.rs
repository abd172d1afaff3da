//! The original, told: in the words of its readme where it has some.

use model::Event;
use stateright::actor::{Id, Out};

use super::client::{Client, Desk, Told, Waiting};
use super::packet::{Answer, Body, Packet, Table};
use super::role::{Role, RoleState, Timer};
use super::seat::{Seat, SeatState};
use super::server::{self, ServerState};
use crate::scenario::Wish;
use crate::story::chat::words;
use crate::story::{Deed, Input, Narrate, Scene};
use crate::system::role::Choice;
use crate::system::seat::command;

impl Narrate for Role {
    fn packet(_: &Scene<'_, Role>, packet: &Packet) -> String {
        packet_words(packet)
    }

    fn timer(scene: &Scene<'_, Role>, actor: usize, timer: &Timer) -> String {
        let waiting = match scene.states.get(actor).map(|state| &**state) {
            Some(RoleState::Seat(seat)) => seat.client.waiting.as_ref(),
            _ => None,
        };
        match (timer, waiting) {
            (Timer::Sleep(stamp), _) => format!("time is up for acks of the post by {}", stamp.sender),
            (Timer::Wait, Some(Waiting { whose, .. })) if whose.is_reserved() => {
                "no ack from the server yet".into()
            }
            (Timer::Wait, Some(Waiting { whose, .. })) => format!("no ack from {whose} yet"),
            (Timer::Wait, None) => "no ack yet".into(),
        }
    }

    fn deed(&self, state: Option<&RoleState>, choice: &Choice) -> Deed {
        let Role::Seat(seat) = self else { return Deed::Does("does something".into()) };
        match (seat.person.menu[usize::from(choice.0)].wish, state) {
            (Wish::Interrupt, _) => Deed::Does("presses Ctrl+C".into()),
            (Wish::Restart(name), _) => Deed::Does(format!("kills the client and starts one as {name}")),
            (wish, Some(RoleState::Seat(state))) => {
                let typed = command(wish, &seat.client(state).name, &mut state.person.clone());
                Deed::Types(words::line(&typed))
            }
            (wish, _) => Deed::Types(words::wish(wish)),
        }
    }

    fn told(&self, _: Id, state: Option<&RoleState>, input: &Input<'_, Role>) -> Vec<String> {
        match (self, state) {
            (Role::Server, Some(RoleState::Server(state))) => told_operator(state, input),
            (Role::Seat(seat), Some(RoleState::Seat(state))) => told_person(seat, state, input),
            _ => Vec::new(),
        }
    }
}

pub(crate) fn packet_words(packet: &Packet) -> String {
    match &packet.body {
        Body::Register => format!("registration of {}", packet.from),
        body => body_words(body),
    }
}

fn body_words(body: &Body) -> String {
    match body {
        Body::Register => "registration".into(),
        Body::Deregister => "deregister".into(),
        Body::Create(group) => format!("create group {group}"),
        Body::Groups => "list the groups".into(),
        Body::Join(group) => format!("join group {group}"),
        Body::Leave(group) => format!("leave group {group}"),
        Body::Members(group) => format!("list the members of {group}"),
        Body::SendGroup(_, text) => format!("post \"{text}\"", text = text.as_str()),
        Body::Kick(name) => format!("kick {name}"),
        Body::RegisterAck(Answer::No) => "registration refused: the name is taken".into(),
        Body::RegisterAck(_) => "registration acked".into(),
        Body::Ack(Answer::Yes, about) => format!("ack (sent for: {})", body_words(about)),
        Body::Ack(Answer::No, about) => format!("refused (sent for: {})", body_words(about)),
        Body::Ack(Answer::Names(names), _) => format!("ack: {}", words::list(names)),
        Body::Private(text) => format!("the direct message \"{text}\"", text = text.as_str()),
        Body::GroupMessage(stamp, text) => {
            format!("post \"{text}\" by {}", stamp.sender, text = text.as_str())
        }
        Body::GroupAck(stamp) => format!("ack of the post by {}", stamp.sender),
        Body::Table(table) => table_words(table),
    }
}

fn table_words(table: &Table) -> String {
    let line = |entry: &super::packet::Entry| format!("{} {}", entry.name, words::online(entry.online));
    format!("client table: {}", table.0.iter().map(line).collect::<Vec<_>>().join(", "))
}

/// Lets the server take the step for a try.
fn told_operator(before: &ServerState, input: &Input<'_, Role>) -> Vec<String> {
    let mut after = before.clone();
    match input {
        Input::Packet(src, packet) => server::receive(&mut after, *src, (*packet).clone(), &mut Out::new()),
        Input::Timer(Timer::Sleep(stamp)) => server::wake(&mut after, stamp),
        _ => {}
    }
    let mut lines = Vec::new();
    if after.table != before.table {
        lines.push(table_words(&after.table).replacen('c', "C", 1));
    }
    for (group, members) in &before.groups {
        let removed = members.iter().filter(|member| !after.groups[group].contains(*member));
        if matches!(input, Input::Timer(_)) {
            lines.extend(
                removed.map(|member| format!("Client {member} not responsive, removed from {group}")),
            );
        }
    }
    lines
}

/// Lets the client take the step for a try.
fn told_person(seat: &Seat, state: &SeatState, input: &Input<'_, Role>) -> Vec<String> {
    let client = seat.client(state);
    let (mut told, mut out, mut inside) = (Vec::new(), Out::new(), state.client.clone());
    let mut desk = Desk { told: &mut told, out: &mut out };
    match input {
        Input::Start(_) => drop(client.start(&mut desk)),
        Input::Packet(src, packet) => client.receive(&mut inside, *src, (*packet).clone(), &mut desk),
        Input::Timer(_) => client.timeout(&mut inside, &mut desk),
        Input::Choice(choice) => match seat.person.menu[usize::from(choice.0)].wish {
            Wish::Restart(_) => drop(next_life(seat, state).start(&mut desk)),
            wish => {
                let typed = command(wish, &client.name, &mut state.person.clone());
                client.command(&mut inside, typed, &mut desk);
            }
        },
    }
    told.iter().flat_map(told_words).collect()
}

fn next_life<'a>(seat: &'a Seat, state: &SeatState) -> &'a Client {
    &seat.lives[usize::from(state.life) + 1]
}

fn told_words(told: &Told) -> Vec<String> {
    match told {
        Told::ReceivedByServer => vec!["Message received by Server.".into()],
        Told::Event(Event::DirectRefused { by }) => {
            vec![format!("No ACK from {by}, message not delivered"), "Report this issue to server".into()]
        }
        Told::Event(event) => words::event(event).into_iter().collect(),
    }
}
