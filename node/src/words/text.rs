//! From the log to what is indexed of a report: its texts and what it can be narrowed down by.

use talkoot_protocol::chunk::Chunk;
use talkoot_protocol::document::{self, Fields as Values};
use talkoot_protocol::id::{NetworkId, OrganisationId};
use talkoot_protocol::report::Report;
use talkoot_protocol::report::text::TextKind;
use talkoot_protocol::sign;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::check::Checked;
use tantivy::TantivyDocument;

use super::directory::Fields;
use super::lexicon::Language;
use crate::store::{Place, Reader};

/// The texts of a report.
pub(super) struct Texts {
    /// The language they say they are in.
    pub(super) language: Language,
    /// Field and text, the title first.
    pub(super) texts: Vec<(String, String)>,
    /// The half-year it was observed in.
    pub(super) half_year: Option<String>,
}

impl Texts {
    /// Takes them from a report's fields.
    pub(super) fn of(values: Values) -> Self {
        let (report, _) = Report::read(values);
        let language = report.language.as_ref().map_or(Language::Other, |code| Language::of(code.key()));
        let half_year = report.observed_period.as_ref().map(|period| period.half_year().to_string());
        let written = report.texts().into_iter().filter(|text| text.kind == TextKind::Prose && is_prose(&text.field));
        let texts = written.map(|text| (text.field, text.text.to_owned())).collect();
        Self { language, texts, half_year }
    }

    /// Makes what is handed to the index.
    pub(super) fn document(&self, fields: &Fields, id: &[u8], organisation: &OrganisationId) -> TantivyDocument {
        let mut document = stub(fields, id);
        let letter = self.language.letter();
        for (field, text) in &self.texts {
            // The title stands in both: by its own words it counts more, and it is part of what a report is about.
            if field == "title" {
                document.add_text(fields.title, format!("{letter}{text}"));
            }
            document.add_text(fields.text, format!("{letter}{text}"));
        }
        document.add_text(fields.facet, organisation_facet(organisation));
        document.add_text(fields.facet, language_facet(self.language));
        if let Some(half_year) = &self.half_year {
            document.add_text(fields.facet, half_year_facet(half_year));
        }
        document
    }
}

/// Whether a text of this field is written in words: not a code of a service, nor an address on the web.
fn is_prose(field: &str) -> bool {
    field != "form" && !field.ends_with(".system") && !field.ends_with(".code") && !field.ends_with(".link")
}

/// A document of which nothing can be found: it stands for one that cannot be read, so that the number of documents tells
/// whether all are there.
pub(super) fn stub(fields: &Fields, id: &[u8]) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_bytes(fields.id, id);
    document
}

pub(super) fn organisation_facet(organisation: &OrganisationId) -> String {
    format!("o{organisation}")
}

pub(super) fn language_facet(language: Language) -> String {
    format!("l{}", language.letter())
}

pub(super) fn half_year_facet(half_year: &str) -> String {
    format!("h{half_year}")
}

/// Reads a report's fields from the log; `None` if it cannot be read.
pub(super) fn read(reader: &Reader, network: &NetworkId, places: &[Place]) -> Option<Values> {
    match places {
        [] => None,
        [only] => read_first(&reader.read(*only).ok()?),
        many => {
            let read = |place: &Place| Checked::from_log(network, reader.read(*place).ok()?).ok();
            let changes: Vec<Checked> = many.iter().map(read).collect::<Option<_>>()?;
            Some(document::read(&document::sound(&sign::chunks(&changes))).ok()?.values())
        }
    }
}

/// Reads a report that has had one change. What the log holds was judged when it came in: nobody looks for identifiers again.
fn read_first(bytes: &[u8]) -> Option<Values> {
    let change = Signed::decode(bytes).ok()?.trust_own_log().ok()?;
    let chunk = Chunk::check(change.body()?.content().to_vec(), &change.header().author, None).ok()?;
    document::read_first(&chunk).ok()
}
