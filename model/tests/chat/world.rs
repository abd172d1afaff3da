//! A server and clients on a network that delivers everything in order, unless told to lose it. Timers fire only when asked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::changes::noting;
use model::client::{Pending, Phase, Registered};
use model::ids::{Key, Nonce, Pass, Session};
use model::packet::{Down, Up};
use model::server::saved::Saved;
use model::{
    Client, ClientConfig, ClientState, Command, Event, Limits, Message, Name, Notice, Order, Packet, Server,
    ServerConfig, ServerState, Text, Timer, Timing, console,
};
use stateright::actor::{self, Actor, Id, Out};

use crate::noted;

/// Where the server sits.
pub(crate) const SERVER: usize = 0;

/// What gets lost, by receiver and packet.
type Loss = Box<dyn Fn(usize, &Packet) -> bool>;

pub(crate) struct World {
    limits: Limits,
    actor: Server,
    pub(crate) server: ServerState,
    clients: BTreeMap<usize, (Client, ClientState)>,
    under_way: VecDeque<(usize, usize, Packet)>,
    timers: BTreeSet<(usize, Timer)>,
    told: BTreeMap<usize, Vec<Event>>,
    notices: Vec<Notice>,
    sent: Vec<(usize, usize, Packet)>,
    lost: Loss,
    /// Whether clients keep trying, and how long they wait at most.
    pub(crate) reconnect: Option<Duration>,
    /// Whether buckets fill up again whenever everything has arrived.
    refills: bool,
    /// What the server has saved: what it would come back with, and what waits to be written with it.
    written: Saved,
    waiting: Saved,
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).expect("a good name")
}

pub(crate) fn names<const N: usize>(names: [&str; N]) -> Vec<Name> {
    names.into_iter().map(name).collect()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).expect("a short text")
}

impl World {
    pub(crate) fn new(limits: Limits) -> World {
        let key = Key([7; 16]);
        let config = ServerConfig {
            key,
            first_session: Session(100),
            durable: true,
            limits,
            timing: Timing::default(),
        };
        let actor = Server { config };
        let mut out = Out::new();
        let server = actor.on_start(Id::from(SERVER), &None, &mut out);
        let mut world = World {
            limits,
            actor,
            server,
            clients: BTreeMap::new(),
            under_way: VecDeque::new(),
            timers: BTreeSet::new(),
            told: BTreeMap::new(),
            notices: Vec::new(),
            sent: Vec::new(),
            lost: Box::new(|_, _| false),
            reconnect: None,
            refills: true,
            written: Saved::default(),
            waiting: Saved::default(),
        };
        world.take_out(SERVER, out);
        world
    }

    /// Starts a client at an address, and lets everything arrive.
    pub(crate) fn start(&mut self, address: usize, name: &str) -> usize {
        let client = Client { config: self.config(address, name) };
        let mut out = Out::new();
        let state = client.on_start(Id::from(address), &None, &mut out);
        self.timers.retain(|(actor, _)| *actor != address);
        self.clients.insert(address, (client, state));
        self.take_out(address, out);
        self.run();
        address
    }

    /// What a client is told from outside.
    pub(crate) fn config(&self, address: usize, name: &str) -> ClientConfig {
        ClientConfig {
            name: Name::new(name).expect("a good name"),
            server: Id::from(SERVER),
            nonce: Nonce(address as u64 * 1000),
            reconnect: self.reconnect,
            limits: self.limits,
            timing: Timing::default(),
        }
    }

    /// Starts a client at the next address; what it was told so far is of no interest.
    pub(crate) fn join(&mut self, name: &str) -> usize {
        let address = self.start(self.clients.len() + 1, name);
        self.told.clear();
        address
    }

    /// Lets so many people register, create a group and become members. What they were told is of no interest.
    pub(crate) fn members<const N: usize>(&mut self, people: [&str; N]) -> [usize; N] {
        let members = people.map(|name| self.join(name));
        self.say(members[0], Command::CreateGroup(name("g")));
        for member in members {
            self.say(member, Command::JoinGroup(name("g")));
        }
        self.told.clear();
        self.forget();
        members
    }

