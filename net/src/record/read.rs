//! Reads recordings, and tells what is wrong with one that cannot be read.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::format::{FORMAT, Header, Line, Record};
use super::pen::{BEGIN, SUM, chain};
use super::sum::Digest;

/// One life of an actor, from its start on.
#[derive(Clone, Debug)]
pub struct Life {
    /// How it begins.
    pub header: Header,
    /// Every input, with the number of its line in the file.
    pub steps: Vec<(usize, Record)>,
    /// How the recording of it ends.
    pub ending: Ending,
}

/// How the recording of a life ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The host was stopped, in this state.
    Stopped(Option<Digest>),
    /// The recorder gave up, for this reason.
    Cut(String),
    /// Without an end: the process was killed, or still runs.
    Open {
        /// Whether it ends in the middle of a line.
        torn: bool,
    },
}

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system does not let us read it.
    #[error(transparent)]
    System(#[from] io::Error),
    /// Nothing there.
    #[error("the file is empty")]
    Empty,
    /// Something else.
    #[error("the file is no recording: it does not begin as one")]
    Foreign,
    /// Another version of the format.
    #[error("line {line}: the recording has format {found}, this program reads format {FORMAT}")]
    Format {
        /// Where.
        line: usize,
        /// Which.
        found: u64,
    },
    /// A line is not what was written.
    #[error(
        "line {line} is not as it was recorded: it was edited, or a line before it was changed, removed or moved"
    )]
    Edited {
        /// Where.
        line: usize,
    },
    /// A line is well kept and makes no sense.
    #[error("line {line}: {reason}")]
    Unreadable {
        /// Where.
        line: usize,
        /// Why not.
        reason: String,
    },
    /// Something follows an end.
    #[error("line {line}: something follows the end of the recording")]
    AfterEnd {
        /// Where.
        line: usize,
    },
}

/// Reads a recording: all lives in it, in order.
pub fn read(path: &Path) -> Result<Vec<Life>, ReadError> {
    read_from(BufReader::new(File::open(path)?))
}

/// Reads a recording from anything that can be read.
pub fn read_from(mut input: impl BufRead) -> Result<Vec<Life>, ReadError> {
    let mut reader = Reader { lives: Vec::new(), chain: 0, torn: None };
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return reader.finish(number == 1);
        }
        let whole = bytes.pop_if(|last| *last == b'\n').is_some();
        reader.line(number, &bytes, whole)?;
    }
    reader.finish(false)
}

struct Reader {
    lives: Vec<Life>,
    chain: u64,
    /// A line that could not be read. Forgiven if the life ends with it.
    torn: Option<(usize, ReadError)>,
}

impl Reader {
    fn line(&mut self, number: usize, bytes: &[u8], whole: bool) -> Result<(), ReadError> {
        if bytes.starts_with(BEGIN) {
            if let Some((_, error)) = self.torn.take() {
                self.tear(error)?;
            }
            self.chain = 0;
        } else if self.lives.is_empty() {
            return Err(ReadError::Foreign);
        } else if let Some((_, error)) = self.torn.take() {
            // The torn line was not the last one of its life.
            return Err(error);
        }
        match self.parse(number, bytes) {
            Ok(line) => self.take(number, line),
            Err(error @ ReadError::Format { .. }) => Err(error),
            // A life that has lost the end of its header has lost everything.
            Err(error) if whole && bytes.starts_with(BEGIN) => Err(error),
            Err(_) if bytes.starts_with(BEGIN) => Ok(()),
            Err(error) => {
                self.torn = Some((number, error));
                if whole && bytes.ends_with(b"\"}") {
                    // It has its end, so nobody was killed while writing it.
                    return Err(self.torn.take().map_or(ReadError::Foreign, |(_, error)| error));
                }
                Ok(())
            }
        }
    }

    fn parse(&mut self, number: usize, bytes: &[u8]) -> Result<Line, ReadError> {
        let edited = ReadError::Edited { line: number };
        if let Some(rest) = bytes.strip_prefix(BEGIN) {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let found = std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse().ok());
            match found {
                Some(found) if found != u64::from(FORMAT) => {
                    return Err(ReadError::Format { line: number, found });
                }
                _ => {}
            }
        }
        let Some(at) = bytes.len().checked_sub(SUM.len() + 18) else { return Err(edited) };
        let (said, sum) = bytes.split_at(at);
        let mut said = said.to_vec();
        said.push(b'}');
        let chain = chain(self.chain, &said);
        let expected = [SUM.as_bytes(), Digest(chain).digits().as_bytes(), b"\"}"].concat();
        if sum != expected {
            return Err(edited);
        }
        self.chain = chain;
        serde_json::from_slice(&said)
            .map_err(|error| ReadError::Unreadable { line: number, reason: error.to_string() })
    }

    fn take(&mut self, number: usize, line: Line) -> Result<(), ReadError> {
        let ending = Ending::Open { torn: false };
        if let Line::Life(header) = line {
            self.lives.push(Life { header: *header, steps: Vec::new(), ending });
            return Ok(());
        }
        let Some(last) = self.lives.last_mut() else { return Err(ReadError::Foreign) };
        if last.ending != ending {
            return Err(ReadError::AfterEnd { line: number });
        }
        match line {
            Line::Step(record) => last.steps.push((number, record)),
            Line::Packets(together) => last.steps.extend(together.records().map(|record| (number, record))),
            Line::End { state, .. } => last.ending = Ending::Stopped(state),
            Line::Cut { reason, .. } => last.ending = Ending::Cut(reason),
            Line::Life(_) => {}
        }
        Ok(())
    }

    fn tear(&mut self, error: ReadError) -> Result<(), ReadError> {
        match self.lives.last_mut() {
            Some(life) if life.ending == (Ending::Open { torn: false }) => {
                life.ending = Ending::Open { torn: true };
                Ok(())
            }
            _ => Err(error),
        }
    }

    fn finish(mut self, empty: bool) -> Result<Vec<Life>, ReadError> {
        if let Some((_, error)) = self.torn.take() {
            self.tear(error)?;
        }
        if empty { Err(ReadError::Empty) } else { Ok(self.lives) }
    }
}
