//! A hosted server, and many members who are nothing but sockets.

#![allow(dead_code, reason = "no bench uses all of it")]

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::ids::{Cookie, Index, Key, Nonce, Pass, RequestNumber, Session};
use model::packet::{Down, Listing, Packet, Reply, Request, Up};
use model::{Limits, Name, Server, ServerConfig, Text, Timing};
use net::record::{Configured, Texts};
use net::wire::{decode, encode};
use net::{Console, Options, Overflow, Recording, start_with};
use socket2::{Domain, Socket, Type};

pub(crate) fn serve() -> Console {
    serve_with(None)
}

/// The same, recorded to a file.
pub(crate) fn serve_with(record: Option<PathBuf>) -> Console {
    let config = ServerConfig {
        key: Key([7; 16]),
        first_session: Session(1),
        durable: false,
        limits: Limits { clients: 4096, burst: 0, strangers: 0, ..Limits::default() },
        timing: Timing::default(),
    };
    let recording =
        |path| Recording { path, texts: Texts::Digests, actor: Configured::Server(config.clone()) };
    let options = Options { record: record.map(recording), ..Options::new(Overflow::Drop) };
    start_with(Server { config }, any_port(), options).unwrap()
}

pub(crate) fn any_port() -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)
}

/// A socket with a 4 MiB buffer.
pub(crate) fn roomy(address: SocketAddrV4) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_recv_buffer_size(4 << 20).unwrap();
    socket.bind(&SocketAddr::V4(address).into()).unwrap();
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// How long anybody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where somebody can bind who gets no further than an address.
pub(crate) fn free_address() -> SocketAddrV4 {
    let free = UdpSocket::bind(any_port()).unwrap();
    let SocketAddr::V4(address) = free.local_addr().unwrap() else { panic!() };
    address
}

/// Many addresses at which one thread listens with one socket, so that listening costs as little as possible.
pub(crate) struct Addresses {
    /// Hears what is sent to any of them.
    pub(crate) inbox: UdpSocket,
    /// One for each; only to send. Each is connected to nowhere, so that what is sent to it goes to the inbox.
    outs: Vec<UdpSocket>,
}

impl Addresses {
    pub(crate) fn new(count: usize) -> Addresses {
        let inbox = roomy(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
        let port = inbox.local_addr().unwrap().port();
        let outs = (0..count)
            .map(|number| {
                let [.., high, low] = u32::try_from(number).unwrap().to_be_bytes();
                let out = roomy(SocketAddrV4::new(Ipv4Addr::new(127, 1, high, low), port));
                out.connect((Ipv4Addr::LOCALHOST, 9)).unwrap();
                out
            })
            .collect();
        Addresses { inbox, outs }
    }

    pub(crate) fn len(&self) -> usize {
        self.outs.len()
    }

    pub(crate) fn address(&self, member: usize) -> SocketAddr {
        self.outs[member].local_addr().unwrap()
    }

    /// Until a server that binds by itself answers this.
    pub(crate) fn wait_for(&self, server: SocketAddrV4, datagram: &[u8]) {
        let mut heard = [0; 2000];
        self.inbox.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        loop {
            self.send(0, server, datagram);
            if self.inbox.recv_from(&mut heard).is_ok() {
                break;
            }
        }
        // The others come back too.
        while self.inbox.recv_from(&mut heard).is_ok() {}
        self.inbox.set_read_timeout(Some(PATIENCE)).unwrap();
    }

    pub(crate) fn send(&self, member: usize, to: SocketAddrV4, datagram: &[u8]) {
        self.outs[member].send_to(datagram, to).unwrap();
    }
}

/// Registered sessions that ack whatever they have to.
pub(crate) struct Members {
    pub(crate) addresses: Addresses,
    server: SocketAddrV4,
    pub(crate) passes: Vec<Pass>,
    by_session: HashMap<Session, usize>,
    requests: Vec<u64>,
    buffer: Vec<u8>,
    /// Acks of a membership as far as they are always the same.
    acks: HashMap<(usize, RequestNumber), Vec<u8>>,
    /// What is being sent.
    out: Vec<u8>,
}

/// A request up to its number, and what follows.
pub(crate) struct Prepared {
    member: usize,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Posts that a member hears together, and has acked.
#[derive(Default)]
pub(crate) struct Posts {
    pub(crate) member: usize,
    pub(crate) indexes: Vec<Index>,
}

/// What a member hears.
pub(crate) enum Heard {
    Reply(usize, RequestNumber, Reply),
    /// One post among other things, which is acked.
    Post(usize, Index),
    /// What changed in the directory.
    People(usize, Vec<Listing>),
    /// Something between members.
    Peer(Packet),
}

impl Members {
    /// Registers so many.
    pub(crate) fn register(server: SocketAddrV4, count: usize) -> Members {
        let addresses = Addresses::new(count);
        let mut members = Members {
            addresses,
            server,
            passes: Vec::new(),
            by_session: HashMap::new(),
            requests: vec![0; count],
            buffer: vec![0; 65_536],
            acks: HashMap::new(),
            out: Vec::new(),
        };
        for number in 0..count {
            members.register_one(number);
        }
        members
    }

