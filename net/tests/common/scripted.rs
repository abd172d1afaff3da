//! An actor that does what a closure says.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use model::changes::Changing;
use model::{Message, Timer, console};
use stateright::actor::{Actor, Id, Out};

/// An actor made of a function from what happens to what it does. Its state is a number.
#[derive(Clone)]
pub(crate) struct Scripted<F>(pub(crate) F);

/// Its state.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(crate) struct Number(u64);

impl Changing for Number {}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Happens {
    Start,
    Message(Id, Message),
    Fired(Timer),
}

/// What the actor does.
pub(crate) enum Does {
    Send(Id, Message),
    Set(Timer, Range<Duration>),
    Cancel(Timer),
}

impl Does {
    pub(crate) fn tell(event: model::Event) -> Does {
        Does::Send(console(), Message::Event(event))
    }

    pub(crate) fn set(timer: Timer, wait: Duration) -> Does {
        Does::Set(timer, wait..wait)
    }
}

impl<F: Fn(&mut u64, Happens) -> Vec<Does>> Scripted<F> {
    fn act(&self, state: &mut u64, happens: Happens, out: &mut Out<Self>) {
        for does in (self.0)(state, happens) {
            match does {
                Does::Send(to, message) => out.send(to, message),
                Does::Set(timer, wait) => out.set_timer(timer, wait),
                Does::Cancel(timer) => out.cancel_timer(timer),
            }
        }
    }
}

impl<F: Fn(&mut u64, Happens) -> Vec<Does>> Actor for Scripted<F> {
    type Msg = Message;
    type Timer = Timer;
    type State = Number;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> Number {
        let mut state = 0;
        self.act(&mut state, Happens::Start, out);
        Number(state)
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, Number>, source: Id, message: Message, out: &mut Out<Self>) {
        assert!(matches!(state, Cow::Owned(_)), "the host keeps the state owned");
        self.act(&mut state.to_mut().0, Happens::Message(source, message), out);
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, Number>, timer: &Timer, out: &mut Out<Self>) {
        assert!(matches!(state, Cow::Owned(_)), "the host keeps the state owned");
        self.act(&mut state.to_mut().0, Happens::Fired(*timer), out);
    }
}
