//! The page that the table stands in: `docs/tampering.md`.

use std::fs;
use std::path::PathBuf;

/// Stands before the table.
const START: &str = "<!-- table: tamper-lab --write -->\n";
/// Stands behind it.
const END: &str = "<!-- end of table -->\n";

/// Where the page is.
pub fn path() -> PathBuf {
    cinnabar_tests::root().join("docs/tampering.md")
}

/// The page as it is.
///
/// # Panics
/// If it isn't there.
pub fn read() -> String {
    fs::read_to_string(path()).expect("the page is in the checkout")
}

/// The table on the page.
///
/// # Panics
/// If the page has no place for one.
pub fn table(page: &str) -> &str {
    let (_, rest) = page.split_once(START).expect("the page has a table");
    rest.split_once(END).expect("the table ends").0
}

/// Puts a table on the page.
///
/// # Panics
/// If the page isn't there, or has no place for one.
pub fn write(table: &str) {
    let page = read();
    let end = page.find(END).expect("the page has a table");
    let start = end - self::table(&page).len();
    let new = [&page[..start], table, &page[end..]].concat();
    fs::write(path(), new).expect("the page can be written");
}