    /// A person types something, and everything arrives.
    pub(crate) fn say(&mut self, who: usize, command: Command) {
        self.input(who, console(), Message::Command(command));
        self.run();
    }

    /// The operator orders something, and everything arrives.
    pub(crate) fn order(&mut self, order: Order) {
        self.input(SERVER, console(), Message::Order(order));
        self.run();
    }

    /// A packet arrives from somewhere, and everything that follows.
    pub(crate) fn deliver(&mut self, src: usize, dst: usize, packet: Packet) {
        self.input(dst, Id::from(src), Message::Packet(packet));
        self.run();
    }

    /// The server says something to a client in its session.
    pub(crate) fn down(&mut self, who: usize, down: Down) {
        let pass = self.pass(who);
        self.deliver(SERVER, who, Packet::Down { pass, down });
    }

    /// A client says something to the server in its session.
    pub(crate) fn up(&mut self, who: usize, up: Up) {
        let pass = self.pass(who);
        self.deliver(who, SERVER, Packet::Up { pass, up });
    }

    /// A timer that is armed fires, and everything arrives.
    pub(crate) fn fire(&mut self, actor: usize, timer: Timer) {
        self.fire_alone(actor, timer);
        self.run();
    }

    fn fire_alone(&mut self, actor: usize, timer: Timer) {
        assert!(self.timers.remove(&(actor, timer)), "{timer:?} is not armed: {:?}", self.timers);
        self.step(
            actor,
            |server, state, out| server.on_timeout(Id::from(actor), state, &timer, out),
            |client, state, out| {
                client.on_timeout(Id::from(actor), state, &timer, out);
            },
        );
        self.check();
    }

    /// The server is killed, with whatever was under way to it and from it, and comes back with what was written.
    pub(crate) fn restart(&mut self) {
        self.under_way.clear();
        self.timers.retain(|(actor, _)| *actor != SERVER);
        self.waiting = Saved::default();
        let saved = Some(self.written.clone()).filter(|saved| !saved.parts.is_empty());
        let mut out = Out::new();
        self.server = self.actor.on_start(Id::from(SERVER), &saved, &mut out);
        self.take_out(SERVER, out);
        self.run();
    }

    /// Whether something that was acked, or a probe, is not written yet.
    pub(crate) fn is_behind(&self) -> bool {
        !self.waiting.parts.is_empty()
    }

    /// Whether an actor ignores a message: its state stays borrowed, so that no checker takes it for a step, and nothing
    /// goes out.
    pub(crate) fn ignores(&self, actor: usize, src: Id, message: Message) -> bool {
        if actor == SERVER {
            let (mut state, mut out) = (Cow::Borrowed(&self.server), Out::new());
            self.actor.on_msg(Id::from(actor), &mut state, src, message, &mut out);
            matches!(state, Cow::Borrowed(_)) && out.is_empty()
        } else {
            let (client, state) = &self.clients[&actor];
            let (mut state, mut out) = (Cow::Borrowed(state), Out::new());
            client.on_msg(Id::from(actor), &mut state, src, message, &mut out);
            matches!(state, Cow::Borrowed(_)) && out.is_empty()
        }
    }

    /// From now on loses what `lost` says, by receiver and packet.
    pub(crate) fn lose(&mut self, lost: impl Fn(usize, &Packet) -> bool + 'static) {
        self.lost = Box::new(lost);
    }

    /// Loses everything that this client is sent from now on.
    pub(crate) fn cut_off(&mut self, who: usize) {
        self.lose(move |dst, _| dst == who);
    }

    pub(crate) fn lose_nothing(&mut self) {
        self.lost = Box::new(|_, _| false);
    }

    /// What a person was told since asked last.
    pub(crate) fn told(&mut self, who: usize) -> Vec<Event> {
        self.told.remove(&who).unwrap_or_default()
    }

