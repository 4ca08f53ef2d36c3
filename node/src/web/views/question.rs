//! What is asked of a view, from a form or a link: `rows`, `columns`, `preset`, `filter` (`theme=2,5;county=12`), and one value of a facet
//! under the facet's own key.

use std::collections::{BTreeMap, BTreeSet};

use talkoot_protocol::view::{Error as Refused, Facet, Filters, Preset, Query, Value};

use crate::web::visit::escaped;

/// Parameters of an address, in their order.
pub(super) type Pairs = Vec<(String, String)>;

/// Why a view cannot be asked for so: the name of a text (`views-wrong-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// A word in the address is none that is known.
    #[error("unknown")]
    Unknown,
    /// Rows and columns are one facet.
    #[error("same")]
    Same,
    /// Too many facets.
    #[error("facets")]
    Facets,
    /// Too many tables, or too many cells in one.
    #[error("size")]
    Size,
}

impl Error {
    /// Returns the name of its text.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Same => "same",
            Self::Facets => "facets",
            Self::Size => "size",
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::SameFacet { .. } => Self::Same,
            Refused::TooManyFacets { .. } => Self::Facets,
            Refused::TooManySlices { .. } | Refused::TooManyCells { .. } | Refused::LongFilter { .. } => Self::Size,
            Refused::EmptyFilter { .. } | Refused::UnknownValue { .. } | Refused::Filter { .. } => Self::Unknown,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// The view.
    pub(super) query: Query,
    /// How it is laid out, if in a way with a name.
    pub(super) preset: Option<Preset>,
}

impl Question {
    /// What is shown to whoever asks for nothing.
    pub(super) fn plain() -> Self {
        Self { query: Query::one_way(Facet::Theme), preset: None }
    }

    /// Reads it.
    pub(super) fn read(pairs: &Pairs) -> Result<Self, Error> {
        let one =
            |name: &str| pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value);
        let facet = |name: &str| one(name).map(|key| key.parse::<Facet>().map_err(|_| Error::Unknown)).transpose();
        let preset = one("preset").map(|key| Preset::from_key(key).ok_or(Error::Unknown)).transpose()?;
        let filters = filters(pairs)?;
        let rows = facet("rows")?.unwrap_or_else(|| preset.map_or(Facet::Theme, Preset::rows));
        let mut columns = preset.map(Preset::columns).or(facet("columns")?);
        if preset == Some(Preset::Top) && (rows == Facet::HalfYear || filters.on(Facet::HalfYear).is_some()) {
            columns = None;
        }
        let query = Query { rows, columns, filters };
        query.check()?;
        // A ranking is of one table.
        let is_several = |(facet, values): (Facet, &BTreeSet<Value>)| facet != query.rows && values.len() > 1;
        if preset == Some(Preset::Top) && query.filters.iter().any(is_several) {
            return Err(Error::Size);
        }
        Ok(Self { query, preset })
    }

    /// Returns the part of an address that asks this.
    pub(super) fn address(&self) -> String {
        let mut parts = vec![format!("rows={}", self.query.rows)];
        match (self.preset, self.query.columns) {
            (Some(preset), _) => parts.push(format!("preset={}", preset.key())),
            (None, Some(columns)) => parts.push(format!("columns={columns}")),
            (None, None) => {}
        }
        let filter = self.query.filters.to_string();
        if !filter.is_empty() {
            parts.push(format!("filter={}", escaped(&filter)));
        }
        parts.join("&")
    }
}

/// Reads all filters of an address.
pub(super) fn filters(pairs: &Pairs) -> Result<Filters, Error> {
    let mut filters = Filters::default();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        if name == "filter" {
            value.split_terminator(';').try_for_each(|part| filters.allow_text(part))?;
        } else if let Ok(facet) = name.parse::<Facet>() {
            filters.allow(facet, value)?;
        }
    }
    Ok(filters)
}

/// Returns filters with some facets held to one value each, as text: those behind a line of a table.
pub(super) fn narrowed(filters: &Filters, held: &[(Facet, &str)]) -> String {
    let mut lists: BTreeMap<Facet, Vec<String>> = filters.clone().into();
    for (facet, key) in held {
        lists.insert(*facet, vec![(*key).to_owned()]);
    }
    Filters::try_from(lists).map(|filters| filters.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Question, Error> {
        let pair = |part: &str| part.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Question::read(&text.split('&').filter_map(pair).collect())
    }

    #[test]
    fn a_form_asks_what_a_link_asks() {
        let asked = read("rows=county&columns=&theme=2&filter=county=12,13").unwrap();
        assert_eq!(asked.address(), "rows=county&filter=theme%3D2%3Bcounty%3D12%2C13");
        assert_eq!(read("").unwrap(), Question::plain());
        assert_eq!(read("preset=voice").unwrap().query, Query::two_way(Facet::Theme, Facet::Client));
        assert_eq!(read("preset=top&half_year=2026-H1").unwrap().query.columns, None);
    }

    #[test]
    fn what_cannot_be_answered_is_named() {
        for (text, error) in [
            ("rows=colour", Error::Unknown),
            ("rows=theme&columns=theme", Error::Same),
            ("rows=theme&columns=county&valence=negative&half_year=2026-H1", Error::Facets),
            ("filter=theme", Error::Unknown),
            ("preset=nice", Error::Unknown),
            ("county=Mikkeli", Error::Unknown),
            ("preset=top&filter=county=12,13", Error::Size),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_line_leads_to_its_own_reports() {
        let filters: Filters = "theme=2,5".parse().unwrap();
        assert_eq!(narrowed(&filters, &[(Facet::Theme, "5"), (Facet::County, "12")]), "theme=5;county=12");
    }
}
