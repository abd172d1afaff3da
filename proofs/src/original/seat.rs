//! A client of the original with its person, who types and remembers as the people of our protocol do.

use model::Event;
use stateright::actor::{Id, Out};

use super::client::{Client, ClientState, Desk, Told};
use super::packet::Packet;
use super::role::{Role, Timer};
use crate::scenario::{Person, Wish};
use crate::system::history::{History, Known};
use crate::system::role::Choice;
use crate::system::seat::{KEY, command, menu};

/// A client and its person.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The client of each life; every restart begins the next one.
    pub lives: Vec<Client>,
    /// What its person may type.
    pub person: Person,
}

/// What a client holds and its person has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatState {
    /// The client.
    pub client: ClientState,
    /// The person.
    pub person: History,
    /// How often each dish has been taken.
    pub taken: Vec<u8>,
    /// Which life it is in.
    pub life: u8,
}

impl Seat {
    pub(super) fn start(&self, out: &mut Out<Role>) -> SeatState {
        let mut state = SeatState { taken: vec![0; self.person.menu.len()], ..SeatState::default() };
        self.act(&mut state, out, |client, state, desk| *state = client.start(desk));
        state
    }

    pub(super) fn receive(&self, state: &mut SeatState, src: Id, packet: Packet, out: &mut Out<Role>) {
        self.act(state, out, |client, state, desk| client.receive(state, src, packet, desk));
    }

    pub(super) fn timeout(&self, state: &mut SeatState, out: &mut Out<Role>) {
        self.act(state, out, Client::timeout);
    }

    /// The person types something from its menu.
    pub(super) fn choose(&self, state: &mut SeatState, choice: Choice, out: &mut Out<Role>) {
        state.taken[usize::from(choice.0)] += 1;
        match self.person.menu[usize::from(choice.0)].wish {
            Wish::Restart(_) => self.restart(state, out),
            wish => self.type_in(state, wish, out),
        }
    }

    /// The person types something, on its menu or not.
    pub(super) fn type_in(&self, state: &mut SeatState, wish: Wish, out: &mut Out<Role>) {
        let command = command(wish, &self.client(state).name, &mut state.person);
        self.act(state, out, |client, state, desk| client.command(state, command, desk));
    }

    /// What the person may type now.
    pub(super) fn menu(&self, state: &SeatState) -> Vec<Choice> {
        menu(&self.person, &state.person, &state.taken)
    }

    /// The client in its current life.
    pub fn client(&self, state: &SeatState) -> &Client {
        &self.lives[usize::from(state.life)]
    }

    fn restart(&self, state: &mut SeatState, out: &mut Out<Role>) {
        state.life += 1;
        state.person.restart(std::mem::take(&mut state.client.queue));
        out.cancel_timer(Timer::Wait);
        self.act(state, out, |client, state, desk| *state = client.start(desk));
    }

    /// Lets the client do something, shows the person what it is told, and offers what it may type then.
    fn act(
        &self,
        state: &mut SeatState,
        out: &mut Out<Role>,
        act: impl FnOnce(&Client, &mut ClientState, &mut Desk<'_>),
    ) {
        let (client, before) = (self.client(state), self.menu(state));
        let (mut told, version) = (Vec::new(), state.client.table.version());
        act(client, &mut state.client, &mut Desk { told: &mut told, out });
        let starts = told.iter().any(|told| matches!(told, Told::Event(Event::Registering)));
        if !starts {
            let known = |version| Known { session: None, version };
            state.person.saw_directory(known(version), known(state.client.table.version()), false);
        }
        for told in told {
            match told {
                Told::Event(event) => state.person.see(&client.name, event),
                Told::ReceivedByServer => state.person.see_taken(),
            }
        }
        let menu = self.menu(state);
        if starts || menu != before {
            out.choose_random(KEY, menu);
        }
    }
}
