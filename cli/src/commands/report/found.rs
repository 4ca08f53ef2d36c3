//! What a search found, for people: the title, and the part of the report that shows why, with the words marked.

use talkoot_protocol::api::{Hit, Mark, WordsStatus};
use talkoot_protocol::report::codes::Language;

use super::organisations::Organisations;
use super::plain;
use crate::error::Result;
use crate::output;

/// Stands around words that were looked for.
const MARK: char = '*';
/// Blanks before an excerpt.
const INDENT: usize = 10;

/// Shows one report that was found.
pub(crate) fn show(hit: &Hit, organisations: &Organisations, language: Language) -> Result<()> {
    let title = plain::one_line(&marked(&hit.title, &hit.title_marks));
    let organisation = organisations.name(&hit.organisation, language);
    output::line(&format!("{:<9} {title} ({organisation})", hit.document.short()))?;
    let excerpt = marked(&hit.excerpt, &hit.marks).replace('\n', " ");
    plain::paragraph(&excerpt, INDENT).iter().try_for_each(|line| output::line(line))
}

/// Says if reports are still being read.
pub(crate) fn say_behind(words: &WordsStatus) {
    if words.behind > 0 {
        let left = output::count(words.behind, "change is", "changes are");
        output::say(&format!("Words are still being read: {left} not known yet. Ask again in a moment."));
    }
}

/// Returns the text with its marked parts between stars.
fn marked(text: &str, marks: &[Mark]) -> String {
    let mut marked = String::with_capacity(text.len() + 2 * marks.len());
    for (at, letter) in (0u32..).zip(text.chars()) {
        if marks.iter().any(|mark| mark.from == at || mark.to == at) {
            marked.push(MARK);
        }
        marked.push(letter);
    }
    if marks.iter().any(|mark| mark.to as usize == text.chars().count()) {
        marked.push(MARK);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_stars() {
        let marks = [Mark { from: 0, to: 4 }, Mark { from: 9, to: 13 }];
        assert_eq!(marked("Häät työn äiti", &marks), "*Häät* työn* äit*i");
        assert_eq!(marked("Häät", &[Mark { from: 0, to: 4 }]), "*Häät*");
        assert_eq!(marked("", &[]), "");
    }
}
