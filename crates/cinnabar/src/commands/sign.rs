//! `cinnabar sign`: make a statement file that several people sign one after the other.

use std::path::PathBuf;

use cinnabar_events::{Kind, LedgerId};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::keys::KeyArgs;
use crate::out;
use crate::profile::ProfileArg;
use crate::statement::{Drafted, STATEMENT_SUFFIX, StatementArgs, StatementFile};

/// Arguments of `cinnabar sign`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar sign approval.granted --subject product/triage --data route=trial mode=pilot expires=2027-05-20 \\
      reasons=\"Low risk.\" --as chen:decision_maker --as qian:decision_maker --key chen.key --out triage.statement
  cinnabar cosign triage.statement --key qian.key
  cinnabar submit triage.statement")]
pub(crate) struct Args {
    /// What kind of statement; `cinnabar kinds` lists them.
    #[arg(value_name = "KIND")]
    kind: Kind,
    #[command(flatten)]
    statement: StatementArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// Sign for this ledger instead of the profile's; needs no profile then.
    #[arg(long, value_name = "ID")]
    ledger: Option<LedgerId>,
    /// Where to put the statement; <id>.statement if absent. Must not exist.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Runs `cinnabar sign`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let ledger = match args.ledger {
        Some(ledger) => ledger,
        None => args.profile.load()?.ledger,
    };
    let Drafted { mut file, openings } = args.statement.draft(args.kind, ledger)?;
    let keys = if args.keys.is_empty() {
        Vec::new()
    } else {
        args.keys.open()?
    };
    for key in &keys {
        file.sign(key).or_fail(Exit::Usage)?;
    }
    let default = || PathBuf::from(format!("{}{STATEMENT_SUFFIX}", file.statement().id));
    let path = args.out.clone().unwrap_or_else(default);
    if let Some(openings) = openings {
        let folder = path.parent().unwrap_or(std::path::Path::new("")).to_owned();
        let kept = openings.keep(&folder).or_fail(Exit::Usage)?;
        tell_openings(&kept);
    }
    file.create(&path).or_fail(Exit::Usage)?;
    out::line(format_args!("{}  {}", path.display(), progress(&file)))
}

/// How far a statement file has come.
pub(crate) fn progress(file: &StatementFile) -> String {
    let (signatures, signers) = (
        file.signatures().len(),
        file.statement().signers.as_slice().len(),
    );
    if signatures == signers {
        format!("all {signers} signatures; send it with `cinnabar submit`")
    } else {
        format!("{signatures} of {signers} signatures; the next signs with `cinnabar cosign`")
    }
}

/// Says where openings are kept until the statement is submitted.
fn tell_openings(path: &std::path::Path) {
    out::note(format!(
        "Confidential values and their salts are in {} and nowhere else. Keep it beside the statement file: `cinnabar \
         submit` sends it along, into the institution's vault.",
        path.display()
    ));
}
