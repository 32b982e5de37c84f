//! What the compiler does not check about the tree: sizes, forbidden words, documents that keep up with the folders.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use cinnabar_tests::{root, source_files};

/// Most lines of a file with code: what a reader keeps in mind.
const FILE_LINES_MAX: usize = 600;
/// What the names of files with code end with.
const CODE: [&str; 5] = ["rs", "py", "sh", "go", "mjs"];
/// The verifier that shows how little it takes: one file by intent.
const ONE_FILE: &str = "tools/second-verifier/verify.py";
/// Most lines of a function.
const FUNCTION_LINES_MAX: usize = 70;
/// Beginnings of file names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["util", "helper", "manager", "misc", "stuff", "handler"];
/// Crates that do no input or output and know no clock.
const PURE: [&str; 4] = [
    "events/src",
    "crates/tlog/src",
    "crates/governance/src",
    "crates/verifier/src",
];
/// What input, output and clocks are called.
const IMPURE: [&str; 7] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env::",
    "std::io::stdin",
    "SystemTime",
    "Instant::now",
];

/// A text file of the checkout.
struct Text {
    path: PathBuf,
    text: String,
}

impl Text {
    fn is(&self, extension: &str) -> bool {
        self.path
            .extension()
            .is_some_and(|found| found == extension)
    }

    fn at(&self, line: usize) -> String {
        format!("{}:{}", self.path.display(), line + 1)
    }

    /// Its lines without comments at their end, those of the unit tests left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }
}

/// Every text file but the lock file, which Cargo writes, the licence, which others wrote, and `.git`, which is a file where
/// the checkout is one of several.
fn texts() -> Vec<Text> {
    source_files()
        .into_iter()
        .filter(|path| {
            !["Cargo.lock", "LICENSE", ".git"]
                .iter()
                .any(|skip| path == Path::new(skip))
        })
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).ok()?;
            Some(Text { path, text })
        })
        .collect()
}

fn rust() -> impl Iterator<Item = Text> {
    texts().into_iter().filter(|file| file.is("rs"))
}

/// Fails with all findings at once.
fn none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

/// Words in lines: where each is found. A word is given in two halves, so that this file does not contain it.
fn find(files: &[Text], words: &[(&str, &str)]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            for word in words.iter().map(|(head, tail)| format!("{head}{tail}")) {
                if line.contains(&word) {
                    findings.push(format!("{}: {word}", file.at(number)));
                }
            }
        }
    }
    findings
}

#[test]
fn there_is_source_to_check() {
    assert!(rust().count() > 50, "is the checkout where it should be?");
}

#[test]
fn no_file_is_too_long_to_read() {
    let code = texts().into_iter().filter(|file| {
        CODE.iter().any(|extension| file.is(extension)) && file.path != Path::new(ONE_FILE)
    });
    none(code.filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > FILE_LINES_MAX).then(|| format!("{}: {lines} lines", file.path.display()))
    }));
}

/// What may stand before `fn`.
const BEFORE_FN: [&str; 6] = [
    "pub",
    "pub(crate)",
    "pub(super)",
    "async",
    "const",
    "unsafe",
];

/// Functions as rustfmt writes them: from the line that begins one to the first brace that closes at its indent.
fn long_functions(file: &Text) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut findings = Vec::new();
    for (begin, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let before = code.split("fn ").next().unwrap_or_default();
        let is_function = code.len() > before.len()
            && before
                .split_whitespace()
                .all(|word| BEFORE_FN.contains(&word))
            && !code.ends_with(';')
            && !code.ends_with('}');
        // A method that a trait only asks for ends its signature with a semicolon.
        let signature_end = lines[begin..]
            .iter()
            .find(|line| line.ends_with('{') || line.ends_with(';'));
        if !is_function || signature_end.is_some_and(|line| line.ends_with(';')) {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        let length = lines[begin..].iter().position(|line| *line == closing);
        if let Some(length) = length
            .map(|last| last + 1)
            .filter(|n| *n > FUNCTION_LINES_MAX)
        {
            findings.push(format!("{}: {length} lines", file.at(begin)));
        }
    }
    findings
}

#[test]
fn no_function_is_too_long_to_read() {
    // A test's table may be as long as it has rows.
    let is_test = |file: &Text| {
        file.path
            .components()
            .any(|part| part.as_os_str() == "tests")
    };
    none(
        rust()
            .filter(|file| !is_test(file))
            .flat_map(|file| long_functions(&file)),
    );
}

