//! The wire: what is said is heard, what is not ours is refused, and everything fits.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::packets::{any_name, any_packet, kind, largest, name, samples};
use model::packet::Packet;
use model::{Limits, Name};
use net::wire::{DATAGRAM_MAX, Datagram, PACKETS_MAX, WireError, decode, encode};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

proptest! {
    #[test]
    fn what_is_said_is_heard(packets in prop::collection::vec(any_packet(), 1..4)) {
        match encode(&packets) {
            Ok(datagram) => {
                prop_assert!(datagram.len() <= DATAGRAM_MAX);
                prop_assert_eq!(decode(&datagram), Ok(packets));
            }
            Err(error) => prop_assert_eq!(error, WireError::TooLong),
        }
    }

    #[test]
    fn the_model_knows_how_long_a_packet_is(packet in any_packet()) {
        let header = 6;
        match encode(std::slice::from_ref(&packet)) {
            Ok(datagram) => prop_assert_eq!(datagram.len(), header + packet.length(), "{:?}", packet),
            Err(_) => prop_assert!(header + packet.length() > DATAGRAM_MAX),
        }
    }

    #[test]
    fn the_weight_of_a_name_is_an_upper_bound(names in prop::collection::vec(any_name(), 1..20)) {
        let weight: usize = names.iter().map(Name::weight).sum();
        prop_assert!(length_of(&names_packet(&names)) - length_of(&names_packet(&[])) <= weight);
    }

    #[test]
    fn no_datagram_makes_the_decoder_panic(datagram in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut ours = encode(&samples()[..1]).unwrap();
        ours.truncate(6);
        ours.extend(&datagram);
        prop_assert_eq!(decode(&datagram).is_ok_and(|p| p.is_empty()), false);
        prop_assert_eq!(decode(&ours).is_ok_and(|p| p.is_empty()), false);
    }
}

#[test]
fn the_weight_of_an_entry_is_an_upper_bound_and_reached_within_two_bytes() {
    let largest = largest(Limits::default().page);
    let Some(Packet::Down { pass, down: model::packet::Down::Update(update) }) =
        largest.iter().find(|p| kind(p) == "down update").cloned()
    else {
        panic!("no update among the largest")
    };
    let length = |entries: &[_]| {
        let update = model::packet::Update { entries: entries.to_vec(), ..update.clone() };
        length_of(&Packet::Down { pass, down: model::packet::Down::Update(update) })
    };
    let one = length(&update.entries[..1]) - length(&[]);
    let weight = update.entries[0].entry.weight();
    assert!(one <= weight && weight <= one + 2, "{one} bytes, weight {weight}");
}

#[test]
fn the_largest_packet_of_each_kind_leaves_sixty_bytes_to_spare() {
    for packet in largest(Limits::default().page) {
        let length = length_of(&packet);
        assert!(length + 60 <= DATAGRAM_MAX, "{} takes {length} bytes", kind(&packet));
    }
}

#[test]
fn a_full_page_is_nearly_full() {
    let page = Limits::default().page;
    for packet in largest(page) {
        if ["down update", "down reply names"].contains(&kind(&packet).as_str()) {
            assert!(length_of(&packet) > page - 70, "{packet:?}");
        }
    }
}

#[test]
fn a_registration_is_never_shorter_than_the_challenge_it_gets() {
    let (nonce, cookie) = (model::ids::Nonce(u64::MAX), model::ids::Cookie([0xff; 16]));
    for nonce in [model::ids::Nonce(0), model::ids::Nonce(251), nonce] {
        let asked = Packet::Register { name: name("x"), nonce, cookie: model::ids::Cookie::NONE };
        assert!(length_of(&asked) > length_of(&Packet::Challenge { nonce, cookie }));
    }
}

#[test]
fn the_model_knows_how_long_the_smallest_and_the_largest_packets_are() {
    for packet in samples().iter().chain(&largest(Limits::default().page)) {
        assert_eq!(length_of(packet), 6 + packet.length(), "{}", kind(packet));
    }
}

#[test]
fn the_bytes_of_every_kind_are_as_they_were() {
    let mut lines = String::new();
    for packet in samples() {
        writeln!(lines, "{}: {}", kind(&packet), hex(&encode(&[packet]).unwrap())).unwrap();
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &lines).unwrap();
    }
    assert_eq!(lines, golden(), "the wire changed: a new version, or UPDATE_GOLDEN=1 before any release");
}

#[test]
fn golden_bytes_are_understood() {
    for (line, sample) in golden().lines().zip(samples()) {
        let bytes = unhex(line.split_once(": ").unwrap().1);
        assert_eq!(decode(&bytes), Ok(vec![sample]), "{line}");
    }
}

#[test]
fn every_sample_is_of_another_kind() {
    let kinds: BTreeSet<String> = samples().iter().map(kind).collect();
    assert_eq!(kinds.len(), samples().len());
    assert_eq!(kinds, largest(1000).iter().map(kind).collect());
}

#[test]
fn a_datagram_over_the_limit_is_refused_before_it_is_read() {
    assert_eq!(decode(&vec![0; DATAGRAM_MAX + 1]), Err(WireError::TooLong));
    assert_eq!(decode(&vec![0; 65_507]), Err(WireError::TooLong));
    assert_eq!(decode(&vec![0; DATAGRAM_MAX]), Err(WireError::ForeignMagic));
}

