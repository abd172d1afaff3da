//! The actor around the actor: what `spawn` runs.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use model::changes::Changing;
use model::{Message, Packet, Timer, console};
use rand::Rng;
use stateright::actor::{Actor, Command as Output, Id, Out};

use super::Hosted;
use super::bell::earlier;
use super::console::{ASKED, Asked, Shared};
use super::crash;
use super::faults::BadNetwork;
use super::frame::Frame;
use super::gather::{BURST, Gather};
use super::inbox::Told;
use super::outbox::Outbox;
use super::timers::Timers;
use crate::record::{Digest, Input, Recorder, apply, sum_of_outputs};
use crate::seal::{SEALED_BODY_MAX, Sealer};
use crate::store::{Keep, Store};
use crate::wire::{self, DATAGRAM_MAX};

/// An actor with everything that `spawn` does not give it.
pub(super) struct Host<A: Hosted> {
    actor: A,
    /// `spawn` hands out `&self` only.
    desk: RefCell<Desk<A::Storage>>,
}

/// The state of the actor, as `spawn` holds it. Always owned, so `to_mut` never clones.
#[derive(Clone, PartialEq, Hash)]
pub(super) struct Held<S: Clone + 'static>(Cow<'static, S>);

/// What lies between an actor and the world.
pub(super) struct Desk<S> {
    shared: Arc<Shared>,
    /// Told once, when the actor has started; then empty.
    started: Option<SyncSender<()>>,
    console: Receiver<Asked>,
    timers: Timers<Timer>,
    /// The timer that fires in this step.
    fired: Option<Timer>,
    /// What the clock showed when it was last looked at: after each step. Asking it takes longer than most of what a step does.
    now: Instant,
    gather: Gather,
    /// Empty between wake-ups.
    outbox: Outbox,
    /// What the actor wants at a step, what came in as one datagram, and what goes out: empty between wake-ups, kept for their memory.
    outputs: Vec<Output<Message, Timer, (), S>>,
    packets: Vec<Packet>,
    datagrams: Vec<(Id, Vec<u8>)>,
    sealer: Option<Sealer>,
    faults: Option<BadNetwork>,
    recorder: Option<Recorder>,
    store: Option<Store>,
    /// When the bell will ring next, as far as it was told. Never later than anything is due.
    asked: Option<Instant>,
}

impl<A: Hosted> Host<A> {
    pub(super) fn new(actor: A, desk: Desk<A::Storage>) -> Host<A> {
        Host { actor, desk: RefCell::new(desk) }
    }

    /// One wake-up, in the order of the module's list.
    fn wake(
        &self,
        id: Id,
        state: &mut Cow<'static, A::State>,
        source: Id,
        frame: Frame,
        out: &mut Out<Self>,
    ) {
        let desk = &mut *self.desk.borrow_mut();
        let Some(frames) = desk.gather.take(source, frame, desk.shared.bell.is_knocked()) else { return };
        // First: a knock taken after looking at what it was for would be lost.
        let knocked = desk.shared.bell.hear();
        if desk.shared.stopping() {
            if let Some(recorder) = &mut desk.recorder {
                recorder.end(&**state);
            }
            crash::stop();
        }
        desk.now = Instant::now();
        for (source, frame) in &frames {
            self.take_datagram(desk, id, state, *source, frame);
        }
        let now = desk.now;
        // The time stands still here, so a timer that always sets itself to fire at once has to come again.
        while let Some(timer) = desk.timers.pop(now) {
            tracing::trace!(%id, ?timer, "fired");
            desk.fired = Some(timer);
            self.step(desk, id, state, desk.now, Input::Timer(timer));
            desk.fired = None;
            desk.timers.fired();
        }
        // No more than can wait: whoever sends on meanwhile has rung for it. And nothing unless somebody has knocked: whoever has just
        // put something there will.
        let most = if knocked { ASKED } else { 0 };
        for _ in 0..most {
            let Ok(asked) = desk.console.try_recv() else { break };
            let input = match asked {
                Asked::Command(command) => Input::Command(command),
                Asked::Order(order) => Input::Order(order),
            };
            self.step(desk, id, state, desk.now, input);
        }
        desk.finish(frames.len(), out);
        desk.gather.reuse(frames);
    }

