//! A client together with its person: what the person types are the actor's random choices, and what the person is told
//! is folded into what it has seen. So console traffic never enters the checked network.

use std::borrow::Cow;

use model::{Client, ClientState, Command, Event, Message, Name, Text, Timer, console};
use stateright::actor::{self, Actor, Id, Out};

use super::book::Book;
use super::history::{Fate, History, Known, Letter};
use super::role::{Choice, Role};
use crate::scenario::{Dish, Person, Wish};

/// A client and its person.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The client of each life; every restart begins the next one.
    pub lives: Vec<Client>,
    /// What its person may type.
    pub person: Person,
    /// What its person did in a recorded run.
    pub script: Vec<Deed>,
    /// Where the others are.
    pub book: Book,
}

/// What a person did in a recorded run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Gave a command, or typed one.
    Said(Command),
    /// Started a client where one was before.
    Restarted,
}

/// What a choice is.
pub enum Chosen<'a> {
    /// Something on the menu.
    Wish(Wish),
    /// Something that was recorded.
    Deed(&'a Deed),
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
        let src = self.book.address(src);
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
        if let Some(taken) = state.taken.get_mut(usize::from(choice.0)) {
            *taken += 1;
        }
        match self.chosen(choice) {
            Chosen::Wish(Wish::Restart(_)) | Chosen::Deed(Deed::Restarted) => self.restart(id, state, out),
            Chosen::Wish(wish) => self.type_in(id, state, wish, out),
            Chosen::Deed(Deed::Said(command)) => self.say(id, state, command.clone(), out),
        }
        self.offer(state, out);
    }

    /// What a choice is.
    pub fn chosen(&self, choice: Choice) -> Chosen<'_> {
        let number = usize::from(choice.0);
        match self.person.menu.get(number) {
            Some(dish) => Chosen::Wish(dish.wish),
            None => Chosen::Deed(&self.script[number - self.person.menu.len()]),
        }
    }

    /// The command that a choice is; nothing if it is another one.
    pub(crate) fn command(&self, state: &SeatState, choice: Choice) -> Option<Command> {
        match self.chosen(choice) {
            Chosen::Wish(Wish::Restart(_)) | Chosen::Deed(Deed::Restarted) => None,
            Chosen::Wish(wish) => {
                let name = &self.client(state.life).config.name;
                Some(command(wish, name, &mut state.person.clone()))
            }
            Chosen::Deed(Deed::Said(command)) => Some(command.clone()),
        }
    }

    /// The person types something, on its menu or not.
    ///
    /// # Panics
    /// If a scenario has bad names.
    pub fn type_in(&self, id: Id, state: &mut SeatState, wish: Wish, out: &mut Out<Role>) {
        let command = command(wish, &self.client(state.life).config.name, &mut state.person);
        let inner = self.carry_out(id, state, command);
        self.forward(inner, state.life, Some(&mut state.person), out);
    }

    /// The person gives a command, at any time. A text that the client does not even take counts as never typed.
    fn say(&self, id: Id, state: &mut SeatState, command: Command, out: &mut Out<Role>) {
        let letters = state.person.letters.len();
        state.person.say(&self.client(state.life).config.name, &command);
        let inner = self.carry_out(id, state, command);
        let refused = inner.iter().any(|output| {
            matches!(
                output,
                actor::Command::Send(
                    _,
                    Message::Event(Event::NotReady(_) | Event::InvalidCommand | Event::UnknownPerson(_))
                )
            )
        });
        if refused {
            state.person.letters.truncate(letters);
        }
        self.forward(inner, state.life, Some(&mut state.person), out);
    }

    fn carry_out(&self, id: Id, state: &mut SeatState, command: Command) -> Out<Client> {
        let mut client = Cow::Borrowed(&state.client);
        let mut inner = Out::new();
        self.client(state.life).on_msg(id, &mut client, console(), Message::Command(command), &mut inner);
        if let Cow::Owned(client) = client {
            state.client = client;
        }
        inner
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
        let known = Known::by(&state.client);
        let mut client = Cow::Borrowed(&state.client);
        let mut inner = Out::new();
        let life = state.life;
        on_client(self.client(life), &mut client, &mut inner);
        if let Cow::Owned(client) = client {
            let next = state.to_mut();
            next.client = client;
            next.person.saw_directory(known, Known::by(&next.client), shows_table(&inner));
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
    (0u16..)
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

fn shows_table(out: &Out<Client>) -> bool {
    let table = |command: &_| matches!(command, actor::Command::Send(_, Message::Event(Event::Directory(_))));
    out.iter().any(table)
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
                actor::Command::Send(peer, Message::Packet(packet)) => {
                    if let Some(actor) = self.book.actor(peer) {
                        out.send(actor, packet);
                    }
                }
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
