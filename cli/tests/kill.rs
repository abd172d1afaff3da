//! A server with a state directory is killed at random instants while people register, post and leave. `CHAT_KILLS` says
//! how often, `CHAT_SEED` when.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use common::recorded::recorded;
use common::{Chat, online, ports};
use model::ids::{Key, Nonce, Session};
use model::server::saved::{Part, Value};
use net::{Identity, Store};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const MEMBERS: [&str; 4] = ["Ann", "Bob", "Cleo", "Dan"];
/// Commands that a member has given and not been told the outcome of, at most.
const AT_ONCE: usize = 3;
/// Nothing may take longer than this, on any machine.
const DEADLINE: Duration = Duration::from_secs(240);
/// Patient enough for any number of kills in a row.
const PATIENCE: &[&str] = &["--bind", "127.0.0.1", "--ack-wait", "50", "--attempts", "255"];

#[test]
fn a_server_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing() {
    kill_again_and_again("chat-kill", number("CHAT_KILLS").unwrap_or(100));
}

/// Fewer kills, since all of it is played again and judged in every state.
#[test]
fn a_recorded_run_in_which_the_server_is_killed_keeps_all_promises_from_its_first_record_to_its_last() {
    let _recorded = recorded();
    kill_again_and_again("chat-kill-recorded", number("CHAT_KILLS").unwrap_or(10).min(10));
}

fn kill_again_and_again(called: &str, kills: u64) {
    let dice_seed = number("CHAT_SEED").unwrap_or(4);
    println!("{kills} kills, seed {dice_seed}");
    let scene = Scene::new(called);
    let mut server = scene.server(true);
    let members = scene.members();
    let tally = Tally::default();
    tally.posting.store(true, Ordering::SeqCst);
    let shared = &tally;
    let (shown, images) = thread::scope(|scope| {
        let directory = common::recorded::directory();
        let guests = scope.spawn(|| {
            common::recorded::go_on(directory);
            scene.guests(&tally.posting)
        });
        let posters: Vec<_> = members
            .into_iter()
            .zip(0..)
            .map(|(member, place)| scope.spawn(move || member.post(shared, place)))
            .collect();
        let mut dice = StdRng::seed_from_u64(dice_seed);
        let mut images = Vec::new();
        for kill in 0..kills {
            thread::sleep(Duration::from_millis(dice.random_range(0..150)));
            server.kill();
            images.push(scene.image(kill));
            // One in four is killed while it comes back.
            server = scene.server(!dice.random_ratio(1, 4));
        }
        tally.posting.store(false, Ordering::SeqCst);
        let shown: Vec<_> = posters.into_iter().map(|poster| poster.join().unwrap()).collect();
        println!("{} guests came and went", guests.join().unwrap());
        (shown, images)
    });
    let posted = tally.posted.map(AtomicUsize::into_inner);
    println!("posts acknowledged: {posted:?}");
    assert!(posted.iter().all(|posts| *posts >= 10), "nobody could post anything: {posted:?}");
    for (place, seen) in shown.iter().enumerate() {
        assert_complete(place, seen, posted);
    }
    assert_same_order(&shown);
    assert_sessions_unique(&images);
}

/// Every acknowledged post of the others, once each and in order.
fn assert_complete(place: usize, seen: &[Post], posted: [usize; 4]) {
    for (author, name) in MEMBERS.iter().enumerate().filter(|(author, _)| *author != place) {
        let numbers: Vec<usize> =
            seen.iter().filter(|post| post.author == author).map(|post| post.number).collect();
        let expected: Vec<usize> = (0..posted[author]).collect();
        assert!(numbers == expected, "{} was shown of {name}: {numbers:?}", MEMBERS[place]);
    }
}

/// What two members were both shown, they were shown in the same order.
fn assert_same_order(seen: &[Vec<Post>]) {
    for (one, mine) in seen.iter().enumerate() {
        for (other, theirs) in seen.iter().enumerate().skip(one + 1) {
            let common = |posts: &[Post]| -> Vec<Post> {
                posts.iter().copied().filter(|post| post.author != one && post.author != other).collect()
            };
            assert!(common(mine) == common(theirs), "{} and {} differ", MEMBERS[one], MEMBERS[other]);
        }
    }
}

/// No session number ever stands for two registrations, none is taken back, and no member needed another one.
fn assert_sessions_unique(images: &[Image]) {
    let mut registered: HashMap<Session, Nonce> = HashMap::new();
    let mut next = Session::default();
    for image in images {
        assert!(image.next >= next, "session numbers go back");
        next = image.next;
        for (session, nonce) in &image.sessions {
            assert!(*session < next, "a session that was not given out");
            let known = registered.entry(*session).or_insert(*nonce);
            assert_eq!(known, nonce, "{session:?} was given out twice");
        }
    }
    let of = |image: &Image| MEMBERS.map(|name| image.names.get(name).copied());
    assert_eq!(of(&images[0]), of(&images[images.len() - 1]));
    let sessions: HashSet<_> = registered.keys().collect();
    println!("{} sessions, no number twice", sessions.len());
}

/// What the members know of each other.
#[derive(Default)]
struct Tally {
    /// Whether they shall go on.
    posting: AtomicBool,
    /// How many posts of each have been acknowledged.
    posted: [AtomicUsize; 4],
    /// How many members have nothing on the way any more.
    resting: AtomicUsize,
}

