//! Recordings of real runs, fed back through the very same actors.
//!
//! 1. [`load`]: reads files, and tells what is wrong with those that cannot be used.
//! 2. [`single`]: feeds one life to its actor, and stops at the first record that comes out otherwise.
//!
//! What a record is stands in `net`, what an actor does with it in `model`. Here they are only brought together.

pub mod load;
pub mod single;
mod words;

pub use load::{Recorded, Unusable, load};
pub use single::{Difference, Replayed, replay};
