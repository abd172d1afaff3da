//! Plays a counterexample with real programs.
//!
//! Nothing is left to chance. Every packet of the script is held until the script lets it arrive; what the script does not know
//! passes. The next step begins when everybody has come to rest: no thread of a program wants to run, and nothing is on its way.
//! Only timers take real time. A timer that is early changes nothing, since what it sends is held like everything else. One that
//! gives up too early does, so programs that have to give up get longer waits until they keep to the script.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::cast::{Casting, Retries};
use super::counterexample::{Counterexample, Event, Moment};
use super::names::{Key, Names, without_session};
use super::player::{Entry, Player, Work};
use super::program_notes::shown;
use super::relay::{Relay, Way, Who};
use crate::system::SERVER;

/// How a play went.
#[derive(Clone, Debug)]
pub struct Play {
    /// Everybody's terminal: the server's, then the people's in their order.
    pub transcripts: Vec<(String, Vec<Entry>)>,
    /// What did not go as the script says, in sentences.
    pub deviations: Vec<String>,
}

/// Plays it once. Programs that have to give up wait this long before each attempt.
///
/// # Errors
/// When a program cannot be started, or does not come as far as the first step.
pub(super) fn play(script: &Counterexample, casting: &Casting, patience: Duration) -> anyhow::Result<Play> {
    let mut stage = Stage::new(script, casting, patience)?;
    stage.open()?;
    for (number, step) in (1..).zip(&script.steps) {
        stage.step(number, step)?;
    }
    stage.finale()?;
    let names = std::iter::once("server".to_owned()).chain(script.people.iter().map(|it| it.who.clone()));
    let transcripts = names.zip(stage.players.iter_mut().map(|it| std::mem::take(&mut it.transcript)));
    Ok(Play { transcripts: transcripts.collect(), deviations: stage.deviations })
}

/// A play that goes on.
struct Stage<'a> {
    script: &'a Counterexample,
    casting: &'a Casting,
    patience: Duration,
    relay: Relay,
    players: Vec<Player>,
    names: Names,
    /// The packets that the script knows. Held while it is being played.
    scripted: BTreeSet<Key>,
    holds: bool,
    /// The last copy of each packet that has been sent, and how often it was.
    sent: BTreeMap<Key, (model::Packet, usize)>,
    deviations: Vec<String>,
}

