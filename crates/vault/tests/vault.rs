//! What a vault keeps, shows and refuses.
#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use cinnabar_events::{Sequence, StatementId};
use cinnabar_vault::{
    Census, DataSubject, Fault, Filing, Found, MAX_ID_OPENINGS, MAX_OPENINGS, MAX_SUBJECT_OPENINGS,
    MAX_VALUE_BYTES, Openings, Rejection, Vault,
};
use support::*;

#[test]
fn what_is_kept_is_found_again_also_by_the_next_process() {
    let (dir, vault) = new_vault();
    let about_li = opening("/name", "Li Na").about(person("Li Na"));
    let filing = filing(id("s"), vec![about_li, opening("/summary", "it fell")]);
    keep(&vault, &filing);
    let vault = reopen(&dir, vault);
    let values: Vec<Vec<u8>> = slots(&filing)
        .iter()
        .map(|slot| match vault.find(slot).unwrap() {
            Found::Opening(opening) => {
                assert_eq!(opening.commitment(slot.statement), slot.commitment);
                opening.value().to_vec()
            }
            other @ (Found::Erased | Found::Nothing) => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(values, [b"\"Li Na\"".to_vec(), b"\"it fell\"".to_vec()]);
    for (about, pointer) in [
        (person("Li Na"), "/name"),
        (DataSubject::subject(&subject()), "/summary"),
    ] {
        let list = vault.list(&about).unwrap();
        let pointers: Vec<&str> = list.iter().map(|(_, opening)| opening.pointer()).collect();
        assert_eq!(pointers, [pointer]);
    }
    assert_eq!(vault.list(&person("incident/i1")).unwrap(), []);
    assert_eq!(vault.find(&slots(&one("x"))[0]).unwrap(), Found::Nothing);
}

#[test]
fn only_what_opens_a_commitment_of_the_statement_can_be_kept() {
    let (a, b) = (opening("/a", "1"), opening("/b", "2"));
    let known = commitments(id("s"), &[a.clone(), b.clone()]);
    let check = |statement: StatementId, openings| {
        let openings = Openings::new(statement, openings).unwrap();
        Filing::check(id("s"), &subject(), &known, openings)
    };
    let other_id = id("t");
    let table = [
        (
            other_id,
            vec![a.clone()],
            Rejection::OtherStatement(other_id),
        ),
        (
            id("s"),
            vec![opening("/c", "1")],
            Rejection::NotCommitted("/c".into()),
        ),
        (
            id("s"),
            vec![a.clone(), opening("/b", "1")],
            Rejection::DoesNotOpen("/b".into()),
        ),
        (
            id("s"),
            vec![a.clone(), a.clone()],
            Rejection::Twice("/a".into()),
        ),
    ];
    for (statement, openings, rejection) in table {
        assert_eq!(check(statement, openings), Err(rejection));
    }
    let all = check(id("s"), vec![a.clone(), b]).unwrap();
    assert!(all.withheld().is_empty());
    assert_eq!(check(id("s"), vec![a]).unwrap().withheld(), ["/b"]);
    assert_eq!(check(id("s"), vec![]).unwrap().withheld(), ["/a", "/b"]);
}

#[test]
fn keeping_and_erasing_can_be_repeated() {
    let (dir, vault) = new_vault();
    let (gone, stays) = (one("gone"), one("stays"));
    let both = [gone.clone(), stays.clone(), gone.clone()];
    assert_eq!(vault.keep(&both).unwrap(), [Ok(()), Ok(()), Ok(())]);
    let census = vault.census().unwrap();
    assert_eq!((census.subjects, census.openings), (1, 2));
    assert_eq!(vault.keep(&both).unwrap(), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(vault.census().unwrap(), census);

    let receipt = vault.erase(&slots(&gone)).unwrap();
    assert_eq!((receipt.slots.len(), receipt.survivors), (1, 1));
    assert!(receipt.files[0].to_string().starts_with("blake3:"));
    let again = vault.erase(&slots(&gone)).unwrap();
    assert_eq!((again.slots.len(), again.files.len()), (0, 0));
    let vault = reopen(&dir, vault);
    assert!(matches!(
        vault.find(&slots(&stays)[0]),
        Ok(Found::Opening(_))
    ));
    assert_eq!(vault.find(&slots(&gone)[0]).unwrap(), Found::Erased);
}

#[test]
fn what_was_erased_does_not_come_back() {
    let (_dir, vault) = new_vault();
    let (early, late) = (one("early"), one("late"));
    keep(&vault, &early);
    vault.erase(&slots(&early)).unwrap();
    // Erased before it arrived, as on a standby that is behind.
    vault.erase(&slots(&late)).unwrap();
    let erased = || Err(Rejection::Erased("/contact".into()));
    assert_eq!(
        vault.keep(&[early.clone(), one("other"), late]).unwrap(),
        [erased(), Ok(()), erased()]
    );
    vault.discard(&slots(&early)).unwrap();
    assert_eq!(vault.keep(&[early]).unwrap(), [erased()]);
}

#[test]
fn statements_of_two_signers_may_share_an_id() {
    let (_dir, vault) = new_vault();
    let mine = filing(id("s"), vec![opening("/contact", "mine")]);
    let theirs = filing(id("s"), vec![opening("/contact", "theirs")]);
    keep(&vault, &mine);
    keep(&vault, &theirs);
    vault.discard(&slots(&theirs)).unwrap();
    assert!(matches!(
        vault.find(&slots(&mine)[0]),
        Ok(Found::Opening(_))
    ));
    assert_eq!(vault.find(&slots(&theirs)[0]).unwrap(), Found::Nothing);
}

#[test]
fn there_is_a_most_of_openings_under_one_id_and_about_one_data_subject() {
    let (_dir, vault) = new_vault();
    let many = |name: &str, id: StatementId, count: usize| {
        let pointers = (0..count).map(|number| format!("/f{number}"));
        let openings = pointers.map(|pointer| opening(&pointer, name).about(person("Li Na")));
        filing(id, openings.collect())
    };
    for round in 0..MAX_ID_OPENINGS / MAX_OPENINGS {
        keep(&vault, &many(&round.to_string(), id("s"), MAX_OPENINGS));
    }
    let more = filing(id("s"), vec![opening("/contact", "more")]);
    assert_eq!(
        vault.keep(&[more]).unwrap(),
        [Err(Rejection::IdFull(id("s")))]
    );
    let rest = MAX_SUBJECT_OPENINGS - MAX_ID_OPENINGS;
    for round in 0..rest / MAX_OPENINGS {
        let name = round.to_string();
        keep(&vault, &many(&name, id(&name), MAX_OPENINGS));
    }
    let before = vault.census().unwrap();
    // Of a filing that is refused nothing is kept, not even about others.
    let about_another = opening("/contact", "x").about(person("Wang Wu"));
    let about_li = opening("/name", "x").about(person("Li Na"));
    let full = filing(id("full"), vec![about_another, about_li]);
    assert_eq!(
        vault.keep(&[full]).unwrap(),
        [Err(Rejection::SubjectFull("/name".into()))]
    );
    assert_eq!(vault.census().unwrap(), before);
    assert_eq!(vault.list(&person("Wang Wu")).unwrap(), []);
}

#[test]
fn there_is_a_most_of_bytes_about_one_data_subject() {
    let (_dir, vault) = new_vault();
    let long = "x".repeat(MAX_VALUE_BYTES - 2);
    let filings: Vec<Filing> = (0..300)
        .map(|number| {
            let pointer = format!("/f{number}");
            filing(id(&pointer), vec![opening(&pointer, &long)])
        })
        .collect();
    let verdicts = vault.keep(&filings).unwrap();
    let kept = verdicts
        .iter()
        .take_while(|verdict| verdict.is_ok())
        .count();
    // 4 MiB in parts of somewhat more than 16 KiB.
    assert_eq!(kept, 254);
    assert_eq!(vault.census().unwrap().openings, 254);
}

#[test]
fn a_batch_may_touch_more_data_subjects_than_are_held_at_once() {
    let (dir, vault) = new_vault();
    let long = "x".repeat(MAX_VALUE_BYTES - 2);
    let filings: Vec<Filing> = (0..5)
        .map(|number| {
            let about = person(&number.to_string());
            let openings = (0..250).map(|field| {
                let pointer = format!("/f{field}");
                opening(&pointer, &long).about(about.clone())
            });
            filing(id(&number.to_string()), openings.collect())
        })
        .collect();
    let verdicts = vault.keep(&filings).unwrap();
    assert!(verdicts.iter().all(Result::is_ok));
    let vault = reopen(&dir, vault);
    let Census {
        subjects, openings, ..
    } = vault.census().unwrap();
    assert_eq!((subjects, openings), (5, 5 * 250));
}

#[test]
fn the_cursor_goes_forward_only_and_survives() {
    let (dir, vault) = new_vault();
    assert_eq!(vault.cursor().unwrap(), Sequence::FIRST);
    vault.advance(Sequence::new(17)).unwrap();
    vault.advance(Sequence::new(3)).unwrap();
    let vault = reopen(&dir, vault);
    assert_eq!(vault.cursor().unwrap(), Sequence::new(17));
}

#[test]
fn one_process_has_it_open() {
    let (dir, vault) = new_vault();
    let again = Vault::open(dir.path(), &institution(1));
    assert!(matches!(again, Err(Fault::Locked(_))));
    reopen(&dir, vault);
}

#[test]
fn a_vault_is_created_where_nothing_is_and_opened_where_one_is() {
    let (dir, vault) = new_vault();
    drop(vault);
    let create = |dir| Vault::create(dir, &institution(1));
    assert!(matches!(create(dir.path()), Err(Fault::NotEmpty(_))));
    let empty = tempfile::tempdir().unwrap();
    let opened = Vault::open(empty.path(), &institution(1));
    assert!(matches!(opened, Err(Fault::NoVault(_))));
    std::fs::write(empty.path().join("diary"), "").unwrap();
    assert!(matches!(create(empty.path()), Err(Fault::NotEmpty(_))));
    // A creation that was interrupted can be repeated.
    std::fs::remove_file(dir.path().join("FORMAT")).unwrap();
    create(dir.path()).unwrap();
}

#[test]
fn another_institution_key_opens_nothing() {
    let (dir, vault) = new_vault();
    drop(vault);
    let opened = Vault::open(dir.path(), &institution(2));
    assert!(matches!(opened, Err(Fault::OtherKey)));
}

#[test]
fn a_newer_format_is_refused_with_a_sentence() {
    let (dir, vault) = new_vault();
    drop(vault);
    let path = dir.path().join("FORMAT");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("vault 1", "vault 2")).unwrap();
    let fault = Vault::open(dir.path(), &institution(1)).unwrap_err();
    let said = "the vault has format 2, this release knows 1: use a newer release";
    assert_eq!(fault.to_string(), said);
}

#[test]
fn nobody_but_the_owner_can_look_at_the_files() {
    let (dir, vault) = new_vault();
    keep(&vault, &one("x"));
    let mut open = vec![dir.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{entry:?}");
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                files += 1;
            }
        }
    }
    assert_eq!(files, 5, "FORMAT, LOCK, a list, a key, a sealed file");
}
