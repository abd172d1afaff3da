//! Brings the records of several hosts into one order in which every packet was sent before it was received.
//!
//! Where that leaves a choice, the clocks decide. They may be off: any order that respects who heard from whom is a way in
//! which the run can have gone.

use std::collections::HashMap;

use model::{Packet, Text};
use net::record::{Ending, Input, Texts as Recording};

use super::hosts::Hosts;
use super::load::Recorded;
use super::single::Replayed;
use super::texts::{Language, Texts, Word};

/// A record in the order of all.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Whose.
    pub life: usize,
    /// Which of its records, from 0.
    pub step: usize,
    /// Where the packet comes from, if it is one.
    pub source: Source,
}

/// Where a packet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is none.
    None,
    /// Somebody recorded sent it.
    Sent(Sent),
    /// It comes from somebody who was not recorded.
    Foreign,
    /// Whoever it seems to come from was recorded, and did not send it.
    Forged,
    /// It comes from somebody whose recording ends before, or misses something before the next life.
    Beyond,
}

/// A packet that was sent: by which life, in which record, and at which place among the packets to known hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sent {
    /// Whose.
    pub life: usize,
    /// Which of its records.
    pub step: usize,
    /// Which packet of these.
    pub place: usize,
}

/// All records in one order.
#[derive(Debug)]
pub struct Merged {
    /// The records.
    pub moments: Vec<Moment>,
    /// How many packets to recorded hosts did not arrive.
    pub lost: usize,
    pub(super) texts: Texts,
}

/// Merges.
pub fn merge(hosts: &Hosts, recorded: &[Recorded], replayed: &[Replayed]) -> Merged {
    let mut merging = Merging {
        hosts,
        recorded,
        sent: sent(hosts, replayed),
        done: vec![0; recorded.len()],
        texts: Texts::default(),
    };
    let mut moments = Vec::new();
    while let Some(moment) = merging.next() {
        merging.done[moment.life] += 1;
        moments.push(moment);
    }
    let lost = merging.lost(&moments);
    Merged { moments, lost, texts: merging.texts }
}

/// Packets that are the same but for their texts.
type Key = (usize, usize, Packet);

struct Merging<'a> {
    hosts: &'a Hosts,
    recorded: &'a [Recorded],
    /// With the text of each.
    sent: HashMap<Key, Vec<(Sent, Option<Text>)>>,
    /// How many records of each life are in order.
    done: Vec<usize>,
    texts: Texts,
}

