//! Facets as a scan sees them: each line has a small key, and an axis knows the positions of each key.
//!
//! All facets look alike, so that the inner loops of a scan are one piece of code.

use std::collections::BTreeSet;
use std::ops::Range;

use super::columns::{Columns, read_codes};
use super::concerns::Concern;
use super::facet::{Facet, Value};
use super::places::{self, CODES};
use super::query::Filters;
use super::terms::{HalfYear, ThemeSet};
use crate::id::DocumentId;

/// Which column a facet is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Themes,
    Areas,
    HalfYear,
    Codes,
    Organisation,
    Concerns,
    Links,
}

impl Source {
    const fn of(facet: Facet) -> Self {
        match facet {
            Facet::Theme => Self::Themes,
            Facet::County | Facet::Municipality => Self::Areas,
            Facet::HalfYear => Self::HalfYear,
            Facet::OrganisationKind | Facet::Valence | Facet::Kind => Self::Codes,
            Facet::Organisation => Self::Organisation,
            Facet::Group | Facet::Client | Facet::Met => Self::Concerns,
            Facet::Phenomenon => Self::Links,
        }
    }

    /// Copies the keys of a range of places.
    pub(super) fn copy(self, columns: &Columns, places: Range<usize>, keys: &mut [u32]) {
        let lines = &columns.lines;
        match self {
            Self::Themes => widen(&lines.themes[places], keys),
            Self::Areas => keys.copy_from_slice(&lines.areas[places]),
            Self::HalfYear => widen(&lines.half_year[places], keys),
            Self::Codes => widen(&lines.codes[places], keys),
            Self::Concerns => keys.copy_from_slice(&lines.concern[places]),
            Self::Links => keys.copy_from_slice(&lines.linked[places]),
            Self::Organisation => {
                for (key, author) in keys.iter_mut().zip(&lines.author[places]) {
                    *key = columns.organisation_of(*author);
                }
            }
        }
    }
}

fn widen<T: Into<u32> + Copy>(column: &[T], keys: &mut [u32]) {
    keys.iter_mut().zip(column).for_each(|(key, value)| *key = (*value).into());
}

/// The values of a facet and by key the positions among them. A key that no report has has none, as has that of a report
/// that is gone.
#[derive(Debug, Clone)]
struct Mapping {
    values: Vec<Value>,
    positions: Vec<u32>,
    /// Where the positions of each key begin; one more than there are keys.
    starts: Vec<u32>,
}

impl Mapping {
    fn new(columns: &Columns, facet: Facet, allowed: Option<&BTreeSet<Value>>) -> Self {
        let is_allowed = |value: &Value| allowed.is_none_or(|allowed| allowed.contains(value));
        match facet {
            Facet::County | Facet::Municipality => Self::of_areas(columns, facet, is_allowed),
            Facet::Theme => Self::of_values((0..=ThemeSet::SETS).map(|bits| themes(columns, bits)), is_allowed),
            Facet::HalfYear => Self::of_values(half_years(columns), is_allowed),
            Facet::OrganisationKind | Facet::Valence | Facet::Kind => {
                Self::of_values((0..=u8::MAX).map(|codes| coded(facet, codes)), is_allowed)
            }
            Facet::Organisation => {
                Self::of_values(columns.organisations().map(|id| id.copied().map(Value::Organisation)), is_allowed)
            }
            Facet::Phenomenon => Self::of_values(columns.links().used().map(linked), is_allowed),
            Facet::Group | Facet::Client | Facet::Met => {
                Self::of_values(columns.concerns().used().map(|concern| concerned(facet, concern)), is_allowed)
            }
        }
    }

    /// Maps keys that have few values in all.
    fn of_values<I: IntoIterator<Item = Value>>(
        by_key: impl Iterator<Item = I>,
        is_allowed: impl Fn(&Value) -> bool,
    ) -> Self {
        let by_key: Vec<Vec<Value>> = by_key.map(|values| values.into_iter().filter(&is_allowed).collect()).collect();
        let values: BTreeSet<Value> = by_key.iter().flatten().copied().collect();
        let values: Vec<Value> = values.into_iter().collect();
        let position = |value: &Value| values.binary_search(value).ok().map(|at| at as u32);
        let (positions, starts) = in_a_row(by_key.iter().map(|of_key| of_key.iter().filter_map(position)));
        Self { values, positions, starts }
    }

    /// Maps lists of areas, of which there may be very many.
    fn of_areas(columns: &Columns, facet: Facet, is_allowed: impl Fn(&Value) -> bool) -> Self {
        let mut occurs = [false; CODES];
        columns.places().codes(facet).flatten().for_each(|code| occurs[usize::from(*code)] = true);
        let mut values = Vec::new();
        let mut by_code = [None; CODES];
        for code in (0..CODES).filter(|code| occurs[*code]) {
            let value = places::value(facet, code as u16);
            if is_allowed(&value) {
                by_code[code] = Some(values.len() as u32);
                values.push(value);
            }
        }
        let position = |code: &u16| by_code[usize::from(*code)];
        let (positions, starts) =
            in_a_row(columns.places().codes(facet).map(|codes| codes.iter().filter_map(position)));
        Self { values, positions, starts }
    }

