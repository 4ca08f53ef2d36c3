//! Counting where one axis has at most 64 values: what a report has there is one word of bits.
//!
//! Reports are counted by (set of bits, position on the long axis) and spread out to bits at the end. For authors, the bits
//! of an author's reports are joined per position of the long axis, and counted once, when the author's reports end;
//! for organisations, those of its authors likewise.

use std::collections::BTreeMap;

use super::super::axis::Axis;
use super::super::columns::Columns;
use super::super::query::Filters;
use super::super::scan::scan;
use super::{Counts, Tally};

/// Most positions of the short axis.
const SHORT_MAX: usize = 64;
/// Most counters of reports (sets by positions of the long axis); beyond it the other way of counting is better.
const COUNTERS_MAX: usize = 1 << 20;

/// The short axis: each key is a set of positions.
struct Sets {
    /// The number of each key's set.
    of_key: Vec<u32>,
    /// The sets, as bits.
    bits: Vec<u64>,
    positions: usize,
}

impl Sets {
    /// Returns the sets of an axis if it is short enough.
    fn new(axis: &Axis) -> Option<Self> {
        let positions = axis.values.len();
        if positions > SHORT_MAX {
            return None;
        }
        let (mut numbers, mut bits) = (BTreeMap::new(), Vec::new());
        let mut number = |key: usize| {
            let set = axis.positions(key).iter().fold(0u64, |set, position| set | 1 << position);
            *numbers.entry(set).or_insert_with(|| {
                bits.push(set);
                bits.len() as u32 - 1
            })
        };
        let of_key = (0..axis.keys()).map(&mut number).collect();
        Some(Self { of_key, bits, positions })
    }
}

/// Returns the positions of the bits of a set.
fn positions(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let position = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (position < SHORT_MAX).then_some(position)
    })
}

/// Counts of distinct authors, or organisations.
struct Distinct {
    short: usize,
    /// By position on the long axis: the bits of the one being counted.
    current: Vec<u64>,
    /// Where `current` is not zero; as long as the long axis and one more.
    touched: Vec<u32>,
    touched_length: usize,
    /// Long axis by short axis.
    cells: Vec<u32>,
    longs: Vec<u32>,
    shorts: Vec<u32>,
    total: u32,
}

impl Distinct {
    fn new(short: usize, long: usize) -> Self {
        Self {
            short,
            current: vec![0; long],
            touched: vec![0; long + 1],
            touched_length: 0,
            cells: vec![0; long * short],
            longs: vec![0; long],
            shorts: vec![0; short],
            total: 0,
        }
    }

    /// Notes a set of bits, not empty, at a position of the long axis.
    #[inline]
    fn note(&mut self, long: usize, set: u64) {
        let current = &mut self.current[long];
        self.touched[self.touched_length] = long as u32;
        self.touched_length += usize::from(*current == 0);
        *current |= set;
    }

    /// Counts what was noted as of one, and hands it on.
    fn end(&mut self, mut hand_on: impl FnMut(usize, u64)) {
        let mut all = 0;
        for long in self.touched[..self.touched_length].iter().map(|long| *long as usize) {
            let set = std::mem::take(&mut self.current[long]);
            let cells = &mut self.cells[long * self.short..][..self.short];
            positions(set).for_each(|short| cells[short] += 1);
            self.longs[long] += 1;
            all |= set;
            hand_on(long, set);
        }
        positions(all).for_each(|short| self.shorts[short] += 1);
        self.total += u32::from(self.touched_length > 0);
        self.touched_length = 0;
    }
}

/// Counts of reports by number of set.
struct Reports {
    /// Long axis by set.
    cells: Vec<u32>,
    /// Each report once.
    sets: Vec<u32>,
}

/// Everything that is counted in one pass.
struct Pass<'c> {
    columns: &'c Columns,
    sets: Sets,
    reports: Reports,
    authors: Distinct,
    organisations: Distinct,
    author: u32,
    organisation: u32,
}

/// Counts every position of one axis. A short one meets a long one of a single position, and the other way round.
pub(super) fn one_way(columns: &Columns, filters: &Filters, rows: &Axis) -> Counts {
    if let Some(sets) = Sets::new(rows) {
        let mut pass = Pass::new(columns, sets, 1);
        scan(columns, filters, rows, None, |block| {
            block
                .reports()
                .for_each(|(author, row, _)| pass.meet_at(author, pass.sets.of_key[row as usize] as usize, 0));
        });
        return pass.finish(true);
    }
    let sets = Sets { of_key: Vec::new(), bits: vec![1], positions: 1 };
    let mut pass = Pass::new(columns, sets, rows.values.len());
    scan(columns, filters, rows, None, |block| {
        block.reports().for_each(|(author, row, _)| pass.meet(author, 0, rows, row));
    });
    pass.finish(false)
}