    /// Lets the actor see the packets of a datagram.
    fn take_datagram(
        &self,
        desk: &mut Desk<A::Storage>,
        id: Id,
        state: &mut Cow<'static, A::State>,
        source: Id,
        frame: &Frame,
    ) {
        let (at, from) = (desk.now, source.into());
        let Some(datagram) = desk.receive(source, frame) else { return };
        let mut packets = std::mem::take(&mut desk.packets);
        for packet in packets.drain(..) {
            tracing::trace!(%id, %source, ?packet, "received");
            let input = Input::Packet { from, packet };
            let sum = desk.step(|out| apply(&self.actor, id, state, input, out)).1;
            if let Some(recorder) = desk.recording() {
                recorder.packet(at, sum, &**state);
            }
        }
        desk.packets = packets;
        if let Some(recorder) = desk.recording() {
            recorder.datagram(at, from, &datagram);
        }
    }

    /// Lets the actor see any other input that came in at this time.
    fn step(
        &self,
        desk: &mut Desk<A::Storage>,
        id: Id,
        state: &mut Cow<'static, A::State>,
        at: Instant,
        input: Input,
    ) {
        let recorded = desk.recording().map(|_| input.clone());
        let sum = desk.step(|out| apply(&self.actor, id, state, input, out)).1;
        desk.record(at, recorded, sum, &**state);
    }
}

impl<A: Hosted> Actor for Host<A> {
    type Msg = Frame;
    type Timer = ();
    type State = Held<A::State>;
    type Storage = ();
    type Random = ();

    fn on_start(&self, id: Id, _: &Option<()>, out: &mut Out<Self>) -> Self::State {
        let desk = &mut *self.desk.borrow_mut();
        desk.shared.bound();
        crash::hush_thread();
        if let Some(recorder) = &mut desk.recorder {
            recorder.life(id.into());
        }
        let saved = desk.store.as_ref().and_then(A::Storage::take);
        desk.now = Instant::now();
        let (state, sum) = desk.step(|out| self.actor.on_start(id, &saved, out));
        let recorded = desk.recorder.as_ref().map(|_| Input::start(saved.as_ref()));
        desk.record(desk.now, recorded, sum, &state);
        desk.finish(0, out);
        if let Some(started) = desk.started.take() {
            // Whoever started this host may be gone, which is its affair.
            let _ = started.send(());
        }
        Held(Cow::Owned(state))
    }

    fn on_msg(
        &self,
        id: Id,
        state: &mut Cow<'_, Self::State>,
        source: Id,
        frame: Frame,
        out: &mut Out<Self>,
    ) {
        self.wake(id, &mut state.to_mut().0, source, frame, out);
    }
}

impl<S: Keep + Hash> Desk<S> {
    pub(super) fn new(
        shared: Arc<Shared>,
        started: SyncSender<()>,
        console: Receiver<Asked>,
        faults: Option<BadNetwork>,
        sealer: Option<Sealer>,
        recorder: Option<Recorder>,
        store: Option<Store>,
    ) -> Desk<S> {
        let max = if sealer.is_some() { SEALED_BODY_MAX } else { DATAGRAM_MAX };
        Desk {
            shared,
            started: Some(started),
            console,
            timers: Timers::new(),
            fired: None,
            now: Instant::now(),
            gather: Gather::default(),
            outbox: Outbox::new(max),
            outputs: Vec::new(),
            packets: Vec::new(),
            datagrams: Vec::new(),
            sealer,
            faults,
            recorder,
            store,
            asked: None,
        }
    }

