//! The progress bar of an import.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of the file, with room for a message beside it. Hidden where no terminal is.
pub fn bar(file_bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{wide_bar} {bytes}/{total_bytes}  {msg}  {elapsed} (about {eta} left)",
    )
    .expect("the template is a constant and its fields are indicatif's");
    ProgressBar::new(file_bytes).with_style(style)
}
