//! Every report as one line of typed columns in memory, 74 to 90 bytes each, from which everything is counted.
//!
//! Columns are kept **grouped by organisation and author**: to know how many authors a cell has, a scan then only compares
//! each author with the last one seen there, and the same for organisations. What has arrived since the last grouping is a
//! short tail that a scan weaves in at the right places.
//!
//! ```text
//! by slot (one per report, stable)   document 32 B   place 4 B           index: document -> slot, 8 B
//! by place (grouped, moves)          author 4 B   areas 4 B   concern 4 B   links 4 B   record key 4 B   themes 2 B
//!                                    half-year 2 B   codes 1 B
//! interned                           authors, organisations, lists of areas, concerns (groups, the clients' part, whether the need was
//!                                    met), sets of phenomena
//! ```
//!
//! Nothing here depends on the order in which reports came: numbers given at arrival stay inside, answers are sorted by
//! value. Interned authors and areas are not forgotten when their last report goes; a rebuild forgets them.

mod linked;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::concerns::{Concern, Concerns};
use super::index::Index;
use super::lines::{Line, Lines};
use super::links::Links;
use super::places::Places;
use super::rounding::record_key;
use super::row::Row;
use super::terms::{HalfYear, Kind, ThemeSet, Valence};
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::statement::OrganisationKind;

/// A tail (with lines that are gone) longer than this and than one [`TAIL_SHARE`]th of all lines is grouped in.
const TAIL_MAX: usize = 4_096;
/// See [`TAIL_MAX`].
const TAIL_SHARE: usize = 64;
/// What cannot be: memory ends before.
const FITS: &str = "fewer than 2^32 reports fit in memory";

/// The organisation's kind, valence and kind of report in one byte: 3, 2 and 3 bits.
fn codes(row: &Row) -> u8 {
    let valence = row.valence.map_or(0, Valence::code);
    let kind = row.kind.map_or(0, Kind::code);
    (row.organisation_kind as u8) << 5 | valence << 3 | kind
}

/// Reads what [`codes`] returns.
pub(super) fn read_codes(codes: u8) -> Option<(OrganisationKind, Option<Valence>, Option<Kind>)> {
    let organisation_kind = *OrganisationKind::all().get(usize::from(codes >> 5))?;
    let valence = usize::from(codes >> 3 & 3).checked_sub(1).and_then(|at| Valence::all().get(at)).copied();
    let kind = match usize::from(codes & 7).checked_sub(1) {
        None => None,
        Some(at) => Some(*Kind::all().get(at)?),
    };
    Some((organisation_kind, valence, kind))
}

/// All reports, ready to be counted.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    documents: Vec<DocumentId>,
    places: Vec<u32>,
    free: Vec<u32>,
    by_document: Index,
    /// An author is a worker of an organisation.
    workers: Vec<WorkerId>,
    organisation_of: Vec<u32>,
    by_author: Index,
    organisations: Vec<OrganisationId>,
    by_organisation: BTreeMap<OrganisationId, u32>,
    organisation_uses: Vec<u32>,
    half_year_uses: BTreeMap<u16, u32>,
    theme_uses: BTreeMap<u16, u32>,
    areas: Places,
    concerns: Concerns,
    links: Links,
    pub(super) lines: Lines,
    /// How many lines are grouped; the rest is the tail.
    grouped: usize,
    gone: usize,
    /// One past the last grouped line, by author and by organisation; 0 for those without grouped lines.
    author_ends: Vec<u32>,
    organisation_ends: Vec<u32>,
    /// How often anything that is counted was put in, taken out or linked otherwise.
    edition: u64,
}

impl Columns {
    /// Returns empty columns. The seed, any number others do not know, keeps them from choosing ids that make look-ups
    /// slow; no answer depends on it.
    pub fn new(seed: u64) -> Self {
        Self { by_document: Index::new(seed), by_author: Index::new(seed), ..Self::default() }
    }

