//! Everything that an intruder can build.

use model::ids::{
    Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Slot, Stop, Token, Version,
};
use model::packet::{Down, Entry, Listing, Refusal, Reply, Request, Up, Update, Verdict};
use model::{Name, Packet, ServerState, Text};
use stateright::actor::Id;

use super::{Intruder, Known};
use crate::system::{Envelope, KEY, SERVER, State, server};

/// Numbers of requests and direct messages of others: one that repeats what was said long ago, and one that is new.
const FOREIGN: [u64; 2] = [1, 9];
/// Requests that may have joined a group, or wait for an answer.
const EARLY: [u64; 3] = [1, 2, 3];

/// Every packet that it can send now, from everywhere and to everybody.
pub fn packets(
    intruder: Intruder,
    seat: usize,
    people: &[Name],
    known: &Known,
    state: &State,
) -> Vec<Envelope> {
    let maker = Maker::new(intruder, seat, people, known, server(state));
    let own = Id::from(seat);
    let sources: Vec<Id> = if intruder.forges { (0..=seat).map(Id::from).collect() } else { vec![own] };
    let mut made = Vec::new();
    for &src in &sources {
        let mut send = |dst: usize, packets: Vec<Packet>| {
            made.extend(packets.into_iter().map(|msg| Envelope { src, dst: Id::from(dst), msg }));
        };
        if usize::from(src) != SERVER {
            send(SERVER, maker.registrations(src));
            send(SERVER, maker.ups(src));
        }
        for client in (SERVER + 1)..seat {
            if usize::from(src) == SERVER {
                send(client, maker.answers());
                send(client, maker.downs());
            } else {
                send(client, maker.peers(Id::from(client)));
            }
        }
    }
    made
}

/// What it makes packets of.
struct Maker<'a> {
    intruder: Intruder,
    own: Id,
    people: &'a [Name],
    known: &'a Known,
    server: &'a ServerState,
    /// All that have been given out, and one that has not.
    sessions: Vec<Session>,
    /// Of a packet with a pass: made up or known, in every combination.
    passes: Vec<Pass>,
    secrets: Vec<PairSecret>,
    text: Text,
}

