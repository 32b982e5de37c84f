//! Reaching into the data directory of a node that is stopped: backups, the database, the views.

use cinnabar_events::{Entry, Kind};
use cinnabar_tests::ledger::Ledger;
use rocksdb::{DB, Options, WriteBatch};

use super::{Attack, Served, Shown};
use crate::honest::{Honest, Mark};
use crate::node;
use crate::parties;

/// The attacks.
pub(super) const ATTACKS: [Attack; 6] = [
    Attack {
        name: "restore an old backup",
        commit: |honest| restore(honest, Mark::Newest),
    },
    Attack {
        name: "restore an old backup, and the mark with it",
        commit: |honest| restore(honest, Mark::OfTheBackup),
    },
    Attack {
        name: "edit an entry in the database",
        commit: edit,
    },
    Attack {
        name: "delete an entry from the database",
        commit: delete,
    },
    Attack {
        name: "delete the last entry from the database",
        commit: delete_last,
    },
    Attack {
        name: "drop an entry from a view only",
        commit: view,
    },
];

/// The column families of the database.
const FAMILIES: [&str; 5] = ["default", "entries", "records", "tiles", "index"];
/// Where it is in a data directory.
const DATABASE: &str = "store/replica/rocksdb";
/// Where the views are.
const VIEWS: &str = "views/views.db";
/// What the node leaves beside them when it stops.
const VIEWS_SEAL: &str = "views/views.seal";

/// The enterprise that vanishes from the view of organisations.
const UNLISTED: &str = "late-1";

/// A copy of the data directory of before the last statements is put back; if the node starts, it goes on from there.
fn restore(honest: &Honest, mark: Mark) -> Served {
    let lost = honest.index() + 1;
    let backup = honest.shown(lost);
    match node::start(honest.backup(mark), &[]) {
        Err(reason) => {
            let mut served = Served::instead(honest, backup, honest.new);
            served.others.push(refuses(&reason));
            served
        }
        Ok(node) => {
            node.desk.register("after-the-backup", &node.desk.key("li"));
            let shown = node.export().expect("the node serves");
            drop(node.stop());
            assert_eq!(shown.story.entries[..lost], backup.story.entries);
            let mut served = Served::instead(honest, shown, honest.new);
            served.others.push(with_witness(honest, mark));
            served
        }
    }
}

/// The same once more, of a node that is told to ask its witness.
fn with_witness(honest: &Honest, mark: Mark) -> String {
    let ledger = honest.backup(mark);
    drop(parties::witness(
        honest,
        &ledger.path("witness"),
        honest.today.size(),
    ));
    let log_key = honest.key().to_string();
    let running = node::serve_witness(&ledger, parties::WITNESS, &log_key);
    let Err(reason) = node::start(ledger, &["--witness-policy", "policy"]) else {
        panic!("the node goes on behind what its witness cosigned")
    };
    drop(running);
    assert!(reason.contains("the witness"), "{reason}");
    format!("with a witness, {}", refuses(&reason))
}

/// An approval says something else, in the database alone, and in one table with the others: the node starts, and serves it.
fn edit(honest: &Honest) -> Served {
    let granted = |entry: &Entry| entry.statement().kind() == Kind::ApprovalGranted;
    let at = honest.today.find(granted);
    let mut shown = honest.shown(honest.today.size());
    shown.story.edit(at, "\"reasons\":\"", "\"reasons\":\"Not ");
    let ledger = honest.data();
    write(&ledger, |batch, entries| {
        batch.put_cf(entries, key(at), &shown.story.entries[at]);
    });
    let node = node::start(ledger, &[]).expect("the node reads no old entry when it starts");
    let (status, entries) = node.entries(honest.today.size());
    let is_served = entries
        .windows(shown.story.entries[at].len())
        .any(|part| part == shown.story.entries[at]);
    assert!(
        status == 200 && is_served,
        "the node serves what was edited"
    );
    let exported = node.export();
    drop(node.stop());
    let mut served = Served::instead(honest, shown, at);
    served.others.extend(refused_export(&exported));
    served
}

