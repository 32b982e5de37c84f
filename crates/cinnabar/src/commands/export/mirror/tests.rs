//! Mirrors of a log that grows, is damaged, or lies.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::testing::{Log, Served};

fn mirrored(served: &Served, log: &Log, folder: &Path) -> Result<(), Failure> {
    let api = Api::new(&served.url);
    let signed = api.checkpoint(&log.key()).unwrap();
    run(&api, &log.key(), &signed, folder)
}

/// Every file of the folder with its bytes, by its path from there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for item in std::fs::read_dir(next).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(format!("/{name}"), std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The log lists its checkpoints of these sizes.
fn list(served: &Served, log: &Log, from: usize, sizes: &[usize]) {
    let items: Vec<_> = sizes
        .iter()
        .map(|size| {
            let stamp = format!("/v1/checkpoints/{size}/timestamps/tsa.one");
            served
                .answers
                .lock()
                .unwrap()
                .insert(stamp, b"stamp".to_vec());
            let stamps = [serde_json::json!({ "authority": "tsa.one" })];
            serde_json::json!({ "size": size, "note": log.checkpoint(*size), "timestamps": stamps })
        })
        .collect();
    let page = serde_json::json!({ "items": items, "total": sizes.len() }).to_string();
    let path = format!("/v1/checkpoints?from={from}&limit=50");
    served
        .answers
        .lock()
        .unwrap()
        .insert(path, page.into_bytes());
}

#[test]
fn a_mirror_holds_everything_that_the_log_serves_and_a_second_run_only_adds() {
    let log = Log::large();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mirror");
    let all = log.entries().len();
    let mut before: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for size in [3, 255, 256, 300, all] {
        let served = log.serve(size);
        mirrored(&served, &log, &folder).unwrap();
        let now = files(&folder);
        for (path, body) in log.answers(size) {
            assert!(now.get(&path) == Some(&body), "{path} at size {size}");
        }
        before.remove("/checkpoint");
        for (path, body) in &before {
            assert!(
                now.get(path) == Some(body),
                "{path} was there before size {size}"
            );
        }
        before = now;
    }
    assert!(all > 512);
}

#[test]
fn every_checkpoint_that_the_log_lists_is_kept_by_its_size() {
    let log = Log::example();
    let dir = tempfile::tempdir().unwrap();
    let served = log.serve(5);
    list(&served, &log, 0, &[2, 5]);
    mirrored(&served, &log, dir.path()).unwrap();
    let kept = files(dir.path());
    assert_eq!(kept["/checkpoints/2"], log.checkpoint(2).into_bytes());
    assert_eq!(kept["/checkpoints/5"], log.checkpoint(5).into_bytes());
    assert_eq!(kept["/timestamps/5.tsa.one.tsr"], b"stamp");
    let served = log.serve(9);
    list(&served, &log, 5, &[5, 9]);
    mirrored(&served, &log, dir.path()).unwrap();
    assert_eq!(
        files(dir.path())["/checkpoints/9"],
        log.checkpoint(9).into_bytes()
    );
}

#[test]
fn a_log_that_rewrote_its_history_publishes_nothing_new() {
    let log = Log::example();
    let mut town = cinnabar_governance::testing::Town::populated();
    town.pass(60);
    town.accepted("triage");
    town.accepted("other");
    let forged = Log::of(&town);
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mirror");
    mirrored(&log.serve(log.entries().len()), &log, &folder).unwrap();
    let before = files(&folder);
    // Longer, as long, and shorter.
    for size in [
        forged.entries().len(),
        log.entries().len(),
        log.entries().len() - 1,
    ] {
        let failure = mirrored(&forged.serve(size), &log, &folder).unwrap_err();
        assert_eq!(failure.exit(), Exit::Alarm, "{size}");
        assert_eq!(files(&folder)["/checkpoint"], before["/checkpoint"]);
    }
    mirrored(&log.serve(3), &log, &folder).unwrap();
    assert_eq!(files(&folder)["/checkpoint"], before["/checkpoint"]);
}

#[test]
fn a_checkpoint_with_another_root_than_the_entries_is_a_contradiction() {
    let log = Log::example();
    let served = log.serve(5);
    let mut town = cinnabar_governance::testing::Town::populated();
    town.pass(60);
    town.accepted("triage");
    // At 16 entries the stories differ.
    let forged = Log::of(&town);
    let size = (0..).find(|at| log.entries()[*at].bytes() != forged.entries()[*at].bytes());
    let size = size.unwrap() + 1;
    let all = log.entries().len();
    let page = serde_json::json!({ "items": [{ "size": size, "note": forged.checkpoint(size) }] });
    *served.answers.lock().unwrap() = log.answers(all);
    served.answers.lock().unwrap().insert(
        "/v1/checkpoints?from=0&limit=50".to_owned(),
        page.to_string().into_bytes(),
    );
    let dir = tempfile::tempdir().unwrap();
    let failure = mirrored(&served, &log, dir.path()).unwrap_err();
    assert_eq!(failure.exit(), Exit::Alarm);
    assert!(!files(dir.path()).contains_key("/checkpoint"));
}

#[test]
fn a_folder_of_another_log_or_a_damaged_one_is_left_alone() {
    let log = Log::example();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mirror");
    std::fs::create_dir(&folder).unwrap();
    let other = log
        .checkpoint(2)
        .replace("ledger.example.org", "other.example.org");
    std::fs::write(folder.join("checkpoint"), other).unwrap();
    let served = log.serve(5);
    assert_eq!(
        mirrored(&served, &log, &folder).unwrap_err().exit(),
        Exit::Usage
    );
    assert_eq!(files(&folder).len(), 1);
    std::fs::remove_file(folder.join("checkpoint")).unwrap();
    mirrored(&served, &log, &folder).unwrap();
    let tile = folder.join("tile/0/000.p/5");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[7] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let more = log.serve(9);
    assert_eq!(
        mirrored(&more, &log, &folder).unwrap_err().exit(),
        Exit::NotVerified
    );
}

#[test]
fn what_an_interrupted_run_left_is_taken_if_it_is_right_and_fetched_again_if_not() {
    let log = Log::large();
    let dir = tempfile::tempdir().unwrap();
    let all = log.entries().len();
    let served = log.serve(all);
    let bundle = "/tile/entries/000";
    let right = served.answers.lock().unwrap()[bundle].clone();
    let mut wrong = right.clone();
    *wrong.last_mut().unwrap() ^= 1;
    for left in [right.clone(), wrong] {
        let folder = dir.path().join(format!("{}", left == right));
        std::fs::create_dir_all(folder.join("tile/entries")).unwrap();
        std::fs::write(folder.join("tile/entries/000"), left).unwrap();
        mirrored(&served, &log, &folder).unwrap();
        assert!(files(&folder)[bundle] == right);
        assert!(files(&folder).contains_key("/checkpoint"));
    }
}
