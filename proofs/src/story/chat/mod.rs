//! The chat's own actors, told.

mod knowledge;
mod packets;
pub(crate) mod words;

use std::borrow::Cow;

use model::client::{Pending, PendingDirect, PendingRequest, Phase};
use model::ids::Session;
use model::{Command, Event, Message, Packet, ServerState, Timer};
use stateright::actor::{self, Actor, ActorModelAction, Id, Out};

use super::narrate::{Deed, Input, Narrate, Scene};
use crate::scenario::Wish;
use crate::system::disk::Storage;
use crate::system::office::Office;
use crate::system::role::{Choice, Role, RoleState};
use crate::system::seat::{self, Chosen, Seat, SeatState};
use crate::system::{Action, State};

impl Narrate for Role {
    fn packet(scene: &Scene<'_, Role>, packet: &Packet) -> String {
        packets::words(scene, packet)
    }

    fn timer(scene: &Scene<'_, Role>, actor: usize, timer: &Timer) -> String {
        match timer {
            Timer::Attempt => match scene.states.get(actor).map(|state| &**state) {
                Some(RoleState::Seat(seat)) => awaited(scene, seat),
                _ => "no answer in time".into(),
            },
            Timer::Update(session) => format!("{} has not acked an update", holder(scene, *session)),
            Timer::Post(session) => format!("{} has not acked a post", holder(scene, *session)),
            Timer::Probe(session) => format!("{} has not answered a probe", holder(scene, *session)),
            Timer::Refill(session) => format!("{} may ask once more", holder(scene, *session)),
            Timer::Strangers => "strangers are answered once more".into(),
        }
    }

    fn deed(&self, state: Option<&RoleState>, choice: &Choice) -> Deed {
        let seat = match self {
            Role::Seat(seat) => seat,
            Role::Server(office) => {
                let order = words::order(&office.order(*choice));
                return Deed::Does(format!("is ordered by its operator: {order}"));
            }
            Role::Intruder(_) => return Deed::Does("does something".into()),
        };
        let state = match state {
            Some(RoleState::Seat(state)) => Some(state),
            _ => None,
        };
        match (seat.chosen(*choice), state) {
            (Chosen::Wish(Wish::Interrupt) | Chosen::Deed(seat::Deed::Said(Command::Interrupt)), _) => {
                Deed::Does("presses Ctrl+C".into())
            }
            (Chosen::Wish(Wish::Restart(name)), _) => {
                Deed::Does(format!("kills the client and starts one as {name}"))
            }
            (Chosen::Deed(seat::Deed::Restarted), _) => Deed::Does("starts a client once more".into()),
            (Chosen::Wish(wish), None) => Deed::Types(words::wish(wish)),
            (Chosen::Deed(seat::Deed::Said(command)), None) => Deed::Types(words::line(command)),
            (_, Some(state)) => {
                let command = seat.command(state, *choice);
                Deed::Types(command.as_ref().map(words::line).unwrap_or_default())
            }
        }
    }

    fn told(&self, id: Id, state: Option<&RoleState>, input: &Input<'_, Role>) -> Vec<String> {
        match (self, state) {
            (Role::Server(office), Some(RoleState::Server(state))) => told_operator(office, id, state, input),
            (Role::Seat(seat), Some(RoleState::Seat(state))) => told_person(seat, id, state, input),
            _ => Vec::new(),
        }
    }

    fn knows(state: &RoleState) -> Vec<String> {
        match state {
            RoleState::Server(server) => knowledge::server(server),
            RoleState::Seat(seat) => knowledge::seat(seat),
            RoleState::Intruder(known) => knowledge::intruder(known),
        }
    }
}

/// Who is in a session, as far as the server can tell.
fn holder(scene: &Scene<'_, Role>, session: Session) -> String {
    let entry = scene.states.iter().find_map(|state| match &**state {
        RoleState::Server(server) => server.directory.entries().find(|entry| entry.session == session),
        RoleState::Seat(_) | RoleState::Intruder(_) => None,
    });
    match entry {
        Some(entry) => entry.name.to_string(),
        None => format!("session {}", session.0),
    }
}

