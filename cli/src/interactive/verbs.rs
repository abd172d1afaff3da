//! What can be typed: every command with its other names, how it is used, and an example.

/// A command that can be typed.
pub(super) struct Verb {
    /// Its name.
    pub(super) name: &'static str,
    /// Other names.
    pub(super) aliases: &'static [&'static str],
    /// What follows it.
    pub(super) takes: &'static str,
    /// What it does.
    pub(super) about: &'static str,
    /// A line that works.
    pub(super) example: &'static str,
    /// Where it works.
    pub(super) place: Place,
}

/// Where a command works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside a group.
    Alone,
    /// In a group.
    Group,
    /// Everywhere.
    Anywhere,
}

/// All of them, in the order of the help.
pub(super) static ALL: &[Verb] = &[
    Verb {
        name: "send",
        aliases: &["msg", "tell", "query"],
        takes: "NAME TEXT",
        about: "a direct message to one person",
        example: "send Y hello",
        place: Place::Alone,
    },
    Verb {
        name: "create_group",
        aliases: &["create"],
        takes: "GROUP",
        about: "create a group; you are not in it then",
        example: "create_group roomA",
        place: Place::Alone,
    },
    Verb {
        name: "list_groups",
        aliases: &["groups", "list"],
        takes: "",
        about: "all groups",
        example: "list_groups",
        place: Place::Alone,
    },
    Verb {
        name: "join_group",
        aliases: &["join"],
        takes: "GROUP",
        about: "enter a group; direct messages wait until you leave it",
        example: "join_group roomA",
        place: Place::Alone,
    },
    Verb {
        name: "send_group",
        aliases: &["say", "post"],
        takes: "TEXT",
        about: "say something to your group",
        example: "send_group hello everyone",
        place: Place::Group,
    },
    Verb {
        name: "list_members",
        aliases: &["members", "names"],
        takes: "",
        about: "who is in your group",
        example: "list_members",
        place: Place::Group,
    },
    Verb {
        name: "leave_group",
        aliases: &["leave", "part"],
        takes: "",
        about: "leave your group, and read what waited meanwhile",
        example: "leave_group",
        place: Place::Group,
    },
    Verb {
        name: "cancel",
        aliases: &[],
        takes: "[all]",
        about: "do not wait for the command under way; with all, drop those that wait too",
        example: "cancel",
        place: Place::Anywhere,
    },
    Verb {
        name: "who",
        aliases: &["people"],
        takes: "",
        about: "the client table",
        example: "who",
        place: Place::Anywhere,
    },
    Verb {
        name: "whoami",
        aliases: &[],
        takes: "",
        about: "your name, address, group and server",
        example: "whoami",
        place: Place::Anywhere,
    },
    Verb {
        name: "help",
        aliases: &["?", "h"],
        takes: "[COMMAND]",
        about: "all commands, or one of them",
        example: "help send",
        place: Place::Anywhere,
    },
    Verb {
        name: "dereg",
        aliases: &[],
        takes: "NAME",
        about: "deregister and end; your own name only",
        example: "dereg X",
        place: Place::Anywhere,
    },
    Verb {
        name: "quit",
        aliases: &["exit", "bye", "q"],
        takes: "",
        about: "deregister and end",
        example: "quit",
        place: Place::Anywhere,
    },
];

/// The command of this name, or of this other name. A slash before it does no harm.
pub(super) fn find(word: &str) -> Option<&'static Verb> {
    let word = word.strip_prefix('/').unwrap_or(word);
    let named = |verb: &&Verb| verb.name == word || verb.aliases.contains(&word);
    ALL.iter().find(named)
}

/// The command that somebody may have meant.
pub(super) fn near(word: &str) -> Option<&'static str> {
    let word = word.strip_prefix('/').unwrap_or(word).to_lowercase();
    let names = ALL.iter().flat_map(|verb| std::iter::once(&verb.name).chain(verb.aliases));
    let distance = |name: &&str| strsim::damerau_levenshtein(&word, name);
    let nearest = names.copied().filter(|name| name.len() > 1).min_by_key(distance)?;
    // One slip in a short word, two in a long one.
    (distance(&nearest) <= 1 + nearest.len() / 6).then_some(nearest)
}

impl Verb {
    /// The command with what follows it.
    pub(super) fn usage(&self) -> String {
        format!("{} {}", self.name, self.takes).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_all_its_names() {
        for (word, name) in [
            ("send", "send"),
            ("/msg", "send"),
            ("join", "join_group"),
            ("/join_group", "join_group"),
            ("?", "help"),
        ] {
            assert_eq!(find(word).map(|verb| verb.name), Some(name), "{word}");
        }
        assert!(find("sned").is_none() && find("").is_none() && find("/").is_none());
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut names: Vec<_> =
            ALL.iter().flat_map(|verb| std::iter::once(&verb.name).chain(verb.aliases)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        for (word, meant) in [
            ("sned", "send"),
            ("SEND", "send"),
            ("joingroup", "join_group"),
            ("/leav", "leave"),
            ("quti", "quit"),
        ] {
            assert_eq!(near(word), Some(meant), "{word}");
        }
        for word in ["hello", "", "xyz", "good morning"] {
            assert_eq!(near(word), None, "{word}");
        }
    }

    #[test]
    fn every_example_is_understood() {
        for verb in ALL {
            let word = verb.example.split(' ').next().unwrap();
            assert_eq!(find(word).map(|it| it.name), Some(verb.name));
        }
    }
}
