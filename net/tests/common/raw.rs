//! Peers without a host: a socket that speaks the wire, and one that listens in.

#![allow(dead_code, reason = "no test uses all of it")]

use std::collections::BTreeMap;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use model::Name;
use model::ids::{Cookie, Nonce, Pass, RequestNumber};
use model::packet::{Down, Listing, Packet, Reply, Request, Up, Update};
use net::wire::{DATAGRAM_MAX, decode, encode};

/// A session that a test keeps by hand. It acks what it hears while it waits for something, and nothing else.
pub(crate) struct Raw {
    pub(crate) socket: UdpSocket,
    pub(crate) server: SocketAddrV4,
    pub(crate) pass: Pass,
    pub(crate) requests: u64,
    /// The directory, as far as known.
    pub(crate) people: BTreeMap<Name, Listing>,
}

impl Raw {
    /// Registers this socket.
    pub(crate) fn register(socket: UdpSocket, server: SocketAddrV4, name: &Name, nonce: Nonce) -> Raw {
        let mut cookie = Cookie::NONE;
        loop {
            say(&socket, server, &Packet::Register { name: name.clone(), nonce, cookie });
            let heard = hear(&socket);
            for packet in &heard {
                match packet {
                    Packet::Challenge { cookie: wanted, .. } => cookie = *wanted,
                    Packet::Welcome { pass, .. } => {
                        let mut raw =
                            Raw { socket, server, pass: *pass, requests: 0, people: BTreeMap::new() };
                        raw.take_updates(&heard);
                        return raw;
                    }
                    Packet::Refused { refusal, .. } => panic!("refused: {refusal:?}"),
                    _ => {}
                }
            }
        }
    }

    /// Waits until somebody is in the directory.
    pub(crate) fn until_listed(&mut self, name: &Name) -> Listing {
        loop {
            if let Some(listing) = self.people.get(name) {
                return listing.clone();
            }
            self.hear();
        }
    }

    /// The packets of the next datagram. Acks the updates among them.
    pub(crate) fn hear(&mut self) -> Vec<Packet> {
        let heard = hear(&self.socket);
        self.take_updates(&heard);
        heard
    }

    fn take_updates(&mut self, packets: &[Packet]) {
        for packet in packets {
            if let Packet::Down { down: Down::Update(Update { to, entries, .. }), .. } = packet {
                self.people.extend(entries.iter().map(|it| (it.entry.name.clone(), it.clone())));
                self.up(Up::UpdateAck(*to));
            }
        }
    }

    pub(crate) fn up(&self, up: Up) {
        say(&self.socket, self.server, &Packet::Up { pass: self.pass, up });
    }

    pub(crate) fn request(&mut self, request: Request) {
        self.requests += 1;
        self.up(Up::Request { number: RequestNumber(self.requests), request });
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, request: Request) -> Reply {
        self.request(request);
        loop {
            for packet in self.hear() {
                if let Packet::Down { down: Down::Reply { number, reply }, .. } = packet
                    && number.0 == self.requests
                {
                    return reply;
                }
            }
        }
    }
}

pub(crate) fn say(socket: &UdpSocket, to: SocketAddrV4, packet: &Packet) {
    socket.send_to(&encode(std::slice::from_ref(packet)).unwrap(), to).unwrap();
}

/// The packets of the next datagram.
pub(crate) fn hear(socket: &UdpSocket) -> Vec<Packet> {
    let mut datagram = vec![0; 65_536];
    let length = socket.recv(&mut datagram).unwrap();
    decode(&datagram[..length]).unwrap()
}

/// A socket that waits long, but not for ever.
pub(crate) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket
}

pub(crate) fn address(socket: &UdpSocket) -> SocketAddrV4 {
    match socket.local_addr().unwrap() {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(_) => unreachable!("bound to an IPv4 address"),
    }
}

/// Stands between one client and the server, and passes on every datagram both ways.
///
/// The client takes its address for the server's, the server takes it for the client's.
pub(crate) struct Tap {
    pub(crate) socket: Arc<UdpSocket>,
    pub(crate) server: SocketAddrV4,
    passed: Arc<Passed>,
    thread: Option<JoinHandle<()>>,
}

/// Datagrams, with their sources.
type Passed = Mutex<Vec<(SocketAddrV4, Vec<u8>)>>;

impl Tap {
    pub(crate) fn on(server: SocketAddrV4) -> Tap {
        let tap = UdpSocket::bind("127.0.0.1:0").unwrap();
        let tap = Arc::new(tap);
        let passed = Arc::new(Mutex::new(Vec::new()));
        let thread = std::thread::spawn({
            let (tap, passed) = (Arc::clone(&tap), Arc::clone(&passed));
            move || pass_on(&tap, server, &passed)
        });
        Tap { socket: tap, server, passed, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> SocketAddrV4 {
        address(&self.socket)
    }

    /// What has been passed on so far, by its source.
    pub(crate) fn passed(&self) -> Vec<(SocketAddrV4, Vec<u8>)> {
        self.passed.lock().unwrap().clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        // From its own address: the end.
        self.socket.send_to(&[], self.address()).unwrap();
        let thread = self.thread.take().unwrap();
        if let Err(panic) = thread.join()
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

fn pass_on(tap: &UdpSocket, server: SocketAddrV4, passed: &Passed) {
    let own = address(tap);
    let mut client = None;
    let mut buffer = vec![0; 65_536];
    loop {
        // An error is a peer that is gone.
        let Ok((length, SocketAddr::V4(source))) = tap.recv_from(&mut buffer) else { continue };
        if source == own {
            return;
        }
        let datagram = &buffer[..length];
        assert!(length <= DATAGRAM_MAX, "a datagram of {length} bytes from {source}");
        assert!(decode(datagram).is_ok(), "a datagram from {source} that nobody understands");
        passed.lock().unwrap().push((source, datagram.to_vec()));
        let client = *client.get_or_insert(source);
        if source == server {
            tap.send_to(datagram, client).unwrap();
        } else if source == client {
            tap.send_to(datagram, server).unwrap();
        }
    }
}
