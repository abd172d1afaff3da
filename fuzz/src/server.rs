//! The server: strangers and members do anything, timers fire, and it may be killed and come back at any moment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::changes::noting;
use model::ids::{Cookie, Index, Key, Nonce, Pass, RequestNumber, Session, Token, Version};
use model::packet::{Down, Listing, Request, Up};
use model::server::saved::Saved;
use model::{
    Limits, Message, Name, Order, Packet, Server, ServerConfig, ServerState, Text, Timer, Timing, console,
};
use net::wire::decode;
use stateright::actor::{Actor, Command, Id, Out};

use super::bytes::Bytes;
use super::noted::check_server;
use super::wire::assert_fits;

/// Everything small, so that it is soon met.
const LIMITS: Limits = Limits {
    attempts: 2,
    clients: 5,
    groups: 2,
    queued: 2,
    posts: 4,
    window: 3,
    reach: 2,
    burst: 2,
    strangers: 2,
    page: 100,
};

const KEY: Key = Key([7; 16]);
const PLACES: usize = 6;
const NAMES: [&str; 8] =
    ["ann", "bob", "cleo", "dan", "eve", "fay", "server", "0123456789abcdef0123456789abcdef"];

/// Runs a sequence of operations.
pub fn server(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let mut world = World::start();
    while !bytes.is_empty() {
        world.operation(&mut bytes);
        world.check();
    }
}

/// A server and all that has been said to everybody.
struct World {
    actor: Server,
    state: ServerState,
    timers: BTreeSet<Timer>,
    /// The last cookie that each place was sent.
    cookies: BTreeMap<usize, Cookie>,
    /// All passes that were sent, each with its place.
    passes: Vec<(usize, Pass)>,
    /// What the server would come back with.
    written: Saved,
    waiting: Saved,
}

impl World {
    fn start() -> World {
        let config = ServerConfig {
            key: KEY,
            first_session: Session(1),
            durable: true,
            limits: LIMITS,
            timing: Timing::default(),
        };
        let actor = Server { config };
        let mut out = Out::new();
        let state = actor.on_start(Id::from(0), &None, &mut out);
        let mut world = World {
            actor,
            state,
            timers: BTreeSet::new(),
            cookies: BTreeMap::new(),
            passes: Vec::new(),
            written: Saved::default(),
            waiting: Saved::default(),
        };
        world.take(out, None);
        world
    }

    fn operation(&mut self, bytes: &mut Bytes<'_>) {
        let from = 1 + bytes.below(PLACES);
        match bytes.byte() % 16 {
            0..=3 => {
                let packet = self.registration(bytes, from);
                self.deliver(from, packet);
            }
            4..=11 => {
                let (from, pass) = self.pass(bytes, from);
                let up = self.up(bytes);
                self.deliver(from, Packet::Up { pass, up });
            }
            12 | 13 => self.fire(bytes),
            14 => {
                let length = bytes.below(64);
                for packet in decode(bytes.run(length)).unwrap_or_default() {
                    self.deliver(from, packet);
                }
            }
            _ => match bytes.byte() % 4 {
                0 => self.order(Order::Kick(name(bytes))),
                1 => self.order(Order::Stop),
                _ => self.crash(),
            },
        }
    }

    /// What the operator asks. A server that is stopped is started again.
    fn order(&mut self, order: Order) {
        let order = Message::Order(order);
        let out = self.step(|actor, state, out| actor.on_msg(Id::from(0), state, console(), order, out));
        self.take(out, None);
        if self.state.stopped {
            assert!(self.timers.is_empty(), "stopped, and waits for {:?}", self.timers);
            self.crash();
        }
    }

    fn registration(&self, bytes: &mut Bytes<'_>, from: usize) -> Packet {
        let cookie = match bytes.byte() % 4 {
            0 => Cookie::NONE,
            1 => bytes.pick(&self.cookies.values().copied().collect::<Vec<_>>()).unwrap_or_default(),
            _ => self.cookies.get(&from).copied().unwrap_or_default(),
        };
        Packet::Register { name: name(bytes), nonce: Nonce(bytes.number()), cookie }
    }

    /// Mostly somebody's own, sometimes of another, sometimes made up.
    fn pass(&self, bytes: &mut Bytes<'_>, from: usize) -> (usize, Pass) {
        let own = bytes.pick(&self.passes);
        match (bytes.byte() % 8, own) {
            (0, _) | (_, None) => (from, Pass { session: Session(bytes.number()), token: Token::default() }),
            (1, Some((_, pass))) => (from, pass),
            (2, Some((place, pass))) => (place, Pass { session: Session(bytes.number()), ..pass }),
            (_, Some(own)) => own,
        }
    }

