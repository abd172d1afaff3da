//! The client: its person types anything, its server and its peers say anything, and its timer fires.

use std::borrow::Cow;
use std::time::Duration;

use model::changes::noting;
use model::client::{Mode, Pending, Phase};
use model::ids::{
    Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Slot, Stop, Token, Version,
};
use model::packet::{Down, Entry, Listing, Packet, Refusal, Reply, Update, Verdict};
use model::{Client, ClientConfig, ClientState, Event, Limits, Message, Name, Text, Timer, Timing, console};
use net::wire::decode;
use stateright::actor::{Actor, Command, Id, Out};

use super::bytes::Bytes;
use super::noted::check_client;
use super::wire::assert_fits;

/// Everything small, so that it is soon met.
const LIMITS: Limits = Limits {
    attempts: 3,
    clients: 4,
    groups: 3,
    queued: 2,
    posts: 4,
    window: 3,
    reach: 2,
    burst: 0,
    strangers: 0,
    page: 100,
};
const SERVER: usize = 9;
const NAMES: [&str; 5] = ["ann", "bob", "cleo", "dan", "0123456789abcdef0123456789abcdef"];

/// How long a client that keeps trying waits at most. Three doublings lead there.
const LONGEST: Duration = Duration::from_secs(4);

/// Runs a sequence of operations, once with a client that gives up and once with one that keeps trying.
pub fn client(input: &[u8]) {
    for reconnect in [None, Some(LONGEST)] {
        let mut bytes = Bytes::new(input);
        let mut world = World::start(reconnect);
        while !bytes.is_empty() {
            world.operation(&mut bytes);
            world.check();
        }
    }
}

/// A client, whose server is made up as it goes.
struct World {
    actor: Client,
    state: ClientState,
    armed: bool,
    exited: bool,
}

impl World {
    fn start(reconnect: Option<Duration>) -> World {
        let config = ClientConfig {
            name: Name::new(NAMES[0]).expect("a good name"),
            server: Id::from(SERVER),
            nonce: Nonce(100),
            reconnect,
            limits: LIMITS,
            timing: Timing::default(),
        };
        let actor = Client { config };
        let mut out = Out::new();
        let state = actor.on_start(Id::from(1), &None, &mut out);
        let mut world = World { actor, state, armed: false, exited: false };
        world.take(out);
        world
    }

    fn operation(&mut self, bytes: &mut Bytes<'_>) {
        match bytes.byte() % 16 {
            0..=2 => {
                let packet = self.answer(bytes);
                self.hear(SERVER, Message::Packet(packet));
            }
            3..=7 => {
                let (pass, down) = (self.pass(bytes), self.down(bytes));
                self.hear(SERVER, Message::Packet(Packet::Down { pass, down }));
            }
            8 | 9 => {
                let packet = self.peer(bytes);
                self.hear(2 + bytes.below(3), Message::Packet(packet));
            }
            10..=12 => {
                let command = command(bytes);
                self.hear(usize::from(console()), Message::Command(command));
            }
            13 => self.fire(),
            14 => {
                let from = if bytes.byte().is_multiple_of(2) { SERVER } else { 2 };
                let length = bytes.below(96);
                for packet in decode(bytes.run(length)).unwrap_or_default() {
                    self.hear(from, Message::Packet(packet));
                }
            }
            // What only a server or a client itself says.
            _ => self.hear(2, Message::Event(Event::Ready)),
        }
    }

    /// What comes of a registration.
    fn answer(&self, bytes: &mut Bytes<'_>) -> Packet {
        let current = self.state.registering().map(|it| it.nonce);
        let nonce =
            current.filter(|_| !bytes.byte().is_multiple_of(4)).unwrap_or_else(|| Nonce(bytes.number()));
        match bytes.byte() % 8 {
            0 => Packet::Refused { nonce, refusal: Refusal::NameTaken },
            1 | 2 => Packet::Challenge { nonce, cookie: Cookie([bytes.byte(); 16]) },
            _ => Packet::Welcome { nonce, pass: made_up_pass(bytes) },
        }
    }

    fn pass(&self, bytes: &mut Bytes<'_>) -> Pass {
        let own = self.state.registered().map(|own| own.pass);
        own.filter(|_| !bytes.byte().is_multiple_of(8)).unwrap_or_else(|| made_up_pass(bytes))
    }

