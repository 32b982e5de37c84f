//! Stories: case files as plain text, one statement a line, that a reader of the law can check and a ledger can follow.
//!
//! ```text
//! # Prose.
//! time 2026-11-23 09:00
//! lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"route":"trial"}
//! chen as decision_maker and qian as decision_maker say approval.granted on product/p1: {} -> refused subject.state
//! product/p1 is submitted
//! time 2026-12-31 00:00
//! the ledger says product.accepted on product/p1: {"deemed":true}
//! deadline supplement on product/p1 is missed
//! ```

use cinnabar_events::{Kind, PublicKey, Timestamp};
use serde_json::{Map, Value as Json};

/// Seconds by which the clocks of the stories, in Asia/Shanghai, are ahead of UTC.
const AHEAD: i64 = 8 * 3600;

/// One line of a story.
#[derive(Clone, Debug)]
pub enum Line {
    /// The clock is moved to this moment.
    Time(Timestamp),
    /// Somebody says something.
    Says(Box<Says>),
    /// The ledger itself has said this since the clock was moved.
    Ledger {
        /// What.
        kind: Kind,
        /// About what, or concerning what.
        subject: String,
        /// Members that its payload has, among others.
        data: Map<String, Json>,
    },
    /// A thing stands here now.
    Is {
        /// Which.
        subject: String,
        /// Where.
        status: String,
    },
    /// A deadline stands so now.
    Deadline {
        /// Its rule.
        rule: String,
        /// On what.
        subject: String,
        /// How.
        status: String,
    },
}

/// What somebody says, and what comes of it.
#[derive(Clone, Debug)]
pub struct Says {
    /// `actor:role` or `actor:role@organisation`, as they stand in a story without its words.
    pub signers: Vec<String>,
    /// What.
    pub kind: Kind,
    /// About what.
    pub subject: String,
    /// Concerning what else.
    pub concerns: Vec<String>,
    /// Provisions that it stands on: instrument and article.
    pub basis: Vec<(String, String)>,
    /// When it happened, as it stands in the statement.
    pub occurred: Option<String>,
    /// Pointers of fields that are given as commitments.
    pub hidden: Vec<String>,
    /// From which register and row it is taken over.
    pub migrated: Option<(String, String)>,
    /// The payload: what the line says, and the kind's example for required members that it doesn't.
    pub data: Json,
    /// The code of the rule that says no; recorded if absent.
    pub refused: Option<String>,
}

/// Reads a story: its lines, with their numbers from 1.
///
/// `key` gives the key that somebody signs with.
///
/// # Errors
/// The number of a line that is none, and why.
pub fn read(
    text: &str,
    key: impl Fn(&str) -> Option<PublicKey>,
) -> Result<Vec<(usize, Line)>, String> {
    let meant = |(_, line): &(usize, &str)| !line.trim().is_empty() && !line.starts_with('#');
    text.lines()
        .enumerate()
        .filter(meant)
        .map(|(index, line)| {
            let parsed = parse(line.trim(), &key);
            let parsed = parsed.map_err(|why| format!("line {}: {why}: {line}", index + 1))?;
            Ok((index + 1, parsed))
        })
        .collect()
}

fn parse(line: &str, key: &dyn Fn(&str) -> Option<PublicKey>) -> Result<Line, String> {
    if let Some(time) = line.strip_prefix("time ") {
        let text = format!("{}:00.000000Z", time.trim().replace(' ', "T"));
        let local: Timestamp = text.parse().map_err(|_| "no time")?;
        return Ok(Line::Time(local.plus_seconds(-AHEAD)));
    }
    if let Some(rest) = line.strip_prefix("deadline ") {
        let (rule, rest) = rest.split_once(" on ").ok_or("no `on`")?;
        let (subject, status) = rest.split_once(" is ").ok_or("no `is`")?;
        return Ok(Line::Deadline {
            rule: rule.to_owned(),
            subject: subject.to_owned(),
            status: status.to_owned(),
        });
    }
    if let Some(rest) = line.strip_prefix("the ledger says ") {
        let (head, data) = rest.split_once(": ").unwrap_or((rest, "{}"));
        let (kind, subject) = head
            .split_once(" on ")
            .or_else(|| head.split_once(" concerning "))
            .ok_or("no subject")?;
        return Ok(Line::Ledger {
            kind: kind.parse().map_err(|_| "no kind")?,
            subject: subject.to_owned(),
            data: object(data)?,
        });
    }
    let verb = [" says ", " say "]
        .into_iter()
        .filter_map(|verb| line.split_once(verb))
        .min_by_key(|(signers, _)| signers.len());
    match (verb, line.split_once(" is ")) {
        (Some((signers, rest)), _) => says(signers, rest, key).map(Box::new).map(Line::Says),
        (None, Some((subject, status))) => Ok(Line::Is {
            subject: subject.to_owned(),
            status: status.to_owned(),
        }),
        (None, None) => Err("neither says something nor is something".to_owned()),
    }
}

