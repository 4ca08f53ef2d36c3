//! Facets as a scan sees them: each line has a small key, and an axis knows the positions of each key.
//!
//! All facets look alike, so that the inner loops of a scan are one piece of code.

use std::collections::BTreeSet;
use std::ops::Range;

use super::columns::{Columns, read_codes};
use super::facet::{Facet, Value};
use super::places::{self, CODES};
use super::query::Filters;
use super::terms::{HalfYear, ThemeSet};

/// Which column a facet is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Themes,
    Areas,
    HalfYear,
    Codes,
    Organisation,
}

impl Source {
    const fn of(facet: Facet) -> Self {
        match facet {
            Facet::Theme => Self::Themes,
            Facet::County | Facet::Municipality => Self::Areas,
            Facet::HalfYear => Self::HalfYear,
            Facet::OrganisationKind | Facet::Valence | Facet::Kind => Self::Codes,
            Facet::Organisation => Self::Organisation,
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

/// The values of a facet that occur, and by key the positions among them. A key that no report has, and that of a report
/// that is gone, has none.
struct Mapping {
    values: Vec<Value>,
    positions: Vec<Vec<u32>>,
}

impl Mapping {
    fn new(columns: &Columns, facet: Facet, allowed: Option<&BTreeSet<Value>>) -> Self {
        let is_allowed = |value: &Value| allowed.is_none_or(|allowed| allowed.contains(value));
        let by_key = match facet {
            Facet::County | Facet::Municipality => return Self::of_areas(columns, facet, is_allowed),
            Facet::Theme => (0..=ThemeSet::SETS).map(themes).collect(),
            Facet::HalfYear => half_years(columns),
            Facet::OrganisationKind | Facet::Valence | Facet::Kind => {
                (0..=u8::MAX).map(|codes| coded(facet, codes).into_iter().collect()).collect()
            }
            Facet::Organisation => organisations(columns),
        };
        let values: BTreeSet<Value> = by_key.iter().flatten().copied().filter(is_allowed).collect();
        let values: Vec<Value> = values.into_iter().collect();
        let position = |value: &Value| values.binary_search(value).ok().map(|at| at as u32);
        let positions = by_key.iter().map(|of_key| of_key.iter().filter_map(position).collect()).collect();
        Self { values, positions }
    }

    /// The same for lists of areas, of which there may be very many.
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
        let positions =
            columns.places().codes(facet).map(|codes| codes.iter().filter_map(position).collect()).collect();
        Self { values, positions }
    }
}

fn themes(bits: u16) -> Vec<Value> {
    let themes = ThemeSet::from_bits(bits).map(|set| set.iter().map(Value::Theme).collect::<Vec<_>>());
    match themes {
        Some(themes) if themes.is_empty() => vec![Value::Unsaid],
        themes => themes.unwrap_or_default(),
    }
}

fn half_years(columns: &Columns) -> Vec<Vec<Value>> {
    let last = columns.half_years().next_back().unwrap_or(0);
    let mut values = vec![Vec::new(); usize::from(last) + 1];
    for packed in columns.half_years() {
        values[usize::from(packed)] = vec![HalfYear::unpack(packed).map_or(Value::Unsaid, Value::HalfYear)];
    }
    values
}

fn coded(facet: Facet, codes: u8) -> Option<Value> {
    let (organisation_kind, valence, kind) = read_codes(codes)?;
    Some(match facet {
        Facet::OrganisationKind => Value::OrganisationKind(organisation_kind),
        Facet::Valence => valence.map_or(Value::Unsaid, Value::Valence),
        _ => kind.map_or(Value::Unsaid, Value::Kind),
    })
}

fn organisations(columns: &Columns) -> Vec<Vec<Value>> {
    columns.organisations().map(|id| id.into_iter().map(|id| Value::Organisation(*id)).collect()).collect()
}

/// The positions of a key: the first two inline, all of them in a list.
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u32,
    second: u32,
    start: u32,
    count: u32,
}

/// One facet as an axis of a table.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) source: Source,
    /// The values that may occur, ascending.
    pub(super) values: Vec<Value>,
    entries: Vec<Entry>,
    positions: Vec<u32>,
    /// The most positions of a key.
    count_max: usize,
}

/// What reports have on an axis, one after another: the `at[n]`th report is at `positions[n]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Expansion {
    at: Vec<u32>,
    positions: Vec<u32>,
    length: usize,
}

impl Expansion {
    /// Returns which report each position is of.
    pub(super) fn at(&self) -> &[u32] {
        &self.at[..self.length]
    }

    /// Returns the positions.
    pub(super) fn positions(&self) -> &[u32] {
        &self.positions[..self.length]
    }

    /// Returns each position with its report.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        self.at().iter().zip(self.positions()).map(|(at, position)| (*at as usize, *position as usize))
    }
}

impl Axis {
    /// Makes the axis of a facet; with a filter on the same facet it has only the values listed there.
    pub(super) fn new(columns: &Columns, facet: Facet, filters: &Filters) -> Self {
        let mapping = Mapping::new(columns, facet, filters.on(facet));
        let mut positions = Vec::new();
        let mut entry = |of_key: &Vec<u32>| {
            let start = positions.len() as u32;
            positions.extend_from_slice(of_key);
            let first = of_key.first().copied().unwrap_or_default();
            let second = of_key.get(1).copied().unwrap_or_default();
            Entry { first, second, start, count: of_key.len() as u32 }
        };
        let entries: Vec<Entry> = mapping.positions.iter().map(&mut entry).collect();
        let count_max = mapping.positions.iter().map(Vec::len).max().unwrap_or_default();
        Self { source: Source::of(facet), values: mapping.values, entries, positions, count_max }
    }

    /// Looks up the positions of keys. One or two a report are written without a branch, since how many it has cannot be
    /// guessed.
    pub(super) fn expand(&self, keys: &[u32], into: &mut Expansion) {
        let room = keys.len() * self.count_max.max(1) + 1;
        if into.at.len() < room {
            into.at.resize(room, 0);
            into.positions.resize(room, 0);
        }
        if self.count_max <= 1 {
            into.length = keys.len();
            for (at, (slot, key)) in into.positions.iter_mut().zip(keys).enumerate() {
                *slot = self.entries[*key as usize].first;
                into.at[at] = at as u32;
            }
            return;
        }
        let mut length = 0;
        for (at, key) in keys.iter().enumerate() {
            let entry = self.entries[*key as usize];
            into.at[length..length + 2].fill(at as u32);
            into.positions[length..length + 2].copy_from_slice(&[entry.first, entry.second]);
            if entry.count > 2 {
                let end = length + entry.count as usize;
                into.at[length..end].fill(at as u32);
                let start = entry.start as usize;
                into.positions[length..end].copy_from_slice(&self.positions[start..start + entry.count as usize]);
            }
            length += entry.count as usize;
        }
        into.length = length;
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
            let passes = mapping.positions.iter().map(|positions| !positions.is_empty()).collect();
            Self { source: Source::of(facet), passes }
        };
        filters.iter().map(one).collect()
    }
}
