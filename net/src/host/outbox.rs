//! What one wake-up made the actor say to its peers.

use ahash::AHashMap;
use model::Packet;
use model::packet::CumulativeAck;
use stateright::actor::Id;

use crate::wire::{Datagram, WireError};

/// Joins the packets to the same peer, in their order, into as few datagrams as they fit in. An ack that the next packet covers is left
/// out.
#[derive(Debug)]
pub(super) struct Outbox {
    /// Most bytes of a datagram.
    max: usize,
    /// In the order in which they were begun. None is empty.
    datagrams: Vec<Addressed>,
    /// Where the last datagram to each peer stands, once there are more than [`FEW`].
    places: AHashMap<Id, usize>,
}

/// A datagram that is being put together.
#[derive(Debug)]
struct Addressed {
    to: Id,
    datagram: Datagram,
    /// The last packet, if it is one.
    ack: Option<CumulativeAck>,
}

impl Addressed {
    fn put(&mut self, packet: &Packet) -> Result<(), WireError> {
        let ack = packet.cumulative_ack();
        let covered = ack.zip(self.ack).is_some_and(|(ack, earlier)| ack.covers(earlier));
        if covered {
            self.datagram.replace_last(packet)?;
        } else {
            self.datagram.join(packet)?;
        }
        self.ack = ack;
        Ok(())
    }
}

impl Outbox {
    /// For datagrams of at most that many bytes.
    pub(super) fn new(max: usize) -> Outbox {
        Outbox { max, datagrams: Vec::new(), places: AHashMap::new() }
    }

    /// Adds a packet, or nothing if it is too large for any datagram.
    pub(super) fn put(&mut self, to: Id, packet: &Packet) -> Result<(), WireError> {
        let last = self.place(to).map(|place| &mut self.datagrams[place]);
        if last.is_some_and(|last| last.put(packet).is_ok()) {
            return Ok(());
        }
        let mut new = Addressed { to, datagram: Datagram::at_most(self.max), ack: None };
        new.put(packet)?;
        self.datagrams.push(new);
        self.remember_places();
        Ok(())
    }

    /// Where the last datagram to a peer stands. Nearly always there are so few that looking through them is the fastest.
    fn place(&self, to: Id) -> Option<usize> {
        if self.datagrams.len() > FEW {
            self.places.get(&to).copied()
        } else {
            self.datagrams.iter().rposition(|last| last.to == to)
        }
    }

    /// Has to know all peers when there are more than a few.
    fn remember_places(&mut self) {
        let count = self.datagrams.len();
        if count > FEW {
            let known = if count == FEW + 1 { 0 } else { count - 1 };
            let new = self.datagrams.iter().enumerate().skip(known);
            self.places.extend(new.map(|(place, last)| (last.to, place)));
        }
    }

    /// Empties it.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Id, Vec<u8>)> {
        self.places.clear();
        self.datagrams.drain(..).map(|last| (last.to, last.datagram.into_bytes()))
    }
}