    fn down(&self, bytes: &mut Bytes<'_>) -> Down {
        let join = self.state.registered().and_then(|own| own.mode.join());
        let join =
            join.filter(|_| !bytes.byte().is_multiple_of(8)).unwrap_or_else(|| RequestNumber(bytes.number()));
        match bytes.byte() % 16 {
            0..=5 => Down::Reply { number: self.number(bytes), reply: reply(bytes) },
            6..=8 => Down::Update(self.update(bytes)),
            9..=12 => Down::Post { join, index: self.index(bytes), from: name(bytes), text: text(bytes) },
            13 => Down::Removed { join },
            14 if bytes.byte().is_multiple_of(2) => Down::Stopping(Stop(bytes.number())),
            14 => Down::Probe(Version(bytes.number())),
            _ if bytes.byte().is_multiple_of(4) => Down::Kicked,
            _ => Down::Gone,
        }
    }

    /// Mostly of the request that waits.
    fn number(&self, bytes: &mut Bytes<'_>) -> RequestNumber {
        match self.state.pending() {
            Some(Pending::Request(pending)) if !bytes.byte().is_multiple_of(8) => pending.number,
            _ => RequestNumber(bytes.number()),
        }
    }

    /// Mostly near the next one.
    fn index(&self, bytes: &mut Bytes<'_>) -> Index {
        match self.state.registered().map(|own| &own.mode) {
            Some(Mode::Group { next, .. }) if !bytes.byte().is_multiple_of(8) => {
                Index(next.0.saturating_add(bytes.number() % 8))
            }
            _ => Index(bytes.number()),
        }
    }

    fn update(&self, bytes: &mut Bytes<'_>) -> Update {
        let known = self.state.directory.version;
        let base = if bytes.byte().is_multiple_of(4) { Version(bytes.number()) } else { known };
        let to = Version(base.0.saturating_add(bytes.number() % 4));
        let latest = if bytes.byte().is_multiple_of(4) { Version(bytes.number()) } else { to };
        let listing = |bytes: &mut Bytes<'_>| {
            let address = Id::from(2 + bytes.below(3));
            let session = Session(bytes.number());
            let entry =
                Entry { name: name(bytes), address, session, online: !bytes.byte().is_multiple_of(4) };
            Listing { slot: Slot(bytes.number()), entry, secret: PairSecret([bytes.byte() % 4; 16]) }
        };
        let entries = (0..bytes.below(4)).map(|_| listing(bytes)).collect();
        Update { base, to, latest, entries }
    }

    fn peer(&self, bytes: &mut Bytes<'_>) -> Packet {
        let own = self.state.registered().map(|own| own.pass.session);
        let to = own.filter(|_| !bytes.byte().is_multiple_of(8)).unwrap_or_else(|| Session(bytes.number()));
        let listings: Vec<&Listing> = self.state.directory.listings().collect();
        let listed = bytes.pick(&listings);
        let from = listed.map_or_else(|| Session(bytes.number()), |it| it.entry.session);
        let secret = match (bytes.byte() % 8, listed) {
            (0, _) | (_, None) => PairSecret([bytes.byte(); 16]),
            (_, Some(it)) => it.secret,
        };
        let number = DirectNumber(bytes.number());
        match (self.state.pending(), bytes.byte() % 4) {
            (Some(Pending::Direct(it)), 0 | 1) => {
                let verdicts = [Verdict::Accepted, Verdict::Queued, Verdict::QueueFull];
                let verdict = verdicts[bytes.below(3)];
                let secret = if bytes.byte().is_multiple_of(8) { secret } else { it.secret };
                Packet::DirectAck { from: it.to, to, secret, number: it.number, verdict }
            }
            (_, 3) => Packet::DirectAck { from, to, secret, number, verdict: Verdict::Accepted },
            _ => {
                let sender = listed.map_or_else(|| name(bytes), |it| it.entry.name.clone());
                Packet::Direct { sender, from, to, secret, number, text: text(bytes) }
            }
        }
    }

    fn hear(&mut self, from: usize, message: Message) {
        self.step(|actor, state, out| actor.on_msg(Id::from(1), state, Id::from(from), message, out));
    }

    fn fire(&mut self) {
        if !std::mem::take(&mut self.armed) {
            return;
        }
        self.step(|actor, state, out| actor.on_timeout(Id::from(1), state, &Timer::Attempt, out));
    }

    /// What it changes has to be noted.
    fn step(&mut self, step: impl FnOnce(&Client, &mut Cow<'_, ClientState>, &mut Out<Client>)) {
        let (mut out, mut changes) = (Out::new(), Vec::new());
        let mut state = Cow::Borrowed(&self.state);
        noting(&mut changes, || step(&self.actor, &mut state, &mut out));
        if let Cow::Owned(state) = state {
            check_client(&self.state, &state, &changes);
            self.state = state;
        }
        self.take(out);
    }

    /// Carries out what the client wants. After its end it wants nothing.
    fn take(&mut self, out: Out<Client>) {
        let ended = self.exited;
        for command in out {
            match command {
                Command::Send(_, Message::Packet(packet)) => {
                    assert!(!ended, "sent after the end: {packet:?}");
                    assert_fits(&packet);
                }
                Command::Send(to, Message::Event(event)) => {
                    assert!(to == console() && !ended, "told after the end: {event:?}");
                    self.exited |= matches!(event, Event::Exited { .. });
                }
                Command::Send(_, message) => panic!("no client says {message:?}"),
                Command::SetTimer(timer, _) => {
                    assert_eq!(timer, Timer::Attempt);
                    self.armed = true;
                }
                Command::CancelTimer(_) => self.armed = false,
                Command::ChooseRandom(..) | Command::Save(()) => unreachable!("a client does neither"),
            }
        }
    }

    fn check(&self) {
        let state = &self.state;
        let waits = match &state.phase {
            Phase::Registering(it) => it.attempts <= self.attempts(),
            Phase::Registered(own) => own.pending.is_some(),
            Phase::Exited(_) => false,
        };
        assert_eq!(self.armed, waits, "{state:?}");
        assert_eq!(self.exited, matches!(state.phase, Phase::Exited(_)));

        let listed = state.directory.listings().count();
        assert!(listed <= LIMITS.clients, "{listed} entries");
        assert!(state.heard.len() <= listed, "remembers who is not listed");
        let Some(own) = state.registered() else { return };
        assert!(own.queue.len() <= LIMITS.queued);
        assert!(own.mode != Mode::Alone || own.queue.is_empty());
        if let Mode::Group { ahead, next, .. } = &own.mode {
            assert!(ahead.len() <= LIMITS.posts && ahead.keys().all(|index| index > next));
        }
        match &own.pending {
            Some(Pending::Request(it)) => {
                assert!(it.names.len() <= LIMITS.clients && it.attempts <= self.attempts());
                assert!(it.number <= own.last_request);
            }
            Some(Pending::Direct(it)) => {
                assert!(it.attempts <= LIMITS.attempts && it.number <= own.last_direct);
            }
            None => {}
        }
    }

    /// So many attempts to reach the server are told apart.
    fn attempts(&self) -> u8 {
        LIMITS.attempts + if self.actor.config.reconnect.is_some() { 3 } else { 0 }
    }
}

