//! A saved column mapping: how the table of a form tool becomes reports. One file for each form, written once, used for every
//! export of it. This is its shape; [`bind`] lays it on the header of a file, [`values`] understands answers, [`suggest`] proposes
//! one. Decision 0030.
//!
//! ```toml
//! id = "Vastaus ID"                     # column that tells answers apart
//! others = "refuse"                     # columns not named here: refuse, ignore or keep
//! ignore = ["Lähettäjän IP"]
//!
//! [constant]
//! language = "fi"
//! variant = "ngo"
//!
//! [column.title]
//! from = "Otsikko"
//!
//! [column.support_need]                 # one column, several answers
//! from = "Tuen tarve"
//! values = { "Asuminen ja asunnottomuus" = "2" }
//!
//! [column.sector.options]               # one column for each answer
//! "Kuka voisi toimia: Kaupunki" = "housing"
//!
//! [column.service]                      # codes of an official list, or names of them
//! from = "Palvelu"
//! system = "1.2.246.537.6.1222"
//!
//! [column."local.queue"]                # a question of a form of one's own, see --form
//! from = "Jonon pituus"
//!
//! [own]
//! "Mistä kuulit kyselystä?" = "heard_from"
//! ```

pub(super) mod bind;
mod moment;
pub(super) mod suggest;
mod values;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use talkoot_protocol::form::LOCAL_PREFIX;
use talkoot_protocol::form::code_list::{OID_PREFIX, is_oid};
use talkoot_protocol::report::flat;

use crate::commands::report::fields::{columns_in_words, field_of};
use crate::error::{Error, Result};

/// Longest mapping, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// A column that is not of the flat form: the age of whom it concerns, where a form tool asks for it by itself.
pub(super) const AGE: &str = "target_group_age";

/// A mapping as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mapping {
    /// The sheet of a workbook.
    pub(super) sheet: Option<String>,
    /// The row of the header, counted from 1.
    pub(super) header_row: Option<u64>,
    /// The column that tells answers apart.
    pub(super) id: Option<String>,
    /// What stands between several answers in a cell.
    separators: Option<Vec<String>>,
    /// What becomes of columns not named.
    others: Others,
    /// Columns left out.
    ignore: Vec<String>,
    /// Columns kept as fields of one's own, and the names of those.
    own: BTreeMap<String, String>,
    /// Columns of the flat form that say the same in each report.
    constant: BTreeMap<String, String>,
    /// Columns of the flat form and where they come from.
    column: BTreeMap<String, Rule>,
}

/// What becomes of columns that a mapping does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Others {
    /// The file is refused: perhaps the form has grown.
    #[default]
    Refuse,
    /// They are left out.
    Ignore,
    /// They are kept as fields of one's own, under the names they have.
    Keep,
}

/// Where a column of the flat form comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rule {
    /// Columns of the file. Texts of several are joined; of several for one answer the filled one counts.
    from: Columns,
    /// Columns of the file that stand for one answer each.
    options: BTreeMap<String, String>,
    /// Answers and what they mean.
    values: BTreeMap<String, String>,
    /// What any other answer means.
    otherwise: Option<String>,
    /// What stands between several answers in a cell.
    separators: Option<Vec<String>>,
    /// What texts of several columns are joined by.
    join: Option<String>,
    /// What bare numbers of an area are codes of.
    scheme: Option<Scheme>,
    /// The official list that codes of services are of, by its object identifier.
    system: Option<String>,
    /// How dates with slashes are read.
    slashes: Option<Slashes>,
    /// How exact a date becomes.
    period: Precision,
}

/// One or several columns.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Columns {
    One(String),
    Several(Vec<String>),
}

impl Default for Columns {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Columns {
    fn all(&self) -> &[String] {
        match self {
            Self::One(column) => std::slice::from_ref(column),
            Self::Several(columns) => columns,
        }
    }
}

/// A list of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scheme {
    Municipality,
    County,
}

/// The order of a date with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Slashes {
    #[serde(rename = "day/month")]
    DayMonth,
    #[serde(rename = "month/day")]
    MonthDay,
}

/// How exact the period is that a date becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Precision {
    #[default]
    HalfYear,
    Month,
}

