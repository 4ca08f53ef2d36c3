//! The reports of the demonstration: written for it, about phenomena and no person. Each line names the worker who signs.

use serde::Deserialize;
use talkoot_protocol::document::Fields;

use crate::error::{Error, Result};

/// One report and its writer.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    /// Which of the organisation's workers writes it, from 1.
    pub(crate) worker: usize,
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
