//! The flight recorder: one line for each input that an actor sees, so that a run can be played back.
//!
//! 1. [`Header`], [`Record`], [`Line`]: what stands in a recording.
//! 2. [`Recorder`]: writes one. The host hands it every input; a thread of its own writes.
//! 3. [`read`]: reads one, and tells what is wrong with it.
//! 4. [`Sum`], [`Words`]: digests that come out the same for a text and for what stands for it.
//!
//! An actor is a function of its inputs, so inputs are enough to play everything back; the digests show that it came out
//! the same. A recording is private: it holds what replaying needs, the server's key among it.

mod budget;
mod format;
mod handed;
mod json;
mod pace;
mod pen;
mod queue;
mod read;
mod recorder;
mod sum;
mod writer;

use std::borrow::Cow;

use model::{Message, console};
use stateright::actor::{Id, Out};

pub use format::{After, BUILD, Configured, FORMAT, Header, Input, Line, Record, Texts};
pub use pen::Pen;
pub use read::{Ending, Life, ReadError, read, read_from};
pub use recorder::{RecordError, Recorder, Recording};
pub use sum::{Digest, Sum, Words, sum_of_changes, sum_of_outputs, sum_of_state};

use crate::host::Hosted;

/// Lets an actor that has started take the step that an input asks for.
pub fn apply<A: Hosted>(actor: &A, id: Id, state: &mut Cow<'_, A::State>, input: Input, out: &mut Out<A>) {
    match input {
        // The first input of a life, which begins without a state.
        Input::Start | Input::Restart { .. } => {}
        Input::Packet { from, packet } => {
            actor.on_msg(id, state, Id::from(from), Message::Packet(packet), out);
        }
        Input::Timer(timer) => actor.on_timeout(id, state, &timer, out),
        Input::Command(command) => actor.on_msg(id, state, console(), Message::Command(command), out),
        Input::Order(order) => actor.on_msg(id, state, console(), Message::Order(order), out),
    }
}