    fn up(&self, bytes: &mut Bytes<'_>) -> Up {
        match bytes.byte() % 8 {
            0 => Up::UpdateAck(Version(bytes.number())),
            1 => Up::UpdateAck(self.state.directory.version),
            2 => Up::PostAck { join: RequestNumber(bytes.number()), next: Index(bytes.number()) },
            3 => Up::Alive(match bytes.byte() % 2 {
                0 => self.state.directory.version,
                _ => Version(bytes.number()),
            }),
            _ => Up::Request { number: RequestNumber(bytes.number()), request: self.request(bytes) },
        }
    }

    fn request(&self, bytes: &mut Bytes<'_>) -> Request {
        match bytes.byte() % 16 {
            0 => Request::Deregister,
            1 | 2 => Request::CreateGroup(name(bytes)),
            3 => Request::ListGroups { after: Some(name(bytes)).filter(|_| bytes.byte().is_multiple_of(2)) },
            4..=6 => {
                Request::JoinGroup(match bytes.pick(&self.state.groups.keys().cloned().collect::<Vec<_>>()) {
                    Some(group) => group,
                    None => name(bytes),
                })
            }
            7 if bytes.byte().is_multiple_of(2) => Request::Withdraw,
            7 => Request::LeaveGroup,
            8 => Request::ListMembers { after: Some(name(bytes)).filter(|_| bytes.byte().is_multiple_of(2)) },
            9..=13 => Request::Post(text(bytes)),
            _ => Request::Report(Session(bytes.number())),
        }
    }

    fn deliver(&mut self, from: usize, packet: Packet) {
        let (asked, proven) = (packet.length(), self.is_proven(from, &packet));
        let first = self.state.next_session;
        let (source, packet) = (Id::from(from), Message::Packet(packet));
        let out = self.step(|actor, state, out| actor.on_msg(Id::from(0), state, source, packet, out));
        assert!(self.state.next_session >= first, "session numbers only grow");
        self.take(out, Some((from, asked)).filter(|_| !proven));
    }

    /// Whether whoever is there has shown that it receives what is sent there.
    fn is_proven(&self, from: usize, packet: &Packet) -> bool {
        let address = Id::from(from);
        let listed = self.state.directory.entries().any(|entry| entry.address == address);
        listed
            || matches!(packet, Packet::Register { name, cookie, .. }
                if KEY.proven(*cookie, address, name).is_some())
    }

    fn fire(&mut self, bytes: &mut Bytes<'_>) {
        let Some(timer) = bytes.pick(&self.timers.iter().copied().collect::<Vec<_>>()) else { return };
        self.timers.remove(&timer);
        let out = self.step(|actor, state, out| actor.on_timeout(Id::from(0), state, &timer, out));
        self.take(out, None);
    }

