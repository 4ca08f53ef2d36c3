//! The axes of a view, and the values that lie on them.
//!
//! A value prints as a stable key: `2`, `12`, `491`, `2026-H1`, `ngo`, an organisation's id; `none` where a report does not
//! say, `fi` where it concerns the whole country. Keys are unique within a facet, not between facets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::terms::{Client, Group, HalfYear, Kind, Met, Municipality, Theme, Valence};
use crate::cbor::Malformed;
use crate::id::{DocumentId, OrganisationId};
use crate::scope::County;
use crate::statement::OrganisationKind;

/// Key of the value for reports that do not say.
const KEY_UNSAID: &str = "none";
/// Key of the value for reports about the whole country.
const KEY_COUNTRY: &str = "fi";

/// One way to sort reports into values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ViewFacet"))]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Need for support. A report counts once in each of its themes.
    Theme,
    /// Wellbeing services county; a municipality counts in its county. A report counts once in each of its counties.
    County,
    /// Municipality; a report about a whole county is `none` here. A report counts once in each of its municipalities.
    Municipality,
    /// When it was observed.
    HalfYear,
    /// The kind of the organisation it came from.
    OrganisationKind,
    /// The organisation it came from.
    Organisation,
    /// Good or bad.
    Valence,
    /// What sort of observation.
    Kind,
    /// Target group. A report counts once in each of its groups.
    Group,
    /// What part clients had in the report.
    Client,
    /// Whether the services that were offered met the need.
    Met,
    /// The phenomenon the report is linked to. A report counts once in each of its phenomena.
    Phenomenon,
}

impl Facet {
    /// Returns all facets.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Theme,
            Self::County,
            Self::Municipality,
            Self::HalfYear,
            Self::OrganisationKind,
            Self::Organisation,
            Self::Valence,
            Self::Kind,
            Self::Group,
            Self::Client,
            Self::Met,
            Self::Phenomenon,
        ]
    }

    /// Returns the key used in files, in links and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::County => "county",
            Self::Municipality => "municipality",
            Self::HalfYear => "half_year",
            Self::OrganisationKind => "organisation_kind",
            Self::Organisation => "organisation",
            Self::Valence => "valence",
            Self::Kind => "kind",
            Self::Group => "group",
            Self::Client => "client",
            Self::Met => "met",
            Self::Phenomenon => "phenomenon",
        }
    }

    /// Returns whether the facet tells organisations apart, so that a cell may hold one organisation by construction
    /// (see [`super::rules`]).
    pub const fn tells_organisations_apart(self) -> bool {
        matches!(self, Self::Organisation | Self::OrganisationKind)
    }

    /// Returns whether each report has exactly one value on the facet ("not said" is one), so that counts of its values add up.
    pub const fn adds_up(self) -> bool {
        !matches!(self, Self::Theme | Self::County | Self::Municipality | Self::Group | Self::Phenomenon)
    }

    /// Reads a value of this facet from its key.
    ///
    /// # Errors
    /// [`Malformed`] if the facet has no such value.
    pub fn value(self, key: &str) -> Result<Value, Malformed> {
        match (self, key) {
            (Self::County | Self::Municipality, KEY_COUNTRY) => Ok(Value::Country),
            (Self::Organisation | Self::OrganisationKind, KEY_UNSAID) => Err(Malformed { what: "organisation" }),
            (_, KEY_UNSAID) => Ok(Value::Unsaid),
            (Self::Theme, key) => key.parse().map(Value::Theme),
            (Self::County, key) => key.parse().map(Value::County),
            (Self::Municipality, key) => key.parse().map(Value::Municipality),
            (Self::HalfYear, key) => key.parse().map(Value::HalfYear),
            (Self::OrganisationKind, key) => key.parse().map(Value::OrganisationKind),
            (Self::Organisation, key) => {
                key.parse().map(Value::Organisation).map_err(|_| Malformed { what: "organisation id" })
            }
            (Self::Valence, key) => key.parse().map(Value::Valence),
            (Self::Kind, key) => key.parse().map(Value::Kind),
            (Self::Group, key) => key.parse().map(Value::Group),
            (Self::Client, key) => key.parse().map(Value::Client),
            (Self::Met, key) => key.parse().map(Value::Met),
            (Self::Phenomenon, key) => {
                key.parse().map(Value::Phenomenon).map_err(|_| Malformed { what: "id of a phenomenon" })
            }
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Facet {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let found = Self::all().iter().copied().find(|facet| facet.key() == text);
        found.ok_or(Malformed {
            what: "facet (theme, county, municipality, half_year, organisation_kind, organisation, valence, kind, group, client, met or phenomenon)",
        })
    }
}

/// One value of a facet. Orders as a table shows it: by code or time, then the whole country, last what is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A need for support.
    Theme(Theme),
    /// A county.
    County(County),
    /// A municipality.
    Municipality(Municipality),
    /// The whole country, on the facets county and municipality.
    Country,
    /// A half-year.
    HalfYear(HalfYear),
    /// A kind of organisation.
    OrganisationKind(OrganisationKind),
    /// An organisation.
    Organisation(OrganisationId),
    /// Good or bad.
    Valence(Valence),
    /// A sort of observation.
    Kind(Kind),
    /// A target group.
    Group(Group),
    /// A part of the clients.
    Client(Client),
    /// Whether the need was met.
    Met(Met),
    /// A phenomenon: the id of those that were merged.
    Phenomenon(DocumentId),
    /// What the report does not say.
    Unsaid,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Theme(theme) => theme.fmt(f),
            Self::County(county) => county.fmt(f),
            Self::Municipality(municipality) => municipality.fmt(f),
            Self::Country => f.write_str(KEY_COUNTRY),
            Self::HalfYear(half_year) => half_year.fmt(f),
            Self::OrganisationKind(kind) => kind.fmt(f),
            Self::Organisation(id) => id.fmt(f),
            Self::Valence(valence) => valence.fmt(f),
            Self::Kind(kind) => kind.fmt(f),
            Self::Group(group) => group.fmt(f),
            Self::Client(client) => client.fmt(f),
            Self::Met(met) => met.fmt(f),
            Self::Phenomenon(id) => id.fmt(f),
            Self::Unsaid => f.write_str(KEY_UNSAID),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_everywhere() {
        for facet in Facet::all() {
            assert_eq!(facet.key().parse(), Ok(*facet));
            assert_eq!(serde_json::to_string(facet).unwrap(), format!("\"{facet}\""));
        }
    }

    #[test]
    fn a_value_reads_what_it_prints() {
        for (facet, key) in [
            (Facet::Theme, "99"),
            (Facet::County, "02"),
            (Facet::County, "fi"),
            (Facet::Municipality, "091"),
            (Facet::Municipality, "none"),
            (Facet::HalfYear, "2026-H2"),
            (Facet::OrganisationKind, "ngo"),
            (Facet::Valence, "mixed"),
            (Facet::Kind, "good_practice"),
            (Facet::Group, "over_indebted"),
            (Facet::Client, "co_written"),
            (Facet::Met, "nothing_offered"),
            (Facet::Phenomenon, "none"),
        ] {
            assert_eq!(facet.value(key).unwrap().to_string(), key);
        }
        for (facet, key) in [(Facet::Theme, "fi"), (Facet::Organisation, "none"), (Facet::County, "491")] {
            assert!(facet.value(key).is_err(), "{facet} {key}");
        }
    }
}
