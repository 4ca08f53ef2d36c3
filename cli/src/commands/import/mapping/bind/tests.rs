//! A mapping on a header: rows, places, and headers that do not fit.

use super::*;

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, false).unwrap()
}

const KOBO: &str = r##"
    id = "_uuid"
    ignore = ["_index"]
    [constant]
    language = "fi"
    variant = "NGO"
    [column.title]
    from = "g/title"
    [column.support_need]
    from = "g/need"
    separators = [" "]
    values = { housing = "2", money = "3" }
    [column.sector.options]
    "g/sector/housing" = "housing"
    "g/sector/police" = "police"
    [column.target_group]
    from = "g/whom"
    values = { youth = "young" }
    [column.target_group_age]
    from = "g/age"
    [column.area]
    from = "g/place"
    [column.observed_period]
    from = "_submission_time"
    [column.description]
    from = ["g/what", "g/more"]
    join = " / "
    [own]
    "g/mood" = "mood"
"##;
const HEADER: [&str; 13] = [
    "g/title",
    "g/need",
    "g/sector",
    "g/sector/housing",
    "g/sector/police",
    "g/whom",
    "g/age",
    "g/place",
    "g/what",
    "g/more",
    "g/mood",
    "_submission_time",
    "_uuid",
];

fn bound() -> Bound {
    let header: Vec<String> = strings(&HEADER).into_iter().chain(["_index".to_owned()]).collect();
    Mapping { others: Others::Ignore, ..mapping(KOBO) }.bind(&header).unwrap()
}

#[test]
fn a_row_of_kobo_becomes_a_report() {
    let cells = strings(&[
        "'=1",
        "housing money",
        "housing police",
        "1",
        "0",
        "youth",
        "18-24",
        "Mikkeli",
        "a",
        "b",
        "glad",
        "2026-05-17T10:31:22",
        "u-1",
        "1",
    ]);
    let (report, id) = bound().row(&cells, 2).unwrap();
    let report = report.unwrap();
    assert_eq!(id.as_deref(), Some("u-1"));
    assert_eq!(report.support_need.iter().map(|code| code.key()).collect::<Vec<_>>(), ["2", "3"]);
    assert_eq!(report.sector.iter().map(|code| code.key()).collect::<Vec<_>>(), ["housing"]);
    assert_eq!((report.target_group[0].group.key(), report.target_group[0].age.key()), ("young", "18-24"));
    assert_eq!((report.description.as_str(), report.area[0].to_string().as_str()), ("a / b", "municipality:2026:491"));
    assert_eq!((report.observed_period.unwrap().to_string().as_str(), report.variant.key()), ("2026-H1", "ngo"));
    assert_eq!((report.other["mood"].as_str(), report.title.as_str()), (Some("glad"), "'=1"));
    assert!(bound().row(&strings(&["", " "]), 3).is_none());
}

#[test]
fn each_bad_cell_is_named() {
    let cells = strings(&[
        "T",
        "housing luxury",
        "",
        "perhaps",
        "0",
        "youth",
        "18-24",
        "131052-308T",
        "a",
        "b",
        "glad",
        "31.2.2026",
        "",
        "1",
        "x",
    ]);
    let (report, _) = bound().row(&cells, 17).unwrap();
    let wrong = report.unwrap_err();
    let places: BTreeSet<_> = wrong.iter().map(|wrong| wrong.place.as_ref().unwrap().cell.as_str()).collect();
    assert_eq!(places, ["B17", "D17", "H17", "L17", "M17", "O17"].into());
    let words: String = wrong.iter().map(|wrong| wrong.remark.problem.as_str()).collect();
    assert!(words.contains("\"luxury\"") && !words.contains("131052"), "{words}");
}

#[test]
fn what_the_form_says_of_a_field_is_said_of_its_column() {
    for (field, column) in [
        ("proposal[0].addressee", "proposal_1_addressee"),
        ("area[2]", "area"),
        ("extent.spread", "extent_spread"),
        ("other.mood", "mood"),
        ("local.queue", "local.queue"),
        ("service[1].code", "service"),
        ("title", "title"),
    ] {
        assert_eq!(column_of(field), column);
    }
    let placed = bound().placed(Remark::new("sector", "Fill in."), 5);
    assert_eq!(placed.place.unwrap(), Place { cell: "D5".into(), column: "g/sector/housing".into() });
    assert_eq!(bound().placed(Remark::new("level", "Fill in."), 5).place, None);
}

#[test]
fn a_header_that_does_not_fit_is_refused() {
    let bind = |text: &str, header: &[&str]| mapping(text).bind(&strings(header)).unwrap_err();
    assert!(bind("[column.title]\nfrom = \"A\"", &["B"]).contains("no column \"A\""));
    assert!(bind("[column.title]\nfrom = \"A\"", &["A", "a "]).contains("\"#A\""));
    assert!(bind("[column.title]\nfrom = \"A\"", &["A", "New"]).contains("B \"New\""));
    assert!(bind("others = \"ignore\"\n[constant]\nobserved_period = \"eilen\"", &["A"]).contains("observed_period"));
    let kept = mapping("others = \"keep\"\n[column.title]\nfrom = \"#B\"").bind(&strings(&["title", "a"])).unwrap();
    assert_eq!(kept.own, [(0, "title (2)".to_owned())]);
    assert_eq!(fitting(&mapping(KOBO), &strings(&HEADER)), 12);
}
