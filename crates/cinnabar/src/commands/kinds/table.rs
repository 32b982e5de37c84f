//! All kinds at once: by chapter, by role, by status.

use cinnabar_events::{Class, Kind};
use cinnabar_governance::transitions;

use super::who;
use crate::commands::rulebook::says;
use crate::exit::Failure;
use crate::out;
use crate::rules::InForce;

/// Every kind under the chapter that says who may say it.
pub(super) fn chapters(rules: &InForce) -> Result<(), Failure> {
    let mut left: Vec<Kind> = Kind::ALL.to_vec();
    for chapter in &rules.chapters {
        let here = |kind: &Kind| chapter.permissions.iter().any(|one| one.kind.is(*kind));
        let (mine, others) = left.into_iter().partition(here);
        left = others;
        section(chapter.title.as_str(), &mine, rules)?;
    }
    section("In the rulebook itself", &left, rules)?;
    out::line(format_args!(
        "{} kinds; who may say what stands in {}. `cinnabar kinds KIND` shows the whole of one.",
        Kind::ALL.len(),
        rules.whose
    ))
}

fn section(title: &str, kinds: &[Kind], rules: &InForce) -> Result<(), Failure> {
    if kinds.is_empty() {
        return Ok(());
    }
    out::line(title)?;
    for kind in kinds {
        let who = who(*kind, &rules.whole);
        out::line(format_args!("  {:<23} {}", kind.as_str(), kind.summary()))?;
        out::line(format_args!("  {:<23}   {who}", ""))?;
    }
    out::line("")
}

/// Every role with what it may say.
pub(super) fn roles(rules: &InForce) -> Result<(), Failure> {
    for role in rules.whole.roles.iter() {
        let says = says(&rules.whole, &role.role);
        out::line(format_args!("{}: {}", role.role, role.label))?;
        let says = match says.is_empty() {
            true => "nothing".to_owned(),
            false => says.join(", "),
        };
        out::line(format_args!("  {says}"))?;
    }
    out::line(format_args!(
        "\nxN: N of them sign together; +: with others beside. From {}.",
        rules.whose
    ))
}

/// The life of things of one class.
pub(super) fn life(class: Class) -> Result<(), Failure> {
    let arrows: Vec<_> = transitions()
        .into_iter()
        .filter(|arrow| arrow.class == class)
        .collect();
    if arrows.is_empty() {
        return out::line(format_args!("a {class} has no statuses"));
    }
    for arrow in arrows {
        let from = arrow.from.unwrap_or("(new)");
        out::line(format_args!(
            "{from:<14} {:<26} -> {}",
            arrow.kind.as_str(),
            arrow.to
        ))?;
    }
    Ok(())
}
