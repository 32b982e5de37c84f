//! The vectors of the contract, recomputed in another language from what `events/README.md` says.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use cinnabar_tests::root;

/// Runs the check over `folder`; `None`, and a sentence, if there is no Python here.
fn check(folder: &Path) -> Option<Output> {
    let script = root().join("tests/second-opinion/check.py");
    // -B: no compiled files in the checkout.
    match Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(folder)
        .output()
    {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("Skipped: there is no python3 on PATH, so nobody gives a second opinion.");
            None
        }
        Err(error) => panic!("python3 can't be run: {error}"),
    }
}

#[test]
fn another_language_comes_to_the_same_bytes_hashes_and_verdicts() {
    let Some(output) = check(&root().join("events/vectors")) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains(" 0 differ"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A check that finds nothing wrong, whatever it is given, is none.
#[test]
fn the_second_opinion_notices_a_changed_vector() {
    for (file, from, to) in [
        (
            "canonical.json",
            "\"fault\": \"depth\"",
            "\"fault\": \"null\"",
        ),
        ("signatures.json", "\"valid\": true", "\"valid\": false"),
        ("kinds.json", "\"leaf_hash\": \"", "\"leaf_hash\": \"0"),
        ("kinds.json", "15:00:07", "15:00:08"),
        ("block.json", "\"valid\": false", "\"valid\": true"),
        ("receipt.json", "\"valid\": false", "\"valid\": true"),
    ] {
        let folder = std::env::temp_dir().join(format!("cinnabar-vectors-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for vector in std::fs::read_dir(root().join("events/vectors")).unwrap() {
            let path = vector.unwrap().path();
            let mut text = std::fs::read_to_string(&path).unwrap();
            if path.file_name().unwrap() == file {
                assert!(text.contains(from), "{file} has no {from}");
                text = text.replacen(from, to, 1);
            }
            std::fs::write(folder.join(path.file_name().unwrap()), text).unwrap();
        }
        let output = check(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        let Some(output) = output else { return };
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.code() == Some(1) && said.contains("DIFFERS"),
            "{file}, {from}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
