//! What a client needs of whoever shows its lines and reads its commands.

use std::io;

use crossbeam_channel::Receiver;
use model::{Command, Event};

use crate::styled::Styled;

/// Where lines come from and go to.
pub(crate) trait Front {
    /// What is typed. Lines that are typed ahead wait here, and when it is full, where they come from.
    fn lines(&self) -> &Receiver<Line>;

    /// Prints whole lines and flushes.
    fn print(&mut self, lines: &[Styled]) -> io::Result<()>;

    /// What a person should know while typing has changed.
    fn status(&mut self, status: Styled);

    /// Everything printed is out and the terminal is as it was. Nothing is printed after.
    fn finish(&mut self);
}

/// What lines mean and events look like.
pub(crate) trait View {
    /// What a line says.
    fn read(&mut self, line: Line) -> Typed;

    /// The lines for an event that came while a command was under way, or was not.
    fn show(&mut self, event: &Event, under_way: Option<&Command>) -> Vec<Styled>;

    /// A command has been given to the client.
    fn given(&mut self, _command: &Command) {}

    /// What a person should know while typing.
    fn status(&self, _work: &Work<'_>) -> Styled {
        Styled::default()
    }

    /// How many commands may wait for the one that is under way. If none, then lines wait where they come from.
    fn ahead(&self) -> usize {
        0
    }

    /// Says that commands that waited are not carried out any more.
    fn dropped(&mut self, _commands: usize) -> Vec<Styled> {
        Vec::new()
    }

    /// Says that no more commands may wait.
    fn full(&mut self) -> Vec<Styled> {
        Vec::new()
    }
}

/// Why a program ends that cannot say anything any more. Nothing, if it was ending and its reader with it: Ctrl+C reaches
/// both ends of a pipe.
pub(crate) fn unwritable(error: io::Error, ending: bool) -> Option<anyhow::Error> {
    let expected = ending && error.kind() == io::ErrorKind::BrokenPipe;
    (!expected).then(|| anyhow::Error::new(error).context(UNWRITABLE))
}

/// What is said then; why follows.
pub(crate) const UNWRITABLE: &str = "cannot write to standard output";

/// How a client is used: by a person or a program.
pub(crate) struct Mode {
    /// Where lines come from and go to.
    pub(crate) front: Box<dyn Front>,
    /// What they mean.
    pub(crate) view: Box<dyn View>,
}

/// What a client has to do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work<'a> {
    /// The command under way.
    pub(crate) under_way: Option<&'a Command>,
    /// How many wait for it.
    pub(crate) waiting: usize,
    /// Whether the person has asked to end.
    pub(crate) ending: bool,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// Something for the client to do.
    Command(Command),
    /// Not to carry out what waits either.
    CancelAll,
    /// Something that is answered at once.
    Answer(Vec<Styled>),
    /// Nothing.
    Nothing,
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
