//! The names of facets and of their values, in the language of the visit.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Organisation, Request, Response};
use talkoot_protocol::form::Form;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::area::Area;
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::{
    AgeBand, AreaScheme, ClientInvolved, Group, Kind, NeedMet, SupportNeed, Valence,
};
use talkoot_protocol::service_path::Facet as PathFacet;
use talkoot_protocol::service_path::codes::PathOutcome;
use talkoot_protocol::statement::OrganisationKind;
use talkoot_protocol::view::Facet;

use crate::http::{Problem, Site};
use crate::web::texts::Texts;

/// What is not said, and the whole country, on any facet.
const UNSAID: &str = "none";
const WHOLE_COUNTRY: &str = "fi";
/// Phenomena whose titles are asked for: those begun last.
const PHENOMENA_MAX: usize = 1_000;

/// Names in the reader's language.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// What pages say.
    pub(super) texts: Texts,
    /// The organisations known.
    pub(super) organisations: Vec<Organisation>,
    /// What phenomena are called; those begun last first.
    pub(super) phenomena: Vec<(DocumentId, String)>,
    titles: BTreeMap<DocumentId, String>,
}

/// Returns whether a facet's names come from the area lists.
pub(super) const fn is_area(facet: Facet) -> bool {
    matches!(facet, Facet::County | Facet::Municipality)
}

