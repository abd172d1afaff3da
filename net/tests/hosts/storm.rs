//! A thousand direct messages and a thousand posts over a bad network.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::hosted::{Person, World, assert_clean, name, send, text};
use model::ids::Index;
use model::{Command, Event, Limits, Name, Text, Timing};
use net::Faults;
use net::record::Texts;
use proofs::replay::judge::judge;
use proofs::replay::{Run, load};

#[test]
fn what_is_acknowledged_on_a_bad_network_is_shown_once_and_posts_in_one_order() {
    let recordings = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("storm-{}", std::process::id()));
    std::fs::create_dir_all(&recordings).unwrap();
    let world = World {
        // So many attempts that none runs out by bad luck: that takes two seconds without an answer.
        limits: Limits { attempts: 200, burst: 0, strangers: 0, ..Limits::default() },
        timing: Timing { ack_wait: Duration::from_millis(10), ..Timing::default() },
        faults: Some(Faults { seed: 0, loss: 0.2, duplicate: 0.1, reorder: 0.2 }),
        record: Some((recordings.clone(), Texts::Digests)),
        ..World::patient()
    };
    let server = world.serve(100);
    let mut members = NAMES
        .map(|called| Member::new(world.join(server.address(), called, u64::from(called.as_bytes()[0]))));
    for member in &mut members {
        for called in NAMES {
            member.person.until_listed(called, true);
        }
    }
    let [ann, bob, cat, dan] = &mut members;

    // Everybody to everybody, shown at once.
    all_at_once([ann, bob, cat, dan], |member| {
        let others = NAMES.iter().filter(|called| member.person.name.as_str() != **called);
        member.send_directs(500 / 4, &others.copied().collect::<Vec<_>>());
    });

    // Two talk in a group; what the others tell them meanwhile has to wait: 250 for each, of 256 that can.
    ann.stay_in_group();
    bob.stay_in_group();
    all_at_once([ann, bob, cat, dan], |member| {
        if member.group {
            member.post(200 / 2);
        } else {
            member.send_directs(500 / 2, &["ann", "bob"]);
        }
    });

    // Everybody talks in the group.
    cat.stay_in_group();
    dan.stay_in_group();
    all_at_once([ann, bob, cat, dan], |member| member.post(800 / 4));

    let last = members.iter().flat_map(Member::acknowledged_posts).map(|(index, _)| index).max().unwrap();
    let [ann, bob, cat, dan] = &mut members;
    all_at_once([ann, bob, cat, dan], |member| {
        member.until_shown(last);
        member.leave_group();
    });
    verify(&members);
    for member in &members {
        assert_clean(&member.person.console);
    }
    assert_clean(&server);
    // The recordings are whole when their hosts are gone.
    drop((members, server));
    replay(&recordings);
}

