//! The report in words.

use std::io::{self, Write};

use cinnabar_verifier::{Finding, Level, Report, Verdict};

use crate::audit::Audited;
use crate::beyond::{Beyond, ViewsDone};

/// Most time-stamps that are shown, those over the largest sizes; all of them are in the JSON.
const STAMPS_SHOWN: usize = 12;

/// Writes the report; if `quiet` and all is well, its last line only.
pub(crate) fn write(audited: &Audited, quiet: bool, out: &mut impl Write) -> io::Result<()> {
    let report = &audited.report;
    if !quiet || !report.is_verified() {
        facts(report, out)?;
        beyond(&audited.beyond, out)?;
        what_was_done(audited, out)?;
        for finding in &report.findings {
            write_finding(finding, out)?;
        }
        if report.more_findings > 0 {
            writeln!(out, "\n… and {} more findings", report.more_findings)?;
        }
        if report.rules.unsure > 0 {
            let since = report.rules.unsure_since.unwrap_or(0);
            writeln!(
                out,
                "\nAfter sequence {since} the rules would reject {} more entries. That may follow from what is wrong there, so they are not listed.",
                report.rules.unsure
            )?;
        }
        if !report.missing.is_empty() {
            writeln!(out, "\nMissing:")?;
        }
        for missing in &report.missing {
            writeln!(out, "  {missing}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", conclusion(report))
}

fn facts(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if let Some(ledger) = report.ledger {
        writeln!(out, "ledger      {ledger}")?;
    }
    if let Some(checkpoint) = &report.checkpoint {
        writeln!(out, "log         {}", checkpoint.origin)?;
        writeln!(
            out,
            "checkpoint  size {}, root {}",
            checkpoint.size, checkpoint.root
        )?;
    }
    writeln!(
        out,
        "entries     {} read, root {}",
        report.entries, report.root
    )?;
    if let Some(head) = report.head {
        writeln!(
            out,
            "last entry  sequence {}, recorded {}, {}",
            head.sequence, head.time, head.hash
        )?;
    }
    if let Some(resumed) = &report.resumed {
        writeln!(
            out,
            "earlier     {} entries with root {}; {} read now",
            resumed.size, resumed.root, report.read
        )?;
    }
    if let Some(quorum) = &report.quorum {
        let met = quorum.quorum.as_deref().unwrap_or("none asked for");
        writeln!(out, "quorum      {met}")?;
        for by in &quorum.cosigned {
            writeln!(
                out,
                "  cosigned  by {} ({}) at {}",
                by.witness, by.key, by.time
            )?;
        }
    }
    writeln!(out, "levels")?;
    for done in &report.levels {
        writeln!(out, "  {:<11} {}", done.level.as_str(), done.covered)?;
    }
    Ok(())
}

fn beyond(beyond: &Beyond, out: &mut impl Write) -> io::Result<()> {
    if let Some(ViewsDone {
        size,
        same,
        compared,
    }) = beyond.views
    {
        writeln!(
            out,
            "  views       {same} of {compared} are what the first {size} entries give"
        )?;
    }
    if let Some(vault) = &beyond.vault {
        writeln!(
            out,
            "  vault       {} of {} commitments open; {} erased, {} erased and not known to this vault, {} absent; erasures done up to sequence {}",
            vault.open,
            vault.commitments,
            vault.erased,
            vault.erased_unseen,
            vault.absent,
            vault.erased_to
        )?;
    }
    let stamps = &beyond.timestamps;
    if let Some(earlier) = stamps
        .len()
        .checked_sub(STAMPS_SHOWN)
        .filter(|more| *more > 0)
    {
        writeln!(out, "time-stamps {earlier} over smaller sizes, and")?;
    } else if !stamps.is_empty() {
        writeln!(out, "time-stamps")?;
    }
    for stamp in &stamps[stamps.len().saturating_sub(STAMPS_SHOWN)..] {
        writeln!(
            out,
            "  not after   {}: the first {} entries, says {} ({})",
            stamp.not_after, stamp.size, stamp.authority, stamp.signer
        )?;
    }
    Ok(())
}

fn what_was_done(audited: &Audited, out: &mut impl Write) -> io::Result<()> {
    let fetched = &audited.fetched;
    if fetched.bundles + fetched.tiles > 0 {
        let (bundles, tiles) = (fetched.bundles, fetched.tiles);
        writeln!(
            out,
            "fetched     {bundles} bundles of entries, {tiles} hash tiles"
        )?;
    }
    for note in &audited.notes {
        writeln!(out, "note        {note}")?;
    }
    if let Some(digest) = &audited.state_digest {
        writeln!(out, "state       {digest}")?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    match finding.sequence {
        Some(sequence) => writeln!(out, "\nsequence {sequence}: {}", finding.check.code())?,
        None => writeln!(out, "\nthe whole ledger: {}", finding.check.code())?,
    }
    writeln!(out, "  expected  {}", finding.expected)?;
    writeln!(out, "  found     {}", finding.found)?;
    writeln!(out, "  meaning   {}", finding.meaning)
}

fn conclusion(report: &Report) -> String {
    let findings = report.findings.len() as u64 + report.more_findings;
    let plural = if findings == 1 { "" } else { "s" };
    match report.verdict {
        Verdict::Verified if report.levels.len() < Level::ALL.len() => {
            let levels = report.levels.iter().map(|done| done.level.as_str());
            let levels: Vec<_> = levels.collect();
            format!(
                "VERIFIED as far as {} go: {} entries",
                levels.join(", "),
                report.entries
            )
        }
        Verdict::Verified => format!(
            "VERIFIED: {} entries, all as the log signed for them",
            report.entries
        ),
        Verdict::Findings => format!("NOT VERIFIED: {findings} finding{plural}"),
        Verdict::Fork => format!("FORK: the log contradicts itself; {findings} finding{plural}"),
        Verdict::Undecided => {
            "CANNOT DECIDE: nothing found wrong, but not everything was there".to_owned()
        }
    }
}
