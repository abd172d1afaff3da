//! Which colours things have.

use anstyle::{Ansi256Color, AnsiColor, Style};
use model::Name;

/// What went well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What a person should look at.
pub(super) const DOUBT: Style = AnsiColor::Yellow.on_default();
/// What went wrong.
pub(super) const TROUBLE: Style = AnsiColor::Red.on_default();
/// What matters less.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What matters more.
pub(super) const STRONG: Style = Style::new().bold();
/// One's own name in what others write.
pub(super) const OWN: Style = Style::new().bold().invert();

/// The colour of a person: always the same, on every terminal.
pub(super) fn of(name: &Name) -> Style {
    let colour = COLOURS[usize::from(digest(name.as_str())) % COLOURS.len()];
    Style::new().bold().fg_color(Some(Ansi256Color(colour).into()))
}

/// FNV-1a, mixed so that names that differ in one letter differ. The hashes of the standard library may change with its version.
fn digest(text: &str) -> u8 {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)).wrapping_mul(0x9e37_79b1).to_be_bytes()[0]
}

/// Easy to read on black and on white, and to tell from one another.
const COLOURS: [u8; 12] = [32, 34, 37, 64, 67, 99, 127, 130, 133, 136, 161, 166];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_colour_and_people_have_many() {
        let name = |name: String| Name::new(&name).unwrap();
        assert_eq!(of(&name("X".into())), of(&name("X".into())));
        let colours: std::collections::HashSet<Style> =
            (0..100).map(|i| of(&name(format!("n{i}")))).collect();
        assert_eq!(colours.len(), COLOURS.len());
    }
}
