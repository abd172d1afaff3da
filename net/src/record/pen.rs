//! Lines as they stand in the file: JSON, and at the end of each a digest of it and of those before it.

use std::io;
use std::net::SocketAddrV4;

use model::Packet;
use serde::{Serialize, Serializer};

use super::format::{Input, Line, Record, Taken, Together};
use super::json;
use super::sum::{Digest, sum_of_bytes};

/// Writes the lines of a recording one after the other, each with a digest of itself and of those before it in its life.
#[derive(Clone, Debug, Default)]
pub struct Pen {
    chain: u64,
}

impl Pen {
    /// Appends a line to a text.
    pub fn write(&mut self, line: &Line, text: &mut Vec<u8>) -> io::Result<()> {
        if let Line::Life(_) = line {
            self.chain = 0;
        }
        self.put(line, text)
    }

    /// Appends what comes next to a text: a line; or several, as one, if they are packets that came in together. Tells how many.
    pub(super) fn write_next(&mut self, lines: &[Line], text: &mut Vec<u8>) -> io::Result<usize> {
        let together = lines.chunk_by(|one, next| place(one).is_some() && place(one) == place(next)).next();
        match together {
            None => Ok(0),
            Some([line]) => self.write(line, text).map(|()| 1),
            Some(lines) => self.put(&Several(lines), text).map(|()| lines.len()),
        }
    }

    fn put(&mut self, it: &impl Serialize, text: &mut Vec<u8>) -> io::Result<()> {
        let begin = text.len();
        json::write(it, text)?;
        self.chain = chain(self.chain, &text[begin..]);
        text.pop();
        text.extend_from_slice(SUM.as_bytes());
        text.extend_from_slice(&Digest(self.chain).digits());
        text.extend_from_slice(b"\"}\n");
        Ok(())
    }
}

/// When and where a packet came in.
fn place(line: &Line) -> Option<(u64, SocketAddrV4)> {
    taken(line).map(|(t, from, _)| (t, from))
}

fn taken(line: &Line) -> Option<(u64, SocketAddrV4, Taken<&Packet>)> {
    match line {
        Line::Step(Record { t, input: Input::Packet { from, packet }, out, state }) => {
            Some((*t, *from, Taken { packet, out: *out, state: *state }))
        }
        _ => None,
    }
}

/// Packets that came in together, written as [`Line::Packets`].
struct Several<'a>(&'a [Line]);

impl Serialize for Several<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Written<'a> {
            Packets(Together<OneByOne<'a>>),
        }
        let Some((t, from)) = self.0.first().and_then(place) else { return serializer.serialize_unit() };
        Written::Packets(Together { t, from, packets: OneByOne(self.0) }).serialize(serializer)
    }
}

struct OneByOne<'a>(&'a [Line]);

impl Serialize for OneByOne<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(taken).map(|(.., taken)| taken))
    }
}

/// What stands before the digest of a line and of those before it.
pub(super) const SUM: &str = ",\"sum\":\"";

/// The digest of a line and of those before it. It shows a line that was edited, is missing or has been moved.
pub(super) fn chain(before: u64, line: &[u8]) -> u64 {
    sum_of_bytes(before, line).0
}

/// How every recording begins.
pub(super) const BEGIN: &[u8; 21] = b"{\"life\":{\"recording\":";

#[cfg(test)]
mod tests {
    use model::ids::{Index, Nonce, Pass, RequestNumber, Session, Token};
    use model::packet::Up;
    use model::{Name, ids::Cookie};

    use super::*;

    #[test]
    fn packets_that_came_in_together_stand_in_one_line() {
        let lines =
            [ack(7, 1, 1), ack(7, 1, 2), ack(7, 1, 3), ack(7, 2, 1), ack(8, 2, 2), register(8), register(8)];
        let (mut pen, mut text, mut rest, mut counts) = (Pen::default(), Vec::new(), &lines[..], Vec::new());
        while !rest.is_empty() {
            let count = pen.write_next(rest, &mut text).unwrap();
            counts.push(count);
            rest = &rest[count..];
        }
        assert_eq!(counts, [3, 1, 1, 2]);
        assert_eq!(read(&text), lines);
    }

    #[test]
    fn a_line_is_what_serde_json_makes_of_it_and_its_digest() {
        for line in [ack(7, 1, 1), register(3), Line::Cut { t: 1, reason: "\"\n".into() }] {
            let mut text = Vec::new();
            Pen::default().write(&line, &mut text).unwrap();
            let json = serde_json::to_string(&line).unwrap();
            let digest = Digest(chain(0, json.as_bytes())).digits();
            let written =
                format!("{}{SUM}{}\"}}\n", &json[..json.len() - 1], str::from_utf8(&digest).unwrap());
            assert_eq!(str::from_utf8(&text).unwrap(), written);
        }
    }

    /// Without the digests, which are looked at elsewhere.
    fn read(text: &[u8]) -> Vec<Line> {
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let steps = lines.flat_map(|line| {
            let length = line.len() - SUM.len() - 18;
            match serde_json::from_slice(&[&line[..length], b"}"].concat()).unwrap() {
                Line::Packets(together) => together.records().map(Line::Step).collect(),
                line => vec![line],
            }
        });
        steps.collect()
    }

    fn ack(t: u64, host: u8, next: u64) -> Line {
        let pass = Pass { session: Session(5), token: Token([0xab; 16]) };
        packet(t, host, Packet::Up { pass, up: Up::PostAck { join: RequestNumber(2), next: Index(next) } })
    }

    fn register(t: u64) -> Line {
        packet(
            t,
            9,
            Packet::Register { name: Name::new("X\"").unwrap(), nonce: Nonce(1), cookie: Cookie::NONE },
        )
    }

    fn packet(t: u64, host: u8, packet: Packet) -> Line {
        let from = SocketAddrV4::new([127, 0, 0, host].into(), 7000);
        let state = (t == 7).then_some(Digest(u64::MAX));
        Line::Step(Record { t, input: Input::Packet { from, packet }, out: Digest(t), state })
    }
}
