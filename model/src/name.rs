//! Names and texts that are known to be within their limits.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt::{self, Write};

/// A name of a person or a group: 1 to [`Name::MAX_BYTES`] bytes, without `;`, white space, control,
/// invisible or direction-changing characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Name(SmolStr);

impl Name {
    /// Longest name, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 32;

    /// The name that no person may take, in any spelling of its case.
    pub const RESERVED: &'static str = "server";

    /// Checks a name that a group may have.
    pub fn new(name: &str) -> Result<Name, NameFault> {
        if name.is_empty() {
            Err(NameFault::Empty)
        } else if name.len() > Name::MAX_BYTES {
            Err(NameFault::TooLong { bytes: name.len() })
        } else if name.contains(';') {
            Err(NameFault::Semicolon)
        } else if name.chars().any(is_unfit) {
            Err(NameFault::Unfit)
        } else {
            Ok(Name(SmolStr::new(name)))
        }
    }

    /// Checks a name that a person may have.
    pub fn person(name: &str) -> Result<Name, NameFault> {
        let name = Name::new(name)?;
        if name.is_reserved() { Err(NameFault::Reserved) } else { Ok(name) }
    }

    /// Whether this is the server's own name.
    pub fn is_reserved(&self) -> bool {
        self.0.eq_ignore_ascii_case(Name::RESERVED)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NameFault {
    /// Nothing there.
    #[error("a name cannot be empty")]
    Empty,
    /// Longer than [`Name::MAX_BYTES`].
    #[error("a name has at most {} bytes, this one has {bytes}", Name::MAX_BYTES)]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Contains the separator of the original wire format.
    #[error("a name cannot contain ';'")]
    Semicolon,
    /// White space, control, invisible or direction-changing characters.
    #[error("a name cannot contain white space, control or invisible characters")]
    Unfit,
    /// The server's own name.
    #[error("the name '{}' is the server's own", Name::RESERVED)]
    Reserved,
}

/// A message text: at most [`Text::MAX_BYTES`] bytes of UTF-8. It may hold any character; whoever shows it
/// escapes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Text(Mark, SmolStr);

/// Takes no room, compares equal, and is hashed as an empty run of bytes. So a hasher can tell what somebody wrote from
/// a name, which is how a recording keeps texts out of its digests.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Mark([u8; 0]);

impl Text {
    /// Longest text, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 1000;

    /// Checks a text.
    pub fn new(text: &str) -> Result<Text, TextFault> {
        if text.len() > Text::MAX_BYTES {
            Err(TextFault { bytes: text.len() })
        } else {
            Ok(Text(Mark::default(), SmolStr::new(text)))
        }
    }

    /// The text as it was typed.
    pub fn as_str(&self) -> &str {
        &self.1
    }
}

/// The text is longer than [`Text::MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("a text has at most {} bytes, this one has {bytes}", Text::MAX_BYTES)]
pub struct TextFault {
    /// Its length in bytes.
    pub bytes: usize,
}

/// Whether a character could make one name look like another, or like something else on a terminal.
fn is_unfit(c: char) -> bool {
    c.is_whitespace() || is_deceptive(c) || is_variation_selector(c)
}

/// Whether a character moves the cursor, breaks the line, is invisible, or changes the direction of others. Whoever shows a
/// text makes it visible. Variation selectors are not meant: emoji need them, and they hide nothing.
pub fn is_deceptive(c: char) -> bool {
    c.is_control() || breaks_line(c) || turns_direction(c) || is_invisible(c)
}

fn breaks_line(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether it takes no room: what Unicode says may be ignored, also where nothing is assigned yet, and annotations.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

impl TryFrom<SmolStr> for Name {
    type Error = NameFault;
    fn try_from(name: SmolStr) -> Result<Name, NameFault> {
        Name::new(&name)
    }
}

impl From<Name> for SmolStr {
    fn from(name: Name) -> SmolStr {
        name.0
    }
}

impl TryFrom<SmolStr> for Text {
    type Error = TextFault;
    fn try_from(text: SmolStr) -> Result<Text, TextFault> {
        if text.len() > Text::MAX_BYTES {
            Err(TextFault { bytes: text.len() })
        } else {
            Ok(Text(Mark::default(), text))
        }
    }
}

impl From<Text> for SmolStr {
    fn from(text: Text) -> SmolStr {
        text.1
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// In quotes and on one line, with nothing deceptive in it: what is printed so may end in a log.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.as_str().chars() {
            if is_deceptive(c) || matches!(c, '"' | '\\') {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_any_forbidden_character_is_refused() {
        assert_eq!(Name::new(""), Err(NameFault::Empty));
        assert_eq!(Name::new("a;b"), Err(NameFault::Semicolon));
        for bad in
            ["a b", "a\tb", "a\nb", "\u{7}", "a\u{1b}[2J", "x\u{202e}y", "x\u{200b}y", "\u{a0}", "\u{feff}x"]
        {
            assert_eq!(Name::new(bad), Err(NameFault::Unfit), "{bad:?}");
        }
    }

    #[test]
    fn a_line_separator_is_deceptive_and_what_makes_an_emoji_is_only_unfit_for_a_name() {
        assert!(is_deceptive('\u{2028}') && is_deceptive('\u{2029}'));
        assert!(!is_deceptive('\u{fe0f}'));
        assert_eq!(Name::new("x\u{fe0f}"), Err(NameFault::Unfit));
    }

    #[test]
    fn a_name_may_have_exactly_its_limit_in_bytes() {
        assert!(Name::new(&"x".repeat(32)).is_ok());
        assert_eq!(Name::new(&"x".repeat(33)), Err(NameFault::TooLong { bytes: 33 }));
        assert_eq!(Name::new(&"é".repeat(17)), Err(NameFault::TooLong { bytes: 34 }));
    }

    #[test]
    fn no_person_is_called_server_in_any_case() {
        assert_eq!(Name::person("server"), Err(NameFault::Reserved));
        assert_eq!(Name::person("Server"), Err(NameFault::Reserved));
        assert!(Name::new("server").is_ok());
    }

    #[test]
    fn a_text_may_have_exactly_its_limit_in_bytes() {
        assert!(Text::new(&"x".repeat(1000)).is_ok());
        assert_eq!(Text::new(&"x".repeat(1001)), Err(TextFault { bytes: 1001 }));
    }

    #[test]
    fn what_is_read_is_checked_like_what_is_typed() {
        assert_eq!(Name::try_from(SmolStr::new("a;b")), Err(NameFault::Semicolon));
        let long = SmolStr::new("x".repeat(1001));
        assert_eq!(Text::try_from(long), Err(TextFault { bytes: 1001 }));
        for text in ["", "hi", &"x".repeat(1000)] {
            let read = Text::try_from(SmolStr::new(text)).unwrap();
            assert_eq!((read.as_str(), SmolStr::from(read.clone()).as_str()), (text, text));
        }
        let name = Name::try_from(SmolStr::new("X")).unwrap();
        assert_eq!((name.as_str(), SmolStr::from(name.clone()).as_str()), ("X", "X"));
    }

    #[test]
    fn names_are_shown_bare_and_texts_in_quotes() {
        let (name, text) = (Name::new("X").unwrap(), Text::new("a\nb").unwrap());
        assert_eq!(format!("{name} {name:>3} {name:?} {text:?}"), "X   X X \"a\\nb\"");
    }
}