fn command(bytes: &mut Bytes<'_>) -> model::Command {
    use model::Command;
    match bytes.byte() % 16 {
        0..=3 => Command::Send { to: name(bytes), text: text(bytes) },
        4 => Command::CreateGroup(name(bytes)),
        5 => Command::ListGroups,
        6..=8 => Command::JoinGroup(name(bytes)),
        9 | 10 => Command::SendGroup(text(bytes)),
        11 if bytes.byte().is_multiple_of(2) => Command::ListMembers,
        11 | 12 if bytes.byte().is_multiple_of(2) => Command::Cancel,
        11 | 12 => Command::LeaveGroup,
        13 => Command::Dereg(name(bytes)),
        14 => Command::Quit,
        _ => Command::Interrupt,
    }
}

fn reply(bytes: &mut Bytes<'_>) -> Reply {
    match bytes.byte() % 16 {
        0 => Reply::Deregistered,
        1 => Reply::GroupCreated,
        2 => Reply::GroupExists,
        3 => Reply::TooManyGroups,
        4 | 5 => {
            let mut names: Vec<Name> = (0..bytes.below(4)).map(|_| name(bytes)).collect();
            if !bytes.byte().is_multiple_of(4) {
                names.sort();
            }
            Reply::Names { names, more: bytes.byte().is_multiple_of(2) }
        }
        6 => Reply::NoSuchGroup,
        7 => Reply::AlreadyMember,
        8 => Reply::Left,
        9 => Reply::Posted(Index(bytes.number())),
        10 => Reply::NotMember,
        11 => Reply::Backlog,
        12 if bytes.byte().is_multiple_of(2) => Reply::Withdrawn,
        12 => Reply::Noted,
        _ => Reply::Joined { next: Index(bytes.number()) },
    }
}

fn made_up_pass(bytes: &mut Bytes<'_>) -> Pass {
    Pass { session: Session(bytes.number()), token: Token([bytes.byte() % 4; 16]) }
}

fn name(bytes: &mut Bytes<'_>) -> Name {
    Name::new(NAMES[bytes.below(NAMES.len())]).expect("a good name")
}

/// Mostly short, sometimes as long as it may be.
fn text(bytes: &mut Bytes<'_>) -> Text {
    let length = if bytes.byte() == 0xff { Text::MAX_BYTES } else { 3 };
    Text::new(&"t".repeat(length)).expect("a good text")
}
