//! A story as a sequence diagram: a self-contained SVG, with time running downwards.
//!
//! 1. `blocks` says what stands left and right of a lifeline in each step.
//! 2. `layout` gives every step its stretch of time, and every actor its column, so that no two texts overlap.
//! 3. `paint` draws lines, marks and texts; `svg` writes them down.

mod blocks;
mod layout;
mod paint;
mod svg;

use crate::story::Story;

/// Draws a story.
pub fn draw(story: &Story) -> String {
    paint::paint(story, &layout::Layout::of(story))
}
