//! Every promise is seen to fail.

use std::collections::BTreeSet;

use proofs::command::check::find;
use proofs::properties::PROMISES;
use proofs::sabotage::{self, Sabotage};
use proofs::system::System;
use stateright::{Checker, HasDiscoveries, Model};

#[test]
fn every_sabotage_breaks_the_promise_that_it_names() {
    let survivors: Vec<_> =
        sabotage::ALL.iter().filter(|sabotage| !breaks(sabotage)).map(|it| it.name).collect();
    assert!(survivors.is_empty(), "these break nothing: {survivors:?}");
}

#[test]
fn every_promise_has_a_sabotage() {
    let broken: BTreeSet<_> = sabotage::ALL.iter().map(|sabotage| sabotage.breaks).collect();
    let promises: BTreeSet<_> = PROMISES.iter().map(|promise| promise.name).collect();
    assert_eq!(broken, promises);
}

fn breaks(sabotage: &Sabotage) -> bool {
    let scenario = find(sabotage.scenario).expect("a sabotage names a scenario");
    let mut system = System { sabotage: Some(sabotage.apply), ..System::new(scenario) };
    system.promises.retain(|promise| promise.name == sabotage.breaks);
    let checker = system.checker().finish_when(HasDiscoveries::AnyFailures).spawn_dfs().join();
    println!("{}: {} after {} states", sabotage.name, sabotage.breaks, checker.unique_state_count());
    checker.discovery(sabotage.breaks).is_some()
}

#[test]
fn the_story_in_the_book_is_what_the_checker_finds() {
    let sabotage = sabotage::find("forgets-what-it-heard").expect("the book shows it");
    let scenario = find(sabotage.scenario).expect("a sabotage names a scenario");
    let system = System { sabotage: Some(sabotage.apply), ..System::new(scenario) };
    let actors = system.plain.actors.clone();
    let path = proofs::check::shortest(system, sabotage.breaks).expect("it breaks");
    let story = proofs::story::tell(&actors, &path.into_vec());
    let book = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    let written = |file: &str| std::fs::read_to_string(book.join(file)).unwrap_or_default();
    assert_eq!(written("stories/shown-once.txt").trim_end(), story.to_string().trim_end());
    assert_eq!(written("images/shown-once.svg"), proofs::diagram::draw(&story));
}
