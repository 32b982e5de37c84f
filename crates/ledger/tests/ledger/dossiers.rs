//! The ledger says how its dossiers end, and every replica finds the same.

use cinnabar_events::kinds::DossiersIndexed;
use cinnabar_events::{
    Entry, Payload, Sequence, Signed, SparseRoot, Subject, dossier_key, dossier_value, sign,
};
use cinnabar_governance::dossiers_indexed;
use cinnabar_ledger::node::{IndexCadence, Role};
use cinnabar_store::{IndexHead, Store};
use cinnabar_tlog::Size;
use tokio_util::sync::CancellationToken;

use crate::replicas::{node_with, wait_for};
use crate::town::{OPENING, Town, refused};

fn subject(text: &str) -> Subject {
    text.parse().unwrap()
}

/// Waits until the store gives proofs for an index that `wanted` likes.
fn wait_for_index(store: &Store, wanted: impl Fn(&IndexHead) -> bool) -> IndexHead {
    loop {
        match store.dossier_index() {
            Some(index) if wanted(&index) => return index,
            _ => drop(store.wait_beyond(store.head().size, std::time::Duration::from_millis(20))),
        }
    }
}

/// Every dossier named is proven as its entries have it.
fn proves(store: &Store, names: &[&str]) {
    for name in names {
        let subject = subject(name);
        let (index, head, proof) = store.dossier_proof(&subject).unwrap().unwrap();
        let entries = store
            .dossier(&subject, cinnabar_events::Revision::new(0), 4096)
            .unwrap();
        let within: Vec<_> = entries
            .into_iter()
            .filter(|seq| seq.get() < index.size.get())
            .collect();
        let last = within.last().map(|seq| store.entry(*seq).unwrap().unwrap());
        let last = last.map(|bytes| Entry::parse(bytes).unwrap().hash());
        assert_eq!(head.map(|head| head.hash), last, "{name}");
        assert_eq!(head.map_or(0, |head| head.length), within.len() as u64);
        let value =
            head.map(|head| dossier_value(cinnabar_events::Revision::new(head.length), head.hash));
        let key = dossier_key(&subject);
        proof.verify(&index.root, &key, value.as_ref()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_the_ledger_says_how_its_dossiers_end_and_proves_it() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    let node = town.running().node.clone();
    let store = town.running().store.clone();
    let entry = node.index_now().await.unwrap();
    assert_eq!(entry.get(), OPENING + 2);
    let index = store.dossier_index().unwrap();
    assert_eq!((index.size.get(), index.entry), (OPENING + 2, entry));
    let names = [
        "actor/li",
        "ledger/t-1",
        "rulebook/t-1",
        "organisation/nobody",
    ];
    proves(&store, &names);
    let bytes = store.entry(entry).unwrap().unwrap();
    let said = Entry::parse(bytes).unwrap();
    assert_eq!(said.statement().first_signer().actor.as_str(), "ledger");
    // Nothing has happened since: it is said already.
    assert_eq!(node.index_now().await.unwrap(), entry);
    assert_eq!(store.head().size.get(), OPENING + 3);
    town.record(&town.organisation("acme")).await;
    proves(&store, &names);
    let next = node.index_now().await.unwrap();
    assert_eq!(next.get(), OPENING + 4);
    proves(&store, &["organisation/acme", "actor/li", "ledger/t-1"]);
    drop(store);
    let before = town.running().store.dossier_index();
    town.stop().await;
    town.start().await;
    assert_eq!(town.running().store.dossier_index(), before);
    assert_eq!(town.running().node.index_now().await.unwrap(), next);
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_comes_by_itself_and_a_reader_works_out_the_same() {
    let mut town = Town::founded();
    town.precautions.index = IndexCadence {
        after_entries: 30,
        ..IndexCadence::default()
    };
    town.start().await;
    town.with_registrar().await;
    let folder = tempfile::tempdir().unwrap();
    let theirs = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let default = cinnabar_ledger::node::Precautions::default();
    let reader = node_with(&town, theirs.clone(), Role::Reader, &stop, default).await;
    for number in 0..70 {
        town.record(&town.organisation(&format!("o{number}"))).await;
    }
    let ours = town.running().store.clone();
    tokio::task::block_in_place(|| {
        let index = wait_for_index(&ours, |index| index.size.get() >= 40);
        wait_for(&reader, &theirs, index.entry.get() + 1);
        wait_for_index(&theirs, |found| found.size >= index.size);
    });
    // Something that no index covers.
    town.record(&town.organisation("more")).await;
    tokio::task::block_in_place(|| wait_for(&reader, &theirs, ours.head().size.get()));
    assert!(reader.index_now().await.is_err(), "a reader says nothing");
    let entry = town.running().node.index_now().await.unwrap();
    tokio::task::block_in_place(|| {
        let same = wait_for_index(&theirs, |index| index.entry == entry);
        assert_eq!(Some(same), ours.dossier_index());
    });
    proves(
        &theirs,
        &["organisation/o1", "organisation/o69", "organisation/o70"],
    );
    // A replica that starts from nothing catches up with all of them.
    let late = Store::create(&folder.path().join("late")).unwrap();
    let default = cinnabar_ledger::node::Precautions::default();
    let _late = node_with(&town, late.clone(), Role::Reader, &stop, default).await;
    tokio::task::block_in_place(|| wait_for_index(&late, |index| index.entry == entry));
    assert_eq!(late.dossier_index(), ours.dossier_index());
    stop.cancel();
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_indexes_alone_is_never_due() {
    let mut town = Town::founded();
    town.precautions.index = IndexCadence {
        after_entries: 1,
        after: std::time::Duration::ZERO,
    };
    town.start().await;
    town.with_registrar().await;
    let store = town.running().store.clone();
    let entry = town.running().node.index_now().await.unwrap();
    let size = store.head().size;
    let again = town.running().node.index_now().await.unwrap();
    assert!(again >= entry);
    let head = store.wait_beyond(size, std::time::Duration::from_millis(300));
    assert_eq!(head.size, size, "an index followed an index");
    drop(store);
    town.stop().await;
}

/// The ledger's own key in the wrong hands: what it says is admitted, and found to be wrong at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_not_of_these_dossiers_stops_every_replica() {
    let mut town = Town::new().await;
    let seed = std::fs::read_to_string(town.layout().ledger_key()).unwrap();
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&seed[2 * at..2 * at + 2], 16).unwrap();
    }
    let key = ed25519_dalek::SigningKey::from_bytes(&bytes);
    let say = |size, key: &ed25519_dalek::SigningKey| {
        let index = DossiersIndexed {
            size,
            root: SparseRoot::from_bytes([7; 32]),
            dossiers: 2,
        };
        let statement = dossiers_indexed(town.ledger, subject("ledger/t-1"), index);
        let bytes = statement.to_bytes().unwrap();
        let signature = sign(key, &bytes);
        Signed::new(bytes, vec![signature]).unwrap()
    };
    let code = |answer| refused(answer).code;
    let other = cinnabar_governance::testing::key("wang");
    assert_eq!(code(town.ask(&say(OPENING, &other)).await), "key.foreign");
    assert_eq!(
        code(town.ask(&say(OPENING + 1, &key)).await),
        "dossiers.place"
    );
    let receipt = town.record(&say(OPENING, &key)).await;
    assert_eq!(receipt.entry().seq(), Sequence::new(OPENING));
    assert!(matches!(
        receipt.entry().statement().payload,
        Payload::DossiersIndexed(_)
    ));
    let why = town.running.as_mut().unwrap().ended().await;
    assert!(
        why.contains(&format!("entry {OPENING} says that the 2 dossiers")),
        "{why}"
    );
    assert_eq!(town.running().store.dossier_index(), None);
    assert!(town.running().store.head().size > Size::new(OPENING));
    town.stop().await;
}
