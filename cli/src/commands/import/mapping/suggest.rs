//! Proposes a mapping for a file, from the names of its columns and the answers in it. A proposal is read by a person before it is
//! used: what is not certain stands in a comment, and no answer that may be an identifier is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use talkoot_protocol::report::codes::{Language, Variant};
use talkoot_protocol::report::{Report, check, flat};
use talkoot_protocol::scan::scan;

use super::values::{self, Holds};
use super::{AGE, normal};
use crate::commands::import::place::letters;
use crate::commands::report::{fields, plain};

/// Most answers listed for one column.
const ANSWERS_MAX: usize = 30;
/// Longest answer listed, in characters: longer ones are texts.
const ANSWER_CHARS_MAX: usize = 80;
/// Shortest name by which part of a header is recognised, in characters.
const NAME_CHARS_MIN: usize = 4;

/// Other words for columns, in normal form: the column and words that its header may hold.
const WORDS: &[(&str, &[&str])] = &[
    ("title", &["otsikko", "rubrik", "title", "aihe", "ämne"]),
    ("description", &["kuvaus", "havain", "beskriv", "märkt", "describe", "description", "noticed"]),
    ("support_need", &["tuen tarve", "stödbehov", "support need"]),
    ("area", &["kunta", "kommun", "municipality", "hyvinvointialue", "välfärdsområde", "paikkakunta"]),
    ("observed_period", &["vastausaika", "lähetetty", "svarstid", "submission_time", "completion time", "submitted"]),
    ("proposal_1_text", &["toimenpide", "ehdotu", "åtgärd", "förslag", "proposal"]),
    ("proposal_1_addressee", &["kenen pitäisi", "kuka voisi", "vem borde", "who should", "addressee"]),
    ("author_role", &["rooli", "roll", "role"]),
    ("target_group", &["ketä", "vem gäller", "kohderyhmä", "whom"]),
    (AGE, &["ikäryhmä", "åldersgrupp", "age group"]),
    ("extent_spread", &["kuinka yleinen", "hur utbre", "widespread"]),
    ("valence", &["myönteinen", "positiv"]),
    ("done_so_far", &["jo tehty", "redan gjorts", "already"]),
    ("need_met", &["vastasiko", "motsvarade", "meet the need", "met the need"]),
    ("would_have_helped", &["olisi auttanut", "skulle ha hjälpt", "would have helped"]),
    ("client_involved", &["asiakkaat mukana", "klienterna", "clients involved"]),
];
/// Words of columns that tell answers apart.
const IDS: &[&str] = &["vastaus id", "vastausid", "svar id", "response id", "responseid", "_uuid", "_id", "id"];
/// Words of columns about the filling in and who did it.
const ABOUT: &[&str] = &[
    "ip",
    "ip-osoite",
    "ip-adress",
    "ip address",
    "_uuid",
    "_id",
    "sähköposti",
    "e-post",
    "email",
    "name",
    "nimi",
    "namn",
    "start time",
    "aloitusaika",
    "_index",
    "_status",
    "_notes",
    "_tags",
    "_validation",
    "__version__",
    "meta/",
    "formhub",
    "_submitted_by",
    "deviceid",
    "start",
    "end",
    "today",
];

/// What is proposed for the columns of a file.
#[derive(Debug, Default)]
struct Proposal {
    id: Option<usize>,
    ignore: Vec<usize>,
    /// Columns of the flat form, each with the file's column.
    from: BTreeMap<String, usize>,
    /// Columns of the flat form with the file's columns that stand for one answer each.
    options: BTreeMap<String, Vec<(usize, String)>>,
    left: Vec<usize>,
}

/// Writes a mapping for a file with these headers and rows.
pub(crate) fn suggest(headers: &[String], rows: &[Vec<String>]) -> String {
    let mut proposal = Proposal::default();
    for (at, header) in headers.iter().enumerate().filter(|(_, header)| !header.trim().is_empty()) {
        proposal.place(at, header);
    }
    proposal.settle();
    let mut text = String::new();
    let _always_fits = proposal.write(headers, rows, &mut text);
    text
}

impl Proposal {
    fn place(&mut self, at: usize, header: &str) {
        let name = normal(header);
        if self.id.is_none() && IDS.contains(&name.as_str()) {
            self.id = Some(at);
        } else if let Some((target, code)) = option(header) {
            self.options.entry(target).or_default().push((at, code));
        } else if let Some(target) = target(&name).filter(|target| !self.from.contains_key(target)) {
            self.from.insert(target, at);
        } else if ABOUT.iter().any(|word| name == *word || (word.ends_with('/') && name.starts_with(word))) {
            self.ignore.push(at);
        } else {
            self.left.push(at);
        }
    }