    /// Returns how many reports there are.
    pub fn len(&self) -> usize {
        self.documents.len() - self.free.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a report, or replaces its row. Amortised a few microseconds; one call in some thousands groups all lines,
    /// about 0.1 s for a million.
    pub fn insert(&mut self, row: &Row) {
        self.put(row);
        if self.is_ragged() {
            self.group();
        }
    }

    /// Adds many reports, or replaces their rows, and groups the lines at most once.
    pub fn insert_all(&mut self, rows: impl IntoIterator<Item = Row>) {
        rows.into_iter().for_each(|row| self.put(&row));
        if self.is_ragged() {
            self.group();
        }
    }

    /// Takes a report out. Returns whether it was there.
    pub fn remove(&mut self, document: &DocumentId) -> bool {
        let Self { by_document, documents, .. } = self;
        let removed = by_document.remove(
            by_document.hash(document),
            |slot| documents[slot as usize] == *document,
            |index, slot| index.hash(documents[slot as usize]),
        );
        let Some(slot) = removed else { return false };
        self.edition += 1;
        self.documents[slot as usize] = DocumentId::from_bytes([0; 32]);
        self.free.push(slot);
        self.leave(slot);
        if self.is_ragged() {
            self.group();
        }
        true
    }

    /// Returns a number that is another after whatever may change an answer. It says nothing else, and begins anew with each process.
    pub const fn edition(&self) -> u64 {
        self.edition
    }

    /// Returns the row of a report.
    pub fn get(&self, document: &DocumentId) -> Option<Row> {
        self.slot_of(document).and_then(|slot| self.row(slot))
    }

    /// Returns every row, in no order that means anything.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let free: BTreeSet<u32> = self.free.iter().copied().collect();
        let slots = 0..u32::try_from(self.documents.len()).expect(FITS);
        slots.filter(move |slot| !free.contains(slot)).filter_map(|slot| self.row(slot))
    }

    fn row(&self, slot: u32) -> Option<Row> {
        let line = self.lines.get(self.places[slot as usize] as usize);
        let (organisation_kind, valence, kind) = read_codes(line.codes)?;
        let Concern { groups, client, met } = self.concerns.get(line.concern);
        Some(Row {
            document: self.documents[slot as usize],
            organisation: self.organisation(self.organisation_of(line.author)),
            organisation_kind,
            author: self.workers[line.author as usize],
            themes: ThemeSet::from_bits(line.themes)?,
            areas: self.areas.get(line.areas).clone(),
            half_year: HalfYear::unpack(line.half_year),
            valence,
            kind,
            groups,
            client,
            met,
        })
    }

    fn slot_of(&self, document: &DocumentId) -> Option<u32> {
        let is = |slot: u32| self.documents[slot as usize] == *document;
        self.by_document.find(self.by_document.hash(document), is)
    }

    /// Adds or replaces without grouping.
    fn put(&mut self, row: &Row) {
        self.edition += 1;
        let line = self.line(row);
        let Some(slot) = self.slot_of(&row.document) else {
            let slot = self.take_slot(row.document);
            self.append(slot, line);
            return;
        };
        let place = self.places[slot as usize] as usize;
        if self.lines.author[place] == line.author {
            self.unuse(place);
            self.note_use(line);
            self.lines.set(place, line);
        } else {
            self.leave(slot);
            self.append(slot, line);
        }
    }

    fn append(&mut self, slot: u32, line: Line) {
        self.places[slot as usize] = u32::try_from(self.lines.len()).expect(FITS);
        self.note_use(line);
        self.lines.push(line);
    }

    /// Marks the line of a slot as gone.
    fn leave(&mut self, slot: u32) {
        let place = self.places[slot as usize] as usize;
        self.unuse(place);
        self.lines.leave(place);
        self.gone += 1;
    }

    /// Notes that a line uses what is interned: what none uses must not show, whatever was here before.
    fn note_use(&mut self, line: Line) {
        self.organisation_uses[self.organisation_of[line.author as usize] as usize] += 1;
        *self.areas.uses(line.areas) += 1;
        *self.concerns.uses(line.concern) += 1;
        *self.links.uses(line.linked) += 1;
        *self.half_year_uses.entry(line.half_year).or_default() += 1;
        *self.theme_uses.entry(line.themes).or_default() += 1;
    }

    fn unuse(&mut self, place: usize) {
        let line = self.lines.get(place);
        self.organisation_uses[self.organisation_of[line.author as usize] as usize] -= 1;
        *self.areas.uses(line.areas) -= 1;
        *self.concerns.uses(line.concern) -= 1;
        *self.links.uses(line.linked) -= 1;
        *self.half_year_uses.entry(line.half_year).or_insert(1) -= 1;
        *self.theme_uses.entry(line.themes).or_insert(1) -= 1;
    }

