#![doc = include_str!("../README.md")]

mod actors;
mod column;
mod deadlines;
mod decision;
mod digest;
mod entries;
mod file;
mod incidents;
mod kept;
mod marks;
mod organisations;
mod partial;
mod pool;
mod products;
mod projection;
mod query;
mod search;
mod views;
mod writing;

pub use actors::{ActorFilter, ActorRow, KeyRow, RoleRow, SuspensionRow};
pub use deadlines::{MissedFilter, MissedRow};
pub use decision::Decision;
pub use digest::{Digest, Digests};
pub use entries::{EntryFilter, EntryRow, SignerRow};
pub use file::OpenError;
pub use incidents::{CorrectiveAction, IncidentDetail, IncidentFilter, IncidentRow, Report};
pub use marks::{DisputeAnswer, Erased, Mark, Slot, Suspect};
pub use organisations::{
    OrganisationFacts, OrganisationFilter, OrganisationNumber, OrganisationRow,
};
pub use partial::Partial;
pub use pool::{READERS_MAX, ReadError, Reader};
pub use products::{Condition, ProductDetail, ProductFile, ProductFilter, ProductRow, TakenOver};
pub use projection::{Projection, Table, VIEWS, View};
pub use query::{At, Key, Listing, PAGE_MAX, Page};
pub use search::{SEARCH_TEXT_MAX, Search, Unsearchable};
pub use views::{ApplyError, Cursor, Views};
pub use writing::Writing;