    /// Takes the packets out of what came in, if it is a datagram of ours, and gives back the datagram itself.
    fn receive(&mut self, source: Id, frame: &Frame) -> Option<Vec<u8>> {
        let counters = &self.shared.counters;
        if frame.is_doorbell() {
            counters.doorbell();
            return None;
        }
        let bytes = frame.take();
        counters.received(bytes.len());
        let datagram = self.unsealed(source, bytes)?;
        if let Err(error) = wire::decode_into(&datagram, &mut self.packets) {
            let count = counters.undecodable(error);
            // Anyone can send rubbish at any rate, so say it ever more rarely.
            if count.is_power_of_two() {
                tracing::debug!(%source, reason = error.reason(), count, "undecodable");
            }
            return None;
        }
        Some(datagram)
    }

    /// The datagram itself; nothing if it does not pass the seal.
    fn unsealed(&self, source: Id, datagram: Vec<u8>) -> Option<Vec<u8>> {
        let Some(sealer) = &self.sealer else { return Some(datagram) };
        match sealer.open(source, &datagram) {
            Ok(datagram) => Some(datagram),
            Err(error) => {
                let count = self.shared.counters.refused(error);
                if count.is_power_of_two() {
                    tracing::debug!(%source, reason = error.reason(), count, "refused");
                }
                None
            }
        }
    }

    /// Lets the actor take one step and carries out what it wants; what it wants saved comes first. If it is recorded, also
    /// the digest of that.
    fn step<A, T>(&mut self, step: impl FnOnce(&mut Out<A>) -> T) -> (T, Digest)
    where
        A: Hosted<Storage = S>,
    {
        // Which keeps their memory, as an `Out` of its own would not.
        let mut out: Out<A> = std::mem::take(&mut self.outputs).into_iter().collect();
        let result = match self.recording() {
            Some(recorder) => recorder.watch(|| step(&mut out)),
            None => step(&mut out),
        };
        let now = Instant::now();
        self.shared.counters.step_took(now - self.now);
        self.now = now;
        let sum = self.recording().map_or(Digest(0), |recorder| sum_of_outputs(recorder.words(), &out));
        let mut outputs: Vec<_> = out.into_iter().collect();
        for save in outputs.extract_if(.., |output| matches!(output, Output::Save(_))) {
            self.save(save);
        }
        let mut told = Vec::new();
        for output in outputs.drain(..) {
            match output {
                Output::Send(to, message) => told.extend(self.send(to, message)),
                Output::SetTimer(timer, wait) => {
                    let waited = self.timers.set(timer, now + draw(wait), now);
                    self.answered(&timer, waited);
                }
                Output::CancelTimer(timer) => {
                    let waited = self.timers.cancel(&timer, now);
                    self.answered(&timer, waited);
                }
                Output::ChooseRandom(..) | Output::Save(_) => bug("the actor wants what no host has"),
            }
        }
        self.outputs = outputs;
        if !told.is_empty() {
            if self.shared.waits() {
                self.keep_nothing_back();
            }
            self.shared.tell(told);
        }
        (result, sum)
    }

    /// What cannot be saved must not be spoken of, so the host ends.
    fn save(&mut self, save: Output<Message, Timer, (), S>) {
        let Output::Save(storage) = save else { return };
        self.keep_nothing_back();
        match &self.store {
            Some(store) => storage.keep(store).unwrap_or_else(|error| crash::unsaved(error.to_string())),
            None => bug("the actor wants to save, and there is no store"),
        }
    }