    fn register_one(&mut self, number: usize) {
        let (name, nonce) = (Name::new(&format!("m{number}")).unwrap(), Nonce(number as u64));
        let mut cookie = Cookie::NONE;
        'asked: loop {
            self.send(number, &Packet::Register { name: name.clone(), nonce, cookie });
            loop {
                let packets = self.receive();
                let welcome = packets.iter().find_map(|packet| match packet {
                    Packet::Welcome { pass, nonce: of, .. } if *of == nonce => Some(*pass),
                    _ => None,
                });
                if let Some(pass) = welcome {
                    self.passes.push(pass);
                    self.by_session.insert(pass.session, number);
                }
                for packet in packets {
                    match packet {
                        Packet::Challenge { cookie: wanted, nonce: of } if of == nonce => {
                            cookie = wanted;
                            continue 'asked;
                        }
                        packet => drop(self.take(packet)),
                    }
                }
                if welcome.is_some() {
                    return;
                }
            }
        }
    }

    /// Makes a member ask something; gives the datagram's length.
    pub(crate) fn request(&mut self, member: usize, request: Request) -> usize {
        self.requests[member] += 1;
        let number = RequestNumber(self.requests[member]);
        let up = Up::Request { number, request };
        self.send(member, &Packet::Up { pass: self.passes[member], up })
    }

    /// Bytes of the datagram of a request.
    pub(crate) fn request_length(&mut self, member: usize) -> usize {
        let length = self.request(member, Request::ListGroups { after: None });
        while !self.hear().iter().any(|heard| matches!(heard, Heard::Reply(..))) {}
        length
    }

