//! The lists of areas that reports have, each kept once, with what each is on the facets county and municipality.
//!
//! On a facet a list is a few small codes whose order is that of the values: counties 1–99 or municipalities 1–999, then the
//! whole country, then "not said".

use std::collections::BTreeMap;

use super::facet::{Facet, Value};
use super::row::Areas;
use super::terms::{Area, Municipality};
use crate::scope::County;

/// The code of the whole country.
const COUNTRY: u16 = 1_000;
/// The code of a list that says nothing on the facet.
const UNSAID: u16 = 1_001;
/// One more than the greatest code.
pub(super) const CODES: usize = 1_002;

/// Returns the value of a code on county or municipality.
pub(super) fn value(facet: Facet, code: u16) -> Value {
    let county = || u8::try_from(code).ok().and_then(County::new).map(Value::County);
    let municipality = || Municipality::new(code).map(Value::Municipality);
    let said = if facet == Facet::Municipality { municipality() } else { county() };
    match code {
        COUNTRY => Value::Country,
        _ => said.unwrap_or(Value::Unsaid),
    }
}

/// Returns the code of a value on county or municipality.
fn code(value: Value) -> u16 {
    match value {
        Value::County(county) => county.code().into(),
        Value::Municipality(municipality) => municipality.code(),
        Value::Country => COUNTRY,
        _ => UNSAID,
    }
}

/// Returns the values a list of areas has on county or municipality: ascending, each once, at least one.
pub(super) fn values(facet: Facet, areas: &Areas) -> Vec<Value> {
    let on_map = |area| match (facet, area) {
        (_, Area::Country) => Some(Value::Country),
        (Facet::Municipality, Area::County(_)) => None,
        (Facet::Municipality, Area::Municipality { municipality, .. }) => Some(Value::Municipality(municipality)),
        (_, Area::County(county) | Area::Municipality { county, .. }) => Some(Value::County(county)),
    };
    let mut values: Vec<Value> = areas.iter().filter_map(on_map).collect();
    values.sort_unstable();
    values.dedup();
    if values.is_empty() { vec![Value::Unsaid] } else { values }
}

/// Lists of codes, one after another.
#[derive(Debug, Clone, Default)]
struct Lists {
    codes: Vec<u16>,
    /// One past the end of each list.
    ends: Vec<u32>,
}

impl Lists {
    fn push(&mut self, list: impl Iterator<Item = u16>) {
        self.codes.extend(list);
        self.ends.push(self.codes.len() as u32);
    }

    fn get(&self, number: usize) -> &[u16] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.codes[start as usize..self.ends[number] as usize]
    }
}

/// Every list of areas by number, and how many reports have it.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    lists: Vec<Areas>,
    uses: Vec<u32>,
    numbers: BTreeMap<Areas, u32>,
    counties: Lists,
    municipalities: Lists,
}

impl Places {
    /// Returns the number of a list, giving it the next one if it is new.
    pub(super) fn intern(&mut self, areas: &Areas) -> u32 {
        if let Some(number) = self.numbers.get(areas) {
            return *number;
        }
        let number = u32::try_from(self.lists.len()).expect("fewer than 2^32 lists fit in memory");
        self.lists.push(areas.clone());
        self.uses.push(0);
        self.numbers.insert(areas.clone(), number);
        self.counties.push(values(Facet::County, areas).into_iter().map(code));
        self.municipalities.push(values(Facet::Municipality, areas).into_iter().map(code));
        number
    }

    /// Returns the counter of the reports that have a list.
    pub(super) fn uses(&mut self, number: u32) -> &mut u32 {
        &mut self.uses[number as usize]
    }

    /// Returns a list.
    pub(super) fn get(&self, number: u32) -> &Areas {
        &self.lists[number as usize]
    }

    /// Returns, by number, the codes of each list on county or municipality; no codes where no report has it.
    pub(super) fn codes(&self, facet: Facet) -> impl Iterator<Item = &[u16]> {
        let lists = if facet == Facet::Municipality { &self.municipalities } else { &self.counties };
        self.uses.iter().enumerate().map(|(number, uses)| if *uses > 0 { lists.get(number) } else { &[][..] })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::place;
    use super::*;

    #[test]
    fn a_municipality_counts_in_its_county_once() {
        let county = Area::County(County::new(12).unwrap());
        let areas: Areas = [county, place(12, 491), place(12, 740)].into_iter().collect();
        let keys = |facet| values(facet, &areas).iter().map(Value::to_string).collect::<Vec<_>>();
        assert_eq!(keys(Facet::County), ["12"]);
        assert_eq!(keys(Facet::Municipality), ["491", "740"]);
        assert_eq!(values(Facet::Municipality, &[county].into_iter().collect()), [Value::Unsaid]);
    }

    #[test]
    fn codes_order_as_values_do() {
        for facet in [Facet::County, Facet::Municipality] {
            let limit = if facet == Facet::County { 99 } else { 999 };
            let all: Vec<Value> = (1..=limit).chain([COUNTRY, UNSAID]).map(|code| value(facet, code)).collect();
            assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]));
            assert!(all.iter().all(|one| value(facet, code(*one)) == *one));
        }
    }
}
