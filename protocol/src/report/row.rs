//! What a report contributes to merged views.

use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::statement::OrganisationKind;
use crate::view::{Row, terms};

use super::Report;
use super::area::Area;
use super::codes::{Group, Kind, SupportNeed, Valence};

/// Who a report is from, as its signed changes say.
#[derive(Debug, Clone, Copy)]
pub struct Provenance {
    /// The report's document.
    pub document: DocumentId,
    /// The organisation that began it.
    pub organisation: OrganisationId,
    /// That organisation's kind.
    pub organisation_kind: OrganisationKind,
    /// The worker who began it.
    pub author: WorkerId,
}

impl Report {
    /// Returns the row this report is counted by. Codes this version does not know are not counted.
    pub fn row(&self, from: Provenance) -> Row {
        let groups = self.target_group.iter().filter_map(|target| target.group.known()).filter_map(group_of);
        let themes = self.support_need.iter().filter_map(|code| code.known()).filter_map(theme_of);
        Row {
            document: from.document,
            organisation: from.organisation,
            organisation_kind: from.organisation_kind,
            author: from.author,
            themes: themes.collect(),
            areas: self.area.iter().filter_map(area_of).collect(),
            half_year: self.observed_period.and_then(|period| {
                let half_year = period.half_year();
                terms::HalfYear::new(half_year.year(), half_year.half())
            }),
            valence: self.valence.as_ref().and_then(|code| code.known()).map(valence_of),
            kind: self.kind.as_ref().and_then(|code| code.known()).map(kind_of),
            groups: groups.collect(),
            client: self
                .client_involved
                .as_ref()
                .and_then(|code| code.known())
                .and_then(|part| part.key().parse().ok()),
            met: self.need_met.as_ref().and_then(|code| code.known()).and_then(|met| met.key().parse().ok()),
        }
    }
}

fn theme_of(need: SupportNeed) -> Option<terms::Theme> {
    need.key().parse().ok().and_then(terms::Theme::new)
}

fn group_of(group: Group) -> Option<terms::Group> {
    group.key().parse().ok()
}

fn area_of(area: &Area) -> Option<terms::Area> {
    area.verify().ok()?;
    let county = area.county();
    match (county, area.code.as_str().parse::<u16>()) {
        (None, _) => Some(terms::Area::Country),
        (Some(county), Ok(code)) if area.code.as_str().len() == 3 => {
            Some(terms::Area::Municipality { county, municipality: terms::Municipality::new(code)? })
        }
        (Some(county), _) => Some(terms::Area::County(county)),
    }
}

fn valence_of(valence: Valence) -> terms::Valence {
    match valence {
        Valence::Positive => terms::Valence::Positive,
        Valence::Negative => terms::Valence::Negative,
        Valence::Mixed => terms::Valence::Mixed,
    }
}

fn kind_of(kind: Kind) -> terms::Kind {
    match kind {
        Kind::Phenomenon => terms::Kind::Phenomenon,
        Kind::GoodPractice => terms::Kind::GoodPractice,
        Kind::Wondering => terms::Kind::Wondering,
        Kind::Experiment => terms::Kind::Experiment,
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::{ClientInvolved, NeedMet};
    use super::*;

    #[test]
    fn counted_codes_are_those_of_the_form() {
        let keys: Vec<_> = Group::all().iter().map(|group| group.key()).collect();
        assert_eq!(terms::Group::all().iter().map(|group| group.key()).collect::<Vec<_>>(), keys);
        let keys: Vec<_> = ClientInvolved::all().iter().map(|part| part.key()).collect();
        assert_eq!(terms::Client::all().iter().map(|part| part.key()).collect::<Vec<_>>(), keys);
        let keys: Vec<_> = NeedMet::all().iter().map(|met| met.key()).collect();
        assert_eq!(terms::Met::all().iter().map(|met| met.key()).collect::<Vec<_>>(), keys);
    }
}
