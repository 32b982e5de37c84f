//! `cinnabar kinds`: which statements there are, their fields, and who may say them.

use std::time::Duration;

use cinnabar_events::{Entry, Kind, LedgerId, Payload, Rulebook};
use cinnabar_governance::default_rulebook;
use cinnabar_tlog::{TilePath, bundle_width_at, decode_bundle};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::Api;
use crate::out;
use crate::profile::{Profile, ProfileArg};
use crate::statement::Schema;

/// How long to wait for the rulebook in force before the default one is shown.
const RULEBOOK_WITHIN: Duration = Duration::from_secs(3);

/// Arguments of `cinnabar kinds`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar kinds\n  cinnabar kinds approval.granted")]
pub(crate) struct Args {
    /// Show one kind with its fields.
    #[arg(value_name = "KIND")]
    kind: Option<Kind>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Runs `cinnabar kinds`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let (rulebook, whose) = rulebook(args);
    match args.kind {
        None if args.json => {
            let list: Vec<Value> = Kind::ALL
                .iter()
                .map(|kind| summary(*kind, &rulebook))
                .collect();
            out::json(&list)
        }
        None => list(&rulebook, whose),
        Some(kind) if args.json => out::json(&whole(kind, &rulebook)?),
        Some(kind) => show(kind, &rulebook, whose),
    }
}

/// The rulebook that the profile's ledger adopted, if its node answers; the default one otherwise.
fn rulebook(args: &Args) -> (Rulebook, &'static str) {
    let adopted = Profile::load(&args.profile.profile)
        .ok()
        .and_then(|profile| adopted(&profile));
    match adopted {
        Some(rulebook) => (rulebook, "the rulebook of this ledger"),
        None => (
            default_rulebook().whole().expect("a test reads it"),
            "the default rulebook (no node answers)",
        ),
    }
}

/// The rulebook in the genesis, which is the ledger's id: nothing else need be trusted. So far no statement adopts
/// another one.
fn adopted(profile: &Profile) -> Option<Rulebook> {
    let api = Api::with_limit(&profile.api, RULEBOOK_WITHIN);
    let size = api
        .checkpoint(&profile.verifier_key())
        .ok()?
        .checkpoint
        .size;
    let width = bundle_width_at(0, size)?;
    let bundle = api.tile(TilePath::Entries { index: 0, width }).ok()?;
    let first = Entry::parse(*decode_bundle(&bundle, width).ok()?.first()?).ok()?;
    if LedgerId::of(first.signed().bytes()) != profile.ledger {
        return None;
    }
    let Payload::LedgerOpened(genesis) = &first.statement().payload else {
        return None;
    };
    Some((*genesis.rulebook).clone())
}

/// Who may say it: `2 of decision_maker`, `1 of registrar or case_officer, with incoming_key`.
fn who(kind: Kind, rulebook: &Rulebook) -> String {
    let Some(permission) = rulebook.permission(kind) else {
        return if kind == Kind::LedgerOpened {
            "the founders".to_owned()
        } else {
            "nobody".to_owned()
        };
    };
    let join = |roles: &[cinnabar_events::Code], word: &str| {
        roles
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(word)
    };
    let mut text = format!(
        "{} of {}",
        permission.quorum,
        join(permission.roles.as_slice(), " or ")
    );
    if !permission.with.is_empty() {
        text.push_str(&format!(
            ", with {}",
            join(permission.with.as_slice(), " and ")
        ));
    }
    text
}

fn summary(kind: Kind, rulebook: &Rulebook) -> Value {
    json!({
        "kind": kind.as_str(), "class": kind.class().as_str(), "summary": kind.summary(),
        "permission": rulebook.permission(kind), "confidential": kind.confidential(),
    })
}

fn whole(kind: Kind, rulebook: &Rulebook) -> Result<Value, Failure> {
    let mut json = summary(kind, rulebook);
    let read = |text| serde_json::from_str::<Value>(text).or_fail(Exit::Bug);
    json["schema"] = read(kind.schema())?;
    json["example"] = read(kind.example())?;
    Ok(json)
}

fn list(rulebook: &Rulebook, whose: &str) -> Result<(), Failure> {
    for kind in Kind::ALL {
        out::line(format_args!("{:<24} {}", kind.as_str(), kind.summary()))?;
        out::line(format_args!("{:<24} {}", "", who(*kind, rulebook)))?;
    }
    out::line(format_args!(
        "\nWho may say what stands in {whose}. `cinnabar kinds KIND` shows the fields."
    ))
}

fn show(kind: Kind, rulebook: &Rulebook, whose: &str) -> Result<(), Failure> {
    out::line(format_args!("{kind}: {}", kind.summary()))?;
    out::line(format_args!("subject: {}/…", kind.class()))?;
    out::line(format_args!("who: {}, by {whose}", who(kind, rulebook)))?;
    if let Some(permission) = rulebook.permission(kind) {
        if let Some(provision) = &permission.source.provision {
            out::line(format_args!("provision: {provision}"))?;
        }
        if let Some(model) = &permission.source.model {
            out::line(format_args!("model value: {model}"))?;
        }
    }
    out::line("\nfields (! must be there):")?;
    let json: Value = serde_json::from_str(kind.schema()).or_fail(Exit::Bug)?;
    fields(Schema::new(&json), "")?;
    for pointer in kind.confidential() {
        out::line(format_args!(
            "  {pointer}  confidential: give it with --confidential {pointer}=…"
        ))?;
    }
    out::line(format_args!("\nexample:\n{}", kind.example().trim_end()))
}

fn fields(schema: Schema<'_>, path: &str) -> Result<(), Failure> {
    for field in schema.fields() {
        let name = if path.is_empty() {
            field.name.to_owned()
        } else {
            format!("{path}.{}", field.name)
        };
        let mark = if field.required { "!" } else { " " };
        out::line(format_args!("{mark} {name}  ({})", field.schema.limits()))?;
        if let Some(description) = field.schema.description() {
            out::line(format_args!("      {description}"))?;
        }
        fields(field.schema, &name)?;
        if let Some(items) = field.schema.items() {
            fields(items, &format!("{name}.0"))?;
        }
    }
    Ok(())
}
