//! What a report answers, in the words of the reader's language: codes by their names, areas by theirs. What people wrote stays as it
//! is, and is escaped.

use maud::{Markup, html};
use serde_json::Value;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::Report;
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::schema::{Evidence, Proposal};

use crate::web::texts::Texts;

/// Returns the answer to a field; nothing if there is none.
pub(crate) fn answer(report: &Report, field: &str, form: &Form, texts: Texts) -> Markup {
    if let Some(value) = report.other.get(field) {
        return local(value, field, form, texts);
    }
    let language = texts.language();
    match field {
        "proposal" => list(report.proposal.iter().map(|entry| proposal(entry, texts))),
        "evidence" => list(report.evidence.iter().map(|entry| evidence(entry, texts))),
        "want_feedback" if report.want_feedback => html! { (texts.say("write-yes")) },
        "want_feedback" => html! {},
        "funding_dependency" => html! { @if let Some(yes) = report.funding_dependency { (yes_no(yes, texts)) } },
        _ => {
            let words = words(report, field, language);
            html! { (words) }
        }
    }
}

/// Returns the answer that a single value of a field gives.
pub(crate) fn value(field: &str, value: &Value, form: &Form, texts: Texts) -> Markup {
    let fields = std::iter::once((field.to_owned(), value.clone())).collect();
    answer(&Report::read(fields).0, field, form, texts)
}

fn words(report: &Report, field: &str, language: Language) -> String {
    match field {
        "title" => report.title.clone(),
        "kind" => codes(&report.kind, language),
        "valence" => codes(&report.valence, language),
        "description" => report.description.clone(),
        "support_need" => codes(&report.support_need, language),
        "service_task" => codes(&report.service_task, language),
        "service" => {
            joined(report.service.iter().map(|service| service.display.clone().unwrap_or_else(|| service.code.clone())))
        }
        "target_group" => joined(
            report
                .target_group
                .iter()
                .map(|target| format!("{} ({})", target.group.label(language), target.age.label(language))),
        ),
        "extent" => report.extent.as_ref().map_or_else(String::new, |extent| {
            let trend = extent.trend.iter().map(|trend| trend.label(language).to_owned());
            joined(std::iter::once(extent.spread.label(language).to_owned()).chain(trend))
        }),
        "affected_estimate" => codes(&report.affected_estimate, language),
        "area" => joined(report.area.iter().map(|area| area.label(language).to_owned())),
        "level" => codes(&report.level, language),
        "sector" => codes(&report.sector, language),
        "cause" => report.cause.as_ref().map_or_else(String::new, |cause| {
            let text = cause.text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            format!("{}{text}", cause.code.label(language))
        }),
        "need_met" => codes(&report.need_met, language),
        "effect" => codes(&report.effect, language),
        "client_involved" => codes(&report.client_involved, language),
        "observed_period" => report.observed_period.map(|period| period.to_string()).unwrap_or_default(),
        "author_role" => codes(&report.author_role, language),
        "language" => codes(&report.language, language),
        "variant" => report.variant.label(language).to_owned(),
        "form" => report.form.0.clone(),
        "seen_through" => codes(&report.seen_through, language),
        "aim_reached" => codes(&report.aim_reached, language),
        "continuation" => codes(&report.continuation, language),
        _ => prose(report, field).clone().unwrap_or_default(),
    }
}

fn prose<'a>(report: &'a Report, field: &str) -> &'a Option<String> {
    match field {
        "done_so_far" => &report.done_so_far,
        "would_have_helped" => &report.would_have_helped,
        "proposal_together" => &report.proposal_together,
        "org_activity" => &report.org_activity,
        "aim" => &report.aim,
        "unforeseen_effects" => &report.unforeseen_effects,
        _ => &None,
    }
}

/// The answer to a form's own question, or to a field that this version does not know.
fn local(value: &Value, field: &str, form: &Form, texts: Texts) -> Markup {
    let named = form.question(field).and_then(|question| question.name_of(value, form, texts.language()));
    match (named, value) {
        (Some(name), _) => html! { (name) },
        (None, Value::Bool(yes)) => html! { (yes_no(*yes, texts)) },
        (None, Value::String(text)) => html! { (text) },
        (None, value) => html! { code { (value.to_string()) } },
    }
}

fn yes_no(yes: bool, texts: Texts) -> String {
    if yes { texts.say("write-yes") } else { texts.say("write-no") }
}

