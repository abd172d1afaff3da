//! The seal: what is sealed is opened by whoever has the key, on the right side, unchanged; nothing else is.

use std::net::UdpSocket;

use crate::hosted::{World, any_port, assert_clean, name, send, text, wait_for};
use crate::packets::{kind, largest, samples};
use model::event::Exit;
use model::{Command, Event, Limits};
use net::seal::{Direction, NONCE, SEAL_OVERHEAD, SEALED_BODY_MAX, open, seal_with};
use net::wire::{DATAGRAM_MAX, WireError, decode, encode};
use net::{KeyFault, RoomKey, SealError};
use proptest::prelude::*;

const KEY: [u8; 32] = [0x42; 32];
const DIRECTIONS: [Direction; 3] = [Direction::Up, Direction::Down, Direction::Across];

proptest! {
    #[test]
    fn what_is_sealed_is_opened(
        datagram in prop::collection::vec(any::<u8>(), 0..=SEALED_BODY_MAX),
        nonce in any::<[u8; NONCE]>(),
        key in any::<[u8; 32]>(),
        direction in prop::sample::select(&DIRECTIONS),
    ) {
        let key = RoomKey::from_bytes(key);
        let sealed = seal_with(&key, direction, &nonce, &datagram).unwrap();
        prop_assert_eq!(sealed.len(), datagram.len() + SEAL_OVERHEAD);
        prop_assert!(sealed.len() <= DATAGRAM_MAX);
        prop_assert_eq!(open(&key, direction, &sealed), Ok(datagram));
    }

    #[test]
    fn any_flipped_bit_is_refused(
        datagram in prop::collection::vec(any::<u8>(), 0..200),
        nonce in any::<[u8; NONCE]>(),
        place in any::<prop::sample::Index>(),
        bit in 0..8,
    ) {
        let key = RoomKey::from_bytes(KEY);
        let mut sealed = seal_with(&key, Direction::Up, &nonce, &datagram).unwrap();
        let place = place.index(sealed.len());
        sealed[place] ^= 1_u8 << bit;
        let expected = match place {
            0..4 => SealError::Foreign,
            4 => SealError::Version,
            _ => SealError::Broken,
        };
        prop_assert_eq!(open(&key, Direction::Up, &sealed), Err(expected));
    }

    #[test]
    fn whatever_is_cut_off_or_added_is_refused(
        datagram in prop::collection::vec(any::<u8>(), 0..200),
        length in any::<prop::sample::Index>(),
        more in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let key = RoomKey::from_bytes(KEY);
        let sealed = seal_with(&key, Direction::Down, &[9; NONCE], &datagram).unwrap();
        prop_assert!(open(&key, Direction::Down, &sealed[..length.index(sealed.len())]).is_err());
        prop_assert_eq!(open(&key, Direction::Down, &[&sealed[..], &more].concat()), Err(SealError::Broken));
        prop_assert_eq!(open(&key, Direction::Down, &[&more[..], &sealed].concat()).is_err(), true);
    }

    #[test]
    fn nothing_makes_the_opener_panic_or_passes_by_chance(
        mut datagram in prop::collection::vec(any::<u8>(), 0..1300),
        sealed in any::<bool>(),
    ) {
        if sealed {
            datagram.splice(0..datagram.len().min(5), [0xf5, b'c', b'h', b's', 1]);
        }
        for direction in DIRECTIONS {
            prop_assert!(open(&RoomKey::from_bytes(KEY), direction, &datagram).is_err());
        }
    }

    #[test]
    fn a_key_that_is_written_down_is_read_again(bytes in any::<[u8; 32]>()) {
        let key = RoomKey::from_bytes(bytes);
        let text = key.reveal();
        prop_assert_eq!(text.len(), RoomKey::LENGTH);
        prop_assert!(text.parse::<RoomKey>() == Ok(key));
    }

    #[test]
    fn a_key_with_one_wrong_character_is_refused(
        bytes in any::<[u8; 32]>(),
        place in 0..RoomKey::LENGTH,
        other in "[A-Za-z0-9_-]",
    ) {
        let text = RoomKey::from_bytes(bytes).reveal();
        let mut wrong = text.to_string();
        wrong.replace_range(place..=place, &other);
        prop_assume!(wrong != *text);
        prop_assert!(wrong.parse::<RoomKey>() == Err(KeyFault::Mistyped));
    }
}

