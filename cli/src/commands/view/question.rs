//! What is asked of a view, from the command line: facets, and filters whose values are codes or the beginnings of ids.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::view::{Error as Wrong, FACETS_MAX, Facet, Filters, Preset, Query};

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::{in_words, typed};

/// What stands before the ids of phenomena in a filter, and what is no id.
const PHENOMENON: &str = "phenomenon=";
/// See [`PHENOMENON`].
const UNSAID: &str = "none";

/// What to count.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Question {
    /// What the rows are; theme unless given.
    #[arg(long, value_name = "FACET", value_parser = typed::<Facet>)]
    pub(super) rows: Option<Facet>,
    /// What the columns are, if the table shall have any.
    #[arg(long, value_name = "FACET", value_parser = typed::<Facet>)]
    pub(super) columns: Option<Facet>,
    /// Show only these values, or a table for each of them; may be given several times.
    #[arg(long = "where", value_name = "FACET=VALUE,…")]
    pub(super) filters: Vec<String>,
}

impl Question {
    /// Returns whether anything is asked.
    pub(super) fn is_some(&self) -> bool {
        self.rows.is_some() || self.columns.is_some() || !self.filters.is_empty()
    }

    /// Returns the filters; the node completes shortened ids of phenomena.
    pub(super) fn filters(&self, client: &mut Client<'_>) -> Result<Filters> {
        self.read_filters(|asked| {
            match client.ask(Request::Phenomenon { document: asked.to_owned(), history: false })? {
                Response::Phenomenon { card, .. } => Ok(card.id),
                _ => Err(unexpected()),
            }
        })
    }

    fn read_filters(&self, mut find: impl FnMut(&str) -> Result<DocumentId>) -> Result<Filters> {
        let mut filters = Filters::default();
        for text in &self.filters {
            let Some(keys) = text.strip_prefix(PHENOMENON) else {
                filters.allow_text(text).map_err(not_a_filter)?;
                continue;
            };
            for key in keys.split(',') {
                let key = if key == UNSAID { key.to_owned() } else { find(key)?.to_string() };
                filters.allow(Facet::Phenomenon, &key).map_err(not_a_filter)?;
            }
        }
        Ok(filters)
    }

    /// Returns the query, with what a preset lays out where nothing else is said.
    pub(super) fn query(&self, client: &mut Client<'_>, preset: Option<Preset>) -> Result<Query> {
        let filters = self.filters(client)?;
        self.with(filters, preset)
    }

    fn with(&self, filters: Filters, preset: Option<Preset>) -> Result<Query> {
        let rows = self.rows.unwrap_or(preset.map_or(Facet::Theme, Preset::rows));
        let query = Query { rows, columns: preset.map(Preset::columns).or(self.columns), filters };
        if query.facets().len() > FACETS_MAX {
            let keys: Vec<_> = query.facets().iter().map(|facet| facet.key()).collect();
            let message = format!("a question names {FACETS_MAX} facets at most, this one {}", keys.join(", "));
            return Err(Error::refused(message).hint(
                "Leave one out of --rows, --columns and --where: numbers of narrower cells would point at someone",
            ));
        }
        query.check().map_err(|error| Error::refused(error.to_string()))?;
        Ok(query)
    }
}

fn not_a_filter(error: Wrong) -> Error {
    let cause = match &error {
        Wrong::Filter { source, .. } => format!(": {}", in_words(source.what)),
        _ => String::new(),
    };
    let codes = match &error {
        Wrong::UnknownValue { facet: Facet::Theme, .. } => Some("support_need"),
        Wrong::UnknownValue { facet: Facet::County | Facet::Municipality, .. } => Some("area"),
        Wrong::UnknownValue { facet: Facet::Valence, .. } => Some("valence"),
        Wrong::UnknownValue { facet: Facet::Kind, .. } => Some("kind"),
        Wrong::UnknownValue { facet: Facet::Met, .. } => Some("need_met"),
        _ => None,
    };
    let codes = codes.map(|field| format!("Values are codes: talkoot report codes {field}\n  ")).unwrap_or_default();
    Error::refused(format!("{error}{cause}")).hint(format!("{codes}For example: --where theme=2,5 --where county=12"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(question: &Question, preset: Option<Preset>) -> Result<Query> {
        let found = |asked: &str| match asked {
            "3f" => Ok(DocumentId::from_bytes([0x3f; 32])),
            _ => Err(Error::refused("there is none")),
        };
        question.read_filters(found).and_then(|filters| question.with(filters, preset))
    }

    fn filtered(filters: &[&str]) -> Question {
        Question { filters: filters.iter().map(|text| (*text).to_owned()).collect(), ..Question::default() }
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        assert!(query(&filtered(&["theme=2,5"]), None).is_ok());
        let four = Question { columns: Some(Facet::County), ..filtered(&["valence=negative"]) };
        assert!(query(&four, None).is_ok());
        let columns = four.columns;
        assert!(query(&Question { columns, ..filtered(&["valence=negative", "half_year=2026-H1"]) }, None).is_err());
        for bad in ["theme", "colour=red", "theme=12", "county=Mikkeli", "phenomenon=77"] {
            assert!(query(&filtered(&[bad]), None).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_beginning_of_an_id_is_enough() {
        let query = query(&filtered(&["phenomenon=3f,none"]), None).unwrap();
        assert_eq!(query.filters.to_string(), format!("phenomenon={},none", "3f".repeat(32)));
    }

    #[test]
    fn a_preset_lays_out_what_is_not_said() {
        let by =
            |question: &Question, preset| query(question, Some(preset)).map(|query| (query.rows, query.columns)).ok();
        let plain = Question::default();
        assert_eq!(by(&plain, Preset::Voice), Some((Facet::Theme, Some(Facet::Client))));
        assert_eq!(by(&plain, Preset::Top), Some((Facet::Phenomenon, Some(Facet::HalfYear))));
        let rows = Question { rows: Some(Facet::HalfYear), ..Question::default() };
        assert_eq!(by(&rows, Preset::Voice), Some((Facet::HalfYear, Some(Facet::Client))));
        assert_eq!(by(&rows, Preset::Trend), None, "rows and columns would be the same");
    }
}