impl<'a> Stage<'a> {
    fn new(
        script: &'a Counterexample,
        casting: &'a Casting,
        patience: Duration,
    ) -> anyhow::Result<Stage<'a>> {
        let relay = Relay::new(casting.server_port(), casting.client_ports())
            .context("no sockets for the network of the stage")?;
        let players = std::iter::repeat_with(Player::default).take(script.people.len() + 1).collect();
        let mut stage = Stage {
            script,
            casting,
            patience,
            relay,
            players,
            names: Names::default(),
            scripted: BTreeSet::new(),
            holds: false,
            sent: BTreeMap::new(),
            deviations: Vec::new(),
        };
        stage.scripted = (0..script.packets.len()).map(|packet| stage.key(packet)).collect();
        Ok(stage)
    }

    /// Everything up to the first step.
    fn open(&mut self) -> anyhow::Result<()> {
        self.start(SERVER, "server")?;
        self.await_line(SERVER, "Server is online")?;
        if !self.script.registered {
            self.holds = true;
            return Ok(());
        }
        let script = self.script;
        for (who, person) in (1..).zip(&script.people) {
            self.start(who, person.name.as_str())?;
            self.await_line(who, "Welcome, You are registered.")?;
            self.rest(None)?;
        }
        for line in &script.before {
            let who = self.who(&line.who);
            let before = self.players[who].work();
            self.players[who].types(&line.types);
            self.rest(Some((who, &before)))?;
        }
        // What was under way before the first step has been sent once; the rest has yet to be.
        let old = script.packets.iter().enumerate().filter(|(_, packet)| packet.sent.is_none());
        let old: BTreeSet<Key> = old.map(|(place, _)| self.key(place)).collect();
        self.sent.retain(|key, (_, count)| {
            *count = 1;
            old.contains(key)
        });
        self.holds = true;
        Ok(())
    }

    fn step(&mut self, number: usize, step: &Moment) -> anyhow::Result<()> {
        let who = self.who(&step.who);
        let before = self.players[who].work();
        match &step.event {
            Event::Starts if who == SERVER => {}
            Event::Starts => self.start(who, &self.script.people[who - 1].name.to_string())?,
            Event::Types { line } => self.players[who].types(line),
            Event::Interrupts => self.players[who].signal(Signal::SIGINT, "^C"),
            Event::StartsAs { name } => {
                self.players[who].kill("killed")?;
                self.start(who, name)?;
            }
            Event::Receives { packet } => {
                let key = self.key(*packet);
                let Some((packet, _)) = self.sent.get(&key) else {
                    let words = format!("step {number}: \"{}\" was never sent, so it cannot arrive", key.1);
                    self.deviations.push(words);
                    return Ok(());
                };
                self.relay.deliver(key.0, packet)?;
            }
            Event::Fires { .. } => return self.await_timer(number, who, step),
            Event::Crashes => self.players[who].kill("killed")?,
            Event::Recovers | Event::Ordered { .. } => bail!("{}", unplayable(&step.event)),
            // It has been held, and will not be passed on.
            Event::Loses { .. } => return Ok(()),
        }
        self.rest(Some((who, &before)))?;
        if !self.has_sent(step) {
            self.miss(number, step);
        }
        Ok(())
    }

    /// A timer fires when its time has come. Until then, everything is held.
    fn await_timer(&mut self, number: usize, who: Who, step: &Moment) -> anyhow::Result<()> {
        if step.sends.is_empty() && step.reads.is_empty() {
            return Ok(());
        }
        let wait = self.wait(who) * u32::from(self.script.limits.attempts) * 2 + STALLED;
        let printed = self.players[who].transcript.len();
        self.until(wait, |stage| {
            let player = &stage.players[who];
            !player.is_running()
                || (!step.sends.is_empty() && stage.has_sent(step))
                || (step.sends.is_empty() && player.transcript.len() > printed)
        })?;
        self.rest(None)?;
        if !self.has_sent(step) {
            self.miss(number, step);
        }
        Ok(())
    }

    /// Nothing is held any more, and everybody leaves.
    fn finale(&mut self) -> anyhow::Result<()> {
        self.holds = false;
        for player in &mut self.players {
            player.transcript.push(Entry::Finale);
        }
        for who in (1..self.players.len()).chain([SERVER]) {
            if who == SERVER {
                self.players[who].signal(Signal::SIGTERM, "SIGTERM");
            } else {
                self.players[who].close();
            }
            self.until(ENDING, |stage| !stage.players[who].is_running())?;
            self.players[who].kill("did not end, and was killed")?;
        }
        Ok(())
    }

    fn start(&mut self, who: Who, name: &str) -> anyhow::Result<()> {
        let attempts = if self.gives_up(who) { self.script.limits.attempts } else { u8::MAX };
        let retries = Retries { wait: self.wait(who), attempts };
        let server = if who == SERVER { None } else { Some(self.relay.server_for(who)?) };
        let mut command = self.casting.command(who, name, server, retries, &self.script.limits);
        self.players[who].start(&mut command)
    }

    fn gives_up(&self, who: Who) -> bool {
        gives_up(self.script, &self.name(who))
    }

    fn wait(&self, who: Who) -> Duration {
        if self.gives_up(who) { self.patience } else { SHORT_WAIT }
    }

    fn has_sent(&self, step: &Moment) -> bool {
        step.sends.iter().all(|&packet| {
            let count = self.sent.get(&self.key(packet)).map_or(0, |(_, count)| *count);
            count >= self.script.packets[packet].attempt
        })
    }

    fn miss(&mut self, number: usize, step: &Moment) {
        let missing = step.sends.iter().filter(|&&packet| {
            let count = self.sent.get(&self.key(packet)).map_or(0, |(_, count)| *count);
            count < self.script.packets[packet].attempt
        });
        let missing: Vec<String> = missing
            .map(|&packet| format!("\"{}\"", without_session(&self.script.packets[packet].says)))
            .collect();
        self.deviations.push(format!("step {number}: {} did not send {}", step.who, missing.join(", ")));
    }

    /// Waits until everybody rests; somebody in particular only after having done something.
    fn rest(&mut self, stirred: Option<(Who, &Option<Work>)>) -> anyhow::Result<()> {
        let end = Instant::now() + STALLED;
        let mut last = self.works();
        loop {
            let any = self.pump()?;
            let now = self.works();
            let rests = !any
                && now.iter().zip(&last).all(|(now, last)| match (now, last) {
                    (Some(now), Some(last)) => now.rests_since(last),
                    (None, None) => true,
                    _ => false,
                });
            let has_stirred = stirred.is_none_or(|(who, before)| now[who] != *before);
            if (rests && has_stirred) || Instant::now() > end {
                return Ok(());
            }
            last = now;
            self.wait_for_something(TICK)?;
        }
    }

    fn works(&self) -> Vec<Option<Work>> {
        self.players.iter().map(Player::work).collect()
    }

    /// Waits until something is so, or this much time has passed.
    fn until(&mut self, wait: Duration, is_so: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let end = Instant::now() + wait;
        loop {
            self.pump()?;
            if is_so(self) || Instant::now() > end {
                return Ok(());
            }
            self.wait_for_something(TICK)?;
        }
    }

    /// Takes what has been sent and printed, and passes on what is not held. Whether there was anything.
    fn pump(&mut self) -> anyhow::Result<bool> {
        let packets = self.relay.receive()?;
        let mut any = !packets.is_empty();
        for (way, packet) in packets {
            let key = (way, self.names.of(&packet, &self.name(way.1)));
            let held = self.holds && self.scripted.contains(&key);
            let count = self.sent.get(&key).map_or(0, |(_, count)| *count);
            if !held {
                self.relay.deliver(way, &packet)?;
            }
            self.sent.insert(key, (packet, count + 1));
        }
        for player in &mut self.players {
            any |= player.drain()?;
        }
        Ok(any)
    }

    fn wait_for_something(&self, wait: Duration) -> anyhow::Result<()> {
        let outputs = self.players.iter().filter_map(Player::output);
        let outputs = outputs.map(|output| PollFd::new(output, PollFlags::POLLIN));
        let mut fds: Vec<PollFd<'_>> = self.relay.poll_fds().chain(outputs).collect();
        match poll(&mut fds, PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO)) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
            Err(error) => Err(error).context("cannot wait for the programs"),
        }
    }

    fn await_line(&mut self, who: Who, line: &str) -> anyhow::Result<()> {
        self.until(BEGINNING, |stage| stage.has_read(who, line) || !stage.players[who].is_running())?;
        let (name, terminal) = (self.name(who), &self.players[who].transcript);
        let terminal: Vec<String> = terminal.iter().map(shown).collect();
        anyhow::ensure!(
            self.has_read(who, line),
            "{name} did not come as far as \"{line}\"; its terminal:\n  {}",
            terminal.join("\n  ")
        );
        Ok(())
    }

    fn has_read(&self, who: Who, line: &str) -> bool {
        let is_it = |entry: &Entry| matches!(entry, Entry::Read(read) if read.ends_with(line));
        self.players[who].transcript.iter().any(is_it)
    }

    fn key(&self, packet: usize) -> Key {
        let packet = &self.script.packets[packet];
        let way: Way = (self.who(&packet.from), self.who(&packet.to));
        (way, without_session(&packet.says).to_owned())
    }

    fn who(&self, name: &str) -> Who {
        self.script.people.iter().position(|person| person.who == name).map_or(SERVER, |place| place + 1)
    }

    fn name(&self, who: Who) -> String {
        if who == SERVER { "server".into() } else { self.script.people[who - 1].who.clone() }
    }
}