    /// Asks and waits for the answer.
    pub(crate) fn ask(&mut self, member: usize, request: Request) -> Reply {
        self.request(member, request);
        loop {
            for heard in self.hear() {
                match heard {
                    Heard::Reply(of, number, reply) if of == member && number.0 == self.requests[member] => {
                        return reply;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Gets a request of a member ready to be made many times.
    pub(crate) fn prepare(&self, member: usize, request: &Request) -> Prepared {
        let written = |number| {
            let up = Up::Request { number: RequestNumber(number), request: request.clone() };
            encode(&[Packet::Up { pass: self.passes[member], up }]).unwrap()
        };
        let (one, other) = (written(0), written(1));
        let at = std::iter::zip(&one, &other).position(|(one, other)| one != other).unwrap();
        Prepared { member, before: one[..at].to_vec(), after: one[at + 1..].to_vec() }
    }

    /// Makes it, with as little effort as a plain socket would take.
    pub(crate) fn request_again(&mut self, prepared: &Prepared) {
        self.requests[prepared.member] += 1;
        self.out.clear();
        self.out.extend_from_slice(&prepared.before);
        write_number(&mut self.out, self.requests[prepared.member]);
        self.out.extend_from_slice(&prepared.after);
        self.addresses.send(prepared.member, self.server, &self.out);
    }

    /// Who is answered by the next datagram, with as little effort too. Nobody if it says anything else, which is taken care of.
    pub(crate) fn hear_answer(&mut self) -> Option<usize> {
        let (length, _) = self.addresses.inbox.recv_from(&mut self.buffer).expect("an answer");
        if let Some(session) = read_answer(&self.buffer[..length]) {
            return self.by_session.get(&session).copied();
        }
        for packet in decode(&self.buffer[..length]).unwrap() {
            self.take(packet);
        }
        None
    }

    /// Takes and acks what the next datagram says, if that is posts only: with as little effort as plain sockets would make.
    /// Otherwise everything it says, as [`Members::hear`].
    pub(crate) fn hear_posts(&mut self, posts: &mut Posts) -> Result<(), Vec<Heard>> {
        let (length, _) = self.addresses.inbox.recv_from(&mut self.buffer).expect("an answer");
        posts.indexes.clear();
        let read = read_posts(&self.buffer[..length], &mut posts.indexes);
        let member = read.and_then(|(session, join)| Some((*self.by_session.get(&session)?, join)));
        let Some((member, join)) = member else {
            let packets = decode(&self.buffer[..length]).unwrap();
            return Err(packets.into_iter().filter_map(|packet| self.take(packet)).collect());
        };
        posts.member = member;
        let pass = self.passes[member];
        let written = self.acks.entry((member, join)).or_insert_with(|| written_ack(pass, join));
        // As a hosted client does: the last ack of a datagram covers those of the posts before.
        self.out.clear();
        self.out.extend_from_slice(written);
        write_number(&mut self.out, posts.indexes.last().map_or(0, |last| last.next().0));
        self.addresses.send(member, self.server, &self.out);
        Ok(())
    }

    /// What the next datagram says. Updates and probes are answered.
    pub(crate) fn hear(&mut self) -> Vec<Heard> {
        self.receive().into_iter().filter_map(|packet| self.take(packet)).collect()
    }

    pub(crate) fn send(&self, member: usize, packet: &Packet) -> usize {
        let datagram = encode(std::slice::from_ref(packet)).unwrap();
        self.addresses.send(member, self.server, &datagram);
        datagram.len()
    }

    fn receive(&mut self) -> Vec<Packet> {
        let (length, _) = self.addresses.inbox.recv_from(&mut self.buffer).expect("an answer");
        decode(&self.buffer[..length]).unwrap()
    }

    fn take(&self, packet: Packet) -> Option<Heard> {
        let Packet::Down { pass, down } = packet else { return Some(Heard::Peer(packet)) };
        let member = *self.by_session.get(&pass.session)?;
        let up = match down {
            Down::Reply { number, reply } => return Some(Heard::Reply(member, number, reply)),
            Down::Post { join, index, .. } => {
                let up = Up::PostAck { join, next: index.next() };
                self.send(member, &Packet::Up { pass, up });
                return Some(Heard::Post(member, index));
            }
            Down::Update(update) => {
                self.send(member, &Packet::Up { pass, up: Up::UpdateAck(update.to) });
                return Some(Heard::People(member, update.entries));
            }
            Down::Probe(version) => Up::Alive(version),
            Down::Removed { .. } | Down::Gone | Down::Kicked | Down::Stopping(_) => {
                panic!("member {member} was thrown out")
            }
        };
        self.send(member, &Packet::Up { pass, up });
        None
    }
}

/// Whose answer this is. Only for a datagram of one answer.
fn read_answer(datagram: &[u8]) -> Option<Session> {
    let [_, _, _, _, _, 1, DOWN, packet @ ..] = datagram else { return None };
    let (session, packet) = read_number(packet)?;
    (*packet.get(16)? == REPLY).then_some(Session(session))
}

/// Whose posts these are, and for which membership. Only for a datagram of posts to one member, see `net::wire`.
fn read_posts(datagram: &[u8], indexes: &mut Vec<Index>) -> Option<(Session, RequestNumber)> {
    let [_, _, _, _, _, count, rest @ ..] = datagram else { return None };
    let (mut rest, mut of) = (rest, (0, 0));
    for _ in 0..*count {
        let [DOWN, packet @ ..] = rest else { return None };
        let (session, packet) = read_number(packet)?;
        let [POST, packet @ ..] = packet.get(16..)? else { return None };
        let (join, packet) = read_number(packet)?;
        let (index, packet) = read_number(packet)?;
        (of, rest) = ((session, join), skip_text(skip_text(packet)?)?);
        indexes.push(Index(index));
    }
    rest.is_empty().then_some((Session(of.0), RequestNumber(of.1)))
}

/// The datagram of an ack up to what it acks.
fn written_ack(pass: Pass, join: RequestNumber) -> Vec<u8> {
    let up = Up::PostAck { join, next: Index(0) };
    let mut bytes = encode(&[Packet::Up { pass, up }]).unwrap();
    assert_eq!(bytes.pop(), Some(0));
    bytes
}

fn write_number(bytes: &mut Vec<u8>, number: u64) {
    match (u8::try_from(number), u16::try_from(number), u32::try_from(number)) {
        (Ok(small @ 0..=250), ..) => bytes.push(small),
        (_, Ok(number), _) => {
            bytes.push(251);
            bytes.extend(number.to_le_bytes());
        }
        (_, _, number) => {
            bytes.push(252);
            bytes.extend(number.unwrap().to_le_bytes());
        }
    }
}

fn skip_text(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = read_number(bytes)?;
    rest.get(usize::try_from(length).ok()?..)
}

fn read_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    match bytes {
        [small @ 0..=250, rest @ ..] => Some((u64::from(*small), rest)),
        [251, a, b, rest @ ..] => Some((u64::from(u16::from_le_bytes([*a, *b])), rest)),
        [252, a, b, c, d, rest @ ..] => Some((u64::from(u32::from_le_bytes([*a, *b, *c, *d])), rest)),
        _ => None,
    }
}

/// Places of the variants in [`Packet`] and [`Down`].
const DOWN: u8 = 5;
const REPLY: u8 = 0;
const POST: u8 = 2;

/// Times in microseconds, sorted.
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn new(mut times: Vec<f64>) -> Times {
        times.sort_by(f64::total_cmp);
        Times(times)
    }

    pub(crate) fn at(&self, quantile: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let place = ((self.0.len() - 1) as f64 * quantile).round() as usize;
        self.0[place]
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }
}

pub(crate) fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
