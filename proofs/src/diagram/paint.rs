//! Draws a story where its layout says: first what lies behind, the texts last.

use crate::story::{Arrival, Cause, Step, Story};

use super::blocks::{BELOW, Block, INDENT, Kind, LINE, LOST, PADDING, Side, has_end, towards, width};
use super::layout::{HEAD, Layout, Stretch};
use super::svg::{CONSOLE, Svg};

/// Half the width of the bar that shows that an actor is at work.
const BAR: i32 = 4;

/// From the begin of a step to where an arrow ends.
const ARRIVAL: i32 = 3;

pub(super) fn paint(story: &Story, layout: &Layout) -> String {
    let title = format!("Sequence diagram of {}", story.actors.join(", "));
    let mut svg = Svg::new(layout.width, layout.height, &title);
    for actor in 0..story.actors.len() {
        lifeline(&mut svg, story, layout, actor);
    }
    for (step, stretch) in story.steps.iter().zip(&layout.steps) {
        bar(&mut svg, layout.x(step.actor), step, stretch);
    }
    arrows(&mut svg, story, layout);
    for (step, stretch) in story.steps.iter().zip(&layout.steps) {
        svg.text("seq-number", "start", [8, stretch.top + 12], &step.number.to_string());
        mark(&mut svg, layout.x(step.actor), step, stretch);
        for (y, block) in &stretch.blocks {
            text(&mut svg, layout.x(step.actor), *y, step, block);
        }
    }
    legend(&mut svg, story, layout);
    svg.finish()
}

/// The name, and a line for as long as the actor lives.
fn lifeline(svg: &mut Svg, story: &Story, layout: &Layout, actor: usize) {
    let (x, name) = (layout.x(actor), &story.actors[actor]);
    let mut alive = Some(HEAD);
    for (step, stretch) in story.steps.iter().zip(&layout.steps).filter(|(step, _)| step.actor == actor) {
        match (&step.cause, alive) {
            (Cause::Crashed, Some(since)) => {
                svg.line("seq-life", [x, since], [x, stretch.top + 9]);
                alive = None;
            }
            (Cause::Recovered, None) => alive = Some(stretch.top),
            _ => {}
        }
    }
    if let Some(since) = alive {
        svg.line("seq-life", [x, since], [x, layout.end]);
    }
    let half = width(name) / 2 + 14;
    svg.rect("seq-head", [x - half, HEAD - 32, 2 * half, 26]);
    svg.text("seq-name", "middle", [x, HEAD - 14], name);
}

fn bar(svg: &mut Svg, x: i32, step: &Step, stretch: &Stretch) {
    if !matches!(step.cause, Cause::Crashed | Cause::Lost(_)) {
        svg.rect("seq-bar", [x - BAR, stretch.top, 2 * BAR, stretch.bottom - stretch.top]);
    }
}

/// From the moment of sending to the moment of arrival; short ones with a cross for what never arrives.
fn arrows(svg: &mut Svg, story: &Story, layout: &Layout) {
    for (step, stretch) in story.steps.iter().zip(&layout.steps) {
        if let Cause::Received { sending, arrival } = step.cause {
            let sending = &story.sendings[sending];
            let (from, to) = ends(layout, sending.src, step.actor, sending.step, stretch.top + ARRIVAL);
            let class = match arrival {
                Arrival::First | Arrival::Overtaken | Arrival::Redirected(_) => "",
                Arrival::Again(_) => "seq-repeat",
                Arrival::Old | Arrival::Foreign | Arrival::Forged | Arrival::Beyond => "seq-old",
            };
            svg.arrow(class, from, to);
        }
        if let Cause::Lost(sending) = step.cause {
            let sending = &story.sendings[sending];
            let (from, to) = ends(layout, sending.src, sending.dst, sending.step, stretch.top + ARRIVAL);
            let middle = [i32::midpoint(from[0], to[0]), i32::midpoint(from[1], to[1])];
            svg.line("seq-lost", from, middle);
            svg.cross(middle, 6);
        }
        let lost = step.sent.iter().map(|&sending| &story.sendings[sending]).filter(|it| !has_end(story, it));
        let places = stretch.blocks.iter().filter(|(_, block)| block.kind == Kind::Lost);
        for (sending, (y, _)) in lost.zip(places) {
            let way = sign(towards(sending.src, sending.dst));
            let x = layout.x(step.actor);
            svg.line("seq-lost", [x + way * BAR, y + 6], [x + way * LOST, y + 11]);
            svg.cross([x + way * LOST, y + 11], 5);
        }
    }
}

/// Where an arrow begins and ends.
fn ends(layout: &Layout, src: usize, dst: usize, step: Option<usize>, y: i32) -> ([i32; 2], [i32; 2]) {
    let way = sign(towards(src, dst));
    // What an intruder sends arrives in the same step.
    let begin = step.map_or(HEAD, |step| layout.steps[step].bottom.min(y));
    ([layout.x(src) + way * BAR, begin], [layout.x(dst) - way * (BAR + 1), y])
}

/// What sits on the lifeline.
fn mark(svg: &mut Svg, x: i32, step: &Step, stretch: &Stretch) {
    match step.cause {
        Cause::Fired(_) => svg.clock([x, stretch.top + 9]),
        Cause::Crashed => svg.cross([x, stretch.top + 9], 9),
        _ => {}
    }
}

fn text(svg: &mut Svg, x: i32, y: i32, step: &Step, block: &Block) {
    let (way, anchor) = match block.side {
        Side::Left => (-1, "end"),
        Side::Right => (1, "start"),
    };
    let mut y = y;
    if block.kind == Kind::Console {
        let width = block.reach() - INDENT;
        svg.rect("seq-screen", [x + INDENT, y, width, block.height()]);
        y += PADDING - 1;
    } else if block.kind == Kind::Arrival {
        y += BELOW;
    }
    let class = match (block.kind, &step.cause) {
        (Kind::Console, _) => CONSOLE,
        (Kind::Lost, _) | (_, Cause::Lost(_) | Cause::Crashed) => "seq-text seq-lost-text",
        (_, Cause::Fired(_)) => "seq-text seq-clock-text",
        (Kind::Arrival | Kind::Label, _) => "seq-text",
    };
    for line in &block.lines {
        y += LINE;
        svg.text(class, anchor, [x + way * block.indent(), y - 3], line);
    }
}

fn legend(svg: &mut Svg, story: &Story, layout: &Layout) {
    let repeats = story
        .steps
        .iter()
        .any(|step| matches!(step.cause, Cause::Received { arrival: Arrival::Again(_), .. }));
    let lost = story.never_arrived().next().is_some();
    let words = match (repeats, lost) {
        (false, false) => return,
        (true, false) => "dashed: arrived before",
        (false, true) => "cross: never arrived here",
        (true, true) => "dashed: arrived before   cross: never arrived here",
    };
    svg.text("seq-number", "start", [8, layout.height - 12], words);
}

fn sign(side: Side) -> i32 {
    if side == Side::Left { -1 } else { 1 }
}
