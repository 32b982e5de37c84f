//! A ledger in RocksDB with its views, and an API in front of them.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "../../../../projections/tests/common/mod.rs"]
mod town;

pub(crate) mod schema;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use cinnabar_api::{ApiState, Settings, catch_up, router};
use cinnabar_events::Entry;
use cinnabar_governance::testing::{Town, key};
use cinnabar_governance::{Overlay, evolve};
use cinnabar_projections::Views;
use cinnabar_store::{Application, Position, Store};
use cinnabar_tlog::{Checkpoint, KeyName, NoteSigner};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) const ORIGIN: &str = "ledger.example.org/ai-register";

/// What one test needs.
pub(crate) struct Node {
    pub(crate) state: ApiState,
    pub(crate) router: Router,
    pub(crate) store: Store,
    pub(crate) views: Views,
    pub(crate) entries: Vec<Entry>,
    _dirs: [tempfile::TempDir; 2],
}

impl Node {
    /// A node whose replica and views have `entries`.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        Self::with(entries, Settings::default())
    }

    /// The same, served with other settings.
    pub(crate) fn with(entries: Vec<Entry>, settings: Settings) -> Self {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let store = Store::create(&dirs[0].path().join("ledger")).unwrap();
        let views = Views::open(dirs[1].path()).unwrap();
        let state = ApiState::new(store.clone(), views.clone(), settings);
        let node = Self {
            router: router(state.clone()),
            state,
            store,
            views,
            entries,
            _dirs: dirs,
        };
        for block in node.entries.chunks(23) {
            commit(&node.store, block, true);
        }
        index(&node.store);
        catch_up(&node.store, &node.views).unwrap();
        node
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &BTreeMap::new()).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &BTreeMap<String, String>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec();
        Answer {
            status,
            headers,
            body,
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Commits one block, as a writer does, with a checkpoint if it is signed already.
pub(crate) fn commit(store: &Store, block: &[Entry], signed: bool) {
    let mut overlay = Overlay::new(store);
    let mut edge = store.edge_tiles().unwrap();
    for entry in block {
        evolve(&mut overlay, entry).unwrap();
        edge.append(entry.leaf_hash());
    }
    let tiles = edge.take_changes();
    let signer = NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &key("log").to_bytes());
    let checkpoint = Checkpoint {
        origin: signer.name().clone(),
        size: edge.size(),
        root: edge.root(),
    };
    let position = store.position();
    store
        .apply(Application {
            entries: block.to_vec(),
            records: overlay.into_changes(),
            tiles,
            root: edge.root(),
            checkpoint: signed.then(|| checkpoint.sign(&signer).unwrap().to_string()),
            position: Position {
                stream_sequence: position.stream_sequence + 1,
                ..position
            },
        })
        .unwrap();
}

/// Works out every index of dossiers that was recorded, as a node does beside the commit.
pub(crate) fn index(store: &Store) {
    for recorded in store.indexes_to_apply(100).unwrap() {
        let plan = store.plan_index(recorded.size).unwrap();
        assert_eq!(plan.root(), recorded.root);
        assert!(store.apply_index(plan, recorded.entry).unwrap());
    }
}

/// The busy town and 260 more products, so that there are full tiles and several pages.
pub(crate) fn large_town() -> Town {
    let mut town = town::busy_town();
    for index in 0..260 {
        let draft = town.submission(&format!("m{index:03}"));
        town.say(&draft).unwrap();
    }
    town.index_dossiers();
    town
}

/// Every story by its name, with the town in which it was told.
pub(crate) fn stories() -> Vec<(String, Town)> {
    town::story::all()
}

pub(crate) fn busy_town() -> Town {
    let mut town = town::busy_town();
    town.index_dossiers();
    town
}
