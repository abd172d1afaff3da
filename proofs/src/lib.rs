//! Checks every promise of the chat in every interleaving, and shows what happens when one breaks.
//!
//! 1. [`scenario`]: who takes part and what may happen, as data. [`scenario::catalogue`] has them all.
//! 2. [`system`]: the actors of `model`, with a person at every client, and the network between them.
//! 3. [`properties`]: the promises, one function each. [`witness`]: situations that have to occur.
//! 4. [`check`]: exhausts a scenario. [`settle`]: what happens if nothing is lost from now on.
//! 5. [`story`] tells a path in sentences, [`diagram`] draws it, [`explore`] lets one walk in a browser.
//! 6. [`original`]: the protocol that ours began with, judged by the same promises.
//! 7. [`simulate`]: random walks through systems too big to exhaust. [`book`]: the book's page of promises.
//! 8. [`stage`]: a counterexample as a file, and on a stage of real programs.
//! 9. [`replay`]: recordings of real runs, fed back through the actors.
//!
//! There is no protocol logic here: whatever decides what a server or client does lives in `model`. Only the
//! original has some of its own.

pub mod book;
pub mod check;
pub mod command;
pub mod coverage;
pub mod diagram;
pub mod explore;
pub mod original;
pub mod properties;
pub mod replay;
pub mod sabotage;
pub mod scenario;
pub mod settle;
pub mod simulate;
pub mod stage;
pub mod story;
pub mod system;
pub mod witness;
