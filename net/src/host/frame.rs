//! What `spawn` takes for a message: the bytes of a datagram, not looked at.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A datagram.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Frame(RefCell<Vec<u8>>);

impl Frame {
    /// Of these bytes.
    pub(super) fn new(bytes: Vec<u8>) -> Frame {
        Frame(RefCell::new(bytes))
    }

    /// Only rings the bell.
    pub(super) fn doorbell() -> Frame {
        Frame::new(Vec::new())
    }

    /// Whether it only rings the bell. Anyone can forge it, and nothing comes of that.
    pub(super) fn is_doorbell(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The bytes, which are gone afterwards.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.take()
    }

    /// For `spawn`, which lends a frame that it is about to drop, and wants to own the bytes. So nothing has to be copied.
    #[expect(clippy::unnecessary_wraps, reason = "spawn asks for a Result")]
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, NoStorage> {
        Ok(self.take())
    }

    /// For `spawn`.
    #[expect(clippy::unnecessary_wraps, reason = "spawn asks for a Result")]
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Frame, NoStorage> {
        Ok(Frame::new(bytes.to_vec()))
    }
}

impl Hash for Frame {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.borrow().hash(state);
    }
}

impl fmt::Debug for Frame {
    /// `spawn` logs it, so it says no more than its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.borrow().len())
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
        assert_eq!(format!("{:?}", Frame::new(b"secret".to_vec())), "6 bytes");
    }
}