/// Of programs that only ever send again. They may do so as often as they like.
const SHORT_WAIT: Duration = Duration::from_millis(300);
/// How long a program may take to come as far as the first step, or to end.
const BEGINNING: Duration = Duration::from_secs(60);
const ENDING: Duration = Duration::from_secs(60);
/// Nobody takes so long for a step, however busy the machine is.
const STALLED: Duration = Duration::from_secs(30);
/// How often to look whether everybody rests.
const TICK: Duration = Duration::from_millis(2);

/// What is wrong with a step that cannot be played; nothing if it can.
pub(super) fn unplayable(event: &Event) -> &'static str {
    match event {
        Event::Recovers => "nobody comes back with what it had on a stage",
        Event::Ordered { .. } => "nobody orders anything of a server on a stage",
        _ => "",
    }
}

/// Whether somebody has to give up in time, so that longer waits can help.
pub(super) fn is_in_a_hurry(script: &Counterexample) -> bool {
    let everybody = std::iter::once("server").chain(script.people.iter().map(|it| it.who.as_str()));
    everybody.into_iter().any(|who| gives_up(script, who))
}

/// Whether a timer of this program has to do more than send again.
fn gives_up(script: &Counterexample, who: &str) -> bool {
    let again = |&packet: &usize| script.packets[packet].attempt > 1;
    script.steps.iter().filter(|step| step.who == who).any(|step| {
        matches!(step.event, Event::Fires { .. }) && !(step.sends.iter().all(again) && step.reads.is_empty())
    })
}
