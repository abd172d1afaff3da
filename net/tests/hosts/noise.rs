//! Twenty thousand datagrams that nobody should have sent.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::hosted::{Person, World, name, send, text, wait_for};
use crate::packets;
use crate::raw::{Tap, hear, say, socket};
use model::ids::{Cookie, Key, Nonce, Session};
use model::packet::{Request, Up};
use model::{
    Client, ClientConfig, Command, Event, Limits, Message, Packet, Server, ServerConfig, Text, Timer, Timing,
};
use net::Console;
use net::wire::{DATAGRAM_MAX, WireError, decode, encode};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use stateright::actor::{Actor, Command as Output, Id, Out};

#[test]
fn twenty_thousand_bad_datagrams_disturb_no_chat() {
    let world = World::patient();
    let server = world.serve(0);
    let tap = Tap::on(server.address());
    let mut ann = world.join(tap.address(), "ann", 1);
    let [mut bob, mut cat, mut dan] =
        [("bob", 2), ("cat", 3), ("dan", 4)].map(|(called, seed)| world.join(server.address(), called, seed));
    cat.until_listed("dan", true);
    dan.until_listed("cat", true);
    ann.say(Command::CreateGroup(name("room")));
    for person in [&mut ann, &mut bob] {
        person.say(Command::JoinGroup(name("room")));
    }
    for number in 0..5 {
        ann.say(Command::SendGroup(text(&format!("ann before {number}"))));
        bob.say(Command::SendGroup(text(&format!("bob before {number}"))));
    }

    let mut noise = Noise::new(&tap, [&bob, &dan, &ann].map(|person| Arc::clone(&person.console)));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Should the noise fail, the chat ends too.
        let end = EndOf(&done);
        scope.spawn(|| {
            for number in (0..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let speaker = if number % 2 == 0 { &mut ann } else { &mut bob };
                speaker.say(Command::SendGroup(text(&format!("during {number}"))));
            }
        });
        scope.spawn(|| {
            for number in (0..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let told = cat.say(send("dan", &format!("during {number}")));
                assert_eq!(told, [Event::DirectReceived { by: name("dan") }, Event::Ready]);
            }
        });
        while noise.made < NOISE {
            noise.make_a_batch(&server);
        }
        drop(end);
    });
    noise.verify(&server);

    // The chat goes on, and nothing was lost, doubled or altered.
    assert_eq!(cat.say(send("dan", "after")), [Event::DirectReceived { by: name("dan") }, Event::Ready]);
    dan.until_told(|event| matches!(event, Event::Direct { text: said, .. } if *said == text("after")));
    bob.say(Command::SendGroup(text("after")));
    for person in [&mut ann, &mut bob] {
        let post = |event: &Event| shown(event).is_some_and(|(_, said)| *said == text("after"));
        person.until_told(post);
    }
    assert_eq!(shown_posts(&ann), shown_posts(&bob));
    let indices: Vec<u64> = shown_posts(&ann).iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, (0..indices.len() as u64).collect::<Vec<_>>());
    assert!(indices.len() > 11, "no post during the noise");

    let directs: Vec<&Text> = dan
        .told
        .iter()
        .filter_map(|event| match event {
            Event::Direct { text, .. } => Some(text),
            _ => None,
        })
        .collect();
    let mut expected: Vec<Text> =
        (1..directs.len()).map(|number| text(&format!("during {}", number - 1))).collect();
    expected.push(text("after"));
    assert_eq!(directs, expected.iter().collect::<Vec<_>>());
    for person in [&ann, &bob, &cat, &dan] {
        let ended = |event: &Event| {
            matches!(
                event,
                Event::SessionLost | Event::Removed(_) | Event::Exited { .. } | Event::NoAck { .. }
            )
        };
        assert!(!person.told.iter().any(ended), "{:?}", person.name);
    }
}

