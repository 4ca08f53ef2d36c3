//! The area lists of 2026, embedded in the program and read once.
//!
//! Source: Statistics Finland, municipality classification 2026; THL, Sotkanet. CC BY 4.0 (protocol/data/README.md).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::super::codes::Language;
use crate::scope::County;

const MUNICIPALITIES: &str = include_str!("../../../data/fi_municipalities_2026.csv");
const COUNTIES: &str = include_str!("../../../data/fi_wellbeing_counties_2026.csv");
const OTHER_NAMES: &str = include_str!("../../../data/fi_area_names_2026.csv");

/// The line to show wherever these lists are shown or exported.
pub const ATTRIBUTION: &str = "Source: Statistics Finland, municipality classification 2026; THL, Sotkanet. CC BY 4.0.";

/// A name in Finnish, Swedish and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    fi: String,
    sv: String,
    en: String,
}

impl Names {
    /// Returns the name in a language; Sámi falls back to Finnish.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Fi | Language::Se => &self.fi,
            Language::Sv => &self.sv,
            Language::En => &self.en,
        }
    }
}

/// One municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// Three digits.
    pub code: String,
    /// Its names.
    pub names: Names,
    /// The wellbeing services county it lies in.
    pub county: County,
    /// Region (*maakunta*), two digits; [`other_name`] of scheme `region`.
    pub region: String,
    /// Sub-region, three digits; scheme `sub_region`.
    pub sub_region: String,
    /// Scheme `collaborative_area`.
    pub collaborative_area: String,
    /// Scheme `employment_area`.
    pub employment_area: String,
    /// 0 Finnish, 1 bilingual with a Finnish majority, 2 Swedish, 3 bilingual with a Swedish majority; scheme
    /// `language_status`.
    pub language_status: String,
    /// Scheme `urban_rural_group`.
    pub urban_rural_group: String,
    /// Scheme `nuts3`.
    pub nuts3: String,
}

/// One wellbeing services county, the City of Helsinki (90) or Åland (91).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyEntry {
    /// Two digits.
    pub code: String,
    /// The same as a number.
    pub county: County,
    /// Its names.
    pub names: Names,
    /// Scheme `collaborative_area`.
    pub collaborative_area: String,
    /// Sotkanet's own number of the region; no area code.
    pub sotkanet_region: u32,
    /// How many municipalities it has.
    pub municipalities: u16,
}

/// Returns the municipality with this code of 2026.
pub fn municipality(code: &str) -> Option<&'static Municipality> {
    tables().municipalities.get(code)
}

/// Returns the county with this code of 2026.
pub fn county(code: &str) -> Option<&'static CountyEntry> {
    tables().counties.get(code)
}

/// Returns the 308 municipalities of 2026 by ascending code.
pub fn municipalities() -> impl Iterator<Item = &'static Municipality> {
    tables().municipalities.values()
}

/// Returns the 23 counties of 2026 by ascending code.
pub fn counties() -> impl Iterator<Item = &'static CountyEntry> {
    tables().counties.values()
}

/// Returns the names of a code of another scheme (`region`, `sub_region`, `nuts3`, …).
pub fn other_name(scheme: &str, code: &str) -> Option<&'static Names> {
    tables().other_names.get(scheme)?.get(code)
}

struct Tables {
    municipalities: BTreeMap<String, Municipality>,
    counties: BTreeMap<String, CountyEntry>,
    other_names: BTreeMap<String, BTreeMap<String, Names>>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut other_names = BTreeMap::<String, BTreeMap<String, Names>>::new();
        for (scheme, code, names) in rows(OTHER_NAMES).filter_map(|row| read_other_name(&row)) {
            other_names.entry(scheme).or_default().insert(code, names);
        }
        Tables {
            municipalities: by_code(MUNICIPALITIES, read_municipality, |entry| &entry.code),
            counties: by_code(COUNTIES, read_county, |entry| &entry.code),
            other_names,
        }
    })
}

