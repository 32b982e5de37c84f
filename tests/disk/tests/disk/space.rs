//! The disk is full (R7).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cinnabar_disk::check::{Found, in_store};
use cinnabar_disk::disk::Disk;
use cinnabar_disk::journal::Load;
use cinnabar_disk::up::{Up, command, is_stopped};
use cinnabar_store::RESERVE_BYTES;
use cinnabar_tests::http;
use cinnabar_tests::running::{eventually, send};
use cinnabar_tests::tally::{ran, times};
use rustix::process::Signal;

use crate::common::mounted;

/// How long a statement may take on a disk that is well.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long an answer is waited for on one that is not.
const SHORTLY: Duration = Duration::from_secs(4);
/// Places at which the disk fills up, and at which pass: of the writer, the database, the feed and the views.
const PLACES: [(&str, u32); 9] = [
    ("commit.signed", 9),
    ("store.begun", 9),
    ("view.folded", 4),
    ("writer.decided", 9),
    ("commit.published", 9),
    ("store.written", 9),
    ("commit.applied", 9),
    ("feed.batched", 4),
    ("answer.made", 9),
];

fn metric(api: &str, name: &str) -> f64 {
    let (_, text) = http::get(api, "/metrics").expect("metrics");
    let text = String::from_utf8(text).expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    line.trim().parse().expect("a number")
}

#[test]
fn a_nearly_full_disk_stops_what_is_new_and_nothing_else_until_there_is_room() {
    let Some(disk) = mounted() else { return };
    let up = Up::start(disk.path());
    let data = disk.path().join("data");
    let load = Load::on(&data, disk.clone());
    load.send(20, 4, PATIENCE);
    let (desk, before) = (up.desk(), load.journal());
    let api = desk.setting("api");
    let size = desk.size();

    disk.leave_free(Some(RESERVE_BYTES - 1));
    eventually("a writer that says that there is no room", || {
        load.send(1, 1, Duration::ZERO);
        load.journal()
            .refused
            .contains_key("unavailable.space")
            .then_some(())
    });
    let refused = load.journal();
    let problem = &refused.problems["unavailable.space"];
    assert_eq!((problem.status, problem.retry_after_ms), (503, Some(5000)));
    assert_eq!(metric(&api, "cinnabar_space_low "), 1.0);
    let (status, ready) = desk.ask("/readyz");
    assert_eq!(status, 503);
    assert!(ready.to_string().contains("space"), "{ready}");
    let size_low = desk.size();
    assert!(size_low >= size);
    load.send(10, 4, Duration::ZERO);
    assert_eq!(desk.size(), size_low, "something new was recorded");
    // What is recorded is read and proven as ever, and asking again gives the receipt.
    drop(desk.verify(&["--from", &api]).ends(0));
    load.repeat(0, PATIENCE);
    assert_eq!(load.journal().given.len(), refused.given.len() + 1);

    disk.leave_free(None);
    load.send(20, 4, PATIENCE);
    let journal = load.journal();
    assert_eq!(journal.given.len(), refused.given.len() + 21);
    assert!(journal.given.len() > before.given.len());
    eventually("a node that is ready", || {
        (desk.ask("/readyz").0 == 200).then_some(())
    });
    assert_eq!(metric(&api, "cinnabar_space_low "), 0.0);
    drop(desk.verify(&["--from", &api]).ends(0));
    drop(up.stop().ends(0));
    let found = in_store(disk.path(), &mut journal.given.iter());
    assert_eq!(found, Found::Whole);
    ran(
        "R7",
        "a nearly full disk: new statements refused, reads and proofs went on, resumed by itself",
    );
}

#[test]
fn a_disk_that_fills_up_at_any_place_leaves_no_half_entry_and_a_restart_goes_on() {
    if mounted().is_none() {
        return;
    }
    let (mut by_itself, mut restarted) = (0, 0);
    let places = &PLACES[..times(3, PLACES.len())];
    for (place, pass) in places {
        match fill_at(place, *pass) {
            true => by_itself += 1,
            false => restarted += 1,
        }
    }
    ran(
        "R7",
        &format!(
            "disk full at {} places: {by_itself} resumed by themselves, {restarted} after a restart; no receipt lost",
            places.len()
        ),
    );
}

/// Fills the disk when the program passes `place`; whether it went on by itself when there was room again.
fn fill_at(place: &str, pass: u32) -> bool {
    let disk = mounted().expect("it worked before");
    // Founded and stopped: what the place is passed by is the load.
    drop(Up::start(disk.path()).stop().ends(0));
    let mut start = command(disk.path());
    start.env(cinnabar_failpoint::ENV, format!("{place}=stop@{pass}"));
    let up = Up::try_start(&mut start, disk.path())
        .unwrap_or_else(|ran| panic!("it does not come up:\n{}", ran.err));
    let data = disk.path().join("data");
    let load = Load::on(&data, disk.clone());
    fill_and_free(&disk, &up, &load, place);
    let load = Load::resumed(load);
    let said = up.said();
    assert!(!said.contains("panicked"), "{place}:\n{said}");
    let count = load.journal().given.len();
    let went_on = !up.has_ended() && {
        load.send(1, 1, SHORTLY);
        load.journal().given.len() > count
    };
    let (up, load) = match went_on {
        true => (up, load),
        false => {
            // It says why it ended; nothing else is to be done about it than to start it again.
            let ended = up.end();
            assert_eq!(ended.code, Some(5), "{place}:\n{}", ended.err);
            let why = ended.err.lines().last().unwrap_or_default();
            assert!(
                why.contains("o space left on device"),
                "{place}:\n{}",
                ended.err
            );
            println!("{place}: {why}");
            let up = Up::start(disk.path());
            let load = Load::again(&data, disk.clone(), Some(load));
            load.send(5, 2, PATIENCE);
            (up, load)
        }
    };
    let desk = up.desk();
    // The views have recovered too.
    drop(desk.ask_as_of("/v1/organisations", desk.size()));
    drop(desk.verify(&["--from", &desk.setting("api")]).ends(0));
    drop(up.stop().ends(0));
    let found = in_store(disk.path(), &mut load.journal().given.iter());
    assert_eq!(found, Found::Whole, "{place}");
    went_on
}

/// Sends statements; when the program stands still at the place fills the disk, lets it go on, and when that has told makes
/// room again.
fn fill_and_free(disk: &Disk, up: &Up, load: &Load, place: &str) {
    let stands = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let sending = threads.spawn(|| {
            load.send(40, 2, SHORTLY);
            // What gathers many statements comes by its place less often.
            let more = (0..100).take_while(|_| !stands.load(Ordering::Relaxed));
            more.for_each(|_| load.send(10, 2, SHORTLY));
        });
        eventually(place, || is_stopped(up.id()).then_some(()));
        stands.store(true, Ordering::Relaxed);
        disk.leave_free(Some(0));
        send(up.id(), Signal::CONT);
        eventually("an end, or an answer", || {
            let journal = load.journal();
            let answered =
                journal.refused.contains_key("unavailable.space") || journal.unanswered > 0;
            (up.has_ended() || sending.is_finished() || answered).then_some(())
        });
        disk.leave_free(None);
        let count = load.journal().given.len();
        eventually("an end, or a receipt", || {
            let given = load.journal().given.len() > count;
            (up.has_ended() || sending.is_finished() || given).then_some(())
        });
        load.give_up();
    });
}
