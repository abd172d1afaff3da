//! Why a datagram does not pass the seal.

/// Why a datagram is not sealed with this room key. Ordinary, and never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum SealError {
    /// Longer than a datagram may be.
    #[error("too long")]
    TooLong,
    /// Too short to hold nonce and tag.
    #[error("ends too early")]
    Truncated,
    /// Of another protocol.
    #[error("not a datagram of this chat")]
    Foreign,
    /// Of another version of this seal.
    #[error("sealed in another version of this chat")]
    Version,
    /// A datagram of this chat that is not sealed.
    #[error("not sealed")]
    Open,
    /// The tag does not fit: sealed with another key, for the other direction, or changed on the way.
    #[error("sealed with another key, in another direction, or changed on the way")]
    Broken,
}

impl SealError {
    /// All reasons, in order.
    pub const ALL: [SealError; 6] = [
        SealError::TooLong,
        SealError::Truncated,
        SealError::Foreign,
        SealError::Version,
        SealError::Open,
        SealError::Broken,
    ];

    /// One word for counters and logs.
    pub fn reason(self) -> &'static str {
        match self {
            SealError::TooLong => "too-long",
            SealError::Truncated => "truncated",
            SealError::Foreign => "foreign",
            SealError::Version => "version",
            SealError::Open => "open",
            SealError::Broken => "broken",
        }
    }
}
