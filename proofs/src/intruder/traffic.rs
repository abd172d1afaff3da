//! Amplification: whether the server ever sends an address that nobody has proven more than came from it.

use model::{Packet, ServerState};
use stateright::actor::{ActorModelAction, Id, Network};

use crate::system::{Action, Envelope, KEY, SERVER, State, server};

/// Whether in this step the server sent such an address more than one datagram, or more bytes, than had just come from
/// it. So neither datagrams nor bytes to it are ever more than those from it.
pub(super) fn amplifies(last: &State, action: &Action, next: &State) -> bool {
    let sent = new_envelopes(last, next);
    let question = match action {
        ActorModelAction::Deliver { src, dst, msg } if usize::from(*dst) == SERVER => Some((*src, msg)),
        _ => None,
    };
    let proven = |address: Id| {
        let shown = question.is_some_and(|(src, packet)| src == address && shows_cookie(src, packet));
        shown || is_listed(server(last), address) || is_listed(server(next), address)
    };
    let strange = |envelope: &&&Envelope| usize::from(envelope.src) == SERVER && !proven(envelope.dst);
    let answers: Vec<&Envelope> = sent.iter().filter(|it| strange(it)).copied().collect();
    let fits = |answer: &&Envelope| {
        question.is_some_and(|(src, packet)| src == answer.dst && answer.msg.length() <= packet.length())
    };
    answers.len() > 1 || !answers.iter().all(fits)
}

fn new_envelopes<'a>(last: &State, next: &'a State) -> Vec<&'a Envelope> {
    let (Network::UnorderedDuplicating(before, _), Network::UnorderedDuplicating(after, _)) =
        (&last.network, &next.network)
    else {
        return Vec::new();
    };
    after.iter().filter(|envelope| !before.contains(*envelope)).collect()
}

/// Whoever shows a cookie of this server has received what was sent to its address.
fn shows_cookie(src: Id, packet: &Packet) -> bool {
    matches!(packet, Packet::Register { name, cookie, .. } if KEY.proven(*cookie, src, name).is_some())
}

/// Whoever is in the directory has shown one.
fn is_listed(server: &ServerState, address: Id) -> bool {
    server.directory.entries().any(|entry| entry.address == address)
}
