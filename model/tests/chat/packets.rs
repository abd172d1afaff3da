//! What can be said of a packet without sending it. The codec is in `net`, whose tests compare lengths with its bytes.

use model::Command;
use model::ids::{
    Cookie, DirectNumber, Index, Nonce, PairSecret, Pass, RequestNumber, Session, Slot, Stop, Token, Version,
};
use model::packet::{Down, Entry, Listing, Packet, Refusal, Reply, Request, Up, Update, Verdict};
use stateright::actor::Id;

use crate::world::{name, text};

#[test]
fn what_a_session_asks_has_its_length() {
    for (request, length) in [
        (Request::Deregister, 21),
        (Request::Withdraw, 21),
        (Request::LeaveGroup, 21),
        (Request::CreateGroup(name("room")), 26),
        (Request::JoinGroup(name("room")), 26),
        (Request::ListGroups { after: None }, 22),
        (Request::ListGroups { after: Some(name("room")) }, 27),
        (Request::ListMembers { after: None }, 22),
        (Request::ListMembers { after: Some(name("room")) }, 27),
        (Request::Post(text("hello")), 27),
        (Request::Report(Session(7)), 22),
    ] {
        let packet = up(Up::Request { number: RequestNumber(3), request });
        assert_eq!(packet.length(), length, "{packet:?}");
    }
    assert_eq!(up(Up::UpdateAck(Version(4))).length(), 20);
    assert_eq!(up(Up::Alive(Version(4))).length(), 20);
    assert_eq!(up(Up::PostAck { join: RequestNumber(3), next: Index(9) }).length(), 21);
}

#[test]
fn what_a_session_is_told_has_its_length() {
    let names = vec![name("Ann"), name("Éve")];
    for (reply, length) in [
        (Reply::Deregistered, 21),
        (Reply::Left, 21),
        (Reply::Withdrawn, 21),
        (Reply::Joined { next: Index(9) }, 22),
        (Reply::Posted(Index(9)), 22),
        (Reply::Names { names: Vec::new(), more: false }, 23),
        (Reply::Names { names, more: true }, 32),
    ] {
        let packet = down(Down::Reply { number: RequestNumber(3), reply });
        assert_eq!(packet.length(), length, "{packet:?}");
    }
    let post = Down::Post { join: RequestNumber(3), index: Index(9), from: name("Ann"), text: text("hello") };
    for (told, length) in [
        (post, 31),
        (Down::Update(update(0)), 23),
        (Down::Update(update(1)), 47),
        (Down::Update(update(3)), 95),
        (Down::Removed { join: RequestNumber(3) }, 20),
        (Down::Probe(Version(4)), 20),
        (Down::Gone, 19),
        (Down::Kicked, 19),
        (Down::Stopping(Stop(2)), 20),
    ] {
        let packet = down(told);
        assert_eq!(packet.length(), length, "{packet:?}");
    }
}

#[test]
fn what_strangers_and_peers_say_has_its_length() {
    let (from, to, secret, number) = (Session(7), Session(8), PairSecret::default(), DirectNumber(5));
    let direct = |said: &str| {
        let (sender, text) = (name("Ann"), text(said));
        Packet::Direct { sender, from, to, secret, number, text }
    };
    for (packet, length) in [
        (Packet::Register { name: name("Ann"), nonce: Nonce(1), cookie: Cookie::NONE }, 22),
        (challenge(1), 18),
        (Packet::Welcome { nonce: Nonce(1), pass: pass() }, 19),
        (Packet::Refused { nonce: Nonce(1), refusal: Refusal::NameTaken }, 3),
        (direct("hello"), 30),
        (direct(&"x".repeat(300)), 327),
        (Packet::DirectAck { from, to, secret, number, verdict: Verdict::Accepted }, 21),
    ] {
        assert_eq!(packet.length(), length, "{packet:?}");
    }
}

#[test]
fn a_number_takes_as_many_bytes_as_it_needs() {
    for (number, length) in [
        (0, 18),
        (250, 18),
        (251, 20),
        (0xffff, 20),
        (0x1_0000, 22),
        (0xffff_ffff, 22),
        (0x1_0000_0000, 26),
        (u64::MAX, 26),
    ] {
        assert_eq!(challenge(number).length(), length, "{number}");
    }
}

