//! A rulebook on the terminal.

use cinnabar_events::deadline::DeadlineRule;
use cinnabar_events::rulebook::{RoleRule, Source};
use cinnabar_events::{Code, Rulebook};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::out;
use crate::rules::{InForce, length, origin, signers, trigger};

/// All of it as JSON: the rules in one, and how they were adopted.
pub(super) fn json(rules: &InForce) -> Value {
    let chapters: Vec<Value> = rules
        .adopted
        .chapters
        .iter()
        .map(|binding| {
            let chapter = rules.chapters.iter().find(|one| one.name == binding.name);
            json!({
                "name": binding.name, "digest": binding.digest,
                "title": chapter.map(|chapter| &chapter.title), "deposited": chapter.is_some(),
            })
        })
        .collect();
    json!({ "from": rules.whose, "adoptedBy": rules.by, "chapters": chapters, "rulebook": rules.whole })
}

/// Prints it.
pub(super) fn show(rules: &InForce) -> Result<(), Failure> {
    let whole = &rules.whole;
    out::line(format_args!(
        "{}, version {}, for rules engine {}",
        whole.title, whole.version, whole.engine
    ))?;
    let by = match rules.by {
        Some(sequence) => format!("adopted by entry {sequence}"),
        None => "adopted by nobody".to_owned(),
    };
    out::line(format_args!("from {}, {by}", rules.whose))?;
    for binding in rules.adopted.chapters.iter() {
        let chapter = rules.chapters.iter().find(|one| one.name == binding.name);
        let title = chapter.map_or("not deposited", |chapter| chapter.title.as_str());
        let (name, digest) = (binding.name.as_str(), binding.digest);
        out::line(format_args!("chapter {name:<14} {title}  ({digest})"))?;
    }
    roles(whole)?;
    separation(whole)?;
    deadlines(whole)?;
    numbers(whole)?;
    let (law, model, both) = origins(whole);
    out::line(format_args!(
        "\n{} rules name where they come from: {law} are law, {model} are model values, {both} are law made exact by a model value.",
        law + model + both
    ))
}

fn roles(whole: &Rulebook) -> Result<(), Failure> {
    out::line("\nroles, and what they say (xN: N of them together; +: with others beside)")?;
    for role in whole.roles.iter() {
        out::line(format_args!("  {}{}", role.role, traits(role)))?;
        let says = says(whole, &role.role);
        if !says.is_empty() {
            out::line(format_args!("      {}", says.join(", ")))?;
        }
    }
    if let Some(migration) = &whole.migration {
        let source = origin(&migration.source);
        let role = &migration.role;
        out::line(format_args!(
            "  history is taken over by one {role}  [{source}]"
        ))?;
    }
    out::line("\nwho says what")?;
    for permission in whole.permissions.iter() {
        let (kind, who) = (permission.kind.as_str(), signers(permission));
        out::line(format_args!(
            "  {kind:<24} {who}  [{}]",
            origin(&permission.source)
        ))?;
    }
    Ok(())
}

fn traits(role: &RoleRule) -> String {
    let mut text = format!(": {}", role.label);
    if role.for_organisation {
        text.push_str("; for an organisation");
    }
    if !role.excludes.is_empty() {
        let others: Vec<&str> = role.excludes.iter().map(Code::as_str).collect();
        text.push_str(&format!("; never beside {}", others.join(", ")));
    }
    text
}

/// The kinds that signers in `role` count for.
pub(in crate::commands) fn says(whole: &Rulebook, role: &Code) -> Vec<String> {
    let allowed = whole.permissions.iter().filter_map(|permission| {
        let counts = permission.roles.iter().any(|one| one == role);
        let beside = permission.with.iter().any(|one| one == role);
        let kind = permission.kind.as_str();
        let several = match permission.quorum {
            1 => String::new(),
            quorum => format!(" x{quorum}"),
        };
        let more = if permission.with.is_empty() { "" } else { " +" };
        match (counts, beside) {
            (true, _) => Some(format!("{kind}{several}{more}")),
            (false, true) => Some(format!("{kind} +")),
            (false, false) => None,
        }
    });
    allowed.collect()
}

fn separation(whole: &Rulebook) -> Result<(), Failure> {
    out::line("\nwho says this about a thing has not said that about it")?;
    for one in whole.separation.iter() {
        let (kind, earlier) = (one.kind.as_str(), one.apart_from.as_str());
        out::line(format_args!(
            "  {kind:<24} {earlier:<24} [{}]",
            origin(&one.source)
        ))?;
    }
    Ok(())
}

fn deadlines(whole: &Rulebook) -> Result<(), Failure> {
    out::line("\ndeadlines")?;
    whole.deadlines.iter().try_for_each(deadline)
}

fn deadline(rule: &DeadlineRule) -> Result<(), Failure> {
    out::line(format_args!(
        "  {} on {}: {}, by {}  [{}]",
        rule.rule,
        rule.class,
        length(&rule.length),
        rule.owed_by,
        origin(&rule.source)
    ))?;
    out::line(format_args!("      {}", rule.label))?;
    let lists = [
        ("starts with", rule.starts.as_slice()),
        ("met by", rule.meets.as_slice()),
        ("lifted by", rule.lifts.as_slice()),
        ("paused by", rule.pauses.as_slice()),
        ("goes on with", rule.resumes.as_slice()),
    ];
    for (verb, triggers) in lists {
        if !triggers.is_empty() {
            let said: Vec<String> = triggers.iter().map(trigger).collect();
            out::line(format_args!("      {verb} {}", said.join("; ")))?;
        }
    }
    if let Some(extension) = &rule.extension {
        out::line(format_args!("      once extended by {}", length(extension)))?;
    }
    Ok(())
}

fn numbers(whole: &Rulebook) -> Result<(), Failure> {
    out::line("\nworking days, where they are not Monday to Friday")?;
    for calendar in whole.calendars.iter() {
        let (year, off) = (calendar.year(), calendar.holidays().len());
        let (on, source) = (calendar.workdays().len(), origin(calendar.source()));
        out::line(format_args!(
            "  {year}: {off} days off, {on} made up for  [{source}]"
        ))?;
    }
    out::line("\nnumbers")?;
    for setting in whole.settings.iter() {
        let (name, source) = (setting.name.as_str(), origin(&setting.source));
        out::line(format_args!(
            "  {name:<32} {:>6}  [{source}]",
            setting.value
        ))?;
    }
    out::line("\nlists of codes")?;
    for list in whole.vocabularies.iter() {
        let count = list.codes.as_slice().len();
        out::line(format_args!("  {:<32} {count:>6}", list.name.as_str()))?;
    }
    Ok(())
}

/// How many rules are law, model values, and both.
fn origins(whole: &Rulebook) -> (usize, usize, usize) {
    let permissions = whole.permissions.iter().map(|one| &one.source);
    let separation = whole.separation.iter().map(|one| &one.source);
    let deadlines = whole.deadlines.iter().map(|one| &one.source);
    let settings = whole.settings.iter().map(|one| &one.source);
    let migration = whole.migration.iter().map(|one| &one.source);
    let calendars = whole.calendars.iter().map(|one| one.source());
    let lists = permissions.chain(separation).chain(deadlines);
    let count = |(law, model, both): (usize, usize, usize), source: &Source| match (
        &source.provision,
        &source.model,
    ) {
        (Some(_), Some(_)) => (law, model, both + 1),
        (Some(_), None) => (law + 1, model, both),
        (None, _) => (law, model + 1, both),
    };
    lists
        .chain(settings)
        .chain(migration)
        .chain(calendars)
        .fold((0, 0, 0), count)
}
