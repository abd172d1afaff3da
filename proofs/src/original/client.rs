//! The original's client. It shows whatever arrives, and takes any ack of the right name for the one it waits for.

use std::collections::VecDeque;

use model::event::Exit;
use model::{Command, Event, Name, Text};
use stateright::actor::{Id, Out, model_timeout};

use super::packet::{Answer, Body, Packet, Table};
use super::role::{Role, Timer};
use super::server;

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name.
    pub name: Name,
    /// Where the server is.
    pub server: Id,
    /// How often anything is sent at most.
    pub attempts: u8,
}

/// What a client holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientState {
    /// Where it stands.
    pub phase: Phase,
    /// `client_table`
    pub table: Table,
    /// The group it is in.
    pub group: Option<Name>,
    /// `pri_msg_queue`
    pub queue: VecDeque<(Name, Text)>,
    /// What the keyboard thread waits for.
    pub waiting: Option<Waiting>,
}

/// Where a client stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Waiting for the server's answer.
    #[default]
    Registering,
    /// Takes commands.
    Registered,
    /// Ended.
    Exited,
}

/// Something sent that waits for an ack: `ack_dict` is "`False`; if received ack, change to `True`", by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiting {
    /// Whose ack ends it.
    pub whose: Name,
    /// Where it was sent.
    pub to: Id,
    /// What was sent.
    pub body: Body,
    /// How often.
    pub attempts: u8,
}

/// What a step of a client needs: where to tell the person, and where to send.
pub(super) struct Desk<'a> {
    pub(super) told: &'a mut Vec<Told>,
    pub(super) out: &'a mut Out<Role>,
}

/// What the person is told.
pub(super) enum Told {
    /// In words that the people of our protocol know, too.
    Event(Event),
    /// "Message received by Server.", and not at which place.
    ReceivedByServer,
}

impl Desk<'_> {
    fn tell(&mut self, event: Event) {
        self.told.push(Told::Event(event));
    }
}

impl Client {
    pub(super) fn start(&self, desk: &mut Desk<'_>) -> ClientState {
        let mut state = ClientState::default();
        desk.tell(Event::Registering);
        self.ask(&mut state, Body::Register, desk);
        state
    }

    /// The person has typed something.
    pub(super) fn command(&self, state: &mut ClientState, command: Command, desk: &mut Desk<'_>) {
        let body = match command {
            Command::Send { to, text } => return self.send(state, to, text, desk),
            Command::Interrupt => return self.interrupt(state, desk),
            // The original waits for every answer.
            Command::Cancel => return,
            Command::CreateGroup(group) => Body::Create(group),
            Command::ListGroups => Body::Groups,
            Command::JoinGroup(group) => Body::Join(group),
            Command::SendGroup(text) => Body::SendGroup(own_group(state), text),
            Command::ListMembers => Body::Members(own_group(state)),
            Command::LeaveGroup => Body::Leave(own_group(state)),
            Command::Dereg(_) | Command::Quit => Body::Deregister,
        };
        self.ask(state, body, desk);
    }

    /// A packet has arrived at the listening thread.
    pub(super) fn receive(&self, state: &mut ClientState, src: Id, packet: Packet, desk: &mut Desk<'_>) {
        if state.phase == Phase::Exited {
            return;
        }
        match packet.body {
            Body::Table(table) => {
                desk.tell(Event::Directory(table.people()));
                state.table = table;
            }
            Body::Private(text) => self.private(state, src, packet.from, text, desk),
            Body::GroupMessage(stamp, text) => {
                desk.out.send(src, self.say(Body::GroupAck(stamp.clone())));
                desk.tell(Event::Post { from: stamp.sender, text, index: stamp.time });
            }
            Body::RegisterAck(answer) | Body::Ack(answer, _) => {
                // Any ack of this name: whichever attempt it is of, and whichever message.
                if let Some(waiting) = state.waiting.take_if(|waiting| waiting.whose == packet.from) {
                    desk.out.cancel_timer(Timer::Wait);
                    done(state, waiting, answer, desk);
                }
            }
            _ => {}
        }
    }

    /// 500 ms have passed: "retry for 5 times".
    pub(super) fn timeout(&self, state: &mut ClientState, desk: &mut Desk<'_>) {
        let Some(mut waiting) = state.waiting.take() else { return };
        if waiting.attempts < self.attempts {
            waiting.attempts += 1;
            self.dispatch(state, waiting, desk);
        } else if waiting.to == self.server {
            // "X will print out Y's private message before actual exiting".
            exit(state, Exit::ServerSilent, desk);
        } else {
            // "No ACK from X, message not delivered", "Report this issue to server".
            desk.tell(Event::DirectRefused { by: waiting.whose.clone() });
            self.ask(state, Body::Kick(waiting.whose), desk);
        }
    }

