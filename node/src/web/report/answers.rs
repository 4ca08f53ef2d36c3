//! What a report answers, as it stands on a page: `report::answer` of protocol says what, this sets it. What people wrote is escaped, and a
//! link is one only if it leads to the web.

use maud::{Markup, html};
use serde_json::Value;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::answer::{named, of_value};
use talkoot_protocol::report::schema::{Evidence, Proposal};
use talkoot_protocol::report::{self, Answer, Report};

use crate::web::parts;
use crate::web::texts::Texts;

/// Returns the answer to a field; nothing if there is none.
pub(crate) fn answer(report: &Report, field: &str, form: &Form, texts: Texts) -> Markup {
    set(report::answer(report, field, form, texts.language()), texts)
}

/// Returns the answer that a single value of a field gives.
pub(crate) fn value(field: &str, value: &Value, form: &Form, texts: Texts) -> Markup {
    of_value(field, value, form, texts.language(), |answer| set(answer, texts))
}

fn set(answer: Answer<'_>, texts: Texts) -> Markup {
    match answer {
        Answer::Words(words) => html! { (words) },
        Answer::Yes(true) => html! { (texts.say("write-yes")) },
        Answer::Yes(false) => html! { (texts.say("write-no")) },
        Answer::Proposals(entries) => list(entries.iter().map(|entry| proposal(entry, texts))),
        Answer::Evidence(entries) => list(entries.iter().map(|entry| evidence(entry, texts))),
        // They have a part of the page of their own.
        Answer::Attachments(_) => html! {},
        Answer::Kept(value) => html! { code { (value.to_string()) } },
    }
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

fn evidence(evidence: &Evidence, texts: Texts) -> Markup {
    html! {
        (named(&evidence.code, evidence.text.as_deref(), texts.language()))
        @if let Some(link) = &evidence.link { " " (parts::link(link)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::codes::Language;

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
