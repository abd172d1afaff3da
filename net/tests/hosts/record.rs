//! Recordings of real hosts: what is in them, and what becomes of them when things go wrong.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::hosted::{Person, World, any_port, name, send, text};
use crate::raw;
use model::ids::{Cookie, Key, Nonce, Session};
use model::packet::Refusal;
use model::{Command, Event, Limits, Packet, Server, ServerConfig, ServerState, Timer, Timing};
use net::record::{
    Configured, Digest, Ending, FORMAT, Input, Life, ReadError, Recorder, Texts, read, read_from,
};
use net::store::{Identity, Store};
use net::{Console, HostError, Options, Overflow, Recording, start_with};
use proofs::replay::replay;

#[test]
fn every_input_of_a_life_is_recorded_and_texts_are_not() {
    let run = Run::new("inputs");
    run.chat(Texts::Digests);
    let [life] = <[_; 1]>::try_from(read(&run.file("ann")).unwrap()).unwrap();
    assert_eq!((life.header.name.as_str(), life.header.texts), ("ann", Texts::Digests));
    assert!(matches!(life.steps[0].1.input, Input::Start));
    assert!(life.steps.iter().any(|(_, step)| matches!(&step.input, Input::Command(Command::Send { .. }))));
    assert!(matches!(life.ending, Ending::Stopped(Some(_))));
    for file in ["ann", "bob", "server"] {
        let lines = std::fs::read_to_string(run.file(file)).unwrap();
        assert!(!lines.contains("a secret") && !lines.contains("another secret"), "{lines}");
        let mode = std::fs::metadata(run.file(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn texts_are_recorded_when_asked_for() {
    let run = Run::new("texts");
    run.chat(Texts::Plain);
    for file in ["ann", "bob", "server"] {
        assert!(std::fs::read_to_string(run.file(file)).unwrap().contains("another secret"), "{file}");
    }
}

#[test]
fn another_life_is_added_and_anything_else_is_left_alone() {
    let run = Run::new("lives");
    run.chat(Texts::Digests);
    run.chat(Texts::Plain);
    assert_eq!(read(&run.file("server")).unwrap().len(), 2);

    std::fs::write(run.file("letter"), "Dear Ann").unwrap();
    let error = run.serve_into("letter").unwrap_err();
    assert!(matches!(error, HostError::Record(_)), "{error}");
    assert!(error.to_string().ends_with("the file is there and is no recording"), "{error}");
    assert_eq!(std::fs::read_to_string(run.file("letter")).unwrap(), "Dear Ann");

    let server = run.serve_into("busy").unwrap();
    let error = run.serve_into("busy").unwrap_err();
    assert!(error.to_string().ends_with("another process records to it"), "{error}");
    drop(server);
}

#[test]
fn a_server_that_comes_back_is_recorded_with_what_it_had_saved() {
    let run = Run::new("restart");
    for _ in 0..2 {
        let store =
            Store::open(&run.file("state"), Identity { key: Key([7; 16]), first_session: Session(1) });
        let server = run.serve_with("server", Some(store.unwrap())).unwrap();
        let mut ann = World::patient().join(server.address(), "ann", 1);
        ann.say(Command::CreateGroup(name("room")));
        ann.say(Command::JoinGroup(name("room")));
        ann.say(Command::SendGroup(text("a secret")));
        ann.say_last(Command::Interrupt);
    }
    let lives = read(&run.file("server")).unwrap();
    let starts = lives.iter().map(|life| &life.steps[0].1.input);
    let saved: Vec<_> =
        starts.map(|input| matches!(input, Input::Restart { saved } if saved.len() > 2)).collect();
    assert_eq!(saved, [false, true]);
    for life in &lives {
        replay(life).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_chat() {
    let run = Run::new("full");
    for host in ["server", "ann", "bob"] {
        std::os::unix::fs::symlink("/dev/full", run.file(host)).unwrap();
    }
    run.chat(Texts::Plain);
}

#[test]
fn a_recording_that_nobody_takes_keeps_nobody_from_ending() {
    let run = Run::new("pipe");
    // Not by a program: a process that begins holds a copy of every socket for a moment, and servers here come back where they were.
    nix::unistd::mkfifo(&run.file("server"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut recorder = run.record("server");
    // More than a pipe holds.
    for _ in 0..2_000 {
        step(&mut recorder, Instant::now());
    }
    let (ended, end) = channel();
    thread::spawn(move || {
        drop(recorder);
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_secs(60)).expect("an end");
}

#[test]
fn what_is_kept_is_handed_over_when_it_is_due() {
    let run = Run::new("due");
    let mut recorder = run.record("server");
    let (mut now, quick) = (Instant::now() + Duration::from_secs(1), Duration::from_micros(50));
    let mut wake_up = |now| {
        step(&mut recorder, now);
        recorder.hand_over(now);
        recorder.due()
    };
    assert_eq!(wake_up(now), None);
    for _ in 0..2 {
        let due = wake_up(now + quick).expect("something is kept");
        assert_eq!(wake_up(now + quick * 2), Some(due));
        now = due;
        assert_eq!(wake_up(now), None);
    }
    until_written(&run.file("server"), 7);
}

#[test]
fn a_host_that_waits_for_its_console_has_recorded_what_came_before() {
    let run = Run::new("waiting");
    let world = World { record: Some((run.0.clone(), Texts::Digests)), capacity: 1, ..World::patient() };
    let server = raw::socket();
    let ann = world.client(raw::address(&server), "ann", 1);
    // All at once, so that the host is woken again and again. At last there is more to tell than there is room for.
    for _ in 0..20 {
        raw::say(
            &server,
            ann.console.address(),
            &Packet::Challenge { nonce: Nonce(2), cookie: Cookie::NONE },
        );
    }
    let refused = Packet::Refused { nonce: Nonce(1), refusal: Refusal::NameTaken };
    raw::say(&server, ann.console.address(), &refused);
    until_written(&run.file("ann"), 21);
}

#[test]
fn a_recording_that_has_ended_keeps_nothing() {
    let run = Run::new("ended");
    std::os::unix::fs::symlink("/dev/full", run.file("server")).unwrap();
    let mut recorder = run.record("server");
    let (mut now, end) = (Instant::now(), Instant::now() + Duration::from_secs(60));
    while recorder.is_open() {
        assert!(Instant::now() < end, "a full disk ends it");
        step(&mut recorder, now);
        recorder.hand_over(now);
        now += Duration::from_micros(50);
    }
    for _ in 0..2 {
        now = recorder.due().unwrap_or(now);
        recorder.hand_over(now);
    }
    assert_eq!(recorder.due(), None);
}

fn step(recorder: &mut Recorder, now: Instant) {
    recorder.step(now, Input::Timer(Timer::Attempt), Digest(0), &ServerState::new(Session(1)));
}

/// Strangers arm no timer here, so nothing else wakes the server.
#[test]
fn what_a_busy_host_keeps_is_written_when_it_has_nothing_more_to_do() {
    let run = Run::new("busy");
    let world = World { record: Some((run.0.clone(), Texts::Digests)), ..World::patient() };
    let server = world.serve(0);
    let socket = raw::socket();
    let register = Packet::Register { name: name("ann"), nonce: Nonce(1), cookie: Cookie::NONE };
    for _ in 0..10 {
        (0..50).for_each(|_| raw::say(&socket, server.address(), &register));
        let mut heard = 0;
        while heard < 50 {
            heard += raw::hear(&socket).len();
        }
    }
    // The start is one too.
    until_written(&run.file("server"), 501);
}

/// Waits for so many inputs.
fn until_written(file: &Path, steps: usize) {
    let end = Instant::now() + Duration::from_secs(60);
    let written = || read(file).ok().and_then(|lives| lives.first().map(|life| life.steps.len()));
    while written() != Some(steps) {
        assert!(Instant::now() < end, "{steps} inputs, of which are written: {:?}", written());
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_killed_writer_leaves_whole_lines_and_part_of_one_at_most() {
    let run = Run::new("torn");
    run.chat(Texts::Digests);
    let whole = std::fs::read(run.file("ann")).unwrap();
    let lives = read_from(&whole[..]).unwrap();
    let newlines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() - 1;
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in header + 1..whole.len() {
        let left = read_from(&whole[..cut]).unwrap_or_else(|error| panic!("{cut}: {error}"));
        let whole_lines = newlines(&whole[..cut]);
        let torn = whole[cut - 1] != b'\n';
        match &left[0].ending {
            // Only its newline is missing.
            Ending::Stopped(_) => assert_eq!(cut, whole.len() - 1),
            Ending::Open { torn: found } => {
                let lines = lines_of(&left[0]);
                assert!(lines == whole_lines - 1 || (torn && !found && lines == whole_lines), "{cut}");
            }
            Ending::Cut(reason) => panic!("{reason}"),
        }
        assert!(left[0].steps.iter().zip(&lives[0].steps).all(|(left, whole)| left == whole));
    }
    assert_eq!(lines_of(&lives[0]) + 2, newlines(&whole));
}

/// Packets that came in together stand in one.
fn lines_of(life: &Life) -> usize {
    life.steps.chunk_by(|(one, _), (next, _)| one == next).count()
}

#[test]
fn what_is_no_recording_is_refused_by_name() {
    let refused = |bytes: &[u8]| read_from(bytes).unwrap_err();
    assert!(matches!(refused(b""), ReadError::Empty));
    assert!(matches!(refused(b"hello\n"), ReadError::Foreign));
    assert!(matches!(refused(b"{}\n"), ReadError::Foreign));
    let other = refused(b"{\"life\":{\"recording\":99,\"some\":\"thing\"}}\n");
    assert_eq!(
        other.to_string(),
        format!("line 1: the recording has format 99, this program reads format {FORMAT}")
    );
    let edited = format!("{{\"life\":{{\"recording\":{FORMAT},\"some\":\"thing\"}}}}\n");
    assert!(matches!(refused(edited.as_bytes()), ReadError::Edited { line: 1 }));
}

#[test]
fn a_line_that_was_altered_dropped_or_swapped_is_noticed() {
    let run = Run::new("edited");
    run.chat(Texts::Plain);
    let whole = std::fs::read_to_string(run.file("bob")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let at = lines.iter().position(|line| line.contains("a secret")).unwrap();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        change(&mut lines);
        read_from((lines.join("\n") + "\n").as_bytes()).unwrap_err()
    };
    let altered = with(&|lines| lines[at] = lines[at].replace("a secret", "a secreT"));
    assert!(matches!(altered, ReadError::Edited { line } if line == at + 1), "{altered}");
    let dropped = with(&|lines| drop(lines.remove(at)));
    assert!(matches!(dropped, ReadError::Edited { line } if line == at + 1), "{dropped}");
    let swapped = with(&|lines| lines.swap(at, at + 1));
    assert!(matches!(swapped, ReadError::Edited { line } if line == at + 1), "{swapped}");
    let longer = with(&|lines| lines.push(lines[at].clone()));
    assert!(matches!(longer, ReadError::Edited { .. }), "{longer}");
}

/// A directory of its own, gone afterwards.
struct Run(PathBuf);

impl Run {
    fn new(called: &str) -> Run {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("record-{called}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Run(directory)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn chat(&self, texts: Texts) {
        let world = World { record: Some((self.0.clone(), texts)), ..World::patient() };
        let server = world.serve(0);
        let mut ann = world.join(server.address(), "ann", 1);
        let mut bob = world.join(server.address(), "bob", 2);
        talk(&mut ann, &mut bob);
    }

    /// A life without a host.
    fn record(&self, file: &str) -> Recorder {
        let actor = Configured::Server(config(false));
        let mut recorder = Recording { path: self.file(file), texts: Texts::Plain, actor }.open().unwrap();
        recorder.life(any_port());
        recorder
    }

    fn serve_into(&self, file: &str) -> Result<Console, HostError> {
        self.serve_with(file, None)
    }

    fn serve_with(&self, file: &str, store: Option<Store>) -> Result<Console, HostError> {
        let config = config(store.is_some());
        let actor = Configured::Server(config.clone());
        let record = Recording { path: self.file(file), texts: Texts::Plain, actor };
        let options = Options { record: Some(record), store, ..Options::new(Overflow::Drop) };
        start_with(Server { config }, any_port(), options)
    }
}

fn config(durable: bool) -> ServerConfig {
    let (limits, timing) = (Limits::default(), Timing::default());
    ServerConfig { key: Key([7; 16]), first_session: Session(1), durable, limits, timing }
}

fn talk(ann: &mut Person, bob: &mut Person) {
    ann.until_listed("bob", true);
    let told = ann.say(send("bob", "a secret"));
    assert!(told.contains(&Event::DirectReceived { by: name("bob") }));
    bob.until(|event| matches!(event, Event::Direct { .. }));
    ann.say(Command::CreateGroup(name("room")));
    for person in [&mut *ann, &mut *bob] {
        person.say(Command::JoinGroup(name("room")));
    }
    bob.say(Command::SendGroup(text("another secret")));
    ann.until_told(|event| matches!(event, Event::Post { .. }));
    ann.say_last(Command::Interrupt);
    bob.say_last(Command::Interrupt);
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
