//! Datagrams from many addresses that belong to nobody.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use model::ids::{Cookie, Nonce, Pass, RequestNumber, Session, Token, Version};
use model::packet::{Request, Up};
use model::{Name, Packet};
use net::wire::encode;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// So many addresses in the flood.
const SOURCES: usize = 400;

/// What pours them. All of 127.0.0.0/8 is this machine, so any address of it can be taken, as one could be forged elsewhere.
pub(crate) struct Flood {
    sources: Vec<UdpSocket>,
    rng: StdRng,
}

impl Flood {
    pub(crate) fn new(seed: u64) -> Flood {
        let mut rng = StdRng::seed_from_u64(seed);
        let source = |rng: &mut StdRng| {
            let address =
                Ipv4Addr::new(127, rng.random_range(1..255), rng.random(), rng.random_range(1..255));
            // Where a system has given itself only one of them, another port has to do.
            let taken = UdpSocket::bind(SocketAddrV4::new(address, 0));
            taken.or_else(|_| UdpSocket::bind("127.0.0.1:0")).expect("a port of this machine")
        };
        let sources = (0..SOURCES).map(|_| source(&mut rng)).collect();
        Flood { sources, rng }
    }

    /// So many datagrams, as fast as they go. What the system has no room for is lost, as in any flood.
    pub(crate) fn pour(&mut self, target: SocketAddrV4, count: usize) {
        for _ in 0..count {
            let datagram = self.datagram();
            let source = &self.sources[self.rng.random_range(0..self.sources.len())];
            let _ = source.send_to(&datagram, target);
        }
    }

    fn datagram(&mut self) -> Vec<u8> {
        let rng = &mut self.rng;
        let packet = match rng.random_range(0..8) {
            0 => return (0..rng.random_range(1..1200)).map(|_| rng.random()).collect(),
            1 => Packet::Up { pass: pass(rng), up: Up::Alive(Version(rng.random_range(0..9))) },
            2 => {
                let number = RequestNumber(rng.random_range(0..9));
                Packet::Up { pass: pass(rng), up: Up::Request { number, request: Request::Deregister } }
            }
            3 => {
                let cookie = Cookie(rng.random());
                Packet::Register { name: name(rng), nonce: Nonce(rng.random()), cookie }
            }
            _ => Packet::Register { name: name(rng), nonce: Nonce(rng.random()), cookie: Cookie::NONE },
        };
        encode(&[packet]).expect("it fits")
    }
}

fn name(rng: &mut StdRng) -> Name {
    Name::new(&format!("stranger{}", rng.random::<u32>())).expect("a good name")
}

/// Of a session that may be there, with a token that is a guess.
fn pass(rng: &mut StdRng) -> Pass {
    Pass { session: Session(rng.random_range(0..9)), token: Token(rng.random()) }
}
