//! The near end of a host.

use std::fmt;
use std::net::SocketAddrV4;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvError, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::{Command, Order};

use super::bell::Bell;
use super::error::CommandError;
use super::inbox::{Inbox, Told};
use super::launch::Run;
use super::stats::{Counters, Stats};

/// Talks to a hosted actor. It can be used by several threads at once; when it is dropped, the actor is stopped.
pub struct Console {
    address: SocketAddrV4,
    sender: CommandSender,
    /// Empty once stopped.
    thread: Mutex<Option<JoinHandle<Run>>>,
}

impl Console {
    pub(super) fn new(address: SocketAddrV4, sender: CommandSender, thread: JoinHandle<Run>) -> Console {
        Console { address, sender, thread: Mutex::new(Some(thread)) }
    }

    /// Where the actor listens.
    pub fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Gives the actor a command.
    pub fn command(&self, command: Command) -> Result<(), CommandError> {
        self.sender.send(command)
    }

    /// Gives the server an order.
    pub fn order(&self, order: Order) -> Result<(), CommandError> {
        self.sender.order(order)
    }

    /// Something that gives commands elsewhere.
    pub fn sender(&self) -> CommandSender {
        self.sender.clone()
    }

    /// The next thing told; waits for it. An error says that the actor has ended.
    pub fn recv(&self) -> Result<Told, RecvError> {
        self.shared().inbox.recv()
    }

    /// The next thing told; waits at most that long.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Told, RecvTimeoutError> {
        self.shared().inbox.recv_timeout(timeout)
    }

    /// The next thing told, if there is one now.
    pub fn try_recv(&self) -> Result<Told, TryRecvError> {
        self.shared().inbox.try_recv()
    }

    /// What went through the host so far.
    pub fn stats(&self) -> Stats {
        self.shared().counters.stats()
    }

    /// Ends the actor between two events. Afterwards the address is free again, and what was told before can still
    /// be received. What the actor has sent is sent; what it would want to say in parting has to be asked for by
    /// a command before.
    pub fn stop(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared().stop();
        if let Some(thread) = thread.take() {
            // It does not panic, and if it did there would be nobody to tell.
            let _ = thread.join();
        }
    }

    fn shared(&self) -> &Shared {
        &self.sender.shared
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Console {
    /// Without what waits to be received, which may be private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Gives commands to a hosted actor.
#[derive(Clone)]
pub struct CommandSender {
    pub(super) asked: SyncSender<Asked>,
    pub(super) shared: Arc<Shared>,
}

impl CommandSender {
    /// Gives the actor a command. Never waits, since the actor itself may be waiting for its console.
    pub fn send(&self, command: Command) -> Result<(), CommandError> {
        self.ask(Asked::Command(command))
    }

    /// Gives the server an order. Never waits either.
    pub fn order(&self, order: Order) -> Result<(), CommandError> {
        self.ask(Asked::Order(order))
    }

    fn ask(&self, asked: Asked) -> Result<(), CommandError> {
        self.asked.try_send(asked).map_err(|error| match error {
            TrySendError::Full(_) => CommandError::Full,
            TrySendError::Disconnected(_) => CommandError::Ended,
        })?;
        self.shared.bell.knock();
        Ok(())
    }
}

impl fmt::Debug for CommandSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommandSender")
    }
}

/// What comes from a console.
#[derive(Debug)]
pub(super) enum Asked {
    /// From a person.
    Command(Command),
    /// From an operator.
    Order(Order),
}

/// What a host and its console share.
pub(super) struct Shared {
    pub(super) bell: Bell,
    pub(super) inbox: Inbox,
    pub(super) counters: Counters,
    /// Set once the socket is bound.
    bound: AtomicBool,
    /// Set once the host shall end.
    stopping: AtomicBool,
}

impl Shared {
    pub(super) fn new(bell: Bell, inbox: Inbox) -> Shared {
        let (bound, stopping) = (AtomicBool::new(false), AtomicBool::new(false));
        Shared { bell, inbox, counters: Counters::default(), bound, stopping }
    }

    /// Whether [`Shared::tell`] may have to wait for the console.
    pub(super) fn waits(&self) -> bool {
        self.inbox.is_waited_for()
    }

    pub(super) fn tell(&self, all: impl IntoIterator<Item = Told>) {
        self.counters.untold(self.inbox.tell(all));
    }

    pub(super) fn bound(&self) {
        self.bound.store(true, Ordering::Release);
    }

    pub(super) fn was_bound(&self) -> bool {
        self.bound.load(Ordering::Acquire)
    }

    pub(super) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.inbox.hurry();
        self.bell.knock();
    }
}

/// How many commands and orders can wait. A person gives one at a time.
pub(super) const ASKED: usize = 64;
