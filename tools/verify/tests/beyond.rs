//! Beyond the bytes: the views that a node serves, the institution's vault, time-stamps over checkpoints.
#![allow(clippy::unwrap_used)]

mod authority;
mod ledger;
mod papers;

use std::path::Path;
use std::process::Command;

use authority::Desk;
use cinnabar_events::{Kind, StatementId, Subject};
use cinnabar_governance::testing::Town;
use cinnabar_projections::{VIEWS, Views};
use cinnabar_tlog::{Frontier, Size, leaf_hash};
use cinnabar_vault::{Filing, InstitutionKey, Opening, Openings, Slot, Vault};
use ledger::{Ledger, serve};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// Runs `verify --json` on these arguments. Its exit code and the report.
fn verify(ledger: &Ledger, from: &Path, more: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .arg("--from")
        .arg(from)
        .args(["--json", "--log-key", &ledger.vkey()])
        .args(more)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

/// Sequence and check of every finding.
fn findings(report: &Value) -> Vec<(Option<u64>, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| (one["sequence"].as_u64(), one["check"].as_str().unwrap()))
        .collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a node says of its views when it has folded the first `size` entries.
fn digests(ledger: &Ledger, size: usize) -> Value {
    let room = tempfile::tempdir().unwrap();
    let views = Views::open(room.path()).unwrap();
    let entries = &ledger.town().entries()[..size];
    let mut tree = Frontier::empty();
    entries
        .iter()
        .for_each(|entry| tree.push(leaf_hash(entry.bytes())));
    views
        .apply(entries, (Size::new(size as u64), tree.root()))
        .unwrap();
    let digests = views.read().unwrap().digests().unwrap();
    assert_eq!(digests, views.digests().unwrap());
    let view = |(name, digest): &(&str, cinnabar_projections::Digest)| {
        let version = VIEWS
            .iter()
            .find(|view| view.name == *name)
            .unwrap()
            .version;
        json!({ "name": name, "version": version, "digest": digest.to_string() })
    };
    let views: Vec<Value> = digests.views.iter().map(view).collect();
    json!({ "asOf": { "size": size, "rootHash": tree.root().to_string() }, "views": views })
}

fn node(room: &Path, answer: &Value) -> String {
    std::fs::create_dir_all(room.join("v1")).unwrap();
    std::fs::write(room.join("v1/views"), answer.to_string()).unwrap();
    serve(room.to_owned())
}

#[test]
fn views_are_what_the_entries_give_at_the_size_where_they_stand() {
    let ledger = Ledger::of(60);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    for size in [60, 40] {
        let node = node(room.path(), &digests(&ledger, size));
        let (code, report) = verify(&ledger, &file, &["--views", &node]);
        assert_eq!(
            (code, &report["verdict"]),
            (0, &json!("verified")),
            "{report}"
        );
        assert_eq!(
            report["views"],
            json!({ "size": size, "same": VIEWS.len(), "compared": VIEWS.len() })
        );
    }
}

#[test]
fn a_view_that_leaves_something_out_is_a_finding_that_names_it() {
    let ledger = Ledger::of(60);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let honest = digests(&ledger, 60);
    let earlier = digests(&ledger, 59);
    let views = earlier["views"].as_array().unwrap();
    let products = views.iter().position(|view| view["name"] == "products");
    let products = products.unwrap();
    let of = views[products]["digest"].clone();
    let mut lying = honest.clone();
    lying["views"][products]["digest"] = of;
    let mut silent = honest.clone();
    silent["views"].as_array_mut().unwrap().remove(products);
    let mut elsewhere = honest.clone();
    elsewhere["asOf"]["rootHash"] = json!("00");
    for (answer, expected) in [
        (&lying, "products"),
        (&silent, "products"),
        (&elsewhere, "root"),
    ] {
        let node = node(room.path(), answer);
        let (code, report) = verify(&ledger, &file, &["--views", &node]);
        assert_eq!(
            (code, findings(&report)),
            (10, vec![(None, "views")]),
            "{report}"
        );
        let said = report["findings"][0]["expected"].as_str().unwrap();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn views_that_cannot_be_compared_decide_nothing() {
    let ledger = Ledger::of(60);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export_of(room.path(), 50);
    let beyond = digests(&ledger, 60);
    let mut newer = digests(&ledger, 50);
    newer["views"][0]["version"] = json!(999);
    let long = json!({ "asOf": { "size": 50 }, "views": [], "x": "x".repeat(1 << 20) });
    for answer in [&beyond, &newer, &json!({}), &json!([[]]), &long] {
        let node = node(room.path(), answer);
        let (code, report) = verify(&ledger, &file, &["--views", &node]);
        assert_eq!((code, findings(&report)), (12, vec![]), "{report}");
    }
    let (code, report) = verify(&ledger, &file, &["--views", "http://127.0.0.1:9"]);
    assert_eq!((code, findings(&report)), (12, vec![]), "{report}");
    // Entries that the log did not sign for say nothing about views: the last one has another time.
    let mut lines = std::fs::read_to_string(&file).unwrap();
    let time = lines.rfind(".000000Z\",\"v\":1}").unwrap();
    lines.replace_range(time..time + 8, ".000001Z");
    std::fs::write(&file, lines).unwrap();
    let node = node(room.path(), &digests(&ledger, 50));
    let (code, report) = verify(&ledger, &file, &["--views", &node]);
    assert_eq!(code, 10);
    assert!(
        !findings(&report).iter().any(|(_, check)| *check == "views"),
        "{report}"
    );
    assert!(
        report["missing"]
            .to_string()
            .contains("to be read once more"),
        "{report}"
    );
}

/// A ledger with three confidential values, of which the ledger says that the second is erased, and their openings.
struct Confidential {
    ledger: Ledger,
    filings: Vec<Filing>,
    committed: Vec<u64>,
    erasure: u64,
}

fn opening(number: u8) -> Opening {
    Opening::new(
        "/contactPerson",
        Zeroizing::new([number; 32]),
        &format!("person {number}").into(),
    )
    .unwrap()
}

fn file(id: StatementId, number: u8) -> Filing {
    let subject: Subject = "product/p".parse().unwrap();
    let commitments = [("/contactPerson".to_owned(), opening(number).commitment(id))].into();
    let openings = Openings::new(id, vec![opening(number)]).unwrap();
    Filing::check(id, &subject, &commitments, openings).unwrap()
}

fn confidential() -> Confidential {
    let mut town = Town::populated();
    let (mut filings, mut committed, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..3 {
        let draft = town.submission(&format!("p{number}")).with(|statement| {
            let commitment = opening(number).commitment(statement.id);
            statement
                .commitments
                .insert("/contactPerson".to_owned(), commitment);
        });
        let id = draft.statement().id;
        ids.push((
            draft.statement().signers.as_slice()[0].actor.to_string(),
            id,
        ));
        filings.push(file(id, number));
        let verified = town.sign(&draft);
        committed.push(town.force(verified).get());
    }
    let (actor, id) = &ids[1];
    let data = json!({ "openings": [{ "actor": actor, "statement": id, "pointer": "/contactPerson" }], "backupsExpire": "2027-01-31" });
    let draft = town.draft(
        Kind::ErasureExecuted,
        "erasure/e1",
        &["zhou:privacy_officer"],
        &data,
    );
    let verified = town.sign(&draft);
    let erasure = town.force(verified).get();
    Confidential {
        ledger: Ledger::told(town),
        filings,
        committed,
        erasure,
    }
}

struct Kept {
    room: tempfile::TempDir,
    file: std::path::PathBuf,
}

impl Confidential {
    /// The export, and a vault in which `fill` did what it did.
    fn with_vault(&self, fill: impl FnOnce(&Vault)) -> Kept {
        let room = tempfile::tempdir().unwrap();
        let file = self.ledger.write_export(room.path());
        let key = InstitutionKey::create(&room.path().join("key")).unwrap();
        let vault = Vault::create(&room.path().join("vault"), &key).unwrap();
        for verdict in vault.keep(&self.filings).unwrap() {
            verdict.unwrap();
        }
        fill(&vault);
        Kept { room, file }
    }

    fn slot(&self, number: usize) -> Slot {
        self.filings[number].slots().next().unwrap()
    }

    fn verify(&self, kept: &Kept) -> (i32, Value) {
        let (vault, key) = (kept.room.path().join("vault"), kept.room.path().join("key"));
        let more = [
            "--level",
            "authors,tree",
            "--vault",
            text(&vault),
            "--institution-key",
            text(&key),
        ];
        verify(&self.ledger, &kept.file, &more)
    }

    /// As it should be.
    fn carried_out(&self, vault: &Vault) {
        vault.erase(&[self.slot(1)]).unwrap();
        vault
            .advance(cinnabar_events::Sequence::new(self.erasure + 1))
            .unwrap();
    }
}

#[test]
fn a_vault_that_did_what_the_ledger_says_is_in_order() {
    let told = confidential();
    let kept = told.with_vault(|vault| told.carried_out(vault));
    let (code, report) = told.verify(&kept);
    assert_eq!((code, findings(&report)), (0, vec![]), "{report}");
    let expected = json!({ "commitments": 3, "open": 2, "erased": 1, "erasedUnseen": 0, "absent": 0, "erasedTo": told.erasure + 1 });
    assert_eq!(report["vault"], expected);
    // A value that was never here is counted, and no finding.
    let kept = told.with_vault(|vault| {
        vault.discard(&[told.slot(0)]).unwrap();
        told.carried_out(vault);
    });
    let (code, report) = told.verify(&kept);
    assert_eq!(
        (code, &report["vault"]["absent"]),
        (0, &json!(1)),
        "{report}"
    );
}

#[test]
fn what_was_erased_and_is_still_there_is_a_finding_and_so_is_a_vault_that_is_behind() {
    let told = confidential();
    let kept = told.with_vault(|_| ());
    let (code, report) = told.verify(&kept);
    let expected = vec![
        (Some(told.committed[1]), "vault"),
        (Some(told.erasure), "vault"),
    ];
    assert_eq!((code, findings(&report)), (10, expected), "{report}");
    // It says that it has come so far, and has not erased.
    let kept = told.with_vault(|vault| {
        vault
            .advance(cinnabar_events::Sequence::new(told.erasure + 1))
            .unwrap();
    });
    let (code, report) = told.verify(&kept);
    assert_eq!(
        (code, findings(&report)),
        (10, vec![(Some(told.committed[1]), "vault")]),
        "{report}"
    );
    // It has erased, and an older state was put back beside it.
    let kept = told.with_vault(|vault| {
        vault.erase(&[told.slot(1)]).unwrap();
    });
    let (code, report) = told.verify(&kept);
    assert_eq!(
        (code, findings(&report)),
        (10, vec![(Some(told.erasure), "vault")]),
        "{report}"
    );
}

#[test]
fn what_no_entry_speaks_of_and_what_was_destroyed_in_silence_are_findings() {
    let told = confidential();
    let kept = told.with_vault(|vault| {
        told.carried_out(vault);
        vault
            .keep(&[file(StatementId::derived("test", "unheard"), 9)])
            .unwrap();
        vault.erase(&[told.slot(2)]).unwrap();
    });
    let (code, report) = told.verify(&kept);
    let expected = vec![(Some(told.committed[2]), "vault"), (None, "vault")];
    assert_eq!((code, findings(&report)), (10, expected), "{report}");
    // No value, no salt, no person is in a report.
    assert!(!report.to_string().contains("person 9"), "{report}");
}

#[test]
fn a_damaged_vault_is_a_finding_and_a_wrong_key_decides_nothing() {
    let told = confidential();
    let kept = told.with_vault(|vault| told.carried_out(vault));
    let sealed = kept.room.path().join("vault/sealed");
    let folders = std::fs::read_dir(&sealed)
        .unwrap()
        .map(|folder| folder.unwrap().path());
    let path = folders
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (code, report) = told.verify(&kept);
    assert_eq!(code, 10, "{report}");
    assert!(findings(&report).contains(&(None, "vault")), "{report}");
    std::fs::remove_file(kept.room.path().join("key")).unwrap();
    InstitutionKey::create(&kept.room.path().join("key")).unwrap();
    let (code, report) = told.verify(&kept);
    assert_eq!((code, findings(&report)), (12, vec![]), "{report}");
}

#[test]
fn time_stamps_over_the_checkpoints_of_the_entries_tell_by_when_they_existed() {
    let ledger = Ledger::of(60);
    let (room, desk) = (tempfile::tempdir().unwrap(), Desk::new());
    ledger.write_tiles(room.path());
    let stamps = room.path().join("timestamps");
    std::fs::create_dir_all(stamps.join("60")).unwrap();
    for (name, size) in [("40.tsa.one.tsr", 40), ("60/tsa.one.tsr", 60)] {
        std::fs::write(stamps.join(name), desk.stamp(&ledger.note(size))).unwrap();
    }
    let pem = format!("one={}", desk.root().display());
    let more = ["--authorities", &pem, "--timestamps"];
    for from in [room.path(), &stamps] {
        let (code, report) = verify(&ledger, room.path(), &[&more[..], &[text(from)]].concat());
        assert_eq!(code, 0, "{report}");
        let found = report["timestamps"].as_array().unwrap();
        let sizes: Vec<_> = found.iter().map(|one| &one["size"]).collect();
        assert_eq!(sizes, [&json!(40), &json!(60)]);
        assert!(
            found
                .iter()
                .all(|one| one["authority"] == "one" && one["signer"] == "CN=tsa")
        );
    }
    // The same behind an address, as a node lists them.
    let list = |size: u64| json!({ "size": size, "note": ledger.checkpoint(usize::try_from(size).unwrap()), "timestamps": [{ "authority": "tsa.one" }] });
    let served = tempfile::tempdir().unwrap();
    for (path, body) in [
        (
            "v1/checkpoints?from=0&limit=100",
            json!({ "items": [list(40)], "next": "/v1/checkpoints?from=60&limit=100" }),
        ),
        (
            "v1/checkpoints?from=60&limit=100",
            json!({ "items": [list(60)], "next": "/v1/checkpoints?from=60&limit=100" }),
        ),
    ] {
        std::fs::create_dir_all(served.path().join("v1")).unwrap();
        std::fs::write(served.path().join(path), body.to_string()).unwrap();
    }
    for size in [40, 60] {
        let folder = served
            .path()
            .join(format!("v1/checkpoints/{size}/timestamps"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("tsa.one"), desk.stamp(&ledger.note(size))).unwrap();
    }
    let base = serve(served.path().to_owned());
    let (code, report) = verify(&ledger, room.path(), &[&more[..], &[&base]].concat());
    assert_eq!(
        (code, report["timestamps"].as_array().unwrap().len()),
        (0, 2),
        "{report}"
    );
}

#[test]
fn a_time_stamp_that_is_not_over_these_entries_or_not_by_this_authority_is_a_finding() {
    let ledger = Ledger::of(60);
    let (room, desk, stranger) = (tempfile::tempdir().unwrap(), Desk::new(), Desk::new());
    ledger.write_tiles(room.path());
    let folder = room.path().join("timestamps/60");
    std::fs::create_dir_all(&folder).unwrap();
    let other = Ledger::new().and_others(60);
    let good = desk.stamp(&ledger.note(60));
    let mut cut = good.clone();
    cut.truncate(99);
    let pem = desk.root().display().to_string();
    let from = room.path().display().to_string();
    let more = ["--authorities", &pem, "--timestamps", &from];
    for bytes in [
        desk.stamp(&other.note(60)),
        stranger.stamp(&ledger.note(60)),
        cut,
        Vec::new(),
    ] {
        std::fs::write(folder.join("tsa.tsr"), bytes).unwrap();
        let (code, report) = verify(&ledger, room.path(), &more);
        assert_eq!(
            (code, findings(&report)),
            (10, vec![(None, "timestamp")]),
            "{report}"
        );
    }
    std::fs::write(folder.join("tsa.tsr"), &good).unwrap();
    assert_eq!(verify(&ledger, room.path(), &more).0, 0);
    // A bare token is one, too.
    std::fs::write(folder.join("tsa.tsr"), desk.token(&good)).unwrap();
    assert_eq!(verify(&ledger, room.path(), &more).0, 0);
    // Beyond the checkpoint nothing can be said.
    std::fs::rename(&folder, room.path().join("timestamps/61")).unwrap();
    assert_eq!(verify(&ledger, room.path(), &more).0, 12);
    assert_eq!(
        verify(
            &ledger,
            room.path(),
            &["--authorities", "/nowhere", "--timestamps", &from]
        )
        .0,
        12
    );
}
