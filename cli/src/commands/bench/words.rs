//! Words drawn at random, so that invented reports repeat one another no more than real ones do: a corpus gone through
//! again and again would compress better than life.
//!
//! Each text becomes one of the same length whose words are drawn, by how often they occur, from what the demonstration
//! says in that language; each answer that is no text is drawn from reports of the same form. The same seed and number give
//! the same report.

use std::collections::BTreeMap;

use serde_json::Value;
use talkoot_protocol::document::Fields;

use crate::dice::Dice;

/// Keys of what is written in words, at any depth.
const TEXTS: [&str; 6] = ["title", "description", "text", "done_so_far", "proposal_together", "org_activity"];
/// Keys of what decides how the others must be answered: kept with the template.
const FRAME: [&str; 4] = ["language", "variant", "kind", "valence"];
/// Draws for a word that still fits at the end of a text.
const LAST_DRAWS: usize = 8;

/// The words of one language, each as often as it occurs.
type Words<'a> = Vec<&'a str>;

/// What reports are made of.
pub(super) struct Lexicon<'a> {
    templates: &'a [Fields],
    words: BTreeMap<&'a str, Words<'a>>,
    /// By the form's variant and the field: what was answered.
    answers: BTreeMap<(&'a str, &'a str), Vec<&'a Value>>,
}

impl<'a> Lexicon<'a> {
    pub(super) fn of(templates: &'a [Fields]) -> Self {
        let mut lexicon = Self { templates, words: BTreeMap::new(), answers: BTreeMap::new() };
        for fields in templates {
            let words = lexicon.words.entry(text_of(fields, "language")).or_default();
            fields.iter().for_each(|(key, value)| gather(key, value, words));
            for (key, value) in fields.iter().filter(|(key, _)| !is_text(key)) {
                lexicon.answers.entry((text_of(fields, "variant"), key)).or_default().push(value);
            }
        }
        lexicon
    }

    /// Makes the report of this number.
    pub(super) fn report(&self, seed: u64, number: u64) -> Fields {
        let mut dice = Dice::new(seed, number);
        let Some(template) = dice.draw(self.templates) else { return Fields::new() };
        let (language, variant) = (text_of(template, "language"), text_of(template, "variant"));
        let words = self.words.get(language).map(Vec::as_slice).unwrap_or_default();
        let mut fields = template.clone();
        for (key, value) in &mut fields {
            let answers = self.answers.get(&(variant, key.as_str())).filter(|_| !FRAME.contains(&key.as_str()));
            if let Some(answer) = answers.and_then(|answers| dice.draw(answers)) {
                *value = (*answer).clone();
            }
            reword(key, value, words, &mut dice);
        }
        fields
    }
}

fn is_text(key: &str) -> bool {
    TEXTS.contains(&key)
}

fn text_of<'a>(fields: &'a Fields, key: &str) -> &'a str {
    fields.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Gathers words; without those with digits, which side by side could look like somebody's number.
fn gather<'a>(key: &str, value: &'a Value, words: &mut Words<'a>) {
    match value {
        Value::String(text) if is_text(key) => {
            words.extend(text.split_whitespace().filter(|word| !word.contains(|c: char| c.is_ascii_digit())));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(key, item, words)),
        Value::Object(parts) => parts.iter().for_each(|(key, part)| gather(key, part, words)),
        _ => {}
    }
}

fn reword(key: &str, value: &mut Value, words: &[&str], dice: &mut Dice) {
    match value {
        Value::String(text) if is_text(key) => *text = phrase(text.len(), words, dice),
        Value::Array(items) => items.iter_mut().for_each(|item| reword(key, item, words, dice)),
        Value::Object(parts) => parts.iter_mut().for_each(|(key, part)| reword(key, part, words, dice)),
        _ => {}
    }
}

/// Draws words until a text of this many bytes is full. Never longer; shorter by less than a short word.
fn phrase(bytes: usize, words: &[&str], dice: &mut Dice) -> String {
    let mut text = String::with_capacity(bytes);
    let mut missed = 0;
    while missed < LAST_DRAWS {
        let Some(word) = dice.draw(words) else { break };
        let space = usize::from(!text.is_empty());
        if text.len() + space + word.len() > bytes {
            missed += 1;
            continue;
        }
        text.extend(std::iter::repeat_n(' ', space));
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use talkoot_protocol::report::{Report, check};
    use talkoot_protocol::scan::{Action, scan};

    use super::super::reports::{make, templates};
    use super::*;

    #[test]
    fn reports_may_be_signed_and_name_nobody() {
        for fields in make(400).unwrap() {
            let (report, problems) = Report::read(fields);
            assert!(problems.is_empty(), "{}: {problems:?}", report.title);
            let issues: Vec<_> = check(&report).into_iter().filter(|issue| issue.problem.prevents_signing()).collect();
            assert!(issues.is_empty(), "{}: {issues:?}", report.title);
            for text in report.texts() {
                let found: Vec<_> = scan(text.text).into_iter().filter(|found| found.action != Action::Warn).collect();
                assert!(found.is_empty(), "{}: {found:?}", report.title);
            }
        }
    }

    #[test]
    fn reports_are_as_long_as_their_templates_and_all_different() {
        let bytes = |reports: &[Fields]| serde_json::to_vec(reports).unwrap().len() as f64 / reports.len() as f64;
        let (made, templates) = (make(1_000).unwrap(), templates().unwrap());
        let ratio = bytes(&made) / bytes(&templates);
        assert!((0.93..1.05).contains(&ratio), "{ratio}");
        let different: BTreeSet<_> = made.iter().map(|fields| text_of(fields, "description")).collect();
        assert_eq!(different.len(), made.len());
    }

    #[test]
    fn a_number_has_one_report_in_each_seed() {
        let templates = templates().unwrap();
        let lexicon = Lexicon::of(&templates);
        assert_eq!(make(20).unwrap()[..10], make(10).unwrap()[..]);
        assert_eq!(lexicon.report(7, 3), lexicon.report(7, 3));
        assert_ne!(lexicon.report(7, 3), lexicon.report(8, 3));
        assert_ne!(lexicon.report(7, 3), lexicon.report(7, 4));
    }

    #[test]
    fn no_phrase_of_the_corpus_is_repeated_at_length() {
        let templates = templates().unwrap();
        let corpus: Vec<_> = templates.iter().map(|fields| text_of(fields, "description")).collect();
        for fields in make(50).unwrap() {
            let words: Vec<_> = text_of(&fields, "description").split(' ').collect();
            for run in words.windows(5).map(|run| run.join(" ")) {
                assert!(!corpus.iter().any(|text| text.contains(&run)), "{run}");
            }
        }
    }
}
