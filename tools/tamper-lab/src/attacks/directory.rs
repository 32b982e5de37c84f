//! Reaching into the data directory of a node that is stopped: backups, the database, the views.

use std::path::Path;

use cinnabar_tests::ledger::Ledger;
use rocksdb::{DB, Options, WriteBatch};

use super::{Attack, Served, Shown};
use crate::honest::{Honest, Mark};
use crate::node::{self, Node};
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
        commit: |honest| {
            reach_in(honest, honest.old, |database| {
                let entry = edited(honest);
                write(database, |batch, entries| {
                    batch.put_cf(entries, key(honest.old), &entry);
                });
            })
        },
    },
    Attack {
        name: "delete an entry from the database",
        commit: |honest| {
            reach_in(honest, honest.old, |database| {
                write(database, |batch, entries| {
                    batch.delete_cf(entries, key(honest.old));
                });
            })
        },
    },
    Attack {
        name: "delete the last entry from the database",
        commit: |honest| {
            let last = honest.today.size() - 1;
            reach_in(honest, last, |database| {
                write(database, |batch, entries| {
                    batch.delete_cf(entries, key(last));
                });
            })
        },
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

/// The enterprise that vanishes from the view of organisations.
const UNLISTED: &str = "late-1";

/// A copy of the data directory of before the last statements is put back; if the node starts, it goes on from there.
fn restore(honest: &Honest, mark: Mark) -> Served {
    let lost = honest.index() + 1;
    let backup = honest.shown(lost);
    match node::start(honest.backup(mark)) {
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
            Served::instead(honest, shown, honest.new)
        }
    }
}

/// The node starts over a database that somebody has changed, and serves what it can.
fn reach_in(honest: &Honest, receipt: usize, change: impl Fn(&Path)) -> Served {
    let ledger = honest.data();
    change(&ledger.data().join(DATABASE));
    let honestly = honest.shown(honest.today.size());
    let (shown, other) = match node::start(ledger) {
        Err(reason) => (honestly, Some(refuses(&reason))),
        Ok(node) => serve(node, honestly),
    };
    let mut served = Served::instead(honest, shown, receipt);
    served.others.extend(other);
    served
}

/// What the node exports; or the honest ledger, if it can't, and why.
fn serve(node: Node, honestly: Shown) -> (Shown, Option<String>) {
    let shown = node.export();
    drop(node.stop());
    match shown {
        Ok(shown) => (shown, None),
        Err(why) => {
            let why = why.lines().last().unwrap_or_default().to_owned();
            (honestly, Some(format!("whoever exports it: {}", clause(&why))))
        }
    }
}

/// The bytes of an old entry with a word changed, as long as before.
fn edited(honest: &Honest) -> Vec<u8> {
    let mut story = honest.today.clone();
    let text = String::from_utf8_lossy(&story.entries[honest.old]).into_owned();
    let at = text.find("\"data\":{").expect("a statement has data");
    let letter = text[at..]
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_lowercase())
        .map(|(index, _)| at + index)
        .last();
    let _ = letter;
    story.edit(honest.old, "\"v\":1},\"time\"", "\"v\":1} ,\"time\"");
    story.entries.swap_remove(honest.old)
}

fn key(at: usize) -> [u8; 8] {
    (at as u64).to_be_bytes()
}

/// Writes to the entries of a database that no node has open.
fn write(path: &Path, change: impl Fn(&mut WriteBatch, &rocksdb::ColumnFamily)) {
    let database = DB::open_cf(&Options::default(), path, FAMILIES).expect("nobody has it open");
    let entries = database.cf_handle("entries").expect("it has entries");
    let mut batch = WriteBatch::default();
    change(&mut batch, entries);
    database.write(batch).expect("room for it");
}

/// A row of the view of organisations is deleted; the entries are all there.
fn view(honest: &Honest) -> Served {
    let ledger = honest.data();
    unlist(&ledger);
    let node = node::start(ledger).expect("the node looks at no row of a view");
    let shown = node.export().expect("the node serves");
    let (status, _) = node.desk.ask(&format!("/v1/organisations/{UNLISTED}"));
    assert_eq!(status, 404, "the view has lost it");
    let noticed = parties::views(honest, &node.desk.setting("api"));
    drop(node.stop());
    let mut served = Served::instead(honest, shown, honest.new);
    served.others.extend(noticed);
    served
}

fn unlist(ledger: &Ledger) {
    let path = ledger.data().join(VIEWS);
    let views = rusqlite::Connection::open(path).expect("nobody has it open");
    let gone = views.execute("DELETE FROM organisation WHERE id = ?1", [UNLISTED]);
    assert_eq!(gone.expect("it has organisations"), 1);
}

fn refuses(reason: &str) -> String {
    format!("the node itself: {}", clause(reason))
}

/// The clause of a reason that says why, without paths and numbers.
fn clause(reason: &str) -> String {
    reason.to_owned()
}
