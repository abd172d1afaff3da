//! What stands beside a lifeline in a step: the label of what arrived or fired, the console, and what was lost.

use crate::story::{Arrival, Cause, Deed, Sending, Step, Story};

/// The height of a line of text.
pub(super) const LINE: i32 = 16;
/// How far a console box reaches beyond its text.
pub(super) const PADDING: i32 = 5;
/// How long the arrow of a lost packet is, with its cross.
pub(super) const LOST: i32 = 64;
/// From the lifeline to a text beside it.
pub(super) const INDENT: i32 = 14;

/// From an arrow to its label.
pub(super) const BELOW: i32 = 5;

/// Lines of text that stand together.
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) side: Side,
    pub(super) lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of an arrow that ends here. Stands below it, since arrows come from above.
    Arrival,
    /// Of a mark on the lifeline.
    Label,
    /// What a person types, does and reads.
    Console,
    /// Of a packet that never arrives.
    Lost,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Block {
    fn new(kind: Kind, side: Side, lines: Vec<String>) -> Block {
        Block { kind, side, lines }
    }

    /// From the lifeline to where the text begins.
    pub(super) fn indent(&self) -> i32 {
        match self.kind {
            Kind::Arrival | Kind::Label => INDENT,
            Kind::Console => INDENT + PADDING,
            Kind::Lost => LOST + 10,
        }
    }

    /// From the lifeline to where the block ends.
    pub(super) fn reach(&self) -> i32 {
        let widest = self.lines.iter().map(|line| width(line)).max().unwrap_or_default();
        self.indent() + widest + PADDING
    }

    pub(super) fn height(&self) -> i32 {
        let text: i32 = self.lines.iter().map(|_| LINE).sum();
        text + match self.kind {
            Kind::Arrival => BELOW,
            Kind::Console => 2 * PADDING,
            Kind::Label | Kind::Lost => 0,
        }
    }
}

/// What stands beside the lifeline of a step's actor, from top to bottom on each side.
pub(super) fn blocks(story: &Story, step: &Step) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut console = Vec::new();
    match &step.cause {
        Cause::Chose(Deed::Types(line)) => console.push(format!("> {line}")),
        Cause::Chose(Deed::Does(deed)) => console.push(format!("({deed})")),
        Cause::Received { sending, arrival } => blocks.push(arrived(story, step.actor, *sending, *arrival)),
        Cause::Lost(sending) => {
            let sending = &story.sendings[*sending];
            let lines = wrap(&format!("lost: {}", sending.words));
            blocks.push(Block::new(Kind::Arrival, towards(sending.src, sending.dst), lines));
        }
        cause => blocks.push(Block::new(Kind::Label, Side::Right, wrap(mark(cause)))),
    }
    console.extend(step.told.iter().cloned());
    if !console.is_empty() {
        let lines = console.iter().flat_map(|line| wrap(line)).collect();
        blocks.push(Block::new(Kind::Console, Side::Right, lines));
    }
    let lost =
        step.sent.iter().map(|&sending| &story.sendings[sending]).filter(|sending| !has_end(story, sending));
    blocks.extend(lost.map(|it| Block::new(Kind::Lost, towards(it.src, it.dst), wrap(&attempt(it)))));
    blocks
}

/// Whether a sending arrives, or is lost in a step of its own.
pub(super) fn has_end(story: &Story, sending: &Sending) -> bool {
    let dropped = |step: &Step| matches!(step.cause, Cause::Lost(lost) if std::ptr::eq(&raw const story.sendings[lost], sending));
    !sending.arrivals.is_empty() || !sending.redirections.is_empty() || story.steps.iter().any(dropped)
}

/// In which direction something goes.
pub(super) fn towards(src: usize, dst: usize) -> Side {
    if dst < src { Side::Left } else { Side::Right }
}

fn arrived(story: &Story, at: usize, sending: usize, arrival: Arrival) -> Block {
    let sending = &story.sendings[sending];
    let words = attempt(sending);
    let words = match arrival {
        Arrival::First => words,
        Arrival::Again(first) => format!("again (as in {}): {words}", story.steps[first].number),
        Arrival::Overtaken => format!("overtaken: {words}"),
        Arrival::Old => format!("from before: {words}"),
        Arrival::Foreign => format!("not recorded: {words}"),
        Arrival::Forged => format!("nobody sent: {words}"),
        Arrival::Beyond => format!("from after the end of a recording: {words}"),
        Arrival::Redirected(from) if from == sending.src => {
            format!("redirected, for {}: {words}", name(story, sending.dst))
        }
        Arrival::Redirected(from) => format!("redirected, as from {}: {words}", name(story, from)),
    };
    Block::new(Kind::Arrival, towards(at, sending.src), wrap(&words))
}

/// Who is at no place of the drawing is a stranger.
fn name(story: &Story, actor: usize) -> &str {
    story.actors.get(actor).map_or("a stranger", String::as_str)
}

fn attempt(sending: &Sending) -> String {
    match sending.attempt {
        0 | 1 => sending.words.clone(),
        attempt => format!("{} (attempt {attempt})", sending.words),
    }
}

fn mark(cause: &Cause) -> &str {
    match cause {
        Cause::Started => "starts",
        Cause::Crashed => "crashes",
        Cause::Recovered => "comes back",
        Cause::Fired(words) => words,
        Cause::Chose(_) | Cause::Received { .. } | Cause::Lost(_) => "",
    }
}

/// About how wide a text is.
pub(super) fn width(text: &str) -> i32 {
    text.chars().map(|c| if c.is_ascii() { 7 } else { 14 }).sum()
}

/// The widest line before it is broken.
const WIDEST: i32 = 280;
/// The most lines of one text; what is beyond is cut off.
const MOST_LINES: usize = 8;

/// Breaks a text into lines, between words where possible.
pub(super) fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 7 + width(word) > WIDEST {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if !line.is_empty() && width(&line) + width(c.encode_utf8(&mut [0; 4])) > WIDEST {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines[MOST_LINES - 1].push_str(" …");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrap("short"), ["short"]);
        let line = "twelve words that are too long for one line of a drawing altogether";
        assert_eq!(wrap(line).len(), 2);
        assert_eq!(wrap(line).join(" "), line);
        assert!(wrap(&"w".repeat(200)).iter().all(|line| width(line) <= WIDEST));
    }

    #[test]
    fn what_is_too_long_is_cut_off() {
        let lines = wrap(&"word ".repeat(200));
        assert_eq!(lines.len(), MOST_LINES);
        assert!(lines[MOST_LINES - 1].ends_with('…'));
    }
}
