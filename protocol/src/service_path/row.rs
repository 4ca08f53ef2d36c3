//! A service path as it is counted, and what the index keeps of it, so that a start need not read documents.
//!
//! Byte form: deterministic CBOR (`docs/protocol.md`, "Encoding"), an array of 10:
//! version 1 ‖ document (32 bytes) ‖ organisation (32) ‖ author (32) ‖ steps ‖ outcome ‖ area ‖ half-year ‖ needs ‖ target group.
//! A code is its place in its set, or its key as a byte string if this version does not know it. A step is an array of 6: service (a
//! code, or an array of list and code), actor, end, wait or null, alongside, shared goal or null. An area is null or an array of
//! scheme, year and code; a half-year is 2 × year + half − 1, or null. About 115 bytes and 8 a step; what grows longer than the index
//! takes is read from the log.

use super::coded::{CODE_BYTES_MAX, LIST_ITEMS_MAX};
use super::schema::{STEPS_MAX, ServicePath, ServiceType, Step, TargetGroup};
use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::report::area::Area;
use crate::report::code::{Code, CodeSet};
use crate::report::period::HalfYear;

/// Version of the byte form.
const VERSION: u8 = 1;
/// What a malformed row is called.
const WHAT: &str = "row of a service path";
/// Longest byte form, in bytes: every code unknown, each step of an official list.
pub const ROW_BYTES_MAX: usize = 8 * 1024;

/// One path, as counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its document; a later version of it replaces its row.
    pub document: DocumentId,
    /// The organisation it came from.
    pub organisation: OrganisationId,
    /// Who wrote it. A worker of two organisations counts as two authors.
    pub author: WorkerId,
    /// What stands in it.
    pub path: ServicePath,
}

impl Row {
    /// Returns the byte form.
    pub fn encode(&self) -> Vec<u8> {
        let path = &self.path;
        cbor::encode(|e| {
            e.array(10)?.u8(VERSION)?.bytes(self.document.as_bytes())?.bytes(self.organisation.as_bytes())?;
            e.bytes(self.author.as_bytes())?.array(path.steps.len() as u64)?;
            path.steps.iter().try_for_each(|step| put_step(e, step))?;
            put(e, &path.outcome)?;
            put_area(e, path.area.as_ref())?;
            match path.half_year {
                Some(half_year) => e.u16(half_year.year() * 2 + u16::from(half_year.half()) - 1)?.ok()?,
                None => e.null()?.ok()?,
            }
            e.array(path.support_need.len() as u64)?;
            path.support_need.iter().try_for_each(|need| put(e, need))?;
            match &path.target_group {
                Some(target) => {
                    e.array(2)?;
                    put(e, &target.group)?;
                    put(e, &target.age)
                }
                None => e.null()?.ok(),
            }
        })
    }

    /// Reads a row; accepts exactly what [`Row::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not one row, in its one form.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::versioned(bytes, WHAT, ROW_BYTES_MAX, (10, VERSION))?;
        let row = Self {
            document: DocumentId::from_bytes(r.array()?),
            organisation: OrganisationId::from_bytes(r.array()?),
            author: WorkerId::from_bytes(r.array()?),
            path: ServicePath {
                steps: several(&mut r, STEPS_MAX, step)?,
                outcome: code(&mut r)?,
                area: unless_null(&mut r, area)?,
                half_year: unless_null(&mut r, half_year)?,
                support_need: several(&mut r, LIST_ITEMS_MAX, code)?,
                target_group: unless_null(&mut r, target_group)?,
            },
        };
        r.end()?;
        cbor::exactly(bytes, &row.encode(), WHAT)?;
        Ok(row)
    }
}

fn put<T: CodeSet>(e: &mut Encoder, code: &Code<T>) -> Written {
    match code.known().and_then(|known| T::all().iter().position(|other| other.key() == known.key())) {
        Some(place) => e.u8(place as u8)?.ok(),
        None => e.bytes(code.key().as_bytes())?.ok(),
    }
}

fn code<T: CodeSet>(r: &mut Reader<'_>) -> Result<Code<T>, Malformed> {
    if r.is_bytes() {
        return text(r).map(Code::from_key);
    }
    let place = usize::from(r.u8()?);
    T::all().get(place).copied().map(Code::from).ok_or_else(|| r.malformed())
}

