//! An address that nobody has proven never gets more datagrams, nor more bytes, than came from it.

use std::net::UdpSocket;

use crate::hosted::{World, name, until_noticed};
use crate::packets::samples;
use crate::raw::{Raw, hear, say, socket};
use model::ids::{Cookie, Nonce, Version};
use model::packet::{Request, Up};
use model::{Notice, Packet};
use net::wire::{decode, encode};

#[test]
fn whoever_forges_an_address_makes_the_server_send_it_no_more_than_was_sent() {
    // It may answer as many as it likes.
    let server = World::patient().serve(0);
    let mut ann = Raw::register(socket(), server.address(), &name("ann"), Nonce(1));
    let mut answered = 0;
    for datagram in datagrams(&ann) {
        let stranger = socket();
        stranger.send_to(&datagram, server.address()).unwrap();
        // The server takes one thing after the other.
        ann.ask(Request::ListGroups { after: None });
        let answers = taken(&stranger);
        let bytes: usize = answers.iter().map(Vec::len).sum();
        assert!(answers.len() <= 1 && bytes <= datagram.len(), "{answers:?} to {:?}", decode(&datagram));
        answered += answers.len();
    }
    assert!(answered > 3, "{answered} answers");
}

#[test]
fn nothing_is_sent_again_to_an_address_that_nobody_has_proven() {
    let server = World::without_patience().serve(0);
    let strangers: Vec<UdpSocket> = (0..20).map(|_| socket()).collect();
    for (stranger, number) in strangers.iter().zip(0..) {
        let register = Packet::Register { name: name("victim"), nonce: Nonce(number), cookie: Cookie::NONE };
        say(stranger, server.address(), &register);
        assert!(matches!(hear(stranger)[..], [Packet::Challenge { .. }]));
    }
    // Meanwhile a member that is silent is sent everything in all attempts, then asked in all attempts, then given up.
    let silent = Raw::register(socket(), server.address(), &name("silent"), Nonce(98));
    let _another = Raw::register(socket(), server.address(), &name("another"), Nonce(99));
    until_noticed(
        &server,
        |notice| matches!(notice, Notice::Clients(people) if people.iter().any(|person| !person.online)),
    );
    assert!(taken(&silent.socket).len() >= 2);
    for stranger in &strangers {
        assert!(taken(stranger).is_empty());
    }
}

/// What a stranger may say: every packet that there is, alone and several at once, with the session of somebody else too.
fn datagrams(member: &Raw) -> Vec<Vec<u8>> {
    let register =
        |called: &str| Packet::Register { name: name(called), nonce: Nonce(7), cookie: Cookie::NONE };
    let mut said: Vec<Vec<Packet>> = samples().into_iter().map(|packet| vec![packet]).collect();
    said.push(vec![register("x")]);
    said.push(vec![register("ann")]);
    said.push(vec![register("x"); 9]);
    said.push(vec![Packet::Up { pass: member.pass, up: Up::Alive(Version(1)) }, register("x")]);
    let number = model::ids::RequestNumber(1);
    said.push(vec![
        Packet::Up {
            pass: member.pass,
            up: Up::Request { number, request: Request::ListGroups { after: None } }
        };
        20
    ]);
    said.iter().map(|packets| encode(packets).unwrap()).collect()
}

/// Everything that has come by now.
fn taken(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).unwrap();
    let mut buffer = vec![0; 65_536];
    let mut all = Vec::new();
    while let Ok(length) = socket.recv(&mut buffer) {
        all.push(buffer[..length].to_vec());
    }
    all
}