#[test]
fn what_strangers_say_leaves_a_server_as_it_was() {
    let (server, state) = small_server();
    let mut rng = StdRng::seed_from_u64(21);
    let mut answered = 0;
    for packet in mutants(&mut rng) {
        let mut held = Cow::Borrowed(&state);
        let mut out = Out::new();
        server.on_msg(Id::from(1), &mut held, Id::from(666), Message::Packet(packet.clone()), &mut out);
        // One answer for one packet, no longer than it, to where it came from.
        let mut answers = 0;
        for output in out {
            let (to, answer) = match output {
                Output::Send(to, Message::Packet(answer)) => (to, answer),
                Output::SetTimer(Timer::Strangers, _) => continue,
                other => panic!("{other:?}"),
            };
            assert_eq!(to, Id::from(666));
            assert!(encode(&[answer]).unwrap().len() <= encode(std::slice::from_ref(&packet)).unwrap().len());
            answers += 1;
        }
        assert!(answers <= 1);
        // What it leaves behind is one permit less for its kind, and only if it was answered.
        let mut after = held.into_owned();
        assert_eq!(after.strangers.values().sum::<usize>(), answers, "counted wrongly: {packet:?}");
        after.strangers.clear();
        assert_eq!(after, state, "changed by {packet:?}");
        answered += answers;
    }
    assert!(answered > 0);
}

#[test]
fn what_strangers_say_leaves_a_client_as_it_was() {
    let (client, state) = registered_client();
    let mut rng = StdRng::seed_from_u64(22);
    for packet in mutants(&mut rng) {
        let mut held = Cow::Borrowed(&state);
        let mut out = Out::new();
        client.on_msg(Id::from(1), &mut held, Id::from(666), Message::Packet(packet.clone()), &mut out);
        assert!(matches!(held, Cow::Borrowed(_)), "changed by {packet:?}");
        assert_eq!(out.into_iter().count(), 0, "answered: {packet:?}");
    }
}

const NOISE: usize = 20_000;

/// Sends bad datagrams, and knows what may come of them.
struct Noise<'a> {
    rng: StdRng,
    tap: &'a Tap,
    clients: [Arc<Console>; 3],
    /// Real datagrams to the server, and from it.
    real: [Vec<Vec<u8>>; 2],
    strangers: Vec<Stranger>,
    made: usize,
    /// What each host should have counted: the server, then the clients.
    counted: [BTreeMap<WireError, u64>; 4],
}

/// Somebody who is not registered.
struct Stranger {
    socket: UdpSocket,
    /// Datagrams and bytes to the server that can be decoded and not yet been answered, at most.
    credit: (usize, usize),
}

