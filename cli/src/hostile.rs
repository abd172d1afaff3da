//! For tests: texts and names that want to play tricks on a terminal, and what Unicode says of such characters. It does not
//! look at what the code under test takes for a trick.

use std::sync::LazyLock;

use model::{Name, Text};
use proptest::prelude::*;
use regex::Regex;

/// Control characters, line and paragraph separators, what changes the direction, annotations, and what is not shown; but
/// not variation selectors.
static DECEPTIVE: LazyLock<Regex> = LazyLock::new(|| {
    let ignorable = r"[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]";
    Regex::new(&format!(r"[\p{{Cc}}\p{{Zl}}\p{{Zp}}\p{{Bidi_Control}}\u{{fff9}}-\u{{fffb}}{ignorable}]"))
        .unwrap()
});

/// Whether there is something in it that must not reach a terminal.
pub(crate) fn deceives(shown: &str) -> bool {
    DECEPTIVE.is_match(shown)
}

/// Any text, rich in what should not be shown.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        r"[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]",
        r"\p{Bidi_Control}",
        r"\p{Default_Ignorable_Code_Point}",
        Just("\u{1b}[2J".to_owned()),
        Just("\n>>> You are Offline. Bye.".to_owned()),
        r"\PC{1,4}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Any message.
pub(crate) fn message() -> impl Strategy<Value = Text> {
    text().prop_filter_map("within the limit", |text| Text::new(&text).ok())
}

/// Any name that the protocol lets through.
pub(crate) fn name() -> impl Strategy<Value = Name> {
    let odd = prop_oneof![
        r"\p{Cf}",
        r"\p{Lo}",
        r"\p{Mn}",
        r"\p{So}",
        r"\p{Cn}",
        r"\PC",
        any::<char>().prop_map(String::from)
    ];
    prop::collection::vec(odd, 1..4).prop_filter_map("a name", |odd| Name::new(&odd.concat()).ok())
}

proptest! {
    #[test]
    fn no_name_deceives(name in name()) {
        prop_assert!(!deceives(name.as_str()), "{:?}", name.as_str());
        prop_assert!(!name.as_str().contains(char::is_whitespace));
    }

    #[test]
    fn what_may_be_logged_does_not_deceive(name in name(), text in message()) {
        prop_assert!(!deceives(&format!("{name:?} {text:?}")), "{name:?} {text:?}");
    }
}
