//! The whole of one kind.

use cinnabar_events::deadline::{DeadlineRule, Trigger};
use cinnabar_events::{Kind, Listed};
use serde_json::Value;

use super::{arrows, who};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::out;
use crate::rules::{InForce, length, origin};
use crate::statement::Schema;

/// Prints it.
pub(super) fn show(kind: Kind, rules: &InForce) -> Result<(), Failure> {
    let rulebook = &rules.whole;
    out::line(format_args!("{kind}: {}", kind.summary()))?;
    out::line(format_args!("subject: {}/…", kind.class()))?;
    out::line(format_args!(
        "who: {}, by {}",
        who(kind, rulebook),
        rules.whose
    ))?;
    if let Some(permission) = rulebook.permission(kind) {
        if let Some(provision) = &permission.source.provision {
            out::line(format_args!("provision: {provision}"))?;
        }
        if let Some(model) = &permission.source.model {
            out::line(format_args!("model value: {model}"))?;
        }
    }
    for one in rulebook.separation.iter().filter(|one| one.kind.is(kind)) {
        let (earlier, source) = (one.apart_from.as_str(), origin(&one.source));
        out::line(format_args!("not who said: {earlier}  [{source}]"))?;
    }
    for (class, from, to) in arrows(kind) {
        match from {
            Some(from) => out::line(format_args!("{class}: {from} -> {to}"))?,
            None => out::line(format_args!("{class}: begins as {to}"))?,
        }
    }
    for rule in rulebook.deadlines.iter() {
        deadline(kind, rule)?;
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

/// What the kind does to a deadline.
fn deadline(kind: Kind, rule: &DeadlineRule) -> Result<(), Failure> {
    fn has<const MAX: usize>(list: &Listed<Trigger, MAX>, kind: Kind) -> bool {
        list.iter().any(|trigger| trigger.kind.is(kind))
    }
    let verbs = [
        ("starts", has(&rule.starts, kind)),
        ("meets", has(&rule.meets, kind)),
        ("lifts", has(&rule.lifts, kind)),
        ("pauses", has(&rule.pauses, kind)),
        ("resumes", has(&rule.resumes, kind)),
    ];
    for (verb, _) in verbs.into_iter().filter(|(_, does)| *does) {
        let (code, label) = (&rule.rule, &rule.label);
        let (length, source) = (length(&rule.length), origin(&rule.source));
        out::line(format_args!(
            "deadline: {verb} {code} ({length}): {label}  [{source}]"
        ))?;
    }
    Ok(())
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