#[test]
fn the_seal_is_bound_to_key_and_direction() {
    let key = RoomKey::from_bytes(KEY);
    for sealed in DIRECTIONS {
        let datagram = seal_with(&key, sealed, &[1; NONCE], b"hello").unwrap();
        for opened in DIRECTIONS {
            let expected = if sealed == opened { Ok(b"hello".to_vec()) } else { Err(SealError::Broken) };
            assert_eq!(open(&key, opened, &datagram), expected);
        }
        assert_eq!(open(&RoomKey::from_bytes([0x43; 32]), sealed, &datagram), Err(SealError::Broken));
    }
}

/// These bytes are the format. They were made once with libsodium's `crypto_aead_xchacha20poly1305_ietf`.
#[test]
fn sealed_bytes_are_what_they_were() {
    let key = RoomKey::from_bytes(std::array::from_fn(|i| u8::try_from(i).unwrap()));
    let nonce = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
    let datagram = encode(&samples()[..1]).unwrap();
    for (direction, expected) in [(Direction::Up, UP), (Direction::Down, DOWN), (Direction::Across, ACROSS)] {
        let sealed = seal_with(&key, direction, &nonce, &datagram).unwrap();
        let hex = data_encoding::HEXLOWER.encode(&sealed);
        assert_eq!(hex, [HEAD, expected].concat(), "{direction:?}");
        assert_eq!(open(&key, direction, &sealed), Ok(datagram.clone()));
    }
    assert_eq!(*key.reveal(), "9QYwBgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f");
}

#[test]
fn what_is_no_key_is_refused_by_what_is_wrong_with_it() {
    let text = RoomKey::from_bytes(KEY).reveal();
    for (wrong, words) in [
        ("", "a room key has 48 characters, this one has 0"),
        (&text[..47], "a room key has 48 characters, this one has 47"),
        (&*format!("{}x", &*text), "a room key has 48 characters, this one has 49"),
        (&*text.replace(&text[9..=9], "+"), "a room key is made of letters, digits, - and _, and character"),
        ("ключ", "a room key is made of letters, digits, - and _, and character 1 of this one"),
        (&*text.to_lowercase(), "the room key has been mistyped: its checksum does not fit"),
    ] {
        let error = wrong.parse::<RoomKey>().unwrap_err().to_string();
        assert!(error.starts_with(words), "{error}");
        assert!(wrong.is_empty() || !error.contains(wrong), "an error shows no key");
    }
    assert_eq!(format!("{:?}", RoomKey::from_bytes(KEY)), "room key");
}

#[test]
fn keys_are_drawn_anew_each_time() {
    assert!(RoomKey::draw().unwrap() != RoomKey::draw().unwrap());
}

#[test]
fn the_largest_packet_of_each_kind_fits_when_it_is_sealed() {
    for packet in largest(Limits::default().page) {
        let length = encode(std::slice::from_ref(&packet)).unwrap().len();
        assert!(length <= SEALED_BODY_MAX, "{} takes {length} bytes", kind(&packet));
    }
}

#[test]
fn a_sealed_datagram_says_nothing_to_who_has_no_key() {
    let sealed = seal_with(&RoomKey::from_bytes(KEY), Direction::Up, &[1; NONCE], b"hello").unwrap();
    assert_eq!(decode(&sealed), Err(WireError::Sealed));
    let datagram = encode(&samples()[..1]).unwrap();
    assert_eq!(open(&RoomKey::from_bytes(KEY), Direction::Up, &datagram), Err(SealError::Open));
}

