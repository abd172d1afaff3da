//! Peers that say what their role may not say are ignored.

use crate::hosted::{World, name, text};
use crate::packets::{kind, samples};
use crate::raw::{Raw, address, hear, say, socket};
use model::ids::{Cookie, DirectNumber, Nonce, PairSecret, Pass, RequestNumber, Session, Token, Version};
use model::packet::{Down, Listing, Refusal, Reply, Request, Up, Verdict};
use model::{Event, Packet};

#[test]
fn a_server_ignores_what_only_servers_or_peers_say() {
    let server = World::patient().serve(0);
    let mut member = Raw::register(socket(), server.address(), &name("mallory"), Nonce(1));
    assert_eq!(member.ask(Request::ListGroups { after: None }), names(&[]));
    let sent = server.stats().datagrams_out;

    let pass = member.pass;
    for packet in samples() {
        match packet {
            Packet::Register { .. } | Packet::Up { .. } => {}
            // Also with a pass that is good for everything that a client may say.
            Packet::Down { down, .. } => say(&member.socket, server.address(), &Packet::Down { pass, down }),
            other => say(&member.socket, server.address(), &other),
        }
    }
    assert_eq!(member.ask(Request::ListGroups { after: None }), names(&[]));
    assert_eq!(server.stats().datagrams_out, sent + 1, "the server says nothing but its answer");
    assert_eq!(server.stats().undecodable_in_all(), 0);
}

#[test]
fn a_server_ignores_what_an_impostor_says_with_the_pass_of_another() {
    let server = World::patient().serve(0);
    let mut member = Raw::register(socket(), server.address(), &name("ann"), Nonce(1));
    assert_eq!(member.ask(Request::CreateGroup(name("room"))), Reply::GroupCreated);
    let sent = server.stats().datagrams_out;

    let impostor = socket();
    let forged = Pass { token: Token::default(), ..member.pass };
    for packet in samples() {
        if let Packet::Up { up, .. } = packet {
            // The right pass from the wrong place, and the wrong pass from the right place.
            say(&impostor, server.address(), &Packet::Up { pass: member.pass, up: up.clone() });
            say(&member.socket, server.address(), &Packet::Up { pass: forged, up });
        }
    }
    assert_eq!(member.ask(Request::ListGroups { after: None }), names(&["room"]));
    assert_eq!(server.stats().datagrams_out, sent + 1, "the server says nothing but its answer");
}

#[test]
fn a_client_ignores_what_its_peers_may_not_say() {
    let world = World::patient();
    let server = world.serve(0);
    let mut ann = world.join(server.address(), "ann", 1);
    let mut mallory = Raw::register(socket(), server.address(), &name("mallory"), Nonce(2));
    ann.until_listed("mallory", true);
    let Listing { entry, secret, .. } = mallory.until_listed(&name("ann"));
    let (from, to) = (mallory.pass.session, entry.session);
    let client = ann.console.address();
    let direct = |number, from, to, secret| Packet::Direct {
        sender: name("mallory"),
        from,
        to,
        secret,
        number: DirectNumber(number),
        text: text("hello"),
    };

    for packet in samples() {
        say(&mallory.socket, client, &packet);
    }
    // Of another session, to another session, in another's name, from another's address, without the secret.
    say(&mallory.socket, client, &direct(9, Session(99), to, secret));
    say(&mallory.socket, client, &direct(9, from, Session(99), secret));
    let (number, said) = (DirectNumber(9), text("hello"));
    say(
        &mallory.socket,
        client,
        &Packet::Direct { sender: name("ann"), from, to, secret, number, text: said },
    );
    say(&socket(), client, &direct(9, from, to, secret));
    say(&mallory.socket, client, &direct(9, from, to, PairSecret::default()));
    let (number, verdict) = (DirectNumber(1), Verdict::Accepted);
    say(&mallory.socket, client, &Packet::DirectAck { from, to, secret, number, verdict });

    say(&mallory.socket, client, &direct(1, from, to, secret));
    assert_eq!(hear(&mallory.socket), [Packet::DirectAck { from: to, to: from, secret, number, verdict }]);
    ann.catch_up();
    let strange = |event: &&Event| {
        !matches!(event, Event::Registering | Event::Registered | Event::Ready | Event::Directory(_))
    };
    let told: Vec<&Event> = ann.told.iter().filter(strange).collect();
    assert_eq!(told, [&Event::Direct { from: name("mallory"), text: text("hello") }]);
}

#[test]
fn a_client_ignores_what_its_server_may_not_say() {
    let server = socket();
    let mut ann = World::patient().client(address(&server), "ann", 1_000);
    let client = ann.console.address();
    let [Packet::Register { nonce, .. }] = hear(&server)[..] else { panic!() };

    // While it registers: answers to another registration, and what belongs to a session.
    for packet in samples() {
        say(&server, client, &packet);
    }
    say(&server, client, &Packet::Refused { nonce: nonce.next(), refusal: Refusal::NameTaken });
    let cookie = Cookie([3; 16]);
    say(&server, client, &Packet::Challenge { nonce, cookie });
    assert_eq!(
        hear_other(&server, &Packet::Register { name: name("ann"), nonce, cookie: Cookie::NONE }),
        Packet::Register { name: name("ann"), nonce: nonce.next(), cookie },
        "an echo has a nonce of its own"
    );
    let nonce = nonce.next();

    // In a session: the same, and answers to what it has not asked.
    let pass = Pass { session: Session(5), token: Token([8; 16]) };
    say(&server, client, &Packet::Welcome { nonce, pass });
    ann.until(|event| *event == Event::Ready);
    for packet in samples() {
        say(&server, client, &packet);
    }
    for packet in samples() {
        // What a server may say to every session: an update, a probe, and what ends it or will soon.
        let may = ["down update", "down probe", "down gone", "down kicked", "down stopping"];
        let ours = !may.contains(&kind(&packet).as_str());
        if let Packet::Down { down, .. } = packet
            && ours
        {
            say(&server, client, &Packet::Down { pass, down });
        }
    }
    let reply = Down::Reply { number: RequestNumber(0), reply: Reply::Deregistered };
    say(&server, client, &Packet::Down { pass, down: reply });
    say(&server, client, &Packet::Welcome { nonce, pass: Pass { session: Session(6), ..pass } });
    say(&server, client, &Packet::Refused { nonce, refusal: Refusal::NameTaken });

    say(&server, client, &Packet::Down { pass, down: Down::Probe(Version(7)) });
    let repeat = Packet::Register { name: name("ann"), nonce, cookie };
    assert_eq!(hear_other(&server, &repeat), Packet::Up { pass, up: Up::Alive(Version(7)) });
    ann.catch_up();
    assert_eq!(ann.told, [Event::Registering, Event::Registered, Event::Ready]);
}

/// The next packet that is another than this. A slow machine makes a client repeat itself.
fn hear_other(socket: &std::net::UdpSocket, than: &Packet) -> Packet {
    loop {
        if let Some(packet) = hear(socket).into_iter().find(|packet| packet != than) {
            return packet;
        }
    }
}

fn names(list: &[&str]) -> Reply {
    Reply::Names { names: list.iter().map(|called| name(called)).collect(), more: false }
}
