//! `cinnabar kinds`: which statements there are, their fields, who may say them, when, and what they start.

mod one;
mod table;

use std::time::Duration;

use cinnabar_events::{Class, Kind, Rulebook};
use cinnabar_governance::transitions;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::out;
use crate::profile::{Profile, ProfileArg};
use crate::rules::{self, InForce};

/// How long to wait for the rulebook in force before the default one is shown.
const RULEBOOK_WITHIN: Duration = Duration::from_secs(3);

/// Arguments of `cinnabar kinds`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar kinds                      # all of them, by chapter of the rulebook
  cinnabar kinds --roles              # what each role may say
  cinnabar kinds --class product      # from which status, to which
  cinnabar kinds approval.granted     # the whole of one")]
pub(crate) struct Args {
    /// Show one kind with its fields.
    #[arg(value_name = "KIND")]
    kind: Option<Kind>,
    /// Show by role: what each may say.
    #[arg(long, conflicts_with_all = ["kind", "class"])]
    roles: bool,
    /// Show the life of a class of things: which kind leads from which status to which.
    #[arg(long, value_name = "CLASS", conflicts_with = "kind")]
    class: Option<cinnabar_events::deadline::ClassName>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Runs `cinnabar kinds`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let rules = in_force(&args.profile)?;
    match (args.kind, args.class) {
        (Some(kind), _) if args.json => out::json(&whole(kind, &rules.whole)?),
        (Some(kind), _) => one::show(kind, &rules),
        (None, class) if args.json => {
            let of = |kind: &&Kind| class.as_ref().is_none_or(|class| kind.class() == class.0);
            let kinds = Kind::ALL.iter().filter(of);
            let list: Vec<Value> = kinds.map(|kind| summary(*kind, &rules.whole)).collect();
            out::json(&list)
        }
        (None, Some(class)) => table::life(class.0),
        (None, None) if args.roles => table::roles(&rules),
        (None, None) => table::chapters(&rules),
    }
}

/// The rulebook in force on the profile's ledger, if its node answers; the default one otherwise.
fn in_force(profile: &ProfileArg) -> Result<InForce, Failure> {
    let of_the_ledger = || -> Option<InForce> {
        let profile = Profile::load(&profile.profile).ok()?;
        let history = rules::from_api(&profile, RULEBOOK_WITHIN).ok()?;
        history.as_of(None, "the rulebook of this ledger").ok()
    };
    match of_the_ledger() {
        Some(rules) => Ok(rules),
        None => Ok(InForce {
            whose: "the default rulebook (no node answers)".to_owned(),
            ..rules::from_default()?
        }),
    }
}

/// Who may say it: `2 of decision_maker`, `1 of registrar or case_officer, with incoming_key`.
fn who(kind: Kind, rulebook: &Rulebook) -> String {
    match rulebook.permission(kind) {
        Some(permission) => rules::signers(permission),
        None if kind == Kind::LedgerOpened => "the founders".to_owned(),
        None => "nobody".to_owned(),
    }
}

/// From which statuses to which it leads, of each class.
fn arrows(kind: Kind) -> Vec<(Class, Option<&'static str>, &'static str)> {
    let all = transitions().into_iter().filter(|one| one.kind == kind);
    all.map(|one| (one.class, one.from, one.to)).collect()
}

fn summary(kind: Kind, rulebook: &Rulebook) -> Value {
    let arrows: Vec<Value> = arrows(kind)
        .into_iter()
        .map(|(class, from, to)| json!({ "class": class.as_str(), "from": from, "to": to }))
        .collect();
    json!({
        "kind": kind.as_str(), "class": kind.class().as_str(), "summary": kind.summary(),
        "permission": rulebook.permission(kind), "confidential": kind.confidential(), "transitions": arrows,
    })
}

fn whole(kind: Kind, rulebook: &Rulebook) -> Result<Value, Failure> {
    let mut json = summary(kind, rulebook);
    let read = |text| serde_json::from_str::<Value>(text).or_fail(Exit::Bug);
    json["schema"] = read(kind.schema())?;
    json["example"] = read(kind.example())?;
    let moved = rulebook
        .deadlines
        .iter()
        .filter(|rule| rule.triggers().any(|trigger| trigger.kind.is(kind)));
    json["deadlines"] = serde_json::to_value(moved.collect::<Vec<_>>()).or_fail(Exit::Bug)?;
    Ok(json)
}