fn says(
    signers: &str,
    rest: &str,
    key: &dyn Fn(&str) -> Option<PublicKey>,
) -> Result<Says, String> {
    let (rest, refused) = match rest.rsplit_once(" -> refused ") {
        Some((rest, code)) => (rest, Some(code.trim().to_owned())),
        None => (rest, None),
    };
    let (head, data) = rest.split_once(": ").unwrap_or((rest, "{}"));
    let (head, migrated) = cut(head, " taken over from ");
    let (head, hidden) = cut(head, " hiding ");
    let (head, occurred) = cut(head, " occurred ");
    let (head, basis) = cut(head, " under ");
    let (head, concerns) = cut(head, " concerning ");
    let (kind, subject) = head.split_once(" on ").ok_or("no `on`")?;
    let kind: Kind = kind.trim().parse().map_err(|_| "no kind")?;
    let list = |text: Option<&str>| -> Vec<String> {
        let items = text.unwrap_or_default().split(", ").map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let migrated = match migrated {
        None => None,
        Some(text) => {
            let (register, row) = text.split_once(" row ").ok_or("no `row`")?;
            Some((register.to_owned(), row.to_owned()))
        }
    };
    Ok(Says {
        signers: signers
            .split(" and ")
            .map(signer)
            .collect::<Result<_, _>>()?,
        kind,
        subject: subject.trim().to_owned(),
        concerns: list(concerns),
        basis: basis.map_or(Ok(Vec::new()), provisions)?,
        occurred: occurred.map(str::to_owned),
        hidden: list(hidden),
        migrated,
        data: with_defaults(kind, object(data)?, key)?,
        refused,
    })
}

/// `Shenzhen AI Regulation Art. 66; Administrative Licensing Law Art. 69`.
fn provisions(text: &str) -> Result<Vec<(String, String)>, String> {
    let one = |text: &str| {
        let (instrument, article) = text.trim().split_once(" Art. ").ok_or("no article")?;
        Ok((instrument.to_owned(), format!("Art. {article}")))
    };
    text.split("; ").map(one).collect()
}

fn cut<'t>(text: &'t str, word: &str) -> (&'t str, Option<&'t str>) {
    text.split_once(word)
        .map_or((text, None), |(head, tail)| (head, Some(tail)))
}

/// `lin as enterprise_filer for acme`.
fn signer(text: &str) -> Result<String, String> {
    let (actor, role) = text
        .trim()
        .split_once(" as ")
        .ok_or("a signer without role")?;
    Ok(match role.split_once(" for ") {
        Some((role, organisation)) => format!("{actor}:{role}@{organisation}"),
        None => format!("{actor}:{role}"),
    })
}

fn object(text: &str) -> Result<Map<String, Json>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Required members that the line doesn't give are those of the kind's example; a member given as null is left out;
/// `the key of lin` is the key that lin signs with.
fn with_defaults(
    kind: Kind,
    mut data: Map<String, Json>,
    key: &dyn Fn(&str) -> Option<PublicKey>,
) -> Result<Json, String> {
    let parse = |text| -> Json { serde_json::from_str(text).expect("a test reads it") };
    let (schema, example) = (parse(kind.schema()), parse(kind.example()));
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Json::as_str) {
        if !data.contains_key(name) {
            data.insert(name.to_owned(), example[name].clone());
        }
    }
    data.retain(|_, value| !value.is_null());
    for value in data.values_mut() {
        if let Some(name) = value
            .as_str()
            .and_then(|text| text.strip_prefix("the key of "))
        {
            let key = key(name).ok_or_else(|| format!("nobody is called {name}"))?;
            *value = key.to_string().into();
        }
    }
    Ok(Json::Object(data))
}
