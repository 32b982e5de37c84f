//! A second, post-quantum signature under each checkpoint.

use cinnabar_ledger::node::{Precautions, Role};
use cinnabar_store::Store;
use cinnabar_tlog::{Algorithm, Checkpoint, Note, PosixSeconds, PqCosigner};
use tokio_util::sync::CancellationToken;

use crate::replicas::{node_with, wait_for};
use crate::town::{OPENING, Town};

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_post_quantum_key_each_checkpoint_and_receipt_has_two_lines_that_verify() {
    let mut town = Town::founded();
    let vkey = town.layout().add_post_quantum().unwrap();
    assert_eq!(vkey.algorithm(), Algorithm::MlDsa44);
    let kept = std::fs::read_to_string(town.layout().post_quantum_vkey()).unwrap();
    assert_eq!(kept.trim(), vkey.to_string());
    assert!(
        town.layout().add_post_quantum().is_err(),
        "a key is made once"
    );
    town.start().await;
    town.with_registrar().await;
    let receipt = town.record(&town.organisation("acme")).await;
    let log = &town.running().identity.vkey;
    for note in [
        receipt.proof().checkpoint.clone(),
        note(&town.running().store.checkpoint().unwrap()),
    ] {
        assert_eq!(note.signatures().len(), 2);
        assert_eq!(note.verify([log]).unwrap().len(), 1);
        assert_eq!(note.verify([&vkey]).unwrap().len(), 1);
        assert!(Checkpoint::open(&note, log).is_ok());
    }
    // The mark of such a ledger has room for both lines.
    let length = town.running().store.checkpoint().unwrap().len();
    assert!((3000..4000).contains(&length), "{length}");

    let folder = tempfile::tempdir().unwrap();
    let theirs = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let reader = node_with(
        &town,
        theirs.clone(),
        Role::Reader,
        &stop,
        Precautions::default(),
    )
    .await;
    tokio::task::block_in_place(|| wait_for(&reader, &theirs, OPENING + 3));
    town.record(&town.organisation("next")).await;
    tokio::task::block_in_place(|| wait_for(&reader, &theirs, OPENING + 4));
    // The block carried the checkpoint before it, both lines.
    let carried = theirs
        .checkpoint_at(cinnabar_tlog::Size::new(OPENING + 3))
        .unwrap();
    assert_eq!(note(&carried.unwrap()).verify([&vkey]).unwrap().len(), 1);
    stop.cancel();
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_witnesses_do_not_make_a_block_too_large() {
    let mut town = Town::founded();
    town.layout().add_post_quantum().unwrap();
    town.start().await;
    town.with_registrar().await;
    let store = town.running().store.clone();
    let mut cosigned = note(&store.checkpoint().unwrap());
    let checkpoint = Checkpoint::parse(cosigned.text()).unwrap();
    for number in 0..30 {
        let name = format!("witness.example.org/{number}").parse().unwrap();
        let witness = PqCosigner::from_seed(name, &[number; 32]);
        let time = PosixSeconds::new(1_795_359_600).unwrap();
        cosigned = cosigned
            .with_signature(witness.cosign(&checkpoint, time))
            .unwrap();
    }
    // More than the 64 KiB that JetStream takes as headers.
    assert!(cosigned.to_string().len() > 65_536);
    store.keep_checkpoint(&cosigned.to_string()).unwrap();
    let receipt = town.record(&town.organisation("acme")).await;
    assert_eq!(receipt.proof().checkpoint.signatures().len(), 2);
    drop(store);
    town.stop().await;
    town.start().await;
    town.record(&town.organisation("later")).await;
    town.stop().await;
}
