//! What somebody without an account has entered, and what keeps it from being stored: above all identifiers of people. Nothing of it
//! is logged.

use maud::{Markup, html};
use talkoot_protocol::report::area::table;
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::{Group, Language, Valence};
use talkoot_protocol::scan::{Action, scan};

use crate::intake::slip::{PROPOSAL_CHARS_MAX, TEXT_CHARS_MAX, Words};

use super::parts::{self, Field};
use super::texts::Texts;

/// Most characters of a passage that is shown with an objection.
const PASSAGE_CHARS_MAX: usize = 60;
/// Most objections shown to one field.
const SHOWN_MAX: usize = 8;

/// A form that was sent.
#[derive(Debug, Default)]
pub(super) struct Entered {
    /// The words.
    pub(super) words: Words,
    /// Whether its writer wants a code.
    pub(super) follow: bool,
    /// The seed of the form, as 32 hexadecimal digits.
    pub(super) seed: Option<[u8; 16]>,
    confirmed: bool,
    trapped: bool,
}

/// Something that keeps it from being stored, at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Objection {
    pub(super) field: &'static str,
    pub(super) told: String,
    /// Whether its writer may say that it is no identifier.
    pub(super) is_doubt: bool,
}

impl Entered {
    /// Reads what was sent. What no form of ours sends is passed over.
    pub(super) fn read(fields: Vec<(String, String)>) -> Self {
        let mut entered = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "text" => entered.words.text = plain(&value),
                "proposal" => entered.words.proposal = plain(&value),
                "valence" => entered.words.valence = Valence::from_key(&value),
                "group" => entered.words.group = Group::from_key(&value),
                "place" => entered.words.place = Some(value).filter(|code| table::municipality(code).is_some()),
                "follow" => entered.follow = true,
                "confirm" => entered.confirmed = true,
                "website" => entered.trapped = !value.is_empty(),
                "seed" => entered.seed = super::session::unhex(&value),
                _ => {}
            }
        }
        entered
    }

    /// Returns what keeps it from being stored.
    pub(super) fn objections(&self, texts: Texts) -> Vec<Objection> {
        let object = |field, told| Objection { field, told, is_doubt: false };
        let mut found = Vec::new();
        if self.words.text.is_empty() {
            found.push(object("text", texts.say("resident-error-empty")));
        }
        if self.trapped {
            found.push(object("text", texts.say("resident-error-trap")));
        }
        let both = [("text", &self.words.text, TEXT_CHARS_MAX), ("proposal", &self.words.proposal, PROPOSAL_CHARS_MAX)];
        for (field, text, most) in both {
            if text.chars().count() > most {
                found.push(object(field, texts.say_with("resident-error-long", &[("most", most.into())])));
            }
            found.extend(self.identifiers(texts, field, text));
        }
        found
    }

    fn identifiers(&self, texts: Texts, field: &'static str, text: &str) -> Vec<Objection> {
        let stands = |action: Action| action == Action::Block || (action == Action::Confirm && !self.confirmed);
        let findings = scan(text).into_iter().filter(|finding| stands(finding.action)).take(SHOWN_MAX);
        let told = |rule: &str| texts.one_of("resident-found", rule).unwrap_or_else(|| rule.to_owned());
        findings
            .map(|finding| {
                let passage: String =
                    text.get(finding.span.clone()).unwrap_or_default().chars().take(PASSAGE_CHARS_MAX).collect();
                let told = format!("“{passage}”: {}", told(finding.rule.name()));
                Objection { field, told, is_doubt: finding.action == Action::Confirm }
            })
            .collect()
    }
}

/// Returns a text as it is kept: one kind of line break, no other control characters.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// Returns the list of objections: read out and looked at first.
pub(super) fn summary(texts: Texts, objections: &[Objection]) -> Markup {
    html! {
        @if !objections.is_empty() {
            div .notice.error role="alert" tabindex="-1" autofocus {
                h2 { (texts.say("resident-error-title")) }
                p { (texts.say("resident-error-kept")) }
                ul { @for objection in objections {
                    li { a href={ "#f-" (objection.field) } { (objection.told) } }
                } }
            }
        }
    }
}