impl Merging<'_> {
    /// The earliest record that can come now. If none can, the recordings contradict each other, or somebody has said the same
    /// before, unrecorded. Then the earliest is taken for what nobody recorded has sent.
    fn next(&mut self) -> Option<Moment> {
        let heads: Vec<(u64, usize)> = self.heads().collect();
        let mut blocked = None;
        for (_, life) in heads {
            let step = self.done[life];
            match self.source(life, step) {
                Some(source) => return Some(self.take(Moment { life, step, source })),
                None => {
                    blocked =
                        blocked.or_else(|| Some(Moment { life, step, source: self.unsent(life, step) }));
                }
            }
        }
        blocked
    }

    /// The next record of every host, the earliest first.
    fn heads(&self) -> impl Iterator<Item = (u64, usize)> {
        let head = |lives: &Vec<usize>| {
            let life = lives.iter().copied().find(|life| self.done[*life] < self.steps(*life).len())?;
            Some((self.recorded[life].time(self.done[life]), life))
        };
        let mut heads: Vec<_> = self.hosts.0.iter().filter_map(|host| head(&host.lives)).collect();
        heads.sort_unstable();
        heads.into_iter()
    }

    fn steps(&self, life: usize) -> &[(usize, net::record::Record)] {
        &self.recorded[life].life.steps
    }

    /// Where the packet of a record comes from; nothing if it is still to be sent.
    fn source(&self, life: usize, step: usize) -> Option<Source> {
        let Input::Packet { from, packet } = &self.steps(life)[step].1.input else {
            return Some(Source::None);
        };
        let Some(source) = self.hosts.at(*from) else { return Some(Source::Foreign) };
        let mut packet = packet.clone();
        if self.hosts.0[source].lives.is_empty() {
            return Some(Source::Foreign);
        }
        let text = blank(&mut packet);
        let key = (source, self.hosts.of_life(life), packet);
        let fits = |(sent, said): &&(Sent, Option<Text>)| match (said, &text) {
            (Some(said), Some(heard)) => {
                self.texts.agree(&self.word(sent.life, said), &self.word(life, heard))
            }
            _ => true,
        };
        let mut fitting = self.sent.get(&key).into_iter().flatten().filter(fits);
        if fitting.clone().next().is_none() {
            return self.never_sent(source);
        }
        // The last one that is out: an earlier one that was the same is more likely to have been lost.
        let out = fitting.rfind(|(sent, _)| sent.step < self.done[sent.life]);
        match out {
            Some((sent, _)) => Some(Source::Sent(*sent)),
            // Who was killed may have said it before, and says it once more when it is back.
            None => self.is_gone(source).then_some(Source::Beyond),
        }
    }

    /// What to make of a packet for whose sending nobody can wait.
    fn unsent(&self, life: usize, step: usize) -> Source {
        let source = match &self.steps(life)[step].1.input {
            Input::Packet { from, .. } => self.hosts.at(*from),
            _ => None,
        };
        source.and_then(|source| self.never_sent(source)).unwrap_or(Source::Forged)
    }

    /// Whether the recording of the life that a host is in has come to its end, and the host had not.
    fn is_gone(&self, host: usize) -> bool {
        let current = self.hosts.0[host].lives.iter().rfind(|life| self.done[**life] > 0);
        current.is_some_and(|life| {
            self.done[*life] == self.steps(*life).len()
                && !matches!(self.recorded[*life].life.ending, Ending::Stopped(_))
        })
    }

    /// What to make of a packet that its source has not sent, as far as it was recorded. Nothing yet, if its recording has
    /// still to come to an end before its time.
    fn never_sent(&self, source: usize) -> Option<Source> {
        let lives = self.hosts.0[source].lives.iter();
        let mut unfinished =
            lives.filter(|life| !matches!(self.recorded[**life].life.ending, Ending::Stopped(_))).peekable();
        if unfinished.peek().is_none() {
            return Some(Source::Forged);
        }
        unfinished.any(|life| self.done[*life] == self.steps(*life).len()).then_some(Source::Beyond)
    }

    /// What was sent more often than it arrived. A packet that was repeated on its way makes up for no other one.
    fn lost(&self, moments: &[Moment]) -> usize {
        let mut often: HashMap<Sent, usize> = HashMap::new();
        for moment in moments {
            if let Source::Sent(sent) = moment.source {
                *often.entry(sent).or_default() += 1;
            }
        }
        let to_recorded = self.sent.iter().filter(|((_, to, _), _)| !self.hosts.0[*to].lives.is_empty());
        let lost = |sent: &Vec<(Sent, Option<Text>)>| {
            let count: usize = sent.iter().filter_map(|(sent, _)| often.get(sent)).sum();
            sent.len().saturating_sub(count)
        };
        to_recorded.map(|(_, sent)| lost(sent)).sum()
    }

    /// Both ends of a packet have the same text.
    fn take(&mut self, moment: Moment) -> Moment {
        if let Source::Sent(sent) = moment.source
            && let Input::Packet { from, packet } = &self.steps(moment.life)[moment.step].1.input
        {
            let mut packet = packet.clone();
            if let Some(heard) = blank(&mut packet)
                && let Some(source) = self.hosts.at(*from)
            {
                let key = (source, self.hosts.of_life(moment.life), packet);
                let said = self.sent.get(&key).into_iter().flatten().find(|(it, _)| *it == sent);
                if let Some(said) = said.and_then(|(_, said)| said.clone()) {
                    let (said, heard) = (self.word(sent.life, &said), self.word(moment.life, &heard));
                    self.texts.join(&said, &heard);
                }
            }
        }
        moment
    }

    fn word(&self, life: usize, text: &Text) -> Word {
        word(self.recorded, life, text)
    }
}

/// A text as a recording has it.
pub(super) fn word(recorded: &[Recorded], life: usize, text: &Text) -> Word {
    let language = match recorded[life].life.header.texts {
        Recording::Plain => Language::Plain,
        Recording::Digests => Language::Digests(life),
    };
    Word(language, text.clone())
}

/// Everything that was sent, by what it is but for its text.
fn sent(hosts: &Hosts, replayed: &[Replayed]) -> HashMap<Key, Vec<(Sent, Option<Text>)>> {
    let mut all: HashMap<Key, Vec<(Sent, Option<Text>)>> = HashMap::new();
    for (life, replayed) in replayed.iter().enumerate() {
        let source = hosts.of_life(life);
        for (step, sent) in replayed.sent.iter().enumerate() {
            let to_known = sent.iter().filter_map(|(to, packet)| Some((hosts.at((*to).into())?, packet)));
            for (place, (to, packet)) in to_known.enumerate() {
                let mut packet = packet.clone();
                let text = blank(&mut packet);
                all.entry((source, to, packet)).or_default().push((Sent { life, step, place }, text));
            }
        }
    }
    all
}

/// Takes the text out of a packet.
pub(super) fn blank(packet: &mut Packet) -> Option<Text> {
    let text = packet.text_mut()?;
    let nothing = Text::new("-").unwrap_or_else(|_| text.clone());
    Some(std::mem::replace(text, nothing))
}