    /// Settles what could be a question with several answers in a cell, or one of several columns for its answers.
    fn settle(&mut self) {
        let lone = |options: &Vec<(usize, String)>| matches!(options.as_slice(), [(_, code)] if code.is_empty());
        let questions: Vec<_> = self.options.iter().filter(|(_, options)| lone(options)).collect();
        let questions: Vec<_> =
            questions.iter().map(|(target, options)| ((*target).clone(), options.to_vec())).collect();
        for (target, options) in questions {
            self.options.remove(&target);
            self.from.extend(options.first().map(|(at, _)| (target, *at)));
        }
        // A column "question" beside columns "question/answer" holds the same again.
        for target in self.options.keys() {
            self.ignore.extend(self.from.remove(target));
        }
    }

    fn write(&self, headers: &[String], rows: &[Vec<String>], text: &mut String) -> std::fmt::Result {
        let quoted = |at: &usize| reference(headers, *at);
        writeln!(
            text,
            "# Proposed from the names of the columns. Read it, mend it, then try: talkoot import FILE --mapping THIS --dry-run"
        )?;
        match &self.id {
            Some(at) => writeln!(text, "id = {}", quoted(at))?,
            None => writeln!(text, "# id = \"…\"   # the column that tells answers apart, if there is one")?,
        }
        writeln!(text, "others = \"refuse\"   # columns not named here: refuse, ignore or keep")?;
        writeln!(text, "ignore = [{}]", self.ignore.iter().map(quoted).collect::<Vec<_>>().join(", "))?;
        self.constants(text)?;
        for (target, at) in &self.from {
            writeln!(text, "\n[column.{target}]   # {}\nfrom = {}", values::name(target, Language::Fi), quoted(at))?;
            answers(target, *at, rows, text)?;
        }
        for (target, options) in &self.options {
            writeln!(text, "\n[column.{target}.options]   # {}", values::name(target, Language::Fi))?;
            for (at, code) in options {
                let unknown = if code.is_empty() { "# " } else { "" };
                writeln!(text, "{unknown}{} = {}", quoted(at), quote(code))?;
            }
        }
        if !self.left.is_empty() {
            writeln!(
                text,
                "\n# Not mapped. Keep each as a field of your own (take the # away), or move it to ignore above.\n[own]"
            )?;
            for at in &self.left {
                writeln!(text, "# {} = {}", quoted(at), quote(&format!("own_{}", letters(*at as u64).to_lowercase())))?;
            }
        }
        Ok(())
    }

    /// Writes what the form needs and no column says.
    fn constants(&self, text: &mut String) -> std::fmt::Result {
        let has = |field: &str| {
            let of_field = |target: &String| fields::field_of(target) == Some(field);
            self.from.keys().chain(self.options.keys()).any(of_field)
        };
        writeln!(text, "\n[constant]   # what every report of this form says")?;
        if !has("variant") {
            writeln!(text, "variant = \"professional\"   # professional, ngo or resident")?;
        }
        if !has("language") {
            writeln!(text, "language = \"fi\"")?;
        }
        let blank = Report { variant: Variant::Professional.into(), ..Report::default() };
        let needed: BTreeSet<String> = check(&blank).into_iter().map(|issue| issue.field).collect();
        for field in
            needed.iter().filter(|field| !has(field) && !["variant", "language", "form"].contains(&field.as_str()))
        {
            let column = flat::columns().into_iter().find(|column| fields::field_of(column) == Some(field));
            let column = column.unwrap_or_else(|| field.clone());
            writeln!(
                text,
                "# {column} = \"…\"   # {}: needed, and no column seems to say it",
                values::name(&column, Language::Fi)
            )?;
        }
        Ok(())
    }
}