/// Returns what stands at a field.
pub(super) fn at(objections: &[Objection], field: &str) -> Option<String> {
    let told: Vec<_> = objections.iter().filter(|one| one.field == field).map(|one| one.told.as_str()).collect();
    Some(told.join(" ")).filter(|told| !told.is_empty())
}

/// Returns the box by which somebody says that what was taken for an identifier is none; only where there is such a doubt.
pub(super) fn doubt(texts: Texts, objections: &[Objection]) -> Markup {
    html! {
        @if objections.iter().any(|objection| objection.is_doubt) {
            label .tick { input type="checkbox" name="confirm" value="yes"; span { (texts.say("resident-confirm")) } }
        }
    }
}

/// Returns what every such form carries unseen: its seed, and a field that only programs fill in.
pub(super) fn unseen(texts: Texts, seed: &[u8; 16]) -> Markup {
    html! {
        input type="hidden" name="seed" value=(super::session::hex(seed));
        div .unseen aria-hidden="true" {
            label for="f-website" { (texts.say("resident-trap")) }
            input type="text" id="f-website" name="website" tabindex="-1" autocomplete="off";
        }
    }
}

/// Returns all municipalities by name.
pub(super) fn municipalities(language: Language) -> Vec<(String, String)> {
    let mut all: Vec<_> =
        table::municipalities().map(|one| (one.code.clone(), one.names.get(language).to_owned())).collect();
    all.sort_by_key(|(_, name)| sorting(name));
    all
}

/// Letters after z in the order of Finnish and Swedish.
fn sorting(name: &str) -> String {
    name.to_lowercase().replace('å', "{").replace('ä', "|").replace('ö', "}")
}

/// Returns the name of a municipality.
pub(super) fn place_name(code: &str, language: Language) -> Option<String> {
    table::municipality(code).map(|one| one.names.get(language).to_owned())
}

/// Returns the field of a municipality.
pub(super) fn place(texts: Texts, field: &Field<'_>) -> Markup {
    parts::choice(texts, field, &municipalities(texts.language()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(fields: &[(&str, &str)]) -> Entered {
        Entered::read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_entered_is_read_and_the_rest_passed_over() {
        let entered = entered(&[
            ("text", " Bussi\r\nei kulje.\u{7} "),
            ("valence", "negative"),
            ("place", "999"),
            ("group", "rumour"),
            ("else", "x"),
        ]);
        let expected = Words { text: "Bussi\nei kulje.".into(), valence: Some(Valence::Negative), ..Words::default() };
        assert_eq!((&entered.words, entered.follow, entered.seed), (&expected, false, None));
        assert_eq!(entered.objections(Texts::new(Language::Fi)), []);
    }

    #[test]
    fn identifiers_are_named_with_the_exact_words() {
        let texts = Texts::new(Language::En);
        let found = entered(&[("text", "Tunnus 131052-308T on."), ("confirm", "yes")]).objections(texts);
        assert_eq!((found.len(), found[0].field, found[0].is_doubt), (1, "text", false));
        assert!(found[0].told.contains("“131052-308T”"), "{found:?}");
        let markup = summary(texts, &found).into_string();
        assert!(markup.contains("href=\"#f-text\"") && markup.contains("131052-308T"));
    }

    #[test]
    fn programs_and_empty_forms_are_turned_away() {
        let texts = Texts::new(Language::Sv);
        assert_eq!(entered(&[("text", "  ")]).objections(texts).len(), 1);
        assert_eq!(entered(&[("text", "Bussen"), ("website", "x")]).objections(texts).len(), 1);
        assert_eq!(entered(&[("text", &"x ".repeat(4_000))]).objections(texts).len(), 1);
    }

    #[test]
    fn municipalities_stand_in_the_order_of_the_alphabet() {
        let names: Vec<_> = municipalities(Language::Fi).into_iter().map(|(_, name)| name).collect();
        assert_eq!((names.first().unwrap().as_str(), names.last().unwrap().as_str()), ("Akaa", "Äänekoski"));
    }
}
