//! In which order the statements of a row go out.

use std::sync::Mutex;

use cinnabar_events::Statement;

use super::*;

/// Two statements a row, about subjects that have nothing to do with each other.
const MAPPING: &str = r#"
    name = "order"
    version = 1
    format = "csv"
    key = ["id"]
    [ids.organisation]
    class = "organisation"
    prefix = "o-"
    from = "{id}"
    [ids.incident]
    class = "incident"
    prefix = "i-"
    from = "{id}"
    [[statement]]
    role = "first"
    kind = "organisation.registered"
    subject = "organisation"
    data = { name = "{id}", organisationKind = "other" }
    [[statement]]
    role = "second"
    kind = "incident.reported"
    subject = "incident"
    [statement.data]
    unregisteredSystem = "{id}"
    title = "{id}"
    severity = "hazard"
    reportType = "initial"
"#;

/// Answers organisations late, rejects `o-bad`, and keeps the order in which it answered.
#[derive(Default)]
struct Slow(Mutex<Vec<String>>);

impl Submit for Slow {
    type Stopped = Unplugged;

    async fn submit(&self, bytes: Vec<u8>) -> Result<Outcome, Unplugged> {
        let subject = Statement::parse(&bytes).unwrap().subject.to_string();
        if subject.starts_with("organisation") {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        let outcome = if subject == "organisation/o-bad" {
            Outcome::Rejected {
                code: "subject.bad".to_owned(),
                detail: "it is bad".to_owned(),
            }
        } else {
            Outcome::Recorded
        };
        self.0.lock().unwrap().push(subject);
        Ok(outcome)
    }
}

#[test]
fn a_row_is_said_in_order_and_stops_where_it_is_rejected() {
    let mapping = Mapping::parse(MAPPING).unwrap();
    let ledger = Arc::new(Slow::default());
    let (tally, rejected) = import(&mapping, b"id\ngood\nbad\n", &ledger, 8);
    let answered = ledger.0.lock().unwrap().clone();
    let of = |subject: &str| answered.iter().position(|one| one == subject);
    assert!(of("organisation/o-good").unwrap() < of("incident/i-good").unwrap());
    assert_eq!(of("incident/i-bad"), None);
    assert_eq!(numbers(&tally.unwrap()), [2, 1, 0, 1, 4, 2, 0, 2]);
    let [one] = &rejected[..] else {
        panic!("one row is rejected")
    };
    assert_eq!(one.statement.as_deref(), Some("first"));
    assert_eq!(one.code, "subject.bad");
    assert_eq!(one.raw.as_deref(), Some("bad"));
}

#[test]
fn no_more_statements_are_on_their_way_than_allowed() {
    /// How many are on their way, and the most that ever were.
    #[derive(Default)]
    struct Gauge(Mutex<(usize, usize)>);
    impl Submit for Gauge {
        type Stopped = Unplugged;
        async fn submit(&self, _: Vec<u8>) -> Result<Outcome, Unplugged> {
            {
                let mut gauge = self.0.lock().unwrap();
                gauge.0 += 1;
                gauge.1 = gauge.1.max(gauge.0);
            }
            tokio::task::yield_now().await;
            self.0.lock().unwrap().0 -= 1;
            Ok(Outcome::Recorded)
        }
    }
    let mapping = Mapping::parse(MAPPING).unwrap();
    let rows: String = (0..100).map(|id| format!("{id}\n")).collect();
    let gauge = Arc::new(Gauge::default());
    let file = format!("id\n{rows}");
    let (tally, _) = import(&mapping, file.as_bytes(), &gauge, 5);
    assert_eq!(tally.unwrap().statements.recorded, 200);
    assert_eq!(gauge.0.lock().unwrap().1, 5);
}