    fn send(&self, state: &mut ClientState, to: Name, text: Text, desk: &mut Desk<'_>) {
        let Some(entry) = state.table.find(&to) else {
            desk.tell(Event::UnknownPerson(to));
            desk.tell(Event::Ready);
            return;
        };
        let (address, body) = (entry.address, Body::Private(text));
        self.dispatch(state, Waiting { whose: to, to: address, body, attempts: 1 }, desk);
    }

    /// The readme lets Ctrl+C deregister, and shows queued messages printed on `leave_group`, on `dereg` ("X first print out
    /// private message from Y, then exit") and when the server is silent, but not here.
    fn interrupt(&self, state: &mut ClientState, desk: &mut Desk<'_>) {
        desk.out.send(self.server, self.say(Body::Deregister));
        desk.out.cancel_timer(Timer::Wait);
        end(state);
        desk.tell(Event::Exited { reason: Exit::Deregistered, queued: Vec::new() });
    }

    fn ask(&self, state: &mut ClientState, body: Body, desk: &mut Desk<'_>) {
        let waiting = Waiting { whose: server::name(), to: self.server, body, attempts: 1 };
        self.dispatch(state, waiting, desk);
    }

    fn dispatch(&self, state: &mut ClientState, waiting: Waiting, desk: &mut Desk<'_>) {
        desk.out.send(waiting.to, self.say(waiting.body.clone()));
        desk.out.set_timer(Timer::Wait, model_timeout());
        state.waiting = Some(waiting);
    }

    /// "When client in group mode, the private messages it received will be kept in `pri_msg_queue`": every copy.
    fn private(&self, state: &mut ClientState, src: Id, from: Name, text: Text, desk: &mut Desk<'_>) {
        let about = Box::new(Body::Private(text.clone()));
        desk.out.send(src, self.say(Body::Ack(Answer::Yes, about)));
        if state.group.is_some() {
            state.queue.push_back((from, text));
            desk.tell(Event::Queued { waiting: state.queue.len() });
        } else {
            desk.tell(Event::Direct { from, text });
        }
    }

    fn say(&self, body: Body) -> Packet {
        Packet { from: self.name.clone(), body }
    }
}

/// "Based on server or another client's ack and additional information, perform corresponding actions".
fn done(state: &mut ClientState, waiting: Waiting, answer: Answer, desk: &mut Desk<'_>) {
    let refused = answer == Answer::No;
    match waiting.body {
        Body::Register if refused => return exit(state, Exit::NameTaken, desk),
        Body::Register => {
            state.phase = Phase::Registered;
            desk.tell(Event::Registered);
        }
        Body::Deregister => return exit(state, Exit::Deregistered, desk),
        Body::Create(group) if refused => desk.tell(Event::GroupExists(group)),
        Body::Create(group) => desk.tell(Event::GroupCreated(group)),
        Body::Groups => desk.tell(Event::Groups(names(answer))),
        Body::Join(group) if refused => desk.tell(Event::NoSuchGroup(group)),
        Body::Join(group) => {
            state.group = Some(group.clone());
            desk.tell(Event::Joined(group));
        }
        Body::Leave(group) => {
            state.group = None;
            desk.tell(Event::Left(group));
            for (from, text) in state.queue.drain(..) {
                desk.tell(Event::Direct { from, text });
            }
        }
        Body::Members(group) => desk.tell(Event::Members { group, members: names(answer) }),
        Body::SendGroup(..) => desk.told.push(Told::ReceivedByServer),
        Body::Private(_) => desk.tell(Event::DirectReceived { by: waiting.whose }),
        _ => {}
    }
    desk.tell(Event::Ready);
}

fn exit(state: &mut ClientState, reason: Exit, desk: &mut Desk<'_>) {
    let queued = state.queue.drain(..).collect();
    end(state);
    desk.tell(Event::Exited { reason, queued });
}

/// The process is gone. Its table is kept only for those who judge.
fn end(state: &mut ClientState) {
    let table = std::mem::take(&mut state.table);
    *state = ClientState { phase: Phase::Exited, table, ..ClientState::default() };
}

/// Only typed while in a group.
fn own_group(state: &ClientState) -> Name {
    state.group.clone().expect("a person in a group")
}

fn names(answer: Answer) -> Vec<Name> {
    match answer {
        Answer::Names(names) => names,
        Answer::Yes | Answer::No => Vec::new(),
    }
}
