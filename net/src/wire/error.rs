//! Why a datagram is not one of ours.

/// Why bytes are not a datagram of ours, or packets do not make one. Ordinary, and never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum WireError {
    /// Longer than [`DATAGRAM_MAX`](super::DATAGRAM_MAX).
    #[error("longer than {} bytes", super::DATAGRAM_MAX)]
    TooLong,
    /// Ends within the header or a packet.
    #[error("ends too early")]
    Truncated,
    /// Of another protocol.
    #[error("not a datagram of this chat")]
    ForeignMagic,
    /// Of another version of this protocol.
    #[error("another version of this chat")]
    Version,
    /// No packets.
    #[error("no packets")]
    Empty,
    /// More than [`PACKETS_MAX`](super::PACKETS_MAX) packets.
    #[error("more than {} packets", super::PACKETS_MAX)]
    TooManyPackets,
    /// No packet of ours, or one with a name or text that is not allowed.
    #[error("no such packet")]
    Malformed,
    /// Something after the last packet.
    #[error("something after the last packet")]
    TrailingBytes,
    /// Sealed, where no room key is used.
    #[error("sealed with a room key, and there is none here")]
    Sealed,
}

impl WireError {
    /// All reasons, in order.
    pub const ALL: [WireError; 9] = [
        WireError::TooLong,
        WireError::Truncated,
        WireError::ForeignMagic,
        WireError::Version,
        WireError::Empty,
        WireError::TooManyPackets,
        WireError::Malformed,
        WireError::TrailingBytes,
        WireError::Sealed,
    ];

    /// One word for counters and logs.
    pub fn reason(self) -> &'static str {
        match self {
            WireError::TooLong => "too-long",
            WireError::Truncated => "truncated",
            WireError::ForeignMagic => "foreign",
            WireError::Version => "version",
            WireError::Empty => "empty",
            WireError::TooManyPackets => "too-many-packets",
            WireError::Malformed => "malformed",
            WireError::TrailingBytes => "trailing-bytes",
            WireError::Sealed => "sealed",
        }
    }
}