impl Tally {
    /// Posts of the others, once all have come to rest.
    fn of_others(&self, place: usize) -> Option<usize> {
        let count = |(author, posts): (usize, &AtomicUsize)| {
            if author == place { 0 } else { posts.load(Ordering::SeqCst) }
        };
        let resting = self.resting.load(Ordering::SeqCst) == MEMBERS.len();
        resting.then(|| self.posted.iter().enumerate().map(count).sum())
    }
}

/// A post that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Post {
    author: usize,
    number: usize,
}

/// What the disk held when the server was killed.
struct Image {
    next: Session,
    sessions: Vec<(Session, Nonce)>,
    names: BTreeMap<String, Session>,
}

struct Scene {
    port: u16,
    ports: [u16; 4],
    guest: u16,
    root: PathBuf,
    end: Instant,
}

impl Scene {
    fn new(called: &str) -> Scene {
        let [port, guest, a, b, c, d] = ports();
        let root = std::env::temp_dir().join(format!("{called}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir(&root).unwrap();
        Scene { port, ports: [a, b, c, d], guest, root, end: Instant::now() + DEADLINE }
    }

    fn server(&self, wait: bool) -> Chat {
        assert!(Instant::now() < self.end, "too slow");
        let (port, state) = (self.port.to_string(), self.root.join("state"));
        let server = ["server", &port, "--rate", "off", "--state", state.to_str().unwrap()];
        let mut server = Chat::start("server", &[&server, PATIENCE].concat());
        if wait {
            server.expect("Server is online");
        }
        server
    }

    fn client(&self, name: &str, port: u16) -> Chat {
        let (server, own) = (self.port.to_string(), port.to_string());
        Chat::start(name, &[&["client", name, "127.0.0.1", &server, &own], PATIENCE].concat())
    }

    fn members(&self) -> Vec<Member> {
        let mut members: Vec<Member> = MEMBERS
            .iter()
            .zip(self.ports)
            .map(|(name, port)| {
                let mut chat = self.client(name, port);
                chat.await_line(&format!(">>> {}", online(name, port)));
                Member { chat, seen: Vec::new(), end: self.end }
            })
            .collect();
        members[0].chat.ask("create_group room", "Group room created by Server.");
        for member in &mut members {
            member.chat.ask("join_group room", "Entered group room successfully");
        }
        members
    }

    /// Somebody registers and leaves, again and again.
    fn guests(&self, posting: &AtomicBool) -> usize {
        let mut guests = 0;
        while posting.load(Ordering::SeqCst) {
            let mut guest = self.client("guest", self.guest);
            guest.await_line(">>> Welcome, You are registered.");
            guest.close();
            guest.await_line(">>> You are Offline. Bye.");
            assert_eq!(guest.wait().code(), Some(0));
            guests += 1;
        }
        guests
    }

    /// Reads a copy, so that the server itself has to mend what the kill has left.
    fn image(&self, kill: u64) -> Image {
        let copy = self.root.join(format!("image-{kill}"));
        fs::create_dir(&copy).unwrap();
        fs::copy(self.root.join("state/state.redb"), copy.join("state.redb")).unwrap();
        let image = read(&copy);
        fs::remove_dir_all(&copy).unwrap();
        image
    }
}

fn read(directory: &Path) -> Image {
    let fresh = Identity { key: Key([0; 16]), first_session: Session(1) };
    let saved = Store::open(directory, fresh).unwrap().take().expect("the members have registered");
    let mut image = Image { next: Session(0), sessions: Vec::new(), names: BTreeMap::new() };
    for (part, value) in saved.parts {
        match (part, value) {
            (_, Some(Value::Counters { next_session, .. })) => image.next = next_session,
            (Part::Record(session), Some(Value::Record(record))) => {
                image.sessions.push((session, record.nonce));
            }
            (_, Some(Value::Line { entry, .. })) => {
                image.names.insert(entry.name.to_string(), entry.session);
            }
            _ => {}
        }
    }
    image
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

struct Member {
    chat: Chat,
    seen: Vec<Post>,
    end: Instant,
}

impl Member {
    /// Posts numbers, a few at a time, until that is enough; then reads until everything has arrived.
    fn post(mut self, tally: &Tally, place: usize) -> Vec<Post> {
        let mut typed = 0;
        let mut rests = false;
        loop {
            let acknowledged = tally.posted[place].load(Ordering::SeqCst);
            let more = tally.posting.load(Ordering::SeqCst);
            if more && typed - acknowledged < AT_ONCE {
                self.chat.say(&format!("send_group {typed}"));
                typed += 1;
                continue;
            }
            if !more && typed == acknowledged && !rests {
                rests = true;
                tally.resting.fetch_add(1, Ordering::SeqCst);
            }
            if tally.of_others(place).is_some_and(|posts| self.seen.len() >= posts) {
                return self.seen;
            }
            self.read(&tally.posted[place]);
        }
    }

    fn read(&mut self, posted: &AtomicUsize) {
        assert!(Instant::now() < self.end, "too slow; all of it:\n{}", self.chat.transcript());
        let Some(line) = self.chat.line_within(Duration::from_millis(50)) else { return };
        let said = line.strip_prefix(">>> (room) ").unwrap_or(&line);
        if said == "Message received by Server." {
            posted.fetch_add(1, Ordering::SeqCst);
        } else if let Some((author, number)) =
            said.strip_prefix("Group_Message ").and_then(|post| post.split_once(": "))
        {
            let author = MEMBERS.iter().position(|name| *name == author).unwrap();
            self.seen.push(Post { author, number: number.parse().unwrap() });
        } else {
            let table = said == "Client table updated." || said.ends_with("line");
            assert!(table, "nobody expected {line:?}; all of it:\n{}", self.chat.transcript());
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|given| given.parse().expect("a number"))
}
