//! Texts from outside, made harmless for a terminal. Everything that is printed and was not written here
//! passes through [`escape`].

use std::fmt::Write;

use model::name::is_deceptive;

/// The text on one line, with every character that could move the cursor, hide, or reorder others replaced by
/// a visible escape such as `\n` or `\u{1b}`.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            // Writing to a string cannot fail.
            let _ = write!(safe, "{}", c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hostile;

    proptest! {
        #[test]
        fn nothing_deceptive_is_left(text in hostile::text()) {
            let escaped = escape(&text);
            prop_assert!(!hostile::deceives(&escaped), "{escaped:?}");
            prop_assert!(hostile::deceives(&text) || escaped == text);
        }
    }

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
