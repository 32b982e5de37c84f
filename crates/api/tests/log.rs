//! The ledger as a C2SP tlog-tiles log: what is there, and what isn't.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use cinnabar_tlog::{
    Checkpoint, ConsistencyProof, Hash, HashReader as _, MemoryTree, Note, Size, TilePath,
    TileWidth, bundle_width_at, encode_bundle,
};
use common::{Node, busy_town, commit, large_town};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Paths that nothing has, whatever the ledger holds (at 256 entries or more, below 512).
const NOTHING: &[&str] = &[
    "/tile",
    "/tile/",
    "/tile/0",
    "/tile/0/",
    "/tile/0/1",
    "/tile/0/0001",
    "/tile/00/000",
    "/tile/+0/000",
    "/tile/64/000",
    "/tile/8/000",
    "/tile/-1/000",
    "/tile/0/000.p",
    "/tile/0/000.p/",
    "/tile/0/000.p/0",
    "/tile/0/000.p/256",
    "/tile/0/000.p/257",
    "/tile/0/000.p/01",
    "/tile/0/000.p/+1",
    "/tile/0/000.p/1/",
    "/tile/0/000.P/1",
    "/tile/0/x000/000",
    "/tile/0/x000/001",
    "/tile/0/x1/000",
    "/tile/0/001/000",
    "/tile/0/x001/x000",
    "/tile/0/000/",
    "/tile//0/000",
    "//tile/0/000",
    "/Tile/0/000",
    "/tile/0/%30%30%30",
    "/tile/0%2F000",
    "/tile%2F0%2F000",
    "/tile/0/%ff",
    "/tile/0/%zz",
    "/tile/0/000%00",
    "/tile/0/../0/000",
    "/tile/0/999",
    "/tile/0/x018/x446/x744/x073/x709/x551/615",
    "/tile/0/x999/x999/x999/x999/x999/x999/999",
    "/tile/7/001",
    "/tile/1/000",
    "/tile/1/000.p/2",
    "/tile/2/000.p/1",
    "/tile/entries",
    "/tile/entries/",
    "/tile/entries/000.p/",
    "/tile/entries/000.p/0",
    "/tile/entries/000.p/256",
    "/tile/entries/0",
    "/tile/entries/000/",
    "/tile/entries/001",
    "/tile/entries/002",
    "/tile/entries/x001/000",
    "/checkpoint/",
    "/checkpoints",
    "/Checkpoint",
];

