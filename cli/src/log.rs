//! A file with everything that a person was shown.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use jiff::Zoned;

use crate::styled::Styled;

/// A file that only grows and that only its owner may read.
#[derive(Debug)]
pub(crate) struct Log {
    file: Option<File>,
}

impl Log {
    /// Opens the file, or makes it.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Log> {
        let file = open(path).with_context(|| format!("cannot write the log {}", path.display()))?;
        Ok(Log { file: Some(file) })
    }

    /// Adds lines as they were shown, without colours. What cannot be written is not tried again.
    pub(crate) fn write(&mut self, lines: &[Styled]) {
        let Some(file) = &mut self.file else { return };
        let now = Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let text = lines.iter().fold(String::new(), |text, line| text + &now + " " + &line.text() + "\n");
        if let Err(error) = file.write_all(text.as_bytes()) {
            tracing::warn!("the log has ended: {error}");
            self.file = None;
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create(true).mode(PRIVATE).open(path)?;
    // It may have been there before. Devices are not ours to change.
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
    }
    Ok(file)
}

const PRIVATE: u32 = 0o600;
