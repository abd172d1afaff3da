//! Where the room key comes from, and where a new one goes.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use net::{KeyFault, RoomKey};
use zeroize::Zeroizing;

use crate::front::UNWRITABLE;

/// Why there is no room key. It never shows any of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("two room keys: give only one of {0} and {1}")]
    Two(&'static str, &'static str),
    #[error("CHAT_KEY is empty; to chat without a room key, unset it")]
    EmptyVariable,
    #[error("CHAT_KEY: {0}")]
    Variable(KeyFault),
    #[error("no such key file: {}", .0.display())]
    Missing(PathBuf),
    #[error("cannot read key file {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("key file {} can be used by others (mode {mode:03o}), so it may not be secret; run: chmod 600 {}", path.display(), path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("key file {}: {fault}", path.display())]
    File { path: PathBuf, fault: KeyFault },
    #[error("{} exists, and a key is never overwritten", .0.display())]
    Exists(PathBuf),
    #[error("cannot write key file {}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// The one room key that was given: in an invitation, in a file, or in the environment.
pub(crate) fn find(invited: Option<RoomKey>, file: Option<&Path>) -> Result<Option<RoomKey>, KeyError> {
    choose(invited, file, env::var_os(VARIABLE))
}

/// `chat keygen`: a new key, on standard output or in a file that nobody else can read.
pub(crate) fn keygen(out: Option<&Path>) -> anyhow::Result<u8> {
    let key = RoomKey::draw()?;
    let line = Zeroizing::new(format!("{}\n", *key.reveal()));
    let mut stdout = io::stdout().lock();
    let said = match out {
        Some(path) => {
            write(path, &line)?;
            writeln!(stdout, "Room key written to {}", path.display())
        }
        None => stdout.write_all(line.as_bytes()),
    };
    said.and_then(|()| stdout.flush()).context(UNWRITABLE)?;
    Ok(0)
}

fn choose(
    invited: Option<RoomKey>,
    file: Option<&Path>,
    variable: Option<OsString>,
) -> Result<Option<RoomKey>, KeyError> {
    match (invited, file, variable) {
        (Some(_), Some(_), _) => Err(KeyError::Two("the invitation", "--key")),
        (Some(_), None, Some(_)) => Err(KeyError::Two("the invitation", VARIABLE)),
        (None, Some(_), Some(_)) => Err(KeyError::Two("--key", VARIABLE)),
        (Some(key), None, None) => Ok(Some(key)),
        (None, Some(file), None) => read(file).map(Some),
        (None, None, Some(text)) => from_variable(text).map(Some),
        (None, None, None) => Ok(None),
    }
}

/// Empty is an error: a script whose key is lost must not go on in the clear.
fn from_variable(text: OsString) -> Result<RoomKey, KeyError> {
    let text = Zeroizing::new(text.into_string().unwrap_or_else(|text| text.to_string_lossy().into_owned()));
    match text.trim() {
        "" => Err(KeyError::EmptyVariable),
        text => text.parse().map_err(KeyError::Variable),
    }
}

fn read(path: &Path) -> Result<RoomKey, KeyError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
        _ => KeyError::Unreadable { path: path.to_owned(), source },
    };
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    // As ssh has it: what is one's own has to be private; who else owns a file has decided who reads it.
    if about.uid() == nix::unistd::geteuid().as_raw() && about.mode() & OTHERS != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode: about.mode() & 0o777 });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(ENOUGH));
    file.take(ENOUGH as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    text.trim().parse().map_err(|fault| KeyError::File { path: path.to_owned(), fault })
}

fn write(path: &Path, line: &str) -> Result<(), KeyError> {
    let unwritable = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::Unwritable { path: path.to_owned(), source },
    };
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path).map_err(unwritable)?;
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| {
        // Half a key is none.
        let _ = fs::remove_file(path);
        unwritable(source)
    })
}

/// Where a key may be given that is written down.
pub(crate) const VARIABLE: &str = "CHAT_KEY";
const PRIVATE: u32 = 0o600;
/// Any right of group or others.
const OTHERS: u32 = 0o077;
/// A key with its line end, and more, to tell that it is too long.
const ENOUGH: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> RoomKey {
        RoomKey::from_bytes([byte; 32])
    }

    #[test]
    fn one_key_is_taken_from_wherever_it_is_given() {
        let text = OsString::from(format!(" {}\n", *key(1).reveal()));
        assert!(choose(None, None, None).unwrap().is_none());
        assert!(choose(Some(key(1)), None, None).unwrap() == Some(key(1)));
        assert!(choose(None, None, Some(text)).unwrap() == Some(key(1)));
    }

    #[test]
    fn two_keys_are_refused_by_where_they_are() {
        let text = || Some(OsString::from(&*key(1).reveal()));
        let file = Some(Path::new("file"));
        for (invited, file, variable, words) in [
            (Some(key(1)), file, None, "two room keys: give only one of the invitation and --key"),
            (Some(key(1)), None, text(), "two room keys: give only one of the invitation and CHAT_KEY"),
            (None, file, text(), "two room keys: give only one of --key and CHAT_KEY"),
        ] {
            assert_eq!(choose(invited, file, variable).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn a_variable_without_a_key_is_an_error_and_not_no_key() {
        for (text, words) in [
            ("", "CHAT_KEY is empty; to chat without a room key, unset it"),
            (" \n", "CHAT_KEY is empty; to chat without a room key, unset it"),
            ("abc", "CHAT_KEY: a room key has 48 characters, this one has 3"),
        ] {
            assert_eq!(choose(None, None, Some(text.into())).unwrap_err().to_string(), words);
        }
    }
}