impl Noise<'_> {
    fn new(tap: &Tap, clients: [Arc<Console>; 3]) -> Noise<'_> {
        let (from_server, to_server): (Vec<_>, Vec<_>) =
            tap.passed().into_iter().partition(|(source, _)| *source == tap.server);
        let bytes = |list: Vec<(SocketAddrV4, Vec<u8>)>| list.into_iter().map(|(_, bytes)| bytes).collect();
        let strangers = (0..4).map(|_| Stranger { socket: socket(), credit: (0, 0) }).collect();
        Noise {
            rng: StdRng::seed_from_u64(20),
            tap,
            clients,
            real: [bytes(to_server), bytes(from_server)],
            strangers,
            made: 0,
            counted: Default::default(),
        }
    }

    /// Some datagrams from one source to one host, which has looked at them all when this returns.
    fn make_a_batch(&mut self, server: &Console) {
        let host = self.rng.random_range(0..4);
        let target = if host == 0 { server.address() } else { self.clients[host - 1].address() };
        // The tap's address is ann's for the server, and the server's for ann: forged as well as can be.
        let forged = (host == 0 || host == 3) && self.rng.random_bool(0.4);
        let stranger = self.rng.random_range(0..self.strangers.len());
        for last in [false; 15].into_iter().chain([true]) {
            let datagram = if last { b"the end of a batch".to_vec() } else { self.any(host == 0, forged) };
            let decoded = decode(&datagram);
            if let Err(error) = decoded
                && !datagram.is_empty()
            {
                *self.counted[host].entry(error).or_default() += 1;
            }
            if forged {
                self.tap.socket.send_to(&datagram, target).unwrap();
            } else {
                let stranger = &mut self.strangers[stranger];
                stranger.socket.send_to(&datagram, target).unwrap();
                if host == 0 && decoded.is_ok() {
                    stranger.credit.0 += 1;
                    stranger.credit.1 += datagram.len();
                }
            }
            self.made += 1;
        }
        let expected: u64 = self.counted[host].values().sum();
        let console = if host == 0 { server } else { &*self.clients[host - 1] };
        wait_for(|| console.stats().undecodable_in_all() == expected);
        if !forged {
            self.strangers[stranger].take_answers();
        }
    }

    /// A bad datagram. Forged ones are exact repeats, or nothing that can be understood: what a peer could have said
    /// may change what is its own.
    fn any(&mut self, to_server: bool, forged: bool) -> Vec<u8> {
        loop {
            let datagram = self.any_at_all(to_server, forged);
            if !forged || decode(&datagram).is_err() || self.real[usize::from(!to_server)].contains(&datagram)
            {
                return datagram;
            }
        }
    }

    fn any_at_all(&mut self, to_server: bool, forged: bool) -> Vec<u8> {
        let rng = &mut self.rng;
        let there = usize::from(!to_server);
        let mut real = self.real[there].choose(rng).unwrap().clone();
        match rng.random_range(0..8) {
            0 => noise(rng, 1400),
            1 => [encode(&packets::samples()[..1]).unwrap()[..5].to_vec(), noise(rng, 200)].concat(),
            2 => {
                flip(rng, &mut real);
                real
            }
            3 => real,
            4 => real[..rng.random_range(0..real.len())].to_vec(),
            5 => [real, noise(rng, DATAGRAM_MAX)].concat(),
            6 => {
                real[rng.random_range(0..5)] ^= 1 << rng.random_range(0..8);
                real
            }
            // Of the wrong role, or of nobody.
            _ if forged => self.real[1 - there].choose(rng).unwrap().clone(),
            _ => encode(std::slice::from_ref(packets::samples().choose(rng).unwrap())).unwrap(),
        }
    }

    fn verify(&mut self, server: &Console) {
        let consoles = [server].into_iter().chain(self.clients.iter().map(|console| &**console));
        for (console, counted) in consoles.zip(&self.counted) {
            let stats = console.stats();
            for (error, count) in stats.undecodable {
                assert_eq!(count, counted.get(&error).copied().unwrap_or(0), "{error:?}");
            }
            assert!(stats.largest_out <= DATAGRAM_MAX);
            assert_eq!(stats.unsendable, 0);
        }
        let reasons: u64 = self.counted.iter().map(|counted| counted.len() as u64).sum();
        assert!(reasons > 4 * 6, "noise of few kinds: {:?}", self.counted);

        // Who says nothing that can be understood is not answered, however much it is.
        let mut mute = socket();
        for _ in 0..20 {
            mute.send_to(&noise(&mut self.rng, 100), server.address()).unwrap();
        }
        assert!(matches!(
            first_answer(&mut mute, server.address()),
            Packet::Challenge { nonce: Nonce(77), .. }
        ));
    }
}

impl Stranger {
    /// At most one answer for each datagram that can be decoded, and no more bytes than those had.
    fn take_answers(&mut self) {
        self.socket.set_nonblocking(true).unwrap();
        let mut buffer = vec![0; 65_536];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            self.credit.0 = self.credit.0.checked_sub(1).expect("an answer to nothing");
            self.credit.1 = self.credit.1.checked_sub(length).expect("a long answer to something short");
        }
        self.credit = (0, 0);
    }
}

fn first_answer(stranger: &mut UdpSocket, server: SocketAddrV4) -> Packet {
    say(
        stranger,
        server,
        &Packet::Register { name: name("stranger"), nonce: Nonce(77), cookie: Cookie::NONE },
    );
    hear(stranger).remove(0)
}

