//! The book says what the code says.

use std::path::Path;

use proofs::book;

#[test]
fn the_page_of_promises_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(book::FILE);
    let page = std::fs::read_to_string(file).expect("the page is there");
    let current = book::renew(&page).expect("the page has its markers");
    assert!(page == current, "{} is stale; renew it with: {}", book::FILE, book::COMMAND);
}