#[tokio::test]
async fn what_is_not_there_is_404_and_nothing_else() {
    let node = Node::new(large_town().entries().to_vec());
    for path in NOTHING {
        for method in ["GET", "HEAD"] {
            let answer = node.ask(method, path, &BTreeMap::new()).await;
            assert_eq!(answer.status, 404, "{method} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.body.is_empty(), method == "HEAD", "{method} {path}");
        }
    }
}

/// Status line and headers, and the body.
async fn raw(address: std::net::SocketAddr, request: &[u8]) -> (String, String) {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    drop(connection.read_to_end(&mut answer).await);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_path_of_100_kb_is_404_and_the_server_goes_on() {
    let node = Node::new(busy_town().entries().to_vec());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(cinnabar_api::serve(
        listener,
        node.state.clone(),
        std::future::pending(),
    ));
    for length in [1_000, 60_000, 65_534, 65_535, 100_000, 200_000] {
        for prefix in ["/tile/0/", "/", "/v1/entries/"] {
            let path = format!("{prefix}{}", "x001/".repeat(length / 5));
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let (head, body) = raw(address, request.as_bytes()).await;
            assert!(head.starts_with("HTTP/1.1 404 "), "{length}: {head}");
            assert!(head.contains("access-control-allow-origin: *"), "{head}");
            let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(problem["code"], "request.no_such_path");
        }
    }
    let (head, _) = raw(
        address,
        b"GET /tile/0/000.p/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}

#[tokio::test]
async fn every_width_that_ever_was_is_served_and_none_beyond_the_signed_size() {
    let entries = large_town().entries().to_vec();
    let (signed, unsigned) = entries.split_at(entries.len() - 3);
    let node = Node::new(signed.to_vec());
    commit(&node.store, unsigned, false);
    let size = Size::new(signed.len() as u64);
    assert!(node.store.head().size > size, "there is more, unsigned");
    let mut tree = MemoryTree::new();
    for entry in signed {
        tree.push(entry.leaf_hash());
    }
    for path in TilePath::all_at(size) {
        for width in 1..=256 {
            let width = TileWidth::new(width).unwrap();
            let (path, expected) = match path {
                TilePath::Hashes { tile, .. } => {
                    let there = tile.width_at(size).unwrap();
                    let body = (width <= there)
                        .then(|| tree.tile(tile, width).unwrap()[..32 * width.as_usize()].to_vec());
                    (TilePath::Hashes { tile, width }, body)
                }
                TilePath::Entries { index, .. } => {
                    let there = bundle_width_at(index, size).unwrap();
                    let first = 256 * usize::try_from(index).unwrap();
                    let body = (width <= there).then(|| {
                        let entries = &signed[first..first + width.as_usize()];
                        encode_bundle(entries.iter().map(|entry| entry.bytes())).unwrap()
                    });
                    (TilePath::Entries { index, width }, body)
                }
            };
            let answer = node.get(&format!("/{path}")).await;
            match expected {
                None => assert_eq!(answer.status, 404, "{path}"),
                Some(body) => {
                    assert_eq!(answer.status, 200, "{path}");
                    assert!(answer.body == body, "{path} has other bytes");
                }
            }
        }
    }
}

#[tokio::test]
async fn tiles_are_kept_for_ever_and_the_checkpoint_is_asked_for_again() {
    let node = Node::new(large_town().entries().to_vec());
    let octets = "application/octet-stream";
    let for_ever = "public, max-age=604800, immutable";
    let wants_gzip = BTreeMap::from([("accept-encoding".to_owned(), "gzip, br".to_owned())]);
    for (path, kind, cache) in [
        ("/checkpoint", "text/plain; charset=utf-8", "no-cache"),
        ("/tile/0/000", octets, for_ever),
        ("/tile/0/000.p/7", octets, for_ever),
        ("/tile/1/000.p/1", octets, for_ever),
        ("/tile/entries/000", octets, for_ever),
        ("/tile/entries/000.p/255", octets, for_ever),
    ] {
        let got = node.ask("GET", path, &wants_gzip).await;
        let head = node.ask("HEAD", path, &wants_gzip).await;
        for answer in [&got, &head] {
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), kind, "{path}");
            assert_eq!(answer.header("cache-control"), cache, "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("content-encoding"), "", "{path}");
        }
        assert_eq!(
            head.header("content-length"),
            got.body.len().to_string(),
            "{path}"
        );
        assert!(head.body.is_empty());
        let again = BTreeMap::from([("if-none-match".to_owned(), got.header("etag").to_owned())]);
        assert_eq!(node.ask("GET", path, &again).await.status, 304, "{path}");
        assert_eq!(node.ask("POST", path, &BTreeMap::new()).await.status, 405);
    }
}

#[tokio::test]
async fn any_two_sizes_ever_are_joined_by_a_proof() {
    let node = Node::new(busy_town().entries().to_vec());
    let mut tree = MemoryTree::new();
    let mut roots = vec![tree.root()];
    for entry in &node.entries {
        tree.push(entry.leaf_hash());
        roots.push(tree.root());
    }
    for new in 0..roots.len() {
        for old in 0..=new {
            let path = format!("/v1/consistency-proof?old={old}&new={new}");
            let body = node.get(&path).await.json();
            let hashes = body["hashes"].as_array().unwrap().iter();
            let hashes: Vec<Hash> = hashes
                .map(|hash| hash.as_str().unwrap().parse().unwrap())
                .collect();
            let size = |size: usize| Size::new(size as u64);
            ConsistencyProof::new(hashes)
                .unwrap()
                .verify(size(old), &roots[old], size(new), &roots[new])
                .unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }
}

#[tokio::test]
async fn every_signed_checkpoint_is_listed_once_and_can_be_had() {
    let node = Node::new(large_town().entries().to_vec());
    let expected: Vec<u64> = (1..=node.entries.len() as u64)
        .filter(|size| size % 23 == 0 || *size == node.entries.len() as u64)
        .collect();
    let mut seen = Vec::new();
    let mut next = Some("/v1/checkpoints?limit=4".to_owned());
    while let Some(path) = next {
        let page = node.get(&path).await.json();
        assert_eq!(page["total"], expected.len(), "{path}");
        for item in page["items"].as_array().unwrap() {
            let size = item["size"].as_u64().unwrap();
            seen.push(size);
            let text = BTreeMap::from([("accept".to_owned(), "text/plain".to_owned())]);
            let note = node
                .ask("GET", item["links"]["self"].as_str().unwrap(), &text)
                .await;
            assert_eq!(note.text(), item["note"].as_str().unwrap());
            let note = Note::parse(&note.body).unwrap();
            let checkpoint = Checkpoint::parse(note.text()).unwrap();
            assert_eq!(checkpoint.size.get(), size);
            assert_eq!(
                checkpoint.root.to_string(),
                item["rootHash"].as_str().unwrap()
            );
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, expected);
}
