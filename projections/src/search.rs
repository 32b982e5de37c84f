//! Full text: how it is cut up for FTS5, and how a question becomes one that FTS5 understands.
//!
//! A run of Chinese, Japanese or Korean characters `abc` is indexed as the words `ab bc c`. Then every part of a run that
//! is two characters long or longer is a phrase of such words, and one character is the start of a word.

/// Longest question, in characters: longer ones are cut from documents, not typed.
pub const SEARCH_TEXT_MAX: usize = 200;
/// Most phrases in one question: each costs a walk through its list of rows.
const PHRASES_MAX: usize = 16;

/// The SQL that makes a text index. It keeps no text: that stands in the rows.
pub(crate) fn create_index(name: &str) -> String {
    format!(
        "CREATE VIRTUAL TABLE {name} USING fts5(body, content='', columnsize=0, tokenize='porter unicode61 remove_diacritics 2')"
    )
}

/// A question to a text index, in FTS5's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

/// A question that can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable {
    /// Longer than [`SEARCH_TEXT_MAX`].
    #[error("longer than {SEARCH_TEXT_MAX} characters")]
    TooLong,
    /// No letter or digit in it.
    #[error("without a letter or a digit")]
    Empty,
    /// Too many words.
    #[error("more than {PHRASES_MAX} words")]
    TooManyWords,
}

impl Search {
    /// Every word of `text` must be found, in any order; neighbouring ideographs must be neighbours.
    ///
    /// # Errors
    /// [`Unsearchable`].
    pub fn new(text: &str) -> Result<Self, Unsearchable> {
        if text.chars().count() > SEARCH_TEXT_MAX {
            return Err(Unsearchable::TooLong);
        }
        let phrases: Vec<String> = runs(text).filter_map(|run| phrase(&run)).collect();
        match phrases.len() {
            0 => Err(Unsearchable::Empty),
            1..=PHRASES_MAX => Ok(Self(phrases.join(" "))),
            _ => Err(Unsearchable::TooManyWords),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One run of characters of the same sort.
enum Run {
    /// Cut into pairs.
    Ideographs(Vec<char>),
    /// Left to the tokenizer.
    Word(String),
}

/// The text as it is given to FTS5.
pub(crate) fn indexed<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for part in parts {
        for run in runs(part) {
            match run {
                Run::Ideographs(characters) => {
                    for at in 0..characters.len() {
                        out.extend(&characters[at..characters.len().min(at + 2)]);
                        out.push(' ');
                    }
                }
                Run::Word(word) => {
                    out.push_str(&word);
                    out.push(' ');
                }
            }
        }
        // Between two parts no phrase may be found: a word that nobody can ask for keeps them apart.
        out.push_str("\u{e000} ");
    }
    out
}

fn phrase(run: &Run) -> Option<String> {
    match run {
        Run::Word(word) => {
            let searchable = word.chars().any(char::is_alphanumeric);
            searchable.then(|| format!("\"{}\"", word.replace(['"', '\0'], " ")))
        }
        Run::Ideographs(characters) if characters.len() == 1 => {
            Some(format!("\"{}\"*", characters[0]))
        }
        Run::Ideographs(characters) => {
            let pairs: Vec<String> = characters
                .windows(2)
                .map(|pair| pair.iter().collect())
                .collect();
            Some(format!("\"{}\"", pairs.join(" ")))
        }
    }
}

fn runs(text: &str) -> impl Iterator<Item = Run> {
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        let first = *characters.peek()?;
        let same = |c: &char| !c.is_whitespace() && is_ideograph(*c) == is_ideograph(first);
        let run = std::iter::from_fn(|| characters.next_if(same));
        Some(if is_ideograph(first) {
            Run::Ideographs(run.collect())
        } else {
            Run::Word(run.collect())
        })
    })
}

/// Characters of scripts written without spaces, as in Lucene's CJK analysis: Han, kana, Hangul syllables.
const fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, question: &str) -> bool {
        let sqlite = rusqlite::Connection::open_in_memory().unwrap();
        sqlite.execute_batch(&create_index("t")).unwrap();
        let insert = "INSERT INTO t(rowid, body) VALUES (1, ?)";
        sqlite.execute(insert, [indexed([text])]).unwrap();
        let question = Search::new(question).unwrap();
        let select = "SELECT count(*) FROM t WHERE t MATCH ?";
        let count = sqlite.query_row(select, [question.as_str()], |row| row.get::<_, i64>(0));
        count.unwrap() == 1
    }

    #[test]
    fn words_and_parts_of_chinese_runs_are_found() {
        let text = "深圳市人脸识别系统 Traffic signals v2.1 深龙卫〔2026〕12号";
        for question in [
            "人脸",
            "识别系统",
            "深圳市人脸识别系统",
            "统",
            "深",
            "signal",
            "SIGNALS",
            "traffic 人脸",
            "v2.1",
            "2026",
            "12号",
            "深龙卫〔2026〕12号",
            "signals traffic",
        ] {
            assert!(found(text, question), "{question}");
        }
        for question in ["脸人", "统识", "sig", "signals 2027", "圳深", "traffic人工"] {
            assert!(!found(text, question), "{question}");
        }
    }

    #[test]
    fn a_question_without_anything_to_find_is_refused() {
        assert_eq!(Search::new(" \"*-^ "), Err(Unsearchable::Empty));
        assert_eq!(Search::new(&"a".repeat(201)), Err(Unsearchable::TooLong));
        assert_eq!(
            Search::new(&"a ".repeat(17)),
            Err(Unsearchable::TooManyWords)
        );
    }

    proptest! {
        /// Whatever is typed, FTS5 takes it as words, never as its own syntax.
        #[test]
        fn no_question_is_a_syntax_error(question in "\\PC{0,40}", operators in "[\"*^:(){}+ANDORTE -]{0,20}") {
            let question = format!("{question}{operators}");
            if Search::new(&question).is_ok() {
                found("anything", &question);
            }
        }

        #[test]
        fn every_part_of_a_chinese_text_is_found(text in "[一-鿿]{2,12}", start in 0usize..10, len in 1usize..6) {
            let characters: Vec<char> = text.chars().collect();
            let start = start.min(characters.len() - 1);
            let part: String = characters[start..].iter().take(len).collect();
            prop_assert!(found(&text, &part), "{} in {}", part, text);
        }
    }
}
