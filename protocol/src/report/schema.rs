//! The fields of a report, and how they are read from and written to one JSON object, the root map of a document.
//!
//! Reading never fails: what cannot be read is left aside in [`Report::other`] and reported, so that a clumsy or newer
//! writer costs one field, not the report, and the field comes out again as it went in.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::area::Area;
use super::attachment::Attachment;
use super::code::Code;
use super::codes::{
    AffectedEstimate, AgeBand, AimReached, AuthorRole, CauseCode, ClientInvolved, Continuation, Effect, EvidenceCode,
    Group, Kind, Language, Level, NeedMet, Sector, SeenThrough, ServiceTask, Spread, SupportNeed, Trend, Valence,
    Variant,
};
use super::issue::{Issue, Problem};
use super::period::Period;

/// Longest reason given for an unreadable field, in characters.
const REASON_CHARS_MAX: usize = 200;

/// The form package this version was written with.
pub const FORM: &str = "talkoot/report/1";

/// The form package and its version by which a report was filled in, such as [`FORM`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct FormId(pub String);

impl Default for FormId {
    fn default() -> Self {
        Self(FORM.to_owned())
    }
}

/// A code of a national or other code set: the shape THL uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coded {
    /// The code set, such as [`super::codes::SYSTEM_SOCIAL_SERVICE`].
    pub system: String,
    /// The code in it.
    pub code: String,
    /// The name people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// Whom a report concerns: a client group of an age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetGroup {
    /// The group.
    pub group: Code<Group>,
    /// Its age.
    pub age: Code<AgeBand>,
}

/// How widespread something is and where it is going.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// How widespread.
    pub spread: Code<Spread>,
    /// Where it is going, if that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Code<Trend>>,
}

/// What in society something is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The sort of link.
    pub code: Code<CauseCode>,
    /// The link in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What somebody should do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReportProposal"))]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// What should be done.
    #[serde(default)]
    pub text: String,
    /// Who should do it: an organisation or body, in words.
    #[serde(default)]
    pub addressee: String,
    /// The level it has to be decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Code<Level>>,
}

/// What a report rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The sort of evidence.
    pub code: Code<EvidenceCode>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it can be read: an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Defines [`Report`] and what has to name each field once: reading, writing and [`Report::FIELDS`].
macro_rules! report {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        /// One observation. An unanswered field is `None`, empty or (`want_feedback`) false, and is absent in JSON; what each
        /// variant of the form requires, [`super::check::check`] says. In JSON an object with these names.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Report {
            $($(#[$doc])* pub $field: $type,)*
            /// Fields this version does not know, and known ones it could not read, as they came.
            pub other: BTreeMap<String, Value>,
        }

        impl Report {
            /// The ids of the fields this version knows, in the order of the form.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// Reads the root map of a document. Unknown codes are no issue here; [`super::check::check`] names them.
            ///
            /// The issues name the fields that hold something else than expected; their values stay in [`Report::other`].
            pub fn read(mut fields: Map<String, Value>) -> (Self, Vec<Issue>) {
                let mut issues = Vec::new();
                let mut report = Self {
                    $($field: take(&mut fields, stringify!($field), &mut issues),)*
                    other: BTreeMap::new(),
                };
                report.other = fields.into_iter().collect();
                (report, issues)
            }

            /// Returns the answered fields this version knows, without [`Report::other`].
            pub(crate) fn known_fields(&self) -> Map<String, Value> {
                let mut fields = Map::new();
                $(put(&mut fields, stringify!($field), &self.$field);)*
                fields
            }
        }
    };
}

report! {
    /// What it is about, in one line.
    title: String,
    /// What sort of thing it tells of.
    kind: Option<Code<Kind>>,
    /// Whether it is good or bad for people.
    valence: Option<Code<Valence>>,
    /// What was noticed: the phenomenon, not a person.
    description: String,
    /// The needs for support behind it.
    support_need: Vec<Code<SupportNeed>>,
    /// The tasks of social services it belongs to.
    service_task: Vec<Code<ServiceTask>>,
    /// The services it concerns.
    service: Vec<Coded>,
    /// Whom it concerns.
    target_group: Vec<TargetGroup>,
    /// How widespread it is.
    extent: Option<Extent>,
    /// How many people it concerns.
    affected_estimate: Option<Code<AffectedEstimate>>,
    /// Where it was seen.
    area: Vec<Area>,
    /// The level the matter belongs to.
    level: Option<Code<Level>>,
    /// The branches of administration that could act.
    sector: Vec<Code<Sector>>,
    /// What in society it is linked to.
    cause: Option<Cause>,
    /// What has been done already.
    done_so_far: Option<String>,
    /// Whether the services that were offered met the need.
    need_met: Option<Code<NeedMet>>,
    /// What would have helped.
    would_have_helped: Option<String>,
    /// What it does to clients' goals.
    effect: Option<Code<Effect>>,
    /// What should be done, and by whom.
    proposal: Vec<Proposal>,
    /// Why a proposal has to be found together, if there is none.
    proposal_together: Option<String>,
    /// What it rests on.
    evidence: Vec<Evidence>,
    /// Pictures and documents that belong to it; their bytes travel apart.
    attachment: Vec<Attachment>,
    /// What part clients had in it.
    client_involved: Option<Code<ClientInvolved>>,
    /// When it was observed.
    observed_period: Option<Period>,
    /// In what role it was written.
    author_role: Option<Code<AuthorRole>>,
    /// Whether the author wants to hear what came of it.
    want_feedback: bool,
    /// The language of its texts; tags beyond the set are welcome.
    language: Option<Code<Language>>,
    /// Which view of the form was used.
    variant: Code<Variant>,
    /// The form package and version.
    form: FormId,
    /// NGO form: what the organisation does.
    org_activity: Option<String>,
    /// NGO form: whether its funding depends on whom the report concerns.
    funding_dependency: Option<bool>,
    /// NGO form: through what work it was seen.
    seen_through: Option<Code<SeenThrough>>,
    /// Experiment: what it was to change.
    aim: Option<String>,
    /// Experiment: whether that was reached.
    aim_reached: Option<Code<AimReached>>,
    /// Experiment: what else it did, wanted or not.
    unforeseen_effects: Option<String>,
    /// Experiment: how it goes on.
    continuation: Option<Code<Continuation>>,
}

