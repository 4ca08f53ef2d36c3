//! From what was typed to a report. Flags are cells of the flat form ([`flat`]), so that the command line, CSV and JSON agree;
//! only areas and numbered entries have a shorter way of writing.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};
use talkoot_protocol::form::Form;
use talkoot_protocol::report::area::{COUNTRY, YEAR, table};
use talkoot_protocol::report::codes::{AreaScheme, Language};
use talkoot_protocol::report::{Issue, Report, flat};

use super::examine::{REPORT, issue_remark, refuse};
use crate::error::{Error, Result};

/// Longest file with one report, in bytes: several times what a report may take.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Cells by column.
pub(crate) type Cells = BTreeMap<String, String>;

/// The fields of a report. Codes are listed by: talkoot report codes FIELD
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Fields {
    /// What it is about, in one line.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// phenomenon, good_practice, wondering or experiment.
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
    /// positive, negative or mixed.
    #[arg(long, value_name = "CODE")]
    valence: Option<String>,
    /// What was noticed: the phenomenon, not a person.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Need for support, 1 to 10 or 99; may be given several times.
    #[arg(long, value_name = "CODE")]
    support_need: Vec<String>,
    /// Task of social services, such as working_age; may be given several times.
    #[arg(long, value_name = "CODE")]
    service_task: Vec<String>,
    /// Whom it concerns, with or without an age: young, unemployed:25-64; may be given several times.
    #[arg(long, value_name = "GROUP[:AGE]")]
    target_group: Vec<String>,
    /// How widespread and where it is going: many, some:growing.
    #[arg(long, value_name = "SPREAD[:TREND]")]
    extent: Option<String>,
    /// How many people: 1-4, 5-19, 20-99 or 100+.
    #[arg(long, value_name = "CODE")]
    affected_estimate: Option<String>,
    /// Where: a name (Mikkeli), a municipality's or county's code (491, 12), FI, or municipality:2026:491; may be given several times.
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,
    /// unit, municipality, county or national.
    #[arg(long, value_name = "CODE")]
    level: Option<String>,
    /// Branch of administration that could act, such as housing; may be given several times.
    #[arg(long, value_name = "CODE")]
    sector: Vec<String>,
    /// What in society it is linked to, with words if wanted: "law: the new act says …".
    #[arg(long, value_name = "CODE[: TEXT]")]
    cause: Option<String>,
    /// What has been done already.
    #[arg(long, value_name = "TEXT")]
    done_so_far: Option<String>,
    /// Whether the services that were offered met the need: met, partly, not_met or nothing_offered.
    #[arg(long, value_name = "CODE")]
    need_met: Option<String>,
    /// What would have helped.
    #[arg(long, value_name = "TEXT")]
    would_have_helped: Option<String>,
    /// What it does to clients' goals: helps, hinders, mixed or unknown.
    #[arg(long, value_name = "CODE")]
    effect: Option<String>,
    /// What should be done; may be given several times.
    #[arg(long, value_name = "TEXT")]
    proposal: Vec<String>,
    /// Who should do it; the first goes with the first proposal, and so on.
    #[arg(long, value_name = "TEXT")]
    addressee: Vec<String>,
    /// The level it has to be decided on; the first goes with the first proposal, and so on.
    #[arg(long, value_name = "CODE")]
    proposal_level: Vec<String>,
    /// Why a proposal has to be found together, if there is none.
    #[arg(long, value_name = "TEXT")]
    proposal_together: Option<String>,
    /// What it rests on, with words if wanted: own_observation, "statistic: Sotkanet 1234"; may be given several times.
    #[arg(long, value_name = "CODE[: TEXT]")]
    evidence: Vec<String>,
    /// not, heard or co_written.
    #[arg(long, value_name = "CODE")]
    client_involved: Option<String>,
    /// When it was observed, a month or half-year: 2026-05, 2026-H1.
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// In what role you write, such as social_worker or ngo_worker.
    #[arg(long, value_name = "CODE")]
    role: Option<String>,
    /// The language you write in: fi, sv, en, se or another tag.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The form: professional (unless given), ngo or resident.
    #[arg(long, value_name = "CODE")]
    variant: Option<String>,
    /// You want to hear what came of it.
    #[arg(long)]
    want_feedback: bool,
    /// Any other column of the flat form: --set seen_through=phone_chat; may be given several times.
    #[arg(long, value_name = "COLUMN=VALUE")]
    set: Vec<String>,
}

