//! Three servers.

use std::net::TcpListener;
use std::path::Path;

use async_nats::{HeaderMap, RequestErrorKind};
use cinnabar_ledger::nats::checks;
use cinnabar_ledger::nats::config::{Cluster, Listen};
use cinnabar_ledger::nats::connect::connect;
use cinnabar_ledger::nats::publish::{
    BatchMessage, PublishFailure, publish_atomic_batch, publish_fenced,
};
use cinnabar_ledger::nats::streams::{self, Replicas, StreamError};
use cinnabar_ledger::nats::supervisor::{NatsServer, Options};

use crate::{ENTRY, login, names, options, serve_intake};

/// Three nodes on ports that were free a moment ago: routes need fixed ones.
fn cluster_options(dir: &Path) -> Vec<Options> {
    let held: Vec<TcpListener> = (0..3)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let ports: Vec<u16> = held
        .iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect();
    let node = |at: usize| {
        let mut options = options(dir);
        options.run_dir = dir.join(format!("run-{at}"));
        options.config.store_dir = dir.join(format!("store-{at}"));
        options.config.server_name = format!("node-{at}");
        options.config.cluster = Some(Cluster {
            name: "c".into(),
            listen: Listen::loopback(Some(ports[at])),
            routes: ports
                .iter()
                .map(|port| format!("nats://127.0.0.1:{port}"))
                .collect(),
            tls: None,
        });
        options
    };
    (0..3).map(node).collect()
}

#[tokio::test]
async fn a_cluster_of_three_fences_batches_and_passes_the_checks() {
    let dir = tempfile::tempdir().unwrap();
    let mut nodes = cluster_options(dir.path())
        .into_iter()
        .map(NatsServer::start);
    let mut next = || nodes.next().unwrap();
    let (a, b, c) = tokio::try_join!(next(), next(), next()).unwrap();
    let operator = connect(login(dir.path(), "operator", &a))
        .await
        .unwrap()
        .client;
    // Until the nodes have elected a leader, they refuse.
    while let Err(error) = streams::ensure_all(&operator, &names(), Replicas::Three).await {
        assert!(matches!(error, StreamError::Api { .. }), "{error}");
        tokio::task::yield_now().await;
    }
    let writer = connect(login(dir.path(), "writer", &b))
        .await
        .unwrap()
        .client;
    let (subject, none) = (names().log_subject(), HeaderMap::new);
    publish_fenced(&writer, &subject, "block".into(), none(), 0)
        .await
        .unwrap();
    let second = publish_fenced(&operator, &subject, "block".into(), none(), 0).await;
    assert_eq!(
        second,
        Err(PublishFailure::Fenced {
            last_sequence: Some(1)
        })
    );
    let batch: Vec<BatchMessage> = (0..500)
        .map(|_| BatchMessage {
            subject: ENTRY.into(),
            headers: none(),
            body: "entry".into(),
        })
        .collect();
    assert_eq!(
        publish_atomic_batch(&writer, batch.clone(), 0)
            .await
            .unwrap()
            .sequence,
        500
    );
    let again = publish_atomic_batch(&writer, batch, 0).await;
    assert!(
        matches!(again, Err(PublishFailure::Fenced { .. })),
        "{again:?}"
    );

    let _intake = serve_intake(writer).await;
    let submitter = connect(login(dir.path(), "submitter", &c))
        .await
        .unwrap()
        .client;
    let answer = loop {
        // The other nodes learn of the service a little later.
        match submitter
            .request(names().intake_subject("submit"), "x".into())
            .await
        {
            Ok(answer) => break answer,
            Err(error) => assert_eq!(error.kind(), RequestErrorKind::NoResponders),
        }
    };
    assert_eq!(answer.payload, "ok");
    let monitors = [&a, &b, &c].map(|node| node.monitor_url().to_owned());
    assert_eq!(
        checks::check(&operator, &monitors, &names(), Replicas::Three).await,
        []
    );
    tokio::join!(a.stop(), b.stop(), c.stop());
}
