//! Wakes `spawn`, which listens to nothing but its socket, with an empty datagram.
//!
//! A ring carries no command. It only makes the host look at its clock and its console, so a forged ring does
//! nothing.
//!
//! Who knocks rings as well, which saves the host the time until another thread is awake. Such a ring can only get lost
//! in a full buffer. Then there are datagrams that the host has not looked at yet, and it looks at its console after
//! each. For its clock, the bell's own thread rings, again and again until it is heard.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The bell of one host. It rings in a thread of its own, see [`Bell::ring_until_closed`].
#[derive(Debug)]
pub(super) struct Bell {
    socket: UdpSocket,
    /// Where it rings.
    house: SocketAddrV4,
    wish: Mutex<Wish>,
    changed: Condvar,
    /// Whether [`Wish::knocked`], for hosts in a hurry. Written under the lock only.
    knocked: AtomicBool,
}

/// When to ring.
#[derive(Debug, Default)]
struct Wish {
    /// At this time, and again until the host says when next.
    at: Option<Instant>,
    /// Now, and again until the host hears.
    knocked: bool,
    /// Grows each time the host shows that it is awake.
    heard: u64,
    closed: bool,
}

impl Bell {
    /// A bell for the host at this address.
    pub(super) fn new(address: SocketAddrV4) -> io::Result<Bell> {
        let ip = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST } else { *address.ip() };
        // Connected, so that nothing from elsewhere can pile up in it.
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let house = SocketAddrV4::new(ip, address.port());
        socket.connect(house)?;
        Ok(Bell {
            socket,
            house,
            wish: Mutex::default(),
            changed: Condvar::new(),
            knocked: AtomicBool::new(false),
        })
    }

    /// There is something to look at, put there before this call.
    pub(super) fn knock(&self) {
        let mut wish = self.lock();
        wish.knocked = true;
        self.knocked.store(true, Ordering::Release);
        drop(wish);
        if self.ring().is_err() {
            // The system has no room for it now. The bell's thread tries until the host hears.
            self.changed.notify_all();
        }
    }

    /// Where it rings. Whoever sends an empty datagram there rings too.
    pub(super) fn house(&self) -> SocketAddrV4 {
        self.house
    }

    /// Whether somebody knocked whom the host has not heard.
    pub(super) fn is_knocked(&self) -> bool {
        self.knocked.load(Ordering::Acquire)
    }

    /// The host is awake, and will look at everything after this call. Tells whether somebody knocked.
    pub(super) fn hear(&self) -> bool {
        let knocked = self.is_knocked();
        if knocked {
            let mut wish = self.lock();
            wish.knocked = false;
            wish.heard += 1;
            self.knocked.store(false, Ordering::Release);
            self.changed.notify_all();
        }
        knocked
    }

    /// The host is awake, and wants to be awake again at this time.
    pub(super) fn wake_at(&self, at: Option<Instant>) {
        let mut wish = self.lock();
        wish.at = at;
        wish.heard += 1;
        self.changed.notify_all();
    }

    /// Ends [`Bell::ring_until_closed`].
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Rings when wished, until closed.
    pub(super) fn ring_until_closed(&self) {
        let mut wish = self.lock();
        let mut patience = PATIENCE;
        while !wish.closed {
            if !wish.is_now() {
                patience = PATIENCE;
                wish = self.wait_for_change(wish);
                continue;
            }
            let heard = wish.heard;
            drop(wish);
            // A failure is a lost ring.
            let _ = self.ring();
            let unheard = |wish: &mut Wish| wish.heard == heard && !wish.closed;
            let waited = self.changed.wait_timeout_while(self.lock(), patience, unheard);
            wish = waited.unwrap_or_else(PoisonError::into_inner).0;
            // A host that waits for its console finds few rings in its buffer, however long that takes.
            patience = if wish.heard == heard { patience.saturating_mul(2) } else { PATIENCE };
        }
    }

    fn wait_for_change<'a>(&'a self, wish: MutexGuard<'a, Wish>) -> MutexGuard<'a, Wish> {
        match wish.at {
            Some(at) => {
                let wait = at.saturating_duration_since(Instant::now());
                self.changed.wait_timeout(wish, wait).unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait(wish).unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn ring(&self) -> io::Result<usize> {
        self.socket.send(&[])
    }

    /// Fails unless this socket, which listens at the bell's address, hears it. Where the loopback interface is down, a ring
    /// at the address of another one is lost without an error.
    pub(super) fn try_at(&self, listener: &UdpSocket) -> io::Result<()> {
        listener.set_read_timeout(Some(PATIENCE))?;
        let own = self.socket.local_addr()?;
        let end = Instant::now() + TRIAL;
        while Instant::now() < end {
            self.ring()?;
            while let Ok((_, from)) = listener.recv_from(&mut [0]) {
                if from == own {
                    return Ok(());
                }
            }
        }
        Err(io::ErrorKind::HostUnreachable.into())
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wish {
    fn is_now(&self) -> bool {
        self.knocked || self.at.is_some_and(|at| at <= Instant::now())
    }
}

/// The earlier of two times that may never come.
pub(super) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// How long a host may take to hear the first ring before it is rung again. Doubles each time.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long a machine may take to hear itself.
const TRIAL: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread::JoinHandle;

    use super::*;

    #[test]
    fn each_knock_rings() {
        let house = House::new();
        for _ in 0..3 {
            house.bell.knock();
            house.expect_ring();
            house.bell.hear();
        }
    }

    #[test]
    fn what_is_due_is_rung_again_until_it_is_heard() {
        let house = House::new();
        house.bell.wake_at(Some(Instant::now()));
        house.expect_ring();
        house.expect_ring();
        house.expect_ring();
        house.bell.wake_at(None);
    }

    #[test]
    fn a_knock_that_cannot_be_sent_is_rung_later() {
        let (socket, bell) = loop {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let address = socket.local_addr().unwrap();
            let bell = Bell::new(SocketAddrV4::new(Ipv4Addr::LOCALHOST, address.port())).unwrap();
            // Nobody is there, which makes the ring after this one fail.
            drop(socket);
            bell.knock();
            // Unless somebody else has taken the port meanwhile.
            if let Ok(socket) = UdpSocket::bind(address) {
                break (socket, Arc::new(bell));
            }
        };
        let house = House::with(socket, bell);
        house.bell.knock();
        house.expect_ring();
    }

    #[test]
    fn it_rings_at_the_time_and_not_before() {
        let house = House::new();
        let at = Instant::now() + Duration::from_millis(30);
        house.bell.wake_at(Some(at));
        house.expect_ring();
        assert!(Instant::now() >= at);
    }

    #[test]
    fn an_earlier_time_counts_at_once() {
        let house = House::new();
        let start = Instant::now();
        house.bell.wake_at(Some(start + Duration::from_secs(60)));
        house.bell.wake_at(Some(start + Duration::from_millis(5)));
        house.expect_ring();
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn without_a_wish_it_is_silent() {
        let house = House::new();
        house.bell.wake_at(Some(Instant::now()));
        house.bell.wake_at(None);
        house.bell.hear();
        house.socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let rings = (0..10).take_while(|_| house.socket.recv(&mut [0]).is_ok()).count();
        assert!(rings <= 1, "{rings} rings");
    }

    #[test]
    fn the_bell_of_a_host_on_all_addresses_rings_on_loopback() {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let bell = Bell::new(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port)).unwrap();
        bell.ring().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert!(socket.recv_from(&mut [0]).unwrap().1.ip().is_loopback());
    }

    /// Somebody who has a bell.
    struct House {
        socket: UdpSocket,
        bell: Arc<Bell>,
        ringer: Option<JoinHandle<()>>,
    }

    impl House {
        fn new() -> House {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let port = socket.local_addr().unwrap().port();
            let bell = Arc::new(Bell::new(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).unwrap());
            House::with(socket, bell)
        }

        fn with(socket: UdpSocket, bell: Arc<Bell>) -> House {
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let ringer = std::thread::spawn({
                let bell = Arc::clone(&bell);
                move || bell.ring_until_closed()
            });
            House { socket, bell, ringer: Some(ringer) }
        }

        fn expect_ring(&self) {
            assert_eq!(self.socket.recv(&mut [0; 1]).unwrap(), 0);
        }
    }

    impl Drop for House {
        fn drop(&mut self) {
            self.bell.close();
            self.ringer.take().unwrap().join().unwrap();
        }
    }
}
