//! How a scan reads columns: each facet becomes a small key per line and a table from key to values.
//!
//! All facets look alike to the scan, so that its inner loop is one piece of code: a block of keys is copied out of a
//! column, then looked up.

use std::collections::BTreeSet;
use std::ops::Range;

use super::columns::{Columns, Lines, read_codes};
use super::facet::{Facet, Value};
use super::query::Filters;
use super::terms::{HalfYear, ThemeSet};

/// Which column a facet is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
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
    fn copy(self, columns: &Columns, places: Range<usize>, keys: &mut [u32]) {
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

/// Returns the values of every key a column of the facet may hold, by key; of keys that no report has, none.
fn values_by_key(columns: &Columns, facet: Facet) -> Vec<Vec<Value>> {
    match facet {
        Facet::Theme => (0..ThemeSet::SETS).map(themes).chain([Vec::new()]).collect(),
        Facet::County | Facet::Municipality => columns
            .area_lists()
            .map(|areas| areas.map_or(Vec::new(), |areas| facet.values_of_areas(areas.iter())))
            .collect(),
        Facet::HalfYear => {
            let last = columns.half_years().next_back().unwrap_or(0);
            let mut values = vec![Vec::new(); usize::from(last) + 1];
            for packed in columns.half_years() {
                let value = HalfYear::unpack(packed).map_or(Value::Unsaid, Value::HalfYear);
                values[usize::from(packed)] = vec![value];
            }
            values
        }
        Facet::OrganisationKind | Facet::Valence | Facet::Kind => {
            (0..=u8::MAX).map(|codes| coded(facet, codes).into_iter().collect()).collect()
        }
        Facet::Organisation => {
            columns.organisations().map(|id| id.map(|id| Value::Organisation(*id)).into_iter().collect()).collect()
        }
    }
}

fn themes(bits: u16) -> Vec<Value> {
    let themes: Vec<Value> = ThemeSet::from_bits(bits).unwrap_or_default().iter().map(Value::Theme).collect();
    if themes.is_empty() { vec![Value::Unsaid] } else { themes }
}

fn coded(facet: Facet, codes: u8) -> Option<Value> {
    let (organisation_kind, valence, kind) = read_codes(codes)?;
    Some(match facet {
        Facet::OrganisationKind => Value::OrganisationKind(organisation_kind),
        Facet::Valence => valence.map_or(Value::Unsaid, Value::Valence),
        _ => kind.map_or(Value::Unsaid, Value::Kind),
    })
}

/// The positions of a key on an axis: the first, and where in the list of all further ones the others are.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    first: u32,
    more_from: u32,
    more_to: u32,
}

/// One facet as an axis of a table: the values that may occur, ascending, and which of them each line has.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    source: Source,
    /// The values, ascending.
    pub(super) values: Vec<Value>,
    entries: Vec<Entry>,
    more: Vec<u32>,
}

impl Axis {
    /// Makes the axis of a facet; with a filter on the same facet it has only the values listed there.
    pub(super) fn new(columns: &Columns, facet: Facet, filters: &Filters) -> Self {
        let mut by_key = values_by_key(columns, facet);
        if let Some(allowed) = filters.on(facet) {
            by_key.iter_mut().for_each(|values| values.retain(|value| allowed.contains(value)));
        }
        let values: Vec<Value> = by_key.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut more = Vec::new();
        let mut entry = |of_key: Vec<Value>| {
            let mut positions = of_key.iter().filter_map(|value| values.binary_search(value).ok()).map(|at| at as u32);
            let (first, more_from) = (positions.next().unwrap_or_default(), more.len() as u32);
            more.extend(positions);
            Entry { first, more_from, more_to: more.len() as u32 }
        };
        let entries = by_key.into_iter().map(&mut entry).collect();
        Self { source: Source::of(facet), values, entries, more }
    }

    /// Calls `meet` with each position of a key. A report that passes the filters has at least one on each axis.
    #[inline]
    pub(super) fn each(&self, key: u32, mut meet: impl FnMut(usize)) {
        let entry = self.entries[key as usize];
        meet(entry.first as usize);
        if entry.more_from != entry.more_to {
            for position in &self.more[entry.more_from as usize..entry.more_to as usize] {
                meet(*position as usize);
            }
        }
    }
}

