//! For tests: rows out of small worlds, so that cells are crowded and sparse by turns, and a slow count to compare with.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::facet::{Facet, Value};
use super::fold::{Needs, Table};
use super::links::Assignment;
use super::places;
use super::query::Query;
use super::rounding::{Sum, Tally, record_key};
use super::row::Row;
use super::rules::Applied;
use super::terms::{Area, Client, Group, GroupSet, HalfYear, Kind, Met, Municipality, ThemeSet, Valence};
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::scope::County;
use crate::statement::OrganisationKind;

fn id(number: u16) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[30..].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(super) fn document(number: u16) -> DocumentId {
    DocumentId::from_bytes(id(number))
}

pub(super) fn organisation(number: u16) -> OrganisationId {
    OrganisationId::from_bytes(id(number))
}

pub(super) fn worker(number: u16) -> WorkerId {
    WorkerId::from_bytes(id(number))
}

/// A municipality of a county.
pub(super) fn place(county: u8, code: u16) -> Area {
    Area::Municipality { county: County::new(county).unwrap(), municipality: Municipality::new(code).unwrap() }
}

/// A usual row: organisation, author and document have this number.
pub(super) fn row(number: u16) -> Row {
    Row {
        document: document(number),
        organisation: organisation(number),
        organisation_kind: OrganisationKind::Ngo,
        author: worker(number),
        themes: ThemeSet::from_bits(2).unwrap(),
        areas: [place(12, 491)].into_iter().collect(),
        half_year: HalfYear::new(2026, 1),
        valence: Some(Valence::Negative),
        kind: Some(Kind::Phenomenon),
        groups: [Group::Young].into_iter().collect(),
        client: Some(Client::Heard),
        met: Some(Met::Partly),
    }
}

fn any_area() -> impl Strategy<Value = Area> {
    (0..12u8).prop_map(|number| match number {
        0 => Area::Country,
        1..4 => Area::County(County::new(number + 10).unwrap()),
        _ => place(number / 3 + 10, 500 + u16::from(number)),
    })
}

/// The phenomena of a report: two in five are in one, some in two.
fn phenomena_of(report: &DocumentId) -> BTreeSet<DocumentId> {
    let bytes = report.as_bytes();
    let number = u16::from_be_bytes([bytes[30], bytes[31]]);
    let first = number.is_multiple_of(3).then(|| document(60_000));
    let second = (number % 7 == 1).then(|| document(60_001 + number / 7 % 2));
    first.into_iter().chain(second).collect()
}

/// Links reports to their phenomena; without one, none.
pub(super) fn links<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Assignment {
    rows.into_iter().map(|row| (row.document, phenomena_of(&row.document))).collect()
}

fn phenomena(report: &DocumentId) -> Vec<Value> {
    let values: Vec<Value> = phenomena_of(report).into_iter().map(Value::Phenomenon).collect();
    if values.is_empty() { vec![Value::Unsaid] } else { values }
}

/// A row of a world with few organisations, workers and places; a worker may be in several organisations.
pub(super) fn any_row() -> impl Strategy<Value = Row> {
    let who = (0..80u16, 0..4u16, 0..5usize, 0..8u16);
    let what =
        (proptest::sample::subsequence(vec![1u16, 2, 512, 1024], 0..3), proptest::collection::vec(any_area(), 0..3));
    let when = (0..4u16, 0..4usize, 0..5usize);
    let whom = (
        proptest::sample::subsequence(vec![Group::Young, Group::Roma, Group::SubstanceUsers], 0..3),
        0..4usize,
        0..5usize,
    );
    let all = (who, what, when, whom);
    all.prop_map(|((number, organised, kind, author), (bits, areas), (time, valence, sort), (groups, client, met))| {
        Row {
            document: document(number),
            organisation: organisation(organised),
            organisation_kind: OrganisationKind::all()[kind],
            author: worker(author),
            themes: ThemeSet::from_bits(bits.iter().sum()).unwrap(),
            areas: areas.into_iter().collect(),
            half_year: time.checked_sub(1).and_then(|time| HalfYear::new(2025 + time / 2, (time % 2) as u8 + 1)),
            valence: valence.checked_sub(1).map(|at| Valence::all()[at]),
            kind: sort.checked_sub(1).map(|at| Kind::all()[at]),
            groups: GroupSet::from_iter(groups),
            client: client.checked_sub(1).map(|at| Client::all()[at]),
            met: met.checked_sub(1).map(|at| Met::all()[at]),
        }
    })
}

