//! What an audit costs, against the limits of the machine.

mod generate;
mod people;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let wanted: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(100_000);
    let path = PathBuf::from(args.next().unwrap_or_else(|| "/tmp/x.jsonl".to_owned()));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let start = Instant::now();
    let (note, _) = generate::write(wanted, &[], &mut out)?;
    out.flush()?;
    std::fs::write(format!("{}.checkpoint", path.display()), note)?;
    println!("{:?} {}", start.elapsed(), generate::log_signer().verifier());
    Ok(())
}
