//! What an actor tells its console.

use std::collections::VecDeque;
use std::sync::mpsc::{RecvError, RecvTimeoutError, TryRecvError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Event, Notice};

/// What a console is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// By a client.
    Event(Event),
    /// By a server.
    Notice(Notice),
    /// So many things before this were dropped, because the console did not keep up. Only with
    /// [`Overflow::Drop`].
    Dropped(u64),
    /// The actor panicked, with this message; nothing follows. A bug.
    Failed(String),
    /// What the actor wanted to save could not be saved, for this reason, so it has ended.
    Unsaved(String),
}

/// What happens when a console does not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The actor waits. For a person, who shall miss nothing.
    Wait,
    /// What is too much is dropped, and counted. For a server, whose clients shall not wait for its operator.
    Drop,
}

/// A bounded queue from an actor to its console.
pub(super) struct Inbox {
    overflow: Overflow,
    capacity: usize,
    queue: Mutex<Queue>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct Queue {
    told: VecDeque<Told>,
    /// Dropped, and not yet told so. While above zero, nothing else comes in.
    dropped: u64,
    /// How many wait for something to be told. To wake nobody is a system call too.
    listeners: usize,
    /// Nobody waits for room any more.
    hurried: bool,
    /// Nothing comes any more.
    closed: bool,
}

impl Inbox {
    pub(super) fn new(overflow: Overflow, capacity: usize) -> Inbox {
        let (filled, emptied) = (Condvar::new(), Condvar::new());
        Inbox { overflow, capacity: capacity.max(1), queue: Mutex::default(), filled, emptied }
    }

    /// Whether whoever adds something may have to wait.
    pub(super) fn is_waited_for(&self) -> bool {
        self.overflow == Overflow::Wait
    }

