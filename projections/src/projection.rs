//! What a view is: a name, a version, tables, and a fold of entries into them.

use crate::writing::Writing;
use cinnabar_events::Entry;

use crate::actors::Actors;
use crate::deadlines::Deadlines;
use crate::entries::Entries;
use crate::incidents::Incidents;
use crate::marks::Marks;
use crate::organisations::Organisations;
use crate::products::Products;
use crate::search::create_index;

/// A fold of entries into tables. It sees every entry once, in order, and decides by its tables and the entry alone:
/// the same entries give the same rows, however they were cut into blocks.
pub trait Projection {
    /// The view's name, as it stands in the file.
    const NAME: &'static str;
    /// Raised with every change to the tables or to the fold: a file with another version is rebuilt.
    const VERSION: u32;
    /// Its tables.
    const TABLES: &'static [Table];

    /// Folds one entry in. Rows that an entry should find and doesn't are left alone: the entry is recorded all the same.
    ///
    /// # Errors
    /// If SQLite can't write; the transaction is then dropped as a whole.
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()>;
}

/// One table of a view.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    /// Rows, which the digest covers.
    Rows {
        /// Its name.
        name: &'static str,
        /// What makes it and its indexes.
        create: &'static str,
        /// The columns that order its rows in the digest.
        order: &'static str,
    },
    /// A text index of this name, which the rows determine: words under the sequence that brought them.
    Words(&'static str),
}

impl Table {
    /// The SQL that makes it.
    pub(crate) fn create(&self) -> String {
        match self {
            Self::Rows { create, .. } => (*create).to_owned(),
            Self::Words(name) => create_index(name),
        }
    }
}

/// A projection as a value.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// [`Projection::NAME`].
    pub name: &'static str,
    /// [`Projection::VERSION`].
    pub version: u32,
    /// [`Projection::TABLES`].
    pub tables: &'static [Table],
    pub(crate) apply: fn(&Entry, &Writing<'_>) -> rusqlite::Result<()>,
}

impl View {
    const fn of<P: Projection>() -> Self {
        Self {
            name: P::NAME,
            version: P::VERSION,
            tables: P::TABLES,
            apply: P::apply,
        }
    }
}

/// Every view, in the order in which an entry is folded: marks look up times of entries, and products name their
/// organisation, so those come first.
pub const VIEWS: &[View] = &[
    View::of::<Entries>(),
    View::of::<Marks>(),
    View::of::<Organisations>(),
    View::of::<Actors>(),
    View::of::<Products>(),
    View::of::<Incidents>(),
    View::of::<Deadlines>(),
];