impl Fields {
    /// Returns the cells that were typed.
    pub(crate) fn cells(&self, form: &Form) -> Result<Cells> {
        let mut cells = Cells::new();
        let single = [
            ("title", &self.title),
            ("kind", &self.kind),
            ("valence", &self.valence),
            ("description", &self.description),
            ("extent", &self.extent),
            ("affected_estimate", &self.affected_estimate),
            ("level", &self.level),
            ("cause", &self.cause),
            ("done_so_far", &self.done_so_far),
            ("need_met", &self.need_met),
            ("would_have_helped", &self.would_have_helped),
            ("effect", &self.effect),
            ("proposal_together", &self.proposal_together),
            ("client_involved", &self.client_involved),
            ("observed_period", &self.period),
            ("author_role", &self.role),
            ("language", &self.language),
            ("variant", &self.variant),
        ];
        for (name, text) in single {
            text.iter().try_for_each(|text| assign(&mut cells, name, text, form))?;
        }
        let lists = [
            ("support_need", &self.support_need),
            ("service_task", &self.service_task),
            ("target_group", &self.target_group),
            ("area", &self.area),
            ("sector", &self.sector),
        ];
        for (name, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            assign(&mut cells, name, &entries.join(";"), form)?;
        }
        self.numbered(&mut cells, form)?;
        if self.want_feedback {
            cells.insert("want_feedback".into(), "yes".into());
        }
        for pair in &self.set {
            let (name, value) = split_pair(pair)?;
            assign(&mut cells, name, value, form)?;
        }
        Ok(cells)
    }

    fn numbered(&self, cells: &mut Cells, form: &Form) -> Result<()> {
        for (part, entries) in
            [("text", &self.proposal), ("addressee", &self.addressee), ("level", &self.proposal_level)]
        {
            for (at, entry) in (1..).zip(entries) {
                assign(cells, &format!("proposal_{at}_{part}"), entry, form)?;
            }
        }
        for (at, entry) in (1..).zip(&self.evidence) {
            let (code, text) = head_and_rest(entry);
            cells.insert(format!("evidence_{at}_code"), code.to_owned());
            cells.insert(format!("evidence_{at}_text"), text.to_owned());
        }
        Ok(())
    }
}

/// Splits `name=value`.
pub(crate) fn split_pair(pair: &str) -> Result<(&str, &str)> {
    let (name, value) = pair.split_once('=').ok_or_else(|| {
        Error::refused(format!("{pair:?} is not of the form field=value"))
            .hint("For example: --set title=\"A better title\"")
    })?;
    Ok((name.trim(), value))
}

/// Puts what was typed for a field or column into its cells.
pub(crate) fn assign(cells: &mut Cells, name: &str, value: &str, form: &Form) -> Result<()> {
    let mut parts = |first: &str, second: &str| {
        let (head, rest) = head_and_rest(value);
        cells.insert(first.to_owned(), head.to_owned());
        cells.insert(second.to_owned(), rest.to_owned());
    };
    match name {
        "extent" => parts("extent_spread", "extent_trend"),
        "cause" => parts("cause_code", "cause_text"),
        "area" => {
            let areas: Vec<String> =
                value.split(';').map(str::trim).filter(|text| !text.is_empty()).map(area).collect();
            cells.insert(name.to_owned(), areas.join("; "));
        }
        _ if own_field(name, form).is_some() && !["proposal", "evidence", "attachment"].contains(&name) => {
            cells.insert(name.to_owned(), value.to_owned());
        }
        _ => return Err(no_such(name, form)),
    }
    Ok(())
}

/// Empties the cells of a field or column.
pub(crate) fn clear(cells: &mut Cells, name: &str, form: &Form) -> Result<()> {
    if own_field(name, form).is_none() {
        return Err(no_such(name, form));
    }
    cells.retain(|column, _| column != name && field_of(column) != Some(name));
    Ok(())
}

/// Returns the field that a column belongs to; also one that only the form knows: a question of its own, or a newer field.
pub(crate) fn own_field<'a>(column: &'a str, form: &Form) -> Option<&'a str> {
    let by_form = || form.question(column).is_some() || form.field(column).is_some();
    field_of(column).or_else(|| by_form().then_some(column))
}

/// Returns the field that a column, or the field itself, belongs to.
pub(crate) fn field_of(column: &str) -> Option<&'static str> {
    let known = |field: &&&'static str| **field == column;
    if let Some(field) = Report::FIELDS.iter().find(known) {
        return Some(field);
    }
    let part_of = |field: &str, parts: &[&str]| {
        let (number, part) = column.strip_prefix(field)?.strip_prefix('_')?.split_once('_')?;
        (parts.contains(&part) && number.parse::<u16>().is_ok_and(|number| number > 0)).then_some(())
    };
    match column {
        "extent_spread" | "extent_trend" => Some("extent"),
        "cause_code" | "cause_text" => Some("cause"),
        _ if part_of("proposal", &["text", "addressee", "level"]).is_some() => Some("proposal"),
        _ if part_of("evidence", &["code", "text", "link"]).is_some() => Some("evidence"),
        _ => None,
    }
}

