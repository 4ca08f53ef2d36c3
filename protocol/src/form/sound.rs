//! Whether a form package is whole: every count and length within its bound, every id usable and there once, every text in three
//! languages, every channel there.

use std::collections::BTreeSet;

use super::code_list::{CodeList, NamedCode, is_oid};
use super::error::{Fault, Wrong};
use super::limits::*;
use super::notice::CHANNELS;
use super::question::Answer;
use super::text::Trilingual;
use super::{Form, LOCAL_PREFIX, Need, Question};
use crate::report::Report;
use crate::report::codes::Variant;

/// What every report answers in every variant: without it nothing can be counted or read.
const CORE: [&str; 6] = ["title", "valence", "description", "area", "author_role", "language"];

/// Returns everything that is wrong with a form.
pub(super) fn faults(form: &Form) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    if !is_form_id(&form.form.0) {
        faults.add("form".to_owned(), Wrong::BadId);
    }
    faults.text("name", &form.name, LABEL_CHARS_MAX);
    notice(form, &mut faults);
    fields(form, &mut faults);
    questions(form, &mut faults);
    code_lists(form, &mut faults);
    faults.0
}

/// Returns everything that is wrong with a code list by itself.
pub(super) fn list_faults(list: &CodeList) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    code_list(list, "list", &mut faults);
    faults.0
}

/// Returns whether a text is a form's id: parts of lower-case letters, digits, `-`, `_` and `.` between slashes, at least two, the
/// last one a version from 1 up.
fn is_form_id(id: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
    };
    let version = |last: &str| last.parse::<u32>().is_ok_and(|version| version > 0 && version.to_string() == last);
    let parts = id.rsplit_once('/');
    id.len() <= FORM_ID_CHARS_MAX && parts.is_some_and(|(name, last)| version(last) && name.split('/').all(good))
}

