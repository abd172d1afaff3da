//! Inputs on their way to the writer.

use std::io;
use std::net::SocketAddrV4;

use model::Packet;

use super::format::{After, Input, Line, Record, Taken, Together};
use super::sum::Digest;
use crate::wire;

/// Inputs in their order. What came in as a datagram is kept as one: decoded packets are several times as large, and all of it has to
/// cross from one core to another, which takes most of the time that handing over takes.
#[derive(Default)]
pub(super) struct Handed {
    entries: Vec<Entry>,
    /// One after the other.
    datagrams: Vec<u8>,
    /// Of the packets of all datagrams.
    digests: Vec<Digests>,
    /// Everything that did not come in as a datagram.
    lines: Vec<Line>,
    /// About how much memory the lines take.
    weight: usize,
    packets: Vec<Packet>,
}

enum Entry {
    Datagram { t: u64, from: SocketAddrV4, length: u16, packets: u8 },
    Line,
}

/// What became of a packet; as in a [`Record`].
#[derive(Clone, Copy)]
pub(super) struct Digests {
    pub(super) out: Digest,
    pub(super) after: After,
}

impl Handed {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.entries) + self.datagrams.len() + size_of_val(&*self.digests) + self.weight
    }

    /// When the first one came in; 0 if nothing says so.
    pub(super) fn since(&self) -> u64 {
        match (self.entries.first(), self.lines.first()) {
            (Some(Entry::Datagram { t, .. }), _)
            | (_, Some(Line::Step(Record { t, .. }) | Line::End { t, .. } | Line::Cut { t, .. })) => *t,
            _ => 0,
        }
    }

    /// Anything but packets.
    pub(super) fn push(&mut self, mut line: Line) {
        self.weight += weight(&mut line);
        self.entries.push(Entry::Line);
        self.lines.push(line);
    }

    /// A datagram that holds at least as many packets as there are digests.
    pub(super) fn push_datagram(&mut self, t: u64, from: SocketAddrV4, datagram: &[u8], digests: &[Digests]) {
        // Both fit: `DATAGRAM_MAX` and `PACKETS_MAX` are smaller.
        let (Ok(length), Ok(packets)) = (datagram.len().try_into(), digests.len().try_into()) else { return };
        self.entries.push(Entry::Datagram { t, from, length, packets });
        self.datagrams.extend_from_slice(datagram);
        self.digests.extend_from_slice(digests);
    }

    /// Adds everything of another one, which is empty then and keeps its memory.
    pub(super) fn append(&mut self, later: &mut Handed) {
        self.entries.append(&mut later.entries);
        self.datagrams.append(&mut later.datagrams);
        self.digests.append(&mut later.digests);
        self.lines.append(&mut later.lines);
        self.weight += std::mem::take(&mut later.weight);
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.datagrams.clear();
        self.digests.clear();
        self.lines.clear();
        self.weight = 0;
    }

    /// Gives out everything as it stands in a recording, and keeps the memory.
    pub(super) fn drain(&mut self, mut write: impl FnMut(Line) -> io::Result<()>) -> io::Result<()> {
        let (mut lines, mut datagrams, mut digests) =
            (self.lines.drain(..), &self.datagrams[..], &self.digests[..]);
        for entry in self.entries.drain(..) {
            let line = match entry {
                Entry::Line => lines.next(),
                Entry::Datagram { t, from, length, packets } => {
                    let datagram = datagrams.split_off(..usize::from(length)).unwrap_or_default();
                    let digests = digests.split_off(..usize::from(packets)).unwrap_or_default();
                    wire::decode_into(datagram, &mut self.packets).map_err(io::Error::other)?;
                    taken(t, from, &mut self.packets, digests)
                }
            };
            line.map_or(Ok(()), &mut write)?;
        }
        drop(lines);
        self.clear();
        Ok(())
    }
}

fn weight(line: &mut Line) -> usize {
    let text = match line {
        Line::Step(record) => {
            record.input.texts_mut().iter().map(|text| size_of::<Line>() + text.as_str().len()).sum()
        }
        Line::Life(_) | Line::Packets(_) | Line::End { .. } | Line::Cut { .. } => 0,
    };
    size_of::<Line>() + text
}

