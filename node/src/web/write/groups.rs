//! Fields that have parts or several entries: areas, groups of people, proposals, what a report rests on.

use maud::{Markup, html};
use talkoot_protocol::report::codes::{
    AgeBand, CauseCode, EvidenceCode, Group, Level, SYSTEM_SOCIAL_SERVICE, Spread, Trend,
};
use talkoot_protocol::report::limits::{
    CODE_CHARS_MAX, EVIDENCE_MAX, LINE_CHARS_MAX, LINK_CHARS_MAX, PROPOSALS_MAX, TEXT_CHARS_MAX,
};

use super::choices::{self, Choices};
use super::sheet::{Sheet, kept};
use crate::web::parts::{self, Field};

/// Most entries of groups of people, services and places that a page offers room for.
const ENTRIES_MAX: usize = 10;
/// Most counties whose municipalities are all listed; beyond that a place is typed.
const COUNTIES_LISTED: usize = 2;

impl Sheet<'_> {
    /// Returns a field of several controls under one heading.
    pub(super) fn group(&self, id: &str) -> Markup {
        let content = match id {
            "area" => self.areas(),
            "target_group" => self.rows(id, ENTRIES_MAX, &|at| self.target_group(at)),
            "proposal" => self.rows(id, PROPOSALS_MAX, &|at| self.proposal(at)),
            "evidence" => self.rows(id, EVIDENCE_MAX, &|at| self.evidence(at)),
            "service" => self.rows(id, ENTRIES_MAX, &|at| self.service(at)),
            "extent" => self.extent(),
            _ => self.cause(),
        };
        let (label, hint) = self.named(id);
        let field = Field { name: id, label, hint, ..Field::default() };
        let place = field.id();
        html! {
            fieldset .field .group data-field=(id) id=(place) aria-describedby=[field.described()] {
                legend {
                    (label)
                    @if self.requires(id) { span .required { " (" (self.texts.say("field-required")) ")" } }
                }
                @if let Some(hint) = hint { p .hint id={ (place) "-hint" } { (hint) } }
                (content)
                p .error id={ (place) "-error" } {}
            }
        }
    }

    /// Returns the entries that are there and room for one more; a script adds others.
    fn rows(&self, id: &str, most: usize, row: &dyn Fn(usize) -> Markup) -> Markup {
        let count = self.filled.count(id).saturating_add(1).min(most);
        html! {
            div .rows data-rows=(id) data-most=(most) {
                @for at in 0..count { div .row role="group" aria-label={ (self.named(id).0) " " (at + 1) } { (row(at)) } }
            }
            button type="button" .second data-add=(id) hidden { (self.texts.say("write-add")) }
        }
    }

    /// Returns a part of a field: its name is its place.
    fn part<'b>(&self, name: &'b str, label: &'b str, value: &'b str) -> Field<'b> {
        Field { name, label, value, ..Field::default() }
    }

    fn line_at(&self, name: &str, key: &str, most: usize) -> Markup {
        let (label, value) = (self.texts.one_of("write-part", key).unwrap_or_default(), self.filled.said(name));
        parts::line(self.texts, &Field { most: Some(most), ..self.part(name, &label, &value) })
    }

    fn words_at(&self, name: &str, key: &str) -> Markup {
        let (label, value) = (self.texts.one_of("write-part", key).unwrap_or_default(), self.filled.said(name));
        parts::area(self.texts, &Field { most: Some(TEXT_CHARS_MAX), ..self.part(name, &label, &value) }, 2)
    }

    fn choice_at(&self, name: &str, key: &str, codes: Choices, with: Option<&str>) -> Markup {
        let (label, value) = (self.texts.one_of("write-part", key).unwrap_or_default(), self.filled.said(name));
        parts::choice(self.texts, &Field { with, ..self.part(name, &label, &value) }, &kept(codes, &value))
    }

    fn target_group(&self, at: usize) -> Markup {
        let (group, age) = (format!("target_group[{at}].group"), format!("target_group[{at}].age"));
        let language = self.language();
        let label = self.texts.say("write-part-age");
        let value = Some(self.filled.said(&age)).filter(|age| !age.is_empty());
        let value = value.unwrap_or_else(|| AgeBand::All.key().to_owned());
        let field = Field { with: Some(&group), ..self.part(&age, &label, &value) };
        html! {
            (self.choice_at(&group, "group", choices::codes::<Group>(language), None))
            (parts::choice(self.texts, &field, &kept(choices::codes::<AgeBand>(language), &value)))
        }
    }

    fn extent(&self) -> Markup {
        let language = self.language();
        html! {
            div .row {
                (self.choice_at("extent.spread", "spread", choices::codes::<Spread>(language), None))
                (self.choice_at("extent.trend", "trend", choices::codes::<Trend>(language), None))
            }
        }
    }

    fn cause(&self) -> Markup {
        html! {
            (self.choice_at("cause.code", "cause", choices::codes::<CauseCode>(self.language()), None))
            (self.words_at("cause.text", "cause-text"))
        }
    }

    fn proposal(&self, at: usize) -> Markup {
        let of = |part: &str| format!("proposal[{at}].{part}");
        html! {
            (self.words_at(&of("text"), "proposal-text"))
            (self.line_at(&of("addressee"), "addressee", LINE_CHARS_MAX))
            (self.choice_at(&of("level"), "level", choices::codes::<Level>(self.language()), None))
        }
    }

    fn evidence(&self, at: usize) -> Markup {
        let of = |part: &str| format!("evidence[{at}].{part}");
        html! {
            (self.choice_at(&of("code"), "evidence", choices::codes::<EvidenceCode>(self.language()), None))
            (self.words_at(&of("text"), "evidence-text"))
            (self.line_at(&of("link"), "link", LINK_CHARS_MAX))
        }
    }

    /// A service by its code: chosen from the official list if the form carries it, else typed.
    fn service(&self, at: usize) -> Markup {
        let (code, system) = (format!("service[{at}].code"), format!("service[{at}].system"));
        let display = format!("service[{at}].display");
        let (held, named) = (self.filled.said(&system), self.filled.said(&display));
        let list = if held.is_empty() { SYSTEM_SOCIAL_SERVICE } else { held.as_str() };
        let codes = self.form.codes(list).map(|list| list.codes.as_slice()).unwrap_or_default().iter();
        let name = |known: &talkoot_protocol::form::NamedCode| {
            (known.code.clone(), format!("{} {}", known.code, known.name.get(self.language())))
        };
        let codes: Choices = codes.map(name).collect();
        html! {
            input type="hidden" name=(system) value=(list) data-with=(code);
            @if !named.is_empty() { input type="hidden" name=(display) value=(named) data-with=(code); }
            @if codes.is_empty() {
                (self.line_at(&code, "service", CODE_CHARS_MAX))
            } @else {
                (self.choice_at(&code, "service", codes, None))
            }
        }
    }

    /// Places that are chosen already, those of one's own counties to choose from, and a field to type another.
    fn areas(&self) -> Markup {
        let (texts, language) = (self.texts, self.language());
        let chosen = self.filled.at("area").and_then(|area| area.as_array()).into_iter().flatten();
        let own = Field { name: "area[0]", ..Field::default() };
        let other = Field { name: "@place", ..Field::default() };
        html! {
            div .ticks data-places {
                @for area in chosen {
                    label .tick {
                        input type="checkbox" name="area[]" value=(area.to_string()) data-type="json" checked;
                        span { (choices::place_name(area, language)) }
                    }
                }
            }
            label .part for=(own.id()) { (texts.say("write-area-own")) }
            select id=(own.id()) name="area[0]" data-type="json" aria-describedby="f-area-error" {
                option value="" { (texts.say("field-choose")) }
                @if self.counties.len() <= COUNTIES_LISTED {
                    @for county in self.counties {
                        @let label = choices::county(*county, language).map(|(_, label)| label).unwrap_or_default();
                        optgroup label=(label) { (options(&choices::municipalities(*county, language))) }
                    }
                }
                optgroup label=(texts.say("write-area-wider")) {
                    (options(&self.counties.iter().filter_map(|county| choices::county(*county, language)).collect::<Vec<_>>()))
                    (options(&[choices::country(language)]))
                }
            }
            div .with-script hidden {
                label .part for=(other.id()) { (texts.say("write-area-other")) }
                input type="text" id=(other.id()) name="@place" list="places" autocomplete="off" aria-describedby="place-hint";
                p .hint #place-hint { (texts.say("write-area-other-hint")) }
                datalist #places {}
            }
        }
    }
}

fn options(choices: &[(String, String)]) -> Markup {
    html! { @for (key, label) in choices { option value=(key) { (label) } } }
}
