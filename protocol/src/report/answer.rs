//! What a report answers, in words of the reader's language: codes by their names, areas by theirs, what people wrote as they wrote it.
//!
//! One place for every way out that people read: pages, lines, tables. How yes and no are called, and how a list of entries is set,
//! is theirs. Texts are returned unchanged, so whoever shows them takes care that they do no harm there.

use std::borrow::Cow;

use serde_json::Value;

use super::code::{Code, CodeSet};
use super::codes::Language;
use super::schema::{Evidence, Proposal};
use super::{Attachment, Report};
use crate::form::Form;

/// What a report answers to one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<'a> {
    /// Words; several names stand in one line. Empty if nothing is answered.
    Words(Cow<'a, str>),
    /// Yes or no.
    Yes(bool),
    /// What should be done, by whom.
    Proposals(&'a [Proposal]),
    /// What it rests on.
    Evidence(&'a [Evidence]),
    /// Pictures and documents.
    Attachments(&'a [Attachment]),
    /// A value that this version has no words for, as it is stored.
    Kept(&'a Value),
}

impl Answer<'_> {
    /// Returns whether nothing is answered.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Words(words) => words.is_empty(),
            Self::Proposals(entries) => entries.is_empty(),
            Self::Evidence(entries) => entries.is_empty(),
            Self::Attachments(entries) => entries.is_empty(),
            Self::Yes(_) | Self::Kept(_) => false,
        }
    }
}

/// Returns the answer to a field: one of the schema, a question of the form's own, or one that nobody here knows.
pub fn answer<'a>(report: &'a Report, field: &str, form: &'a Form, language: Language) -> Answer<'a> {
    if let Some(value) = report.other.get(field) {
        return kept(value, field, form, language);
    }
    match field {
        "want_feedback" if report.want_feedback => Answer::Yes(true),
        "want_feedback" => Answer::Words(Cow::default()),
        "funding_dependency" => report.funding_dependency.map_or(Answer::Words(Cow::default()), Answer::Yes),
        "proposal" => Answer::Proposals(&report.proposal),
        "evidence" => Answer::Evidence(&report.evidence),
        "attachment" => Answer::Attachments(&report.attachment),
        _ => match written(report, field) {
            Some(text) => Answer::Words(Cow::Borrowed(text)),
            None => Answer::Words(Cow::Owned(names(report, field, language))),
        },
    }
}

/// Calls `show` with the answer that a single value of a field gives.
pub fn of_value<T>(
    field: &str,
    value: &Value,
    form: &Form,
    language: Language,
    show: impl FnOnce(Answer<'_>) -> T,
) -> T {
    let fields = std::iter::once((field.to_owned(), value.clone())).collect();
    show(answer(&Report::read(fields).0, field, form, language))
}

/// Returns a code's name, and what was written beside it.
pub fn named<T: CodeSet>(code: &Code<T>, text: Option<&str>, language: Language) -> String {
    let name = code.label(language);
    text.map_or_else(|| name.to_owned(), |text| format!("{name}: {text}"))
}

fn kept<'a>(value: &'a Value, field: &str, form: &'a Form, language: Language) -> Answer<'a> {
    let name = form.question(field).and_then(|question| question.name_of(value, form, language));
    match (name, value) {
        (Some(name), _) => Answer::Words(Cow::Owned(name.to_owned())),
        (None, Value::Bool(yes)) => Answer::Yes(*yes),
        (None, Value::String(text)) => Answer::Words(Cow::Borrowed(text)),
        (None, value) => Answer::Kept(value),
    }
}

/// Returns what somebody wrote in words of their own.
fn written<'a>(report: &'a Report, field: &str) -> Option<&'a str> {
    match field {
        "title" => Some(&report.title),
        "description" => Some(&report.description),
        "form" => Some(&report.form.0),
        "done_so_far" => report.done_so_far.as_deref(),
        "would_have_helped" => report.would_have_helped.as_deref(),
        "proposal_together" => report.proposal_together.as_deref(),
        "org_activity" => report.org_activity.as_deref(),
        "aim" => report.aim.as_deref(),
        "unforeseen_effects" => report.unforeseen_effects.as_deref(),
        _ => None,
    }
}

