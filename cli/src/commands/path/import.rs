//! `talkoot path import`: many paths from a CSV table, one step in each row. All of them or none.
//!
//! A running number holds the rows of one path together. It is thrown away here: nothing in a path says where it stood. The journal of
//! what is stored keeps a hash over both.

use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_protocol::api::Identity;
use talkoot_protocol::report::flat::unguard;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::service_path::ServicePath;
use talkoot_protocol::signed::Verified;

use super::names::Names;
use super::typed::{PathCells, StepCells};
use crate::client::{Client, require_stored};
use crate::commands::import::sending::{self, Sender};
use crate::commands::import::{Format, Records, RowHash, cells, detect_delimiter};
use crate::commands::report::pen::{self, Pen};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::{forms, keys, output};

const EXAMPLE: &str = "Example:
  talkoot path import paths.csv --dry-run
  talkoot path import paths.csv --worker anna --scope region:12

The table has a header and one row for each step:

  path,service,actor,ended,wait,alongside,shared_goal,outcome,area,half_year,support_need,group,age
  1,basic_social_assistance,kela,turned_away,,,,left_without,Mikkeli,2026-H1,3,unemployed,25-64
  1,food_aid,parish,received,,yes,no,,,,,,
  2,mental_health,county_health,waited,6-11,,,unknown,12,2026-H1,,,

path is a running number (1, 2, 3, …) that only holds the rows of one path together; it is not stored, so give no number of a person or \
a case. What is said of the whole path stands in its first row. Columns divided by commas, semicolons or tabs, in UTF-8; codes or \
their names. Columns of other names are refused.

If any row is wrong, nothing is stored. The journal (FILE.imported, unless --journal says otherwise) remembers which paths are stored, by \
their number and what they say: a repeated or interrupted import, or one of a table with more paths, goes on where it stopped. Keep it, \
and give another table another name.

With --json one object: {\"rows\", \"paths\", \"stored\", \"already\"}.";

/// Paths that are signed and sent at once.
const BATCH: usize = 256;
/// Longest table, in bytes.
const TABLE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Most paths of one table.
const PATHS_MAX: usize = 10_000;
/// Longest running number, in digits.
const NUMBER_DIGITS_MAX: usize = 5;
/// Most wrong rows that are named.
const NAMED_MAX: usize = 50;
/// The columns; the first five stand for a step, the rest for the path.
const COLUMNS: [&str; 13] = [
    "path",
    "service",
    "actor",
    "ended",
    "wait",
    "alongside",
    "shared_goal",
    "outcome",
    "area",
    "half_year",
    "support_need",
    "group",
    "age",
];

/// What to import.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The table.
    file: PathBuf,
    /// Check every row and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// Where to remember which paths are stored. [default: FILE.imported]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// A path with its running number in the table.
#[derive(Debug)]
struct Numbered {
    number: String,
    path: ServicePath,
}

#[derive(Debug, Serialize)]
struct Imported {
    rows: usize,
    paths: usize,
    stored: usize,
    /// Stored before, as the journal knows.
    already: usize,
}

/// Imports a table.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let text = read_text(&args.file)?;
    let names = Names::new(global, talkoot_protocol::report::codes::Language::En)?;
    let (rows, paths) = read(&text, &names).map_err(|faults| refuse(&faults))?;
    let mut imported = Imported { rows, paths: paths.len(), stored: 0, already: 0 };
    if !args.dry_run {
        store(global, args, &paths, &mut imported)?;
    }
    if global.json {
        return output::json(&imported);
    }
    tell(&imported, args);
    Ok(())
}

fn tell(imported: &Imported, args: &Args) {
    let count = |paths: usize| output::count(paths as u64, "path", "paths");
    let steps = output::count(imported.rows as u64, "step", "steps");
    let paths = count(imported.paths);
    output::say(&match (args.dry_run, imported.already) {
        (true, _) => format!("{paths} of {steps} would be stored. This was a dry run: nothing was stored."),
        (false, 0) => format!("{paths} of {steps} signed and stored."),
        (false, already) => {
            let was = if already == 1 { "was" } else { "were" };
            format!("{} signed and stored; {} {was} stored before.", count(imported.stored), count(already))
        }
    });
}