fn is_id(id: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    id.len() <= ID_CHARS_MAX && id.bytes().all(good) && id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

fn notice(form: &Form, faults: &mut Faults) {
    faults.text("notice.text", &form.notice.text, HELP_CHARS_MAX);
    faults.count("notice.channels", form.notice.channels.len(), CHANNELS_MAX);
    for (at, channel) in form.notice.channels.iter().enumerate().take(CHANNELS_MAX) {
        let place = format!("notice.channels[{at}]");
        if !is_id(&channel.id) {
            faults.add(place.clone(), Wrong::BadId);
        }
        faults.text(&format!("{place}.label"), &channel.label, LABEL_CHARS_MAX);
        faults.text(&format!("{place}.text"), &channel.text, HELP_CHARS_MAX);
        faults.text(&format!("{place}.link"), &channel.link, LINK_CHARS_MAX);
        if channel.link.all().iter().any(|(_, link)| !link.starts_with("https://")) {
            faults.add(format!("{place}.link"), Wrong::NotALink);
        }
    }
    faults.unique("notice.channels", form.notice.channels.iter().map(|channel| channel.id.as_str()));
    for id in CHANNELS {
        if !form.notice.channels.iter().any(|channel| channel.id == id) {
            faults.add("notice.channels".to_owned(), Wrong::Channel(id));
        }
    }
}

fn fields(form: &Form, faults: &mut Faults) {
    faults.count("fields", form.fields.len(), FIELDS_MAX);
    for (at, field) in form.fields.iter().enumerate().take(FIELDS_MAX) {
        let place = format!("fields[{at}]");
        if !is_id(&field.id) || field.id == "other" {
            faults.add(format!("{place}.id"), Wrong::BadId);
        }
        faults.text(&format!("{place}.label"), &field.label, LABEL_CHARS_MAX);
        faults.text(&format!("{place}.help"), &field.help, HELP_CHARS_MAX);
    }
    faults.unique("fields", form.fields.iter().map(|field| field.id.as_str()));
    for id in CORE {
        let required =
            |variant: &Variant| form.field(id).is_some_and(|field| field.needs.of(*variant) == Need::Required);
        let whole = form.field(id).is_some_and(|field| field.kinds.is_empty());
        if !whole || !Variant::all().iter().all(required) {
            faults.add("fields".to_owned(), Wrong::CoreField(id));
        }
    }
}

fn questions(form: &Form, faults: &mut Faults) {
    faults.count("questions", form.questions.len(), QUESTIONS_MAX);
    for (at, question) in form.questions.iter().enumerate().take(QUESTIONS_MAX) {
        let place = format!("questions[{at}]");
        let good = question.id.len() <= ID_CHARS_MAX && question.id.starts_with(LOCAL_PREFIX) && is_id(question.name());
        if !good || Report::FIELDS.contains(&question.id.as_str()) {
            faults.add(format!("{place}.id"), Wrong::BadId);
        }
        faults.text(&format!("{place}.label"), &question.label, LABEL_CHARS_MAX);
        faults.lengths(&format!("{place}.help"), &question.help, HELP_CHARS_MAX);
        answer(form, question, &format!("{place}.answer"), faults);
    }
    faults.unique("questions", form.questions.iter().map(|question| question.id.as_str()));
}

fn answer(form: &Form, question: &Question, place: &str, faults: &mut Faults) {
    match &question.answer {
        Answer::Choice { codes: own, system } => {
            let named = system.as_ref().is_some_and(|system| form.codes(system).is_some());
            let one_of_both = match system {
                Some(_) => named && own.is_empty(),
                None => !own.is_empty(),
            };
            if !one_of_both {
                faults.add(place.to_owned(), Wrong::NoCodes);
            }
            codes(own, &format!("{place}.codes"), CHOICES_MAX, faults);
        }
        Answer::Number { min: Some(min), max: Some(max) } if min > max => {
            faults.add(place.to_owned(), Wrong::EmptyRange);
        }
        Answer::Text {} | Answer::Number { .. } | Answer::YesNo {} => {}
    }
}

fn code_lists(form: &Form, faults: &mut Faults) {
    faults.count("code_lists", form.code_lists.len(), CODE_LISTS_MAX);
    for (at, list) in form.code_lists.iter().enumerate().take(CODE_LISTS_MAX) {
        code_list(list, &format!("code_lists[{at}]"), faults);
    }
    faults.unique("code_lists", form.code_lists.iter().map(|list| list.system.as_str()));
}

fn code_list(list: &CodeList, place: &str, faults: &mut Faults) {
    if !is_oid(&list.system) || list.system.len() > ID_CHARS_MAX {
        faults.add(format!("{place}.system"), Wrong::NotAnOid);
    }
    faults.text(&format!("{place}.name"), &list.name, LABEL_CHARS_MAX);
    for (part, text) in [("version", &list.version), ("source", &list.source), ("licence", &list.licence)] {
        if text.chars().count() > LABEL_CHARS_MAX {
            faults.add(format!("{place}.{part}"), Wrong::TooLong { limit: LABEL_CHARS_MAX });
        }
    }
    if !list.codes.is_empty() && list.version.trim().is_empty() {
        faults.add(place.to_owned(), Wrong::NoVersion);
    }
    codes(&list.codes, &format!("{place}.codes"), CODES_MAX, faults);
}

/// Codes of official lists may be any printable text without the marks that divide cells.
fn codes(codes: &[NamedCode], place: &str, limit: usize, faults: &mut Faults) {
    faults.count(place, codes.len(), limit);
    let good = |code: &str| {
        !code.is_empty()
            && code.len() <= ID_CHARS_MAX
            && code.trim() == code
            && !code.chars().any(|c| c.is_control() || ";|".contains(c))
    };
    for (at, code) in codes.iter().enumerate().take(limit) {
        if !good(&code.code) {
            faults.add(format!("{place}[{at}]"), Wrong::BadId);
        }
        // A list that has no Swedish or English names is better than none.
        if code.name.is_empty() {
            faults.text(&format!("{place}[{at}].name"), &code.name, LABEL_CHARS_MAX);
        }
        faults.lengths(&format!("{place}[{at}].name"), &code.name, LABEL_CHARS_MAX);
    }
    faults.unique(place, codes.iter().take(limit).map(|code| code.code.as_str()));
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: String, wrong: Wrong) {
        self.0.push(Fault { place, wrong });
    }

    fn count(&mut self, place: &str, got: usize, limit: usize) {
        if got > limit {
            self.add(place.to_owned(), Wrong::TooMany { limit });
        }
    }

    fn text(&mut self, place: &str, text: &Trilingual, chars_max: usize) {
        for (language, text) in text.all() {
            if text.trim().is_empty() {
                self.add(place.to_owned(), Wrong::Untranslated(language));
            }
        }
        self.lengths(place, text, chars_max);
    }

    fn lengths(&mut self, place: &str, text: &Trilingual, chars_max: usize) {
        if text.all().iter().any(|(_, text)| text.chars().count() > chars_max) {
            self.add(place.to_owned(), Wrong::TooLong { limit: chars_max });
        }
    }

    fn unique<'a>(&mut self, place: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (at, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.add(format!("{place}[{at}]"), Wrong::Twice);
            }
        }
    }
}