    /// Before something that may take long: should it never end, the recording has to tell what came before it.
    fn keep_nothing_back(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.hand_over_all();
        }
    }

    fn answered(&self, timer: &Timer, waited: Option<Duration>) {
        if let Some(waited) = waited {
            self.shared.counters.answered(timer, waited);
        }
    }

    /// The recorder, as long as anybody still writes.
    fn recording(&mut self) -> Option<&mut Recorder> {
        self.recorder.as_mut().filter(|recorder| recorder.is_open())
    }

    fn record(&mut self, at: Instant, input: Option<Input>, sum: Digest, state: &impl Changing) {
        if let (Some(recorder), Some(input)) = (&mut self.recorder, input) {
            recorder.step(at, input, sum, state);
        }
    }

    /// Posts a packet, or gives back what is for the console.
    fn send(&mut self, to: Id, message: Message) -> Option<Told> {
        match message {
            Message::Event(event) if to == console() => return Some(Told::Event(event)),
            Message::Notice(notice) if to == console() => return Some(Told::Notice(notice)),
            Message::Packet(packet) if to != console() => self.post(to, &packet),
            _ => bug("a packet to the console, or anything else to a peer"),
        }
        None
    }

    fn post(&mut self, to: Id, packet: &Packet) {
        tracing::trace!(%to, ?packet, "sent");
        if let Some(timer) = self.fired.filter(|timer| timer.repeats(packet)) {
            self.shared.counters.repeated(&timer);
        }
        if !is_address(to) {
            // A peer may have named it, so this is no bug of ours.
            self.shared.counters.unsendable();
        } else if self.outbox.put(to, packet).is_err() {
            bug("a packet that fits in no datagram");
        }
    }

    /// Ends a wake-up by so many datagrams: hands what is to be sent to `spawn`, and sees to it that the bell rings for what is due next.
    fn finish<A: Hosted<Storage = S>>(&mut self, heard: usize, out: &mut Out<Host<A>>) {
        let now = self.now;
        let mut datagrams = std::mem::take(&mut self.datagrams);
        match &mut self.sealer {
            Some(sealer) => {
                let open = self.outbox.take();
                datagrams.extend(open.filter_map(|(to, datagram)| sealed(sealer, to, &datagram)));
            }
            None => datagrams.extend(self.outbox.take()),
        }
        if let Some(faults) = &mut self.faults {
            datagrams = faults.pass(now, datagrams);
        }
        let burst = datagrams.len().max(heard) >= BURST;
        for (to, datagram) in datagrams.drain(..) {
            self.shared.counters.sent(datagram.len());
            out.send(to, Frame::new(datagram));
        }
        self.datagrams = datagrams;
        if burst {
            out.send(self.shared.bell.house().into(), Frame::doorbell());
            self.gather.open(now);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.hand_over(now);
        }
        self.ask(now);
    }

    /// The bell rings too early rather than too late: it is told only when its time has come, or is too late.
    fn ask(&mut self, now: Instant) {
        let others =
            [self.faults.as_ref().and_then(BadNetwork::next), self.recorder.as_ref().and_then(Recorder::due)];
        let next = others.into_iter().fold(self.timers.next(), earlier);
        let come = self.asked.is_some_and(|asked| asked <= now);
        let late = next.is_some_and(|next| self.asked.is_none_or(|asked| next < asked));
        if come || late {
            self.asked = next;
            self.shared.bell.wake_at(next);
        }
    }
}

/// What leaves no room for the seal was never put into the outbox.
fn sealed(sealer: &mut Sealer, to: Id, datagram: &[u8]) -> Option<(Id, Vec<u8>)> {
    sealer.seal(to, datagram).map(|sealed| (to, sealed)).inspect_err(|error| bug(error.reason())).ok()
}

/// Somewhere in the range, as `spawn` would do it.
fn draw(wait: std::ops::Range<Duration>) -> Duration {
    if wait.is_empty() { wait.start } else { rand::rng().random_range(wait) }
}

/// Whether a datagram can be sent there.
fn is_address(id: Id) -> bool {
    let id = usize::from(id);
    id >> 48 == 0 && id & 0xffff != 0
}

/// The actor breaks its contract with the host. Loud where it is tested, survived where it is used.
fn bug(what: &str) {
    tracing::error!("{what}");
    debug_assert!(false, "{what}");
}

impl<S: Clone + 'static> fmt::Debug for Held<S> {
    /// `spawn` logs it, so it says nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("state")
    }
}