fn awaited(scene: &Scene<'_, Role>, seat: &SeatState) -> String {
    match &seat.client.phase {
        Phase::Registering(_) => "no answer to the registration".into(),
        Phase::Registered(own) => match &own.pending {
            Some(Pending::Request(PendingRequest { number, request, .. })) => {
                format!("no answer to request {}, {}", number.0, packets::request(scene, request))
            }
            Some(Pending::Direct(PendingDirect { name, text, number, .. })) => {
                format!(
                    "{name} has not acked the direct message \"{text}\" (number {})",
                    number.0,
                    text = text.as_str()
                )
            }
            None => "nothing is pending".into(),
        },
        Phase::Exited(_) => "the client has ended".into(),
    }
}

/// Lets the server take the step for a try.
fn told_operator(office: &Office, id: Id, state: &ServerState, input: &Input<'_, Role>) -> Vec<String> {
    let (mut state, mut out) = (Cow::Borrowed(state), Out::new());
    let Office { server, book, .. } = office;
    match input {
        Input::Start(stored) => {
            let saved = stored.and_then(Storage::saved);
            drop(server.on_start(id, &saved, &mut out));
        }
        Input::Packet(src, packet) => {
            let message = Message::Packet((*packet).clone());
            server.on_msg(id, &mut state, book.address(*src), message, &mut out);
        }
        Input::Timer(timer) => server.on_timeout(id, &mut state, timer, &mut out),
        Input::Choice(choice) => {
            server.on_msg(id, &mut state, model::console(), Message::Order(office.order(**choice)), &mut out);
        }
    }
    let words = |command| match command {
        actor::Command::Send(_, Message::Notice(notice)) => words::notice(&notice),
        _ => None,
    };
    out.into_iter().filter_map(words).collect()
}

/// Lets the client take the step for a try.
fn told_person(seat: &Seat, id: Id, state: &SeatState, input: &Input<'_, Role>) -> Vec<String> {
    told(seat, id, state, input).iter().filter_map(words::event).collect()
}

/// What an action makes a person be told.
pub(crate) fn events(actors: &[Role], state: &State, action: &Action) -> Vec<Event> {
    let told = |id: Id, input: &Input<'_, Role>| {
        let actor = usize::from(id);
        match (&actors[actor], &*state.actor_states[actor]) {
            (Role::Seat(seat), RoleState::Seat(state)) => told(seat, id, state, input),
            _ => Vec::new(),
        }
    };
    match action {
        ActorModelAction::Deliver { src, dst, msg } => told(*dst, &Input::Packet(*src, msg)),
        ActorModelAction::Timeout(id, timer) => told(*id, &Input::Timer(timer)),
        ActorModelAction::Recover(id) => told(*id, &Input::Start(None)),
        ActorModelAction::SelectRandom { actor, random, .. } => told(*actor, &Input::Choice(random)),
        ActorModelAction::Crash(_) | ActorModelAction::Drop(_) => Vec::new(),
    }
}

fn told(seat: &Seat, id: Id, state: &SeatState, input: &Input<'_, Role>) -> Vec<Event> {
    let client = seat.client(state.life);
    let (mut inside, mut out) = (Cow::Borrowed(&state.client), Out::new());
    match input {
        Input::Start(_) => drop(client.on_start(id, &None, &mut out)),
        Input::Packet(src, packet) => {
            let message = Message::Packet((*packet).clone());
            client.on_msg(id, &mut inside, seat.book.address(*src), message, &mut out);
        }
        Input::Timer(timer) => client.on_timeout(id, &mut inside, timer, &mut out),
        Input::Choice(choice) => match seat.command(state, **choice) {
            None => drop(seat.client(state.life + 1).on_start(id, &None, &mut out)),
            Some(typed) => {
                client.on_msg(id, &mut inside, model::console(), Message::Command(typed), &mut out);
            }
        },
    }
    let event = |command| match command {
        actor::Command::Send(_, Message::Event(event)) => Some(event),
        _ => None,
    };
    out.into_iter().filter_map(event).collect()
}