fn no_such(name: &str, form: &Form) -> Error {
    let own: Vec<_> = form.questions.iter().map(|question| question.id.as_str()).collect();
    let own =
        if own.is_empty() { String::new() } else { format!(" Questions of {}: {}.", form.form.0, own.join(", ")) };
    Error::refused(format!("there is no field {name:?} that can be given so"))
        .hint(format!("Columns are: {}.{own} Other fields of your own go in with --file.", columns_in_words()))
}

/// Returns the columns of the flat form in a line; numbered ones once.
pub(crate) fn columns_in_words() -> String {
    let first = |column: &String| !column.split('_').any(|part| part.parse::<u32>().is_ok_and(|number| number > 1));
    let columns: Vec<_> =
        flat::columns().into_iter().filter(first).map(|column| column.replace("_1_", "_N_")).collect();
    columns.join(", ")
}

fn head_and_rest(text: &str) -> (&str, &str) {
    text.split_once(':').map_or((text.trim(), ""), |(head, rest)| (head.trim(), rest.trim()))
}

/// Returns an area as the flat form writes it, if the text is a code or a name; else the text, for [`flat::from_flat`] to judge.
pub(crate) fn area(text: &str) -> String {
    let named = |scheme: AreaScheme, code: &str| format!("{scheme}:{YEAR}:{code}");
    if text.eq_ignore_ascii_case(COUNTRY) {
        return named(AreaScheme::Country, COUNTRY);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        3 if digits => return named(AreaScheme::Municipality, text),
        2 if digits => return named(AreaScheme::County, text),
        _ => {}
    }
    let asked = text.to_lowercase();
    let is_called =
        |names: &table::Names| Language::all().iter().any(|language| names.get(*language).to_lowercase() == asked);
    let municipality = table::municipalities()
        .find(|entry| is_called(&entry.names))
        .map(|entry| named(AreaScheme::Municipality, &entry.code));
    let county =
        || table::counties().find(|entry| is_called(&entry.names)).map(|entry| named(AreaScheme::County, &entry.code));
    municipality.or_else(county).unwrap_or_else(|| text.to_owned())
}

/// Reads cells as a report; refuses with every cell that cannot be read.
pub(crate) fn report_of(cells: &Cells, form: &Form) -> Result<Report> {
    read(cells, form).or_else(|issues| {
        refuse(&issues.iter().map(|issue| issue_remark(issue, false)).collect::<Vec<_>>(), REPORT)?;
        Ok(Report::default())
    })
}

/// Reads cells as a report. Answers to the form's own questions become what the question takes, official codes may be names.
pub(crate) fn read(cells: &Cells, form: &Form) -> std::result::Result<Report, Vec<Issue>> {
    let mut report = flat::from_flat(cells)?;
    form.understand(&mut report);
    Ok(report)
}

