//! Every text a person may have typed into a report, with its place: what the identifier scanner has to see.
//!
//! Complete by intent: also codes and keys this version does not know, since anything could be hidden there. A test plants
//! a text in each place and looks for it.

use serde_json::Value;

use super::area::Area;
use super::code::{Code, CodeSet};
use super::limits::{
    CAPTION_CHARS_MAX, CODE_CHARS_MAX, LINE_CHARS_MAX, LINK_CHARS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX,
};
use super::schema::Report;

/// One text of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeText<'a> {
    /// Its place: a field id, with list positions counted from 0 (`proposal[0].text`).
    pub field: String,
    /// The text.
    pub text: &'a str,
    /// Most characters allowed there.
    pub chars_max: usize,
    /// What it stands as.
    pub kind: TextKind,
}

/// What a text stands as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// What the form asks for in words.
    Prose,
    /// A code this version does not know.
    Code,
    /// The name of a field or part this version does not know.
    Key,
}

impl Report {
    /// Returns every text that is not a code or area this version knows, in the order of the form, unknown fields last.
    pub fn texts(&self) -> Vec<FreeText<'_>> {
        let mut texts = Texts(Vec::new());
        self.gather_subject(&mut texts);
        self.gather_action(&mut texts);
        self.gather_background(&mut texts);
        for (field, value) in &self.other {
            texts.short("other".to_owned(), field, TextKind::Key);
            texts.values(field, value);
        }
        texts.0
    }

    fn gather_subject<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.add("title".to_owned(), &self.title, TITLE_CHARS_MAX);
        texts.unknown("kind", &self.kind);
        texts.unknown("valence", &self.valence);
        texts.add("description".to_owned(), &self.description, TEXT_CHARS_MAX);
        texts.unknown_in("support_need", &self.support_need);
        texts.unknown_in("service_task", &self.service_task);
        for (at, service) in self.service.iter().enumerate() {
            texts.add(format!("service[{at}].system"), &service.system, LINE_CHARS_MAX);
            texts.add(format!("service[{at}].code"), &service.code, LINE_CHARS_MAX);
            texts.option(&format!("service[{at}].display"), service.display.as_deref(), LINE_CHARS_MAX);
        }
        for (at, target) in self.target_group.iter().enumerate() {
            texts.unknown(&format!("target_group[{at}].group"), [&target.group]);
            texts.unknown(&format!("target_group[{at}].age"), [&target.age]);
        }
        texts.unknown("extent.spread", self.extent.iter().map(|extent| &extent.spread));
        texts.unknown("extent.trend", self.extent.iter().filter_map(|extent| extent.trend.as_ref()));
        texts.unknown("affected_estimate", &self.affected_estimate);
        for (at, area) in self.area.iter().enumerate() {
            texts.area(at, area);
        }
        texts.unknown("level", &self.level);
        texts.unknown_in("sector", &self.sector);
    }

    fn gather_action<'a>(&'a self, texts: &mut Texts<'a>) {
        if let Some(cause) = &self.cause {
            texts.unknown("cause.code", [&cause.code]);
            texts.option("cause.text", cause.text.as_deref(), TEXT_CHARS_MAX);
        }
        texts.option("done_so_far", self.done_so_far.as_deref(), TEXT_CHARS_MAX);
        texts.unknown("need_met", &self.need_met);
        texts.option("would_have_helped", self.would_have_helped.as_deref(), TEXT_CHARS_MAX);
        texts.unknown("effect", &self.effect);
        for (at, proposal) in self.proposal.iter().enumerate() {
            texts.add(format!("proposal[{at}].text"), &proposal.text, TEXT_CHARS_MAX);
            texts.add(format!("proposal[{at}].addressee"), &proposal.addressee, LINE_CHARS_MAX);
            texts.unknown(&format!("proposal[{at}].level"), &proposal.level);
        }
        texts.option("proposal_together", self.proposal_together.as_deref(), TEXT_CHARS_MAX);
        for (at, evidence) in self.evidence.iter().enumerate() {
            texts.unknown(&format!("evidence[{at}].code"), [&evidence.code]);
            texts.option(&format!("evidence[{at}].text"), evidence.text.as_deref(), TEXT_CHARS_MAX);
            texts.option(&format!("evidence[{at}].link"), evidence.link.as_deref(), LINK_CHARS_MAX);
        }
        for (at, attachment) in self.attachment.iter().enumerate() {
            texts.unknown(&format!("attachment[{at}].kind"), [&attachment.kind]);
            texts.option(&format!("attachment[{at}].caption"), attachment.caption.as_deref(), CAPTION_CHARS_MAX);
        }
    }

    fn gather_background<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.unknown("client_involved", &self.client_involved);
        texts.unknown("author_role", &self.author_role);
        texts.unknown("language", &self.language);
        texts.unknown("variant", [&self.variant]);
        texts.add("form".to_owned(), &self.form.0, LINE_CHARS_MAX);
        texts.option("org_activity", self.org_activity.as_deref(), TEXT_CHARS_MAX);
        texts.unknown("seen_through", &self.seen_through);
        texts.option("aim", self.aim.as_deref(), TEXT_CHARS_MAX);
        texts.unknown("aim_reached", &self.aim_reached);
        texts.option("unforeseen_effects", self.unforeseen_effects.as_deref(), TEXT_CHARS_MAX);
        texts.unknown("continuation", &self.continuation);
    }
}