impl Mapping {
    /// Reads a mapping: JSON if its name says so, else TOML.
    ///
    /// # Errors
    /// If there is no such file, it is none, or it names a column that reports do not have.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let named = path.display();
        let unread = |error: std::io::Error| Error::refused(format!("cannot read the mapping {named}: {error}"));
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(unread)?;
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(unread)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Self::parse(text, is_json).map_err(|why| {
            Error::refused(format!("{named} is no mapping: {why}")).hint(format!(
                "Nothing was imported. 'talkoot import FILE --suggest-mapping' writes one. Columns of reports: {}.",
                columns_in_words()
            ))
        })
    }

    /// The same mapping for a file that may have other columns.
    pub(crate) fn ignoring_others(self) -> Self {
        Self { others: Others::Ignore, ..self }
    }

    /// Reads the text of a mapping.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn parse(text: &str, is_json: bool) -> std::result::Result<Self, String> {
        let mapping: Self = if is_json {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string())?
        };
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> std::result::Result<(), String> {
        let known =
            |target: &str| target != "other" && (target == AGE || flat::columns().iter().any(|one| one == target));
        let local = |target: &str| target.len() > LOCAL_PREFIX.len() && target.starts_with(LOCAL_PREFIX);
        for target in self.column.keys().chain(self.constant.keys()) {
            if !known(target) && !local(target) {
                return Err(format!("reports have no column {target:?}"));
            }
        }
        if let Some(target) = self.column.keys().find(|target| self.constant.contains_key(*target)) {
            return Err(format!("{target:?} has both a constant and a column"));
        }
        for (target, rule) in &self.column {
            if rule.from.all().is_empty() && rule.options.is_empty() {
                return Err(format!("[column.{target}] says neither from which column (from) nor which options"));
            }
        }
        for (target, rule) in &self.column {
            let Some(system) = &rule.system else { continue };
            if target != "service" || !is_oid(&whole_system(system)) {
                return Err(format!(
                    "[column.{target}] has the system {system:?}: only services have one, an object identifier"
                ));
            }
        }
        let field = |name: &&String| field_of(name).is_some() || known(name) || name.trim().is_empty();
        match self.own.values().find(field) {
            Some(name) => Err(format!("{name:?} is no name for a field of your own")),
            None => Ok(()),
        }
    }

    /// Returns every column of a file that is named, in no order that matters.
    fn named(&self) -> impl Iterator<Item = &String> {
        let rules = self.column.values().flat_map(|rule| rule.from.all().iter().chain(rule.options.keys()));
        rules.chain(&self.ignore).chain(self.own.keys()).chain(&self.id)
    }
}

/// Returns a system with what every one of an object identifier begins with.
fn whole_system(system: &str) -> String {
    match system.starts_with(OID_PREFIX) {
        true => system.to_owned(),
        false => format!("{OID_PREFIX}{system}"),
    }
}

/// Returns a text as it is compared: without differences of case, blanks and a point or colon at the end.
fn normal(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches(['.', ':', '*', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_is_refused_with_the_reason() {
        for (text, reason) in [
            ("colour = 1", "unknown field `colour`"),
            ("[constant]\ntitel = \"x\"", "no column \"titel\""),
            ("[column.title]\njoin = \" \"", "neither"),
            ("[constant]\nkind = \"wondering\"\n[column.kind]\nfrom = \"A\"", "both"),
            ("[own]\nA = \"title\"", "no name"),
            ("[column.area]\nfrom = \"A\"\nscheme = \"street\"", "street"),
            ("[column.title]\nfrom = \"A\"\nsystem = \"1.2.3\"", "only services"),
            ("[column.service]\nfrom = \"A\"\nsystem = \"list\"", "object identifier"),
            ("[column.\"local.\"]\nfrom = \"A\"", "no column \"local.\""),
            ("[column.other]\nfrom = \"A\"", "no column \"other\""),
        ] {
            let error = Mapping::parse(text, false).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Mapping::parse("{\"id\": \"A\"}", true).is_ok() && Mapping::parse("[", true).is_err());
    }

    #[test]
    fn texts_are_compared_without_their_dress() {
        assert_eq!(normal("  Tuen\u{a0} tarve: *"), "tuen tarve");
        assert_eq!(normal("ASUMINEN."), normal("asuminen"));
    }
}
