//! The files of the page that tells what the original breaks.

use super::verdicts::{Verdict, verdicts};
use crate::diagram;

/// Every file as its path below `docs/src` and its content.
pub fn files() -> Vec<(String, String)> {
    let verdicts = verdicts();
    let mut files = vec![("findings/verdicts.md".to_owned(), table(&verdicts))];
    for verdict in &verdicts {
        let (name, Some(story)) = (verdict.scenario.name, &verdict.story) else { continue };
        files.push((format!("images/findings/{name}.svg"), diagram::draw(story)));
        files.push((format!("findings/{name}.txt"), format!("{}\n\n{story}", verdict.scenario.before())));
    }
    files
}

/// A line for each verdict, in Markdown.
pub fn table(verdicts: &[Verdict]) -> String {
    let head = "| promise | the original | steps | how |\n| --- | --- | --- | --- |\n".to_owned();
    head + &verdicts.iter().map(line).collect::<String>()
}

fn line(verdict: &Verdict) -> String {
    let Verdict { question, scenario, steps, .. } = verdict;
    let name = scenario.name;
    let asked = match question.sentence {
        None => question.name.to_owned(),
        Some((about, closest)) => format!("*{about}* (no promise; closest: {closest})"),
    };
    match steps {
        Some(steps) => format!("| {asked} | breaks it | {steps} | [{name}](#{name}) |\n"),
        None => format!("| {asked} | keeps it | | [{name}](#{name}) |\n"),
    }
}
