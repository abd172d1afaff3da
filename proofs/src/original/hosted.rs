//! The original's server and clients on the host of the chat, for programs that exist only to show its flaws. Its packets travel as
//! the texts of posts, in JSON: so nothing outside this file has to know them.

use std::borrow::Cow;
use std::time::Duration;

use cli::Cast;
use model::changes::Changing;
use model::ids::{Index, Pass, RequestNumber, Session, Token};
use model::packet::{Request, Up};
use model::{Command, Event, Message, Name, Notice, Packet as Carrier, Text, console};
use stateright::actor::{self, Actor, Id, Out};

use super::client::{Client, ClientState, Desk, Told};
use super::packet::{Body, Packet, Stamp};
use super::role::{Role, Timer};
use super::server::{self, ServerState};

/// The original's actors.
#[derive(Clone, Copy, Debug)]
pub struct Original;

impl Cast for Original {
    type Server = HostedServer;
    type Client = HostedClient;

    fn server(server: model::Server) -> HostedServer {
        HostedServer { wait: server.config.timing.ack_wait }
    }

    fn client(client: model::Client) -> HostedClient {
        let model::ClientConfig { name, server, limits, timing, .. } = client.config;
        HostedClient { client: Client { name, server, attempts: limits.attempts }, wait: timing.ack_wait }
    }
}

/// The original's server.
#[derive(Clone, Debug)]
pub struct HostedServer {
    wait: Duration,
}

/// What it holds.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct Served {
    state: ServerState,
    /// The group messages that it has slept for. Their places are the names of the host's timers.
    asleep: Vec<Stamp>,
}

/// Who records the original looks at all of it.
impl Changing for Served {}
impl Changing for ClientState {}

/// A client of the original.
#[derive(Clone, Debug)]
pub struct HostedClient {
    client: Client,
    wait: Duration,
}

/// The packet in a datagram of the chat.
///
/// # Panics
/// If it is larger than any that a scenario leads to.
pub fn carry(packet: &Packet) -> Carrier {
    let text = serde_json::to_string(packet).expect("names, texts and numbers are JSON");
    let text = Text::new(&text).expect("a scenario has short names and few of them");
    let up = Up::Request { number: RequestNumber(0), request: Request::Post(text) };
    Carrier::Up { pass: Pass { session: Session(0), token: Token::default() }, up }
}

/// The reverse, if it is one.
pub fn carried(carrier: &Carrier) -> Option<Packet> {
    match carrier {
        Carrier::Up { up: Up::Request { request: Request::Post(text), .. }, .. } => {
            serde_json::from_str(text.as_str()).ok()
        }
        _ => None,
    }
}

impl Actor for HostedServer {
    type Msg = Message;
    type Timer = model::Timer;
    type State = Served;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> Served {
        out.send(console(), Message::Notice(Notice::Started));
        Served::default()
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, Served>, src: Id, message: Message, out: &mut Out<Self>) {
        let Message::Packet(carrier) = message else { return };
        let Some(packet) = carried(&carrier) else { return };
        let before = state.state.clone();
        let (next, mut inner) = (state.to_mut(), Out::new());
        server::receive(&mut next.state, src, packet.clone(), &mut inner);
        self.forward(next, inner, out);
        notices(&before, &next.state, Some(&packet), out);
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, Served>, timer: &model::Timer, out: &mut Out<Self>) {
        let model::Timer::Post(Session(place)) = timer else { return };
        let Some(stamp) = usize::try_from(*place).ok().and_then(|it| state.asleep.get(it)).cloned() else {
            return;
        };
        let before = state.state.clone();
        server::wake(&mut state.to_mut().state, &stamp);
        notices(&before, &state.state, None, out);
    }
}

impl HostedServer {
    fn forward(&self, state: &mut Served, inner: Out<Role>, out: &mut Out<Self>) {
        for command in inner {
            match command {
                actor::Command::Send(to, packet) => out.send(to, Message::Packet(carry(&packet))),
                actor::Command::SetTimer(Timer::Sleep(stamp), _) => {
                    let timer = model::Timer::Post(Session(state.asleep.len() as u64));
                    state.asleep.push(stamp);
                    out.set_timer(timer, self.wait..self.wait);
                }
                _ => {}
            }
        }
    }
}