pub(super) fn values(row: &Row, facet: Facet) -> Vec<Value> {
    let one = |value: Option<Value>| vec![value.unwrap_or(Value::Unsaid)];
    match facet {
        Facet::Theme if row.themes.bits() == 0 => one(None),
        Facet::Theme => row.themes.iter().map(Value::Theme).collect(),
        Facet::County | Facet::Municipality => places::values(facet, &row.areas),
        Facet::HalfYear => one(row.half_year.map(Value::HalfYear)),
        Facet::OrganisationKind => one(Some(Value::OrganisationKind(row.organisation_kind))),
        Facet::Organisation => one(Some(Value::Organisation(row.organisation))),
        Facet::Valence => one(row.valence.map(Value::Valence)),
        Facet::Kind => one(row.kind.map(Value::Kind)),
        Facet::Group if row.groups.bits() == 0 => one(None),
        Facet::Group => row.groups.iter().map(Value::Group).collect(),
        Facet::Client => one(row.client.map(Value::Client)),
        Facet::Met => one(row.met.map(Value::Met)),
        Facet::Phenomenon => phenomena(&row.document),
    }
}

pub(super) fn tally<'a>(rows: impl Iterator<Item = &'a Row>, rules: &Applied) -> Tally {
    let rows: Vec<&Row> = rows.collect();
    let organisations: BTreeSet<_> = rows.iter().map(|row| row.organisation).collect();
    let authors: BTreeSet<_> = rows.iter().map(|row| (row.organisation, row.author)).collect();
    let mut sum = Sum::default();
    rows.iter().for_each(|row| sum.add(Sum::one(record_key(&row.document))));
    Tally { sum, is_enough: rules.is_enough(organisations.len() as u32, authors.len() as u32) }
}

/// Counts a query by looking at every report for every cell.
pub(super) fn count_slowly(rows: &BTreeMap<DocumentId, Row>, query: &Query, needs: &Needs) -> Table {
    let passes = |row: &&Row| {
        query.filters.iter().all(|(facet, allowed)| values(row, facet).iter().any(|value| allowed.contains(value)))
    };
    let rows: Vec<&Row> = rows.values().filter(passes).collect();
    let axis = |facet: Facet| -> Vec<Value> {
        let all: BTreeSet<Value> = rows.iter().flat_map(|row| values(row, facet)).collect();
        all.into_iter().filter(|value| query.filters.on(facet).is_none_or(|on| on.contains(value))).collect()
    };
    let has = |row: &Row, facet: Facet, value: &Value| values(row, facet).contains(value);
    let line =
        |facet: Facet, value: &Value, rules| tally(rows.iter().copied().filter(|row| has(row, facet, value)), rules);
    let down = axis(query.rows);
    let across = query.columns.map(axis);
    let mut cells = Vec::new();
    for (value, facet, other) in down.iter().flat_map(|value| {
        query
            .columns
            .into_iter()
            .flat_map(|facet| across.iter().flatten().map(move |other| (facet, other)))
            .map(move |(facet, other)| (value, facet, other))
    }) {
        let both = |row: &&Row| has(row, query.rows, value) && has(row, facet, other);
        cells.push(tally(rows.iter().copied().filter(both), &needs.cells));
    }
    Table {
        row_totals: down.iter().map(|value| line(query.rows, value, &needs.rows)).collect(),
        column_totals: query.columns.map_or(Vec::new(), |facet| {
            across.iter().flatten().map(|value| line(facet, value, &needs.columns)).collect()
        }),
        total: tally(rows.iter().copied(), &needs.total),
        rows: down,
        columns: across,
        cells,
    }
}
