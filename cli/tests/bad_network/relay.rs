//! What is in the middle of a bad network: every datagram passes here, and gets lost, repeated, late or changed.
//!
//! Each node has a *face* here, an address under which all others know it. What a node sends to a face is passed on to the
//! node behind, as from the face of the sender. So nobody can reach anybody but through here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How often something goes wrong, as a part of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    pub(crate) loss: f64,
    pub(crate) duplication: f64,
    pub(crate) reordering: f64,
    pub(crate) corruption: f64,
}

/// Where a node is, and where the others find it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) real: SocketAddrV4,
    pub(crate) face: SocketAddrV4,
}

/// How often what has happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
    pub(crate) late: u64,
    pub(crate) changed: u64,
}

/// Passes everything on between these nodes until the process ends.
pub(crate) fn start(nodes: &[Node], faults: Faults, seed: u64) -> Arc<Mutex<Counts>> {
    let faces: Vec<_> = nodes.iter().map(|node| Arc::new(UdpSocket::bind(node.face).unwrap())).collect();
    let (sender, passing) = channel();
    for (to, face) in faces.iter().enumerate() {
        let (face, sender, nodes) = (Arc::clone(face), sender.clone(), nodes.to_vec());
        thread::spawn(move || take_in(&face, to, &nodes, &sender));
    }
    let counts = Arc::default();
    let relay = Relay {
        faces,
        nodes: nodes.to_vec(),
        faults,
        dice: StdRng::seed_from_u64(seed),
        late: BinaryHeap::new(),
        counts: Arc::clone(&counts),
    };
    thread::spawn(move || relay.run(&passing));
    counts
}

/// A datagram on its way, from and to the nodes of these numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Passing {
    from: usize,
    to: usize,
    bytes: Vec<u8>,
}

fn take_in(face: &UdpSocket, to: usize, nodes: &[Node], passing: &Sender<Passing>) {
    let mut buffer = [0; 2048];
    loop {
        // Errors are about earlier datagrams that reached nobody.
        let Ok((length, SocketAddr::V4(source))) = face.recv_from(&mut buffer) else { continue };
        let Some(from) = nodes.iter().position(|node| node.real == source) else { continue };
        if passing.send(Passing { from, to, bytes: buffer[..length].to_vec() }).is_err() {
            return;
        }
    }
}

struct Relay {
    faces: Vec<Arc<UdpSocket>>,
    nodes: Vec<Node>,
    faults: Faults,
    dice: StdRng,
    late: BinaryHeap<Reverse<(Instant, Passing)>>,
    counts: Arc<Mutex<Counts>>,
}

/// How much later something may arrive.
const LATE: std::ops::Range<u64> = 1..40;

impl Relay {
    fn run(mut self, passing: &Receiver<Passing>) {
        loop {
            let next =
                self.late.peek().map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()));
            match passing.recv_timeout(next.unwrap_or(Duration::from_secs(3600))) {
                Ok(datagram) => self.take(datagram),
                Err(RecvTimeoutError::Timeout) => self.deliver_late(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, mut datagram: Passing) {
        let Faults { loss, duplication, reordering, corruption } = self.faults;
        let [lost, repeated, late, changed] =
            [loss, duplication, reordering, corruption].map(|part| self.dice.random_bool(part));
        {
            let mut counts = self.counts.lock().unwrap();
            counts.passed += 1;
            if lost {
                counts.lost += 1;
                return;
            }
            counts.repeated += u64::from(repeated);
            counts.late += u64::from(late);
            counts.changed += u64::from(changed);
        }
        if changed && !datagram.bytes.is_empty() {
            let place = self.dice.random_range(0..datagram.bytes.len());
            datagram.bytes[place] ^= 1 << self.dice.random_range(0..8);
        }
        if repeated {
            self.put_off(datagram.clone());
        }
        if late { self.put_off(datagram) } else { self.deliver(&datagram) }
    }

    /// What comes meanwhile overtakes it.
    fn put_off(&mut self, datagram: Passing) {
        let due = Instant::now() + Duration::from_millis(self.dice.random_range(LATE));
        self.late.push(Reverse((due, datagram)));
    }

    fn deliver_late(&mut self) {
        while let Some(Reverse((due, _))) = self.late.peek()
            && *due <= Instant::now()
        {
            let Some(Reverse((_, datagram))) = self.late.pop() else { return };
            self.deliver(&datagram);
        }
    }

    fn deliver(&self, datagram: &Passing) {
        // Who has gone gets nothing.
        let _ = self.faces[datagram.from].send_to(&datagram.bytes, self.nodes[datagram.to].real);
    }
}
