//! The parameter `q`.

use cinnabar_projections::Search;

use crate::problem::Problem;

/// The question that `q` asks, if it is there.
pub(crate) fn search(q: Option<String>) -> Result<Option<Search>, Problem> {
    q.map(|q| Search::new(&q).map_err(|error| Problem::parameter("q", error)))
        .transpose()
}
