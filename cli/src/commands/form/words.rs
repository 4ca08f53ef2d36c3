//! A form in words: the notice, and what each field and question asks of whom. Texts of forms are others' texts and go through
//! [`plain`].

use talkoot_protocol::form::{Form, NamedCode, Need, Needs};
use talkoot_protocol::report::codes::{Kind, Language, Variant};

use crate::commands::report::labels::Word;
use crate::commands::report::plain;

/// Most codes of a question that are listed.
const CODES_SHOWN_MAX: usize = 50;

/// Returns where danger to one person belongs.
pub(crate) fn notice(form: &Form, language: Language) -> Vec<String> {
    let mut lines = plain::paragraph(form.notice.text.get(language), 0);
    for channel in &form.notice.channels {
        let (label, link) = (plain::one_line(channel.label.get(language)), plain::one_line(channel.link.get(language)));
        lines.push(format!("  - {label}: {link}"));
        lines.extend(plain::paragraph(channel.text.get(language), 4));
    }
    lines
}

/// Returns the fields and questions, those that the variant is not asked left out.
pub(crate) fn asked(form: &Form, variant: Option<Variant>, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    let is_asked = |needs: &Needs| variant.is_none_or(|variant| needs.of(variant) != Need::Absent);
    for field in form.fields.iter().filter(|field| is_asked(&field.needs)) {
        head(&mut lines, &field.id, field.label.get(language), &field.needs, &field.kinds, (variant, language));
        lines.extend(plain::paragraph(field.help.get(language), 4));
    }
    for question in form.questions.iter().filter(|question| is_asked(&question.needs)) {
        head(
            &mut lines,
            &question.id,
            question.label.get(language),
            &question.needs,
            &question.kinds,
            (variant, language),
        );
        if !question.help.is_empty() {
            lines.extend(plain::paragraph(question.help.get(language), 4));
        }
        let codes = question.codes(form);
        if !codes.is_empty() {
            lines.extend(plain::paragraph(&format!("{}: {}", Word::Takes.say(language), listed(codes, language)), 4));
        }
    }
    lines
}

fn head(
    lines: &mut Vec<String>,
    id: &str,
    label: &str,
    needs: &Needs,
    kinds: &[Kind],
    (variant, language): (Option<Variant>, Language),
) {
    let mut needed = need(needs, variant, language);
    if !kinds.is_empty() {
        let names: Vec<_> = kinds.iter().map(|kind| kind.label(language)).collect();
        needed = format!("{needed}; {}: {}", Word::OnlyIn.say(language), names.join(", "));
    }
    lines.push(format!("{}  {}  ({needed})", plain::one_line(id), plain::one_line(label)));
}

/// Returns whether it has to be answered: for one variant, or for each where they differ.
fn need(needs: &Needs, variant: Option<Variant>, language: Language) -> String {
    let word = |need: Need| match need {
        Need::Required => Word::Required.say(language),
        Need::Optional => Word::Optional.say(language),
        Need::Absent => Word::NotAsked.say(language),
    };
    if let Some(variant) = variant {
        return word(needs.of(variant)).to_owned();
    }
    let all: Vec<_> = Variant::all().iter().map(|variant| (variant.key(), word(needs.of(*variant)))).collect();
    match all.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other.1 == first.1) => first.1.to_owned(),
        _ => all.iter().map(|(variant, word)| format!("{variant} {word}")).collect::<Vec<_>>().join(", "),
    }
}

fn listed(codes: &[NamedCode], language: Language) -> String {
    let mut names: Vec<_> = codes
        .iter()
        .take(CODES_SHOWN_MAX)
        .map(|code| format!("{} ({})", plain::one_line(&code.code), plain::one_line(code.name.get(language))))
        .collect();
    if codes.len() > CODES_SHOWN_MAX {
        names.push("…".to_owned());
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_asked_of_whom() {
        let form = Form::built_in();
        let lines = asked(form, Some(Variant::Resident), Language::En);
        assert!(lines.contains(&"title  Title  (required)".to_owned()), "{lines:?}");
        assert!(!lines.iter().any(|line| line.starts_with("service_task ")));
        let all = asked(form, None, Language::Fi);
        let expected = "service_task  Palvelutehtävä  (professional pakollinen, ngo vapaaehtoinen, resident ei kysytä)";
        assert!(all.contains(&expected.to_owned()), "{all:?}");
        assert!(all.contains(&"aim  Kokeilun tavoite  (vapaaehtoinen; Vain lajissa: Kokeilu)".to_owned()));
    }

    #[test]
    fn every_channel_is_named() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let lines = notice(Form::built_in(), language);
            assert_eq!(lines.iter().filter(|line| line.contains("https://")).count(), 5);
            assert!(lines.iter().any(|line| line.contains("112")));
        }
    }
}
