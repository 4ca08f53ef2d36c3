//! What is said about one aspect: where organisations agree, where values contradict each other, and whether that is settled.
//!
//! Values contradict each other where they may hold at one place and time: "red in Mikkeli" and "yellow in Kuopio" do not,
//! "red in Mikkeli" and "yellow" do. A settlement holds as long as it has weighed every value that stands and nobody judges
//! otherwise; no clock and no order of arrival decides.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Attributed;
use super::key::key;
use super::word::{Facet, Settlement};
use crate::id::OrganisationId;
use crate::report::area::Area;
use crate::report::codes::AreaScheme;
use crate::report::period::Period;

/// Most places and times told apart in one aspect; beyond them every value is taken to hold anywhere.
const PLACES_MAX: usize = 64;

/// One aspect with all that is said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Aspect {
    /// What its names have in common.
    pub key: String,
    /// Its name, as it was written first in the card's order.
    pub name: String,
    /// What is said, each by whom.
    pub facets: Vec<Attributed<Facet>>,
    /// Values that at least two organisations hold.
    pub agreements: Vec<Held>,
    /// The contradiction, if values contradict each other.
    pub contradiction: Option<Contradiction>,
    /// Every judgement on it, also those that no longer hold.
    pub settlements: Vec<Attributed<Settlement>>,
}

/// A value and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Held {
    /// The value, as it was written first in the card's order.
    pub value: String,
    /// Who holds it, in the order of their ids.
    pub organisations: Vec<OrganisationId>,
}

/// Values that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contradiction {
    /// Whether it is settled.
    pub state: State,
    /// The values, in the order of their keys.
    pub values: Vec<Held>,
    /// What holds, if it is settled.
    pub settled: Option<String>,
    /// Values that no judgement has weighed.
    pub unweighed: Vec<String>,
}

/// Whether a contradiction is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ContradictionState"))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has judged all of it.
    Open,
    /// It was judged, and a value came that nobody has weighed.
    Reopened,
    /// Judgements contradict each other.
    SettledDifferently,
    /// A judgement has weighed all values, and no other says otherwise.
    Settled,
}

impl Aspect {
    /// Puts together what is said about an aspect; facets and settlements in the card's order.
    pub(crate) fn new(key: String, facets: Vec<Attributed<Facet>>, settlements: Vec<Attributed<Settlement>>) -> Self {
        let held = held(&facets);
        let agreements = held.values().filter(|held| held.organisations.len() > 1).cloned().collect();
        let contested = contested(&facets);
        let values: Vec<_> = held.into_iter().filter(|(value, _)| contested.contains(value)).collect();
        let contradiction = (!values.is_empty()).then(|| judge(values, &settlements));
        let name = facets.first().map_or_else(|| key.clone(), |facet| facet.said.aspect.clone());
        Self { key, name, facets, agreements, contradiction, settlements }
    }

    /// Returns whether a contradiction stands that is not settled.
    pub fn is_open(&self) -> bool {
        self.contradiction.as_ref().is_some_and(|contradiction| contradiction.state != State::Settled)
    }
}

/// Returns who holds each value, by its key.
fn held(facets: &[Attributed<Facet>]) -> BTreeMap<String, Held> {
    let mut values: BTreeMap<String, (&str, BTreeSet<OrganisationId>)> = BTreeMap::new();
    for facet in facets {
        let value = values.entry(key(&facet.said.value)).or_insert((&facet.said.value, BTreeSet::new()));
        value.1.insert(facet.by.organisation);
    }
    let held = |(value, organisations): (&str, BTreeSet<_>)| Held {
        value: value.to_owned(),
        organisations: organisations.into_iter().collect(),
    };
    values.into_iter().map(|(key, value)| (key, held(value))).collect()
}

/// Returns the keys of the values that cannot all hold.
fn contested(facets: &[Attributed<Facet>]) -> BTreeSet<String> {
    let mut places: Vec<(Place<'_>, BTreeSet<String>)> = Vec::new();
    for facet in facets {
        let place = Place { area: facet.said.area.as_ref(), period: facet.said.period };
        let place = if places.len() < PLACES_MAX { place } else { Place::default() };
        let at = places.iter().position(|(known, _)| *known == place).unwrap_or_else(|| {
            places.push((place, BTreeSet::new()));
            places.len() - 1
        });
        if let Some((_, values)) = places.get_mut(at) {
            values.insert(key(&facet.said.value));
        }
    }
    let mut contested = BTreeSet::new();
    for (place, values) in &places {
        let meeting = places.iter().filter(|(other, _)| place.meets(other));
        let around: BTreeSet<&String> = meeting.flat_map(|(_, values)| values).collect();
        if around.len() > 1 {
            contested.extend(values.iter().cloned());
        }
    }
    contested
}

/// Where and when a value is said to hold; nothing named means anywhere and always.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Place<'a> {
    area: Option<&'a Area>,
    period: Option<Period>,
}

impl Place<'_> {
    fn meets(&self, other: &Self) -> bool {
        let area = match (self.area, other.area) {
            (Some(one), Some(other)) => areas_meet(one, other),
            _ => true,
        };
        let period = match (self.period, other.period) {
            (Some(one), Some(other)) => periods_meet(one, other),
            _ => true,
        };
        area && period
    }
}

/// Areas meet if they are the same, or one lies in the other.
fn areas_meet(one: &Area, other: &Area) -> bool {
    let covers = |wide: &Area, narrow: &Area| match wide.scheme.known() {
        Some(AreaScheme::Country) => true,
        Some(AreaScheme::County) => wide.county().is_some() && wide.county() == narrow.county(),
        _ => false,
    };
    one == other || covers(one, other) || covers(other, one)
}

/// Periods meet if they are the same, or one is a month of the other.
fn periods_meet(one: Period, other: Period) -> bool {
    let within = one.half_year() == other.half_year() && (one.month().is_none() || other.month().is_none());
    one == other || within
}

/// Says whether a contradiction between these values is settled.
fn judge(values: Vec<(String, Held)>, settlements: &[Attributed<Settlement>]) -> Contradiction {
    let weighed = |settlement: &Attributed<Settlement>| -> BTreeSet<String> {
        settlement.said.considered.iter().map(|value| key(value)).collect()
    };
    let all: BTreeSet<String> = settlements.iter().flat_map(weighed).collect();
    let unweighed: Vec<_> =
        values.iter().filter(|(key, _)| !all.contains(key)).map(|(_, held)| held.value.clone()).collect();
    let judged: BTreeSet<String> = settlements.iter().map(|settlement| key(&settlement.said.value)).collect();
    let whole = settlements.iter().find(|settlement| {
        let weighed = weighed(settlement);
        values.iter().all(|(key, _)| weighed.contains(key))
    });
    let state = match (judged.len(), whole) {
        (2.., _) => State::SettledDifferently,
        (1, Some(_)) => State::Settled,
        (1, None) if !unweighed.is_empty() => State::Reopened,
        _ => State::Open,
    };
    let settled = whole.filter(|_| state == State::Settled).map(|settlement| settlement.said.value.clone());
    Contradiction { state, values: values.into_iter().map(|(_, held)| held).collect(), settled, unweighed }
}