/// An entry is not there any more: the node starts, and serves what is around it.
fn delete(honest: &Honest) -> Served {
    let ledger = honest.data();
    write(&ledger, |batch, entries| {
        batch.delete_cf(entries, key(honest.old));
    });
    let node = node::start(ledger, &[]).expect("the node reads no old entry when it starts");
    let (status, _) = node.entries(honest.today.size());
    assert_eq!(status, 500, "there is nothing to serve");
    let exported = node.export();
    drop(node.stop());
    // All that can be had, under the checkpoint that the node serves.
    let mut shown = honest.shown(honest.today.size());
    shown.story = shown.story.first(honest.old);
    let mut served = Served::instead(honest, shown, honest.old);
    served.others.extend(refused_export(&exported));
    served
}

/// The last entry is not there any more: the node doesn't start, and nobody is shown anything but what was shown before.
fn delete_last(honest: &Honest) -> Served {
    let (last, ledger) = (honest.today.size() - 1, honest.data());
    write(&ledger, |batch, entries| {
        batch.delete_cf(entries, key(last));
    });
    let Err(reason) = node::start(ledger, &[]) else {
        panic!("the node starts without its last entry")
    };
    let mut served = Served::instead(honest, honest.shown(last + 1), last);
    served.others.push(refuses(&reason));
    served
}

/// `cinnabar export` checks what it writes.
fn refused_export(exported: &Result<Shown, String>) -> Option<String> {
    let refused = exported.is_err();
    refused.then(|| "`cinnabar export` refuses to write it".to_owned())
}

fn key(at: usize) -> [u8; 8] {
    (at as u64).to_be_bytes()
}

/// Writes to the entries of a database that no node has open.
fn write(ledger: &Ledger, change: impl Fn(&mut WriteBatch, &rocksdb::ColumnFamily)) {
    let path = ledger.data().join(DATABASE);
    let database = DB::open_cf(&Options::default(), path, FAMILIES).expect("nobody has it open");
    let entries = database.cf_handle("entries").expect("it has entries");
    let mut batch = WriteBatch::default();
    change(&mut batch, entries);
    database.write(batch).expect("room for it");
    // A node that finds two tables with one entry does not start.
    database.compact_range_cf(entries, None::<&[u8]>, None::<&[u8]>);
}

/// A row of the view of organisations is deleted; the entries are all there.
fn view(honest: &Honest) -> Served {
    let ledger = honest.data();
    unlist(&ledger);
    let node = node::start(ledger, &[]).expect("the node looks at no row of a view");
    let shown = node.export().expect("the node serves");
    let (status, _) = node.desk.ask(&format!("/v1/organisations/{UNLISTED}"));
    assert_eq!(status, 404, "the view has lost it");
    let noticed = parties::views(honest, &node.desk, &shown.story);
    drop(node.stop());
    let mut served = Served::instead(honest, shown, honest.new);
    served.others.push(noticed);
    served
}

fn unlist(ledger: &Ledger) {
    let path = ledger.data().join(VIEWS);
    let views = rusqlite::Connection::open(path).expect("nobody has it open");
    let gone = views.execute("DELETE FROM organisation WHERE id = ?1", [UNLISTED]);
    assert_eq!(gone.expect("it has organisations"), 1);
    // With the seal that it left when it stopped, the node would fold them again.
    let seal = ledger.data().join(VIEWS_SEAL);
    std::fs::remove_file(seal).expect("views that are stopped have a seal");
}

/// Why a node refuses to start, without paths and numbers.
fn refuses(reason: &str) -> String {
    const REASONS: [(&str, &str); 2] = [
        (
            "was put back to an earlier state",
            "the ledger was put back to an earlier state",
        ),
        ("is missing", "its last entry is missing"),
    ];
    let known = REASONS.iter().find(|(part, _)| reason.contains(part));
    let (_, words) = known.unwrap_or_else(|| panic!("the node gives another reason: {reason}"));
    format!("the node itself doesn't start: {words}")
}
