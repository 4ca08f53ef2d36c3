//! The names of facets and of their values.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::area::{Area, COUNTRY, YEAR};
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::{
    AreaScheme, ClientInvolved, Group, Kind, Language, NeedMet, SupportNeed, Valence,
};
use talkoot_protocol::view::Facet;

use crate::client::{Client, unexpected};
use crate::commands::report::labels::{self, Word};
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;
use crate::error::Result;

/// What a report does not say, and the whole country, on any facet.
const UNSAID: &str = "none";
const WHOLE_COUNTRY: &str = "fi";
/// Key, Finnish, Swedish, English.
const ORGANISATION_KINDS: [(&str, [&str; 3]); 5] = [
    ("county", ["Hyvinvointialue", "Välfärdsområde", "Wellbeing services county"]),
    ("municipality", ["Kunta", "Kommun", "Municipality"]),
    ("ngo", ["Järjestö", "Organisation", "Non-governmental organisation"]),
    ("university", ["Korkeakoulu", "Högskola", "University"]),
    ("other", ["Muu", "Annan", "Other"]),
];
/// Longest label, in characters.
const LABEL_CHARS_MAX: usize = 48;

/// Longest title of a phenomenon in a label, in characters; its short id stands behind it.
const TITLE_CHARS_MAX: usize = 36;
/// Phenomena asked for at once.
const PAGE: usize = 1_000;

/// Names in the reader's language.
#[derive(Debug)]
pub(super) struct Names {
    /// The organisations known.
    pub(super) organisations: Organisations,
    /// What phenomena are called, by id.
    pub(super) phenomena: BTreeMap<DocumentId, String>,
    /// The language.
    pub(super) language: Language,
}

/// Returns whether a facet's names come from the area lists.
pub(super) fn is_area(facet: Facet) -> bool {
    matches!(facet, Facet::County | Facet::Municipality)
}

/// Asks the node what phenomena are called.
fn phenomena(client: &mut Client<'_>) -> Result<BTreeMap<DocumentId, String>> {
    let mut titles = BTreeMap::new();
    for skip in (0..).step_by(PAGE) {
        let request = Request::Phenomena { open: false, skip, limit: PAGE };
        let Response::Phenomena { phenomena, .. } = client.ask(request)? else { return Err(unexpected()) };
        if phenomena.is_empty() {
            break;
        }
        titles.extend(phenomena.into_iter().filter_map(|brief| Some((brief.id, brief.title?))));
    }
    Ok(titles)
}

impl Names {
    /// Asks the node for the names that a view of these facets needs.
    pub(super) fn ask(client: &mut Client<'_>, facets: &[Facet], language: Language) -> Result<Self> {
        let titles = if facets.contains(&Facet::Phenomenon) { phenomena(client)? } else { BTreeMap::new() };
        Ok(Self { organisations: Organisations::ask(client)?, phenomena: titles, language })
    }

    /// Names without anything a node knows.
    #[cfg(test)]
    pub(super) fn bare(language: Language) -> Self {
        Self { organisations: Organisations::default(), phenomena: BTreeMap::new(), language }
    }

    /// Returns the title of a phenomenon with its short id: titles may be alike.
    fn phenomenon(&self, key: &str) -> String {
        let Ok(id) = key.parse::<DocumentId>() else { return key.to_owned() };
        match self.phenomena.get(&id) {
            Some(title) => format!("{} [{}]", plain::cut(title, TITLE_CHARS_MAX), id.short()),
            None => id.short(),
        }
    }

    /// Returns the name of a facet.
    pub(super) fn facet(&self, facet: Facet) -> String {
        let language = self.language;
        match facet {
            Facet::Theme => labels::field("support_need", language),
            Facet::County => AreaScheme::County.label(language),
            Facet::Municipality => AreaScheme::Municipality.label(language),
            Facet::HalfYear => labels::field("observed_period", language),
            Facet::OrganisationKind | Facet::Organisation => Word::Organisation.say(language),
            Facet::Valence => labels::field("valence", language),
            Facet::Kind => labels::field("kind", language),
            Facet::Group => labels::field("target_group", language),
            Facet::Client => labels::field("client_involved", language),
            Facet::Met => labels::field("need_met", language),
            Facet::Phenomenon => Kind::Phenomenon.label(language),
        }
        .to_owned()
    }

    /// Returns the name of a value by its key; what has none is its key.
    pub(super) fn value(&self, facet: Facet, key: &str) -> String {
        let language = self.language;
        let place = |scheme: AreaScheme, code: &str| {
            Area { scheme: scheme.into(), year: YEAR, code: code.into() }.label(language).to_owned()
        };
        let name = match (facet, key) {
            (_, UNSAID) => Word::Unsaid.say(language).to_owned(),
            (Facet::County | Facet::Municipality, WHOLE_COUNTRY) => place(AreaScheme::Country, COUNTRY),
            (Facet::Theme, key) => code::<SupportNeed>(key, language),
            (Facet::County, key) => place(AreaScheme::County, key),
            (Facet::Municipality, key) => place(AreaScheme::Municipality, key),
            (Facet::HalfYear, key) => key.to_owned(),
            (Facet::OrganisationKind, key) => organisation_kind(key, language).to_owned(),
            (Facet::Organisation, key) => {
                key.parse().map_or_else(|_| key.to_owned(), |id| self.organisations.name(&id, language))
            }
            (Facet::Valence, key) => code::<Valence>(key, language),
            (Facet::Kind, key) => code::<Kind>(key, language),
            (Facet::Group, key) => code::<Group>(key, language),
            (Facet::Client, key) => code::<ClientInvolved>(key, language),
            (Facet::Met, key) => code::<NeedMet>(key, language),
            (Facet::Phenomenon, key) => self.phenomenon(key),
        };
        plain::cut(&name, LABEL_CHARS_MAX)
    }
}

fn code<T: CodeSet>(key: &str, language: Language) -> String {
    Code::<T>::from_key(key).label(language).to_owned()
}

fn organisation_kind(key: &str, language: Language) -> &str {
    let place = match language {
        Language::Fi | Language::Se => 0,
        Language::Sv => 1,
        Language::En => 2,
    };
    ORGANISATION_KINDS.iter().find(|(known, _)| *known == key).map_or(key, |(_, names)| names[place])
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::statement::OrganisationKind;

    use super::*;

    #[test]
    fn every_kind_of_organisation_has_a_name() {
        let keys: Vec<_> = ORGANISATION_KINDS.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, OrganisationKind::all().iter().map(|kind| kind.key()).collect::<Vec<_>>());
    }

    #[test]
    fn values_have_names() {
        let names = Names::bare(Language::Sv);
        for (facet, key, name) in [
            (Facet::Municipality, "491", "S:t Michel"),
            (Facet::Municipality, "none", "Anges inte"),
            (Facet::County, "fi", "Hela landet"),
            (Facet::HalfYear, "2026-H1", "2026-H1"),
            (Facet::Valence, "mixed", "Både positivt och negativt"),
            (Facet::OrganisationKind, "county", "Välfärdsområde"),
            (Facet::Group, "young", "Unga"),
            (Facet::Client, "heard", "Har hörts"),
            (Facet::Met, "nothing_offered", "Inget erbjöds"),
            (Facet::Phenomenon, "none", "Anges inte"),
        ] {
            assert_eq!(names.value(facet, key), name);
        }
    }
}
