//! Ports for tests.

#![allow(unreachable_pub, reason = "private where it is included elsewhere")]

use std::net::{TcpListener, UdpSocket};
use std::sync::{Mutex, PoisonError};

/// Ports that were free and that no other test of this process gets. Below the ports that systems give out by themselves, so that
/// nobody takes them in between; probed from a start that differs between processes.
pub fn ports<const N: usize>() -> [u16; N] {
    static FREE: Mutex<Ports> = Mutex::new(Ports { probed: 0, free: Vec::new() });
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    std::array::from_fn(|_| free.take())
}

/// Probes many at once, long before most of them are used: a program that another test starts just then holds a copy of the
/// probing socket until it is that program, and keeps the port from being free.
struct Ports {
    probed: u32,
    free: Vec<u16>,
}

impl Ports {
    fn take(&mut self) -> u16 {
        if self.free.is_empty() {
            let start = std::process::id().wrapping_mul(97);
            let next = self.probed..RANGE.min(self.probed + AT_ONCE);
            self.probed = next.end;
            let ports = next.map(|step| FIRST + u16::try_from(start.wrapping_add(step) % RANGE).unwrap());
            self.free = ports.rev().filter(|&port| is_free(port)).collect();
        }
        self.free.pop().expect("a free port")
    }
}

fn is_free(port: u16) -> bool {
    UdpSocket::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok()
}

const AT_ONCE: u32 = 500;
const FIRST: u16 = 10_000;
const RANGE: u32 = 20_000;