/// Everything comes out the same, and every promise was kept.
fn replay(recordings: &Path) {
    let files: Vec<PathBuf> = ["server"].iter().chain(&NAMES).map(|file| recordings.join(file)).collect();
    let run = Run::of(load(&files, false).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    let judgement = judge(&run).unwrap_or_else(|error| panic!("{error}"));
    if let Some(broken) = judgement.broken {
        panic!("{} in record {}:\n{}", broken.promise.name, broken.at, broken.story);
    }
    assert_eq!(judgement.steps, run.merged.moments.len());
    assert!(run.merged.lost > 0, "a bad network loses something");
    for verdict in &judgement.verdicts {
        assert_eq!(verdict.unknown, None, "{}", verdict.promise.name);
        println!("{:<21} kept in {} of {} states", verdict.promise.name, verdict.states, judgement.steps);
    }
    std::fs::remove_dir_all(recordings).unwrap();
}

const NAMES: [&str; 4] = ["ann", "bob", "cat", "dan"];
const ROOM: &str = "room";

/// Somebody who says things until so many have been acknowledged.
struct Member {
    person: Person,
    /// When everything has to be done.
    deadline: Instant,
    /// Whether they want to be in the group.
    group: bool,
    /// How many messages they have said. Makes each one unique.
    said: usize,
    /// Direct messages that were acknowledged.
    directs: Vec<(Name, Text)>,
    /// Posts that were acknowledged.
    posts: Vec<(Index, Text)>,
}

impl Member {
    fn new(person: Person) -> Member {
        let deadline = Instant::now() + Duration::from_secs(180);
        Member { person, deadline, group: false, said: 0, directs: Vec::new(), posts: Vec::new() }
    }

    fn send_directs(&mut self, count: usize, receivers: &[&str]) {
        for receiver in receivers.iter().cycle().take(count) {
            loop {
                let message = self.unique();
                let told = self.command(send(receiver, message.as_str()));
                let by = name(receiver);
                if told.contains(&Event::DirectReceived { by: by.clone() })
                    || told.contains(&Event::DirectQueued { at: by })
                {
                    self.directs.push((name(receiver), message));
                    break;
                }
            }
        }
    }

    fn post(&mut self, count: usize) {
        for _ in 0..count {
            loop {
                let message = self.unique();
                let told = self.command(Command::SendGroup(message.clone()));
                let index = told.iter().find_map(|event| match event {
                    Event::PostReceived { index } => Some(*index),
                    _ => None,
                });
                if let Some(index) = index {
                    self.posts.push((index, message));
                    break;
                }
            }
        }
    }

    fn stay_in_group(&mut self) {
        self.group = true;
        self.command(Command::CreateGroup(name(ROOM)));
        self.enter();
    }

    fn leave_group(&mut self) {
        self.group = false;
        self.command(Command::LeaveGroup);
    }

    /// Gives a command. A busy machine can make a membership or session end under it, which leaves its fate unknown; then
    /// enters the group again.
    fn command(&mut self, command: Command) -> Vec<Event> {
        assert!(self.deadline > Instant::now(), "{} does not get done", self.person.name);
        self.person.catch_up();
        let told = self.person.say(command);
        let refused = |event: &Event| matches!(event, Event::DirectRefused { .. } | Event::PostRefused);
        assert!(!told.iter().any(refused), "{} is refused, although there was room", self.person.name);
        let outside = |event: &Event| is_interruption(event) || *event == Event::InvalidCommand;
        if self.group && told.iter().any(outside) {
            self.enter();
        }
        told
    }

    fn enter(&mut self) {
        while !self.person.say(Command::JoinGroup(name(ROOM))).contains(&Event::Joined(name(ROOM))) {
            assert!(self.deadline > Instant::now(), "{} does not get in", self.person.name);
        }
    }

    fn until_shown(&mut self, last: Index) {
        self.person
            .until_told(|event| is_interruption(event) || shown(event).is_some_and(|post| post.0 == last));
    }

    fn unique(&mut self) -> Text {
        self.said += 1;
        text(&format!("{} {}", self.person.name, self.said))
    }

    fn acknowledged_posts(&self) -> impl Iterator<Item = (Index, (Name, Text))> {
        self.posts.iter().map(|(index, text)| (*index, (self.person.name.clone(), text.clone())))
    }

    /// The posts that were shown, in the order in which they were.
    fn shown_posts(&self) -> Vec<(Index, (Name, Text))> {
        let own = &self.person.name;
        let post = |event| {
            shown(event).map(|(index, from, text)| (index, (from.unwrap_or(own).clone(), text.clone())))
        };
        self.person.told.iter().filter_map(post).collect()
    }

    fn shown_directs(&self) -> impl Iterator<Item = &Text> {
        self.person.told.iter().filter_map(|event| match event {
            Event::Direct { text, .. } => Some(text),
            _ => None,
        })
    }
}

/// What ends a membership against one's will.
fn is_interruption(event: &Event) -> bool {
    matches!(event, Event::Removed(_) | Event::SessionLost)
}

/// A post that is shown; one's own has no sender.
fn shown(event: &Event) -> Option<(Index, Option<&Name>, &Text)> {
    match event {
        Event::Post { from, text, index } => Some((*index, Some(from), text)),
        Event::OwnPost { text, index } => Some((*index, None, text)),
        _ => None,
    }
}

fn all_at_once<const N: usize>(members: [&mut Member; N], act: impl Fn(&mut Member) + Sync) {
    thread::scope(|scope| {
        for member in members {
            scope.spawn(|| act(member));
        }
    });
}

fn verify(members: &[Member]) {
    let count = |of: fn(&Member) -> usize| members.iter().map(of).sum::<usize>();
    assert_eq!((count(|member| member.directs.len()), count(|member| member.posts.len())), (1000, 1000));

    for receiver in members {
        let shown: Vec<&Text> = receiver.shown_directs().collect();
        let once: BTreeSet<&Text> = shown.iter().copied().collect();
        assert_eq!(shown.len(), once.len(), "{} is shown a message twice", receiver.person.name);
        let acknowledged = members.iter().flat_map(|sender| &sender.directs);
        for (_, message) in acknowledged.filter(|(to, _)| *to == receiver.person.name) {
            assert!(once.contains(message), "{} is not shown {message:?}", receiver.person.name);
        }
    }

    let mut order = BTreeMap::new();
    for member in members {
        for (index, post) in member.shown_posts() {
            let agreed = order.entry(index).or_insert_with(|| post.clone());
            assert_eq!(*agreed, post, "members disagree about {index:?}");
        }
    }
    let acknowledged: BTreeMap<_, _> = members.iter().flat_map(Member::acknowledged_posts).collect();
    assert_eq!(acknowledged.len(), 1000);
    for (index, post) in &acknowledged {
        assert_eq!(order.get(index), Some(post), "shown as another post than was acknowledged");
    }
    for member in members {
        let shown: Vec<u64> = member.shown_posts().iter().map(|(index, _)| index.0).collect();
        assert!(shown.is_sorted_by(|a, b| a < b), "{} is shown posts out of order", member.person.name);
        if !member.person.told.iter().any(is_interruption) {
            let (first, last) = (shown[0], shown[shown.len() - 1]);
            assert_eq!(shown, (first..=last).collect::<Vec<_>>(), "{} misses a post", member.person.name);
            assert_eq!(Some(last), order.keys().next_back().map(|index| index.0));
        }
    }
    // Ann has been there from the first post on, and in the group while cat and dan wrote to her.
    if !members[0].person.told.iter().any(is_interruption) {
        assert!(members[0].person.told.contains(&Event::Queued { waiting: 250 }));
        assert_eq!(members[0].shown_posts().len(), order.len());
    }
}
