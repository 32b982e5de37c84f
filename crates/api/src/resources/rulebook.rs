//! The rulebook: the rules in force, as data.

use axum::extract::State;
use cinnabar_events::Rulebook;
use cinnabar_events::rulebook::ChapterBinding;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, AsOfState, Moment};
use crate::item::{self, ItemQuery};
use crate::parameters::{Nothing, Query};
use crate::problem::Problem;
use crate::refusals::ItemRefusals;
use crate::rulebook::InForce;
use crate::state::ApiState;

use std::sync::Arc;

/// The rulebook in force at a size of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RulebookBody {
    as_of: AsOfState,
    adopted: Adopted,
    /// Its chapters. Their rules stand in `rulebook` with the others, as far as their text is on the ledger.
    chapters: Vec<ChapterItem>,
    /// Digests of chapters whose text is not on the ledger yet: until it is, nothing else may be said.
    missing: Vec<String>,
    /// The rules, those of its chapters among them: each with the provision that it comes from, or why it was chosen.
    #[schema(value_type = Object)]
    rulebook: Arc<Rulebook>,
    links: RulebookLinks,
}

/// Which entry brought the rulebook into force.
#[derive(Debug, Serialize, ToSchema)]
struct Adopted {
    /// Its sequence.
    sequence: u64,
    /// When it was recorded.
    time: String,
}

/// A chapter of the rulebook.
#[derive(Debug, Serialize, ToSchema)]
struct ChapterItem {
    /// Its name.
    name: String,
    /// BLAKE3 of its text.
    digest: String,
    /// What it is about; absent while its text is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Sequence of the entry that has its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    deposited: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RulebookLinks {
    /// The entry that brought it into force.
    entry: String,
    /// Proof that this entry is in the ledger.
    proof: String,
    /// Every rulebook there was: what was said about rulebooks after the genesis.
    history: &'static str,
    /// The kinds of statement, with what this rulebook says about each.
    kinds: &'static str,
}

impl RulebookBody {
    fn new(moment: Moment, found: &InForce) -> Self {
        let record = &found.record;
        let sequence = record.adopted.get();
        let chapter = |binding: &ChapterBinding| {
            let mut there = found.chapters.iter();
            let there = there.find(|chapter| chapter.digest == binding.digest);
            ChapterItem {
                name: binding.name.to_string(),
                digest: binding.digest.to_string(),
                title: there.map(|chapter| chapter.title.clone()),
                deposited: there.map(|chapter| chapter.sequence.get()),
            }
        };
        Self {
            as_of: moment.as_of,
            adopted: Adopted {
                sequence,
                time: found.time.clone(),
            },
            chapters: record.rulebook.chapters.iter().map(chapter).collect(),
            missing: record.missing.iter().map(ToString::to_string).collect(),
            rulebook: Arc::clone(&record.rulebook),
            links: RulebookLinks {
                entry: format!("/v1/entries/{sequence}"),
                proof: format!("/v1/entries/{sequence}/proof"),
                history: "/v1/entries?kind=rulebook.*",
                kinds: "/v1/kinds",
            },
        }
    }
}

/// Finds the rulebook in force, or the one that was.
#[utoipa::path(
    get, path = "/rulebook", operation_id = "find_rulebook", tag = "work", params(ItemQuery),
    responses((status = 200, description = "The whole rulebook, its chapters included.", body = RulebookBody), ItemRefusals)
)]
pub(crate) async fn find_rulebook(
    State(state): State<ApiState>,
    Query(query, _): Query<ItemQuery, Nothing>,
) -> Result<Answer<RulebookBody>, Problem> {
    let found = item::find(state, query, |inner, reader, moment| {
        let found = InForce::find(inner, reader, moment.at)?
            .ok_or_else(|| Problem::not_found("a rulebook"))?;
        Ok(RulebookBody::new(moment, &found))
    });
    found.await.map(Answer::new)
}