/// Returns the names of what was chosen.
fn names(report: &Report, field: &str, language: Language) -> String {
    match field {
        "kind" => codes(&report.kind, language),
        "valence" => codes(&report.valence, language),
        "support_need" => codes(&report.support_need, language),
        "service_task" => codes(&report.service_task, language),
        "service" => joined(report.service.iter().map(|one| one.display.clone().unwrap_or_else(|| one.code.clone()))),
        "target_group" => joined(
            report
                .target_group
                .iter()
                .map(|one| format!("{} ({})", one.group.label(language), one.age.label(language))),
        ),
        "extent" => report.extent.as_ref().map_or_else(String::new, |extent| {
            let spread = std::iter::once(named(&extent.spread, None, language));
            joined(spread.chain(extent.trend.iter().map(|trend| named(trend, None, language))))
        }),
        "affected_estimate" => codes(&report.affected_estimate, language),
        "area" => joined(report.area.iter().map(|area| area.label(language).to_owned())),
        "level" => codes(&report.level, language),
        "sector" => codes(&report.sector, language),
        "cause" => {
            report.cause.as_ref().map_or_else(String::new, |cause| named(&cause.code, cause.text.as_deref(), language))
        }
        "need_met" => codes(&report.need_met, language),
        "effect" => codes(&report.effect, language),
        "client_involved" => codes(&report.client_involved, language),
        "observed_period" => report.observed_period.map(|period| period.to_string()).unwrap_or_default(),
        "author_role" => codes(&report.author_role, language),
        "language" => codes(&report.language, language),
        "variant" => named(&report.variant, None, language),
        "seen_through" => codes(&report.seen_through, language),
        "aim_reached" => codes(&report.aim_reached, language),
        "continuation" => codes(&report.continuation, language),
        _ => String::new(),
    }
}

fn codes<'a, T: CodeSet>(of: impl IntoIterator<Item = &'a Code<T>>, language: Language) -> String {
    joined(of.into_iter().map(|code| code.label(language).to_owned()))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(fields: Value) -> Report {
        Report::read(serde_json::from_value(fields).unwrap()).0
    }

    #[test]
    fn says_it_in_the_readers_language() {
        let report = read(json!({
            "title": "Asunnot", "kind": "phenomenon", "support_need": [2, 3], "level": "galaxy", "mood": {"a": 1}, "calm": true,
            "area": [{"scheme": "municipality", "year": 2026, "code": "564"}], "extent": {"spread": "many", "trend": "growing"},
            "target_group": [{"group": "unemployed", "age": "25-64"}], "cause": {"code": "law", "text": "pykälä"},
            "want_feedback": true, "funding_dependency": false, "observed_period": "2026-H1",
        }));
        let said = |field: &str, language| answer(&report, field, Form::built_in(), language);
        for (field, language, words) in [
            ("title", Language::Sv, "Asunnot"),
            ("kind", Language::Fi, "Ilmiö"),
            ("support_need", Language::En, "Housing; Financial support"),
            ("area", Language::Sv, "Uleåborg"),
            ("extent", Language::En, "Many; Growing"),
            ("target_group", Language::En, "Unemployed people (25–64 years)"),
            ("level", Language::En, "galaxy"),
            ("observed_period", Language::Fi, "2026-H1"),
            ("effect", Language::En, ""),
        ] {
            assert_eq!(said(field, language), Answer::Words(words.into()), "{field}");
        }
        let Answer::Words(cause) = said("cause", Language::Fi) else { panic!("a cause is words") };
        assert!(cause.ends_with(": pykälä"), "{cause}");
        assert_eq!(said("want_feedback", Language::Fi), Answer::Yes(true));
        assert_eq!(said("funding_dependency", Language::Fi), Answer::Yes(false));
        assert_eq!(said("calm", Language::Fi), Answer::Yes(true));
        assert_eq!(said("mood", Language::Fi), Answer::Kept(&json!({"a": 1})));
        assert!(said("evidence", Language::Fi).is_empty() && said("effect", Language::Fi).is_empty());
    }

    #[test]
    fn one_value_is_said_like_a_whole_report() {
        let said = of_value("sector", &json!(["kela", "social"]), Form::built_in(), Language::Sv, |answer| {
            assert_eq!(answer, Answer::Words("FPA; Socialvård".into()));
            1
        });
        assert_eq!(said, 1);
    }
}