/// Says that the noise is over, also when it fails.
struct EndOf<'a>(&'a AtomicBool);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn noise(rng: &mut StdRng, longest: usize) -> Vec<u8> {
    let length = rng.random_range(1..longest);
    (0..length).map(|_| rng.random()).collect()
}

fn flip(rng: &mut StdRng, datagram: &mut [u8]) {
    for _ in 0..rng.random_range(1..8) {
        let place = rng.random_range(0..datagram.len());
        datagram[place] ^= 1 << rng.random_range(0..8);
    }
}

/// Packets of every kind with some bits flipped, as long as they can be decoded.
fn mutants(rng: &mut StdRng) -> impl Iterator<Item = Packet> {
    let real: Vec<Vec<u8>> =
        packets::samples().iter().map(|packet| encode(std::slice::from_ref(packet)).unwrap()).collect();
    (0..NOISE).flat_map(move |_| {
        let mut datagram = real.choose(rng).unwrap().clone();
        if rng.random_bool(0.8) {
            flip(rng, &mut datagram[5..]);
        }
        decode(&datagram).unwrap_or_default()
    })
}

fn shown(event: &Event) -> Option<(u64, &Text)> {
    match event {
        Event::Post { text, index, .. } | Event::OwnPost { text, index } => Some((index.0, text)),
        _ => None,
    }
}

fn shown_posts(person: &Person) -> Vec<(u64, &Text)> {
    person.told.iter().filter_map(shown).collect()
}

/// A server with a few people, one of whom is in a group.
fn small_server() -> (Server, model::ServerState) {
    let config = ServerConfig {
        key: Key([7; 16]),
        first_session: Session(90),
        durable: false,
        limits: Limits::default(),
        timing: Timing::default(),
    };
    let server = Server { config };
    let mut state = Cow::Owned(server.on_start(Id::from(1), &None, &mut Out::new()));
    let mut say = |from: usize, packet| {
        let mut out = Out::new();
        server.on_msg(Id::from(1), &mut state, Id::from(from), Message::Packet(packet), &mut out);
        let answer = out.into_iter().find_map(|output| match output {
            Output::Send(to, Message::Packet(packet)) if to == Id::from(from) => Some(packet),
            _ => None,
        });
        answer.unwrap()
    };
    for number in 0..20 {
        let called = name(&format!("{}", (b'a' + number) as char));
        let nonce = Nonce(u64::from(number));
        let from = 300 + usize::from(number);
        let challenge = say(from, Packet::Register { name: called.clone(), nonce, cookie: Cookie::NONE });
        let Packet::Challenge { cookie, .. } = challenge else { panic!() };
        let Packet::Welcome { pass, .. } = say(from, Packet::Register { name: called, nonce, cookie }) else {
            panic!()
        };
        let requests = [Request::CreateGroup(name("alice")), Request::JoinGroup(name("alice"))];
        for (request, number) in requests.into_iter().zip(1..) {
            let number = model::ids::RequestNumber(number);
            say(from, Packet::Up { pass, up: Up::Request { number, request } });
        }
    }
    // As if all permits had come back since.
    let mut state = state.into_owned();
    state.strangers.clear();
    (server, state)
}

/// A client whose server knows two people.
fn registered_client() -> (Client, model::ClientState) {
    let config = ClientConfig {
        name: name("alice"),
        server: Id::from(9),
        nonce: Nonce(97),
        reconnect: None,
        limits: Limits::default(),
        timing: Timing::default(),
    };
    let client = Client { config };
    let mut state = Cow::Owned(client.on_start(Id::from(1), &None, &mut Out::new()));
    for packet in packets::samples() {
        if matches!(
            packet,
            Packet::Welcome { .. } | Packet::Down { down: model::packet::Down::Update(_), .. }
        ) {
            client.on_msg(Id::from(1), &mut state, Id::from(9), Message::Packet(packet), &mut Out::new());
        }
    }
    assert!(state.registered().is_some());
    (client, state.into_owned())
}