#[test]
fn a_header_that_is_not_ours_is_refused() {
    let good = encode(&samples()[..1]).unwrap();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        decode(&bytes)
    };
    assert_eq!(with(0, 0), Err(WireError::ForeignMagic));
    assert_eq!(with(3, 0), Err(WireError::ForeignMagic));
    assert_eq!(with(4, 2), Err(WireError::Version));
    assert_eq!(with(5, 0), Err(WireError::Empty));
    assert_eq!(with(5, 2), Err(WireError::Truncated));
    assert_eq!(with(5, 65), Err(WireError::TooManyPackets));
    assert_eq!(with(6, 200), Err(WireError::Malformed));
    assert_eq!(decode(&good[..5]), Err(WireError::Truncated));
    assert_eq!(decode(&[]), Err(WireError::Truncated));
    assert_eq!(encode(&[]), Err(WireError::Empty));
}

#[test]
fn every_prefix_is_truncated_and_every_suffix_is_trailing() {
    for packet in samples() {
        let mut bytes = encode(&[packet]).unwrap();
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), Err(WireError::Truncated));
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(WireError::TrailingBytes));
    }
}

#[test]
fn a_name_or_text_that_is_not_allowed_is_refused() {
    let good = encode(&[Packet::Register {
        name: name("alice"),
        nonce: model::ids::Nonce(1),
        cookie: model::ids::Cookie::NONE,
    }])
    .unwrap();
    let at = good.windows(5).position(|w| w == b"alice").unwrap();
    for bad in [b"a ice", b"a;ice", b"a\x1bice", b"a\xffice"] {
        let mut bytes = good.clone();
        bytes[at..at + 5].copy_from_slice(&bad[..5]);
        assert_eq!(decode(&bytes), Err(WireError::Malformed));
    }
}

#[test]
fn a_forged_length_costs_nothing() {
    let header = &encode(&samples()[..1]).unwrap()[..6];
    let claims: [&[u8]; 3] = [
        // A name of 2^63 bytes.
        &[0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0x80],
        // A name of 20,000 bytes, which is above the decoder's limit.
        &[0, 0xfb, 0x20, 0x4e],
        // A reply of 2^63 names.
        &[5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0x80],
    ];
    for claim in claims {
        let mut bytes = header.to_vec();
        bytes.extend(claim);
        let error = decode(&bytes).unwrap_err();
        assert!(matches!(error, WireError::Malformed | WireError::Truncated), "{error}");
    }
}

#[test]
fn a_datagram_takes_packets_until_it_is_full() {
    let [probe, post] = ["down probe", "down post"]
        .map(|kind_of| samples().into_iter().find(|p| kind(p) == kind_of).unwrap());
    let mut datagram = Datagram::new();
    let mut joined = 0;
    while datagram.join(&post).is_ok() {
        joined += 1;
    }
    assert_eq!(datagram.join(&post), Err(WireError::TooLong));
    assert_eq!(decode(&datagram.into_bytes()), Ok(vec![post; joined]));

    let mut datagram = Datagram::new();
    while datagram.packets() < PACKETS_MAX && datagram.join(&probe).is_ok() {}
    let error =
        if datagram.packets() == PACKETS_MAX { WireError::TooManyPackets } else { WireError::TooLong };
    assert_eq!(datagram.join(&probe), Err(error));
    assert!(decode(&datagram.into_bytes()).is_ok());
}

#[test]
fn the_last_packet_of_a_datagram_can_be_replaced_if_the_other_one_fits() {
    let [probe, post] = ["down probe", "down post"]
        .map(|kind_of| samples().into_iter().find(|p| kind(p) == kind_of).unwrap());
    let mut datagram = Datagram::new();
    assert_eq!(datagram.replace_last(&probe), Err(WireError::Empty));
    datagram.join(&post).unwrap();
    datagram.replace_last(&probe).unwrap();
    assert_eq!((datagram.packets(), datagram.is_empty()), (1, false));
    while datagram.join(&post).is_ok() {}
    let packets = datagram.packets();
    datagram.replace_last(&probe).unwrap();
    datagram.replace_last(&post).unwrap();
    while datagram.join(&probe).is_ok() {}
    let more = datagram.packets();
    assert_eq!(datagram.replace_last(&post), Err(WireError::TooLong));
    let expected = [vec![probe.clone()], vec![post; packets - 1], vec![probe; more - packets]].concat();
    assert_eq!(decode(&datagram.into_bytes()), Ok(expected));
}

#[test]
fn twenty_thousand_damaged_datagrams_give_errors_or_packets_that_can_be_said_again() {
    let mut rng = StdRng::seed_from_u64(7);
    let pool: Vec<Vec<u8>> =
        [samples(), largest(1000)].concat().chunks(1).map(|p| encode(p).unwrap()).collect();
    let mut understood = 0;
    for _ in 0..20_000 {
        let bytes = damage(&pool[rng.random_range(0..pool.len())], &mut rng);
        if let Ok(packets) = decode(&bytes) {
            understood += 1;
            assert_eq!(decode(&encode(&packets).unwrap()), Ok(packets));
        }
    }
    assert!(understood > 100, "only {understood} were understood, so little was tried");
}

fn golden() -> String {
    std::fs::read_to_string(GOLDEN).unwrap()
}

fn damage(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..4) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = rng.random(),
            2 => bytes.insert(at, rng.random()),
            _ if at > 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

fn names_packet(names: &[Name]) -> Packet {
    use model::ids::{Pass, RequestNumber, Session, Token};
    use model::packet::{Down, Reply};
    let reply = Reply::Names { names: names.to_vec(), more: false };
    let pass = Pass { session: Session(1), token: Token::default() };
    Packet::Down { pass, down: Down::Reply { number: RequestNumber(1), reply } }
}

fn length_of(packet: &Packet) -> usize {
    encode(std::slice::from_ref(packet)).unwrap().len()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// A packet of each kind and its datagram. `UPDATE_GOLDEN=1 cargo test -p net --test hosts wire` writes it anew.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");
