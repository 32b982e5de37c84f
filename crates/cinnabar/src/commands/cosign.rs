//! `cinnabar cosign`: look at a statement that others have signed, and sign it too.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use super::sign::progress;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::keys::KeyArgs;
use crate::out;
use crate::statement::{StatementFile, show};

/// Arguments of `cinnabar cosign`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar cosign triage.statement --key qian.key")]
pub(crate) struct Args {
    /// The statement file. It is replaced by one with your signature.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    keys: KeyArgs,
    /// Sign without asking.
    #[arg(long)]
    yes: bool,
    /// Put the signed statement here and leave the file as it is.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs `cinnabar cosign`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut file = StatementFile::load(&args.file).or_fail(Exit::Malformed)?;
    out::line(show(file.statement(), file.statement_bytes(), file.signatures()).trim_end())?;
    if file.is_complete() {
        return Err(Failure::saying(
            Exit::Usage,
            "everybody has signed this; send it with `cinnabar submit`",
        ));
    }
    if !args.yes && !confirmed()? {
        return Err(Failure::saying(Exit::Usage, "not signed"));
    }
    let key = args.keys.open_one()?;
    file.sign(&key).or_fail(Exit::Usage)?;
    match &args.out {
        Some(path) => file.create(path).or_fail(Exit::Usage)?,
        None => file.replace(&args.file).or_fail(Exit::Usage)?,
    }
    let path = args.out.as_ref().unwrap_or(&args.file);
    out::line(format_args!("{}  {}", path.display(), progress(&file)))
}

/// Asks on the terminal.
fn confirmed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::saying(
            Exit::Usage,
            "nobody to ask whether to sign this; look at it, then say --yes",
        ));
    }
    let mut prompt = std::io::stderr().lock();
    let _ = write!(prompt, "Sign this? [y/N] ").and_then(|()| prompt.flush());
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .or_fail_while(Exit::Usage, || "cannot read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