#[test]
fn a_long_function_would_be_seen() {
    let body = "    let x = 1;\n".repeat(FUNCTION_LINES_MAX);
    let text = format!(
        "pub fn short() {{\n    fn inner() {{\n    }}\n}}\n\npub(crate) fn long() {{\n{body}}}\n"
    );
    let path = PathBuf::from("a.rs");
    assert_eq!(
        long_functions(&Text { path, text }),
        [format!("a.rs:6: {} lines", FUNCTION_LINES_MAX + 2)]
    );
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let words = [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("dbg", "!("),
        ("FIX", "ME"),
        ("TO", "DO:"),
        ("XX", "X:"),
    ];
    none(find(&rust().collect::<Vec<_>>(), &words));
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    none(find(
        &texts(),
        &[
            ("/ro", "ot/"),
            ("/wo", "rk/"),
            ("/ho", "me/"),
            ("/Us", "ers/"),
        ],
    ));
}

#[test]
fn no_file_names_the_host_of_a_package_registry() {
    let words = [
        ("crates", ".io/"),
        ("static.", "crates"),
        ("pypi", ".org"),
        ("npm", "js.org"),
        ("proxy.", "golang"),
    ];
    none(find(&texts(), &words));
}

#[test]
fn files_are_called_after_what_is_inside() {
    none(rust().filter_map(|file| {
        let name = file.path.file_stem()?.to_string_lossy().into_owned();
        let empty = EMPTY_NAMES.iter().any(|word| name.starts_with(word));
        empty.then(|| file.path.display().to_string())
    }));
}

#[test]
fn the_contract_the_tree_the_rules_and_the_verifier_do_no_input_or_output() {
    let mut findings = Vec::new();
    for file in rust().filter(|file| PURE.iter().any(|room| file.path.starts_with(room))) {
        for (number, line) in file.code() {
            let words = IMPURE.iter().filter(|word| line.contains(**word));
            findings.extend(words.map(|word| format!("{}: {word}", file.at(number))));
        }
    }
    none(findings);
}

#[test]
fn every_library_says_what_it_is_for() {
    none(rust().filter_map(|file| {
        let is_library = file.path.ends_with("src/lib.rs");
        let says = file.text.starts_with("//! ") || file.text.starts_with("#![doc = include_str!");
        (is_library && !says).then(|| file.path.display().to_string())
    }));
}

/// The folders with a Cargo.toml, relative to the root.
fn crate_folders() -> Vec<PathBuf> {
    let manifests = source_files().into_iter();
    manifests
        .filter(|path| path.ends_with("Cargo.toml"))
        .filter_map(|path| path.parent().map(Path::to_owned))
        .filter(|folder| folder != Path::new(""))
        .collect()
}

#[test]
fn the_architecture_names_every_crate() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    none(crate_folders().into_iter().filter_map(|folder| {
        let folder = folder.display().to_string();
        (!text.contains(&format!("{folder}/")) && !text.contains(&format!("`{folder}`")))
            .then_some(folder)
    }));
}

#[test]
fn the_readme_says_how_to_run_and_how_to_test() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let words = [
        "tools/run",
        "tools/test",
        "compose.yaml",
        "ARCHITECTURE.md",
        "LICENSE",
    ];
    none(
        words
            .into_iter()
            .filter(|word| !text.contains(word))
            .map(str::to_owned),
    );
}

/// The relative targets of the links in a Markdown text, without their anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| {
            !target.contains("://") && !target.starts_with('#') && !target.contains(' ')
        })
        .filter_map(|target| target.split('#').next())
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut findings = Vec::new();
    // A crate's README is its documentation too: what looks like a path there (`crate::Item`) rustdoc checks.
    for file in texts().iter().filter(|file| file.is("md")) {
        let folder = root().join(file.path.parent().unwrap());
        for target in links(&file.text).filter(|target| !target.contains("::")) {
            if !folder.join(target).exists() {
                findings.push(format!("{}: {target}", file.path.display()));
            }
        }
    }
    none(findings);
}

/// Scripts that people are told to run; the rule holds for all others too.
const SCRIPTS: [&str; 6] = [
    "tools/run",
    "tools/test",
    "tools/fuzz",
    ".ci/run",
    "tests/checkers/run",
    "tests/checkers/dsse/openssl.sh",
];

#[test]
fn scripts_can_be_run_and_stop_at_the_first_error() {
    let files = texts();
    let scripts: Vec<&Text> = files
        .iter()
        .filter(|file| file.text.starts_with("#!/"))
        .collect();
    let found = |path: &&str| scripts.iter().any(|file| file.path == Path::new(path));
    assert!(SCRIPTS.iter().all(found));
    none(scripts.iter().filter_map(|file| {
        let mode = root().join(&file.path).metadata().unwrap().permissions();
        let bash = file.text.starts_with("#!/usr/bin/env bash\n");
        let strict = file.text.contains("\nset -euo pipefail\n");
        let shell = bash || SCRIPTS.iter().any(|path| file.path == Path::new(path));
        let good = mode.mode() & 0o111 != 0 && (!shell || bash && strict);
        (!good).then(|| file.path.display().to_string())
    }));
}
