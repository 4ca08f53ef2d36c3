//! The flat form of a report: one row of named cells, for CSV and spreadsheets, and back without loss.
//!
//! - A column is a field id; parts stand in columns of their own: `extent_spread`, `cause_text`, `proposal_1_text`,
//!   `evidence_2_link` (counted from 1, as people do). [`columns`] is the fixed order. Only a report with more proposals or
//!   pieces of evidence than [`PROPOSALS_MAX`] and [`EVIDENCE_MAX`] has further columns, at the end of its row.
//! - Cells with codes hold keys, several divided by `; ` (`2; 3`). Parts of one entry are divided by `:`
//!   (`unemployed:25-64`, `municipality:2026:564`), those of a service or an attachment by `|` (`urn:oid:1.2.246.537.6.1222|101|Name`).
//!   A part that holds a dividing mark stands in double quotes. A group without an age means all ages.
//! - Text cells hold the text as it is, semicolons and line breaks included.
//! - Yes and no are `yes` and `no`. `other` holds the fields this version does not know, as a JSON object. On reading, a
//!   column of another name is such a field too.
//! - A cell that a spreadsheet would run as a formula or rewrite as a date or number (`=…`, `2026-05`, `1-4`) begins with
//!   an apostrophe; reading takes it off again.

mod cell;
mod read;
mod write;

pub use cell::unguard;
pub use read::from_flat;
pub use write::{columns, to_flat};

use super::limits::{EVIDENCE_MAX, PROPOSALS_MAX};

/// Returns the cell for one service: a code of a list, with quotes where it needs them.
pub fn service_cell(system: &str, code: &str) -> String {
    cell::write([vec![system, code]], '|')
}

/// The parts of `proposal_<n>_…`.
const PROPOSAL_PARTS: [&str; 3] = ["text", "addressee", "level"];
/// The parts of `evidence_<n>_…`.
const EVIDENCE_PARTS: [&str; 3] = ["code", "text", "link"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::codes::Variant;
    use super::super::schema::Report;
    use super::super::testing;
    use super::*;

    fn row(cells: &[(&str, &str)]) -> BTreeMap<String, String> {
        cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())).collect()
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(report in testing::report()) {
            let cells = to_flat(&report);
            let names: Vec<_> = cells.iter().take(columns().len()).map(|(column, _)| column.clone()).collect();
            prop_assert_eq!(names, columns());
            let (count, row) = (cells.len(), cells.into_iter().collect::<BTreeMap<_, _>>());
            prop_assert_eq!(row.len(), count, "no column twice");
            prop_assert_eq!(from_flat(&row), Ok(report));
        }

        #[test]
        fn no_cell_is_a_formula(report in testing::report()) {
            for (column, cell) in to_flat(&report) {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}: {:?}", column, cell);
            }
        }

        #[test]
        fn any_row_is_read_or_refused(
            cells in proptest::collection::btree_map(proptest::sample::select(columns()), testing::text(), 0..20),
        ) {
            if let Ok(report) = from_flat(&cells) {
                let again = to_flat(&report).into_iter().collect();
                prop_assert_eq!(from_flat(&again), Ok(report));
            }
        }
    }

    #[test]
    fn looks_as_a_person_expects() {
        let cells: BTreeMap<_, _> = to_flat(&testing::sample(Variant::Ngo)).into_iter().collect();
        for (column, cell) in [
            ("support_need", "2; 3"),
            ("target_group", "unemployed:25-64"),
            ("area", "municipality:2026:564"),
            ("extent_trend", "growing"),
            ("affected_estimate", "'20-99"),
            ("proposal_1_addressee", "Kunnan vuokrataloyhtiö"),
            ("proposal_2_text", ""),
            ("observed_period", "'2026-05"),
            ("funding_dependency", "no"),
            ("want_feedback", "yes"),
        ] {
            assert_eq!(cells.get(column).map(String::as_str), Some(cell), "{column}");
        }
    }

    #[test]
    fn reads_what_a_person_writes() {
        let report = from_flat(&row(&[
            ("title", "Bussit; ja junat"),
            ("target_group", "young ;unemployed:25-64;"),
            ("observed_period", "2026-H1"),
            ("proposal_2_text", "Vuoro lisää"),
            ("service", "urn:oid:1.2.246.537.6.1222|101"),
            ("want_feedback", "Kyllä"),
            ("paikallinen kysymys", "vastaus"),
        ]))
        .unwrap();
        assert_eq!(report.title, "Bussit; ja junat");
        assert_eq!(report.target_group.len(), 2);
        assert_eq!(report.target_group[0].age.key(), "all");
        assert_eq!(report.proposal[0].text, "Vuoro lisää");
        assert!(report.want_feedback);
        assert_eq!(report.other["paikallinen kysymys"], "vastaus");
    }

    #[test]
    fn names_each_cell_it_cannot_read() {
        let issues = from_flat(&row(&[
            ("area", "Oulu"),
            ("extent_trend", "new"),
            ("observed_period", "3.5.2026"),
            ("funding_dependency", "perhaps"),
            ("evidence_1_text", "seen"),
            ("kind", "experiment; wondering"),
            ("other", "[1]"),
            ("sector", "\"social"),
        ]))
        .unwrap_err();
        let mut columns: Vec<_> = issues.iter().map(|issue| issue.field.as_str()).collect();
        columns.sort_unstable();
        let expected = [
            "area",
            "evidence_1_code",
            "extent_spread",
            "funding_dependency",
            "kind",
            "observed_period",
            "other",
            "sector",
        ];
        assert_eq!(columns, expected);
    }

    #[test]
    fn a_report_beyond_the_columns_loses_nothing() {
        let mut report = testing::sample(Variant::Professional);
        report.proposal = vec![report.proposal[0].clone(); PROPOSALS_MAX + 2];
        let cells: BTreeMap<_, _> = to_flat(&report).into_iter().collect();
        assert!(cells.contains_key("proposal_7_text"));
        assert_eq!(from_flat(&cells), Ok(report));
        assert_eq!(from_flat(&to_flat(&Report::default()).into_iter().collect()), Ok(Report::default()));
    }
}