fn read_text(path: &Path) -> Result<String> {
    let unread = |reason: String| {
        Error::refused(format!("{} cannot be read: {reason}", path.display())).hint("Nothing was imported.")
    };
    let bytes = forms::read_at_most(path, TABLE_BYTES_MAX).map_err(|error| unread(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unread("it is not UTF-8; save it as CSV UTF-8".to_owned()))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Signs and sends paths, some hundred at once; those that the journal knows are passed over.
fn store(global: &Global, args: &Args, paths: &[Numbered], imported: &mut Imported) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let scope = pen::scope(&args.scope, &identity)?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let Identity { network, organisation, .. } = &identity;
    let journal = args.journal.clone().unwrap_or_else(|| sending::beside(&args.file));
    let mut sender = Sender::open(client, &journal)?;
    for paths in paths.chunks(BATCH) {
        let mut signed = Vec::with_capacity(paths.len());
        for Numbered { number, path } in paths {
            let row = RowHash::of_path(network, organisation, &scope, number, path);
            if sender.take(row) {
                imported.already += 1;
                continue;
            }
            let change = pen.author().begin(Kind::ServicePath, scope, &path.to_fields(), keys::moment()?);
            signed.push((row, change.map_err(pen::not_signed)?));
        }
        let batch: Vec<(RowHash, &Verified)> = signed.iter().map(|(row, change)| (*row, change)).collect();
        let outcomes = sender.send(&batch).map_err(|error| error.hint(sending::GOES_ON))?;
        imported.stored += outcomes.iter().filter(|outcome| sending::is_stored(outcome)).count();
        let context = || format!("{} of {} paths are stored now", imported.stored + imported.already, imported.paths);
        require_stored(&outcomes).map_err(|error| error.context(context()))?;
    }
    sender.client.close()
}

fn refuse(faults: &[String]) -> Error {
    let more = faults.len().saturating_sub(NAMED_MAX);
    let mut lines: Vec<String> = faults.iter().take(NAMED_MAX).map(|fault| format!("  {fault}")).collect();
    lines.extend((more > 0).then(|| format!("  and {more} more")));
    Error::refused(format!("the table cannot be imported:\n{}", lines.join("\n")))
        .hint("Nothing was signed or stored. Codes are listed by: talkoot path codes")
}

/// One path being gathered: the row it begins in, its running number, its cells.
struct Gathered {
    row: u64,
    number: String,
    cells: PathCells,
}

/// Reads a table: how many rows it has, and the paths; or everything that is wrong with it.
fn read(text: &str, names: &Names) -> std::result::Result<(usize, Vec<Numbered>), Vec<String>> {
    let (rows, gathered) = gather(text)?;
    let mut faults = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut paths = Vec::with_capacity(gathered.len());
    for path in &gathered {
        if !seen.insert(&path.number) {
            faults.push(format!("row {}: path {} was told before; put all its steps together", path.row, path.number));
        }
        match path.cells.read(names) {
            Ok(read) => paths.push(Numbered { number: path.number.clone(), path: read }),
            Err(found) => {
                faults.extend(found.iter().map(|fault| format!("path beginning in row {}: {fault}", path.row)))
            }
        }
    }
    if gathered.is_empty() {
        faults.push("there is no row".to_owned());
    }
    if faults.is_empty() { Ok((rows, paths)) } else { Err(faults) }
}

fn gather(text: &str) -> std::result::Result<(usize, Vec<Gathered>), Vec<String>> {
    let delimiter = detect_delimiter(text.as_bytes());
    let mut records = Records::new(text.as_bytes(), Format::Csv { delimiter }, 1);
    // Reading from memory does not fail.
    let mut next = || records.next().ok().flatten();
    let header = next().and_then(|record| cells(&record.bytes?, delimiter).ok()).unwrap_or_default();
    let places = places(&header).map_err(|fault| vec![fault])?;
    let (mut rows, mut gathered, mut faults) = (0, Vec::<Gathered>::new(), Vec::new());
    while let Some(record) = next() {
        let row = record.row;
        let Some(Ok(record)) = record.bytes.map(|bytes| cells(&bytes, delimiter)) else {
            faults.push(format!("row {row}: it cannot be read as CSV"));
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell =
            |name: &str| places.get(name).and_then(|place| record.get(*place)).map_or("", |cell| unguard(cell).trim());
        rows += 1;
        faults.extend(add(&mut gathered, row, &cell).err().map(|fault| format!("row {row}: {fault}")));
        if gathered.len() > PATHS_MAX {
            faults.push(format!("more than {PATHS_MAX} paths; divide the table"));
            break;
        }
    }
    if faults.is_empty() { Ok((rows, gathered)) } else { Err(faults) }
}

/// Returns where each column stands.
fn places(header: &[String]) -> std::result::Result<std::collections::BTreeMap<&'static str, usize>, String> {
    let mut places = std::collections::BTreeMap::new();
    for (place, name) in header.iter().enumerate() {
        let asked = name.trim().to_lowercase();
        let known = COLUMNS.iter().find(|column| **column == asked);
        let Some(column) = known else {
            return Err(format!(
                "column {} has a name that is not known; columns are {}",
                place + 1,
                COLUMNS.join(", ")
            ));
        };
        if places.insert(*column, place).is_some() {
            return Err(format!("column {column} is there twice"));
        }
    }
    let needed = ["path", "service", "actor", "ended", "outcome", "area", "half_year"];
    match needed.iter().find(|column| !places.contains_key(**column)) {
        Some(column) => Err(format!("the column {column} is missing")),
        None => Ok(places),
    }
}

/// Adds a row to the path it belongs to.
fn add<'r>(gathered: &mut Vec<Gathered>, row: u64, cell: &impl Fn(&str) -> &'r str) -> std::result::Result<(), String> {
    let number = cell("path");
    if !(1..=NUMBER_DIGITS_MAX).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        // What stands there is not repeated: it may be of a person.
        return Err("path is a running number of at most five digits, and nothing of a person or a case".to_owned());
    }
    let step = StepCells {
        service: cell("service").to_owned(),
        actor: cell("actor").to_owned(),
        ended: cell("ended").to_owned(),
        wait: cell("wait").to_owned(),
        alongside: cell("alongside").to_owned(),
        shared_goal: cell("shared_goal").to_owned(),
    };
    let whole = PathCells {
        steps: vec![step],
        outcome: cell("outcome").to_owned(),
        area: cell("area").to_owned(),
        period: cell("half_year").to_owned(),
        support_need: cell("support_need").to_owned(),
        group: cell("group").to_owned(),
        age: cell("age").to_owned(),
    };
    match gathered.last_mut().filter(|last| last.number == number) {
        Some(last) => join(&mut last.cells, whole),
        None => {
            gathered.push(Gathered { row, number: number.to_owned(), cells: whole });
            Ok(())
        }
    }
}

