//! Small worlds in which the original can be watched.

use model::Name;

use crate::scenario::{Dish, Person, Wish};
use crate::story::chat::words::wish as wish_words;

/// A closed world.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// How it is called.
    pub name: &'static str,
    /// The people, in the order of their clients. The server is actor 0, the client of the first person actor 1.
    pub people: Vec<Person>,
    /// What happens undisturbed before anything is explored, after everybody has registered.
    pub setup: Vec<(&'static str, Wish)>,
    /// Whether everybody has registered before anything is explored.
    pub registered: bool,
    /// How often a client sends anything at most.
    pub attempts: u8,
    /// Whether the network may deliver a packet more than once. It always delays and reorders, and a packet that is never
    /// delivered is lost.
    pub repeats: bool,
}

impl Scenario {
    /// A world in which everybody has registered, everything is sent once, and nothing is delivered twice.
    pub fn new(name: &'static str) -> Scenario {
        Scenario {
            name,
            people: Vec::new(),
            setup: Vec::new(),
            registered: true,
            attempts: 1,
            repeats: false,
        }
    }

    /// Adds a person who may type each of these once.
    ///
    /// # Panics
    /// If the name is not one that a person can have.
    #[must_use]
    pub fn person(mut self, name: &'static str, menu: &[Wish]) -> Scenario {
        let name = Name::person(name).expect("a scenario has good names");
        let appetite = u8::try_from(menu.len()).expect("a short menu");
        let menu = menu.iter().map(|&wish| Dish { wish, times: 1 }).collect();
        self.people.push(Person { name, menu, appetite });
        self
    }

    /// Lets something happen before anything is explored.
    #[must_use]
    pub fn first(mut self, name: &'static str, wish: Wish) -> Scenario {
        self.setup.push((name, wish));
        self
    }

    /// Lets clients send this often.
    #[must_use]
    pub fn attempts(mut self, attempts: u8) -> Scenario {
        self.attempts = attempts;
        self
    }

    /// What has happened before the first step, in a sentence.
    pub fn before(&self) -> String {
        if !self.registered {
            return "Before the first step: nobody has registered.".into();
        }
        let names: Vec<_> = self.people.iter().map(|person| person.name.as_str()).collect();
        let have = if names.len() == 1 { "has" } else { "have" };
        let typed = |(name, wish): &(&str, Wish)| format!("; {name} has typed {}", wish_words(*wish));
        let typed: String = self.setup.iter().map(typed).collect();
        format!("Before the first step: {} {have} registered{typed}.", names.join(" and "))
    }
}
