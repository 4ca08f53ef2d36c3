//! Tables of a form of one's own, brought in by the real program: answers to its questions and codes of an official list are judged as
//! `report new` judges them, each fault named by its cell, and nothing is half imported.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use talkoot_protocol::form::Form;
use talkoot_tests::process::{Site, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const FORM: &str = "etela-savo/report/1";
const SYSTEM: &str = "1.2.246.537.6.1222";
const HEADERS: [&str; 7] = ["Nro", "Otsikko", "Jonon pituus", "Mikä estää?", "Onko hissi?", "Palvelu", "Muuta"];
/// Answers that can be signed.
const GOOD: [[&str; 7]; 3] = [
    ["1", "Jono kasvaa", "12", "stairs", "Kyllä", "101", ""],
    ["2", "Ovi ei aukea", "0", "Raskas ovi", "ei", "Kotipalvelu", "hyvä kysely"],
    ["3", "Ei palveluja", "99", "", "", "101; Kotipalvelu", ""],
];
/// Answers that cannot, each with the column that is wrong.
const BAD: [([&str; 7], char); 6] = [
    (["4", "Liian pitkä jono", "100", "stairs", "", "", ""], 'C'),
    (["5", "Ei luku", "paljon", "", "", "", ""], 'C'),
    (["6", "Vastaus puuttuu", "", "", "", "", ""], 'C'),
    (["7", "Outo este", "1", "Raskas ovii", "", "", ""], 'D'),
    (["8", "Ei kumpaakaan", "1", "", "ehkä", "", ""], 'E'),
    (["9", "Outo palvelu", "1", "", "", "103", ""], 'F'),
];
/// Whatever else a report needs.
const CONSTANTS: [(&str, &str); 17] = [
    ("variant", "ngo"),
    ("kind", "phenomenon"),
    ("valence", "negative"),
    ("description", "Asukkaat odottavat."),
    ("support_need", "2"),
    ("target_group", "older"),
    ("extent_spread", "many"),
    ("area", "municipality:2026:491"),
    ("level", "municipality"),
    ("sector", "housing"),
    ("done_so_far", "Asiasta on puhuttu."),
    ("client_involved", "heard"),
    ("observed_period", "2026-H1"),
    ("author_role", "ngo_worker"),
    ("language", "fi"),
    ("proposal_1_text", "Asuntoja lisää."),
    ("proposal_1_addressee", "Kaupunki"),
];

fn form() -> Value {
    let mut form = Value::Object(Form::built_in().to_fields());
    form["form"] = json!(FORM);
    let label = |text: &str| json!({"fi": text, "sv": text, "en": text});
    let needs = |ngo: &str| json!({"professional": "optional", "ngo": ngo, "resident": "optional"});
    let codes = json!([{"code": "stairs", "name": label("Portaat")}, {"code": "door", "name": label("Raskas ovi")}]);
    form["questions"] = json!([
        {"id": "local.queue", "label": label("Jono"), "answer": {"type": "number", "min": 0, "max": 99}, "needs": needs("required")},
        {"id": "local.barrier", "label": label("Este"), "answer": {"type": "choice", "codes": codes}, "needs": needs("optional")},
        {"id": "local.lift", "label": label("Hissi"), "answer": {"type": "yes_no"}, "needs": needs("optional")},
    ]);
    form
}

const MAPPING: &str = r#"
id = "Nro"
ignore = ["Muuta"]
[column.title]
from = "Otsikko"
[column."local.queue"]
from = "Jonon pituus"
[column."local.barrier"]
from = "Mikä estää?"
[column."local.lift"]
from = "Onko hissi?"
[column.service]
from = "Palvelu"
system = "1.2.246.537.6.1222"
[constant]
"#;

/// A house with the form published and the list of services loaded.
fn site(parent: &Path) -> Site {
    let site = Site::new(PROGRAM, parent, "here");
    site.init("Etelä-Savon tuki ry", &[]);
    site.ok(&["worker", "add", "anna"]);
    site.ok(&["worker", "add", "boss", "--role", "coordinator"]);
    let written = |name: &str, text: &str| {
        std::fs::write(parent.join(name), text).unwrap();
        parent.join(name).display().to_string()
    };
    let path = written("form.json", &form().to_string());
    site.ok(&["form", "publish", &path, "--worker", "boss", "--scope", "organisation"]);
    let path = written("services.csv", "code;name_fi\n101;Asumispalvelut\n102;Kotipalvelu\n");
    site.ok(&["form", "codes", "import", &path, "--system", SYSTEM, "--edition", "koe"]);
    site
}

fn mapping(parent: &Path) -> String {
    let constants: String = CONSTANTS.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
    std::fs::write(parent.join("map.toml"), format!("{MAPPING}{constants}")).unwrap();
    parent.join("map.toml").display().to_string()
}

fn workbook(path: &Path, rows: &[[&str; 7]]) -> String {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0u32..).zip(std::iter::once(&HEADERS).chain(rows)) {
        for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<u32>() {
                Ok(number) => sheet.write(row, column, number).unwrap(),
                Err(_) => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
    path.display().to_string()
}

fn summary(site: &Site, code: i32, arguments: &[&str]) -> Value {
    let output = site.call(&[arguments, &["--worker", "anna", "--form", FORM, "--json"]].concat());
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// The stored reports by title.
fn stored(site: &Site) -> BTreeMap<String, Value> {
    let title = |report: &Value| report["fields"]["title"].as_str().unwrap().to_owned();
    site.json(&["report", "list"]).into_iter().map(|report| (title(&report), report["fields"].clone())).collect()
}

fn require_good(site: &Site) {
    let reports = stored(site);
    assert_eq!(reports.len(), GOOD.len());
    let (first, second, third) = (&reports[GOOD[0][1]], &reports[GOOD[1][1]], &reports[GOOD[2][1]]);
    assert_eq!((&first["local.queue"], &first["local.lift"]), (&json!(12), &json!(true)));
    assert_eq!((&second["local.barrier"], &second["local.lift"]), (&json!("door"), &json!(false)));
    assert_eq!(second["service"][0]["code"], "102", "a name of a code is the code: {second}");
    let codes: Vec<_> = third["service"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert_eq!((codes, &third["local.barrier"]), (vec![json!("101"), json!("102")], &Value::Null));
    assert!(reports.values().all(|report| report["form"] == FORM && report.get("Muuta").is_none()));
}

#[test]
fn a_workbook_of_a_form_of_ones_own_is_judged_cell_by_cell() {
    let temporary = tempfile::tempdir().unwrap();
    let parent = temporary.path();
    let (site, mapping) = (site(parent), mapping(parent));
    let bad: Vec<_> = GOOD.into_iter().chain(BAD.iter().map(|(row, _)| *row)).collect();
    let file = workbook(&parent.join("answers.xlsx"), &bad);
    for dry in [&["--dry-run"][..], &[]] {
        let told = summary(&site, 1, &[&["import", &file, "--mapping", &mapping], dry].concat());
        let refused = told["refused"].as_array().unwrap();
        let cells: Vec<_> = refused.iter().map(|one| one["cell"].as_str().unwrap().to_owned()).collect();
        let expected: Vec<_> = (5..).zip(&BAD).map(|(row, (_, column))| format!("{column}{row}")).collect();
        assert_eq!(cells, expected, "{told}");
        let said = |at: usize| refused[at]["problem"].as_str().unwrap();
        assert!(said(0).contains("from 0 to 99") && said(2).contains("needs it"), "{told}");
        assert!(said(3).contains("nearest: door Raskas ovi"), "{told}");
        assert!(said(5).contains("nearest: 101 Asumispalvelut, 102 Kotipalvelu"), "{told}");
    }
    assert_eq!(site.status()["reports"], 0, "nothing is half imported");
    workbook(&parent.join("answers.xlsx"), &GOOD);
    assert_eq!(summary(&site, 0, &["import", &file, "--mapping", &mapping])["stored"], 3);
    require_good(&site);
    assert_eq!(summary(&site, 0, &["import", &file, "--mapping", &mapping])["already"], 3);

    // Who writes by hand is told the same.
    let mut fields = report("Outo palvelu", "Asukkaat odottavat.");
    fields["service"] = json!([{"system": format!("urn:oid:{SYSTEM}"), "code": "103"}]);
    let path = parent.join("report.json");
    std::fs::write(&path, fields.to_string()).unwrap();
    let new = ["report", "new", "--file", path.to_str().unwrap(), "--worker", "anna"];
    assert!(site.refused(1, &new).contains("nearest: 101 Asumispalvelut, 102 Kotipalvelu"));

    // A mapping for another form is noticed before any row is.
    let text = std::fs::read_to_string(&mapping).unwrap().replace("local.queue", "local.queues");
    std::fs::write(parent.join("other.toml"), text).unwrap();
    let other: PathBuf = parent.join("other.toml");
    let arguments = ["import", &file, "--mapping", other.to_str().unwrap(), "--worker", "anna", "--form", FORM];
    let said = site.refused(1, &arguments);
    assert!(said.contains("local.queues") && said.contains("local.barrier"), "{said}");
}

/// The same answers as a table with our own columns.
fn table(rows: &[[&str; 7]]) -> String {
    let names: Vec<_> = CONSTANTS.iter().map(|(name, _)| *name).collect();
    let values: Vec<_> = CONSTANTS.iter().map(|(_, value)| *value).collect();
    let mut lines = vec![format!("title\tlocal.queue\tlocal.barrier\tlocal.lift\tservice\t{}", names.join("\t"))];
    for [_, title, queue, barrier, lift, services, _] in rows {
        let service = |code: &str| format!("urn:oid:{SYSTEM}|{}", code.trim());
        let services: Vec<_> = services.split(';').filter(|code| !code.is_empty()).map(service).collect();
        lines.push([title, queue, barrier, lift, services.join("; ").as_str(), &values.join("\t")].join("\t"));
    }
    lines.join("\n")
}

#[test]
fn a_table_with_columns_for_own_questions_is_judged_line_by_line() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path());
    let file = temporary.path().join("answers.csv");
    let named = file.display().to_string();
    let all: Vec<_> = GOOD.into_iter().chain(BAD.iter().map(|(row, _)| *row)).collect();
    std::fs::write(&file, table(&all)).unwrap();
    let told = summary(&site, 1, &["import", &named, "--all-or-nothing"]);
    let refused = told["refused"].as_array().unwrap();
    let found: Vec<_> =
        refused.iter().map(|one| (one["line"].as_u64().unwrap(), one["field"].as_str().unwrap())).collect();
    let expected = [
        (5, "local.queue"),
        (6, "local.queue"),
        (7, "local.queue"),
        (8, "local.barrier"),
        (9, "local.lift"),
        (10, "service[0].code"),
    ];
    assert_eq!(found, expected, "{told}");
    assert_eq!(site.status()["reports"], 0);
    std::fs::write(&file, table(&GOOD)).unwrap();
    assert_eq!(summary(&site, 0, &["import", &named])["stored"], 3);
    require_good(&site);

    // By the built-in form the answers are kept, and nobody judges them.
    let other = temporary.path().join("other.csv");
    std::fs::write(&other, table(&[BAD[0].0])).unwrap();
    let journal = temporary.path().join("other.journal").display().to_string();
    site.ok(&["import", other.to_str().unwrap(), "--worker", "anna", "--journal", &journal]);
    assert_eq!(stored(&site)[BAD[0].0[1]]["local.queue"], "100");
}
