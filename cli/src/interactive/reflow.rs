//! What a wider window does to a line that was painted in a narrower one.
//!
//! Terminals join the rows that they had wrapped. The editor takes away as many rows as it has painted, which are more than there
//! are then, and with them what stands above. So before it does, the line is taken away here, and the cursor is put where the
//! editor believes it to be. A terminal that does not join rows keeps some of them; nothing above is ever taken away.

use unicode_width::UnicodeWidthChar;

/// A line as the editor has painted it last.
#[derive(Debug)]
pub(super) struct Painted {
    columns: u16,
    prompt: String,
    /// Where the editor went to the next row by itself, because the line ended with the row. Rows are not joined there.
    ended: Option<usize>,
}

/// A place on the screen, from where the prompt starts. The column is that of the edge after the last one of a full row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    row: u16,
    column: u16,
}

impl Painted {
    /// A prompt on so many columns.
    pub(super) fn new(columns: u16, prompt: &str) -> Painted {
        Painted { columns, prompt: prompt.to_owned(), ended: None }
    }

    /// The line behind it.
    pub(super) fn add(&mut self, line: &str) {
        let end = Place::default().after(&self.prompt, self.columns).after(line, self.columns);
        self.ended = (end.column == self.columns).then_some(line.len());
    }

    /// What to write before the editor paints the line again, which it does because there are so many columns now.
    pub(super) fn take_away(&self, columns: u16, line: &str, cursor: usize) -> Option<String> {
        if columns <= self.columns {
            return None;
        }
        let (cursor_was, end_was) = (self.believed(&line[..cursor]), self.believed(line));
        let (cursor_is, end_is) = (self.joined(&line[..cursor], columns), self.joined(line, columns));
        if end_is >= end_was && cursor_is >= cursor_was {
            return None;
        }
        let up = cursor_is.min(cursor_was);
        // New rows rather than a cursor that moves down: it would stop at the bottom.
        let rows = "\n".repeat(usize::from(end_was));
        Some(format!("{HOLD}{}\r{CLEAR}{rows}{}", moved_up(up), moved_up(end_was - cursor_was)))
    }

    /// The row in which the editor believes that this ends.
    fn believed(&self, line: &str) -> u16 {
        let end = Place::default().after(&self.prompt, self.columns).after(line, self.columns);
        end.row + u16::from(end.column == self.columns)
    }

    /// The row in which it ends when rows have been joined.
    fn joined(&self, line: &str, columns: u16) -> u16 {
        let start = Place::default().after(&self.prompt, columns);
        let ended = self.ended.and_then(|ended| line.split_at_checked(ended));
        let end = match ended {
            Some((before, after)) => start.after(before, columns).after("\n", columns).after(after, columns),
            None => start.after(line, columns),
        };
        end.row
    }
}

impl Place {
    fn after(mut self, text: &str, columns: u16) -> Place {
        for c in text.chars() {
            let width = match c {
                '\n' => {
                    self = Place { row: self.row.saturating_add(1), column: 0 };
                    continue;
                }
                '\t' => TAB - self.column % TAB,
                c => c.width().and_then(|width| u16::try_from(width).ok()).unwrap_or(0),
            };
            self.column += width;
            if self.column > columns {
                self = Place { row: self.row.saturating_add(1), column: width };
            }
        }
        self
    }
}

fn moved_up(rows: u16) -> String {
    if rows == 0 { String::new() } else { format!("\x1b[{rows}A") }
}

/// Shows nothing of what follows until the editor has painted.
const HOLD: &str = "\x1b[?2026h";

/// Takes away everything from the cursor on.
const CLEAR: &str = "\x1b[J";

const TAB: u16 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "\n> ";

    fn painted(columns: u16, line: &str) -> Painted {
        let mut painted = Painted::new(columns, PROMPT);
        painted.add(line);
        painted
    }

    fn taken_away(from: u16, to: u16, line: &str, cursor: usize) -> Option<String> {
        painted(from, line).take_away(to, line, cursor)
    }

    #[test]
    fn rows_that_are_joined_are_taken_away_from_where_the_prompt_starts() {
        let line = "x".repeat(100);
        // Four rows: one with the prompt, three with 102 columns. On 120 columns the line has one.
        let first = "\x1b[?2026h\x1b[1A\r\x1b[J\n\n\n";
        assert_eq!(taken_away(40, 120, &line, 100).as_deref(), Some(first));
        // The cursor in the first of them.
        let first = "\x1b[?2026h\x1b[1A\r\x1b[J\n\n\n\x1b[2A";
        assert_eq!(taken_away(40, 120, &line, 5).as_deref(), Some(first));
    }

    #[test]
    fn nothing_is_done_where_the_editor_is_right() {
        assert_eq!(taken_away(40, 120, "short", 5), None);
        assert_eq!(taken_away(120, 40, &"x".repeat(100), 100), None);
        assert_eq!(taken_away(40, 40, &"x".repeat(100), 100), None);
        assert_eq!(taken_away(40, 120, "one\ntwo\nthree", 13), None);
    }

    #[test]
    fn a_row_that_the_editor_has_ended_is_not_joined_with_the_next() {
        let line = "x".repeat(38);
        let painted = painted(40, &line);
        assert_eq!(painted.take_away(120, &line, 38), None);
        assert_eq!(painted.take_away(120, &(line + "yz"), 40), None);
    }

    #[test]
    fn wide_characters_are_not_split() {
        assert_eq!(Place::default().after("漢字漢", 5), Place { row: 1, column: 2 });
        assert_eq!(Place::default().after("a\tb", 20), Place { row: 0, column: 9 });
        assert_eq!(Place::default().after("12345", 5), Place { row: 0, column: 5 });
        assert_eq!(Place::default().after("123456", 5), Place { row: 1, column: 1 });
    }
}
