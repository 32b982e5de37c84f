//! Runs the plain-text scripts under `http/` (see `http/README.md`), and checks that they cover the API.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::schema::{schema, template_of};
use common::{Answer, Node, large_town};
use serde_json::{Value as Json, json};

fn scripts() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http");
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(paths.len() > 5);
    paths
}

/// One request and what is said about its answer.
#[derive(Default)]
struct Step {
    place: String,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    checks: Vec<(String, String)>,
}

fn steps(path: &Path) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let name = path.file_name().unwrap().to_str().unwrap();
    for (number, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        let (place, line) = (format!("{name}:{}", number + 1), line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (verb, rest) = line
            .split_once(' ')
            .unwrap_or_else(|| panic!("{place}: {line}"));
        if ["GET", "HEAD", "POST", "DELETE", "OPTIONS"].contains(&verb) {
            steps.push(Step {
                place,
                method: verb.into(),
                path: rest.into(),
                ..Default::default()
            });
            continue;
        }
        let step = steps
            .last_mut()
            .unwrap_or_else(|| panic!("{place}: a request comes first"));
        if verb == "send" {
            let (name, value) = rest.split_once(": ").unwrap();
            step.headers.insert(name.into(), value.into());
        } else {
            step.checks.push((place, line.into()));
        }
    }
    steps
}

/// What `{name}` stands for.
type Names = BTreeMap<String, String>;

fn fill(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

fn check(line: &str, answer: &Answer, names: &mut Names) -> Result<(), String> {
    let (verb, rest) = line.split_once(' ').unwrap();
    let found = |what: String| Err(what);
    match verb {
        "keep" => {
            let (name, source) = rest.split_once(" = ").unwrap();
            let value = match source.split_once(' ').unwrap() {
                ("header", header) => answer.header(header).to_owned(),
                ("json", pointer) => plain(answer.json().pointer(pointer).unwrap_or(&Json::Null)),
                other => panic!("{other:?}"),
            };
            names.insert(name.into(), value);
            Ok(())
        }
        "status" if rest == format!("== {}", answer.status.as_u16()) => Ok(()),
        "status" => found(format!("status {}: {}", answer.status, answer.text())),
        "header" => {
            let (name, expected) = rest.split_once(' ').unwrap();
            compare(
                expected,
                answer
                    .headers
                    .get(name)
                    .map(|value| value.to_str().unwrap()),
            )
        }
        "body" => match rest.strip_prefix("bytes == ") {
            Some(count) if count == answer.body.len().to_string() => Ok(()),
            Some(_) => found(format!("{} bytes", answer.body.len())),
            None => compare(rest, Some(&answer.text())),
        },
        "json" => {
            let (pointer, expected) = rest.split_once(' ').unwrap();
            let value = answer.json().pointer(pointer).cloned();
            match expected.strip_prefix("count == ") {
                Some(count) => compare(
                    &format!("== {count}"),
                    value
                        .and_then(|value| Some(value.as_array()?.len().to_string()))
                        .as_deref(),
                ),
                None => compare(expected, value.as_ref().map(plain).as_deref()),
            }
        }
        _ => panic!("{line}"),
    }
}

fn compare(expected: &str, found: Option<&str>) -> Result<(), String> {
    let holds = match (expected.split_once(' ').unwrap_or((expected, "")), found) {
        (("absent", _), found) => found.is_none(),
        (("==", expected), Some(found)) => found == expected,
        (("!=", expected), Some(found)) => found != expected,
        (("contains", expected), Some(found)) => found.contains(expected),
        (_, None) => false,
        (other, _) => panic!("{other:?}"),
    };
    if holds {
        Ok(())
    } else {
        Err(format!("{found:?}"))
    }
}

fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_script_holds() {
    let node = Node::new(large_town().entries().to_vec());
    let stamped = cinnabar_tlog::Size::new(46);
    node.store
        .keep_timestamp(stamped, "tsa.one", b"stamp")
        .unwrap();
    let document = serde_json::to_value(cinnabar_api::document()).unwrap();
    let mut failures = Vec::new();
    for script in scripts() {
        let mut names = Names::from([
            ("size".to_owned(), node.entries.len().to_string()),
            ("root".to_owned(), node.store.head().root.to_string()),
            ("head".to_owned(), node.store.head().hash.to_string()),
        ]);
        for step in steps(&script) {
            let path = fill(&step.path, &names);
            let headers = step
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), fill(value, &names)))
                .collect();
            let answer = node.ask(&step.method, &path, &headers).await;
            for (place, line) in &step.checks {
                if let Err(found) = check(&fill(line, &names), &answer, &mut names) {
                    failures.push(format!("{place}: {line}\n    found {found}"));
                }
            }
            failures.extend(promises(&answer, &step.place));
            if let Some(schema) = template_of(&document, &path)
                .and_then(|template| schema(&document, template, answer.status.as_u16()))
                && step.method == "GET"
                && answer.header("content-type").contains("json")
            {
                let validator = jsonschema::validator_for(&schema).unwrap();
                let json = answer.json();
                failures.extend(
                    validator.iter_errors(&json).map(|error| {
                        format!("{}: {error} at {}", step.place, error.instance_path())
                    }),
                );
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What every answer promises.
fn promises(answer: &Answer, place: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            broken.push(format!("{place}: {what}"));
        }
    };
    // A preflight is the browser's own affair.
    if answer.headers.contains_key("access-control-allow-methods") {
        return broken;
    }
    expect(answer.header("api-version") == "1.0.0", "no API-Version");
    expect(
        answer.header("access-control-allow-origin") == "*",
        "not readable from other pages",
    );
    expect(
        answer.header("x-content-type-options") == "nosniff",
        "sniffable",
    );
    expect(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'"),
        "frameable",
    );
    if answer.status.as_u16() >= 400 {
        expect(
            answer.header("content-type") == "application/problem+json",
            "an error that is no problem",
        );
        if !answer.body.is_empty() {
            let problem = answer.json();
            for member in ["type", "title", "detail", "code"] {
                expect(
                    problem[member]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    member,
                );
            }
            expect(
                problem["status"] == json!(answer.status.as_u16()),
                "another status in the problem",
            );
        }
    }
    broken
}

#[test]
fn every_operation_has_a_script_for_success_and_one_for_refusal() {
    let document = serde_json::to_value(cinnabar_api::document()).unwrap();
    let mut covered: BTreeSet<(String, bool)> = BTreeSet::new();
    for step in scripts().iter().flat_map(|script| steps(script)) {
        let success = step.checks.iter().any(|(_, line)| line == "status == 200");
        if let Some(template) = template_of(&document, &step.path) {
            covered.insert((template.to_owned(), success));
        }
    }
    let operations = document["paths"].as_object().unwrap().keys();
    let missing: Vec<_> = operations
        .flat_map(|template| [(template.clone(), true), (template.clone(), false)])
        .filter(|case| !covered.contains(case))
        .collect();
    assert!(missing.is_empty(), "no script for {missing:?}");
}
