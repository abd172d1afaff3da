//! The drawings and stories in the book are what the checker finds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proofs::original::findings::files;

/// Set it to write the files anew.
const REWRITE: &str = "REWRITE_FINDINGS";

#[test]
fn the_findings_in_the_book_are_up_to_date() {
    let book = book();
    let files = files();
    for (path, content) in &files {
        let place = book.join(path);
        if std::env::var_os(REWRITE).is_some() {
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("can make folders");
            std::fs::write(&place, content).expect("can write");
        }
        let written = std::fs::read_to_string(&place).unwrap_or_default();
        assert!(written == *content, "{path} is stale: run the tests with {REWRITE}=1");
    }
    let expected: BTreeSet<PathBuf> = files.iter().map(|(path, _)| book.join(path)).collect();
    let found = ["findings", "images/findings"].iter().flat_map(|folder| list(&book.join(folder)));
    for path in found {
        assert!(expected.contains(&path), "{} belongs to no finding", path.display());
    }
}

#[test]
fn every_finding_has_its_place_on_the_page() {
    let page = std::fs::read_to_string(book().join("findings.md")).expect("the page is there");
    for (path, _) in files() {
        assert!(page.contains(&path), "findings.md does not show {path}");
    }
}

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("readable").path()).collect()
}
