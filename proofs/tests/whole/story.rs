//! Paths made by hand, told in sentences and drawn.

use proofs::diagram;
use proofs::scenario::Wish::{Create, Dereg, Interrupt, Join, Post, Restart, Send};
use proofs::scenario::{Scenario, Wish};
use proofs::story::{self, Arrival, Cause, Deed, Step, Story};
use proofs::system::System;
use stateright::Model;

/// Takes, one after the other, the first action whose line contains these words.
fn walk(scenario: Scenario, steps: &[&str]) -> Story {
    let mut system = System::new(scenario);
    // So that packets can arrive again that change nothing.
    system.reduced = false;
    let mut state = system.init_states().remove(0);
    let mut path = Vec::new();
    for step in steps {
        let line = |action: &_| story::action(&system.plain.actors, &state.actor_states, action);
        let mut offered = Vec::new();
        system.actions(&state, &mut offered);
        let lines: Vec<String> = offered.iter().map(line).collect();
        let found = lines.iter().position(|line| line.contains(step));
        let action =
            offered.swap_remove(found.unwrap_or_else(|| panic!("{step:?} is not one of {lines:#?}")));
        let next = system.next_state(&state, action.clone());
        let next = next.unwrap_or_else(|| panic!("{step:?} changes nothing"));
        path.push((std::mem::replace(&mut state, next), Some(action)));
    }
    path.push((state, None));
    story::tell(&system.plain.actors, &path)
}

fn scenario(menu: &[(Wish, u8)]) -> Scenario {
    let mut scenario = Scenario::new("story", "a path made by hand").person("X", 9, menu).person(
        "Y",
        9,
        &[(Join("g"), 1), (Interrupt, 1)],
    );
    scenario.limits.attempts = 2;
    scenario
}

fn lost_ack() -> Story {
    walk(
        scenario(&[(Send("Y"), 2)]),
        &["X types: send", "X → Y: the direct", "X: timer", "X → Y: the direct", "Y → X: ack"],
    )
}

#[test]
fn what_the_network_redirects_is_told_with_who_sent_it_and_from_whom_it_seems_to_come() {
    let mut scenario = Scenario::new("redirected", "").person("X", 1, &[]).person("Y", 1, &[]);
    scenario.registered = false;
    scenario.redirects = true;
    let story = walk(scenario, &["Y → server: registration of X", "server → X: challenge"]);
    let told = story.to_string();
    assert!(told.contains("The server receives, redirected, what X sent, as from Y: "), "{told}");
    assert!(told.contains("X receives, redirected, what the server sent to Y: "), "{told}");
    assert!(diagram::draw(&story).contains("redirected, as from Y: "), "{told}");
}

fn arrivals(story: &Story) -> Vec<Arrival> {
    let arrival = |step: &Step| match step.cause {
        Cause::Received { arrival, .. } => Some(arrival),
        _ => None,
    };
    story.steps.iter().filter_map(arrival).collect()
}

/// Draws, and keeps the drawing to be looked at.
fn keep(name: &str, story: &Story) -> String {
    let svg = diagram::draw(story);
    let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("svg");
    std::fs::write(place, &svg).unwrap();
    svg
}

#[test]
fn a_lost_ack_is_told_in_sentences() {
    let expected = "  1. X types `send Y X1`.
       to Y: the direct message \"X1\" (number 1)
  2. Y receives from X: the direct message \"X1\" (number 1).
       Y reads | X: X1
       to X: ack of direct message 1
  3. The timer of X fires: Y has not acked the direct message \"X1\" (number 1). Nobody knows whether something was lost or is late.
       to Y: the direct message \"X1\" (number 1) (attempt 2)
  4. Y receives once more from X, as in step 2: the direct message \"X1\" (number 1).
       to X: ack of direct message 1 (attempt 2)
  5. X receives from Y: ack of direct message 1.
       X reads | Message received by Y.

What everybody read:
  X: Message received by Y.
  Y: X: X1

Never arrived (lost, late, or of no effect):
  Y to X: ack of direct message 1 (step 2)
";
    assert_eq!(lost_ack().to_string(), expected);
}

#[test]
fn what_was_sent_before_the_story_is_said_to_be_old() {
    let story = walk(scenario(&[]), &["server → X: directory update"]);
    assert_eq!(arrivals(&story), [Arrival::Old]);
    assert!(keep("old", &story).contains("seq-old"));
}

