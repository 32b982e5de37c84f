//! When witnesses are asked, what, and what their answers mean.

use super::*;

#[test]
fn an_unknown_witness_is_asked_from_0_and_then_from_the_size_it_names() {
    let server = Scripted::new(honest(5));
    let ledger = Ledger::with(tree(300));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /add-checkpoint HTTP/1.1");
    assert!(asked[0].body.starts_with("old 0\n\n"));
    assert_eq!(asked[1].body, REQUEST_5_300);
    assert_eq!(asked.len(), 2);
    let status = bench.status();
    let cosigned = status.cosigned.unwrap();
    assert_eq!(
        (cosigned.size, status.rounds, status.failures),
        (Size::new(300), 1, 0)
    );
    // What is remembered is not asked again.
    ledger.set(tree(301));
    bench.step();
    assert_eq!(server.olds(), ["old 300"]);
    let kept = ledger.kept.lock().unwrap();
    let by = kept[1].verify([cosigner().verifier()]).unwrap().len();
    assert_eq!((kept.len(), by, kept[1].signatures().len()), (2, 1, 2));
}

#[test]
fn a_round_takes_the_newest_and_an_idle_log_is_shown_again_after_ten_minutes() {
    let server = Scripted::new(honest(0));
    let ledger = Arc::new(Ledger::default());
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert_eq!(server.olds(), [""; 0], "nothing is published yet");
    ledger.set(tree(5));
    bench.step();
    for size in [6, 7, 8] {
        ledger.set(tree(size));
        bench.after(Duration::from_millis(300));
    }
    assert_eq!(server.olds(), ["old 0"], "more than one round a second");
    bench.after(Duration::from_millis(100));
    assert_eq!(server.olds(), ["old 5"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(8));
    let before = bench.status().cosigned.unwrap().time;
    bench.after(REPUBLISH_AFTER - Duration::from_millis(1));
    assert_eq!(server.olds(), [""; 0]);
    bench.after(Duration::from_millis(1));
    assert_eq!(server.olds(), ["old 8"]);
    assert!(bench.status().cosigned.unwrap().time > before);
    assert_eq!(ledger.kept(), 3);
}

#[test]
fn a_witness_that_never_settles_is_asked_a_few_times_a_round() {
    let mut size = 0;
    let server = Scripted::new(move |_| {
        size += 1;
        Some(conflict(size))
    });
    let ledger = Ledger::with(tree(300));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert_eq!(server.asked().len(), MAX_ASKS);
    assert!(matches!(
        bench.status().last_failure,
        Some(Failure::Unsettled(MAX_ASKS))
    ));
    assert!(bench.alarms().is_empty());
}

#[test]
fn what_is_no_cosignature_is_a_failure_of_its_own_kind_and_never_an_alarm() {
    let long = "a".repeat(usize::try_from(MAX_ANSWER_BYTES).unwrap() + 1);
    let stranger = cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x70));
    let stranger = stranger
        .cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR))
        .to_string();
    let moved = (307, "location: /elsewhere\r\n".to_owned(), Vec::new());
    let no_size = (
        409,
        "content-type: text/x.tlog.size\r\n".to_owned(),
        b"five\n".to_vec(),
    );
    let rows: Vec<(Option<Said>, &str)> = vec![
        (None, "no answer"),
        (Some(said(200, &long)), "no answer"),
        (
            Some(said(429, "")),
            "the witness is not able to answer now (status 429)",
        ),
        (
            Some(said(500, "")),
            "the witness is not able to answer now (status 500)",
        ),
        (
            Some(said(503, "")),
            "the witness is not able to answer now (status 503)",
        ),
        (Some(said(400, "")), "the witness refuses (status 400)"),
        (Some(said(403, "")), "the witness refuses (status 403)"),
        (Some(said(404, "")), "the witness refuses (status 404)"),
        (Some(said(204, "")), "the witness refuses (status 204)"),
        (Some(moved), "the witness refuses (status 307)"),
        (Some(said(200, "")), "the answer is no signature lines"),
        (
            Some(said(200, "<html>\n")),
            "the answer is no signature lines",
        ),
        (
            Some(said(200, &note(&tree(5)).to_string())),
            "the answer is no signature lines",
        ),
        (
            Some(said(200, &line(&tree(6)))),
            "the cosignature does not verify",
        ),
        (
            Some(said(200, &format!("{}{}", line(&tree(5)), line(&tree(6))))),
            "the cosignature does not verify",
        ),
        (
            Some(said(200, &stranger)),
            "the answer has no line by the witness's key",
        ),
        (
            Some(no_size),
            "the witness conflicts with no size to go on from",
        ),
        (
            Some(conflict(0)),
            "the witness conflicts with no size to go on from",
        ),
    ];
    for (said, failure) in rows {
        let shown = format!("{:?}", said.as_ref().map(|said| said.0));
        let server = Scripted::new(move |_| said.clone());
        let ledger = Ledger::with(tree(5));
        let mut bench = bench(&ledger, &server.url);
        bench.step();
        let status = bench.status();
        assert_eq!(status.last_failure.unwrap().to_string(), failure, "{shown}");
        assert_eq!((status.failures, status.failures_in_a_row), (1, 1));
        assert!(bench.alarms().is_empty() && ledger.kept() == 0, "{shown}");
        assert!(
            server.asked().len() <= 1,
            "{shown}: a redirect is not followed"
        );
        bench.after(FIRST_BACK_OFF / 2 - Duration::from_millis(1));
        assert_eq!(server.asked(), [], "{shown}: no back-off");
        bench.after(FIRST_BACK_OFF);
        assert_eq!(
            bench.status().failures_in_a_row,
            2,
            "{shown}: never asked again"
        );
    }
}

