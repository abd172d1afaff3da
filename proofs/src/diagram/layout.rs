//! Where everything goes: a column for each actor, a stretch of time for each step.

use crate::story::Story;

use super::blocks::{Block, Side, blocks, width};

/// Where the names stand.
pub(super) const HEAD: i32 = 44;
/// Between two steps.
const PAUSE: i32 = 16;
/// What a step takes at least.
const LEAST: i32 = 18;
/// Room for the number of a step.
const MARGIN: i32 = 40;

pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Where each lifeline runs.
    pub(super) columns: Vec<i32>,
    /// In the order of the story.
    pub(super) steps: Vec<Stretch>,
    /// Where the lifelines end.
    pub(super) end: i32,
}

/// The stretch of time of a step.
pub(super) struct Stretch {
    /// Where arrows arrive.
    pub(super) top: i32,
    /// Where arrows leave.
    pub(super) bottom: i32,
    /// What stands beside it, each with where it begins.
    pub(super) blocks: Vec<(i32, Block)>,
}

impl Layout {
    pub(super) fn of(story: &Story) -> Layout {
        let mut y = HEAD + PAUSE;
        let mut steps = Vec::new();
        for step in &story.steps {
            let stretch = Stretch::new(y, blocks(story, step));
            y = stretch.bottom + PAUSE;
            steps.push(stretch);
        }
        let (columns, width) = columns(story, &steps);
        Layout { width, height: y + 40, columns, steps, end: y }
    }

    /// The place of an actor; strangers are beyond the last column.
    pub(super) fn x(&self, actor: usize) -> i32 {
        self.columns.get(actor).copied().unwrap_or(self.width)
    }
}

impl Stretch {
    /// The blocks of each side stand one below the other.
    fn new(top: i32, blocks: Vec<Block>) -> Stretch {
        let (mut left, mut right) = (top, top);
        let mut placed = Vec::new();
        for block in blocks {
            let y = if block.side == Side::Left { &mut left } else { &mut right };
            let begin = *y;
            *y += block.height() + 2;
            placed.push((begin, block));
        }
        Stretch { top, bottom: left.max(right).max(top + LEAST), blocks: placed }
    }
}

/// The columns, far enough from each other for all that stands between them, and the width of the drawing.
fn columns(story: &Story, steps: &[Stretch]) -> (Vec<i32>, i32) {
    let reach = |actor: usize, side: Side| {
        let texts = story.steps.iter().zip(steps).filter(|(step, _)| step.actor == actor);
        let blocks = texts.flat_map(|(_, stretch)| &stretch.blocks).filter(|(_, block)| block.side == side);
        let name = width(&story.actors[actor]) / 2 + 20;
        blocks.map(|(_, block)| block.reach() + 12).max().unwrap_or_default().max(name)
    };
    let mut columns: Vec<i32> = Vec::new();
    let mut x = MARGIN;
    for actor in 0..story.actors.len() {
        let left = reach(actor, Side::Left);
        x = match columns.last() {
            None => x + left,
            Some(last) => x.max(last + left).max(last + 150),
        };
        columns.push(x);
        x += reach(actor, Side::Right);
    }
    (columns, (x + 12).max(520))
}
