//! What lies beyond the bytes: the views that are served, the vault, and time-stamps over checkpoints.
//!
//! For these the entries are read once more, after the audit. They must give the root again that the log signed.

mod again;
mod stamps;
mod vault;
mod views;

use cinnabar_tlog::Size;
use cinnabar_verifier::{Check, FINDINGS_MAX, Finding, Report, Verdict};
use serde::Serialize;

use crate::args::Args;
use crate::source::Source;
use again::Again;
pub(crate) use stamps::Stamped;
use stamps::Stamps;
use vault::Counting;
pub(crate) use vault::VaultDone;
use views::Folding;
pub(crate) use views::{Asked, ViewsDone};

/// Longest text of `expected` or `found` in a finding, in characters: much of it was said by somebody else.
const TEXT_MAX_CHARS: usize = 400;

/// What was looked at beyond the bytes.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Beyond {
    /// The views.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) views: Option<ViewsDone>,
    /// The vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vault: Option<VaultDone>,
    /// Time-stamps that verify, by size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) timestamps: Vec<Stamped>,
}

/// What to add to the report.
#[derive(Default)]
struct Notes {
    findings: Vec<Finding>,
    missing: Vec<String>,
}

impl Notes {
    fn finding(
        &mut self,
        (sequence, check): (Option<u64>, Check),
        expected: impl Into<String>,
        found: impl Into<String>,
        meaning: &str,
    ) {
        self.findings.push(Finding {
            sequence,
            check,
            expected: shorten(expected.into()),
            found: shorten(found.into()),
            meaning: meaning.to_owned(),
        });
    }

    fn missing(&mut self, what: impl Into<String>) {
        self.missing.push(shorten(what.into()));
    }
}

/// At most [`TEXT_MAX_CHARS`], and nothing in it that a terminal obeys.
fn shorten(text: String) -> String {
    let more = text.chars().nth(TEXT_MAX_CHARS).map(|_| '…');
    let plain = text.chars().take(TEXT_MAX_CHARS).map(|char| match char {
        char if char.is_control() => char::REPLACEMENT_CHARACTER,
        char => char,
    });
    plain.chain(more).collect()
}

/// What has to be asked before the audit, so that the checkpoint covers what was answered.
pub(crate) fn ask(args: &Args) -> Option<Asked> {
    args.views.as_deref().map(views::ask)
}

/// Checks what was asked for, and adds to the report what it comes to.
pub(crate) fn check(
    args: &Args,
    asked: Option<Asked>,
    source: Option<&Source>,
    report: &mut Report,
) -> Beyond {
    let mut notes = Notes::default();
    let mut beyond = Beyond::default();
    let folding = asked.and_then(|asked| Folding::begin(asked, &mut notes));
    let counting = (args.vault.as_deref().zip(args.institution_key.as_deref()))
        .and_then(|(dir, key)| Counting::begin(dir, key, &mut notes));
    let stamps = (args.timestamps.as_deref())
        .and_then(|from| Stamps::find(from, &args.authorities, &mut notes));
    if folding.is_some() || counting.is_some() || stamps.is_some() {
        let mut again = Again {
            folding,
            counting,
            stamps,
        };
        match again.read(source, report) {
            Ok(roots) => {
                beyond.views = again.folding.and_then(|it| it.finish(&mut notes));
                beyond.vault = again.counting.and_then(|it| it.finish(&mut notes));
                let origin = args.first_key().name();
                if let Some(stamps) = again.stamps {
                    beyond.timestamps = stamps.verify(origin, &roots, &mut notes);
                }
            }
            Err(why) => notes.missing(format!("the entries, to be read once more: {why}")),
        }
    }
    settle(report, notes);
    beyond
}

/// Adds findings and what is missing, and what the verdict is then.
fn settle(report: &mut Report, notes: Notes) {
    for finding in notes.findings {
        if report.findings.len() < FINDINGS_MAX {
            report.findings.push(finding);
        } else {
            report.more_findings += 1;
        }
    }
    let place = |finding: &Finding| (finding.sequence.unwrap_or(u64::MAX), finding.check);
    report.findings.sort_by_key(place);
    report.missing.extend(notes.missing);
    report.verdict = match report.verdict {
        Verdict::Fork => Verdict::Fork,
        Verdict::Verified | Verdict::Findings | Verdict::Undecided => match () {
            () if !report.findings.is_empty() => Verdict::Findings,
            () if !report.missing.is_empty() => Verdict::Undecided,
            () => Verdict::Verified,
        },
    };
}

/// How many entries the checkpoint covers by which the audit went.
fn covered(report: &Report) -> Option<Size> {
    let covered = report.checkpoint.as_ref()?;
    Some(Size::new(covered.size))
}
