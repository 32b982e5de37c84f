//! Kinds of statement and their schemas: the public contract.

use axum::extract::State;
use cinnabar_events::deadline::{DeadlineRule, Trigger};
use cinnabar_events::rulebook::Source;
use cinnabar_events::{Kind, Rulebook};
use cinnabar_governance::{Transition, transitions};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState, Representation};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, PlainRefusals};
use crate::rulebook::InForce;
use crate::state::ApiState;

/// Every kind of statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KindList {
    as_of: AsOfState,
    /// How many there are.
    total: usize,
    /// Sequence of the entry that adopted the rulebook that this speaks of; absent before the genesis.
    #[serde(skip_serializing_if = "Option::is_none")]
    rulebook: Option<u64>,
    items: Vec<KindItem>,
}

/// One kind of statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KindItem {
    /// Its name.
    kind: &'static str,
    /// What such a statement says.
    summary: &'static str,
    /// The class that its subject has.
    class: &'static str,
    /// Fields that may be given as commitments, as JSON pointers relative to `data`.
    confidential: &'static [&'static str],
    /// Who may say it under the rulebook in force; nobody if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<PermissionItem>,
    /// Kinds that whoever says this may not have said about the same subject.
    apart_from: Vec<ApartItem>,
    /// What it does to where its subject stands.
    transitions: Vec<TransitionItem>,
    /// What it does to deadlines under the rulebook in force.
    deadlines: Vec<EffectItem>,
    links: KindLinks,
}

/// Who may say a kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PermissionItem {
    /// Signers in any of these roles count.
    roles: Vec<String>,
    /// How many different actors must sign in those roles.
    quorum: u8,
    /// Roles of which exactly one signer each must sign beside them.
    with: Vec<String>,
    source: SourceItem,
}

/// Another person must have said that.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ApartItem {
    /// The earlier kind.
    kind: String,
    source: SourceItem,
}

/// Where a rule comes from.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct SourceItem {
    /// The provision, if the law fixes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    provision: Option<String>,
    /// Why it was chosen, if the law doesn't: a model value.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

impl From<&Source> for SourceItem {
    fn from(source: &Source) -> Self {
        Self {
            provision: source.provision.as_ref().map(ToString::to_string),
            model: source.model.as_ref().map(ToString::to_string),
        }
    }
}

/// One arrow of a life cycle. Kinds whose effect depends on what is said, or that change no status, have none.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TransitionItem {
    /// From where; absent if it starts the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    /// To where.
    to: &'static str,
}

/// What a kind does to a deadline.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EffectItem {
    /// The deadline's rule.
    rule: String,
    /// What must be done, in words.
    label: String,
    /// `starts`, `meets`, `lifts`, `pauses` or `resumes` it.
    effect: &'static str,
    /// Only if what is said fits; the rulebook has the conditions.
    conditional: bool,
}

impl EffectItem {
    fn all(kind: Kind, rule: &DeadlineRule) -> Vec<Self> {
        let item = |effect, trigger: &Trigger| Self {
            rule: rule.rule.to_string(),
            label: rule.label.to_string(),
            effect,
            conditional: !trigger.when.is_empty(),
        };
        let lists = [
            ("starts", rule.starts.as_slice()),
            ("meets", rule.meets.as_slice()),
            ("lifts", rule.lifts.as_slice()),
            ("pauses", rule.pauses.as_slice()),
            ("resumes", rule.resumes.as_slice()),
        ];
        let effects = lists.into_iter().flat_map(|(effect, triggers)| {
            let here = triggers.iter().filter(|trigger| trigger.kind.is(kind));
            here.map(move |trigger| item(effect, trigger))
        });
        effects.collect()
    }
}

impl KindItem {
    fn new(kind: Kind, arrows: &[Transition], rulebook: Option<&Rulebook>) -> Self {
        let texts =
            |codes: &[cinnabar_events::Code]| codes.iter().map(ToString::to_string).collect();
        let permission = rulebook.and_then(|rulebook| rulebook.permission(kind));
        let arrows = arrows.iter().filter(|arrow| arrow.kind == kind);
        let separation = rulebook.map_or(&[][..], |rulebook| rulebook.separation.as_slice());
        let apart = separation.iter().filter(|rule| rule.kind.is(kind));
        let deadlines = rulebook.map_or(&[][..], |rulebook| rulebook.deadlines.as_slice());
        Self {
            kind: kind.as_str(),
            summary: kind.summary(),
            class: kind.class().as_str(),
            confidential: kind.confidential(),
            permission: permission.map(|permission| PermissionItem {
                roles: texts(permission.roles.as_slice()),
                quorum: permission.quorum,
                with: texts(permission.with.as_slice()),
                source: SourceItem::from(&permission.source),
            }),
            apart_from: apart
                .map(|rule| ApartItem {
                    kind: rule.apart_from.to_string(),
                    source: SourceItem::from(&rule.source),
                })
                .collect(),
            transitions: arrows
                .map(|arrow| TransitionItem {
                    from: arrow.from,
                    to: arrow.to,
                })
                .collect(),
            deadlines: deadlines
                .iter()
                .flat_map(|rule| EffectItem::all(kind, rule))
                .collect(),
            links: KindLinks {
                schema: format!("/v1/kinds/{kind}/schema"),
                entries: format!("/v1/entries?kind={kind}"),
            },
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct KindLinks {
    /// JSON Schema of its payload.
    schema: String,
    /// Entries of this kind.
    entries: String,
}

/// Which kind.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct KindPath {
    /// Its name, like `product.submitted`.
    kind: String,
}

/// Lists every kind of statement that this node knows, with what the rulebook in force says about each.
#[utoipa::path(
    get, path = "/kinds", operation_id = "list_kinds", tag = "contract", params(Nothing),
    responses((status = 200, description = "All kinds.", body = KindList), PlainRefusals)
)]
pub(crate) async fn list_kinds(
    State(state): State<ApiState>,
    _: Query<Nothing>,
) -> Result<Answer<KindList>, Problem> {
    let found = state.views(|inner, reader| {
        let cursor = reader.cursor();
        let in_force = InForce::find(inner, reader, reader.at())?;
        let record = in_force.as_ref().map(|found| &found.record);
        let rulebook = record.map(|record| &*record.rulebook);
        let arrows = transitions();
        let item = |kind: &Kind| KindItem::new(*kind, &arrows, rulebook);
        Ok(KindList {
            as_of: AsOfState::new(cursor.size, cursor.root),
            total: Kind::ALL.len(),
            rulebook: record.map(|record| record.adopted.get()),
            items: Kind::ALL.iter().map(item).collect(),
        })
    });
    found.await.map(Answer::new)
}

/// Gives the JSON Schema (2020-12) of a kind's payload.
#[utoipa::path(
    get, path = "/kinds/{kind}/schema", operation_id = "find_kind_schema", tag = "contract", params(KindPath),
    responses((status = 200, description = "The schema.", body = Object, content_type = "application/schema+json"), ItemRefusals)
)]
pub(crate) async fn find_kind_schema(
    Path(path): Path<KindPath>,
    _: Query<Nothing>,
) -> Result<Representation, Problem> {
    let missing = |_| {
        Problem::not_found(&format!(
            "the kind {:?}",
            path.kind.chars().take(60).collect::<String>()
        ))
    };
    let kind: Kind = path.kind.parse().map_err(missing)?;
    Ok(Representation {
        media_type: "application/schema+json",
        ..Representation::json(kind.schema().as_bytes().to_vec())
    })
}
