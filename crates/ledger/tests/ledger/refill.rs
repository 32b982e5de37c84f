//! Either store rebuilds the other, and neither is ever silently shortened.

use std::fs;
use std::path::{Path, PathBuf};

use async_nats::jetstream;
use bytes::Bytes;
use cinnabar_events::{Receipt, Signed};
use cinnabar_ledger::Answer;
use cinnabar_ledger::embedded::login;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::nats::streams::{Generation, StreamKind};
use cinnabar_ledger::node::{Phase, Precautions, Role};
use cinnabar_store::Store;
use tokio_util::sync::CancellationToken;

use crate::replicas::{node_with, until, wait_for};
use crate::town::{Town, recorded};

/// A message of the log: headers and body.
type Message = (Vec<(String, String)>, Bytes);

/// Every message of the log stream, and the stream's generation.
async fn log_of(town: &Town) -> (Vec<Message>, Generation) {
    try_log_of(town).await.unwrap()
}

/// The same, if all of it can be read.
async fn try_log_of(town: &Town) -> Option<(Vec<Message>, Generation)> {
    let running = town.running();
    let stream = StreamKind::Log
        .context(&running.client)
        .get_stream(running.names.log_stream())
        .await
        .ok()?;
    let info = stream.cached_info();
    let (last, generation) = (info.state.last_sequence, Generation::of(&info.config));
    let mut messages = Vec::new();
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.ok()?;
        let mut headers: Vec<(String, String)> = message
            .headers
            .iter()
            .filter(|(name, _)| name.to_string().starts_with("Cinnabar-"))
            .map(|(name, values)| (name.to_string(), values[0].to_string()))
            .collect();
        headers.sort();
        messages.push((headers, message.payload));
    }
    Some((messages, generation))
}

/// A town with some entries, in several terms.
async fn town_with_history() -> Town {
    let mut town = Town::marked().await;
    town.with_registrar().await;
    for round in 0..3 {
        for number in 0..4 {
            town.record(&town.organisation(&format!("o{round}-{number}")))
                .await;
        }
        town.stop().await;
        town.start().await;
    }
    town
}

fn nats_store(town: &Town) -> PathBuf {
    town.layout().nats().join("store")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let (path, to) = (item.path(), to.join(item.file_name()));
        match path.is_dir() {
            true => copy_folder(&path, &to),
            false => drop(fs::copy(&path, &to).unwrap()),
        }
    }
}

/// The files with the blocks of the log.
fn block_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(block_files(&path));
        } else if path.extension().is_some_and(|name| name == "blk")
            && path.to_string_lossy().contains("_LOG/")
        {
            found.push(path);
        }
    }
    found
}