/// A filter as a table from key to yes or no.
#[derive(Debug)]
struct Sieve {
    source: Source,
    passes: Vec<bool>,
}

impl Sieve {
    fn all(columns: &Columns, filters: &Filters) -> Vec<Self> {
        let one = |(facet, allowed): (Facet, &BTreeSet<Value>)| {
            let by_key = values_by_key(columns, facet);
            let passes = by_key.iter().map(|values| values.iter().any(|value| allowed.contains(value))).collect();
            Self { source: Source::of(facet), passes }
        };
        filters.iter().map(one).collect()
    }
}

/// Lines looked at together.
const BLOCK: usize = 512;

/// One report in a scan.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hit {
    /// The author's number.
    pub(super) author: u32,
    /// The author's rank in this scan, from 1: authors come one after another, and so do organisations.
    pub(super) rank: u32,
    /// The rank of the first author of the same organisation.
    pub(super) first_rank: u32,
    /// The key of the row, for [`Axis::each`].
    pub(super) row: u32,
    /// The key of the column; means nothing without columns.
    pub(super) column: u32,
}

/// Goes through all reports that pass the filters, in blocks. The reports of one author come together, and so do those of
/// one organisation.
pub(super) fn scan(
    columns: &Columns,
    filters: &Filters,
    rows: &Axis,
    across: Option<&Axis>,
    mut count: impl FnMut(&[Hit]),
) {
    let mut scanner = Scanner {
        columns,
        sieves: Sieve::all(columns, filters),
        rows,
        across,
        keys: [0; BLOCK],
        last: Hit::default(),
        last_organisation: u32::MAX,
    };
    let mut hits = [Hit::default(); BLOCK];
    for span in columns.spans() {
        for from in span.clone().step_by(BLOCK) {
            let length = scanner.fill(from..span.end.min(from + BLOCK), &mut hits);
            count(&hits[..length]);
        }
    }
}

struct Scanner<'c> {
    columns: &'c Columns,
    sieves: Vec<Sieve>,
    rows: &'c Axis,
    across: Option<&'c Axis>,
    keys: [u32; BLOCK],
    last: Hit,
    last_organisation: u32,
}

impl Scanner<'_> {
    /// Fills in the hits of a block and returns how many there are. Without branches on data: those would be guessed wrong.
    fn fill(&mut self, places: Range<usize>, hits: &mut [Hit; BLOCK]) -> usize {
        let length = places.len();
        let keys = &mut self.keys[..length];
        let lines = &self.columns.lines;
        let mut passes = [false; BLOCK];
        let passes = &mut passes[..length];
        for (passes, themes) in passes.iter_mut().zip(&lines.themes[places.clone()]) {
            *passes = Lines::is_there(*themes);
        }
        for sieve in &self.sieves {
            sieve.source.copy(self.columns, places.clone(), keys);
            for (passes, key) in passes.iter_mut().zip(keys.iter()) {
                *passes &= sieve.passes[*key as usize];
            }
        }
        self.rows.source.copy(self.columns, places.clone(), keys);
        hits.iter_mut().zip(keys.iter()).for_each(|(hit, key)| hit.row = *key);
        if let Some(across) = self.across {
            across.source.copy(self.columns, places.clone(), keys);
            hits.iter_mut().zip(keys.iter()).for_each(|(hit, key)| hit.column = *key);
        }
        let mut kept = 0;
        for (at, author) in lines.author[places].iter().enumerate() {
            let Hit { row, column, .. } = hits[at];
            let organisation = self.columns.organisation_of(*author);
            let hit = self.next(*author, organisation, row, column);
            hits[kept] = hit;
            kept += usize::from(passes[at]);
        }
        kept
    }

    #[inline]
    fn next(&mut self, author: u32, organisation: u32, row: u32, column: u32) -> Hit {
        let rank = self.last.rank + u32::from(author != self.last.author || self.last.rank == 0);
        let first_rank = if organisation == self.last_organisation { self.last.first_rank } else { rank };
        self.last = Hit { author, rank, first_rank, row, column };
        self.last_organisation = organisation;
        self.last
    }
}