#[test]
fn the_text_of_a_packet_or_command_is_what_somebody_wrote() {
    let post = Down::Post { join: RequestNumber(3), index: Index(9), from: name("Ann"), text: text("hello") };
    let request = |request| up(Up::Request { number: RequestNumber(3), request });
    for mut packet in [request(Request::Post(text("hello"))), down(post)] {
        assert_eq!(packet.text_mut().cloned(), Some(text("hello")), "{packet:?}");
    }
    for mut packet in [request(Request::JoinGroup(name("hello"))), down(Down::Gone), challenge(1)] {
        assert_eq!(packet.text_mut().cloned(), None, "{packet:?}");
    }
    let send = Command::Send { to: name("Ann"), text: text("hello") };
    for mut command in [send, Command::SendGroup(text("hello"))] {
        assert_eq!(command.text_mut().cloned(), Some(text("hello")), "{command:?}");
    }
    assert_eq!(Command::JoinGroup(name("hello")).text_mut(), None);
}

#[test]
fn a_secret_is_hexadecimal_digits_to_a_reader() {
    let token =
        Token([0, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xf0, 0x0f, 0x10, 0xa5, 0x5a, 0xff, 0x7e]);
    let digits = "\"0001".to_owned() + "23456789abcdeff00f10a55aff7e\"";
    assert_eq!(serde_json::to_string(&token).unwrap(), digits);
    assert_eq!(serde_json::from_str::<Token>(&digits).unwrap(), token);
    for wrong in [
        digits.to_uppercase(),
        digits.replace("7e", "7"),
        digits.replace("7e", "7e0"),
        digits.replace("7e", "+e"),
    ] {
        assert!(serde_json::from_str::<Token>(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_ack_covers_those_before_it_of_the_same_session_and_thing() {
    let post = |join, next| Up::PostAck { join: RequestNumber(join), next: Index(next) };
    let seen = |version| Up::UpdateAck(Version(version));
    let covers = |one: Packet, earlier: Packet| {
        one.cumulative_ack().zip(earlier.cumulative_ack()).is_some_and(|(one, earlier)| one.covers(earlier))
    };
    for (one, earlier) in
        [(post(3, 9), post(3, 8)), (post(3, 9), post(3, 9)), (seen(4), seen(3)), (seen(4), seen(4))]
    {
        assert!(covers(up(one.clone()), up(earlier.clone())), "{one:?} {earlier:?}");
    }
    let request = Up::Request { number: RequestNumber(3), request: Request::LeaveGroup };
    for (one, earlier) in [
        (post(3, 8), post(3, 9)),
        (post(4, 9), post(3, 8)),
        (seen(3), seen(4)),
        (seen(9), post(3, 8)),
        (post(3, 9), seen(3)),
        (request.clone(), request),
        (Up::Alive(Version(4)), Up::Alive(Version(4))),
    ] {
        assert!(!covers(up(one.clone()), up(earlier.clone())), "{one:?} {earlier:?}");
    }
    let other = Pass { session: Session(8), token: Token::default() };
    assert!(!covers(Packet::Up { pass: other, up: seen(4) }, up(seen(3))));
    assert_eq!(down(Down::Gone).cumulative_ack(), None);
}

fn update(count: u64) -> Update {
    let listing = |number| {
        let entry = Entry { name: name("Ann"), address: Id::from(1), session: Session(7), online: true };
        Listing { slot: Slot(number), entry, secret: PairSecret::default() }
    };
    let [base, to, latest] = [Version(1), Version(2), Version(4)];
    Update { base, to, latest, entries: (0..count).map(listing).collect() }
}

fn challenge(nonce: u64) -> Packet {
    Packet::Challenge { nonce: Nonce(nonce), cookie: Cookie::NONE }
}

fn up(up: Up) -> Packet {
    Packet::Up { pass: pass(), up }
}

fn down(down: Down) -> Packet {
    Packet::Down { pass: pass(), down }
}

fn pass() -> Pass {
    Pass { session: Session(7), token: Token::default() }
}
