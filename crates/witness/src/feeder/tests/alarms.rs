//! Alarms, what witnesses show, and witnesses beside each other.

use super::*;

#[test]
fn a_split_view_is_an_alarm_with_both_notes_and_the_witness_is_not_asked_again() {
    let theirs =
        note(&fork(5)).with_signature(cosigner().cosign(&checkpoint(&fork(5)), seconds(NEW_YEAR)));
    let theirs = theirs.unwrap();
    let empty_conflict = (409, String::new(), Vec::new());
    for (verdict, status) in [
        (said(422, "no\n"), 422),
        (empty_conflict, 409),
        (said(409, "5\n"), 409),
        (conflict(5), 409),
    ] {
        let shown = theirs.to_string();
        let script_verdict = verdict.clone();
        let mut asked = 0;
        let server = Scripted::new(move |request| {
            asked += 1;
            Some(match (request.line.starts_with("GET"), asked) {
                (true, _) => said(200, &shown),
                (false, 1) => conflict(5),
                (false, _) => script_verdict.clone(),
            })
        });
        let ledger = Ledger::with(tree(5));
        let mut bench = bench(&ledger, &server.url);
        bench.step();
        let asked = server.asked();
        let monitoring = format!("GET /{}/checkpoint HTTP/1.1", origin_id(&name(ORIGIN)));
        assert_eq!(
            (asked.len(), &asked[2].line),
            (3, &monitoring),
            "{verdict:?}"
        );
        let alarms = bench.alarms();
        assert_eq!(alarms.len(), 1, "{verdict:?}");
        let old = Size::new(5);
        assert_eq!(alarms[0].kind, AlarmKind::SplitView { status, old });
        assert_eq!(alarms[0].ours, note(&tree(5)));
        assert_eq!(alarms[0].theirs.as_ref(), Some(&theirs));
        assert_eq!(
            (alarms[0].witness.as_str(), &alarms[0].key),
            ("w1", cosigner().verifier())
        );
        assert!(bench.status().silenced && bench.status().alarm.is_some());
        ledger.set(tree(300));
        bench.after(2 * REPUBLISH_AFTER);
        assert_eq!(server.asked(), []);
        assert_eq!(ledger.kept(), 0);
    }
}

#[test]
fn a_witness_that_is_ahead_of_the_log_is_a_rollback_alarm_once() {
    let server = Scripted::new(honest(300));
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    let kind = AlarmKind::Rollback {
        cosigned: Size::new(300),
        newest: Size::new(5),
    };
    let kinds = |alarms: Vec<Alarm>| alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>();
    assert_eq!(kinds(bench.alarms()), [kind]);
    assert!(matches!(bench.status().last_failure, Some(Failure::Behind)));
    bench.after(MAX_BACK_OFF);
    assert_eq!(kinds(bench.alarms()), []);
    assert_eq!(server.olds(), ["old 0", "old 5"]);
    // A standby that has caught up goes on.
    ledger.set(tree(301));
    bench.after(MAX_BACK_OFF);
    assert_eq!(server.olds(), ["old 300"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(301));
}

#[test]
fn a_log_that_grew_meanwhile_is_looked_at_again_before_an_alarm() {
    let server = Scripted::new(honest(300));
    let ledger = Ledger::with(tree(5));
    ledger.next.lock().unwrap().push(tree(301));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert!(bench.alarms().is_empty());
    assert_eq!(server.olds(), ["old 0", "old 300"]);
    assert_eq!(ledger.kept(), 1);
}

#[test]
fn a_witness_that_lost_its_state_is_an_alarm_and_still_asked() {
    let mut forgot = honest(0);
    let mut asked = 0;
    let server = Scripted::new(move |request| {
        if request.line.starts_with("GET") {
            return Some(said(404, ""));
        }
        asked += 1;
        if asked == 2 {
            forgot = honest(2);
        }
        forgot(request)
    });
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    ledger.set(tree(300));
    bench.step();
    let alarms = bench.alarms();
    assert_eq!(alarms.len(), 1);
    assert_eq!(
        alarms[0].kind,
        AlarmKind::WitnessWentBack {
            before: Size::new(5),
            now: Size::new(2)
        }
    );
    assert_eq!(alarms[0].theirs, None);
    assert_eq!(server.olds(), ["old 0", "old 5", "old 2"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(300));
    assert!(!bench.status().silenced);
}

#[tokio::test]
async fn a_slow_witness_holds_up_nobody_and_the_feeder_stops_when_told() {
    let (release, held) = mpsc::channel::<()>();
    let slow = Scripted::new(move |_| {
        let _ = held.recv();
        None
    });
    let quick = Scripted::new(honest(0));
    let (tell, told) = mpsc::channel();
    let mut ledger = Ledger {
        tell: Some(Mutex::new(tell)),
        ..Ledger::default()
    };
    *ledger.tree.get_mut().unwrap() = Some(tree(5));
    let log: Arc<dyn Log> = Arc::new(ledger);
    let other = cinnabar_tlog::Cosigner::from_seed(name("w0"), &seed(0x70));
    let policy = format!(
        "witness w0 {} {}/\nwitness w1 {} {}/\nwitness w2 {}\nquorum none\n",
        other.verifier(),
        slow.url,
        cosigner().verifier(),
        quick.url,
        cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x50)).verifier(),
    );
    let policy = TrustPolicy::parse(&policy).unwrap();
    let (options, _) = collecting();
    let (stop, stopped) = watch::channel(false);
    let feeder = Feeder::start(&policy, &log, &options, &stopped).unwrap();
    let note = tokio::task::spawn_blocking(move || told.recv().unwrap())
        .await
        .unwrap();
    assert!(note.verify([cosigner().verifier()]).is_ok());
    let status = feeder.status();
    let names: Vec<&str> = status.iter().map(|status| status.name.as_str()).collect();
    assert_eq!(names, ["w0", "w1"], "those with a URL");
    assert!(status[0].cosigned.is_none());
    stop.send(true).unwrap();
    drop(release);
    feeder.stopped().await;
}