    /// What the operator was told since asked last, the tables aside.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        notices.retain(|notice| !matches!(notice, Notice::Clients(_) | Notice::Groups(_)));
        notices
    }

    /// The tables that the operator was shown since asked last.
    pub(crate) fn tables(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        notices.retain(|notice| matches!(notice, Notice::Clients(_) | Notice::Groups(_)));
        notices
    }

    /// What has gone from one to another since the last `forget`, lost or not.
    pub(crate) fn sent(&self, src: usize, dst: usize) -> Vec<&Packet> {
        self.sent.iter().filter(|(from, to, _)| (*from, *to) == (src, dst)).map(|(_, _, it)| it).collect()
    }

    /// What the server has said to a client since the last `forget`.
    pub(crate) fn downs(&self, dst: usize) -> Vec<&Down> {
        self.sent(SERVER, dst).into_iter().filter_map(as_down).collect()
    }

    /// What a client has said to the server since the last `forget`.
    pub(crate) fn ups(&self, src: usize) -> Vec<&Up> {
        self.sent(src, SERVER).into_iter().filter_map(as_up).collect()
    }

    pub(crate) fn forget(&mut self) {
        self.sent.clear();
        self.notices.clear();
    }

    pub(crate) fn client(&self, who: usize) -> &ClientState {
        &self.clients[&who].1
    }

    pub(crate) fn own(&self, who: usize) -> &Registered {
        self.client(who).registered().expect("it is registered")
    }

    pub(crate) fn pass(&self, who: usize) -> Pass {
        self.own(who).pass
    }

    pub(crate) fn session(&self, who: usize) -> Session {
        self.pass(who).session
    }

    pub(crate) fn key(&self) -> Key {
        self.actor.config.key
    }

    pub(crate) fn is_armed(&self, actor: usize, timer: Timer) -> bool {
        self.timers.contains(&(actor, timer))
    }

    /// From now on buckets get a permit back only when their timers are told to fire.
    pub(crate) fn hold_refills(&mut self) {
        self.refills = false;
    }

    /// Lets everything under way arrive, and then the buckets fill up.
    fn run(&mut self) {
        self.check();
        loop {
            while let Some((src, dst, packet)) = self.under_way.pop_front() {
                if !(self.lost)(dst, &packet) {
                    self.input(dst, Id::from(src), Message::Packet(packet));
                    self.check();
                }
            }
            let is_refill =
                |(_, timer): &&(usize, Timer)| matches!(timer, Timer::Refill(_) | Timer::Strangers);
            match self.timers.iter().find(is_refill).copied() {
                Some((actor, timer)) if self.refills => self.fire_alone(actor, timer),
                _ => return,
            }
        }
    }

    fn input(&mut self, dst: usize, src: Id, message: Message) {
        let again = message.clone();
        self.step(
            dst,
            |server, state, out| server.on_msg(Id::from(dst), state, src, message, out),
            |client, state, out| client.on_msg(Id::from(dst), state, src, again, out),
        );
    }

    fn step(
        &mut self,
        actor: usize,
        on_server: impl FnOnce(&Server, &mut Cow<'_, ServerState>, &mut Out<Server>),
        on_client: impl FnOnce(&Client, &mut Cow<'_, ClientState>, &mut Out<Client>),
    ) {
        if actor == SERVER {
            let (mut out, mut changes) = (Out::new(), Vec::new());
            let mut state = Cow::Borrowed(&self.server);
            noting(&mut changes, || on_server(&self.actor, &mut state, &mut out));
            if let Cow::Owned(state) = state {
                noted::check_server(&self.server, &state, &changes);
                self.server = state;
            }
            self.take_out(actor, out);
        } else if let Some((client, state)) = self.clients.get_mut(&actor) {
            let (mut out, mut changes) = (Out::new(), Vec::new());
            let mut next = Cow::Borrowed(&*state);
            noting(&mut changes, || on_client(client, &mut next, &mut out));
            if let Cow::Owned(next) = next {
                noted::check_client(state, &next, &changes);
                *state = next;
            }
            self.take_out(actor, out);
        }
    }

    fn take_out<A>(&mut self, actor: usize, out: Out<A>)
    where
        A: Actor<Msg = Message, Timer = Timer>,
        A::Storage: Changes,
    {
        for command in out {
            match command {
                actor::Command::Send(dst, Message::Packet(packet)) => {
                    self.sent.push((actor, usize::from(dst), packet.clone()));
                    self.under_way.push_back((actor, usize::from(dst), packet));
                }
                actor::Command::Send(dst, message) => {
                    assert_eq!(dst, console(), "only packets leave");
                    match message {
                        Message::Event(event) => self.told.entry(actor).or_default().push(event),
                        Message::Notice(notice) => self.notices.push(notice),
                        Message::Command(_) | Message::Packet(_) | Message::Order(_) => unreachable!(),
                    }
                }
                actor::Command::SetTimer(timer, _) => {
                    self.timers.insert((actor, timer));
                }
                actor::Command::CancelTimer(timer) => {
                    self.timers.remove(&(actor, timer));
                }
                actor::Command::Save(changes) => self.save(changes.changes()),
                actor::Command::ChooseRandom(..) => unreachable!("actors do not choose"),
            }
        }
    }

    fn save(&mut self, changes: Saved) {
        let now = !changes.may_wait;
        self.waiting.append(changes);
        if now {
            self.written.fold(std::mem::take(&mut self.waiting));
        }
    }

    /// What is saved is what the server holds, and leads back to it.
    fn check_saved(&self) {
        let mut folded = self.written.clone();
        folded.fold(self.waiting.clone());
        if !folded.parts.is_empty() {
            assert_eq!(folded.parts, self.server.saved().parts);
            let recovered =
                ServerState::recover(&folded, &self.actor.config.key).expect("what is saved is sound");
            assert_eq!(recovered.saved(), self.server.saved());
            for (session, record) in &recovered.sessions {
                let now = &self.server.sessions[session];
                assert_eq!((now.address, now.token), (record.address, record.token), "{session:?}");
            }
        }
    }

    /// A timer is armed exactly while what it waits for is missing.
    fn check(&self) {
        for (who, (_, client)) in &self.clients {
            let waits = match &client.phase {
                Phase::Registering(_) => true,
                Phase::Registered(own) => {
                    matches!(own.pending, Some(Pending::Request(_) | Pending::Direct(_)))
                }
                Phase::Exited(_) => false,
            };
            assert_eq!(self.is_armed(*who, Timer::Attempt), waits, "of client {who}: {client:?}");
        }
        if self.server.stopped {
            assert!(self.timers.iter().all(|(actor, _)| *actor != SERVER), "{:?}", self.timers);
            return self.check_saved();
        }
        let online = |session| self.server.online(session);
        for session in self.server.sessions.keys().copied() {
            let update = online(session).is_some_and(|it| it.sync.sent.is_some());
            let post = self.server.membership(session).is_some_and(|it| it.unanswered > 0);
            let probe = online(session).is_some_and(|it| it.probe.is_some());
            let refill = online(session).is_some_and(|it| it.bucket.spent > 0);
            for (timer, waits) in [
                (Timer::Update(session), update),
                (Timer::Post(session), post),
                (Timer::Probe(session), probe),
                (Timer::Refill(session), refill),
            ] {
                assert_eq!(self.is_armed(SERVER, timer), waits, "{timer:?}: {:?}", self.server);
            }
        }
        assert_eq!(self.is_armed(SERVER, Timer::Strangers), !self.server.strangers.is_empty());
        assert!(self.server.strangers.values().all(|spent| *spent > 0));
        let logged: usize = self.server.groups.values().map(|group| group.log.len()).sum();
        assert_eq!(self.server.posts, logged);
        self.check_saved();
    }
}

/// What an actor saves. Clients save nothing.
pub(crate) trait Changes {
    fn changes(self) -> Saved;
}

impl Changes for Saved {
    fn changes(self) -> Saved {
        self
    }
}

impl Changes for () {
    fn changes(self) -> Saved {
        unreachable!("a client does not save")
    }
}

fn as_down(packet: &Packet) -> Option<&Down> {
    match packet {
        Packet::Down { down, .. } => Some(down),
        _ => None,
    }
}

fn as_up(packet: &Packet) -> Option<&Up> {
    match packet {
        Packet::Up { up, .. } => Some(up),
        _ => None,
    }
}
