//! Texts from outside, made harmless for a terminal. Everything that is printed and was not written here
//! passes through [`escape`].

use std::fmt::Write;

/// The text on one line, with every character that could move the cursor, hide, or reorder others replaced by
/// a visible escape such as `\n` or `\u{1b}`.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a string cannot fail.
            let _ = write!(safe, "{}", c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a character could move the cursor, hide, or reorder others.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control() || is_line_break(c) || is_bidi(c) || is_invisible(c)
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Zero-width and tag characters. Variation selectors are left alone: emoji need them, and they hide nothing.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["", "hello, I am X ~", r"C:\new", "é ü ß", "你好", "שלום", "👍️"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn line_breaks_become_visible() {
        assert_eq!(escape("a\nb\r\nc\td"), r"a\nb\r\nc\td");
        assert_eq!(escape("a\u{2028}b\u{2029}c\u{85}d"), r"a\u{2028}b\u{2029}c\u{85}d");
    }

    #[test]
    fn terminal_commands_become_visible() {
        assert_eq!(escape("\u{1b}[2J\u{7}\u{9b}1m\u{7f}\0"), r"\u{1b}[2J\u{7}\u{9b}1m\u{7f}\u{0}");
    }

    #[test]
    fn what_hides_or_reorders_becomes_visible() {
        assert_eq!(escape("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e"), r"a\u{202e}b\u{2066}c\u{200b}d\u{feff}e");
        assert_eq!(escape("\u{ad}\u{200d}\u{e0041}"), r"\u{ad}\u{200d}\u{e0041}");
    }
}