#[test]
fn with_one_key_everything_works_as_without() {
    let world = World { key: Some(KEY), ..World::patient() };
    let server = world.serve(0);
    let (mut ann, mut bob) = (world.join(server.address(), "ann", 1), world.join(server.address(), "bob", 2));
    ann.until_listed("bob", true);
    let long = "x".repeat(model::Text::MAX_BYTES);
    assert!(ann.say(send("bob", &long)).contains(&Event::DirectReceived { by: name("bob") }));
    bob.until_told(|event| *event == Event::Direct { from: name("ann"), text: text(&long) });
    bob.say(Command::CreateGroup(name("room")));
    for person in [&mut ann, &mut bob] {
        person.say(Command::JoinGroup(name("room")));
    }
    ann.say(Command::SendGroup(text(&long)));
    bob.until_told(|event| matches!(event, Event::Post { from, .. } if *from == name("ann")));
    for console in [&server, &ann.console, &bob.console] {
        assert_clean(console);
    }
    assert!(server.stats().largest_out > model::Text::MAX_BYTES + SEAL_OVERHEAD);
}

#[test]
fn a_server_with_a_key_is_silent_to_everyone_without_it() {
    let world = World { key: Some(KEY), ..World::patient() };
    let server = world.serve(0);
    for (key, reason) in [(None, SealError::Open), (Some([0x43; 32]), SealError::Broken)] {
        let stranger = World { key, ..World::without_patience() };
        let mut stranger = stranger.client(server.address(), "eve", 1);
        assert_eq!(stranger.until_exit().0, Exit::ServerSilent);
        let refused = |of| server.stats().refused.into_iter().find(|(error, _)| *error == of).unwrap().1;
        assert_eq!(refused(reason), 5, "one for each attempt");
    }
    let rubbish = UdpSocket::bind(any_port()).unwrap();
    for datagram in [&b"hello"[..], &[0xf5, b'c', b'h', b's', 2], &[0xf5, b'c', b'h', b's', 1], &[0; 1201]] {
        rubbish.send_to(datagram, server.address()).unwrap();
    }
    wait_for(|| server.stats().refused_in_all() == 14);
    let stats = server.stats();
    assert!(stats.refused.iter().all(|(_, count)| *count > 0), "every reason has occurred: {stats:?}");
    assert_eq!((stats.datagrams_out, stats.undecodable_in_all()), (0, 0));
}

#[test]
fn a_client_with_a_key_ignores_what_is_not_sealed() {
    let server = World::patient().serve(0);
    let world = World { key: Some(KEY), ..World::without_patience() };
    let mut ann = world.client(server.address(), "ann", 1);
    let rubbish = encode(&samples()).unwrap_or_else(|_| encode(&samples()[..5]).unwrap());
    UdpSocket::bind(any_port()).unwrap().send_to(&rubbish, ann.console.address()).unwrap();
    wait_for(|| ann.console.stats().refused_in_all() > 0);
    assert_eq!(ann.until_exit().0, Exit::ServerSilent);
    assert!(!ann.told.iter().any(|event| matches!(event, Event::Registered | Event::Direct { .. })));
    let sealed = |(error, count): (WireError, u64)| (error == WireError::Sealed).then_some(count);
    assert_eq!(server.stats().undecodable.into_iter().find_map(sealed), Some(5), "the server says why");
}

/// Header and nonce.
const HEAD: &str = "f563687301404142434445464748494a4b4c4d4e4f5051525354555657";
const UP: &str =
    "215a6d04d1e17913ee98eeddcafd748383abbcd50248428b7b20ec5418154eaeedf93ceb2d2187b7a29bec71d964";
const DOWN: &str =
    "215a6d04d1e17913ee98eeddcafd748383abbcd50248428b7b20ec541815ea4cdd27da5349ba28cbadb73ebbc578";
const ACROSS: &str =
    "215a6d04d1e17913ee98eeddcafd748383abbcd50248428b7b20ec5418158bebcc5577bc6453cadeb8d39004b28c";
