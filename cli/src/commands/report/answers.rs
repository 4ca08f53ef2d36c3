//! What a report answers, in words of the reader's language: codes by their names, areas by theirs. Text is returned as it was
//! written; whoever prints it goes through [`super::plain`].

use serde_json::Value;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::code::{Code, CodeSet};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::schema::{Evidence, Proposal};
use talkoot_protocol::report::{Attachment, Report};

use super::attachments::what;
use super::labels::Word;

/// Returns the answer to a field, one line for each entry of a list of texts; empty if there is none.
pub(crate) fn answer(report: &Report, field: &str, language: Language) -> String {
    if let Some(value) = report.other.get(field) {
        return unknown(value);
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
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
            joined(
                [codes([&extent.spread], language)]
                    .into_iter()
                    .chain(extent.trend.iter().map(|trend| codes([trend], language))),
            )
        }),
        "affected_estimate" => codes(&report.affected_estimate, language),
        "area" => joined(report.area.iter().map(|area| area.label(language).to_owned())),
        "level" => codes(&report.level, language),
        "sector" => codes(&report.sector, language),
        "cause" => {
            report.cause.as_ref().map_or_else(String::new, |cause| with_text(&cause.code, &cause.text, language))
        }
        "done_so_far" => text(&report.done_so_far),
        "need_met" => codes(&report.need_met, language),
        "would_have_helped" => text(&report.would_have_helped),
        "effect" => codes(&report.effect, language),
        "proposal" => lines(report.proposal.iter().map(|proposal| one_proposal(proposal, language))),
        "proposal_together" => text(&report.proposal_together),
        "evidence" => lines(report.evidence.iter().map(|evidence| one_evidence(evidence, language))),
        "attachment" => lines(report.attachment.iter().map(|attachment| one_attachment(attachment, language))),
        "client_involved" => codes(&report.client_involved, language),
        "observed_period" => report.observed_period.map(|period| period.to_string()).unwrap_or_default(),
        "author_role" => codes(&report.author_role, language),
        "want_feedback" => {
            if report.want_feedback {
                yes_no(true, language)
            } else {
                String::new()
            }
        }
        "language" => codes(&report.language, language),
        "variant" => codes([&report.variant], language),
        "form" => report.form.0.clone(),
        "org_activity" => text(&report.org_activity),
        "funding_dependency" => report.funding_dependency.map(|yes| yes_no(yes, language)).unwrap_or_default(),
        "seen_through" => codes(&report.seen_through, language),
        "aim" => text(&report.aim),
        "aim_reached" => codes(&report.aim_reached, language),
        "unforeseen_effects" => text(&report.unforeseen_effects),
        "continuation" => codes(&report.continuation, language),
        _ => String::new(),
    }
}

/// Returns the answer that a single value of a field gives.
pub(crate) fn value(field: &str, value: &Value, language: Language) -> String {
    let fields = std::iter::once((field.to_owned(), value.clone())).collect();
    answer(&Report::read(fields).0, field, language)
}

/// Returns the answer to a form's own question, or to a field that only the form knows.
pub(crate) fn local(value: &Value, field: &str, form: &Form, language: Language) -> String {
    let named = form.question(field).and_then(|question| question.name_of(value, form, language));
    match (named, value) {
        (Some(name), _) => name.to_owned(),
        (None, Value::Bool(yes)) => yes_no(*yes, language),
        (None, value) => unknown(value),
    }
}

fn unknown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn yes_no(yes: bool, language: Language) -> String {
    if yes { Word::Yes } else { Word::No }.say(language).to_owned()
}

fn codes<'a, T: CodeSet>(of: impl IntoIterator<Item = &'a Code<T>>, language: Language) -> String {
    joined(of.into_iter().map(|code| code.label(language).to_owned()))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries.collect::<Vec<_>>().join("\n")
}

