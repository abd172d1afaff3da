//! Lines as they stand in the file: JSON, and at the end of each a digest of it and of those before it.

use std::io;

use super::format::Line;
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
        let begin = text.len();
        json::write(line, text)?;
        self.chain = chain(self.chain, &text[begin..]);
        text.pop();
        text.extend_from_slice(SUM.as_bytes());
        text.extend_from_slice(Digest(self.chain).digits().as_bytes());
        text.extend_from_slice(b"\"}\n");
        Ok(())
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
    use std::net::SocketAddrV4;

    use model::ids::{Cookie, Index, Nonce, Pass, RequestNumber, Session, Token};
    use model::packet::Up;
    use model::{Name, Packet};

    use super::*;
    use crate::record::{After, Input, Record};

    #[test]
    fn a_line_is_what_serde_json_makes_of_it_and_its_digest() {
        for line in [ack(7, 1, 1), register(3), Line::Cut { t: 1, reason: "\"\n".into() }] {
            let mut text = Vec::new();
            Pen::default().write(&line, &mut text).unwrap();
            let json = serde_json::to_string(&line).unwrap();
            let digest = Digest(chain(0, json.as_bytes())).digits();
            let written = format!("{}{SUM}{}\"}}\n", &json[..json.len() - 1], digest.as_str());
            assert_eq!(str::from_utf8(&text).unwrap(), written);
        }
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
        let after = if t == 7 { After::State(Digest(u64::MAX)) } else { After::Changes(Digest(0)) };
        Line::Step(Record { t, input: Input::Packet { from, packet }, out: Digest(t), after })
    }
}
