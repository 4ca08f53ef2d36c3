//! What a report answers, as lines of text: `report::answer` of protocol says what, this sets it. Text is returned as it was written; whoever
//! prints it goes through [`super::plain`].

use serde_json::Value;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::answer::{named, of_value};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::schema::{Evidence, Proposal};
use talkoot_protocol::report::{self, Answer, Attachment, Report};

use super::attachments::what;
use super::labels::Word;

/// Returns the answer to a field, one line for each entry of a list of texts; empty if there is none.
pub(crate) fn answer(report: &Report, field: &str, form: &Form, language: Language) -> String {
    set(report::answer(report, field, form, language), language)
}

/// Returns the answer that a single value of a field gives.
pub(crate) fn value(field: &str, value: &Value, form: &Form, language: Language) -> String {
    of_value(field, value, form, language, |answer| set(answer, language))
}

fn set(answer: Answer<'_>, language: Language) -> String {
    match answer {
        Answer::Words(words) => words.into_owned(),
        Answer::Yes(true) => Word::Yes.say(language).to_owned(),
        Answer::Yes(false) => Word::No.say(language).to_owned(),
        Answer::Proposals(entries) => lines(entries.iter().map(|entry| one_proposal(entry, language))),
        Answer::Evidence(entries) => lines(entries.iter().map(|entry| one_evidence(entry, language))),
        Answer::Attachments(entries) => lines(entries.iter().map(|entry| one_attachment(entry, language))),
        Answer::Kept(value) => value.to_string(),
    }
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries.collect::<Vec<_>>().join("\n")
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
    format!("{}{link}", named(&evidence.code, evidence.text.as_deref(), language))
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
            assert_eq!(answer(&report, field, Form::built_in(), language), words, "{field}");
        }
        assert_eq!(value("sector", &json!(["kela", "social"]), Form::built_in(), Language::Sv), "FPA; Socialvård");
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
            assert_ne!(value(field, &given, Form::built_in(), Language::En), "", "{field}");
        }
    }
}