fn with_text<T: CodeSet>(code: &Code<T>, text: &Option<String>, language: Language) -> String {
    match text {
        Some(text) => format!("{}: {text}", code.label(language)),
        None => code.label(language).to_owned(),
    }
}

fn one_proposal(proposal: &Proposal, language: Language) -> String {
    let level = proposal.level.as_ref().map(|level| format!(" ({})", level.label(language))).unwrap_or_default();
    match proposal.addressee.as_str() {
        "" => format!("{}{level}", proposal.text),
        addressee => format!("{} → {addressee}{level}", proposal.text),
    }
}

fn one_evidence(evidence: &Evidence, language: Language) -> String {
    let link = evidence.link.as_ref().map(|link| format!(" <{link}>")).unwrap_or_default();
    format!("{}{link}", with_text(&evidence.code, &evidence.text, language))
}

fn one_attachment(attachment: &Attachment, language: Language) -> String {
    let caption = attachment.caption.as_ref().map(|caption| format!(": {caption}")).unwrap_or_default();
    format!("{} ({}){caption}", what(attachment, language), attachment.hash.short())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Report {
        let fields = json!({
            "title": "Asunnot", "kind": "phenomenon", "support_need": [2, 3], "area": [{"scheme": "municipality", "year": 2026, "code": "564"}],
            "extent": {"spread": "many", "trend": "growing"}, "target_group": [{"group": "unemployed", "age": "25-64"}],
            "proposal": [{"text": "Lisää", "addressee": "Kunta", "level": "municipality"}], "mood": {"a": 1}, "level": "galaxy",
        });
        Report::read(serde_json::from_value(fields).unwrap()).0
    }

    #[test]
    fn says_it_in_the_readers_language() {
        let report = report();
        for (field, language, words) in [
            ("kind", Language::Fi, "Ilmiö"),
            ("support_need", Language::En, "Housing; Financial support"),
            ("area", Language::Sv, "Uleåborg"),
            ("extent", Language::En, "Many; Growing"),
            ("target_group", Language::En, "Unemployed people (25–64 years)"),
            ("proposal", Language::Fi, "Lisää → Kunta (Kunta)"),
            ("mood", Language::En, "{\"a\":1}"),
            ("level", Language::En, "galaxy"),
            ("effect", Language::En, ""),
        ] {
            assert_eq!(answer(&report, field, language), words, "{field}");
        }
        assert_eq!(value("sector", &json!(["kela", "social"]), Language::Sv), "FPA; Socialvård");
    }

    #[test]
    fn no_field_is_forgotten() {
        let fields = [
            ("title", json!("t")),
            ("description", json!("t")),
            ("want_feedback", json!(true)),
            ("funding_dependency", json!(false)),
            ("org_activity", json!("t")),
            ("seen_through", json!("phone_chat")),
            ("aim", json!("t")),
            ("aim_reached", json!("partly")),
            ("unforeseen_effects", json!("t")),
            ("continuation", json!("stop")),
            ("effect", json!("helps")),
            ("form", json!("x/1")),
            ("service", json!([{"system": "s", "code": "c"}])),
            ("cause", json!({"code": "law"})),
            ("evidence", json!([{"code": "story"}])),
            ("attachment", json!([{"hash": "a5".repeat(32), "kind": "pdf", "bytes": 1, "pages": 2}])),
            ("observed_period", json!("2026-05")),
            ("author_role", json!("student")),
            ("language", json!("fi")),
            ("variant", json!("ngo")),
            ("client_involved", json!("heard")),
            ("need_met", json!("partly")),
            ("would_have_helped", json!("t")),
            ("proposal_together", json!("t")),
            ("done_so_far", json!("t")),
            ("sector", json!(["kela"])),
            ("level", json!("unit")),
            ("affected_estimate", json!("1-4")),
            ("service_task", json!(["disability"])),
            ("valence", json!("mixed")),
        ];
        for (field, given) in fields {
            assert_ne!(value(field, &given, Language::En), "", "{field}");
        }
    }
}