    fn keys(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, key: usize) -> &[u32] {
        &self.positions[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

/// Puts lists one after another. Returns them, and where each begins and the last ends.
fn in_a_row<I: Iterator<Item = u32>>(lists: impl Iterator<Item = I>) -> (Vec<u32>, Vec<u32>) {
    let (mut row, mut starts) = (Vec::new(), vec![0]);
    for list in lists {
        row.extend(list);
        starts.push(row.len() as u32);
    }
    (row, starts)
}

fn themes(columns: &Columns, bits: u16) -> Vec<Value> {
    match columns.themes(bits) {
        None => Vec::new(),
        Some(set) if set.bits() == 0 => vec![Value::Unsaid],
        Some(set) => set.iter().map(Value::Theme).collect(),
    }
}

fn half_years(columns: &Columns) -> impl Iterator<Item = Option<Value>> {
    let last = columns.half_years().next_back().unwrap_or(0);
    let mut values = vec![None; usize::from(last) + 1];
    for packed in columns.half_years() {
        values[usize::from(packed)] = Some(HalfYear::unpack(packed).map_or(Value::Unsaid, Value::HalfYear));
    }
    values.into_iter()
}

fn concerned(facet: Facet, concern: Option<Concern>) -> Vec<Value> {
    match concern {
        None => Vec::new(),
        Some(Concern { client, .. }) if facet == Facet::Client => vec![client.map_or(Value::Unsaid, Value::Client)],
        Some(Concern { met, .. }) if facet == Facet::Met => vec![met.map_or(Value::Unsaid, Value::Met)],
        Some(Concern { groups, .. }) if groups.bits() == 0 => vec![Value::Unsaid],
        Some(Concern { groups, .. }) => groups.iter().map(Value::Group).collect(),
    }
}

fn linked(phenomena: Option<&BTreeSet<DocumentId>>) -> Vec<Value> {
    match phenomena {
        None => Vec::new(),
        Some(none) if none.is_empty() => vec![Value::Unsaid],
        Some(phenomena) => phenomena.iter().copied().map(Value::Phenomenon).collect(),
    }
}

fn coded(facet: Facet, codes: u8) -> Option<Value> {
    let (organisation_kind, valence, kind) = read_codes(codes)?;
    Some(match facet {
        Facet::OrganisationKind => Value::OrganisationKind(organisation_kind),
        Facet::Valence => valence.map_or(Value::Unsaid, Value::Valence),
        _ => kind.map_or(Value::Unsaid, Value::Kind),
    })
}

/// One facet as an axis of a table.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) source: Source,
    /// The values that may occur, ascending.
    pub(super) values: Vec<Value>,
    mapping: Mapping,
    /// By key its first position and how many there are.
    firsts: Vec<(u32, u32)>,
}

impl Axis {
    /// Makes the axis of a facet; with a filter on the same facet it has only the values listed there.
    pub(super) fn new(columns: &Columns, facet: Facet, filters: &Filters) -> Self {
        let mapping = Mapping::new(columns, facet, filters.on(facet));
        let first = |key: usize| {
            let positions = mapping.of(key);
            (positions.first().copied().unwrap_or_default(), positions.len() as u32)
        };
        let firsts = (0..mapping.keys()).map(first).collect();
        Self { source: Source::of(facet), values: mapping.values.clone(), firsts, mapping }
    }

    /// Returns how many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.mapping.keys()
    }

    /// Returns whether no key has more than one position.
    pub(super) fn is_single(&self) -> bool {
        self.firsts.iter().all(|(_, count)| *count <= 1)
    }

    /// Returns the positions of a key.
    pub(super) fn positions(&self, key: usize) -> &[u32] {
        self.mapping.of(key)
    }

    /// Calls `meet` with each position of a key of a report that passes the filters: it has at least one.
    #[inline]
    pub(super) fn each(&self, key: u32, mut meet: impl FnMut(usize)) {
        let (first, count) = self.firsts[key as usize];
        meet(first as usize);
        if count > 1 {
            self.mapping.of(key as usize)[1..].iter().for_each(|position| meet(*position as usize));
        }
    }
}

/// A filter as a table from key to yes or no.
#[derive(Debug)]
pub(super) struct Sieve {
    pub(super) source: Source,
    pub(super) passes: Vec<bool>,
}

impl Sieve {
    /// Makes a sieve of each filter.
    pub(super) fn all(columns: &Columns, filters: &Filters) -> Vec<Self> {
        let one = |(facet, allowed): (Facet, &BTreeSet<Value>)| {
            let mapping = Mapping::new(columns, facet, Some(allowed));
            let passes = (0..mapping.keys()).map(|key| !mapping.of(key).is_empty()).collect();
            Self { source: Source::of(facet), passes }
        };
        filters.iter().map(one).collect()
    }
}