    /// Adds some; waits for room for each, or drops it. Tells how many were dropped. All at once, so that a console
    /// that waits wakes up once.
    pub(super) fn tell(&self, all: impl IntoIterator<Item = Told>) -> u64 {
        let mut untold = 0;
        let mut queue = self.lock();
        for told in all {
            if self.is_waited_for() && queue.told.len() >= self.capacity {
                self.filled.notify_all();
                let full = |queue: &mut Queue| queue.told.len() >= self.capacity && !queue.hurried;
                queue = self.emptied.wait_while(queue, full).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.dropped == 0 && queue.told.len() < self.capacity {
                queue.told.push_back(told);
            } else {
                queue.dropped += 1;
                untold += 1;
            }
        }
        let is_heard = queue.listeners > 0;
        drop(queue);
        if is_heard {
            self.filled.notify_all();
        }
        untold
    }

    /// From now on nobody waits for room.
    pub(super) fn hurry(&self) {
        self.lock().hurried = true;
        self.emptied.notify_all();
    }

    /// Adds the last one, whether or not there is room, and ends it.
    pub(super) fn close(&self, last: Option<Told>) {
        let mut queue = self.lock();
        queue.tell_dropped();
        queue.told.extend(last);
        queue.closed = true;
        self.filled.notify_all();
    }

    pub(super) fn recv(&self) -> Result<Told, RecvError> {
        let empty = |queue: &mut Queue| queue.told.is_empty() && !queue.closed;
        let mut queue = self.lock();
        queue.listeners += 1;
        let mut queue = self.filled.wait_while(queue, empty).unwrap_or_else(PoisonError::into_inner);
        queue.listeners -= 1;
        self.take(queue).ok_or(RecvError)
    }

    pub(super) fn recv_timeout(&self, timeout: Duration) -> Result<Told, RecvTimeoutError> {
        let empty = |queue: &mut Queue| queue.told.is_empty() && !queue.closed;
        let mut queue = self.lock();
        queue.listeners += 1;
        let waited = self.filled.wait_timeout_while(queue, timeout, empty);
        let (mut queue, late) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.listeners -= 1;
        if late.timed_out() {
            return Err(RecvTimeoutError::Timeout);
        }
        self.take(queue).ok_or(RecvTimeoutError::Disconnected)
    }

    pub(super) fn try_recv(&self) -> Result<Told, TryRecvError> {
        let queue = self.lock();
        let nothing = if queue.closed { TryRecvError::Disconnected } else { TryRecvError::Empty };
        self.take(queue).ok_or(nothing)
    }

    fn take(&self, mut queue: MutexGuard<'_, Queue>) -> Option<Told> {
        let told = queue.told.pop_front();
        // Said as soon as there is room, not only before the next thing to tell: that may be long in coming.
        queue.tell_dropped();
        self.emptied.notify_one();
        told
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn tell_dropped(&mut self) {
        if self.dropped > 0 {
            self.told.push_back(Told::Dropped(self.dropped));
            self.dropped = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_dropped_is_counted_and_told_in_its_place() {
        let inbox = Inbox::new(Overflow::Drop, 2);
        for number in 0..5 {
            assert_eq!(inbox.tell([queued(number)]), u64::from(number >= 2));
        }
        assert_eq!(inbox.recv(), Ok(queued(0)));
        assert_eq!(inbox.tell([queued(5)]), 1, "the count takes the room");
        assert_eq!(inbox.recv(), Ok(queued(1)));
        assert_eq!(inbox.recv(), Ok(Told::Dropped(3)));
        assert_eq!(inbox.recv(), Ok(Told::Dropped(1)));
        assert_eq!(inbox.tell([queued(6)]), 0);
        assert_eq!(inbox.try_recv(), Ok(queued(6)));
        assert_eq!(inbox.try_recv(), Err(TryRecvError::Empty));
    }

    #[test]
    fn a_waiting_actor_goes_on_when_the_console_takes_one() {
        let inbox = Arc::new(Inbox::new(Overflow::Wait, 1));
        let actor = std::thread::spawn({
            let inbox = Arc::clone(&inbox);
            move || inbox.tell((0..100).map(queued))
        });
        for number in 0..100 {
            assert_eq!(inbox.recv_timeout(Duration::from_secs(10)), Ok(queued(number)));
        }
        assert_eq!(actor.join().unwrap(), 0);
    }

    #[test]
    fn all_who_wait_are_woken_when_there_is_something_for_each() {
        let inbox = Arc::new(Inbox::new(Overflow::Wait, 10));
        let consoles = [(); 3].map(|()| {
            let inbox = Arc::clone(&inbox);
            std::thread::spawn(move || inbox.recv_timeout(Duration::from_secs(10)).is_ok())
        });
        inbox.tell((0..3).map(queued));
        assert!(consoles.into_iter().all(|console| console.join().unwrap()));
    }

    #[test]
    fn a_waiting_actor_goes_on_when_it_is_hurried() {
        let inbox = Arc::new(Inbox::new(Overflow::Wait, 1));
        assert_eq!(inbox.tell([queued(0)]), 0);
        let actor = std::thread::spawn({
            let inbox = Arc::clone(&inbox);
            move || inbox.tell([queued(1)])
        });
        inbox.hurry();
        assert_eq!(actor.join().unwrap(), 1);
    }

    #[test]
    fn the_last_thing_is_heard_even_if_there_is_no_room() {
        let inbox = Inbox::new(Overflow::Drop, 1);
        inbox.tell([queued(0), queued(1)]);
        inbox.close(Some(Told::Failed("why".into())));
        let heard: Vec<Told> = std::iter::from_fn(|| inbox.recv().ok()).collect();
        assert_eq!(heard, [queued(0), Told::Dropped(1), Told::Failed("why".into())]);
        assert_eq!(inbox.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Disconnected));
        assert_eq!(inbox.try_recv(), Err(TryRecvError::Disconnected));
    }

    fn queued(waiting: usize) -> Told {
        Told::Event(Event::Queued { waiting })
    }
}
