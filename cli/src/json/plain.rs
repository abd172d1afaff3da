//! JSON that does no harm to a terminal that somebody prints it on.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::escape::is_unsafe;

/// Compact, with every character escaped that could move the cursor, hide, or reorder others.
pub(super) struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut start = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_unsafe(*c)) {
            out.write_all(&fragment.as_bytes()[start..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            start = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[start..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::error;

    #[test]
    fn every_text_comes_back_and_none_reaches_the_terminal() {
        for text in ["", "plain é 你 👍", "a\n\u{1b}[2J\u{9b}\"\\", "\u{202e}x\u{200b}\u{e0041}", "\u{7f}\0"]
        {
            let line = error(text, None);
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!(value["message"], text);
            assert!(!line.chars().any(crate::escape::is_unsafe), "{line}");
        }
    }
}