/// Adds the step of a later row; what it says of the path must be what was said, or nothing.
fn join(path: &mut PathCells, mut row: PathCells) -> std::result::Result<(), String> {
    path.steps.append(&mut row.steps);
    let said = [
        ("outcome", &path.outcome, &row.outcome),
        ("area", &path.area, &row.area),
        ("half_year", &path.period, &row.period),
        ("support_need", &path.support_need, &row.support_need),
        ("group", &path.group, &row.group),
        ("age", &path.age, &row.age),
    ];
    match said.iter().find(|(_, first, later)| !later.is_empty() && first != later) {
        Some((field, ..)) => Err(format!("{field} is another than in the first row of the path")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::Language;

    use super::*;

    const HEADER: &str = "path;service;actor;ended;wait;alongside;shared_goal;outcome;area;half_year;support_need\n";

    fn table(rows: &str) -> std::result::Result<(usize, Vec<Numbered>), Vec<String>> {
        read(&format!("{HEADER}{rows}"), &Names::without_lists(Language::En))
    }

    #[test]
    fn rows_of_one_number_are_one_path_and_the_number_is_gone() {
        let rows = "1;Ruoka-apu;parish;received;;;;helped;Mikkeli;2026-H1;3\n1;social_work;county_social;waited;3-5;yes;no;;;;\n\n\
            2;food_aid;ngo;received;;;;left_without;12;2026-H1;\n";
        let (rows, paths) = table(rows).unwrap();
        assert_eq!((rows, paths.len(), paths[0].path.steps.len()), (3, 2, 2));
        assert!(paths[0].path.steps[1].alongside);
        assert!(!serde_json::to_string(&paths[1].path.to_fields()).unwrap().contains("path"));
    }

    #[test]
    fn each_wrong_row_is_named_and_nothing_is_repeated() {
        let row = "food_aid;ngo;received;;;;helped;12;2026-H1;";
        for (rows, wanted) in [
            (format!("131052-308T;{row}"), "row 2: path is a running number"),
            (format!("1;{row}\n2;{row}\n1;{row}"), "row 4: path 1 was told before"),
            (format!("1;{row}\n1;food_aid;ngo;received;;;;partly;;;"), "row 3: outcome is another"),
            ("1;soup;ngo;received;;;;helped;12;2026-H1;".to_owned(), "path beginning in row 2: step 1, service"),
            (String::new(), "there is no row"),
        ] {
            let faults = table(&rows).unwrap_err();
            assert!(faults[0].starts_with(wanted), "{wanted}: {faults:?}");
            assert!(faults.iter().all(|fault| !fault.contains("131052")));
        }
        let names = Names::without_lists(Language::En);
        assert!(read("path,service,name\n", &names).unwrap_err()[0].contains("column 3"));
        assert!(read("path,service\n", &names).unwrap_err()[0].contains("missing"));
    }
}
