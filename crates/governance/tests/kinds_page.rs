//! The list of kinds in `events/README.md` is what the code and the default rulebook say. `BLESS=1` writes it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;

use cinnabar_events::deadline::DeadlineRule;
use cinnabar_events::rulebook::{Permission, Source};
use cinnabar_events::{Kind, Rulebook};
use cinnabar_governance::{BoundRulebook, all_clauses, default_rulebook, transitions};
use serde_json::Value as Json;

const BEGIN: &str =
    "<!-- kinds: written by `BLESS=1 cargo test -p cinnabar-governance --test kinds_page` -->";
const END: &str = "<!-- end of kinds -->";

/// The kinds of a part of the rulebook.
fn section(out: &mut String, title: &str, permissions: &[Permission], whole: &Rulebook) {
    let kinds: Vec<Kind> = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| permissions.iter().any(|one| one.kind.is(*kind)))
        .collect();
    writeln!(out, "\n### {title}\n").unwrap();
    writeln!(
        out,
        "| kind | says | fields | who | from → to | deadlines | rule |"
    )
    .unwrap();
    writeln!(out, "|---|---|---|---|---|---|---|").unwrap();
    for kind in kinds {
        let permission = whole.permission(kind).unwrap();
        writeln!(
            out,
            "| `{kind}` | {} | {} | {} | {} | {} | {} |",
            cell(kind.summary()),
            fields(kind),
            who(permission),
            steps(kind),
            deadlines(kind, whole),
            cell(&rule(&permission.source)),
        )
        .unwrap();
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('\n', " ")
}

fn fields(kind: Kind) -> String {
    let schema: Json = serde_json::from_str(kind.schema()).unwrap();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default();
    let names = schema["properties"].as_object().into_iter().flatten();
    let names = names.map(|(name, _)| {
        let star = if required.contains(&name.as_str()) {
            "*"
        } else {
            ""
        };
        format!("{name}{star}")
    });
    let hidden = kind
        .confidential()
        .iter()
        .map(|pointer| format!("{}~", pointer.trim_start_matches('/')));
    names.chain(hidden).collect::<Vec<_>>().join(" ")
}

fn who(permission: &Permission) -> String {
    let names = |roles: &[cinnabar_events::Code]| -> String {
        let names: Vec<&str> = roles.iter().map(cinnabar_events::Code::as_str).collect();
        names.join(", ")
    };
    let mut who = names(permission.roles.as_slice());
    if permission.quorum > 1 {
        who = format!("{} of {who}", permission.quorum);
    }
    if !permission.with.is_empty() {
        write!(who, "; with {}", names(permission.with.as_slice())).unwrap();
    }
    who
}

fn steps(kind: Kind) -> String {
    let steps = transitions().into_iter().filter(|step| step.kind == kind);
    let steps: Vec<String> = steps
        .map(|step| format!("{} → {}", step.from.unwrap_or("new"), step.to))
        .collect();
    steps.join("; ")
}

fn deadlines(kind: Kind, whole: &Rulebook) -> String {
    let mut found = Vec::new();
    for rule in whole.deadlines.iter() {
        let DeadlineRule {
            starts,
            meets,
            pauses,
            resumes,
            ..
        } = rule;
        for (word, triggers) in [
            ("starts", starts.as_slice()),
            ("meets", meets.as_slice()),
            ("pauses", pauses.as_slice()),
            ("resumes", resumes.as_slice()),
        ] {
            if triggers.iter().any(|trigger| trigger.kind.is(kind)) {
                found.push(format!("{word} {}", rule.rule));
            }
        }
    }
    found.join("; ")
}

fn rule(source: &Source) -> String {
    match (&source.provision, &source.model) {
        (Some(provision), Some(_)) => format!("{provision}, adapted"),
        (Some(provision), None) => provision.to_string(),
        (None, _) => "model".to_owned(),
    }
}

fn page(rules: &BoundRulebook) -> String {
    let whole = rules.whole().unwrap();
    let mut out = format!(
        "{BEGIN}\n\nThere are {} kinds. `*` marks a field that must be there, `~` one that is given as a commitment only. Who may say it and \
         which deadlines it starts stand in the default rulebook and change with it.\n",
        Kind::ALL.len()
    );
    let genesis = Kind::LedgerOpened;
    writeln!(
        out,
        "\n### The genesis\n\n| kind | says | fields | who |\n|---|---|---|---|\n| `{genesis}` | {} | {} | founders, threshold of them |",
        cell(genesis.summary()),
        fields(genesis)
    )
    .unwrap();
    section(
        &mut out,
        "The rulebook and its deadlines",
        rules.rulebook().permissions.as_slice(),
        &whole,
    );
    for chapter in rules.chapters() {
        section(
            &mut out,
            chapter.title.as_str(),
            chapter.permissions.as_slice(),
            &whole,
        );
    }
    out.push_str("\n### Deadlines of the default rulebook\n\n| deadline | on | length | owed by | if nothing meets it | rule |\n|---|---|---|---|---|---|\n");
    for rule in whole.deadlines.iter() {
        let length = serde_json::to_string(&rule.length).unwrap();
        writeln!(
            out,
            "| `{}`: {} | {} | `{length}` | {} | {} | {} |",
            rule.rule,
            cell(rule.label.as_str()),
            rule.class,
            rule.owed_by,
            rule.consequence.as_str(),
            cell(&self::rule(&rule.source)),
        )
        .unwrap();
    }
    out.push_str("\n### Refusals of the rules\n\nBeside the general ones below, each group has its own.\n\n| code | says | accepted instead | rule |\n|---|---|---|---|\n");
    for clause in all_clauses() {
        writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            clause.code,
            cell(clause.says),
            cell(clause.accepted),
            cell(clause.source)
        )
        .unwrap();
    }
    out.push_str(END);
    out
}

#[test]
fn the_readme_lists_every_kind_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let page = page(&default_rulebook());
    let (Some(begin), Some(end)) = (readme.find(BEGIN), readme.find(END)) else {
        panic!("events/README.md has no place for the kinds");
    };
    if std::env::var_os("BLESS").is_some() {
        let readme = format!("{}{page}{}", &readme[..begin], &readme[end + END.len()..]);
        std::fs::write(&path, readme).unwrap();
        return;
    }
    assert!(
        readme[begin..].starts_with(&page),
        "run it with BLESS=1 and look at what changes"
    );
}