fn codes<'a, T: CodeSet>(of: impl IntoIterator<Item = &'a Code<T>>, language: Language) -> String {
    joined(of.into_iter().map(|code| code.label(language).to_owned()))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

fn list(entries: impl Iterator<Item = Markup>) -> Markup {
    let entries: Vec<Markup> = entries.collect();
    match entries.as_slice() {
        [] => html! {},
        [only] => html! { (only) },
        _ => html! { ul { @for entry in &entries { li { (entry) } } } },
    }
}

fn proposal(proposal: &Proposal, texts: Texts) -> Markup {
    html! {
        (proposal.text)
        @if !proposal.addressee.is_empty() { " → " strong { (proposal.addressee) } }
        @if let Some(level) = &proposal.level { " (" (level.label(texts.language())) ")" }
    }
}

/// A link is shown, and can be followed only if it leads to the web.
fn evidence(evidence: &Evidence, texts: Texts) -> Markup {
    let is_web = |link: &str| link.starts_with("https://") || link.starts_with("http://");
    html! {
        (evidence.code.label(texts.language()))
        @if let Some(text) = &evidence.text { ": " (text) }
        @if let Some(link) = &evidence.link {
            " " @if is_web(link) { a href=(link) rel="noreferrer nofollow" { (link) } } @else { (link) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::web::texts::LANGUAGES;

    fn read(fields: Value) -> Report {
        Report::read(serde_json::from_value(fields).unwrap()).0
    }

    fn said(report: &Report, field: &str, language: Language) -> String {
        answer(report, field, Form::built_in(), Texts::new(language)).into_string()
    }

    #[test]
    fn says_it_in_the_readers_language() {
        let report = read(json!({
            "title": "Asunnot", "support_need": [2, 3], "area": [{"scheme": "municipality", "year": 2026, "code": "564"}],
            "extent": {"spread": "many", "trend": "growing"}, "target_group": [{"group": "unemployed", "age": "25-64"}],
            "proposal": [{"text": "Lisää", "addressee": "Kunta", "level": "municipality"}], "level": "galaxy", "mood": {"a": 1},
            "funding_dependency": false, "observed_period": "2026-H1",
        }));
        for (field, language, words) in [
            ("support_need", Language::En, "Housing; Financial support"),
            ("area", Language::Sv, "Uleåborg"),
            ("extent", Language::En, "Many; Growing"),
            ("target_group", Language::En, "Unemployed people (25–64 years)"),
            ("proposal", Language::Fi, "Lisää → <strong>Kunta</strong> (Kunta)"),
            ("level", Language::En, "galaxy"),
            ("mood", Language::Sv, "<code>{&quot;a&quot;:1}</code>"),
            ("funding_dependency", Language::Fi, "ei"),
            ("want_feedback", Language::Fi, ""),
            ("observed_period", Language::Fi, "2026-H1"),
        ] {
            assert_eq!(said(&report, field, language), words, "{field}");
        }
    }

    #[test]
    fn no_field_is_forgotten_and_nothing_runs() {
        let hostile = "<img src=x onerror=alert(1)>";
        let fields = json!({
            "title": hostile, "kind": hostile, "valence": hostile, "description": hostile, "support_need": [hostile],
            "service_task": [hostile], "service": [{"system": "s", "code": hostile}],
            "target_group": [{"group": hostile, "age": hostile}], "extent": {"spread": hostile},
            "affected_estimate": hostile, "area": [{"scheme": "x", "year": 1, "code": hostile}], "level": hostile,
            "sector": [hostile], "cause": {"code": hostile, "text": hostile}, "done_so_far": hostile,
            "need_met": hostile, "would_have_helped": hostile, "effect": hostile,
            "proposal": [{"text": hostile, "addressee": hostile}], "proposal_together": hostile,
            "evidence": [{"code": hostile, "text": hostile, "link": "javascript:alert(1)"}], "client_involved": hostile,
            "observed_period": "2026-05", "author_role": hostile, "want_feedback": true, "language": hostile,
            "variant": hostile, "form": hostile, "org_activity": hostile, "funding_dependency": true,
            "seen_through": hostile, "aim": hostile, "aim_reached": hostile, "unforeseen_effects": hostile,
            "continuation": hostile,
        });
        let report = read(fields);
        for field in Report::FIELDS.iter().filter(|field| **field != "attachment") {
            for language in LANGUAGES {
                let said = said(&report, field, language);
                assert!(!said.is_empty() && !said.contains("<img") && !said.contains("href"), "{field}: {said}");
            }
        }
    }
}