#[test]
fn a_story_from_the_very_beginning_tells_who_starts() {
    let mut scenario = scenario(&[]);
    scenario.registered = false;
    let story = walk(
        scenario,
        &[
            "X → server: registration",
            "server → X: challenge",
            "X → server: registration of X, with",
            "server → X: welcome",
        ],
    );
    let told: Vec<_> =
        story.steps.iter().filter(|step| step.actor == 1).flat_map(|step| &step.told).collect();
    assert_eq!(told, ["Registration request sent", "Welcome, You are registered."]);
    assert_eq!(story.steps.iter().filter(|step| step.cause == Cause::Started).count(), 3);
    assert_eq!(arrivals(&story), [Arrival::First; 4]);
    keep("beginning", &story);
}

#[test]
fn crashes_and_new_lives_are_told_and_drawn() {
    let mut scenario = scenario(&[(Restart("Z"), 1)]);
    scenario.crashes = 1;
    let story =
        walk(scenario, &["X kills the client and starts one as Z", "X → server: registration", "Y crashes"]);
    assert_eq!(story.steps[0].cause, Cause::Chose(Deed::Does("kills the client and starts one as Z".into())));
    assert_eq!(story.steps[2].cause, Cause::Crashed);
    let text = story.to_string();
    assert!(text.contains("3. Y crashes.\n") && text.contains("Y: nothing\n"), "{text}");
    keep("crash", &story);
}

#[test]
fn a_server_that_crashes_comes_back_with_what_it_has_saved() {
    let mut scenario = scenario(&[(Create("g"), 1), (Join("g"), 1), (Post, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    scenario.server_crashes = 1;
    let story = walk(
        scenario,
        &[
            "X types: send_group",
            "X → server: request 3",
            "server crashes",
            "server comes back",
            "server → Y: post 0",
            "X: timer",
            "X → server: request 3",
            "server → X: reply to request 3",
        ],
    );
    assert_eq!((&story.steps[2].cause, &story.steps[3].cause), (&Cause::Crashed, &Cause::Recovered));
    assert!(story.steps[3].told.iter().any(|line| line == "Groups: g (X, Y)"), "{:?}", story.steps[3].told);
    let told: Vec<_> = story.steps[4..].iter().flat_map(|step| &step.told).collect();
    assert_eq!(told, ["Group_Message X: X1", "Message received by Server.", "(own post \"X1\" is post 0)"]);
    keep("server-crash", &story);
}

#[test]
fn reordered_and_repeated_posts_are_told_and_drawn() {
    let mut scenario = scenario(&[(Create("g"), 1), (Join("g"), 1), (Post, 1), (Dereg, 1)]);
    scenario.setup = vec![("X", Create("g")), ("X", Join("g")), ("Y", Join("g"))];
    let story = walk(
        scenario,
        &[
            "X types: send_group",
            "X → server: request 3",
            "server → X: reply to request 3",
            "X types: dereg",
            "X → server: request 4",
            "server → Y: directory update 2 to 3",
            "server → Y: post 0",
            "server: timer",
            "server → Y: post 0",
            "Y → server: ack of the posts before 1",
            "Y presses Ctrl+C",
        ],
    );
    let arrivals = arrivals(&story);
    assert!(arrivals[..4].iter().all(|arrival| *arrival == Arrival::First), "{arrivals:?}");
    assert_eq!(arrivals[4..], [Arrival::Overtaken, Arrival::Again(6), Arrival::First]);
    let svg = keep("posts", &story);
    assert!(svg.contains("seq-repeat") && svg.contains("overtaken: post 0"));
}

#[test]
fn every_lost_packet_has_a_cross() {
    let story = lost_ack();
    let lost = story.never_arrived().count();
    let svg = keep("lost", &story);
    let page = roxmltree::Document::parse(&svg).unwrap();
    let crosses =
        page.descendants().filter(|it| it.has_tag_name("path") && it.attribute("class") == Some("seq-lost"));
    assert_eq!((lost, crosses.count()), (1, 1));
}

#[test]
fn hostile_texts_do_no_harm_in_a_drawing() {
    let hostile = "<script>&\"']]>\u{202e}\u{0}\u{1b}";
    let mut story = lost_ack();
    story.actors[1] = hostile.into();
    story.steps[1].told = vec![hostile.into()];
    story.sendings[0].words = hostile.into();
    let svg = diagram::draw(&story);
    let page = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = page.descendants().filter_map(|it| it.text()).collect();
    assert!(texts.contains(&r#"<script>&"']]>\u{202e}\u{0}\u{1b}"#), "{texts:#?}");
    assert!(!svg.contains("<script"));
}
