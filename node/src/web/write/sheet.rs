//! The form of a report as a page has it: each field of the form package as a control whose name is its place in the report, in the
//! words of the package. Knows nothing of signing, drafts or peers.

use maud::{Markup, html};
use talkoot_protocol::date::Date;
use talkoot_protocol::form::{Answer, Form, Need, Question};
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::{
    AffectedEstimate, AimReached, AuthorRole, ClientInvolved, Continuation, Effect, Kind, Language, Level, NeedMet,
    Sector, SeenThrough, ServiceTask, SupportNeed, Valence, Variant,
};
use talkoot_protocol::report::limits::{LINE_CHARS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use talkoot_protocol::scope::County;

use super::choices::{self, Choices};
use super::filled::Filled;
use crate::web::parts::{self, Field};
use crate::web::texts::Texts;

/// Rows of a field for long texts.
const ROWS: u8 = 3;
/// Rows of the field that tells what was noticed.
const ROWS_LONG: u8 = 5;

/// A form to be filled in.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    /// The texts of the page.
    pub(crate) texts: Texts,
    /// The form package.
    pub(crate) form: &'a Form,
    /// What it holds already.
    pub(crate) filled: &'a Filled,
    /// Whose view of the form.
    pub(crate) variant: Variant,
    /// The counties the organisation acts in.
    pub(crate) counties: &'a [County],
    /// The day.
    pub(crate) today: Date,
}

impl Sheet<'_> {
    pub(super) fn language(&self) -> Language {
        self.texts.language()
    }

    /// Returns whether the variant asks for a field at all.
    pub(super) fn asks(&self, id: &str) -> bool {
        self.form.field(id).is_some_and(|field| field.needs.of(self.variant) != Need::Absent)
    }

    /// Returns a field of the form; nothing if it is not asked.
    pub(super) fn field(&self, id: &str) -> Markup {
        if !self.asks(id) {
            return html! {};
        }
        match id {
            "title" => self.line(id, TITLE_CHARS_MAX),
            "description" => self.words(id, ROWS_LONG),
            "done_so_far" | "would_have_helped" | "proposal_together" | "org_activity" | "aim"
            | "unforeseen_effects" => self.words(id, ROWS),
            "kind" => self.radios::<Kind>(id),
            "valence" => self.radios::<Valence>(id),
            "support_need" => self.boxes::<SupportNeed>(id),
            "service_task" => self.boxes::<ServiceTask>(id),
            "sector" => self.boxes::<Sector>(id),
            "affected_estimate" => self.choice::<AffectedEstimate>(id),
            "level" => self.choice::<Level>(id),
            "need_met" => self.choice::<NeedMet>(id),
            "effect" => self.choice::<Effect>(id),
            "client_involved" => self.choice::<ClientInvolved>(id),
            "author_role" => self.choice::<AuthorRole>(id),
            "seen_through" => self.choice::<SeenThrough>(id),
            "aim_reached" => self.choice::<AimReached>(id),
            "continuation" => self.choice::<Continuation>(id),
            "language" => self.choice::<Language>(id),
            "observed_period" => self.chosen(id, choices::periods(self.today, self.texts)),
            "want_feedback" => self.tick(id),
            "funding_dependency" => self.yes_no(id),
            // The page names the variant and the form; attachments have a part of their own.
            "variant" | "form" | "attachment" => html! {},
            "service" | "target_group" | "extent" | "area" | "cause" | "proposal" | "evidence" => self.group(id),
            _ => self.line(id, LINE_CHARS_MAX),
        }
    }

    /// Returns the label and help of a field of the form.
    pub(super) fn named(&self, id: &str) -> (&str, Option<&str>) {
        let Some(field) = self.form.field(id) else { return ("", None) };
        let help = field.help.get(self.language());
        (field.label.get(self.language()), Some(help).filter(|help| !help.is_empty()))
    }

    /// Returns whether a field has to be answered.
    pub(super) fn requires(&self, id: &str) -> bool {
        let kind = self.filled.said("kind").parse().ok();
        self.form.field(id).is_some_and(|field| field.need(self.variant, kind) == Need::Required)
    }

    fn with<'b>(&'b self, id: &'b str, value: &'b str) -> Field<'b> {
        let (label, hint) = self.named(id);
        Field { name: id, label, hint, value, required: self.requires(id), ..Field::default() }
    }

    fn line(&self, id: &str, most: usize) -> Markup {
        parts::line(self.texts, &Field { most: Some(most), ..self.with(id, &self.filled.said(id)) })
    }

    fn words(&self, id: &str, rows: u8) -> Markup {
        parts::area(self.texts, &Field { most: Some(TEXT_CHARS_MAX), ..self.with(id, &self.filled.said(id)) }, rows)
    }

    fn radios<T: CodeSet>(&self, id: &str) -> Markup {
        let value = self.filled.said(id);
        parts::radios(self.texts, &self.with(id, &value), &kept(choices::codes::<T>(self.language()), &value))
    }

    fn boxes<T: CodeSet>(&self, id: &str) -> Markup {
        let chosen = self.filled.entries(id);
        let codes = chosen.iter().fold(choices::codes::<T>(self.language()), |codes, value| kept(codes, value));
        let stands_for = T::NUMERIC.then_some("number");
        parts::boxes(self.texts, &Field { stands_for, ..self.with(id, "") }, &codes, &chosen)
    }

    fn choice<T: CodeSet>(&self, id: &str) -> Markup {
        self.chosen(id, choices::codes::<T>(self.language()))
    }

    fn chosen(&self, id: &str, codes: Choices) -> Markup {
        let value = self.filled.said(id);
        parts::choice(self.texts, &self.with(id, &value), &kept(codes, &value))
    }

    fn tick(&self, id: &str) -> Markup {
        let (label, hint) = self.named(id);
        let choices = [("true".to_owned(), hint.unwrap_or(label).to_owned())];
        let field = Field { hint: None, stands_for: Some("boolean"), ..self.with(id, "") };
        // One box is no list: it is sent under the field's own name.
        parts::tick(self.texts, &field, &choices, &[self.filled.said(id)])
    }

    fn yes_no(&self, id: &str) -> Markup {
        let value = self.filled.said(id);
        let field = Field { stands_for: Some("boolean"), ..self.with(id, &value) };
        parts::radios(self.texts, &field, &self.yes_and_no())
    }

    fn yes_and_no(&self) -> Choices {
        vec![("true".to_owned(), self.texts.say("write-yes")), ("false".to_owned(), self.texts.say("write-no"))]
    }

    /// Returns a question of the form's own.
    pub(super) fn question(&self, question: &Question) -> Markup {
        let kind = self.filled.said("kind").parse().ok();
        let need = question.need(self.variant, kind);
        if need == Need::Absent {
            return html! {};
        }
        let (language, value) = (self.language(), self.filled.said(&question.id));
        let help = question.help.get(language);
        let field = Field {
            name: &question.id,
            label: question.label.get(language),
            hint: Some(help).filter(|help| !help.is_empty()),
            value: &value,
            required: need == Need::Required,
            ..Field::default()
        };
        match &question.answer {
            Answer::Text {} => parts::area(self.texts, &Field { most: Some(TEXT_CHARS_MAX), ..field }, ROWS),
            Answer::Number { .. } => parts::line(self.texts, &Field { stands_for: Some("number"), ..field }),
            Answer::YesNo {} => {
                parts::radios(self.texts, &Field { stands_for: Some("boolean"), ..field }, &self.yes_and_no())
            }
            Answer::Choice { .. } => {
                let codes = question.codes(self.form).iter();
                let codes = codes.map(|code| (code.code.clone(), code.name.get(language).to_owned())).collect();
                parts::choice(self.texts, &field, &kept(codes, &value))
            }
        }
    }
}

