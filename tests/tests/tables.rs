//! Tables of form tools, brought in by the real program: a workbook of 500 answers with 20 broken ones, and samples of Kobo and
//! Forms. Each broken cell is named, nothing is half imported, and a second import adds nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use talkoot_tests::process::Site;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/import");
/// The row of the header: titles stand above it.
const HEADER_ROW: u32 = 4;
const HEADERS: [&str; 20] = [
    "Vastaus ID",
    "Vastausaika",
    "Otsikko",
    "Mitä olet havainnut?",
    "Onko ilmiö myönteinen vai kielteinen?",
    "Tuen tarve: Asuminen",
    "Tuen tarve: Raha-asiat",
    "Tuen tarve: Äkillinen kriisi",
    "Ketä koskee?",
    "Kuinka yleinen?",
    "Kunta",
    "Millä tasolla voi ratkaista?",
    "Kuka voisi toimia?",
    "Mitä on jo tehty?",
    "Ehdotus",
    "Kenelle ehdotus on?",
    "Rooli",
    "Ovatko asiakkaat olleet mukana?",
    "IP-osoite",
    "Mistä kuulit kyselystä?",
];

/// A good answer; the date in column B is written as a date.
fn answer(number: usize) -> [String; 20] {
    let one_of = |all: &[&str]| all[number % all.len()].to_owned();
    [
        format!("{}", 70_000 + number),
        String::new(),
        format!("Asuntojono kasvaa, osa {}", number % 37),
        "Nuoret odottavat asuntoa kuukausia; myös työssä käyvät.".to_owned(),
        one_of(&["Kielteinen", "Myönteinen", "Molempia"]),
        "1".to_owned(),
        one_of(&["0", "1"]),
        one_of(&["", "Äkillinen kriisi"]),
        one_of(&["Nuoret", "Nuoret aikuiset", "Työttömät; Opiskelijat"]),
        one_of(&["Monia", "Joitakin"]),
        one_of(&["Mikkeli", "Savonlinna", "S:t Michel"]),
        one_of(&["Kunnassa", "Alueella"]),
        one_of(&["Kaupungin asuntotoimi", "Kaupungin asuntotoimi; Sosiaalitoimi"]),
        "Asiasta on puhuttu verkostossa.".to_owned(),
        "Tilapäisasuntoja lisää.".to_owned(),
        "Kaupunki".to_owned(),
        "Järjestötyöntekijä".to_owned(),
        one_of(&["Eivät", "Heitä on kuultu"]),
        "203.0.113.7".to_owned(),
        one_of(&["", "Kollegalta"]),
    ]
}

/// Breaks twenty answers, each in its own way: the answer's number, the column's letter, what stands there.
fn wounds() -> Vec<(usize, char, String)> {
    let long = "Pitkä. ".repeat(1_300);
    let wounds = [
        (10, 'E', "Harmaa"),
        (35, 'C', ""),
        (60, 'D', "Asiakas 131052-308T odottaa asuntoa."),
        (85, 'D', long.as_str()),
        (110, 'K', "Atlantis"),
        (135, 'B', "31.2.2026"),
        (160, 'I', "Marsilaiset"),
        (185, 'J', "Ehkä"),
        (210, 'M', "Kaupungin asuntotoimi; Postin väki"),
        (235, 'F', "ehkä"),
        (260, 'Q', "Kuningas"),
        (285, 'R', "En tiedä"),
        (310, 'L', "Kuussa"),
        (335, 'D', ""),
        (360, 'O', ""),
        (385, 'K', ""),
        (410, 'N', ""),
        (435, 'A', ""),
        (460, 'A', "70010"),
        (485, 'K', "010190-999P"),
    ];
    wounds.map(|(number, column, text)| (number, column, text.to_owned())).to_vec()
}