/// A row that cannot be read is left out; a test counts the rows, so none is.
fn by_code<T>(csv: &'static str, read: fn(&Row) -> Option<T>, code: fn(&T) -> &str) -> BTreeMap<String, T> {
    rows(csv).filter_map(|row| read(&row)).map(|entry| (code(&entry).to_owned(), entry)).collect()
}

fn read_municipality(row: &Row) -> Option<Municipality> {
    Some(Municipality {
        code: row.text("municipality_code")?,
        names: row.names()?,
        county: row.text("wellbeing_county_code")?.parse().ok()?,
        region: row.text("region_code")?,
        sub_region: row.text("sub_region_code")?,
        collaborative_area: row.text("collaborative_area_code")?,
        employment_area: row.text("employment_area_code")?,
        language_status: row.text("language_status_code")?,
        urban_rural_group: row.text("urban_rural_group_code")?,
        nuts3: row.text("nuts3_code")?,
    })
}

fn read_county(row: &Row) -> Option<CountyEntry> {
    let code = row.text("wellbeing_county_code")?;
    Some(CountyEntry {
        county: code.parse().ok()?,
        code,
        names: row.names()?,
        collaborative_area: row.text("collaborative_area_code")?,
        sotkanet_region: row.text("sotkanet_region_id")?.parse().ok()?,
        municipalities: row.text("municipality_count")?.parse().ok()?,
    })
}

fn read_other_name(row: &Row) -> Option<(String, String, Names)> {
    Some((row.text("scheme")?, row.text("code")?, row.names()?))
}

/// One row, its cells named by the header.
struct Row(BTreeMap<&'static str, String>);

impl Row {
    fn text(&self, column: &str) -> Option<String> {
        self.0.get(column).cloned()
    }

    fn names(&self) -> Option<Names> {
        Some(Names { fi: self.text("name_fi")?, sv: self.text("name_sv")?, en: self.text("name_en")? })
    }
}

fn rows(csv: &'static str) -> impl Iterator<Item = Row> {
    let mut lines = csv.lines();
    let header: Vec<&'static str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(move |line| Row(header.iter().copied().zip(cells(line)).collect()))
}

/// Splits one line of our own files: cells divided by commas, some in double quotes, no line breaks inside a cell.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match (character, cells.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => cells.push(String::new()),
            (_, Some(cell)) => cell.push(character),
            (_, None) => {}
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_row() {
        assert_eq!((municipalities().count(), counties().count()), (308, 23));
        assert_eq!(tables().other_names.values().map(BTreeMap::len).sum::<usize>(), 166);
        for csv in [MUNICIPALITIES, COUNTIES, OTHER_NAMES] {
            assert!(!csv.contains("\"\"") && !csv.contains('\r'), "what the small reader does not know");
        }
    }

    #[test]
    fn codes_fit_together() {
        assert!(municipalities().all(|entry| entry.code.len() == 3));
        for entry in counties() {
            let members = municipalities().filter(|municipality| municipality.county == entry.county).count();
            assert_eq!(members, usize::from(entry.municipalities), "{}", entry.code);
            assert_eq!(entry.county.to_string(), entry.code);
        }
        for entry in municipalities() {
            for (scheme, code) in [
                ("region", &entry.region),
                ("sub_region", &entry.sub_region),
                ("collaborative_area", &entry.collaborative_area),
                ("employment_area", &entry.employment_area),
                ("language_status", &entry.language_status),
                ("urban_rural_group", &entry.urban_rural_group),
                ("nuts3", &entry.nuts3),
            ] {
                assert!(other_name(scheme, code).is_some(), "{scheme} {code} of {}", entry.code);
            }
        }
    }

    #[test]
    fn quoted_cells_may_hold_commas() {
        assert_eq!(cells("a,\"b, c\",,d"), ["a", "b, c", "", "d"]);
        let names = other_name("language_status", "1").unwrap();
        assert_eq!(names.get(Language::Fi), "Kaksikielinen kunta, jossa enemmistön kieli on suomi");
    }
}