impl Names {
    /// Asks the node for the names that it knows.
    pub(super) async fn ask(site: &Site, texts: Texts) -> Result<Self, Problem> {
        let Response::Organisations { organisations } = site.ask(Request::Organisations).await? else {
            return Err(Problem::unexpected());
        };
        let request = Request::Phenomena { open: false, skip: 0, limit: PHENOMENA_MAX };
        let Response::Phenomena { phenomena, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
        let phenomena: Vec<_> = phenomena.into_iter().filter_map(|brief| Some((brief.id, brief.title?))).collect();
        let titles = phenomena.iter().cloned().collect();
        Ok(Self { texts, organisations, phenomena, titles })
    }

    /// Names without anything that a node knows.
    #[cfg(test)]
    pub(super) fn bare(texts: Texts) -> Self {
        Self { texts, organisations: Vec::new(), phenomena: Vec::new(), titles: BTreeMap::new() }
    }

    /// Returns the name of a facet.
    pub(super) fn facet(&self, facet: Facet) -> String {
        let field = |id: &str| Form::built_in().label(id, self.texts.language()).unwrap_or(id).to_owned();
        match facet {
            Facet::Theme => field("support_need"),
            Facet::HalfYear => field("observed_period"),
            Facet::Valence => field("valence"),
            Facet::Kind => field("kind"),
            Facet::Group => field("target_group"),
            Facet::Client => field("client_involved"),
            Facet::Met => field("need_met"),
            Facet::County => AreaScheme::County.label(self.texts.language()).to_owned(),
            Facet::Municipality => AreaScheme::Municipality.label(self.texts.language()).to_owned(),
            Facet::Phenomenon => Kind::Phenomenon.label(self.texts.language()).to_owned(),
            Facet::Organisation => self.texts.say("views-organisation"),
            Facet::OrganisationKind => self.texts.say("views-organisation-kind"),
        }
    }

    /// Returns the name of a value by its key; what has none is its key.
    pub(super) fn value(&self, facet: Facet, key: &str) -> String {
        let language = self.texts.language();
        match (facet, key) {
            (_, UNSAID) => self.texts.say("views-unsaid"),
            (Facet::County | Facet::Municipality, WHOLE_COUNTRY) => AreaScheme::Country.label(language).to_owned(),
            (Facet::Theme, key) => self.code::<SupportNeed>(key),
            (Facet::County, key) => self.place(AreaScheme::County, key),
            (Facet::Municipality, key) => self.place(AreaScheme::Municipality, key),
            (Facet::HalfYear, key) => key.to_owned(),
            (Facet::OrganisationKind, key) => self.texts.one_of("views-kind", key).unwrap_or_else(|| key.to_owned()),
            (Facet::Organisation, key) => self.organisation(key),
            (Facet::Valence, key) => self.code::<Valence>(key),
            (Facet::Kind, key) => self.code::<Kind>(key),
            (Facet::Group, key) => self.code::<Group>(key),
            (Facet::Client, key) => self.code::<ClientInvolved>(key),
            (Facet::Met, key) => self.code::<NeedMet>(key),
            (Facet::Phenomenon, key) => self.phenomenon(key),
        }
    }

    /// Returns the name of a value of service paths.
    pub(super) fn of_path(&self, facet: PathFacet, key: &str) -> String {
        match (facet, facet.of_reports()) {
            (_, Some(facet)) => self.value(facet, key),
            (_, None) if key == UNSAID => self.texts.say("views-unsaid"),
            (PathFacet::Age, None) => self.code::<AgeBand>(key),
            (_, None) => self.code::<PathOutcome>(key),
        }
    }

    /// Returns the name of a facet of service paths.
    pub(super) fn path_facet(&self, facet: PathFacet) -> String {
        match (facet, facet.of_reports()) {
            (_, Some(facet)) => self.facet(facet),
            (PathFacet::Age, None) => self.texts.say("views-age"),
            (_, None) => self.texts.say("views-outcome"),
        }
    }

    /// Returns the values of a facet that a filter offers: pairs of a key and its name. `half_years` are those of which there is a number.
    pub(super) fn choices(&self, facet: Facet, half_years: &[String]) -> Vec<(String, String)> {
        use talkoot_protocol::report::area::table;
        fn codes<T: CodeSet>() -> Vec<String> {
            T::all().iter().map(|code| code.key().to_owned()).collect()
        }
        let keys: Vec<String> = match facet {
            Facet::Theme => codes::<SupportNeed>(),
            Facet::County => table::counties().map(|county| county.code.clone()).collect(),
            Facet::Municipality => table::municipalities().map(|place| place.code.clone()).collect(),
            Facet::HalfYear => half_years.to_vec(),
            Facet::OrganisationKind => OrganisationKind::all().iter().map(|kind| kind.key().to_owned()).collect(),
            Facet::Organisation => {
                self.organisations.iter().filter(|known| known.member).map(|known| known.id.to_string()).collect()
            }
            Facet::Valence => codes::<Valence>(),
            Facet::Kind => codes::<Kind>(),
            Facet::Group => codes::<Group>(),
            Facet::Client => codes::<ClientInvolved>(),
            Facet::Met => codes::<NeedMet>(),
            Facet::Phenomenon => self.phenomena.iter().take(100).map(|(id, _)| id.to_string()).collect(),
        };
        let mut choices: Vec<_> = keys.into_iter().map(|key| (self.value(facet, &key), key)).collect();
        if facet == Facet::Municipality {
            choices.sort_by_key(|(name, _)| name.to_lowercase());
        }
        choices.into_iter().map(|(name, key)| (key, name)).collect()
    }

    /// Returns the name of an organisation by its id.
    pub(super) fn organisation(&self, key: &str) -> String {
        let known = self.organisations.iter().find(|known| known.id.to_string() == key);
        known.map_or_else(|| key.chars().take(10).collect(), |known| self.texts.name(&known.names).to_owned())
    }

    fn place(&self, scheme: AreaScheme, key: &str) -> String {
        Area::new(scheme, key)
            .map_or_else(|_| key.to_owned(), |area| area.label(self.texts.language()).trim().to_owned())
    }

    fn code<T: CodeSet>(&self, key: &str) -> String {
        Code::<T>::from_key(key).label(self.texts.language()).to_owned()
    }

    fn phenomenon(&self, key: &str) -> String {
        let Ok(id) = key.parse::<DocumentId>() else { return key.to_owned() };
        self.titles.get(&id).cloned().unwrap_or_else(|| id.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use talkoot_protocol::report::codes::Language;

    #[test]
    fn values_have_names() {
        let names = Names::bare(Texts::new(Language::Sv));
        for (facet, key, name) in [
            (Facet::Municipality, "491", "S:t Michel"),
            (Facet::County, "fi", "Hela landet"),
            (Facet::HalfYear, "2026-H1", "2026-H1"),
            (Facet::Valence, "positive", "Positivt"),
            (Facet::Phenomenon, "no id", "no id"),
        ] {
            assert_eq!(names.value(facet, key), name);
        }
        for facet in Facet::all() {
            assert!(!names.facet(*facet).contains('-') || *facet == Facet::Phenomenon, "{facet}");
            for (key, name) in names.choices(*facet, &["2026-H1".into()]) {
                assert!(facet.value(&key).is_ok(), "{facet} {key}");
                assert!(!name.is_empty() && (name != key || *facet == Facet::HalfYear), "{facet} {key} has a name");
            }
        }
    }
}