/// The line of the packets of a datagram; none if none of them has been taken.
fn taken(t: u64, from: SocketAddrV4, packets: &mut Vec<Packet>, digests: &[Digests]) -> Option<Line> {
    let mut taken = std::iter::zip(packets.drain(..), digests);
    if let [Digests { out, after }] = *digests {
        let (packet, _) = taken.next()?;
        return Some(Line::Step(Record { t, input: Input::Packet { from, packet }, out, after }));
    }
    let packets: Vec<_> =
        taken.map(|(packet, &Digests { out, after })| Taken { packet, out, after }).collect();
    (!packets.is_empty()).then_some(Line::Packets(Together { t, from, packets }))
}

#[cfg(test)]
mod tests {
    use model::Timer;
    use model::ids::{Index, Pass, RequestNumber, Session, Token};
    use model::packet::Up;

    use super::*;

    #[test]
    fn everything_comes_out_in_its_order_and_the_packets_of_a_datagram_together() {
        let mut handed = Handed::default();
        for _ in 0..2 {
            handed.push(timer(1));
            push(&mut handed, 2, &[ack(1), ack(2), ack(3)], 3);
            push(&mut handed, 3, &[ack(4)], 1);
            handed.push(timer(4));
            handed.push(timer(5));
            // The second one was not looked at any more.
            push(&mut handed, 6, &[ack(5), ack(6)], 1);
            push(&mut handed, 7, &[ack(7), ack(8)], 2);
            assert_eq!(handed.len(), 7);
            let mut lines = Vec::new();
            let taken = handed.drain(|line| {
                lines.push(line);
                Ok(())
            });
            taken.unwrap();
            let expected = [
                timer(1),
                together(2, &[ack(1), ack(2), ack(3)]),
                alone(3, ack(4)),
                timer(4),
                timer(5),
                alone(6, ack(5)),
                together(7, &[ack(7), ack(8)]),
            ];
            assert_eq!(lines, expected);
            assert_eq!(handed.len(), 0);
        }
    }

    #[test]
    fn what_is_appended_comes_out_last() {
        let (mut handed, mut later) = (Handed::default(), Handed::default());
        push(&mut handed, 1, &[ack(1)], 1);
        later.push(timer(2));
        push(&mut later, 3, &[ack(2), ack(3)], 2);
        handed.append(&mut later);
        assert_eq!((later.len(), later.bytes()), (0, 0));
        let mut lines = Vec::new();
        let taken = handed.drain(|line| {
            lines.push(line);
            Ok(())
        });
        taken.unwrap();
        assert_eq!(lines, [alone(1, ack(1)), timer(2), together(3, &[ack(2), ack(3)])]);
    }

    fn push(handed: &mut Handed, t: u64, packets: &[Packet], looked_at: u64) {
        let digests: Vec<_> =
            (0..looked_at).map(|number| Digests { out: Digest(t + number), after: AFTER }).collect();
        handed.push_datagram(t, from(), &wire::encode(packets).unwrap(), &digests);
    }

    fn timer(t: u64) -> Line {
        Line::Step(Record { t, input: Input::Timer(Timer::Attempt), out: Digest(t), after: AFTER })
    }

    fn alone(t: u64, packet: Packet) -> Line {
        Line::Step(Record { t, input: Input::Packet { from: from(), packet }, out: Digest(t), after: AFTER })
    }

    fn together(t: u64, packets: &[Packet]) -> Line {
        let taken = |(number, packet): (u64, &Packet)| Taken {
            packet: packet.clone(),
            out: Digest(t + number),
            after: AFTER,
        };
        Line::Packets(Together {
            t,
            from: from(),
            packets: std::iter::zip(0.., packets).map(taken).collect(),
        })
    }

    fn from() -> SocketAddrV4 {
        SocketAddrV4::new([127, 0, 0, 1].into(), 7000)
    }

    const AFTER: After = After::Changes(Digest(9));

    fn ack(next: u64) -> Packet {
        let pass = Pass { session: Session(5), token: Token([0xab; 16]) };
        Packet::Up { pass, up: Up::PostAck { join: RequestNumber(2), next: Index(next) } }
    }
}
