//! `verify denounce A B`: do two things that the log signed agree, or has it told two stories?

use std::path::PathBuf;

use cinnabar_evidence::{Comparison, Consistency, Missing, Trust, denounce};

use super::exhibit::{Held, consistency};
use super::{Answer, FormArgs, TrustArgs};
use crate::outcome::Outcome;

/// Compares two things that the log signed. If they contradict each other, writes evidence that anybody verifies offline.
///
/// A and B: a receipt; a tlog-proof with its entry beside it (`FILE.entry`); a bundle; a signed checkpoint; an export with
/// `FILE.checkpoint` beside it; a directory with such an export or with a log's `checkpoint` and `tile/`; the address of a log.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct Args {
    /// What you hold.
    #[arg(value_name = "A")]
    first: String,
    /// What somebody else holds, or what the log says now.
    #[arg(value_name = "B")]
    second: String,
    #[command(flatten)]
    trust: TrustArgs,
    /// A log in tiles, to fetch a missing consistency proof from. May be given several times.
    #[arg(long, value_name = "URL|DIR")]
    from: Vec<String>,
    /// Where to write the evidence. Nothing is written over.
    #[arg(long, value_name = "EVIDENCE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

pub(super) fn run(args: &Args) -> Answer {
    compare(args).unwrap_or_else(|answer| answer)
}

fn compare(args: &Args) -> Result<Answer, Answer> {
    let trust = args.trust.trust()?;
    let (first, second) = (Held::find(&args.first)?, Held::find(&args.second)?);
    let mut compared = between(&first, &second, &trust, &[]);
    let mut unfetched = Vec::new();
    if let Comparison::Undecided {
        missing: Missing::Consistency { old, new },
        ..
    } = &compared
    {
        let mut known = Vec::new();
        for from in sources(args) {
            match consistency(from, *old, *new) {
                Ok(proof) => known.push(proof),
                Err(error) => unfetched.push(format!("{from}: {error}")),
            }
        }
        if !known.is_empty() {
            compared = between(&first, &second, &trust, &known);
        }
    }
    let outcome = match &compared {
        Comparison::Agree { .. } => Outcome::Verified,
        Comparison::Contradiction { .. } => Outcome::Fork,
        Comparison::Undecided { .. } | Comparison::Invalid { .. } => Outcome::Undecided,
    };
    let mut answer = Answer::new(outcome, &compared);
    if matches!(compared, Comparison::Undecided { .. }) && !unfetched.is_empty() {
        let notes = unfetched
            .iter()
            .map(|note| format!("not fetched: {note}\n"));
        answer.text.extend(notes);
        answer.json["notFetched"] = unfetched.into();
    }
    if let (Some(path), Some(evidence)) = (&args.out, compared.evidence()) {
        keep(path, evidence, &mut answer);
    }
    Ok(answer)
}

/// Where tiles may be had: what was named, and the exhibits that are logs themselves.
fn sources(args: &Args) -> impl Iterator<Item = &str> {
    let exhibits = [&args.first, &args.second];
    let served = exhibits.into_iter().filter(|one| crate::pass::is_url(one));
    args.from.iter().chain(served).map(String::as_str)
}

fn between(first: &Held, second: &Held, trust: &Trust, known: &[Consistency]) -> Comparison {
    let leaves = (first.leaves(), second.leaves());
    let first = first.exhibit(leaves.0.as_ref());
    let second = second.exhibit(leaves.1.as_ref());
    denounce(&first, &second, trust, known).into()
}

/// The verdict stands, whether or not the file can be written.
fn keep(path: &std::path::Path, evidence: &[u8], answer: &mut Answer) {
    use std::io::Write as _;
    let written = std::fs::File::create_new(path).and_then(|mut file| {
        file.write_all(evidence)?;
        file.sync_all()
    });
    let (said, member) = match written {
        Ok(()) => ("the evidence is in", "evidenceFile"),
        Err(error) => {
            eprintln!(
                "the evidence can't be written to {}: {error}",
                path.display()
            );
            ("the evidence could not be written to", "notWritten")
        }
    };
    let path = path.display().to_string();
    answer.text.push_str(&format!("{said} {path}\n"));
    answer.json[member] = path.into();
}