impl Report {
    /// Returns what goes into the root map of a document: one key per answered field, and [`Report::other`].
    ///
    /// An answer stands before an unreadable value of the same field; a mere default does not.
    pub fn to_fields(&self) -> Map<String, Value> {
        let mut fields = self.known_fields();
        if Self::FIELDS.iter().any(|field| self.other.contains_key(*field)) {
            let defaults = Self::default().known_fields();
            fields.retain(|field, value| !self.other.contains_key(field) || defaults.get(field) != Some(value));
        }
        for (field, value) in &self.other {
            fields.entry(field.as_str()).or_insert_with(|| value.clone());
        }
        fields
    }
}

/// Takes a field out of the map. An unreadable one stays there and is reported; null is the same as absent.
fn take<T: DeserializeOwned + Default>(fields: &mut Map<String, Value>, field: &str, issues: &mut Vec<Issue>) -> T {
    let Some(value) = fields.get(field) else { return T::default() };
    match Option::<T>::deserialize(value) {
        Ok(read) => {
            fields.remove(field);
            read.unwrap_or_default()
        }
        Err(error) => {
            // The reason repeats what was found, which may be long.
            let reason = error.to_string().chars().take(REASON_CHARS_MAX).collect();
            issues.push(Issue::new(field, Problem::Unreadable { reason }));
            T::default()
        }
    }
}

/// Puts an answered field into the map.
fn put<T: Serialize>(fields: &mut Map<String, Value>, field: &str, value: &T) {
    // Our types are texts, whole numbers, booleans, lists and structs of them: turning them into a value cannot fail.
    let value = serde_json::to_value(value).unwrap_or_default();
    let answered = match &value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        // "No" is an answer to everything but the wish for feedback.
        Value::Bool(yes) => *yes || field != "want_feedback",
        Value::Number(_) | Value::Object(_) => true,
    };
    if answered {
        fields.insert(field.to_owned(), value);
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_fields().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    /// Reads strictly: unlike [`Report::read`], a field that holds something else than expected is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (report, issues) = Self::read(Map::deserialize(deserializer)?);
        match issues.first() {
            None => Ok(report),
            Some(issue) => Err(D::Error::custom(issue)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing;
    use super::*;

    fn read(value: Value) -> (Report, Vec<Issue>) {
        Report::read(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn one_strange_code_spoils_nothing() {
        let json =
            json!({"title": "t", "kind": "rumour", "support_need": [2, 11], "variant": "resident", "form": "x/2"});
        let (report, issues) = read(json.clone());
        assert_eq!(issues, []);
        assert_eq!(report.kind.as_ref().and_then(Code::unknown), Some("rumour"));
        assert_eq!(report.support_need[0], SupportNeed::Housing);
        assert_eq!(Value::Object(report.to_fields()), json);
    }

    #[test]
    fn what_cannot_be_read_comes_out_as_it_went_in() {
        let json = json!({
            "title": 7, "area": [{"scheme": "county", "year": 2026, "code": "12", "part": "north"}], "mood": {"a": [null]},
            "variant": "ngo", "form": FORM,
        });
        let (report, issues) = read(json.clone());
        assert_eq!(issues.iter().map(|issue| issue.field.as_str()).collect::<Vec<_>>(), ["title", "area"]);
        assert_eq!((report.title.as_str(), report.area.len(), report.other.len()), ("", 0, 3));
        assert_eq!(Value::Object(report.to_fields()), json);
        assert!(serde_json::from_value::<Report>(json).is_err());
    }

    #[test]
    fn a_new_answer_replaces_an_unreadable_one() {
        let (mut report, _) = read(json!({"title": 7}));
        report.title = "Housing".into();
        assert_eq!(report.to_fields()["title"], "Housing");
    }

    #[test]
    fn null_is_no_answer() {
        let (report, issues) = read(json!({"kind": null, "title": null, "area": null, "want_feedback": false}));
        assert_eq!((report, issues), (Report::default(), vec![]));
    }

    #[test]
    fn no_is_an_answer_about_funding_but_not_about_feedback() {
        let report = Report { funding_dependency: Some(false), ..Report::default() };
        let fields = report.to_fields();
        assert_eq!(fields.get("funding_dependency"), Some(&json!(false)));
        assert!(!fields.contains_key("want_feedback"));
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(report in testing::report()) {
            let (again, issues) = Report::read(report.to_fields());
            prop_assert_eq!(&issues, &[]);
            prop_assert_eq!(&again, &report);
            let json = serde_json::to_string(&report).unwrap();
            prop_assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        }

        #[test]
        fn keeps_every_value_it_cannot_read(fields in testing::wild_fields()) {
            let (report, issues) = Report::read(fields.clone());
            let written = report.to_fields();
            for issue in &issues {
                prop_assert_eq!(written.get(&issue.field), fields.get(&issue.field));
            }
            prop_assert_eq!(Report::read(written), (report, issues));
        }
    }
}