/// Reads one JSON object from a file, or from standard input if the path is `-`.
pub(crate) fn read_object(path: &Path) -> Result<Map<String, Value>> {
    let named = path.display();
    let input: std::io::Result<Box<dyn std::io::Read>> = if path == Path::new("-") {
        Ok(Box::new(std::io::stdin()))
    } else {
        std::fs::File::open(path).map(|file| Box::new(file) as _)
    };
    let unread = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::refused(format!("there is no file {named}")),
        _ => Error::refused(format!("cannot read {named}: {error}")),
    };
    let mut bytes = Vec::new();
    input.map_err(unread)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Error::refused(format!("{named} is longer than a report may be"))
            .hint("For many reports: talkoot import FILE"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        Error::refused(format!("{named} is not one JSON object: {error}"))
            .hint("It has to look like {\"title\": \"…\", \"kind\": \"phenomenon\", …}.")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        fields: Fields,
    }

    fn report(words: &[&str]) -> Report {
        let line = Line::try_parse_from([&["x"], words].concat()).unwrap();
        let form = Form::built_in();
        report_of(&line.fields.cells(form).unwrap(), form).unwrap()
    }

    #[test]
    fn flags_are_the_flat_form() {
        let report = report(&[
            "--title",
            "Bussit; ja junat",
            "--support-need",
            "2",
            "--support-need",
            "3; 1",
            "--target-group",
            "unemployed:25-64",
            "--target-group",
            "young",
            "--extent",
            "many:growing",
            "--area",
            "Mikkeli",
            "--area",
            "12",
            "--area",
            "municipality:2026:091",
            "--cause",
            "law: Laki: uusi",
            "--evidence",
            "own_observation",
            "--evidence",
            "statistic: 5 %",
            "--period",
            "2026-05",
            "--proposal",
            "Yksi",
            "--addressee",
            "Kunta",
            "--proposal",
            "Kaksi",
            "--proposal-level",
            "county",
            "--set",
            "seen_through=phone_chat",
        ]);
        assert_eq!(report.title, "Bussit; ja junat");
        assert_eq!(report.support_need.iter().map(|code| code.key()).collect::<Vec<_>>(), ["2", "3", "1"]);
        assert_eq!(report.target_group[1].age.key(), "all");
        assert_eq!(
            report.extent.as_ref().and_then(|extent| extent.trend.as_ref()).map(|trend| trend.key()),
            Some("growing")
        );
        let areas: Vec<_> = report.area.iter().map(ToString::to_string).collect();
        assert_eq!(areas, ["municipality:2026:491", "county:2026:12", "municipality:2026:091"]);
        assert_eq!(report.cause.as_ref().and_then(|cause| cause.text.as_deref()), Some("Laki: uusi"));
        assert_eq!((report.evidence.len(), report.evidence[0].text.as_deref()), (2, None));
        assert_eq!((report.proposal[1].text.as_str(), report.proposal[1].addressee.as_str()), ("Kaksi", ""));
        assert_eq!(report.proposal[0].level.as_ref().map(|level| level.key()), Some("county"));
        assert_eq!(report.seen_through.as_ref().map(|code| code.key()), Some("phone_chat"));
        assert_eq!(report.other.len(), 0);
    }

    #[test]
    fn names_of_areas_in_any_language() {
        for (text, cell) in [
            ("uleåborg", "municipality:2026:564"),
            ("Etelä-Savon hyvinvointialue", "county:2026:12"),
            ("fi", "country:2026:FI"),
            ("Atlantis", "Atlantis"),
        ] {
            assert_eq!(area(text), cell);
        }
    }

    #[test]
    fn a_field_is_found_by_its_columns() {
        for (column, field) in [
            ("title", Some("title")),
            ("extent_trend", Some("extent")),
            ("proposal_3_level", Some("proposal")),
            ("evidence", Some("evidence")),
            ("proposal_0_text", None),
            ("proposal_1_link", None),
            ("titel", None),
            ("other", None),
        ] {
            assert_eq!(field_of(column), field, "{column}");
        }
        let mut cells: Cells = flat::columns().into_iter().map(|column| (column, "x".to_owned())).collect();
        let count = cells.len();
        let form = Form::built_in();
        clear(&mut cells, "extent", form).unwrap();
        assert_eq!(cells.len(), count - 2);
        clear(&mut cells, "proposal_1_level", form).unwrap();
        assert_eq!(cells.len(), count - 3);
        clear(&mut cells, "proposal", form).unwrap();
        assert!(cells.keys().all(|column| !column.starts_with("proposal_") || column == "proposal_together"));
        assert!(
            clear(&mut cells, "titel", form).is_err()
                && assign(&mut cells, "titel", "x", form).is_err()
                && split_pair("title").is_err()
        );
    }

    #[test]
    fn a_forms_own_questions_are_columns() {
        let mut form = Form::built_in().clone();
        let label = serde_json::json!({"fi": "a", "sv": "b", "en": "c"});
        let needs = serde_json::to_value(form.fields[0].needs).unwrap();
        form.questions = serde_json::from_value(serde_json::json!([
            {"id": "local.queue", "label": label, "answer": {"type": "number"}, "needs": needs},
            {"id": "local.lift", "label": label, "answer": {"type": "yes_no"}, "needs": needs},
        ]))
        .unwrap();
        let mut cells = Cells::new();
        for (column, value) in [("local.queue", " 12"), ("local.lift", "Ei"), ("title", "Hissi")] {
            assign(&mut cells, column, value, &form).unwrap();
        }
        let report = read(&cells, &form).unwrap();
        assert_eq!((&report.other["local.queue"], &report.other["local.lift"]), (&12.into(), &false.into()));
        let error = assign(&mut cells, "local.queues", "1", &form).unwrap_err();
        assert!(format!("{error:?}").contains("local.lift"), "{error:?}");
    }
}