    fn take_slot(&mut self, document: DocumentId) -> u32 {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.documents[slot as usize] = document;
                slot
            }
            None => {
                self.documents.push(document);
                self.places.push(0);
                u32::try_from(self.documents.len() - 1).expect(FITS)
            }
        };
        let Self { by_document, documents, .. } = self;
        by_document.insert(by_document.hash(document), slot, |index, slot| index.hash(documents[slot as usize]));
        slot
    }

    fn line(&mut self, row: &Row) -> Line {
        let half_year = row.half_year.map_or(0, HalfYear::pack);
        Line {
            author: self.intern_author(row),
            areas: self.areas.intern(&row.areas),
            concern: self.concerns.intern(Concern { groups: row.groups, client: row.client, met: row.met }),
            linked: self.links.of(&row.document),
            record_key: record_key(&row.document),
            themes: row.themes.bits(),
            half_year,
            codes: codes(row),
        }
    }

    fn intern_author(&mut self, row: &Row) -> u32 {
        let organisation = self.intern_organisation(row.organisation);
        let author = (organisation, row.author);
        let Self { by_author, workers, organisation_of, .. } = self;
        let hash = by_author.hash(author);
        let is = |number: u32| (organisation_of[number as usize], workers[number as usize]) == author;
        if let Some(number) = by_author.find(hash, is) {
            return number;
        }
        let number = u32::try_from(workers.len()).expect(FITS);
        workers.push(row.author);
        organisation_of.push(organisation);
        let hash_of = |index: &Index, at: u32| index.hash((organisation_of[at as usize], workers[at as usize]));
        by_author.insert(hash, number, hash_of);
        number
    }

    fn intern_organisation(&mut self, id: OrganisationId) -> u32 {
        *self.by_organisation.entry(id).or_insert_with(|| {
            self.organisations.push(id);
            self.organisation_uses.push(0);
            u32::try_from(self.organisations.len() - 1).expect(FITS)
        })
    }

    fn is_ragged(&self) -> bool {
        self.gone + self.lines.len() - self.grouped > TAIL_MAX.max(self.lines.len() / TAIL_SHARE)
    }

    /// Puts every line in its group and drops those that are gone: a counting sort by author, authors by organisation.
    fn group(&mut self) {
        let mut starts = vec![0u32; self.workers.len()];
        let there = |place: &usize| Lines::is_there(self.lines.themes[*place]);
        for place in (0..self.lines.len()).filter(there) {
            starts[self.lines.author[place] as usize] += 1;
        }
        let mut order: Vec<u32> = (0..u32::try_from(self.workers.len()).expect(FITS)).collect();
        order.sort_unstable_by_key(|author| (self.organisation_of(*author), *author));
        self.organisation_ends = vec![0; self.organisations.len()];
        self.author_ends = vec![0; self.workers.len()];
        let mut end = 0;
        for author in order {
            let start = end;
            end += std::mem::replace(&mut starts[author as usize], start);
            if end > start {
                self.author_ends[author as usize] = end;
                let organisation = self.organisation_of(author);
                self.organisation_ends[organisation as usize] = end;
            }
        }
        self.move_lines(starts, end as usize);
        (self.grouped, self.gone) = (end as usize, 0);
    }

    /// Moves each line that is there to the next place of its author.
    fn move_lines(&mut self, mut next: Vec<u32>, length: usize) {
        let mut moved = vec![0u32; self.lines.len()];
        let mut order = vec![0u32; length];
        for (place, to) in moved.iter_mut().enumerate().filter(|(place, _)| Lines::is_there(self.lines.themes[*place]))
        {
            let at = &mut next[self.lines.author[place] as usize];
            *to = *at;
            order[*at as usize] = place as u32;
            *at += 1;
        }
        let mut lines = Lines::with_capacity(length + length / TAIL_SHARE);
        order.iter().for_each(|place| lines.push(self.lines.get(*place as usize)));
        self.lines = lines;
        // The place of a free slot means nothing, and may point beyond the lines of old.
        for place in &mut self.places {
            *place = moved.get(*place as usize).copied().unwrap_or(0);
        }
    }

    /// Returns the organisation of an author, both by number.
    pub(super) fn organisation_of(&self, author: u32) -> u32 {
        self.organisation_of[author as usize]
    }

    /// Returns the id of an organisation by its number.
    pub(super) fn organisation(&self, number: u32) -> OrganisationId {
        self.organisations[number as usize]
    }

    /// Returns the organisations by number; none where it has no report.
    pub(super) fn organisations(&self) -> impl Iterator<Item = Option<&OrganisationId>> {
        self.organisations.iter().zip(&self.organisation_uses).map(|(id, uses)| (*uses > 0).then_some(id))
    }

    /// Returns the combinations of groups and the clients' part.
    pub(super) fn concerns(&self) -> &Concerns {
        &self.concerns
    }

    /// Returns the lists of areas.
    pub(super) fn places(&self) -> &Places {
        &self.areas
    }

    /// Returns every packed half-year that has reports, ascending; 0 stands for "not said".
    pub(super) fn half_years(&self) -> impl DoubleEndedIterator<Item = u16> {
        self.half_year_uses.iter().filter(|(_, uses)| **uses > 0).map(|(half_year, _)| *half_year)
    }

    /// Returns the set of themes of these bits, if a report has it.
    pub(super) fn themes(&self, bits: u16) -> Option<ThemeSet> {
        let is_used = self.theme_uses.get(&bits).is_some_and(|uses| *uses > 0);
        ThemeSet::from_bits(bits).filter(|_| is_used)
    }

    /// Returns all places as ranges such that the lines of each author, and of each organisation, follow one another.
    pub(super) fn spans(&self) -> Vec<Range<usize>> {
        // Where a line of the tail belongs: after its author's group; else, for a new author, after that of its
        // organisation; else, for a new organisation, at the end.
        let mut tail: Vec<_> = (self.grouped..self.lines.len())
            .filter(|place| Lines::is_there(self.lines.themes[*place]))
            .map(|place| {
                let author = self.lines.author[place];
                let organisation = self.organisation_of(author);
                let end = |ends: &[u32], number: u32| ends.get(number as usize).copied().filter(|end| *end > 0);
                let after_author = end(&self.author_ends, author);
                let at = after_author.or(end(&self.organisation_ends, organisation)).unwrap_or(u32::MAX);
                (at, after_author.is_none(), organisation, author, place)
            })
            .collect();
        tail.sort_unstable();
        let mut spans = Vec::with_capacity(tail.len() * 2 + 1);
        let mut from = 0;
        for (at, _, _, _, place) in tail {
            let at = (at as usize).min(self.grouped);
            if at > from {
                spans.push(from..at);
                from = at;
            }
            spans.push(place..place + 1);
        }
        spans.push(from..self.grouped);
        spans
    }
}

