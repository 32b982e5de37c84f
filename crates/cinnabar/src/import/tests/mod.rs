//! Import from file to tally, against a ledger in memory.
#![allow(clippy::unwrap_used)]

mod ledger;
mod mappings;
mod order;
mod real;
mod samples;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cinnabar_events::LedgerId;

use self::ledger::{Ledger, Unplugged};
use super::*;

/// The mappings that are shipped, with the sample and the real file of each.
const SHIPPED: [(&str, &str, &str); 3] = [
    (
        "nl-algoritmeregister",
        "nl-changes.jsonl",
        "nl-algoritmeregister/changes.jsonl",
    ),
    (
        "fda-approvals",
        "fda-approvals.csv",
        "fda-medai/823_fda_devices_withAEs.csv",
    ),
    (
        "fda-incidents",
        "fda-incidents.csv",
        "fda-medai/943_AEs_for_fda_devices.csv",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn mapping(name: &str) -> Mapping {
    Mapping::load(&root().join("tools/import").join(format!("{name}.toml"))).unwrap()
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/import-sample").join(file)).unwrap()
}

fn author() -> Author {
    Author {
        ledger: LedgerId::from_bytes([7; 32]),
        signer: cinnabar_events::SignerClaim {
            actor: "actor-registrar".parse().unwrap(),
            role: "registrar".parse().unwrap(),
            on_behalf_of: None,
        },
    }
}

/// Imports `file`; the counts (also of an import that stopped) and the reject file.
fn import<S: Submit<Stopped = Unplugged>>(
    mapping: &Mapping,
    file: &[u8],
    ledger: &Arc<S>,
    in_flight: usize,
) -> (Result<Tally, Halted<Unplugged>>, Vec<Rejected>) {
    let mut out = Vec::new();
    let mut rejects = RejectFile::new(&mut out);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let rows = mapping.read(file).unwrap();
    let ledger = Arc::clone(ledger);
    let tally = runtime.block_on(run(
        rows,
        &author(),
        ledger,
        in_flight,
        &mut rejects,
        |_, _| {},
    ));
    let lines = std::str::from_utf8(&out).unwrap().lines();
    let rejected = lines.map(|line| serde_json::from_str(line).unwrap());
    (tally, rejected.collect())
}

/// Rows: read, recorded, already there, rejected; then statements.
fn numbers(tally: &Tally) -> [u64; 8] {
    let Tally {
        rows, statements, ..
    } = tally;
    [
        rows.read,
        rows.recorded,
        rows.already_there,
        rows.rejected,
        statements.read,
        statements.recorded,
        statements.already_there,
        statements.rejected,
    ]
}