fn workbook(path: &Path, answers: usize, wounds: &[(usize, char, String)]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("d.m.yyyy h:mm");
    sheet.write(0, 0, "Perusraportti: Sosiaalinen raportointi").unwrap();
    sheet.write(1, 0, "Kaikki vastaajat").unwrap();
    for (column, header) in (0u16..).zip(HEADERS) {
        sheet.write(HEADER_ROW - 1, column, header).unwrap();
    }
    for (row, number) in (HEADER_ROW..).zip(0..answers) {
        let mut cells = answer(number);
        let mut broken_date = None;
        for (_, column, text) in wounds.iter().filter(|(wounded, _, _)| *wounded == number) {
            cells[(*column as u8 - b'A') as usize].clone_from(text);
            broken_date = (*column == 'B').then_some(text).or(broken_date);
        }
        if broken_date.is_none() {
            let day = ExcelDateTime::from_ymd(2026, 1 + (number % 9) as u8, 17).unwrap().and_hms(9, 30, 0).unwrap();
            sheet.write_with_format(row, 1, day, &date).unwrap();
        }
        for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<u32>() {
                Ok(count) => sheet.write(row, column, count).unwrap(),
                Err(_) => sheet.write(row, column, cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

fn site(parent: &Path) -> Site {
    let site = Site::new(PROGRAM, parent, "here");
    site.init("Etelä-Savon tuki ry", &[]);
    site.ok(&["worker", "add", "anna"]);
    site
}

fn data(name: &str) -> String {
    PathBuf::from(DATA).join(name).display().to_string()
}

fn summary(site: &Site, code: i32, arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let output = site.call(&arguments);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
    assert!(!stderr.contains("131052") && !stdout.contains("131052"), "an identifier is repeated");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn a_workbook_with_broken_answers_goes_in_whole_or_not_at_all() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path());
    let copy = temporary.path().join("webropol.toml");
    std::fs::copy(data("webropol.toml"), &copy).unwrap();
    let (mapping, file) = (copy.display().to_string(), temporary.path().join("Vastaukset.xlsx"));
    let named = file.display().to_string();
    let wounds = wounds();
    workbook(&file, 500, &wounds);

    // Each broken cell is named, and no other.
    let told = summary(&site, 1, &["import", &named, "--mapping", &mapping, "--dry-run"]);
    assert_eq!((&told["rows"], &told["refused_rows"]), (&500.into(), &20.into()));
    let refused = told["refused"].as_array().unwrap();
    let cells: BTreeSet<String> = refused.iter().map(|one| one["cell"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<String> =
        wounds.iter().map(|(number, column, _)| format!("{column}{}", number + 5)).collect();
    assert_eq!(cells, expected);
    for one in refused {
        let at = usize::from(one["cell"].as_str().unwrap().as_bytes()[0] - b'A');
        assert_eq!(one["column"], HEADERS[at]);
    }

    // Nothing is half imported.
    let told = summary(&site, 1, &["import", &named, "--mapping", &mapping]);
    assert_eq!((&told["stored"], &told["refused_rows"]), (&0.into(), &20.into()));
    assert_eq!(site.status()["reports"], 0);

    // Mended, it goes in; a second time nothing does, nor from a new copy with more answers what was there before.
    workbook(&file, 500, &[]);
    assert_eq!(summary(&site, 0, &["import", &named, "--mapping", &mapping])["stored"], 500);
    let again = summary(&site, 0, &["import", &named, "--mapping", &mapping]);
    assert_eq!((&again["stored"], &again["already"]), (&0.into(), &500.into()));
    let later = temporary.path().join("Vastaukset (1).xlsx");
    workbook(&later, 503, &[(7, 'D', "Mended in the form tool since.".to_owned())]);
    let later = later.display().to_string();
    let more = summary(&site, 0, &["import", &later, "--mapping", &mapping]);
    assert_eq!((&more["stored"], &more["already"]), (&3.into(), &500.into()));
    assert_eq!(site.status()["reports"], 503);
    let said = site.refused(1, &["import", &later, "--mapping", &mapping, "--sheet", "Nowhere"]);
    assert!(said.contains("Sheet1"), "{said}");
}

#[test]
fn what_kobo_and_forms_write_goes_in() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path());
    for name in ["kobo", "forms"] {
        let journal = temporary.path().join(name).display().to_string();
        let (file, mapping) = (data(&format!("{name}.csv")), data(&format!("{name}.toml")));
        let arguments = ["import", &file, "--mapping", &mapping, "--journal", &journal];
        assert_eq!(summary(&site, 0, &arguments)["stored"], 2, "{name}");
        assert_eq!(summary(&site, 0, &arguments)["already"], 2, "{name}");
    }
    let reports = site.json(&["report", "list"]);
    let find =
        |title: &str| reports.iter().find(|report| report["fields"]["title"] == title).unwrap()["fields"].clone();
    let queue = find("Jono kasvaa");
    assert_eq!((&queue["support_need"], &queue["observed_period"]), (&serde_json::json!([2, 3]), &"2026-H1".into()));
    assert_eq!(find("Kylätalo auki")["description"], "Kylätalolla on kahvit,\nja sinne tullaan.");
    let coffee = find("Kaffe i byn");
    assert_eq!((&coffee["support_need"], &coffee["observed_period"]), (&serde_json::json!([2, 6]), &"2026-06".into()));
    assert_eq!((&coffee["valence"], &coffee["area"][0]["code"]), (&"positive".into(), &"740".into()));
}

#[test]
fn a_mapping_is_proposed_and_titles_are_passed_over() {
    let temporary = tempfile::tempdir().unwrap();
    let site = Site::new(PROGRAM, temporary.path(), "none");
    let file = temporary.path().join("a.xlsx");
    workbook(&file, 12, &[(3, 'E', "131052-308T".to_owned())]);
    let proposed = site.ok(&["import", &file.display().to_string(), "--suggest-mapping"]);
    for line in
        ["id = \"Vastaus ID\"", "from = \"Otsikko\"", "\"Tuen tarve: Asuminen\" = \"2\"", "# \"Molempia\" = \"\""]
    {
        assert!(proposed.contains(line), "{line}\n{proposed}");
    }
    assert!(!proposed.contains("131052"));
}
