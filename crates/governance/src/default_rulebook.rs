//! The rulebook that a new ledger starts with.

use cinnabar_events::rulebook::{Chapter, ChapterBinding, Contradiction};
use cinnabar_events::{Listed, Rulebook, canonical, decode, encode};
use serde::de::DeserializeOwned;

use crate::groups::rules::sound;
use crate::rejection::Rejection;

/// The default rulebook, for the Shenzhen regulation, as it stands in the source tree: what every ledger needs.
pub const DEFAULT_RULEBOOK: &str = include_str!("../rulebooks/shenzhen/rulebook.json");

/// Its chapters, one for each group of kinds.
pub const DEFAULT_CHAPTERS: [&str; 10] = [
    include_str!("../rulebooks/shenzhen/trust.json"),
    include_str!("../rulebooks/shenzhen/filing.json"),
    include_str!("../rulebooks/shenzhen/approval.json"),
    include_str!("../rulebooks/shenzhen/ethics.json"),
    include_str!("../rulebooks/shenzhen/incidents.json"),
    include_str!("../rulebooks/shenzhen/complaints.json"),
    include_str!("../rulebooks/shenzhen/statistics.json"),
    include_str!("../rulebooks/shenzhen/resources.json"),
    include_str!("../rulebooks/shenzhen/compute.json"),
    include_str!("../rulebooks/shenzhen/privacy.json"),
];

/// A rulebook with the text of its chapters: everything that a founder needs.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundRulebook {
    rulebook: Rulebook,
    chapters: Vec<Chapter>,
}

/// The text is no rulebook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARulebook {
    /// Not JSON.
    #[error("not JSON")]
    Json,
    /// Not the shape of a rulebook.
    #[error(transparent)]
    Shape(#[from] cinnabar_events::Violation),
    /// Its parts contradict each other.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The institution could not work under it.
    #[error(transparent)]
    Unsound(#[from] Rejection),
    /// It names chapters itself, or has too many, or one twice.
    #[error("chapters named by digest in the text, too many of them, or one twice")]
    Chapters,
}

impl BoundRulebook {
    /// Binds chapters to a rulebook that names none yet.
    ///
    /// # Errors
    /// [`NotARulebook`] if they don't fit together.
    pub fn new(mut rulebook: Rulebook, chapters: Vec<Chapter>) -> Result<Self, NotARulebook> {
        let binding = |chapter: &Chapter| ChapterBinding {
            name: chapter.name.clone(),
            digest: chapter.digest(),
        };
        if !rulebook.chapters.is_empty() {
            return Err(NotARulebook::Chapters);
        }
        let bindings = chapters.iter().map(binding).collect();
        rulebook.chapters = Listed::new(bindings).ok_or(NotARulebook::Chapters)?;
        let bound = Self { rulebook, chapters };
        sound(&bound.whole()?)?;
        Ok(bound)
    }

    /// Reads a rulebook and its chapters from readable JSON.
    ///
    /// # Errors
    /// [`NotARulebook`], with the JSON pointer at fault.
    pub fn read<'t>(
        rulebook: &str,
        chapters: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, NotARulebook> {
        let chapters: Result<Vec<Chapter>, _> = chapters.into_iter().map(read).collect();
        Self::new(read(rulebook)?, chapters?)
    }

    /// The rulebook, with its chapters by digest: what the genesis or `rulebook.adopted` says.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// The chapters: what `rulebook.deposited` says, one each.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// All rules in one, as they are in force.
    ///
    /// # Errors
    /// [`Contradiction`], which [`Self::new`] has ruled out.
    pub fn whole(&self) -> Result<Rulebook, Contradiction> {
        let first = self.rulebook.clone();
        self.chapters
            .iter()
            .try_fold(first, |rulebook, chapter| rulebook.with(chapter))
    }
}

/// Reads a rulebook or a chapter from readable JSON.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, NotARulebook> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| NotARulebook::Json)?;
    let bytes = encode(&json).map_err(|_| NotARulebook::Json)?;
    let value = canonical::parse(&bytes).map_err(|_| NotARulebook::Json)?;
    Ok(decode(&value)?)
}

/// The default rulebook.
pub fn default_rulebook() -> BoundRulebook {
    BoundRulebook::read(DEFAULT_RULEBOOK, DEFAULT_CHAPTERS).expect("a test reads it")
}
