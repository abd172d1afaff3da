//! Inputs and outputs in a few plain words.

use model::{Message, Packet, Timer};
use net::record::Input;
use stateright::actor::{Command, Id};
use std::net::SocketAddrV4;

use crate::story::chat::words::{event, line, notice, order};
use crate::story::{Narrate, Scene, harmless};
use crate::system::role::Role;

/// What an actor saw.
pub(super) fn input(input: &Input) -> String {
    harmless(&match input {
        Input::Start => "its start".into(),
        Input::Restart { .. } => "its start with what was saved".into(),
        Input::Packet { from, packet } => format!("from {from}: {}", words(packet)),
        Input::Timer(timer) => format!("its timer: {}", fired(timer)),
        Input::Command(command) => format!("typed: {}", line(command)),
        Input::Order(asked) => format!("ordered: {}", order(asked)),
    })
}

/// What an actor did; nothing if nobody can see it.
pub(super) fn output<R, S>(output: &Command<Message, Timer, R, S>) -> String {
    harmless(&match output {
        Command::Send(to, Message::Packet(packet)) => format!("sends {}: {}", address(*to), words(packet)),
        Command::Send(_, Message::Event(told)) => {
            format!("tells: {}", event(told).unwrap_or_else(|| format!("({told:?})")))
        }
        Command::Send(_, Message::Notice(told)) => {
            format!("tells: {}", notice(told).unwrap_or_else(|| format!("({told:?})")))
        }
        Command::Send(_, Message::Command(said)) => format!("says: {}", line(said)),
        Command::Send(_, Message::Order(said)) => format!("says: {}", order(said)),
        Command::SetTimer(timer, _) => format!("arms a timer: {}", fired(timer)),
        Command::CancelTimer(timer) => format!("cancels a timer: {}", fired(timer)),
        Command::Save(_) => "saves what has changed".into(),
        Command::ChooseRandom(..) => "leaves something to chance".into(),
    })
}

fn words(packet: &Packet) -> String {
    Role::packet(&NOBODY, packet)
}

fn fired(timer: &Timer) -> String {
    Role::timer(&NOBODY, 0, timer)
}

fn address(id: Id) -> SocketAddrV4 {
    SocketAddrV4::from(id)
}

/// Without names: sessions are told by number.
const NOBODY: Scene<'static, Role> = Scene { names: &[], states: &[] };