/// Lists what of a column's answers is not understood by itself.
fn answers(target: &str, at: usize, rows: &[Vec<String>], text: &mut String) -> std::fmt::Result {
    let holds = Holds::of(target);
    let filled = || rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.trim().is_empty());
    match holds {
        Holds::Period if filled().any(|cell| cell.contains('/')) => {
            writeln!(text, "slashes = \"day/month\"   # or \"month/day\"")?;
        }
        Holds::Areas if filled().any(|cell| cell.trim().bytes().all(|byte| byte.is_ascii_digit())) => {
            writeln!(text, "scheme = \"municipality\"   # or \"county\"")?;
        }
        _ => {}
    }
    let Some(set) = holds.set() else { return Ok(()) };
    let understand = |answer: &str| values::code(set, answer).map(str::to_owned);
    let unknown: BTreeSet<String> = filled().filter_map(|cell| values::answers(cell, None, understand).err()).collect();
    let may_be_shown = |answer: &&String| answer.chars().count() <= ANSWER_CHARS_MAX && scan(answer).is_empty();
    let shown: Vec<_> = unknown.iter().filter(may_be_shown).take(ANSWERS_MAX).collect();
    if !shown.is_empty() {
        writeln!(text, "# Answers that are not known. Codes: talkoot report codes {set}\n[column.{target}.values]")?;
    }
    shown.iter().try_for_each(|answer| writeln!(text, "# {} = \"\"", quote(answer)))
}

/// Returns the column of the flat form that a header, in normal form, seems to stand for.
fn target(name: &str) -> Option<String> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let columns = || flat::columns().into_iter().filter(|column| column != "other").chain([AGE.to_owned()]);
    if let Some(column) = columns().find(|column| column == name || column == last) {
        return Some(column);
    }
    let labelled = |column: &String| {
        let names = [Language::Fi, Language::Sv, Language::En].map(|language| normal(values::name(column, language)));
        names
            .iter()
            .any(|label| label == last || (label.chars().count() >= NAME_CHARS_MIN && last.starts_with(label.as_str())))
    };
    let words = || WORDS.iter().find(|(_, words)| words.iter().any(|word| last.contains(word)));
    columns().find(labelled).or_else(|| words().map(|(column, _)| (*column).to_owned()))
}

/// Returns the column of the flat form and the code that a header of the form "question: answer" stands for; no code if the answer
/// is not known.
fn option(header: &str) -> Option<(String, String)> {
    [": ", ":", " - ", "/", "["].into_iter().find_map(|mark| {
        let (question, answer) = header.rsplit_once(mark)?;
        let target = target(&normal(question))?;
        let Holds::Codes(set) = Holds::of(&target) else { return None };
        let code = values::code(set, answer.trim_end_matches(']')).unwrap_or_default();
        Some((target, code.to_owned()))
    })
}

/// Names a column: by its header, or by its letters if another has the same one.
fn reference(headers: &[String], at: usize) -> String {
    let header = headers.get(at).map(String::as_str).unwrap_or_default();
    let same = headers.iter().filter(|other| normal(other) == normal(header)).count();
    if same > 1 { quote(&format!("#{}", letters(at as u64))) } else { quote(&plain::one_line(header)) }
}

fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::Mapping;
    use super::*;

    const HEADERS: [&str; 12] = [
        "Vastaus ID",
        "Vastausaika",
        "Otsikko",
        "Mitä on havaittu?",
        "Tuen tarve: Asuminen",
        "Tuen tarve: Raha-asiat",
        "Kunta",
        "Myönteinen vai kielteinen",
        "Mistä kuulit \"kyselystä\"?",
        "IP",
        "Muuta",
        "Muuta",
    ];

    fn proposal() -> String {
        let headers: Vec<String> = HEADERS.iter().map(|name| (*name).to_owned()).collect();
        let row = ["1", "17/5/2026", "T", "D", "1", "0", "491", "131052-308T", "", "", "", ""];
        let other = ["2", "17/5/2026", "T", "D", "1", "0", "491", "Sekä että", "", "", "", ""];
        suggest(&headers, &[row, other].map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()))
    }

    #[test]
    fn proposes_what_the_headers_say() {
        let text = proposal();
        for line in [
            "id = \"Vastaus ID\"",
            "ignore = [\"IP\"]",
            "from = \"Vastausaika\"",
            "slashes = \"day/month\"",
            "scheme = \"municipality\"",
            "\"Tuen tarve: Asuminen\" = \"2\"",
            "# \"Tuen tarve: Raha-asiat\" = \"\"",
            "# \"Sekä että\" = \"\"",
            "# \"#K\" = \"own_k\"",
            "# kind = \"…\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("131052"), "{text}");
    }

    #[test]
    fn what_is_proposed_is_a_mapping() {
        let mapping = Mapping::parse(&proposal(), false).unwrap();
        let headers: Vec<String> = HEADERS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(super::super::bind::fitting(&mapping, &headers), 8);
        let why = mapping.bind(&headers).unwrap_err();
        assert!(why.contains("kyselystä") && why.contains("K \"Muuta\""), "what is left has to be decided: {why}");
    }
}
