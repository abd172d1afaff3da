//! Reads recordings.

use std::path::{Path, PathBuf};

use net::record::{BUILD, Ending, Life, ReadError, read};

/// A life, and where it is recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The file.
    pub file: PathBuf,
    /// The life.
    pub life: Life,
}

/// Why recordings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// One of them is no recording, or not any more.
    #[error("{}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: ReadError,
    },
    /// Recorded by another program.
    #[error(
        "{}: recorded by version {found}, this is version {BUILD}; other actors may behave otherwise (--any-build tries it)",
        file.display()
    )]
    Build {
        /// Which.
        file: PathBuf,
        /// By which one.
        found: String,
    },
    /// Two files that belong to different programs.
    #[error(
        "{} was recorded by version {found}, {} by version {other}: they cannot belong to one run",
        file.display(), first.display()
    )]
    Mixed {
        /// Which.
        file: PathBuf,
        /// By which one.
        found: String,
        /// The first file.
        first: PathBuf,
        /// By which one.
        other: String,
    },
    /// Nothing in them.
    #[error("no recordings")]
    Nothing,
    /// Its first line is not whole.
    #[error("{}: the file ends in its first line, so nothing is known of that life", file.display())]
    Headless {
        /// Which.
        file: PathBuf,
    },
    /// A system has one server.
    #[error("the recordings are of two servers, {one} and {other}; a run has one")]
    Servers {
        /// Where one is.
        one: std::net::SocketAddrV4,
        /// Where another one is.
        other: std::net::SocketAddrV4,
    },
    /// A person who gave more commands than can be counted.
    #[error("{}: {actor} gave more than {} commands", file.display(), u16::MAX)]
    TooMany {
        /// Where.
        file: PathBuf,
        /// Who.
        actor: String,
    },
    /// Somebody who was started more often than can be counted.
    #[error("{count} clients were started at {address}, one after the other; {most} can be told apart")]
    Lives {
        /// Where.
        address: std::net::SocketAddrV4,
        /// How often.
        count: usize,
        /// How often at most.
        most: usize,
    },
    /// A record that comes out the same by itself, and otherwise together with the others.
    #[error(
        "{}: line {line}: {actor} does something else where the others are; they cannot belong to one run",
        file.display()
    )]
    Apart {
        /// Where.
        file: PathBuf,
        /// In which line.
        line: usize,
        /// Who.
        actor: String,
    },
    /// The same life more than once.
    #[error("{} and {} hold the same recording of {actor}", file.display(), first.display())]
    Twice {
        /// Which.
        file: PathBuf,
        /// Where it was before.
        first: PathBuf,
        /// Whose.
        actor: String,
    },
}

/// All lives in these files. Those of other builds are refused, unless asked for; those of different ones always.
pub fn load(files: &[PathBuf], any_build: bool) -> Result<Vec<Recorded>, Unusable> {
    let mut all: Vec<Recorded> = Vec::new();
    for file in files {
        for recorded in of_file(file)? {
            let header = &recorded.life.header;
            if let Some(first) = all.first().filter(|first| first.life.header.build != header.build) {
                return Err(Unusable::Mixed {
                    file: file.clone(),
                    found: header.build.clone(),
                    first: first.file.clone(),
                    other: first.life.header.build.clone(),
                });
            }
            if header.build != BUILD && !any_build {
                return Err(Unusable::Build { file: file.clone(), found: header.build.clone() });
            }
            if let Some(first) = all.iter().find(|known| known.life.header == *header) {
                let (file, first) = (file.clone(), first.file.clone());
                return Err(Unusable::Twice { file, first, actor: header.name.clone() });
            }
            all.push(recorded);
        }
    }
    Ok(all)
}

fn of_file(file: &Path) -> Result<Vec<Recorded>, Unusable> {
    let lives = read(file).map_err(|error| Unusable::File { file: file.to_owned(), error })?;
    if lives.is_empty() {
        return Err(Unusable::Headless { file: file.to_owned() });
    }
    Ok(lives.into_iter().map(|life| Recorded { file: file.to_owned(), life }).collect())
}

impl Recorded {
    /// When a record was written, in microseconds since 1970, by the clock of its machine.
    pub fn time(&self, step: usize) -> u64 {
        let since = self.life.steps.get(step).map_or(0, |(_, record)| record.t);
        self.life.header.started.saturating_add(since)
    }

    /// What it is, in a few words.
    pub fn title(&self) -> String {
        let header = &self.life.header;
        format!("{} at {}", header.name, header.address)
    }

    /// How the recording ends, in a sentence; nothing if the host was stopped in order.
    pub fn ending(&self) -> Option<String> {
        match &self.life.ending {
            Ending::Stopped(_) => None,
            Ending::Cut(reason) => {
                Some(format!("the recorder gave up: {reason}; what followed is not known"))
            }
            Ending::Open { torn: false } => Some("it was killed, or still runs".into()),
            Ending::Open { torn: true } => {
                Some("it was killed or its disk was full in the middle of a line, which is left out".into())
            }
        }
    }
}