/// Reads a byte string as text.
fn text<'b>(r: &mut Reader<'b>) -> Result<&'b str, Malformed> {
    let bytes = r.bytes()?;
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= CODE_BYTES_MAX);
    text.ok_or_else(|| r.malformed())
}

fn several<T>(
    r: &mut Reader<'_>,
    max: usize,
    one: impl Fn(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let count = r.array_up_to(max)?;
    (0..count).map(|_| one(r)).collect()
}

fn unless_null<T>(
    r: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    if r.null() { Ok(None) } else { read(r).map(Some) }
}

fn put_step(e: &mut Encoder, step: &Step) -> Written {
    e.array(6)?;
    match &step.service {
        ServiceType::Local(code) => {
            e.array(1)?;
            put(e, code)?;
        }
        ServiceType::Listed { system, code } => {
            e.array(2)?.bytes(system.as_bytes())?.bytes(code.as_bytes())?.ok()?;
        }
    }
    put(e, &step.actor)?;
    put(e, &step.ended)?;
    put_maybe(e, step.wait.as_ref())?;
    e.bool(step.alongside)?;
    put_maybe(e, step.shared_goal.as_ref())
}

fn put_maybe<T: CodeSet>(e: &mut Encoder, code: Option<&Code<T>>) -> Written {
    match code {
        Some(code) => put(e, code),
        None => e.null()?.ok(),
    }
}

fn step(r: &mut Reader<'_>) -> Result<Step, Malformed> {
    r.array_of(6)?;
    let service = match r.array_up_to(2)? {
        1 => ServiceType::Local(code(r)?),
        2 => ServiceType::Listed { system: text(r)?.to_owned(), code: text(r)?.to_owned() },
        _ => return Err(r.malformed()),
    };
    Ok(Step {
        service,
        actor: code(r)?,
        ended: code(r)?,
        wait: unless_null(r, code)?,
        alongside: r.bool()?,
        shared_goal: unless_null(r, code)?,
    })
}

fn put_area(e: &mut Encoder, area: Option<&Area>) -> Written {
    let Some(area) = area else { return e.null()?.ok() };
    e.array(3)?;
    put(e, &area.scheme)?;
    e.u16(area.year)?.bytes(area.code.as_str().as_bytes())?.ok()
}

fn area(r: &mut Reader<'_>) -> Result<Area, Malformed> {
    r.array_of(3)?;
    let scheme = code(r)?;
    let year = u16::try_from(r.u32()?).map_err(|_| r.malformed())?;
    Ok(Area { scheme, year, code: text(r)?.into() })
}

fn half_year(r: &mut Reader<'_>) -> Result<HalfYear, Malformed> {
    let packed = u16::try_from(r.u32()?).map_err(|_| r.malformed())?;
    HalfYear::new(packed / 2, (packed % 2) as u8 + 1).ok_or_else(|| r.malformed())
}

fn target_group(r: &mut Reader<'_>) -> Result<TargetGroup, Malformed> {
    r.array_of(2)?;
    Ok(TargetGroup { group: code(r)?, age: code(r)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::codes::{ActorKind, PathOutcome, ServiceCode};
    use super::super::testing::{any_row, path, row, step};
    use super::*;
    use crate::cbor::testing::is_strict;

    #[test]
    fn a_usual_row_is_small() {
        let steps = vec![step(ServiceCode::FoodAid, ActorKind::Parish); 5];
        let bytes = row(1, 2, 3, path(steps, PathOutcome::Helped)).encode();
        assert!(bytes.len() <= 180, "{}", bytes.len());
    }

    #[test]
    fn the_largest_row_is_bounded() {
        let long = "x".repeat(CODE_BYTES_MAX);
        let mut steps = vec![step(ServiceCode::FoodAid, ActorKind::Parish); STEPS_MAX];
        for step in &mut steps {
            step.service = ServiceType::Listed { system: long.clone(), code: long.clone() };
            (step.actor, step.ended) = (Code::from_key(&long), Code::from_key(&long));
            (step.wait, step.shared_goal) = (Some(Code::from_key(&long)), Some(Code::from_key(&long)));
        }
        let mut largest = row(1, 2, 3, path(steps, PathOutcome::Helped));
        largest.path.support_need = vec![Code::from_key(&long); LIST_ITEMS_MAX];
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
