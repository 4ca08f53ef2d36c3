//! Reports written by hand, about phenomena and no person: measurements draw their words and answers from them, and the packing of
//! parcels was trained on such words, so they stay as they are. What the demonstration shows is the sample world (`world.rs`).

use serde::Deserialize;
use talkoot_protocol::document::Fields;

use crate::error::{Error, Result};

/// One report.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    /// The report's fields.
    pub(crate) report: Fields,
}

/// Returns the reports of an organisation.
pub(crate) fn of(short: &str) -> Result<Vec<Entry>> {
    let text = match short {
        "county" => include_str!("../../../demo/county.jsonl"),
        "municipality" => include_str!("../../../demo/municipality.jsonl"),
        "ngo" => include_str!("../../../demo/ngo.jsonl"),
        _ => include_str!("../../../demo/university.jsonl"),
    };
    text.lines().map(|line| serde_json::from_str(line).map_err(Error::failed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use talkoot_protocol::report::{Report, check};
    use talkoot_protocol::scan::{Action, scan};

    #[test]
    fn every_report_may_be_signed_and_names_nobody() {
        let mut reports = 0;
        for short in ["county", "municipality", "ngo", "university"] {
            for entry in of(short).unwrap() {
                let (report, problems) = Report::read(entry.report);
                assert!(problems.is_empty(), "{short}: {}: {problems:?}", report.title);
                let issues: Vec<_> =
                    check(&report).into_iter().filter(|issue| issue.problem.prevents_signing()).collect();
                assert!(issues.is_empty(), "{short}: {}: {issues:?}", report.title);
                for text in report.texts() {
                    let found: Vec<_> =
                        scan(text.text).into_iter().filter(|found| found.action != Action::Warn).collect();
                    assert!(found.is_empty(), "{short}: {}: {found:?}", report.title);
                }
                reports += 1;
            }
        }
        assert!(reports >= 120, "{reports}");
    }
}
