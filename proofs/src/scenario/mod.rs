//! What a scenario is: who takes part, what people may type, what the network and the timers may do.

pub mod catalogue;
pub mod crowds;
mod intrusions;

use std::fmt;

use model::{Limits, Name};

use crate::intruder::Intruder;

/// A closed world that can be exhausted.
#[allow(clippy::struct_excessive_bools)] // They are independent of each other.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// How it is called on the command line.
    pub name: &'static str,
    /// One sentence: what it is about.
    pub about: &'static str,
    /// The people, in the order of their clients. The server is actor 0, the client of the first person actor 1.
    pub people: Vec<Person>,
    /// What happens before anything is explored, undisturbed and in this order, after everybody has registered
    /// (unless `registered` is false).
    pub setup: Vec<(&'static str, Wish)>,
    /// Whether everybody has registered before anything is explored.
    pub registered: bool,
    /// Whether clients keep trying when the server does not answer.
    pub reconnect: bool,
    /// Bounds of the protocol, the attempts among them.
    pub limits: Limits,
    /// The timers that may fire although an answer may be under way.
    pub suspicions: Vec<Suspicion>,
    /// What the operator of the server may order, each once and at any time.
    pub errands: Vec<Errand>,
    /// Whether the network may deliver what was sealed to others than it was meant for, and as from others.
    pub redirects: bool,
    /// How many clients may crash.
    pub crashes: usize,
    /// How often the server may crash and come back with what it has saved. Zero: it saves nothing.
    pub server_crashes: u8,
    /// Somebody who wants to do harm, if there is one. Its place is after the last person.
    pub intruder: Option<Intruder>,
    /// How many sessions the server may give out; states beyond are not explored.
    pub sessions: u64,
    /// With how many cookies a client may ask for a session, none being the first; states beyond are not explored.
    pub cookies: u64,
    /// Whether it takes minutes, and is checked only when asked for.
    pub deep: bool,
    /// Situations that have to occur, by the names of their witnesses.
    pub witnesses: &'static [&'static str],
}

/// A person and what it may type.
#[derive(Clone, Debug)]
pub struct Person {
    /// Also the name of its client.
    pub name: Name,
    /// What it may type.
    pub menu: Vec<Dish>,
    /// How many commands it types at most, interrupts aside.
    pub appetite: u8,
}

/// Something on a person's menu.
#[derive(Clone, Debug)]
pub struct Dish {
    /// What it may type.
    pub wish: Wish,
    /// How often at most.
    pub times: u8,
}

/// A command as people think of it; texts are made up as they type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// `send NAME`
    Send(&'static str),
    /// `create_group NAME`
    Create(&'static str),
    /// `list_groups`
    Groups,
    /// `join_group NAME`
    Join(&'static str),
    /// `send_group`
    Post,
    /// `list_members`
    Members,
    /// `leave_group`
    Leave,
    /// `dereg` of oneself
    Dereg,
    /// Ctrl+C, at any time
    Interrupt,
    /// Not to wait any longer
    Cancel,
    /// Kills the client and starts one of this name at the same address, at any time
    Restart(&'static str),
}

/// An order as operators think of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// `kick NAME`
    Kick(&'static str),
    /// `stop`
    Stop,
}

/// A kind of timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Of a client's own request, registration or direct message.
    Attempt,
    /// Of a directory update.
    Update,
    /// Of a post.
    Post,
    /// Of a probe.
    Probe,
    /// Of a bucket that is not full.
    Refill,
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Errand::Kick(name) => write!(f, "kick {name}"),
            Errand::Stop => f.write_str("stop"),
        }
    }
}

impl Suspicion {
    /// All of them.
    pub const ALL: [Suspicion; 5] =
        [Suspicion::Attempt, Suspicion::Update, Suspicion::Post, Suspicion::Probe, Suspicion::Refill];
}

impl Wish {
    /// Whether it can be had while a command is under way, and costs no appetite.
    pub fn is_abrupt(self) -> bool {
        matches!(self, Wish::Interrupt | Wish::Cancel | Wish::Restart(_))
    }
}

impl Scenario {
    /// What bounds it, in words.
    pub fn bounds(&self) -> String {
        let typed: Vec<String> =
            self.people.iter().map(|person| format!("{} types {}", person.name, person.appetite)).collect();
        let suspicions: Vec<String> =
            self.suspicions.iter().map(|suspicion| format!("{suspicion:?}").to_lowercase()).collect();
        let suspicions = if suspicions.is_empty() { "none".into() } else { suspicions.join(", ") };
        let burst = match self.limits.burst {
            0 => String::new(),
            burst => format!("burst {burst}; "),
        };
        let strangers = match self.limits.strangers {
            0 => String::new(),
            strangers => format!("strangers {strangers}; "),
        };
        let errands: Vec<String> = self.errands.iter().map(|errand| format!("{errand}; ")).collect();
        let reconnect = if self.reconnect { "clients reconnect; " } else { "" };
        let server_crashes = match self.server_crashes {
            0 => String::new(),
            crashes => format!("server crashes {crashes}; "),
        };
        let network = if self.redirects { "network redirects; " } else { "" };
        let cookies = match self.cookies {
            u64::MAX => String::new(),
            cookies => format!("; cookies {cookies}"),
        };
        let sessions = self.sessions.max(self.people.len() as u64);
        let intruder = self.intruder.map(|it| format!("; {}", it.bounds())).unwrap_or_default();
        format!(
            "{}; attempts {}; window {}; reach {}; queue {}; {burst}{strangers}{reconnect}{}{network}timers early: {suspicions}; crashes {}; {server_crashes}sessions {sessions}{cookies}{intruder}",
            typed.join(", "),
            self.limits.attempts,
            self.limits.window,
            self.limits.reach,
            self.limits.queued,
            errands.concat(),
            self.crashes,
        )
    }

    /// A scenario in which everybody has registered and everything may be suspected, with one attempt each.
    pub fn new(name: &'static str, about: &'static str) -> Scenario {
        Scenario {
            name,
            about,
            people: Vec::new(),
            setup: Vec::new(),
            registered: true,
            reconnect: false,
            limits: Limits { attempts: 1, burst: 0, strangers: 0, ..Limits::default() },
            suspicions: Suspicion::ALL.to_vec(),
            errands: Vec::new(),
            redirects: false,
            crashes: 0,
            server_crashes: 0,
            intruder: None,
            sessions: 0,
            cookies: u64::MAX,
            deep: false,
            witnesses: &[],
        }
    }

    /// Adds a person with a menu; may type `appetite` commands altogether, each dish at most as often as it says.
    ///
    /// # Panics
    /// If the name is not one that a person can have.
    #[must_use]
    pub fn person(mut self, name: &'static str, appetite: u8, menu: &[(Wish, u8)]) -> Scenario {
        let name = Name::person(name).expect("a scenario has good names");
        let menu = menu.iter().map(|&(wish, times)| Dish { wish, times }).collect();
        self.people.push(Person { name, menu, appetite });
        self
    }
}