#[test]
fn a_policy_with_too_many_witnesses_is_refused() {
    let mut policy = String::from("quorum none\n");
    for i in 0..=MAX_WITNESSES {
        let key = cinnabar_tlog::Cosigner::from_seed(name("w"), &[u8::try_from(i).unwrap(); 32]);
        policy.push_str(&format!(
            "witness w{i} {} http://127.0.0.1:1\n",
            key.verifier()
        ));
    }
    let policy = TrustPolicy::parse(&policy).unwrap();
    let log: Arc<dyn Log> = Ledger::with(tree(5));
    let (_stop, stopped) = watch::channel(false);
    let refused = Feeder::start(&policy, &log, &collecting().0, &stopped);
    assert!(matches!(refused, Err(StartError::TooMany(count)) if count == MAX_WITNESSES + 1));
}

#[test]
fn what_a_witness_shows_is_believed_only_with_its_line_and_the_log_s() {
    let good =
        note(&tree(5)).with_signature(cosigner().cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR)));
    let good = good.unwrap().to_string();
    let forged = good.replacen("\n5\n", "\n6\n", 1);
    let uncosigned = note(&tree(5)).to_string();
    let unsigned = good.lines().filter(|line| !line.contains("EkCN90Wv"));
    let unsigned: String = unsigned.flat_map(|line| [line, "\n"]).collect();
    let rows = [
        (said(200, &good), Ok(Some(5))),
        (said(404, ""), Ok(None)),
        (said(500, ""), Err("status 500")),
        (said(200, "hello\n"), Err("the answer is no signed note")),
        (
            said(200, &forged),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
        (
            said(200, &uncosigned),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
        (
            said(200, &unsigned),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
    ];
    for (answer, expected) in rows {
        let shown = format!("{answer:?}");
        let server = Scripted::new(move |_| Some(answer.clone()));
        let prefixes =
            MonitoringPrefixes::from([("w1".to_owned(), format!("{}/monitoring/", server.url))]);
        let policy = policy("http://127.0.0.1:1/");
        let got = ask_last(&policy, &Origin::new(ORIGIN).unwrap(), &prefixes);
        let line = format!(
            "GET /monitoring/{}/checkpoint HTTP/1.1",
            origin_id(&name(ORIGIN))
        );
        assert_eq!(server.asked()[0].line, line);
        assert_eq!((got.len(), got[0].witness.as_str()), (1, "w1"));
        let last = got[0]
            .last
            .as_ref()
            .map(|last| last.as_ref().map(|last| last.checkpoint().size.get()));
        assert_eq!(
            last.map_err(ToString::to_string),
            expected.map_err(str::to_owned),
            "{shown}"
        );
    }
    let nobody = policy("http://127.0.0.1:1/");
    let got = ask_last(
        &nobody,
        &Origin::new(ORIGIN).unwrap(),
        &MonitoringPrefixes::new(),
    );
    assert!(matches!(got[0].last, Err(AskError::NoAnswer(_))));
}
