//! Proofs come from tiles that are kept with their inner levels; the ledger's own mathematics must give the same.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_api::catch_up;
use cinnabar_events::{Receipt, Sequence};
use cinnabar_projections::Views;
use cinnabar_tlog::Size;
use common::{Node, commit, large_town};

#[tokio::test]
async fn proofs_stay_the_same_as_those_of_the_tree_while_the_ledger_grows() {
    let town = large_town();
    let entries = town.entries();
    let node = Node::new(entries[..60].to_vec());
    let mut size = 60;
    for end in [61, 128, 200, 255, 256, 257, 300, entries.len()] {
        commit(&node.store, &entries[size..end], true);
        size = end;
        catch_up(&node.store, &node.views).unwrap();
        for sequence in (0..size).step_by(19).chain([1, 254, 255, 256, size - 1]) {
            if sequence >= size {
                continue;
            }
            let answer = node.get(&format!("/v1/entries/{sequence}/proof")).await;
            let expected = node
                .store
                .inclusion_proof(Sequence::new(sequence as u64), Size::new(size as u64))
                .unwrap();
            let expected: Vec<_> = expected.hashes().iter().map(ToString::to_string).collect();
            let json = answer.json();
            assert_eq!(
                json["hashes"],
                serde_json::json!(expected),
                "{sequence} of {size}"
            );
            assert_eq!(json["asOf"]["size"], size, "{sequence} of {size}");
            let subject = entries[sequence].statement().subject.to_string();
            assert_eq!(json["links"]["dossier"], format!("/v1/dossiers/{subject}"));
            let receipt = node.get(&format!("/v1/entries/{sequence}/receipt")).await;
            let receipt = Receipt::parse(&receipt.body).unwrap();
            assert_eq!(
                receipt.to_bytes().len(),
                Receipt::write(entries[sequence].bytes(), &{
                    let text = node
                        .ask(
                            "GET",
                            &format!("/v1/entries/{sequence}/proof"),
                            &[("accept".to_owned(), "text/plain".to_owned())].into(),
                        )
                        .await
                        .text();
                    cinnabar_tlog::TlogProof::parse(text.as_bytes()).unwrap()
                })
                .len()
            );
        }
    }
}

#[tokio::test]
async fn views_read_ahead_in_many_batches_are_those_of_one() {
    let town = large_town();
    let node = Node::new(town.entries().to_vec());
    let expected = node.views.digests().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let views = Views::open(dir.path()).unwrap();
    catch_up(&node.store, &views).unwrap();
    assert_eq!(views.digests().unwrap(), expected);
    views.rebuild().unwrap();
    catch_up(&node.store, &views).unwrap();
    assert_eq!(views.digests().unwrap(), expected);
}