/// Adds what stands there already, if it is none of the choices: a code of a newer form is not lost by opening a page.
pub(super) fn kept(mut choices: Choices, value: &str) -> Choices {
    if !value.is_empty() && !choices.iter().any(|(key, _)| key == value) {
        choices.push((value.to_owned(), value.to_owned()));
    }
    choices
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::Report;

    use super::*;
    use crate::web::texts::LANGUAGES;

    fn drawn(sheet: &Sheet<'_>) -> String {
        Report::FIELDS.iter().map(|id| sheet.field(id).into_string()).collect()
    }

    fn sheet<'a>(filled: &'a Filled, variant: Variant, counties: &'a [County], language: Language) -> Sheet<'a> {
        let today = "2026-11-22".parse().unwrap();
        Sheet { texts: Texts::new(language), form: Form::built_in(), filled, variant, counties, today }
    }

    #[test]
    fn every_field_that_is_asked_has_a_control() {
        let (empty, counties) = (Filled::default(), [County::new(12).unwrap()]);
        for language in LANGUAGES {
            for variant in [Variant::Professional, Variant::Ngo] {
                let sheet = sheet(&empty, variant, &counties, language);
                for id in Report::FIELDS.iter().filter(|id| !["variant", "form", "attachment"].contains(id)) {
                    let drawn = sheet.field(id).into_string();
                    assert_eq!(drawn.contains(&format!("data-field=\"{id}\"")), sheet.asks(id), "{id} {variant}");
                    assert!(!sheet.asks(id) || drawn.contains("name=\""), "{id} {variant}");
                }
            }
        }
    }

    #[test]
    fn what_was_written_comes_back_inert() {
        let hostile = "\"><script>alert(1)</script>";
        let fields = json!({
            "title": hostile, "kind": hostile, "support_need": [2, hostile], "description": hostile,
            "area": [{"scheme": "village", "year": 2026, "code": hostile}], "cause": {"code": hostile, "text": hostile},
            "proposal": [{"text": hostile, "addressee": hostile, "level": hostile}],
            "evidence": [{"code": hostile, "text": hostile, "link": hostile}], "observed_period": hostile,
            "target_group": [{"group": hostile, "age": hostile}], "extent": {"spread": hostile, "trend": hostile},
            "service": [{"system": hostile, "code": hostile}],
        });
        let filled = Filled::new(serde_json::from_value(fields).unwrap());
        let counties = [County::new(12).unwrap()];
        let text = drawn(&sheet(&filled, Variant::Professional, &counties, Language::Fi));
        assert!(!text.contains("<script"), "{text}");
        assert!(text.matches("alert(1)").count() > 15);
    }

    #[test]
    fn what_is_chosen_is_shown_as_chosen() {
        let fields = json!({
            "kind": "wondering", "support_need": [2, 99], "level": "county", "want_feedback": true,
            "area": [{"scheme": "municipality", "year": 2026, "code": "564"}],
        });
        let filled = Filled::new(serde_json::from_value(fields).unwrap());
        let counties = [County::new(12).unwrap()];
        let text = drawn(&sheet(&filled, Variant::Professional, &counties, Language::Fi));
        assert_eq!(text.matches(" checked").count(), 5, "kind, two needs, the area, feedback: {text}");
        assert!(text.contains("Oulu") && text.contains("value=\"county\" selected"), "{text}");
    }
}
