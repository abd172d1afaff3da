//! What a client needs of whoever shows its lines and reads its commands.

use std::io;

use crossbeam_channel::Receiver;

/// A person's side of a client: lines in, lines out.
pub(crate) trait Front {
    /// What is typed. Lines that are typed ahead wait here, and when it is full, where they come from.
    fn lines(&self) -> &Receiver<Line>;

    /// The prompt has changed. Said before the lines that go with it are printed.
    fn prompt(&mut self, prompt: &str);

    /// The client takes the next line.
    fn ask(&mut self);

    /// Prints whole lines and flushes.
    fn print(&mut self, lines: &[String]) -> io::Result<()>;

    /// Everything printed is out and the terminal is as it was. Nothing is printed after.
    fn finish(&mut self);
}

/// One line of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// As typed, without its end.
    Text(String),
    /// Longer than [`Line::MAX_BYTES`]; what it said is gone.
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// There will be no more.
    End,
}

impl Line {
    /// Longest line, in bytes. A good deal more than the longest command, so that what is a little too long
    /// can be answered with how long it is.
    pub(crate) const MAX_BYTES: usize = 4096;

    /// How many lines may be typed ahead.
    pub(crate) const AHEAD: usize = 64;
}
