//! Reports as rows with kinds of cells, for workbooks and Parquet. The columns are those of the flat form, without the guard against
//! spreadsheets, since in these files a text is a text.

use std::collections::BTreeSet;

use talkoot_protocol::api;
use talkoot_protocol::report::codes::AreaScheme;
use talkoot_protocol::report::{Report, flat};

use crate::commands::import::EXPORT_COLUMNS;
use crate::commands::table::{Cell, Column, Holds};

/// What stands for "not said", for the whole country and for several counties, in the name of a part.
const NONE: &str = "none";
const WHOLE_COUNTRY: &str = "fi";
const SEVERAL: &str = "several";

/// Returns the columns of a table of reports; `flat` are those of the flat form.
pub(super) fn columns(flat: &[String]) -> Vec<Column> {
    let head = EXPORT_COLUMNS.iter().map(|name| {
        let holds = if *name == "changes" { Holds::Number } else { Holds::Text };
        Column::new(*name, holds)
    });
    head.chain(flat.iter().map(|name| Column::new(name, holds(name)))).collect()
}

fn holds(column: &str) -> Holds {
    match column {
        "support_need" | "service_task" | "service" | "target_group" | "area" | "sector" => Holds::List,
        "want_feedback" | "funding_dependency" => Holds::Flag,
        _ => Holds::Text,
    }
}

/// Returns a report as a row with these columns of the flat form.
pub(super) fn row(shown: &api::Report, columns: &[String]) -> Vec<Cell> {
    let (report, _) = Report::read(shown.fields.clone());
    let flat: std::collections::BTreeMap<String, String> = flat::to_flat(&report).into_iter().collect();
    let head = [
        Cell::text(shown.document.to_string()),
        Cell::text(shown.organisation.to_string()),
        Cell::text(shown.author.map(|worker| worker.to_string()).unwrap_or_default()),
        Cell::Number(shown.changes as u64),
    ];
    let cell = |column: &String| {
        let text = flat.get(column).map(|cell| flat::unguard(cell)).unwrap_or_default();
        match holds(column) {
            Holds::List => Cell::List(list(&report, column), text.to_owned()),
            Holds::Flag if text.is_empty() => Cell::Empty,
            Holds::Flag => Cell::Flag(text == "yes"),
            Holds::Text | Holds::Number => Cell::text(text),
        }
    };
    head.into_iter().chain(columns.iter().map(cell)).collect()
}

/// Returns the entries of a list, each as the flat form writes it.
fn list(report: &Report, column: &str) -> Vec<String> {
    match column {
        "support_need" => report.support_need.iter().map(|code| code.key().to_owned()).collect(),
        "service_task" => report.service_task.iter().map(|code| code.key().to_owned()).collect(),
        "sector" => report.sector.iter().map(|code| code.key().to_owned()).collect(),
        "area" => report.area.iter().map(ToString::to_string).collect(),
        "target_group" => {
            report.target_group.iter().map(|target| format!("{}:{}", target.group.key(), target.age.key())).collect()
        }
        _ => report.service.iter().map(|service| format!("{}|{}", service.system, service.code)).collect(),
    }
}

/// Returns the half-year and county that say in which part a report stands.
pub(super) fn part(shown: &api::Report) -> (String, String) {
    let (report, _) = Report::read(shown.fields.clone());
    let half_year = report.observed_period.map_or(NONE.to_owned(), |period| period.half_year().to_string());
    let county = |area: &talkoot_protocol::report::area::Area| match area.county() {
        Some(county) => county.to_string(),
        None if area.scheme.known() == Some(AreaScheme::Country) => WHOLE_COUNTRY.to_owned(),
        None => NONE.to_owned(),
    };
    let counties: BTreeSet<String> = report.area.iter().map(county).collect();
    let county = match counties.len() {
        0 | 1 => counties.into_iter().next().unwrap_or_else(|| NONE.to_owned()),
        _ => SEVERAL.to_owned(),
    };
    (half_year, county)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::id::{DocumentId, OrganisationId};
    use talkoot_protocol::scope::Scope;
    use talkoot_protocol::time::Timestamp;

    use super::*;

    fn shown(fields: serde_json::Value) -> api::Report {
        api::Report {
            document: DocumentId::from_bytes([1; 32]),
            organisation: OrganisationId::from_bytes([2; 32]),
            author: None,
            scope: Scope::Network,
            claimed: Timestamp::from_millis(0),
            changes: 3,
            fields: serde_json::from_value(fields).unwrap(),
            conflicts: std::collections::BTreeMap::new(),
        }
    }

    fn area(scheme: &str, code: &str) -> serde_json::Value {
        json!({"scheme": scheme, "year": 2026, "code": code})
    }

    #[test]
    fn cells_have_their_kinds() {
        let report = shown(
            json!({"title": "=1+1", "support_need": ["2", "3"], "observed_period": "2026-05", "want_feedback": true}),
        );
        let flat = flat::columns();
        let (head, cells) = (columns(&flat), row(&report, &flat));
        assert_eq!(head.len(), cells.len());
        let cell = |name: &str| &cells[head.iter().position(|column| column.name == name).unwrap()];
        assert_eq!((cell("changes"), cell("author")), (&Cell::Number(3), &Cell::Empty));
        assert_eq!(cell("title"), &Cell::Text("=1+1".into()));
        assert_eq!(cell("support_need"), &Cell::List(vec!["2".into(), "3".into()], "2; 3".into()));
        assert_eq!(
            (cell("observed_period"), cell("want_feedback")),
            (&Cell::Text("2026-05".into()), &Cell::Flag(true))
        );
        assert_eq!(cell("area"), &Cell::List(vec![], String::new()));
    }

    #[test]
    fn each_report_stands_in_one_part() {
        for (areas, county) in [
            (json!([]), "none"),
            (json!([area("municipality", "491"), area("county", "12")]), "12"),
            (json!([area("municipality", "491"), area("municipality", "091")]), "several"),
            (json!([area("country", "FI")]), "fi"),
        ] {
            let report = shown(json!({"title": "T", "area": areas, "observed_period": "2026-09"}));
            assert_eq!(part(&report), ("2026-H2".to_owned(), county.to_owned()));
        }
        assert_eq!(part(&shown(json!({"title": "T"}))).0, "none");
    }
}
