//! What one report contributes to every count: a few dozen bytes, no words.
//!
//! A row is made when a report is admitted and kept beside its place in the store, so that the columns are rebuilt without
//! opening a document. It must never hold anything a worker wrote.
//!
//! Byte form: deterministic CBOR (`docs/protocol.md`, "Encoding"), an array of 13:
//! version 3 ‖ document (32 bytes) ‖ organisation (32) ‖ organisation kind ‖ author (32) ‖ theme bits ‖ packed areas,
//! ascending ‖ packed half-year ‖ valence ‖ kind ‖ group bits ‖ part of the clients ‖ whether the need was met; half-year,
//! valence, kind, the clients' part and the last are 0 where the report does not say. About 125 bytes.

use super::terms::{Area, Client, GroupSet, HalfYear, Kind, Met, ThemeSet, Valence};
use crate::cbor::{self, Malformed, Reader};
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::statement::OrganisationKind;

/// Version of the byte form.
const VERSION: u8 = 3;
/// What a malformed row is called.
const WHAT: &str = "row of a view";
/// Most areas of one row; of more, a row keeps the first in order ([`Areas::from_iter`]).
pub const AREAS_MAX: usize = 32;
/// Longest byte form, in bytes.
pub const ROW_BYTES_MAX: usize = 320;

/// The places of one report: ascending, each once, at most [`AREAS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Areas(Box<[Area]>);

impl Areas {
    /// Returns the places, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Area> {
        self.0.iter().copied()
    }
}

impl FromIterator<Area> for Areas {
    /// Sorts, and drops what is there twice and what is beyond [`AREAS_MAX`]: the same places give the same areas in
    /// whatever order they come.
    fn from_iter<I: IntoIterator<Item = Area>>(areas: I) -> Self {
        let mut areas: Vec<Area> = areas.into_iter().collect();
        areas.sort_unstable();
        areas.dedup();
        areas.truncate(AREAS_MAX);
        Self(areas.into_boxed_slice())
    }
}

/// One report, as counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The report; a later version of it replaces its row.
    pub document: DocumentId,
    /// The organisation it came from.
    pub organisation: OrganisationId,
    /// That organisation's kind when the report was admitted.
    pub organisation_kind: OrganisationKind,
    /// Who wrote it. A worker of two organisations counts as two authors.
    pub author: WorkerId,
    /// The needs for support it is about.
    pub themes: ThemeSet,
    /// The places it is about.
    pub areas: Areas,
    /// When it was observed, if it says.
    pub half_year: Option<HalfYear>,
    /// Good or bad, if it says.
    pub valence: Option<Valence>,
    /// What sort of observation, if it says.
    pub kind: Option<Kind>,
    /// The target groups it is about.
    pub groups: GroupSet,
    /// What part clients had in it, if it says.
    pub client: Option<Client>,
    /// Whether the services that were offered met the need, if it says.
    pub met: Option<Met>,
}

/// Reads a number of which 0 means "not said".
fn optional<N: Into<u64> + Copy, T>(number: N, read: impl FnOnce(N) -> Option<T>) -> Result<Option<T>, Malformed> {
    if number.into() == 0 { Ok(None) } else { read(number).map(Some).ok_or(Malformed { what: WHAT }) }
}

impl Row {
    /// Returns the byte form, at most [`ROW_BYTES_MAX`] bytes.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| {
            e.array(13)?.u8(VERSION)?.bytes(self.document.as_bytes())?.bytes(self.organisation.as_bytes())?;
            e.u8(self.organisation_kind as u8)?.bytes(self.author.as_bytes())?.u16(self.themes.bits())?;
            e.array(self.areas.0.len() as u64)?;
            self.areas.iter().try_for_each(|area| e.u32(area.pack())?.ok())?;
            e.u16(self.half_year.map_or(0, HalfYear::pack))?;
            e.u8(self.valence.map_or(0, Valence::code))?.u8(self.kind.map_or(0, Kind::code))?;
            e.u32(self.groups.bits())?.u8(self.client.map_or(0, Client::code))?;
            e.u8(self.met.map_or(0, Met::code))?.ok()
        })
    }

    /// Reads a row; accepts exactly what [`Row::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not one row, in its one form.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let malformed = Malformed { what: WHAT };
        let mut r = Reader::versioned(bytes, WHAT, ROW_BYTES_MAX, (13, VERSION))?;
        let row = Self {
            document: DocumentId::from_bytes(r.array()?),
            organisation: OrganisationId::from_bytes(r.array()?),
            organisation_kind: *OrganisationKind::all().get(usize::from(r.u8()?)).ok_or(malformed)?,
            author: WorkerId::from_bytes(r.array()?),
            themes: u16::try_from(r.u32()?).ok().and_then(ThemeSet::from_bits).ok_or(malformed)?,
            areas: read_areas(&mut r)?,
            half_year: optional(r.u32()?, |packed| HalfYear::unpack(u16::try_from(packed).ok()?))?,
            valence: optional(r.u8()?, |code| Valence::all().get(usize::from(code) - 1).copied())?,
            kind: optional(r.u8()?, |code| Kind::all().get(usize::from(code) - 1).copied())?,
            groups: GroupSet::from_bits(r.u32()?).ok_or(malformed)?,
            client: optional(r.u8()?, |code| Client::all().get(usize::from(code) - 1).copied())?,
            met: optional(r.u8()?, |code| Met::all().get(usize::from(code) - 1).copied())?,
        };
        r.end()?;
        cbor::exactly(bytes, &row.encode(), WHAT)?;
        Ok(row)
    }
}

fn read_areas(r: &mut Reader<'_>) -> Result<Areas, Malformed> {
    let count = r.array_up_to(AREAS_MAX)?;
    (0..count).map(|_| Area::unpack(r.u32()?).ok_or_else(|| r.malformed())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_row, row};
    use super::*;
    use crate::cbor::testing::is_strict;

    #[test]
    fn a_usual_row_is_small_and_the_largest_is_bounded() {
        let usual = row(7);
        assert!(usual.encode().len() <= 160, "{}", usual.encode().len());
        let county = crate::scope::County::new(99).unwrap();
        let municipality = |code| super::super::terms::Municipality::new(code).unwrap();
        let areas = (900..=999).map(|code| Area::Municipality { county, municipality: municipality(code) }).collect();
        let largest = Row { areas, ..usual };
        assert_eq!(largest.areas.iter().count(), AREAS_MAX);
        assert!(largest.encode().len() <= ROW_BYTES_MAX);
        assert_eq!(Row::decode(&largest.encode()), Ok(largest));
    }

    proptest! {
        #[test]
        fn reads_what_it_writes_and_nothing_else(row in any_row(), damage in any::<(usize, u8, bool)>()) {
            is_strict(&row, damage, Row::encode, Row::decode);
        }

        #[test]
        fn garbage_is_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Row::decode(&bytes).is_err());
        }
    }
}