/// What the server's operator is told of a step, in the words of the chat.
fn notices(before: &ServerState, after: &ServerState, cause: Option<&Packet>, out: &mut Out<HostedServer>) {
    let mut tell = |notice| out.send(console(), Message::Notice(notice));
    if after.table != before.table {
        let mut people = after.table.people();
        people.sort_by(|one, other| one.name.cmp(&other.name));
        tell(Notice::Clients(people));
    }
    match cause {
        Some(Packet { from, body: Body::SendGroup(_, text) }) if after.log != before.log => {
            tell(Notice::Posted { by: from.clone(), text: text.clone() });
        }
        Some(Packet { from, body: Body::Create(group) }) if after.groups != before.groups => {
            tell(Notice::GroupCreated { by: from.clone(), group: group.clone() });
        }
        Some(Packet { from, body: Body::Join(group) }) if after.groups.contains_key(group) => {
            tell(Notice::Joined { by: from.clone(), group: group.clone() });
        }
        Some(Packet { from, body: Body::Leave(group) }) => {
            tell(Notice::Left { by: from.clone(), group: group.clone() });
        }
        Some(_) => {}
        None => {
            for (group, members) in &before.groups {
                for member in members.iter().filter(|it| !after.groups[group].contains(*it)) {
                    tell(Notice::Removed { member: member.clone(), group: group.clone() });
                }
            }
        }
    }
    if after.groups != before.groups {
        let members = |(group, members): (&Name, &std::collections::BTreeSet<Name>)| {
            (group.clone(), members.iter().cloned().collect())
        };
        tell(Notice::Groups(after.groups.iter().map(members).collect()));
    }
}

impl Actor for HostedClient {
    type Msg = Message;
    type Timer = model::Timer;
    type State = ClientState;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> ClientState {
        let mut state = ClientState::default();
        self.act(&mut state, out, |client, state, desk| *state = client.start(desk));
        state
    }

    fn on_msg(
        &self,
        _: Id,
        state: &mut Cow<'_, ClientState>,
        src: Id,
        message: Message,
        out: &mut Out<Self>,
    ) {
        match message {
            Message::Packet(carrier) => {
                let Some(packet) = carried(&carrier) else { return };
                self.act(state.to_mut(), out, |client, state, desk| client.receive(state, src, packet, desk));
            }
            Message::Command(command) if is_allowed(state, &command) => {
                self.act(state.to_mut(), out, |client, state, desk| client.command(state, command, desk));
            }
            Message::Command(_) => {
                for event in [Event::InvalidCommand, Event::Ready] {
                    out.send(console(), Message::Event(event));
                }
            }
            _ => {}
        }
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, ClientState>, _: &model::Timer, out: &mut Out<Self>) {
        self.act(state.to_mut(), out, Client::timeout);
    }
}

/// The original tells its two modes apart, too.
fn is_allowed(state: &ClientState, command: &Command) -> bool {
    let of_groups = matches!(command, Command::SendGroup(_) | Command::ListMembers | Command::LeaveGroup);
    !of_groups || state.group.is_some()
}

impl HostedClient {
    fn act(
        &self,
        state: &mut ClientState,
        out: &mut Out<Self>,
        act: impl FnOnce(&Client, &mut ClientState, &mut Desk<'_>),
    ) {
        let (mut told, mut inner) = (Vec::new(), Out::new());
        act(&self.client, state, &mut Desk { told: &mut told, out: &mut inner });
        for command in inner {
            match command {
                actor::Command::Send(to, packet) => out.send(to, Message::Packet(carry(&packet))),
                actor::Command::SetTimer(..) => out.set_timer(model::Timer::Attempt, self.wait..self.wait),
                actor::Command::CancelTimer(_) => out.cancel_timer(model::Timer::Attempt),
                actor::Command::ChooseRandom(..) | actor::Command::Save(()) => {}
            }
        }
        for told in told {
            let event = match told {
                Told::Event(event) => event,
                Told::ReceivedByServer => Event::PostReceived { index: Index(0) },
            };
            out.send(console(), Message::Event(event));
        }
    }
}