/// Counts every position of both axes; none if neither is short, or too many of its sets occur.
pub(super) fn two_way(columns: &Columns, filters: &Filters, rows: &Axis, across: &Axis) -> Option<Counts> {
    // Where both are short, few sets make a smaller table than few positions.
    let down = Sets::new(rows).map(|sets| (sets.bits.len() * across.values.len(), sets));
    let over = Sets::new(across).map(|sets| (sets.bits.len() * rows.values.len(), sets));
    let rows_are_long = match (&down, &over) {
        (Some((down, _)), Some((over, _))) => over < down,
        (None, _) => true,
        (Some(_), None) => false,
    };
    let ((_, sets), long) = if rows_are_long { (over?, rows) } else { (down?, across) };
    if sets.bits.len().saturating_mul(long.values.len()) > COUNTERS_MAX {
        return None;
    }
    let mut pass = Pass::new(columns, sets, long.values.len());
    scan(columns, filters, rows, Some(across), |block| {
        for (author, row, column) in block.reports() {
            let (short_key, long_key) = if rows_are_long { (column, row) } else { (row, column) };
            let set = pass.sets.of_key[short_key as usize] as usize;
            pass.meet(author, set, long, long_key);
        }
    });
    Some(pass.finish(!rows_are_long))
}

impl<'c> Pass<'c> {
    fn new(columns: &'c Columns, sets: Sets, long: usize) -> Self {
        Self {
            columns,
            reports: Reports { cells: vec![0; sets.bits.len() * long], sets: vec![0; sets.bits.len()] },
            authors: Distinct::new(sets.positions, long),
            organisations: Distinct::new(sets.positions, long),
            sets,
            author: u32::MAX,
            organisation: u32::MAX,
        }
    }

    /// Counts a report by the number of its set and its key on the long axis.
    #[inline]
    fn meet(&mut self, author: u32, set: usize, long: &Axis, key: u32) {
        self.turn_to(author);
        self.reports.sets[set] += 1;
        long.each(key, |long| self.note(set, long));
    }

    /// Counts a report that has one position on the long axis.
    #[inline]
    fn meet_at(&mut self, author: u32, set: usize, long: usize) {
        self.turn_to(author);
        self.reports.sets[set] += 1;
        self.note(set, long);
    }

    #[inline]
    fn note(&mut self, set: usize, long: usize) {
        self.reports.cells[long * self.sets.bits.len() + set] += 1;
        self.authors.note(long, self.sets.bits[set]);
    }

    #[inline]
    fn turn_to(&mut self, author: u32) {
        if author != self.author {
            self.end_author(author);
        }
    }

    /// Ends an author, and an organisation if the next author is of another.
    fn end_author(&mut self, next: u32) {
        self.author = next;
        self.authors.end(|long, set| self.organisations.note(long, set));
        let organisation = self.columns.organisation_of(next);
        if organisation != self.organisation {
            self.organisation = organisation;
            self.organisations.end(|_, _| {});
        }
    }

    /// Spreads sets to positions. The table is long by short, turned if asked.
    fn finish(mut self, turned: bool) -> Counts {
        self.authors.end(|long, set| self.organisations.note(long, set));
        self.organisations.end(|_, _| {});
        let (short, long) = (self.sets.positions, self.authors.longs.len());
        let tally = |reports: u64, organisations: u32, authors: u32| Tally {
            reports,
            organisations: organisations.into(),
            authors: authors.into(),
        };
        let mut cells = vec![0u64; long * short];
        let mut longs = vec![0u64; long];
        for (at, counts) in self.reports.cells.chunks_exact(self.sets.bits.len().max(1)).enumerate() {
            let cells = &mut cells[at * short..][..short];
            for (count, set) in counts.iter().zip(&self.sets.bits).filter(|(count, _)| **count > 0) {
                longs[at] += u64::from(*count);
                positions(*set).for_each(|position| cells[position] += u64::from(*count));
            }
        }
        let mut shorts = vec![0u64; short];
        let mut total = 0;
        for (count, set) in self.reports.sets.iter().zip(&self.sets.bits) {
            total += u64::from(*count);
            positions(*set).for_each(|position| shorts[position] += u64::from(*count));
        }
        let both = |reports: &[u64], organisations: &[u32], authors: &[u32]| -> Vec<Tally> {
            let distinct = organisations.iter().zip(authors);
            reports.iter().zip(distinct).map(|(reports, (o, a))| tally(*reports, *o, *a)).collect()
        };
        let cells = both(&cells, &self.organisations.cells, &self.authors.cells);
        let longs = both(&longs, &self.organisations.longs, &self.authors.longs);
        let shorts = both(&shorts, &self.organisations.shorts, &self.authors.shorts);
        let total = tally(total, self.organisations.total, self.authors.total);
        if turned {
            let places = (0..short).flat_map(|row| (0..long).map(move |column| column * short + row));
            let cells = places.map(|place| cells[place]).collect();
            return Counts { cells, rows: shorts, columns: longs, total };
        }
        Counts { cells, rows: longs, columns: shorts, total }
    }
}