struct Texts<'a>(Vec<FreeText<'a>>);

impl<'a> Texts<'a> {
    fn add(&mut self, field: String, text: &'a str, chars_max: usize) {
        if !text.is_empty() {
            self.0.push(FreeText { field, text, chars_max, kind: TextKind::Prose });
        }
    }

    fn option(&mut self, field: &str, text: Option<&'a str>, chars_max: usize) {
        self.add(field.to_owned(), text.unwrap_or_default(), chars_max);
    }

    fn short(&mut self, field: String, text: &'a str, kind: TextKind) {
        self.0.push(FreeText { field, text, chars_max: CODE_CHARS_MAX, kind });
    }

    fn unknown<T: CodeSet>(&mut self, field: &str, codes: impl IntoIterator<Item = &'a Code<T>>) {
        for key in codes.into_iter().filter_map(Code::unknown) {
            self.short(field.to_owned(), key, TextKind::Code);
        }
    }

    fn unknown_in<T: CodeSet>(&mut self, field: &str, codes: &'a [Code<T>]) {
        for (at, code) in codes.iter().enumerate() {
            self.unknown(&format!("{field}[{at}]"), [code]);
        }
    }

    fn area(&mut self, at: usize, area: &'a Area) {
        self.unknown(&format!("area[{at}].scheme"), [&area.scheme]);
        if area.verify().is_err() {
            self.add(format!("area[{at}].code"), area.code.as_str(), CODE_CHARS_MAX);
        }
    }

    /// Walks a value of an unknown field. A list of work to do instead of recursion: how deep it nests is the sender's choice.
    fn values(&mut self, field: &str, value: &'a Value) {
        let mut waiting = vec![(field.to_owned(), value)];
        while let Some((place, value)) = waiting.pop() {
            match value {
                Value::String(text) => self.add(place, text, TEXT_CHARS_MAX),
                Value::Array(items) => {
                    waiting.extend(items.iter().enumerate().rev().map(|(at, item)| (format!("{place}[{at}]"), item)));
                }
                Value::Object(members) => {
                    for (key, member) in members.iter().rev() {
                        self.short(place.clone(), key, TextKind::Key);
                        waiting.push((format!("{place}.{key}"), member));
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing;
    use super::*;

    /// Every string of a value, keys of unknown fields included.
    fn strings(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
            Value::Object(members) => members.iter().for_each(|(key, member)| {
                found.push(key.clone());
                strings(member, found);
            }),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn misses_no_text(report in testing::report()) {
            let texts: Vec<&str> = report.texts().into_iter().map(|text| text.text).collect();
            let mut found = Vec::new();
            strings(&Value::Object(report.to_fields()), &mut found);
            for text in found {
                // What `testing::report` makes up holds a "¤"; codes, known areas and field ids do not.
                prop_assert!(!text.contains('¤') || texts.contains(&text.as_str()), "{} in {:?}", text, texts);
            }
        }
    }

    #[test]
    fn names_the_place() {
        let mut report = Report::default();
        report.other.insert("extra".into(), serde_json::json!({"a": ["x", {"b": "y"}]}));
        let places: Vec<_> = report.texts().into_iter().map(|text| (text.field, text.text)).collect();
        let places: Vec<_> = places.iter().map(|(field, text)| (field.as_str(), *text)).collect();
        assert_eq!(
            places,
            [
                ("form", "talkoot/report/1"),
                ("other", "extra"),
                ("extra", "a"),
                ("extra.a[0]", "x"),
                ("extra.a[1]", "b"),
                ("extra.a[1].b", "y"),
            ]
        );
    }
}