    /// What it changes has to be noted.
    fn step(
        &mut self,
        step: impl FnOnce(&Server, &mut Cow<'_, ServerState>, &mut Out<Server>),
    ) -> Out<Server> {
        let (mut out, mut changes) = (Out::new(), Vec::new());
        let mut state = Cow::Borrowed(&self.state);
        noting(&mut changes, || step(&self.actor, &mut state, &mut out));
        if let Cow::Owned(state) = state {
            check_server(&self.state, &state, &changes);
            self.state = state;
        }
        out
    }

    /// Killed, and back with what was written.
    fn crash(&mut self) {
        self.timers.clear();
        self.waiting = Saved::default();
        let saved = Some(self.written.clone()).filter(|saved| !saved.parts.is_empty());
        let mut out = Out::new();
        self.state = self.actor.on_start(Id::from(0), &saved, &mut out);
        self.take(out, None);
    }

    /// Carries out what the server wants. To a stranger it may say one thing, and no longer one than it was asked.
    fn take(&mut self, out: Out<Server>, stranger: Option<(usize, usize)>) {
        let mut answers = 0;
        for command in out {
            match command {
                Command::Send(to, Message::Packet(packet)) => {
                    assert_fits(&packet);
                    if let Some((from, asked)) = stranger
                        && to == Id::from(from)
                    {
                        answers += 1;
                        assert!(answers == 1 && packet.length() <= asked, "to a stranger: {packet:?}");
                    }
                    self.hear(usize::from(to), &packet);
                }
                Command::Send(..) => {}
                Command::SetTimer(timer, _) => drop(self.timers.insert(timer)),
                Command::CancelTimer(timer) => drop(self.timers.remove(&timer)),
                Command::Save(changes) => self.save(changes),
                Command::ChooseRandom(..) => unreachable!("actors do not choose"),
            }
        }
    }

    fn hear(&mut self, place: usize, packet: &Packet) {
        match packet {
            Packet::Challenge { cookie, .. } => drop(self.cookies.insert(place, *cookie)),
            Packet::Welcome { pass, .. } if !self.passes.contains(&(place, *pass)) => {
                assert_eq!(pass.token, KEY.token(pass.session, Id::from(place)));
                self.passes.push((place, *pass));
            }
            // Only who showed a pass is told it again.
            Packet::Down { pass, down } if !matches!(down, Down::Gone) => {
                assert_eq!(pass.token, KEY.token(pass.session, Id::from(place)), "a token of another");
                if let Down::Update(update) = down {
                    let of_both = |it: &Listing| it.secret == KEY.pair(pass.session, it.entry.session);
                    assert!(update.entries.iter().all(of_both), "a secret of others");
                }
            }
            _ => {}
        }
    }

    fn save(&mut self, changes: Saved) {
        let now = !changes.may_wait;
        self.waiting.append(changes);
        if now {
            self.written.fold(std::mem::take(&mut self.waiting));
        }
    }

    fn check(&self) {
        self.check_directory();
        self.check_groups();
        self.check_bounds();
        self.check_timers();
        let mut folded = self.written.clone();
        folded.fold(self.waiting.clone());
        if !folded.parts.is_empty() {
            assert_eq!(folded.parts, self.state.saved().parts, "what is saved is what it holds");
            assert!(ServerState::recover(&folded, &KEY).is_ok());
        }
    }

    fn check_directory(&self) {
        let (mut names, mut addresses) = (BTreeSet::new(), BTreeSet::new());
        for entry in self.state.directory.entries() {
            assert!(names.insert(&entry.name), "two entries of one name");
            assert!(!entry.online || addresses.insert(entry.address), "two sessions at one address");
            assert!(!entry.name.is_reserved());
            assert!(entry.session < self.state.next_session);
            let record = self.state.sessions.get(&entry.session).expect("every entry has a record");
            assert_eq!(
                (record.address, record.token),
                (entry.address, KEY.token(entry.session, entry.address))
            );
            assert_eq!(record.online.is_some(), entry.online);
        }
        assert_eq!(names.len(), self.state.sessions.len());
    }

    fn check_groups(&self) {
        let mut members = BTreeSet::new();
        for (name, group) in &self.state.groups {
            for (person, session) in &group.members {
                assert!(members.insert(*session), "a member of two groups");
                assert_eq!(self.state.membership(*session).map(|member| &member.group), Some(name));
                let listed = self.state.directory.entries().find(|entry| entry.session == *session);
                assert!(listed.is_some_and(|entry| entry.online && entry.name == *person));
            }
        }
        let memberships = self.state.sessions.keys().filter(|it| self.state.membership(**it).is_some());
        assert_eq!(memberships.count(), members.len());
    }

    fn check_bounds(&self) {
        let state = &self.state;
        assert!(state.sessions.len() <= LIMITS.clients);
        assert!(state.groups.len() <= LIMITS.groups);
        assert_eq!(state.posts, state.groups.values().map(|group| group.log.len()).sum::<usize>());
        assert!(state.posts <= LIMITS.posts);
        let online = || state.sessions.values().filter_map(|record| record.online.as_ref());
        let out: usize = online()
            .map(|it| {
                usize::from(it.sync.sent.is_some()) + it.membership.as_ref().map_or(0, |m| m.unanswered)
            })
            .sum();
        assert_eq!(state.window.unanswered, out);
        assert!(out <= LIMITS.window);
        let queued: BTreeSet<_> = state.window.queue.iter().collect();
        assert_eq!(queued.len(), state.window.queue.len(), "somebody waits twice");
        assert!(queued.iter().all(|session| state.online(**session).is_some_and(|it| it.queued)));
        assert!(online().all(|it| it.bucket.spent <= LIMITS.burst));
        assert!(online().all(|it| it.membership.as_ref().is_none_or(|m| m.unanswered <= LIMITS.reach)));
        assert!(state.strangers.values().all(|spent| (1..=LIMITS.strangers).contains(spent)));
        assert!(state.strangers.len() <= usize::from(Limits::BUCKETS));
    }

    /// A timer is armed exactly while what it waits for is missing.
    fn check_timers(&self) {
        let mut wanted = BTreeSet::new();
        for (&session, record) in &self.state.sessions {
            let Some(online) = &record.online else { continue };
            let posts = online.membership.as_ref().is_some_and(|member| member.unanswered > 0);
            let waits = [
                (Timer::Update(session), online.sync.sent.is_some()),
                (Timer::Post(session), posts),
                (Timer::Probe(session), online.probe.is_some()),
                (Timer::Refill(session), online.bucket.spent > 0),
            ];
            wanted.extend(waits.into_iter().filter(|(_, waits)| *waits).map(|(timer, _)| timer));
        }
        wanted.extend(Some(Timer::Strangers).filter(|_| !self.state.strangers.is_empty()));
        assert_eq!(self.timers, wanted);
    }
}

fn name(bytes: &mut Bytes<'_>) -> Name {
    Name::new(NAMES[bytes.below(NAMES.len())]).expect("a good name")
}

/// Mostly short, sometimes as long as it may be.
fn text(bytes: &mut Bytes<'_>) -> Text {
    let length = if bytes.byte() == 0xff { Text::MAX_BYTES } else { 3 };
    Text::new(&"t".repeat(length)).expect("a good text")
}
