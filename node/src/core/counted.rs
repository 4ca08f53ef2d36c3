//! Published counts of one facet over all reports, kept until a report comes, goes or is linked: pages ask for them each time, to know
//! which half-years there are. There are as many as facets, so what is kept stays small.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use talkoot_protocol::api::{Failure, Response};
use talkoot_protocol::view::{Error, Facet, MergedView, Query};

use super::Core;

/// What is kept. Losing it costs time and nothing else.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// The columns it was counted from, see [`talkoot_protocol::view::Columns::edition`].
    edition: u64,
    views: BTreeMap<Facet, MergedView>,
}

impl Counted {
    /// Returns the view of a facet over all reports, counted by `count` unless it was counted since the columns last changed.
    fn view(
        &self,
        facet: Facet,
        edition: u64,
        count: impl FnOnce() -> Result<MergedView, Error>,
    ) -> Result<MergedView, Error> {
        // Each change of it is whole, so what a panic left behind is sound.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.edition != edition {
            *kept = Kept { edition, views: BTreeMap::new() };
        }
        if let Some(view) = kept.views.get(&facet) {
            return Ok(view.clone());
        }
        let view = count()?;
        kept.views.insert(facet, view.clone());
        Ok(view)
    }
}

impl Core {
    /// Answers with published counts, or with exact ones of the own organisation.
    ///
    /// # Errors
    /// `bad_query`.
    pub(super) fn view(&self, query: &Query, own: bool) -> Result<Response, Failure> {
        let columns = &self.columns;
        let published = || columns.view(query, &self.rules);
        let is_plain = query.columns.is_none() && query.filters.iter().next().is_none();
        let view = match (own, is_plain) {
            (true, _) => columns.own(query, self.own),
            (false, true) => self.counted.view(query.rows, columns.edition(), published),
            (false, false) => published(),
        };
        let view = view.map_err(|error| Failure::new("bad_query", error.to_string()))?;
        Ok(Response::View(Box::new(view)))
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::view::{Columns, Rules};

    use super::*;

    #[test]
    fn counts_once_for_each_edition_and_facet() {
        let (columns, rules) = (Columns::new(1), Rules::default());
        let (counted, mut times) = (Counted::default(), 0);
        for (facet, edition) in
            [(Facet::Theme, 0), (Facet::Theme, 0), (Facet::County, 0), (Facet::Theme, 1), (Facet::Theme, 1)]
        {
            let query = Query::one_way(facet);
            let view = counted.view(facet, edition, || {
                times += 1;
                columns.view(&query, &rules)
            });
            assert_eq!(view.unwrap(), columns.view(&query, &rules).unwrap());
        }
        assert_eq!(times, 3);
    }
}
