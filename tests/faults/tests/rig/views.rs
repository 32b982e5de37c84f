//! R29: views killed in the middle of a fold, and built again while the ledger goes on.

use cinnabar_failpoint::Failpoint;
use cinnabar_faults::mix::Mix;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::supervisor::{Keeper, Run, Single, at};
use cinnabar_tests::tally::{ran, seed, times};

#[test]
fn views_killed_in_mid_fold_or_thrown_away_under_load_are_the_fold_of_the_entries() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        mix: Mix::Both,
        rest_ms: 5,
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    ledger.kill();
    let (mut kills, mut rebuilt) = (0, 0);
    for _ in 0..times(1, 30) {
        for place in [Failpoint::ViewFolded, Failpoint::ViewCommitted] {
            let pass = random.u64(1..40);
            println!("{place}=kill@{pass}");
            ledger.launch(&[], &at(place, &format!("kill@{pass}")), &[]);
            if ledger.comes_up() {
                assert_eq!(ledger.ends().code, None, "{place}: a signal ended it");
            }
            kills += 1;
        }
        std::fs::remove_dir_all(ledger.data().join("views")).unwrap();
        // Folds slowly, so that entries come while it is behind.
        ledger.start(&at(Failpoint::ViewFolded, "sleep:20"));
        rebuilt += 1;
        keeper.more_receipts(5);
        ledger.kill();
        kills += 1;
    }
    ledger.start("");
    let counts = keeper.finish();
    // `verify --views` folds all entries anew and compares the digests.
    let verdict = judge(&ledger, &[&book]);
    ran(
        "R29",
        &format!(
            "{kills} kills at folds, {rebuilt} rebuilds under load ({} receipts): views are the fold of {} entries",
            counts.receipts, verdict.entries
        ),
    );
}
