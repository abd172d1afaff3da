//! A client together with its person: what the person types are the actor's random choices, and what the person is told
//! is folded into what it has seen. So console traffic never enters the checked network.

use std::borrow::Cow;

use model::{Client, ClientState, Command, Message, Name, Text, Timer, console};
use stateright::actor::{self, Actor, Id, Out};

use super::history::{Fate, History, Letter};
use super::role::{Choice, Role};
use crate::scenario::{Dish, Person, Wish};

/// A client and its person.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The client of each life; every restart begins the next one.
    pub lives: Vec<Client>,
    /// What its person may type.
    pub person: Person,
}

/// What a client knows and its person has seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Under which key a person's choices stand.
pub const KEY: &str = "";

impl Seat {
    pub(super) fn start(&self, id: Id, out: &mut Out<Role>) -> SeatState {
        let mut inner = Out::new();
        let client = self.lives[0].on_start(id, &None, &mut inner);
        let taken = vec![0; self.person.menu.len()];
        let mut state = SeatState { client, person: History::default(), taken, life: 0 };
        self.forward(inner, 0, Some(&mut state.person), out);
        self.offer(&state, out);
        state
    }

    pub(super) fn on_message(
        &self,
        id: Id,
        state: &mut Cow<'_, SeatState>,
        src: Id,
        message: Message,
        out: &mut Out<Role>,
    ) {
        self.step(state, out, |client, state, out| client.on_msg(id, state, src, message, out));
    }

    pub(super) fn on_timeout(
        &self,
        id: Id,
        state: &mut Cow<'_, SeatState>,
        timer: &Timer,
        out: &mut Out<Role>,
    ) {
        self.step(state, out, |client, state, out| client.on_timeout(id, state, timer, out));
    }

    /// The person types something from its menu.
    pub(super) fn choose(&self, id: Id, state: &mut SeatState, choice: Choice, out: &mut Out<Role>) {
        state.taken[usize::from(choice.0)] += 1;
        match self.person.menu[usize::from(choice.0)].wish {
            Wish::Restart(_) => self.restart(id, state, out),
            wish => self.type_in(id, state, wish, out),
        }
        self.offer(state, out);
    }

    /// The person types something, on its menu or not.
    ///
    /// # Panics
    /// If a scenario has bad names.
    pub fn type_in(&self, id: Id, state: &mut SeatState, wish: Wish, out: &mut Out<Role>) {
        let actor = self.client(state.life);
        let command = command(wish, &actor.config.name, &mut state.person);
        let mut client = Cow::Borrowed(&state.client);
        let mut inner = Out::new();
        actor.on_msg(id, &mut client, console(), Message::Command(command), &mut inner);
        if let Cow::Owned(client) = client {
            state.client = client;
        }
        self.forward(inner, state.life, Some(&mut state.person), out);
    }

    /// The client of a life.
    pub fn client(&self, life: u8) -> &Client {
        &self.lives[usize::from(life)]
    }

    fn restart(&self, id: Id, state: &mut SeatState, out: &mut Out<Role>) {
        state.life += 1;
        state.person.restart(state.client.registered().map(|own| own.queue.clone()).unwrap_or_default());
        out.cancel_timer(Timer::Attempt);
        let mut inner = Out::new();
        state.client = self.client(state.life).on_start(id, &None, &mut inner);
        self.forward(inner, state.life, Some(&mut state.person), out);
    }

