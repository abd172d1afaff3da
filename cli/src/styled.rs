//! Lines with colours, which can be had without.

use std::fmt::Write;

pub(crate) use anstyle::Style;

/// One line of output, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Styled {
    pieces: Vec<(Style, String)>,
    /// Whether the terminal is to ring.
    pub(crate) rings: bool,
}

impl Styled {
    /// A line without colours.
    pub(crate) fn plain(text: impl Into<String>) -> Styled {
        Styled::of(Style::new(), text)
    }

    /// A line of one colour.
    pub(crate) fn of(style: Style, text: impl Into<String>) -> Styled {
        Styled::default().with(style, text)
    }

    /// The line with more at its end.
    pub(crate) fn with(mut self, style: Style, text: impl Into<String>) -> Styled {
        self.pieces.push((style, text.into()));
        self
    }

    /// The line with another one at its end.
    pub(crate) fn and(mut self, more: Styled) -> Styled {
        self.pieces.extend(more.pieces);
        self.rings |= more.rings;
        self
    }

    /// What it says.
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// What it says, with the commands that make a terminal show it in its colours.
    pub(crate) fn painted(&self) -> String {
        self.pieces.iter().fold(String::new(), |mut line, (style, text)| {
            // Writing to a string cannot fail.
            let _ = write!(line, "{style}{text}{style:#}");
            line
        })
    }

    /// As much of it as fits in so many columns.
    pub(crate) fn cut(&self, columns: usize) -> Styled {
        use unicode_width::UnicodeWidthChar;
        let mut left = columns;
        let mut fits = Styled::default();
        for (style, text) in &self.pieces {
            let mut part = String::new();
            for c in text.chars() {
                let Some(rest) = left.checked_sub(c.width().unwrap_or(0)) else {
                    return fits.with(*style, part);
                };
                left = rest;
                part.push(c);
            }
            fits = fits.with(*style, part);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    fn line() -> Styled {
        Styled::plain("a ").with(AnsiColor::Red.on_default(), "b你c")
    }

    #[test]
    fn a_line_can_be_had_with_and_without_its_colours() {
        assert_eq!(line().text(), "a b你c");
        assert_eq!(line().painted(), "a \u{1b}[31mb你c\u{1b}[0m");
    }

    #[test]
    fn a_line_is_cut_before_the_character_that_does_not_fit() {
        assert_eq!(line().cut(100), line());
        for (columns, text) in [(0, ""), (2, "a "), (3, "a b"), (4, "a b"), (5, "a b你")] {
            assert_eq!(line().cut(columns).text(), text, "{columns}");
        }
    }
}
