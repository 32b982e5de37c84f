//! Where a statement's instructions go, as bars: in text, and as SVG for the documentation.

use std::fmt::Write as _;

/// Columns of the longest bar in text.
const COLUMNS: usize = 50;
/// SVG: pixels of the longest bar, of a row, and of the names' column.
const WIDE: f64 = 420.0;
const ROW: usize = 24;
const NAMES: usize = 230;

/// One bar: a name, and how much.
pub type Bar = (String, f64);

/// Bars in text, the longest as wide as a page.
pub fn text(bars: &[Bar], unit: &str) -> String {
    let (longest, total) = (longest(bars), total(bars));
    let mut out = String::new();
    for (name, value) in bars {
        let bar = "█".repeat((value / longest * COLUMNS as f64).round() as usize);
        let percent = 100.0 * value / total;
        let _ = writeln!(out, "{name:26} {value:>9.0} {percent:>5.1} % {bar}");
    }
    let _ = writeln!(out, "{:26} {total:>9.0} {unit}", "together");
    out
}

/// The same as SVG.
pub fn svg(title: &str, bars: &[Bar], unit: &str) -> String {
    let (longest, total) = (longest(bars), total(bars));
    let height = ROW * (bars.len() + 2);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"820\" height=\"{height}\" fill=\"#fff\"/>\n<text x=\"8\" y=\"17\" font-weight=\"bold\">{}</text>\n",
        escaped(title)
    );
    for (row, (name, value)) in bars.iter().enumerate() {
        let (top, wide) = (ROW * (row + 1), value / longest * WIDE);
        let (end, base) = (NAMES as f64 + wide + 6.0, top + 17);
        let percent = 100.0 * value / total;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text><rect x=\"{NAMES}\" y=\"{}\" width=\"{wide:.1}\" height=\"{}\" fill=\"#b3312c\"/>\
             <text x=\"{end:.1}\" y=\"{base}\" fill=\"#444\">{value:.1} ({percent:.0} %)</text>",
            NAMES - 8,
            escaped(name),
            top + 4,
            ROW - 6,
        );
    }
    let base = ROW * (bars.len() + 1) + 17;
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\" fill=\"#444\">together</text><text x=\"{NAMES}\" y=\"{base}\" fill=\"#444\">{total:.1} {}</text>\n</svg>",
        NAMES - 8,
        escaped(unit)
    );
    out
}

fn longest(bars: &[Bar]) -> f64 {
    bars.iter().map(|(_, value)| *value).fold(1e-9, f64::max)
}

fn total(bars: &[Bar]) -> f64 {
    bars.iter().map(|(_, value)| value).sum::<f64>().max(1e-9)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars() -> Vec<Bar> {
        vec![("a < b".to_owned(), 75.0), ("rest".to_owned(), 25.0)]
    }

    #[test]
    fn the_longest_bar_fills_the_width_and_shares_add_up() {
        let text = text(&bars(), "things");
        let first = text.lines().next().expect("a line");
        assert_eq!(first.matches('█').count(), COLUMNS);
        assert!(
            first.contains("75.0 %") && text.ends_with("100 things\n"),
            "{text}"
        );
    }

    #[test]
    fn a_name_cannot_break_the_picture() {
        let svg = svg("where", &bars(), "µs");
        assert!(svg.contains("a &lt; b") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("width=\"420.0\"") && svg.contains("width=\"140.0\""));
    }
}
