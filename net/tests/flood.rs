//! A flood from addresses that are not the sender's own: the members chat on, and the server holds no more than before.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/flood.rs"]
mod flood;
#[path = "common/hosted.rs"]
mod hosted;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use flood::Flood;
use hosted::{World, any_port, name, send, text, wait_for};
use model::ids::{Key, Session};
use model::server::saved::Saved;
use model::{Command, Event, Limits, Message, Server, ServerConfig, ServerState, Timer, Timing};
use net::{Options, Overflow, start_with};
use stateright::actor::{Actor, Id, Out};

const FLOOD: usize = 20_000;

#[test]
fn a_flood_from_forged_addresses_fills_no_memory_and_stops_no_chat() {
    let world = World::patient();
    let held = Arc::<Mutex<Held>>::default();
    let server = Watched { server: strict_server(), held: Arc::clone(&held) };
    let server = start_with(server, any_port(), Options::new(Overflow::Drop)).unwrap();
    let mut ann = world.join(server.address(), "ann", 1);
    let bob = world.join(server.address(), "bob", 2);
    let mut cat = world.join(server.address(), "cat", 3);
    let mut dan = world.join(server.address(), "dan", 4);
    ann.until_listed("bob", true);
    dan.say(Command::CreateGroup(name("room")));
    for person in [&mut cat, &mut dan] {
        person.say(Command::JoinGroup(name("room")));
    }

    let done = AtomicBool::new(false);
    let (directs, posts) = thread::scope(|scope| {
        let flood = scope.spawn(|| {
            Flood::new(11).pour(server.address(), FLOOD);
            done.store(true, Ordering::Relaxed);
        });
        // Each command waits for its receipt, so each one that is counted has arrived.
        let directs = scope.spawn(|| {
            let mut said = 0;
            while said < 20 || !done.load(Ordering::Relaxed) {
                let told = ann.say(send("bob", &format!("direct {said}")));
                assert!(told.contains(&Event::DirectReceived { by: name("bob") }), "{told:?}");
                said += 1;
            }
            said
        });
        let mut said = 0;
        while said < 20 || !done.load(Ordering::Relaxed) {
            let told = cat.say(Command::SendGroup(text(&format!("post {said}"))));
            assert!(told.iter().any(|it| matches!(it, Event::PostReceived { .. })), "{told:?}");
            said += 1;
        }
        flood.join().unwrap();
        (directs.join().unwrap(), said)
    });
    dan.until_told(|event| matches!(event, Event::Post { text: said, .. } if *said == text(&format!("post {}", posts - 1))));
    assert!(directs >= 20 && posts >= 20);
    let mut bob = bob;
    bob.catch_up();
    assert_eq!(bob.told.iter().filter(|event| matches!(event, Event::Direct { .. })).count(), directs);

    let most = held.lock().unwrap().most;
    assert_eq!(most.sessions, 4, "nobody got in without an echo of the cookie");
    assert_eq!(most.groups, 1);
    assert!(most.strangers <= usize::from(Limits::BUCKETS), "{} buckets", most.strangers);
    assert!(most.strangers > 20, "a flood from few addresses: {}", most.strangers);
    assert!(most.posts <= posts && most.queue <= 4);
    // When it is over, not even that is left.
    wait_for(|| held.lock().unwrap().now.strangers == 0);
}

/// What a server holds because of others.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    sessions: usize,
    groups: usize,
    posts: usize,
    queue: usize,
    strangers: usize,
}

#[derive(Debug, Default)]
struct Held {
    now: Sizes,
    most: Sizes,
}

impl Held {
    fn note(&mut self, state: &ServerState) {
        self.now = Sizes {
            sessions: state.sessions.len(),
            groups: state.groups.len(),
            posts: state.posts,
            queue: state.window.queue.len(),
            strangers: state.strangers.len(),
        };
        let (now, most) = (self.now, &mut self.most);
        for (now, most) in [
            (now.sessions, &mut most.sessions),
            (now.groups, &mut most.groups),
            (now.posts, &mut most.posts),
            (now.queue, &mut most.queue),
            (now.strangers, &mut most.strangers),
        ] {
            *most = now.max(*most);
        }
    }
}

/// A server with the limits that are used by default.
fn strict_server() -> Server {
    let limits = Limits { attempts: 240, burst: 0, ..Limits::default() };
    let key = Key([7; 16]);
    let config =
        ServerConfig { key, first_session: Session(1), durable: false, limits, timing: Timing::default() };
    Server { config }
}

/// A server that is looked at after everything that happens to it.
#[derive(Clone)]
struct Watched {
    server: Server,
    held: Arc<Mutex<Held>>,
}

impl Actor for Watched {
    type Msg = Message;
    type Timer = Timer;
    type State = ServerState;
    type Storage = Saved;
    type Random = ();

    fn on_start(&self, id: Id, saved: &Option<Saved>, out: &mut Out<Self>) -> ServerState {
        let mut inner = Out::new();
        let state = self.server.on_start(id, saved, &mut inner);
        pass_on(inner, out);
        state
    }

    fn on_msg(&self, id: Id, state: &mut Cow<'_, ServerState>, src: Id, msg: Message, out: &mut Out<Self>) {
        let mut inner = Out::new();
        self.server.on_msg(id, state, src, msg, &mut inner);
        pass_on(inner, out);
        self.held.lock().unwrap().note(state);
    }

    fn on_timeout(&self, id: Id, state: &mut Cow<'_, ServerState>, timer: &Timer, out: &mut Out<Self>) {
        let mut inner = Out::new();
        self.server.on_timeout(id, state, timer, &mut inner);
        pass_on(inner, out);
        self.held.lock().unwrap().note(state);
    }
}

fn pass_on(inner: Out<Server>, out: &mut Out<Watched>) {
    use stateright::actor::Command as Output;
    for output in inner {
        match output {
            Output::Send(to, message) => out.send(to, message),
            Output::SetTimer(timer, wait) => out.set_timer(timer, wait),
            Output::CancelTimer(timer) => out.cancel_timer(timer),
            Output::ChooseRandom(..) | Output::Save(_) => {}
        }
    }
}
