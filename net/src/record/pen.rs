//! Lines as they stand in the file: JSON, and at the end of each a digest of it and of those before it.

use std::hash::Hasher;
use std::io;

use siphasher::sip::SipHasher13;

use super::format::Line;
use super::sum::Digest;

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
        serde_json::to_writer(&mut *text, line)?;
        self.chain = chain(self.chain, &text[begin..]);
        text.pop();
        text.extend_from_slice(SUM.as_bytes());
        text.extend_from_slice(&Digest(self.chain).digits());
        text.extend_from_slice(b"\"}\n");
        Ok(())
    }
}

/// What stands before the digest of a line and of those before it.
pub(super) const SUM: &str = ",\"sum\":\"";

/// The digest of a line and of those before it. It shows a line that was edited, is missing or has been moved.
pub(super) fn chain(before: u64, line: &[u8]) -> u64 {
    let mut hash = SipHasher13::new_with_keys(before, 0);
    hash.write(line);
    hash.finish()
}

/// How every recording begins.
pub(super) const BEGIN: &[u8; 21] = b"{\"life\":{\"recording\":";