impl<'a> Maker<'a> {
    fn new(
        intruder: Intruder,
        seat: usize,
        people: &'a [Name],
        known: &'a Known,
        server: &'a ServerState,
    ) -> Maker<'a> {
        let sessions: Vec<Session> = (1..=server.next_session.0).map(Session).collect();
        let tokens = || known.passes.iter().map(|pass| pass.token).chain([Token::default()]);
        let passes =
            sessions.iter().flat_map(|&session| tokens().map(move |token| Pass { session, token })).collect();
        let secrets = known.secrets.iter().copied().chain([PairSecret::default()]).collect();
        let text = Text::new(Intruder::TEXT).expect("a short text");
        Maker { intruder, own: Id::from(seat), people, known, server, sessions, passes, secrets, text }
    }

    /// A cookie for its own address it can have at any moment, by asking. An old one is answered as none is.
    fn registrations(&self, src: Id) -> Vec<Packet> {
        let version = self.server.directory.version;
        let own_name = Name::person(Intruder::NAME).expect("a good name");
        let names = self.people.iter().cloned().chain([own_name]);
        let with =
            |name: &Name, cookie| Packet::Register { name: name.clone(), nonce: Intruder::NONCE, cookie };
        names
            .flat_map(|name| {
                let shown = self.intruder.registers() || src != self.own;
                let own = shown.then(|| with(&name, KEY.cookie(self.own, &name, version)));
                [Some(with(&name, Cookie::NONE)), own].into_iter().flatten()
            })
            .collect()
    }

    fn ups(&self, src: Id) -> Vec<Packet> {
        let with = |&pass: &Pass| {
            let own = src == self.own && self.known.passes.contains(&pass);
            let requests = if own {
                self.requests(&(1..=self.intruder.requests).collect::<Vec<_>>(), None)
            } else {
                self.requests(&FOREIGN, Some(&self.text))
            };
            self.acks().into_iter().chain(requests).map(move |up| Packet::Up { pass, up })
        };
        self.passes.iter().flat_map(with).collect()
    }

    fn acks(&self) -> Vec<Up> {
        let version = self.server.directory.version;
        let next = self.server.groups.values().map(|group| group.next).max().unwrap_or_default();
        let of_posts = EARLY.map(|join| Up::PostAck { join: RequestNumber(join), next });
        let others = [Up::UpdateAck(version), Up::Alive(version), Up::Alive(Version::default())];
        of_posts.into_iter().chain(others).collect()
    }

    /// In its own name it does not post, leave or withdraw: what every member may do is no harm.
    fn requests(&self, numbers: &[u64], text: Option<&Text>) -> Vec<Up> {
        let mut requests = vec![Request::Deregister];
        if let Some(text) = text {
            requests.extend([Request::LeaveGroup, Request::Withdraw, Request::Post(text.clone())]);
        }
        requests.extend(self.server.groups.keys().cloned().map(Request::JoinGroup));
        requests.extend(self.sessions.iter().copied().map(Request::Report));
        let asked = |request: &Request| {
            let request = request.clone();
            let numbers = numbers.iter();
            numbers
                .map(move |&number| Up::Request { number: RequestNumber(number), request: request.clone() })
        };
        requests.iter().flat_map(asked).collect()
    }

    /// What a server says to a client that registers.
    fn answers(&self) -> Vec<Packet> {
        let nonce = Intruder::NONCE;
        let refused = [Refusal::NameTaken, Refusal::Full].map(|refusal| Packet::Refused { nonce, refusal });
        let challenge = Packet::Challenge { nonce, cookie: Cookie([9; 16]) };
        let challenge_of_old = Packet::Challenge { nonce: Nonce(0), cookie: Cookie([9; 16]) };
        let welcomes = self.passes.iter().map(|&pass| Packet::Welcome { nonce, pass });
        refused.into_iter().chain([challenge, challenge_of_old]).chain(welcomes).collect()
    }

    /// What a server says in a session.
    fn downs(&self) -> Vec<Packet> {
        let from = self.people[0].clone();
        let mut downs = vec![Down::Gone, Down::Kicked, Down::Stopping(Stop(9))];
        downs.extend([Down::Probe(Version::default()), self.update()]);
        for number in EARLY {
            let (join, index) = (RequestNumber(number), Index::default());
            downs.push(Down::Removed { join });
            downs.push(Down::Post { join, index, from: from.clone(), text: self.text.clone() });
            for reply in [Reply::Deregistered, Reply::Left, Reply::Posted(index), Reply::Withdrawn] {
                downs.push(Down::Reply { number: RequestNumber(number), reply });
            }
        }
        let by = |&pass: &Pass| downs.iter().map(move |down| Packet::Down { pass, down: down.clone() });
        self.passes.iter().flat_map(by).collect()
    }

    /// A directory in which everybody sits at its address.
    fn update(&self) -> Down {
        let latest = self.server.directory.version.next();
        let secret = PairSecret::default();
        let listing = |(slot, entry): (u64, &Entry)| {
            let entry = Entry { address: self.own, ..entry.clone() };
            Listing { slot: Slot(slot), entry, secret }
        };
        let entries = (0..).zip(self.server.directory.entries()).map(listing).collect();
        Down::Update(Update { base: Version::default(), to: latest, latest, entries })
    }

    /// What clients say to each other: to the session that is there, and to one that is not.
    fn peers(&self, there: Id) -> Vec<Packet> {
        let listed = self.server.directory.entries().filter(|entry| entry.address == there);
        let to: Vec<Session> = listed.map(|entry| entry.session).chain([self.server.next_session]).collect();
        let mut packets = Vec::new();
        for (&from, &to) in self.sessions.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
            for (&secret, number) in self.secrets.iter().flat_map(|it| FOREIGN.map(|number| (it, number))) {
                let (number, verdict) = (DirectNumber(number), Verdict::Accepted);
                packets.push(Packet::DirectAck { from, to, secret, number, verdict });
                packets.extend(self.people.iter().map(|sender| {
                    let (sender, text) = (sender.clone(), self.text.clone());
                    Packet::Direct { sender, from, to, secret, number, text }
                }));
            }
        }
        packets
    }
}
