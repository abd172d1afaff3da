//! Plain mode: lines from standard input, lines to standard output, nothing else.

use std::io::{self, BufRead, Write};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use model::{Command, Event, Text};

use crate::front::{Front, Line, Typed, View};
use crate::parse::parse;
use crate::render::Screen;
use crate::styled::Styled;

/// Standard input and output as they are.
#[derive(Debug)]
pub(crate) struct Plain {
    lines: Receiver<Line>,
}

impl Plain {
    /// Starts to read lines that a person can have typed.
    pub(crate) fn start() -> io::Result<Plain> {
        Plain::reading(Line::MAX_BYTES)
    }

    /// Starts to read lines of this length at most.
    pub(crate) fn reading(longest: usize) -> io::Result<Plain> {
        let (sender, lines) = bounded(Line::AHEAD);
        thread::Builder::new()
            .name("input".into())
            .spawn(move || read_all(&mut io::stdin().lock(), longest, &sender))?;
        Ok(Plain { lines })
    }
}

impl Front for Plain {
    fn lines(&self) -> &Receiver<Line> {
        &self.lines
    }

    fn print(&mut self, lines: &[Styled]) -> io::Result<()> {
        let lines: Vec<String> = lines.iter().map(Styled::text).collect();
        print(&lines)
    }

    fn status(&mut self, _: Styled) {}

    fn finish(&mut self) {}
}

/// The words that scripts rely on.
#[derive(Debug, Default)]
pub(crate) struct Words {
    screen: Screen,
}

impl View for Words {
    fn read(&mut self, line: Line) -> Typed {
        let said = match line {
            Line::Text(text) => match parse(&text) {
                Ok(command) => return command.map_or(Typed::Nothing, Typed::Command),
                Err(fault) => fault.to_string(),
            },
            Line::TooLong => too_long(),
            Line::NotUtf8 => NOT_UTF8.to_owned(),
            Line::End => return Typed::Command(Command::Quit),
        };
        Typed::Answer(vec![Styled::plain(self.screen.say(said))])
    }

    fn show(&mut self, event: &Event, _: Option<&Command>) -> Vec<Styled> {
        self.screen.show(event).into_iter().map(Styled::plain).collect()
    }
}

/// What is said about a line that is too long to be read.
pub(crate) fn too_long() -> String {
    let (line, text) = (Line::MAX_BYTES, Text::MAX_BYTES);
    format!(
        "Invalid text: a text has at most {text} bytes, and this line has more than {line}. It was not sent."
    )
}

/// What is said about a line that is no text.
pub(crate) const NOT_UTF8: &str = "Invalid text: it is not UTF-8. It was not sent.";

/// Prints whole lines and flushes.
pub(crate) fn print(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
        out.flush()?;
    }
    Ok(())
}

/// Input that cannot be read has ended: a terminal that was closed reports an error.
fn read_all(input: &mut impl BufRead, longest: usize, lines: &Sender<Line>) {
    loop {
        let line = read(input, longest).unwrap_or(Line::End);
        let last = line == Line::End;
        if lines.send(line).is_err() || last {
            return;
        }
    }
}

/// Reads one line and never holds more than the longest one.
fn read(input: &mut impl BufRead, longest: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let (taken, ended) = {
            let chunk = match input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            let (part, ended) = match chunk.iter().position(|&b| b == b'\n') {
                Some(end) => (&chunk[..end], true),
                None => (chunk, chunk.is_empty()),
            };
            if chunk.is_empty() && line.is_empty() && !too_long {
                return Ok(Line::End);
            }
            too_long |= line.len() + part.len() > longest;
            if !too_long {
                line.extend_from_slice(part);
            }
            (part.len() + usize::from(ended && !chunk.is_empty()), ended)
        };
        input.consume(taken);
        if ended {
            return Ok(finished(line, too_long));
        }
    }
}

fn finished(line: Vec<u8>, too_long: bool) -> Line {
    if too_long { Line::TooLong } else { String::from_utf8(line).map_or(Line::NotUtf8, Line::Text) }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// All lines, read through a buffer of a few bytes.
    fn lines(input: &[u8]) -> Vec<Line> {
        let (sender, lines) = bounded(100);
        read_all(&mut BufReader::with_capacity(7, input), Line::MAX_BYTES, &sender);
        drop(sender);
        lines.iter().collect()
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn lines_end_with_a_line_break_or_with_the_input() {
        assert_eq!(lines(b""), [Line::End]);
        assert_eq!(
            lines(b"a\n\nlist_groups\nlast"),
            [text("a"), text(""), text("list_groups"), text("last"), Line::End]
        );
        assert_eq!(lines(b"a\n"), [text("a"), Line::End]);
    }

    #[test]
    fn a_line_over_the_limit_is_dropped_and_the_next_one_read() {
        let mut input = vec![b'x'; 1_000_000];
        input.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&input), [Line::TooLong, text("next"), Line::End]);
        assert_eq!(lines(&vec![b'x'; Line::MAX_BYTES + 1]), [Line::TooLong, Line::End]);
        assert_eq!(lines(&vec![b'x'; Line::MAX_BYTES]), [text(&"x".repeat(Line::MAX_BYTES)), Line::End]);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_named_and_the_next_one_read() {
        assert_eq!(lines(b"a\xff\nnext\n"), [Line::NotUtf8, text("next"), Line::End]);
    }
}
