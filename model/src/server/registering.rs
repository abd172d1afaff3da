//! Registering: a proof of address, then a session.

use std::borrow::Cow;

use stateright::actor::{Id, Out};

use crate::ids::{Cookie, Nonce, Pass, Session, Slot};
use crate::message::Message;
use crate::name::Name;
use crate::packet::{Entry, Packet, Refusal};

use super::{Online, Record, Server, ServerState, Turn};

/// Whoever has not echoed the cookie gets the cookie and nothing else, and leaves no trace but a permit that is missing
/// for a while. An old cookie still proves the address, so it costs no permit: a crowd that arrives at once is challenged
/// again and again, and no flood of strangers can keep it out. The cookie covers the version
/// of the directory. So a registration takes effect at most once: then the version has moved on, and a repeat proves
/// nothing any more. Nor can one that was refused, and whose client has gone, take effect later: what was in its way
/// cannot go without a new version.
pub(super) fn on_register(
    server: &Server,
    state: &mut Cow<'_, ServerState>,
    src: Id,
    name: Name,
    nonce: Nonce,
    cookie: Cookie,
    out: &mut Out<Server>,
) {
    if let Some(session) = registered(state, src, &name, nonce) {
        let (_, pass) = state.reach(session);
        let welcome = Packet::Welcome { nonce, pass };
        return super::buckets::answer_with(server, state, session, welcome, out);
    }
    let current = state.directory.version;
    let challenge = || Packet::Challenge { nonce, cookie: server.config.key.cookie(src, &name, current) };
    match server.config.key.proven(cookie, src, &name) {
        None => return super::buckets::answer_stranger(server, state, src, challenge(), out),
        Some(version) if version != current => return out.send(src, Message::Packet(challenge())),
        Some(_) => {}
    }
    match vacancy(server, state, src, &name) {
        Ok(slot) => server.turn(state, out).register(slot, name, src, nonce),
        Err((refusal, holder)) => {
            out.send(src, Message::Packet(Packet::Refused { nonce, refusal }));
            // The holder may be long dead. Ask it, so that nobody is locked out of a name or address by a ghost.
            if let Some(holder) = holder.filter(|&holder| super::probing::unasked(state, holder)) {
                server.turn(state, out).suspect(holder);
            }
        }
    }
}

/// The session that this very registration has led to, if it lasts.
fn registered(state: &ServerState, src: Id, name: &Name, nonce: Nonce) -> Option<Session> {
    let entry = state.directory.entry(state.directory.find(name)?);
    let record = &state.sessions[&entry.session];
    (entry.online && entry.address == src && record.nonce == nonce).then_some(entry.session)
}

/// Where to enter the name, or why not and who is in the way.
fn vacancy(
    server: &Server,
    state: &ServerState,
    src: Id,
    name: &Name,
) -> Result<Slot, (Refusal, Option<Session>)> {
    let directory = &state.directory;
    if name.is_reserved() {
        return Err((Refusal::Reserved, None));
    }
    let known = directory.find(name);
    if let Some(entry) = known.map(|slot| directory.entry(slot)).filter(|entry| entry.online) {
        return Err((Refusal::NameTaken, Some(entry.session)));
    }
    if let Some(slot) = directory.online_at(src) {
        return Err((Refusal::AddressTaken, Some(directory.entry(slot).session)));
    }
    known.or_else(|| directory.vacancy(server.config.limits.clients)).ok_or((Refusal::Full, None))
}

impl Turn<'_> {
    fn register(&mut self, slot: Slot, name: Name, address: Id, nonce: Nonce) {
        let session = self.state.give_out_session();
        if let Some(old) = self.state.directory.get(slot).map(|old| old.session) {
            self.state.remove_record(old);
        }
        self.state.put(slot, Entry { name, address, session, online: true });
        let token = self.config.key.token(session, address);
        let online = Some(Online::default());
        let record = Record { slot, address, token, nonce, last: None, kicked: false, online };
        self.state.insert_record(session, record);

        let pass = Pass { session, token };
        self.out.send(address, Message::Packet(Packet::Welcome { nonce, pass }));
        self.directory_changed();
    }
}
