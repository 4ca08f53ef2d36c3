//! `talkoot view --together`: what several organisations see together and none sees alone.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::area::table::ATTRIBUTION;
use talkoot_protocol::view::{Facet, Together};

use super::names::Names;
use super::{Args, file, written};
use crate::client::{Client, unexpected};
use crate::commands::report::labels::Word;
use crate::commands::table::{Cell, Column, Holds};
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Says what the findings are.
const BASIS: &str = "No organisation alone has enough reports of these; together they do. Numbers are rounded.";

/// Asks for the findings, and prints them or writes them into a file.
pub(super) fn run(global: &Global, client: &mut Client<'_>, args: &Args) -> Result<()> {
    let Response::Together { cells } = client.ask(Request::Together)? else { return Err(unexpected()) };
    if let Some(path) = &args.output {
        let names = Names::ask(client, &[], args.language)?;
        let rows: Vec<Vec<Cell>> = cells.iter().map(|cell| row(cell, &names)).collect();
        let notes = [("basis".to_owned(), BASIS.to_owned()), ("areas".to_owned(), ATTRIBUTION.to_owned())];
        file::write_table(
            &file::Sheet { title: "together", columns: &columns(), rows: &rows, notes: &notes },
            path,
            args.force,
        )?;
        return written(global, path, rows.len() as u64);
    }
    if global.json {
        return cells.iter().try_for_each(output::json);
    }
    print(&cells, &Names::ask(client, &[], args.language)?)
}

fn columns() -> Vec<Column> {
    let texts = ["theme", "theme_name", "facet", "area", "area_name"].map(|name| Column::new(name, Holds::Text));
    let lists = ["organisations", "organisation_names"].map(|name| Column::new(name, Holds::List));
    texts.into_iter().chain([Column::new("reports", Holds::Number)]).chain(lists).collect()
}

fn row(cell: &Together, names: &Names) -> Vec<Cell> {
    let list = |list: Vec<String>| {
        let text = list.join("; ");
        Cell::List(list, text)
    };
    let of = |name: &dyn Fn(&talkoot_protocol::id::OrganisationId) -> String| {
        list(cell.organisations.iter().map(|knower| name(&knower.organisation)).collect())
    };
    vec![
        Cell::text(cell.theme.as_str()),
        Cell::text(names.value(Facet::Theme, &cell.theme)),
        Cell::text(cell.facet.key()),
        Cell::text(cell.area.as_str()),
        Cell::text(names.value(cell.facet, &cell.area)),
        Cell::Number(cell.reports),
        of(&|id| id.to_string()),
        of(&|id| names.organisations.name(id, names.language)),
    ]
}

fn print(cells: &[Together], names: &Names) -> Result<()> {
    if cells.is_empty() {
        return output::line("Nothing yet that several organisations see together and none sees alone.");
    }
    let language = names.language;
    let headers = [
        names.facet(Facet::Theme),
        Word::Place.say(language).to_owned(),
        Word::Reports.say(language).to_owned(),
        Word::Organisations.say(language).to_owned(),
    ];
    let row = |cell: &Together| {
        let who: Vec<_> =
            cell.organisations.iter().map(|knower| names.organisations.name(&knower.organisation, language)).collect();
        vec![
            names.value(Facet::Theme, &cell.theme),
            names.value(cell.facet, &cell.area),
            cell.reports.to_string(),
            who.join(", "),
        ]
    };
    output::table(&headers.each_ref().map(String::as_str), &cells.iter().map(row).collect::<Vec<_>>())?;
    output::line("")?;
    output::line(BASIS)?;
    output::line(ATTRIBUTION)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use talkoot_protocol::report::codes::Language;

    use super::*;

    #[test]
    fn the_same_findings_in_every_format() {
        let knower = |digit: &str| json!({"organisation": digit.repeat(64), "kind": "ngo"});
        let cell = json!({"theme": "2", "facet": "municipality", "area": "491", "organisations": [knower("a"), knower("b")], "reports": 10});
        let cells: Vec<Together> = vec![serde_json::from_value(cell).unwrap()];
        let names = Names::bare(Language::Fi);
        let rows: Vec<_> = cells.iter().map(|cell| row(cell, &names)).collect();
        let dir = std::env::temp_dir().join(format!("talkoot-together-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for ending in ["csv", "xlsx", "json", "parquet"] {
            let sheet = file::Sheet { title: "together", columns: &columns(), rows: &rows, notes: &[] };
            file::write_table(&sheet, &dir.join(format!("together.{ending}")), false).unwrap();
        }
        let text = std::fs::read_to_string(dir.join("together.csv")).unwrap();
        assert!(text.contains("2,Asuminen,municipality,491,Mikkeli,10,"), "{text}");
        let object: Value = serde_json::from_slice(&std::fs::read(dir.join("together.json")).unwrap()).unwrap();
        assert_eq!(object["rows"][0]["organisations"][1], json!("b".repeat(64)));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