const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use model::ids::{DirectNumber, Index, PairSecret, Pass, RequestNumber, Session, Token, Version};
    use model::packet::{Reply, Up};
    use model::{Name, Text};

    use super::*;
    use crate::seal::SEALED_BODY_MAX;
    use crate::wire::{DATAGRAM_MAX, decode, encode};

    #[test]
    fn packets_to_one_peer_are_joined_and_keep_their_order() {
        let mut outbox = Outbox::new(DATAGRAM_MAX);
        for (to, number) in [(2, 0), (1, 1), (2, 2), (1, 3), (2, 4)] {
            outbox.put(Id::from(to), &direct(number, 10)).unwrap();
        }
        let all: Vec<(Id, Vec<u8>)> = outbox.take().collect();
        let said: Vec<(usize, Vec<u64>)> = all.iter().map(|(to, d)| (usize::from(*to), numbers(d))).collect();
        assert_eq!(said, [(2, vec![0, 2, 4]), (1, vec![1, 3])]);
        assert_eq!(outbox.take().count(), 0);
    }

    #[test]
    fn many_peers_are_kept_apart_like_few() {
        let mut outbox = Outbox::new(DATAGRAM_MAX);
        for number in 0..3 * 20 {
            outbox.put(Id::from(1 + number % 20), &direct(number as u64, 10)).unwrap();
        }
        let all: Vec<(usize, Vec<u64>)> =
            outbox.take().map(|(to, datagram)| (usize::from(to), numbers(&datagram))).collect();
        let expected: Vec<_> =
            (0..20).map(|i| (1 + i, [i, i + 20, i + 40].map(|n| n as u64).to_vec())).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn what_does_not_fit_goes_into_the_next_datagram() {
        let mut outbox = Outbox::new(DATAGRAM_MAX);
        for number in 0..9 {
            outbox.put(Id::from(1), &direct(number, 350)).unwrap();
        }
        let said: Vec<Vec<u8>> = outbox.take().map(|(_, datagram)| datagram).collect();
        assert!(said.iter().all(|datagram| datagram.len() <= DATAGRAM_MAX));
        assert_eq!(
            said.iter().map(|d| numbers(d)).collect::<Vec<_>>(),
            [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]]
        );
    }

    #[test]
    fn datagrams_that_will_be_sealed_leave_room_for_it() {
        let mut outbox = Outbox::new(SEALED_BODY_MAX);
        for number in 0..200 {
            outbox.put(Id::from(1), &direct(number, usize::try_from(number).unwrap() * 3)).unwrap();
        }
        let lengths: Vec<usize> = outbox.take().map(|(_, datagram)| datagram.len()).collect();
        assert!(lengths.iter().all(|length| *length <= SEALED_BODY_MAX), "{lengths:?}");
    }

    #[test]
    fn an_ack_that_the_next_packet_covers_is_left_out() {
        let ack = |of: u64, join: u64, next: u64| {
            let pass = Pass { session: Session(of), token: Token::default() };
            Packet::Up { pass, up: Up::PostAck { join: RequestNumber(join), next: Index(next) } }
        };
        let seen = |version: u64| {
            let pass = Pass { session: Session(1), token: Token::default() };
            Packet::Up { pass, up: Up::UpdateAck(Version(version)) }
        };
        let all = [
            ack(1, 1, 7),
            ack(1, 1, 8),
            ack(1, 1, 300),
            direct(1, 3),
            ack(1, 1, 301),
            seen(4),
            seen(5),
            seen(4),
        ];
        let others = [ack(2, 1, 302), ack(2, 2, 303), ack(2, 2, 303)];
        let mut outbox = Outbox::new(DATAGRAM_MAX);
        for packet in all.iter().chain(&others) {
            outbox.put(Id::from(1), packet).unwrap();
        }
        let datagrams: Vec<Vec<u8>> = outbox.take().map(|(_, datagram)| datagram).collect();
        let kept = [&all[2..5], &all[6..8], &others[..1], &others[2..]].concat();
        assert_eq!(datagrams, [encode(&kept).unwrap()]);
    }

    #[test]
    fn a_packet_that_fits_in_no_datagram_is_refused_and_leaves_nothing() {
        let names = (0..200).map(|i| Name::new(&format!("name{i}")).unwrap()).collect();
        let pass = Pass { session: Session(1), token: Token::default() };
        let reply = Reply::Names { names, more: false };
        let down = model::packet::Down::Reply { number: RequestNumber(1), reply };
        let mut outbox = Outbox::new(DATAGRAM_MAX);
        assert_eq!(outbox.put(Id::from(1), &Packet::Down { pass, down }), Err(WireError::TooLong));
        assert_eq!(outbox.take().count(), 0);
    }

    fn direct(number: u64, length: usize) -> Packet {
        let (from, to, secret) = (Session(1), Session(2), PairSecret::default());
        let (sender, text) = (Name::new("x").unwrap(), Text::new(&"t".repeat(length)).unwrap());
        Packet::Direct { sender, from, to, secret, number: DirectNumber(number), text }
    }

    fn numbers(datagram: &[u8]) -> Vec<u64> {
        decode(datagram)
            .unwrap()
            .into_iter()
            .map(|packet| match packet {
                Packet::Direct { number, .. } => number.0,
                other => panic!("{other:?}"),
            })
            .collect()
    }
}
