//! The network of a stage: stands between everybody on loopback, sees every packet, and passes on what it is told to.
//!
//! Each client has two sockets here. One is what it takes for the server. The other is what the server, and with it everybody
//! else, takes for this client. So everything goes through here, direct messages too.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsFd;

use model::Packet;
use nix::poll::{PollFd, PollFlags};

/// Whoever takes part, by number: 0 is the server, then the people.
pub(super) type Who = usize;

/// From whom to whom.
pub(super) type Way = (Who, Who);

const SERVER: Who = 0;

/// The network.
#[derive(Debug)]
pub(super) struct Relay {
    server: SocketAddrV4,
    doors: Vec<Door>,
}

/// A client, seen from both sides.
#[derive(Debug)]
struct Door {
    /// Where the client is.
    client: SocketAddrV4,
    /// The server, as this client sees it.
    inside: UdpSocket,
    /// This client, as all others see it.
    outside: UdpSocket,
}

impl Relay {
    /// A network for a server at this port and clients at those.
    pub(super) fn new(server: u16, clients: &[u16]) -> io::Result<Relay> {
        let doors = clients.iter().map(|&port| Door::new(port)).collect::<io::Result<_>>()?;
        Ok(Relay { server: loopback(server), doors })
    }

    /// The port where a client finds the server.
    pub(super) fn server_for(&self, client: Who) -> io::Result<u16> {
        Ok(self.doors[client - 1].inside.local_addr()?.port())
    }

    /// Every packet that has come in, with its way. What does not come from anybody here, or is no datagram of the chat, is
    /// nothing.
    pub(super) fn receive(&self) -> io::Result<Vec<(Way, Packet)>> {
        let mut packets = Vec::new();
        for (who, door) in (1..).zip(&self.doors) {
            for (socket, is_inside) in [(&door.inside, true), (&door.outside, false)] {
                let mut buffer = [0; net::wire::DATAGRAM_MAX + 1];
                while let Some((length, src)) = next(socket, &mut buffer)? {
                    let way = if is_inside { (who, SERVER) } else { (self.who(src), who) };
                    let known = if is_inside { src == door.client.into() } else { way.0 != usize::MAX };
                    let datagram = net::wire::decode(&buffer[..length]);
                    packets
                        .extend(datagram.into_iter().flatten().filter(|_| known).map(|packet| (way, packet)));
                }
            }
        }
        Ok(packets)
    }

    /// Lets a packet arrive.
    pub(super) fn deliver(&self, way: Way, packet: &Packet) -> anyhow::Result<()> {
        let datagram = net::wire::encode(std::slice::from_ref(packet))?;
        let (socket, to) = match way {
            (from, SERVER) => (&self.doors[from - 1].outside, self.server),
            (SERVER, to) => (&self.doors[to - 1].inside, self.doors[to - 1].client),
            (from, to) => (&self.doors[from - 1].outside, self.doors[to - 1].client),
        };
        match socket.send_to(&datagram, to) {
            // What was sent before came to somebody who is gone; this is how that is told.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
            sent => Ok(sent.map(|_| ())?),
        }
    }

    /// What to wait for.
    pub(super) fn poll_fds(&self) -> impl Iterator<Item = PollFd<'_>> {
        self.doors
            .iter()
            .flat_map(|door| [&door.inside, &door.outside])
            .map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN))
    }

    fn who(&self, src: SocketAddr) -> Who {
        if src == self.server.into() {
            return SERVER;
        }
        let place = self.doors.iter().position(|door| src == door.client.into());
        place.map_or(usize::MAX, |place| place + 1)
    }
}

impl Door {
    fn new(port: u16) -> io::Result<Door> {
        let socket = || {
            let socket = UdpSocket::bind(loopback(0))?;
            socket.set_nonblocking(true)?;
            io::Result::Ok(socket)
        };
        Ok(Door { client: loopback(port), inside: socket()?, outside: socket()? })
    }
}

fn next(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Option<(usize, SocketAddr)>> {
    loop {
        match socket.recv_from(buffer) {
            Ok(received) => return Ok(Some(received)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            // Somebody to whom something was sent is gone.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn loopback(port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
}
