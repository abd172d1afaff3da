//! What is typed under a live view.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::front::Line;
use crate::signals::Stopper;

/// Reads keys until the terminal is gone, and asks for a new picture after each and a few times a second.
pub(super) fn read(lines: &Sender<Line>, wake: &Sender<()>, typed: &Mutex<String>, stopper: &Stopper) {
    while let Ok(came) = event::poll(PERIOD) {
        if came {
            let Ok(event) = event::read() else { break };
            let mut line = typed.lock().unwrap_or_else(PoisonError::into_inner);
            match on_event(&mut line, &event) {
                Typed::Nothing => {}
                Typed::Line(line) => {
                    // Full means that somebody leans on the Enter key.
                    let _ = lines.try_send(Line::Text(line));
                }
                Typed::Interrupt => stopper.interrupt(),
            }
        }
        // Full means that a picture is due already.
        let _ = wake.try_send(());
    }
    stopper.stop();
}

/// What an event has led to.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Nothing,
    Line(String),
    Interrupt,
}

fn on_event(line: &mut String, event: &Event) -> Typed {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => on_key(line, *key),
        _ => Typed::Nothing,
    }
}

fn on_key(line: &mut String, key: KeyEvent) -> Typed {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        match key.code {
            KeyCode::Char('c') => return Typed::Interrupt,
            KeyCode::Char('u') => line.clear(),
            KeyCode::Char('w') => {
                let rest = line.trim_end().rfind(char::is_whitespace).map_or(0, |space| space + 1);
                line.truncate(rest);
            }
            _ => {}
        }
        return Typed::Nothing;
    }
    match key.code {
        KeyCode::Enter => return Typed::Line(std::mem::take(line)),
        KeyCode::Esc => line.clear(),
        KeyCode::Backspace => drop(line.pop()),
        KeyCode::Char(c) if !c.is_control() && line.len() + c.len_utf8() <= Line::MAX_BYTES => line.push(c),
        _ => {}
    }
    Typed::Nothing
}

/// Between two pictures, if nothing is typed.
const PERIOD: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(line: &mut String, codes: impl IntoIterator<Item = KeyCode>) -> Vec<Typed> {
        codes.into_iter().map(|code| on_event(line, &Event::Key(code.into()))).collect()
    }

    fn with_control(c: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
    }

    #[test]
    fn a_line_is_given_out_at_enter() {
        let mut line = String::new();
        let keys = "whoo".chars().map(KeyCode::Char).chain([KeyCode::Backspace, KeyCode::Enter]);
        assert_eq!(type_in(&mut line, keys).pop(), Some(Typed::Line("who".into())));
        assert_eq!(line, "");
    }

    #[test]
    fn the_usual_keys_take_back_a_word_or_all() {
        let mut line = "kick X ".to_owned();
        on_event(&mut line, &with_control('w'));
        assert_eq!(line, "kick ");
        on_event(&mut line, &with_control('u'));
        assert_eq!(line, "");
        let mut line = "kick é".to_owned();
        type_in(&mut line, [KeyCode::Backspace]);
        assert_eq!(line, "kick ");
        type_in(&mut line, [KeyCode::Esc]);
        assert_eq!(line, "");
    }

    #[test]
    fn ctrl_c_is_an_interrupt_and_no_text() {
        let mut line = "st".to_owned();
        assert_eq!(on_event(&mut line, &with_control('c')), Typed::Interrupt);
        assert_eq!(line, "st");
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = "x".repeat(Line::MAX_BYTES);
        type_in(&mut line, [KeyCode::Char('x')]);
        assert_eq!(line.len(), Line::MAX_BYTES);
    }
}