#[test]
fn lines_of_keys_that_are_not_the_witness_s_are_ignored() {
    let stranger = cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x70));
    let stranger = stranger
        .cosign(&checkpoint(&tree(9)), seconds(NEW_YEAR))
        .to_string();
    let lines = format!("{stranger}{}", line(&tree(5)));
    let server = Scripted::list(vec![said(200, &lines)]);
    let ledger = Ledger::with(tree(5));
    bench(&ledger, &server.url).step();
    let kept = ledger.kept.lock().unwrap();
    let names: Vec<&str> = kept[0]
        .signatures()
        .iter()
        .map(|line| line.name().as_str())
        .collect();
    assert_eq!(names, [ORIGIN, WITNESS]);
}

#[test]
fn a_witness_that_comes_back_ends_its_back_off() {
    let mut said_500 = 3;
    let mut witness = honest(0);
    let server = Scripted::new(move |asked| {
        if said_500 > 0 {
            said_500 -= 1;
            return Some(said(500, ""));
        }
        witness(asked)
    });
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    for _ in 0..4 {
        bench.after(MAX_BACK_OFF);
    }
    let status = bench.status();
    assert_eq!(
        (status.rounds, status.failures, status.failures_in_a_row),
        (4, 3, 0)
    );
    assert!(status.last_failure.is_none() && status.cosigned.is_some());
}

#[test]
fn other_witnesses_lines_are_not_sent_along() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    for i in 0..20 {
        let other = cinnabar_tlog::Cosigner::from_seed(name(&format!("w{i}")), &seed(0x70));
        let other = other.cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR));
        ledger.others.lock().unwrap().push(other);
    }
    bench(&ledger, &server.url).step();
    assert_eq!(server.asked()[0].body, request(0, &tree(5)));
}

#[test]
fn a_log_that_fails_is_no_fault_of_the_witness_and_no_alarm() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    *ledger.broken.lock().unwrap() = true;
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert!(matches!(bench.status().last_failure, Some(Failure::Log(_))));
    assert!(bench.alarms().is_empty() && bench.status().cosigned.is_none());
    *ledger.broken.lock().unwrap() = false;
    bench.after(MAX_BACK_OFF);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(5));
}

#[test]
fn a_stopped_worker_asks_nobody() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.stop.send(true).unwrap();
    bench.step();
    assert!(server.asked().is_empty());
}
