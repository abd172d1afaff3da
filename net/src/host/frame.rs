//! What `spawn` takes for a message: the bytes of a datagram, not looked at.

use std::fmt;

/// A datagram.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Frame(pub(super) Vec<u8>);

impl Frame {
    /// Only rings the bell.
    pub(super) fn doorbell() -> Frame {
        Frame(Vec::new())
    }

    /// Whether it only rings the bell. Anyone can forge it, and nothing comes of that.
    pub(super) fn is_doorbell(&self) -> bool {
        self.0.is_empty()
    }

    /// For `spawn`.
    #[expect(clippy::unnecessary_wraps, reason = "spawn asks for a Result")]
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, NoStorage> {
        Ok(self.0.clone())
    }

    /// For `spawn`.
    #[expect(clippy::unnecessary_wraps, reason = "spawn asks for a Result")]
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Frame, NoStorage> {
        Ok(Frame(bytes.to_vec()))
    }
}

impl fmt::Debug for Frame {
    /// `spawn` logs it, so it says no more than its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// `spawn` reads a file named after the address from the working directory, whatever it is. This refuses it.
#[derive(Debug)]
pub(super) struct NoStorage;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_never_shows_its_content() {
        assert_eq!(format!("{:?}", Frame(b"secret".to_vec())), "6 bytes");
    }
}