/// After whatever happened, the ledger goes on: same entries, a next one, and the same story for a reader from nothing.
async fn goes_on(town: &mut Town, size: u64) {
    let store = town.running().store.clone();
    assert_eq!(store.head().size.get(), size);
    let receipt = town.record(&town.organisation("afterwards")).await;
    assert_eq!(receipt.entry().seq().get(), size);
    let folder = tempfile::tempdir().unwrap();
    let fresh = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops = stop.clone().drop_guard();
    let reader = node_with(
        town,
        fresh.clone(),
        Role::Reader,
        &stop,
        Precautions::default(),
    )
    .await;
    tokio::task::block_in_place(|| wait_for(&reader, &fresh, size + 1));
    assert_eq!(fresh.head(), store.head());
    stop.cancel();
    until(&reader, |phase| matches!(phase, Phase::Stopped(_))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_read_back_from_the_stream() {
    let mut town = town_with_history().await;
    let (before, _) = log_of(&town).await;
    let head = town.running().store.head();
    let checkpoint = town.running().store.checkpoint();
    town.stop().await;
    fs::remove_dir_all(town.layout().store()).unwrap();
    town.start().await;
    assert_eq!(town.running().store.head(), head);
    assert_eq!(town.running().store.checkpoint(), checkpoint);
    let (after, generation) = log_of(&town).await;
    assert!(after.starts_with(&before), "other bytes");
    assert_eq!(generation, Generation::default());
    goes_on(&mut town, head.size.get()).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stream_is_filled_again_with_the_same_bytes_as_the_next_generation() {
    let mut town = town_with_history().await;
    for number in 1..=2 {
        let (before, _) = log_of(&town).await;
        let size = town.running().store.head().size.get();
        town.stop().await;
        fs::remove_dir_all(nats_store(&town)).unwrap();
        town.start().await;
        let (after, generation) = log_of(&town).await;
        let expected = Generation {
            number,
            filled_to: size,
        };
        assert_eq!(generation, expected);
        assert!(after.starts_with(&before), "other bytes");
        assert_eq!(
            after.len(),
            before.len() + 1,
            "the block that opens the new term"
        );
        assert_eq!(town.running().store.position().generation, number);
    }
    let size = town.running().store.head().size.get();
    goes_on(&mut town, size).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_its_tail_gets_it_back_in_place() {
    let mut town = town_with_history().await;
    town.stop().await;
    let old = tempfile::tempdir().unwrap();
    copy_folder(&nats_store(&town), &old.path().join("store"));
    town.start().await;
    for number in 0..5 {
        town.record(&town.organisation(&format!("tail-{number}")))
            .await;
    }
    let (before, _) = log_of(&town).await;
    let size = town.running().store.head().size.get();
    town.stop().await;
    fs::remove_dir_all(nats_store(&town)).unwrap();
    copy_folder(&old.path().join("store"), &nats_store(&town));
    town.start().await;
    let (after, generation) = log_of(&town).await;
    assert_eq!(generation, Generation::default());
    assert!(after.starts_with(&before), "other bytes");
    goes_on(&mut town, size).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_its_tail_with_strays_in_it_is_the_next_generation() {
    let mut town = town_with_history().await;
    town.stop().await;
    let old = tempfile::tempdir().unwrap();
    copy_folder(&nats_store(&town), &old.path().join("store"));
    town.start().await;
    let running = town.running();
    let none = async_nats::HeaderMap::new();
    let subject = running.names.log_subject();
    cinnabar_ledger::nats::publish::publish(&running.client, &subject, "junk".into(), none)
        .await
        .unwrap();
    town.record(&town.organisation("tail")).await;
    let size = town.running().store.head().size.get();
    town.stop().await;
    fs::remove_dir_all(nats_store(&town)).unwrap();
    copy_folder(&old.path().join("store"), &nats_store(&town));
    town.start().await;
    let (after, generation) = log_of(&town).await;
    assert_eq!(generation.number, 1);
    assert!(after.iter().all(|(_, body)| body != "junk"));
    goes_on(&mut town, size).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_another_history_is_not_written_over() {
    let mut town = town_with_history().await;
    town.stop().await;
    let old = tempfile::tempdir().unwrap();
    copy_folder(&nats_store(&town), &old.path().join("nats"));
    copy_folder(&town.layout().store(), &old.path().join("store"));
    let mark = fs::read(town.elsewhere.path().join("mark")).unwrap();
    town.start().await;
    town.record(&town.organisation("this")).await;
    town.stop().await;
    let fork = tempfile::tempdir().unwrap();
    copy_folder(&nats_store(&town), &fork.path().join("nats"));
    // The same ledger, as it was, tells another story.
    fs::remove_dir_all(nats_store(&town)).unwrap();
    fs::remove_dir_all(town.layout().store()).unwrap();
    copy_folder(&old.path().join("nats"), &nats_store(&town));
    copy_folder(&old.path().join("store"), &town.layout().store());
    fs::write(town.elsewhere.path().join("mark"), mark).unwrap();
    town.start().await;
    for number in 0..4 {
        town.record(&town.organisation(&format!("other-{number}")))
            .await;
    }
    town.stop().await;
    fs::remove_dir_all(nats_store(&town)).unwrap();
    copy_folder(&fork.path().join("nats"), &nats_store(&town));
    let why = town.try_start().await.unwrap_err();
    assert!(
        why.contains("is not the block that this replica applied"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_anywhere_in_the_stream_costs_no_entry() {
    let mut town = town_with_history().await;
    let (before, _) = log_of(&town).await;
    let size = town.running().store.head().size.get();
    town.stop().await;
    let old = tempfile::tempdir().unwrap();
    copy_folder(town.folder.path(), &old.path().join("data"));
    let mark = fs::read(town.elsewhere.path().join("mark")).unwrap();
    let files = block_files(&nats_store(&town));
    assert_eq!(files.len(), 1, "{files:?}");
    let length = fs::metadata(&files[0]).unwrap().len();
    // After a clean end the server trusts its index, and finds the damage when somebody reads; after a kill it reads its files again.
    let parts = [3, 70, 40, 97].map(|percent| length * percent / 100);
    let cases = [
        (parts[0], true),
        (parts[1], true),
        (parts[2], false),
        (parts[3], false),
    ];
    // The last one is in the message at which the replica stands.
    for (at, killed) in cases.into_iter().chain([(length - 40, false)]) {
        let mut bytes = fs::read(&files[0]).unwrap();
        bytes[usize::try_from(at).unwrap()] ^= 4;
        fs::write(&files[0], bytes).unwrap();
        if killed {
            let index = files[0].parent().unwrap().join("index.db");
            fs::remove_file(index).unwrap();
        }
        town.start().await;
        let generation = loop {
            match try_log_of(&town).await {
                Some((after, generation)) if after.len() > before.len() => {
                    assert!(after.starts_with(&before), "other bytes, {at}");
                    break generation.number;
                }
                // It has just been found damaged.
                Some(_) | None => tokio::task::yield_now().await,
            }
        };
        println!("bit in byte {at} of {length}, killed {killed}: generation {generation}");
        assert_eq!(town.running().store.head().size.get(), size);
        town.stop().await;
        fs::remove_dir_all(town.folder.path()).unwrap();
        copy_folder(&old.path().join("data"), town.folder.path());
        fs::write(town.elsewhere.path().join("mark"), &mark).unwrap();
    }
    town.start().await;
    goes_on(&mut town, size).await;
    town.stop().await;
}

/// A server that ended well trusts its index. Whoever follows its stream is not told of a message that it can't read: what comes after it
/// comes as if nothing were missing, and behind the last one there is silence.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_stream_is_not_taken_for_all_of_it_when_the_database_is_lost_too() {
    let mut town = town_with_history().await;
    town.record(&town.organisation("last")).await;
    let size = town.running().store.head().size.get();
    town.stop().await;
    fs::remove_dir_all(town.layout().store()).unwrap();
    let whole = tempfile::tempdir().unwrap();
    copy_folder(town.folder.path(), whole.path());
    let file = block_files(&nats_store(&town)).pop().unwrap();
    let bytes = fs::read(&file).unwrap();
    let ahead = "what comes before it is lost".to_owned();
    let short = format!("knows of {size}");
    for (at, reason) in [(bytes.len() / 2, ahead), (bytes.len() - 40, short)] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 4;
        fs::write(&file, bytes).unwrap();
        let why = town.try_start().await.unwrap_err();
        assert!(why.contains(&reason), "{why}");
        fs::remove_dir_all(town.folder.path()).unwrap();
        copy_folder(whole.path(), town.folder.path());
    }
    town.start().await;
    goes_on(&mut town, size).await;
    town.stop().await;
}

/// The receipt, asked for as long as there is no writer, after the pauses that the ledger asks for.
async fn in_the_end(town: &Town, signed: &Signed) -> Receipt {
    loop {
        match town.ask(signed).await {
            Answer::Refused(problem) if problem.code == "no_writer" => {
                let pause = std::time::Duration::from_millis(problem.retry_after_ms.unwrap());
                tokio::time::sleep(pause).await;
            }
            answer => return recorded(answer, town.running()),
        }
    }
}

/// What the operator of the server may do to a stream while the ledger runs.
async fn tampered(town: &Town, tamper: impl AsyncFn(&jetstream::Context, &str)) {
    let running = town.running();
    let operator = login(
        &Layout::new(town.folder.path()),
        running.nats_url(),
        "operator",
    )
    .await
    .unwrap()
    .client;
    tamper(&jetstream::new(operator), &running.names.log_stream()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_deleted_or_emptied_under_a_running_writer_costs_no_entry() {
    let mut town = town_with_history().await;
    for (round, recreate) in [false, true].into_iter().enumerate() {
        let before = town.running().store.head().size.get();
        let names = town.running().names.clone();
        tampered(&town, async |context, stream| {
            context.delete_stream(stream).await.unwrap();
            if recreate {
                let replicas = cinnabar_ledger::nats::streams::Replicas::One;
                let config = StreamKind::Log.expected(&names, replicas);
                context.create_stream(config).await.unwrap();
            }
        })
        .await;
        // Nobody is told anything until it is filled again.
        let signed = town.organisation(&format!("meanwhile-{round}"));
        let receipt = in_the_end(&town, &signed).await;
        assert_eq!(receipt.entry().seq().get(), before);
        assert_eq!(log_of(&town).await.1.number, round as u32 + 1);
    }
    let size = town.running().store.head().size.get();
    goes_on(&mut town, size).await;
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_finds_its_place_in_the_next_generation_by_hash() {
    let mut town = town_with_history().await;
    let running = town.running();
    // A stray at the front of what is lost: sequences differ afterwards.
    let none = async_nats::HeaderMap::new();
    let subject = running.names.log_subject();
    cinnabar_ledger::nats::publish::publish(&running.client, &subject, "junk".into(), none)
        .await
        .unwrap();
    town.record(&town.organisation("before")).await;
    let size = town.running().store.head().size.get();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops = stop.clone().drop_guard();
    let reader = node_with(
        &town,
        store.clone(),
        Role::Reader,
        &stop,
        Precautions::default(),
    )
    .await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, size));
    tampered(&town, async |context, stream| {
        context.delete_stream(stream).await.unwrap();
    })
    .await;
    let signed = town.organisation("after");
    in_the_end(&town, &signed).await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, size + 1));
    assert_eq!(store.head(), town.running().store.head());
    assert_eq!(store.position().generation, 1);
    assert_eq!(store.position(), town.running().store.position());
    stop.cancel();
    town.stop().await;
}
