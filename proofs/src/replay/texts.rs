//! Which words of different recordings stand for the same text.
//!
//! Every recording that leaves texts out has digests of its own. But what one host sends another receives, so the words at
//! both ends of a packet stand for the same text.

use std::collections::{BTreeMap, HashMap};

use model::Text;

/// In which language a recording has its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Language {
    /// As they are.
    Plain,
    /// As digests of this life.
    Digests(usize),
}

/// A text in some language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Word(pub(super) Language, pub(super) Text);

/// What is known about words.
#[derive(Debug, Default)]
pub(super) struct Texts {
    classes: HashMap<Word, usize>,
    /// For each class its words, at most one of each language; or the class that it has become part of.
    words: Vec<Class>,
}

#[derive(Debug)]
enum Class {
    Words(BTreeMap<Language, Text>),
    PartOf(usize),
}

impl Texts {
    /// Whether two words can stand for the same text: no language has two words for it.
    pub(super) fn agree(&self, one: &Word, other: &Word) -> bool {
        let (one, other) = (self.words_like(one), self.words_like(other));
        one.iter().all(|(language, word)| other.get(language).is_none_or(|known| known == word))
    }

    /// From now on they do.
    pub(super) fn join(&mut self, one: &Word, other: &Word) {
        let (one, other) = (self.class(one), self.class(other));
        if one == other {
            return;
        }
        if let Class::Words(moved) = std::mem::replace(&mut self.words[other], Class::PartOf(one))
            && let Class::Words(words) = &mut self.words[one]
        {
            words.extend(moved);
        }
    }

    /// The text itself, if any recording has it, else the same digest for all words that stand for it.
    pub(super) fn text(&self, word: &Word) -> Text {
        self.words_like(word).into_values().next().unwrap_or_else(|| word.1.clone())
    }

    fn words_like(&self, word: &Word) -> BTreeMap<Language, Text> {
        match self.classes.get(word).map(|class| &self.words[self.root(*class)]) {
            Some(Class::Words(words)) => words.clone(),
            _ => BTreeMap::from([(word.0, word.1.clone())]),
        }
    }

    fn class(&mut self, word: &Word) -> usize {
        if let Some(class) = self.classes.get(word) {
            return self.root(*class);
        }
        self.words.push(Class::Words(BTreeMap::from([(word.0, word.1.clone())])));
        self.classes.insert(word.clone(), self.words.len() - 1);
        self.words.len() - 1
    }

    fn root(&self, mut class: usize) -> usize {
        while let Class::PartOf(larger) = self.words[class] {
            class = larger;
        }
        class
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_recordings_call_differently_is_one_text() {
        let mut texts = Texts::default();
        let [x, y, plain] = [
            word(Language::Digests(1), "a"),
            word(Language::Digests(2), "b"),
            word(Language::Plain, "hello"),
        ];
        texts.join(&x, &y);
        assert_eq!(texts.text(&y), x.1);
        texts.join(&y, &plain);
        assert_eq!((texts.text(&x), texts.text(&y)), (plain.1.clone(), plain.1));
    }

    #[test]
    fn one_language_has_one_word_for_a_text() {
        let mut texts = Texts::default();
        let [x, other, y] = [
            word(Language::Digests(1), "a"),
            word(Language::Digests(1), "b"),
            word(Language::Plain, "hello"),
        ];
        texts.join(&x, &y);
        assert!(!texts.agree(&other, &y));
        assert!(texts.agree(&x, &y));
    }

    fn word(language: Language, text: &str) -> Word {
        Word(language, Text::new(text).unwrap())
    }
}
