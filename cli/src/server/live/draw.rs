//! The picture.

use std::collections::VecDeque;
use std::net::SocketAddrV4;
use std::time::Duration;

use net::Stats;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Stylize;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::super::board::Board;
use super::rates::Rate;
use crate::escape::escape;

/// What there is to see.
pub(super) struct Scene<'a> {
    /// Where the server listens.
    pub(super) address: SocketAddrV4,
    /// How long it has been running.
    pub(super) age: Duration,
    /// Who is there.
    pub(super) board: &'a Board,
    /// What has gone through so far.
    pub(super) stats: &'a Stats,
    /// How much goes through now.
    pub(super) rates: Rate,
    /// What happened last.
    pub(super) events: &'a VecDeque<String>,
    /// The line that is being typed.
    pub(super) typed: &'a str,
}

/// Draws it, on whatever room there is.
pub(super) fn draw(frame: &mut Frame<'_>, scene: &Scene<'_>) {
    let [head, rates, tables, events, input] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Line::from(title(scene)).bold(), head);
    frame.render_widget(Line::from(traffic(scene)), rates);
    let [people, groups] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(tables);
    draw_people(frame, people, scene.board);
    draw_groups(frame, groups, scene.board);
    draw_events(frame, events, scene.events);
    draw_input(frame, input, scene.typed);
}

fn title(scene: &Scene<'_>) -> String {
    let (online, groups) = (scene.board.online(), scene.board.groups.len());
    let s = if groups == 1 { "" } else { "s" };
    format!("chat server {}  up {}  {online} online  {groups} group{s}", scene.address, age(scene.age))
}

fn traffic(scene: &Scene<'_>) -> String {
    let Rate { datagrams_in, datagrams_out, bytes_in, bytes_out, posts } = scene.rates;
    let dropped = scene.stats.undecodable_in_all() + scene.stats.refused_in_all();
    format!(
        "in {datagrams_in:.0}/s {}/s  out {datagrams_out:.0}/s {}/s  posts {posts:.0}/s  dropped {dropped}  removed {}",
        bytes(bytes_in),
        bytes(bytes_out),
        scene.board.removals,
    )
}

fn draw_people(frame: &mut Frame<'_>, area: Rect, board: &Board) {
    let people = board.people.iter().map(|person| {
        let line = format!("{}  {}", escape(person.name.as_str()), SocketAddrV4::from(person.address));
        if person.online { Line::from(line) } else { Line::from(line + "  offline").dim() }
    });
    let title = format!(" People ({} of {} online) ", board.online(), board.people.len());
    draw_list(frame, area, title, people.collect());
}

fn draw_groups(frame: &mut Frame<'_>, area: Rect, board: &Board) {
    let groups = board.groups.iter().map(|(group, members)| {
        let members: Vec<String> = members.iter().map(|name| escape(name.as_str())).collect();
        Line::from(format!("{} ({})  {}", escape(group.as_str()), members.len(), members.join(", ")))
    });
    draw_list(frame, area, format!(" Groups ({}) ", board.groups.len()), groups.collect());
}

/// What has no room is counted in the last line.
fn draw_list(frame: &mut Frame<'_>, area: Rect, title: String, mut lines: Vec<Line<'_>>) {
    let block = Block::bordered().title(title);
    let room = usize::from(block.inner(area).height);
    if lines.len() > room && room > 0 {
        let hidden = lines.len() - (room - 1);
        lines.truncate(room - 1);
        lines.push(Line::from(format!("and {hidden} more")).dim());
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn draw_events(frame: &mut Frame<'_>, area: Rect, events: &VecDeque<String>) {
    let block = Block::bordered().title(" Events ");
    let room = usize::from(block.inner(area).height);
    let first = events.len().saturating_sub(room);
    let lines: Vec<Line<'_>> = events.iter().skip(first).map(|line| Line::from(line.as_str())).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The end of the line, if it has no room.
fn draw_input(frame: &mut Frame<'_>, area: Rect, typed: &str) {
    const PROMPT: &str = "who, groups, kick NAME, stop, help > ";
    let shown = escape(typed);
    let room = usize::from(area.width).saturating_sub(1);
    let mut line = if PROMPT.len() + shown.width() <= room { PROMPT.to_owned() + &shown } else { shown };
    while line.width() > room && !line.is_empty() {
        line.remove(0);
    }
    let column = area.x + u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
    frame.render_widget(Line::from(line), area);
    frame.set_cursor_position((column, area.y));
}

fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m {:02}s", seconds % 60),
        (0, _) => format!("{hours}h {minutes:02}m"),
        _ => format!("{days}d {hours:02}h"),
    }
}

fn bytes(bytes: f64) -> String {
    match bytes {
        ..1e3 => format!("{bytes:.0} B"),
        1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use model::Name;
    use model::event::Person;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    fn name(name: &str) -> Name {
        Name::new(name).unwrap()
    }

    fn board(people: usize) -> Board {
        let person = |i: usize| Person {
            name: name(&format!("p{i}")),
            address: SocketAddrV4::new([127, 0, 0, 1].into(), 7000).into(),
            online: i.is_multiple_of(2),
        };
        Board {
            people: (0..people).map(person).collect(),
            groups: vec![(name("roomA"), vec![name("p0"), name("p2")])],
            ..Board::default()
        }
    }

    /// The picture as lines.
    fn picture(width: u16, height: u16, board: &Board, typed: &str) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let events: VecDeque<String> = (0..100).map(|i| format!("event {i}")).collect();
        let scene = Scene {
            address: SocketAddrV4::new([0, 0, 0, 0].into(), 6666),
            age: Duration::from_secs(3720),
            board,
            stats: &Stats::default(),
            rates: Rate { bytes_in: 1234.0, ..Rate::default() },
            events: &events,
            typed,
        };
        terminal.draw(|frame| draw(frame, &scene)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect()
    }

    #[test]
    fn everything_is_in_view() {
        let lines = picture(80, 24, &board(3), "kick p0");
        let all = lines.join("\n");
        for part in [
            "chat server 0.0.0.0:6666  up 1h 02m  2 online  1 group",
            "in 0/s 1.2 kB/s",
            "People (2 of 3 online)",
            "p1  127.0.0.1:7000  offline",
            "roomA (2)  p0, p2",
            "event 99",
            "stop, help > kick p0",
        ] {
            assert!(all.contains(part), "{part} is not in\n{all}");
        }
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let all = picture(80, 14, &board(100), "").join("\n");
        assert!(all.contains("p2 ") && all.contains("and 97 more") && !all.contains("p3 "), "{all}");
    }

    #[test]
    fn any_size_is_drawn() {
        for (width, height) in [(1, 1), (3, 2), (10, 4), (20, 5), (300, 100)] {
            picture(width, height, &board(50), "kick somebody with a long name");
        }
    }

    #[test]
    fn names_cannot_move_the_cursor() {
        let mut board = board(1);
        board.people[0].name = name("p");
        let all = picture(80, 24, &board, "\u{1b}[2J").join("\n");
        assert!(all.contains(r"\u{1b}[2J"), "{all}");
    }

    #[test]
    fn ages_are_short() {
        for (seconds, words) in [(5, "0m 05s"), (3599, "59m 59s"), (90_000, "1d 01h")] {
            assert_eq!(age(Duration::from_secs(seconds)), words);
        }
    }
}