impl Extend<Row> for Columns {
    /// Adds or replaces many reports and groups once: for building from the store.
    fn extend<I: IntoIterator<Item = Row>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.put(&row));
        self.group();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_row, document, row};
    use super::*;

    #[test]
    fn a_later_version_replaces_a_row() {
        let mut columns = Columns::new(1);
        columns.insert(&row(1));
        let later = Row { document: document(1), ..row(2) };
        columns.insert(&later);
        assert_eq!((columns.len(), columns.get(&document(1))), (1, Some(later)));
        let before = columns.edition();
        assert!(columns.remove(&document(1)) && !columns.remove(&document(1)));
        assert_eq!(columns.edition(), before + 1, "what is not there changes nothing");
        assert!(columns.is_empty() && columns.get(&document(1)).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn holds_what_a_map_holds(steps in proptest::collection::vec((any_row(), 0..10u8), 0..120)) {
            let mut columns = Columns::new(1);
            let mut model = BTreeMap::new();
            for (row, step) in steps {
                match step {
                    0 | 1 => prop_assert_eq!(columns.remove(&row.document), model.remove(&row.document).is_some()),
                    2 => columns.group(),
                    _ => {
                        columns.insert(&row);
                        model.insert(row.document, row);
                    }
                }
                prop_assert_eq!(columns.len(), model.len());
            }
            let mut rows: Vec<Row> = columns.rows().collect();
            rows.sort_by_key(|row| row.document);
            prop_assert_eq!(rows, model.values().cloned().collect::<Vec<_>>());
            for (document, row) in &model {
                prop_assert_eq!(columns.get(document), Some(row.clone()));
            }
        }

        #[test]
        fn spans_keep_authors_and_organisations_together(
            first in proptest::collection::vec(any_row(), 0..60),
            then in proptest::collection::vec(any_row(), 0..60),
            gone in proptest::collection::vec(0..80u16, 0..20),
        ) {
            let mut columns = Columns::new(1);
            columns.extend(first);
            gone.iter().for_each(|number| { columns.remove(&document(*number)); });
            if gone.len() % 2 == 0 { columns.group() }
            then.iter().for_each(|row| columns.insert(row));
            let places: Vec<usize> = columns.spans().into_iter().flatten()
                .filter(|place| Lines::is_there(columns.lines.themes[*place])).collect();
            prop_assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), columns.len());
            let mut authors: Vec<u32> = places.iter().map(|place| columns.lines.author[*place]).collect();
            authors.dedup();
            prop_assert_eq!(authors.iter().collect::<BTreeSet<_>>().len(), authors.len());
            let mut organisations: Vec<u32> = authors.iter().map(|author| columns.organisation_of(*author)).collect();
            organisations.dedup();
            prop_assert_eq!(organisations.iter().collect::<BTreeSet<_>>().len(), organisations.len());
        }
    }
}