    fn step(
        &self,
        state: &mut Cow<'_, SeatState>,
        out: &mut Out<Role>,
        on_client: impl FnOnce(&Client, &mut Cow<'_, ClientState>, &mut Out<Client>),
    ) {
        let before = self.menu(state);
        let version = state.client.directory.version;
        let mut client = Cow::Borrowed(&state.client);
        let mut inner = Out::new();
        let life = state.life;
        on_client(self.client(life), &mut client, &mut inner);
        if let Cow::Owned(client) = client {
            let next = state.to_mut();
            next.client = client;
            next.person.saw_version(version, next.client.directory.version);
            self.forward(inner, life, Some(&mut next.person), out);
            if self.menu(next) != before {
                self.offer(next, out);
            }
        } else {
            self.forward(inner, life, None, out);
        }
    }

    fn offer(&self, state: &SeatState, out: &mut Out<Role>) {
        out.choose_random(KEY, self.menu(state));
    }

    /// What the person may type now.
    pub fn menu(&self, state: &SeatState) -> Vec<Choice> {
        menu(&self.person, &state.person, &state.taken)
    }
}

/// What a person may type now. Interrupts at any time, a wish to cancel while it waits, the rest when the client is ready and it makes sense.
pub(crate) fn menu(person: &Person, history: &History, taken: &[u8]) -> Vec<Choice> {
    let History { exit, ready, group, .. } = history;
    let interrupts = |dish: &Dish| dish.wish.is_abrupt();
    let eaten: u8 =
        (person.menu.iter().zip(taken)).filter(|(dish, _)| !interrupts(dish)).map(|(_, taken)| taken).sum();
    let offered = |dish: &Dish| match dish.wish {
        Wish::Restart(_) => true,
        _ if exit.is_some() => false,
        Wish::Interrupt => true,
        Wish::Cancel => !*ready,
        Wish::Send(_) | Wish::Create(_) | Wish::Groups | Wish::Join(_) => *ready && group.is_none(),
        Wish::Post | Wish::Members | Wish::Leave => *ready && group.is_some(),
        Wish::Dereg => *ready,
    };
    (0u8..)
        .zip(person.menu.iter().zip(taken))
        .filter(|(_, (dish, taken))| **taken < dish.times && offered(dish))
        .filter(|(_, (dish, _))| interrupts(dish) || eaten < person.appetite)
        .map(|(number, _)| Choice(number))
        .collect()
}

/// What is typed for a wish. Every text is new, so that it can be told from all others.
pub(crate) fn command(wish: Wish, own: &Name, person: &mut History) -> Command {
    let name = |name: &str| Name::new(name).expect("a scenario has good names");
    person.ready &= wish.is_abrupt();
    match wish {
        Wish::Send(to) => {
            let text = write(own, person, Some(name(to)));
            Command::Send { to: name(to), text }
        }
        Wish::Post => Command::SendGroup(write(own, person, None)),
        Wish::Create(group) => Command::CreateGroup(name(group)),
        Wish::Groups => Command::ListGroups,
        Wish::Join(group) => Command::JoinGroup(name(group)),
        Wish::Members => Command::ListMembers,
        Wish::Leave => Command::LeaveGroup,
        Wish::Dereg => Command::Dereg(own.clone()),
        Wish::Cancel => Command::Cancel,
        Wish::Interrupt | Wish::Restart(_) => Command::Interrupt,
    }
}

fn write(own: &Name, person: &mut History, to: Option<Name>) -> Text {
    let number = person.letters.len() + 1;
    let text = Text::new(&format!("{own}{number}")).expect("a short text");
    let group = person.group.clone();
    person.letters.push(Letter { from: own.clone(), to, group, text: text.clone(), fate: Fate::Open });
    text
}

impl Seat {
    /// Passes on what goes to peers and timers, and shows the person the rest.
    fn forward(&self, inner: Out<Client>, life: u8, mut person: Option<&mut History>, out: &mut Out<Role>) {
        for command in inner {
            match command {
                actor::Command::Send(peer, Message::Packet(packet)) => out.send(peer, packet),
                actor::Command::Send(_, Message::Event(event)) => {
                    if let Some(person) = &mut person {
                        person.see(&self.client(life).config.name, event);
                    }
                }
                actor::Command::SetTimer(timer, range) => out.set_timer(timer, range),
                actor::Command::CancelTimer(timer) => out.cancel_timer(timer),
                actor::Command::Send(..) | actor::Command::ChooseRandom(..) | actor::Command::Save(()) => {}
            }
        }
    }
}
