//! Words that say what a number beside them is. Whole words with their inflections, never bare substrings.

use std::ops::Range;

use super::lexicon::Tags;
use super::word::{Word, Words};

/// How far from the number such a word may stand, in bytes: about eight words.
const NEAR_BYTES: usize = 60;

/// Phrases in lower case, last word first.
const PHRASES: &[([&str; 3], Tags)] = &[
    (["code", "identity", "personal"], Tags::IDENTITY),
    (["number", "identity", "personal"], Tags::IDENTITY),
    (["number", "security", "social"], Tags::IDENTITY),
    (["birth", "of", "date"], Tags::IDENTITY),
];

/// Topics that are asked for.
const TOPICS: &[Tags] = &[Tags::IDENTITY, Tags::FINUID, Tags::BORN, Tags::VEHICLE, Tags::DOCUMENT, Tags::CASE];

/// Where a text speaks of identity codes and the like.
pub(super) struct Context {
    /// Ascending, non-overlapping.
    mentions: Vec<(Tags, Range<usize>)>,
}

impl Context {
    /// Finds all such words.
    pub(super) fn of(words: &Words<'_>) -> Self {
        let mentions = words.all().iter().enumerate().filter_map(|(index, word)| {
            let tags = phrase(words, index).unwrap_or(word.tags);
            TOPICS.iter().any(|topic| tags.has(*topic)).then(|| (tags, word.span.clone()))
        });
        Self { mentions: mentions.collect() }
    }

    /// Tells whether nothing in the text is about `topic`.
    pub(super) fn is_silent_on(&self, topic: Tags) -> bool {
        self.mentions.iter().all(|(other, _)| !other.has(topic))
    }

    /// Tells whether a word about `topic` ends at most `bytes` before `start`.
    pub(super) fn announces(&self, topic: Tags, start: usize, bytes: usize) -> bool {
        let after = self.mentions.partition_point(|(_, word)| word.end <= start);
        let before = self.mentions.iter().take(after).rev();
        before.take_while(|(_, word)| word.end + bytes >= start).any(|(other, _)| other.has(topic))
    }

    /// Tells whether a word about `topic` stands near `span`.
    pub(super) fn mentions(&self, topic: Tags, span: &Range<usize>) -> bool {
        let first = self.mentions.partition_point(|(_, word)| word.end + NEAR_BYTES < span.start);
        let near = self.mentions.iter().skip(first).take_while(|(_, word)| word.start <= span.end + NEAR_BYTES);
        near.map(|(other, _)| other).any(|other| other.has(topic))
    }
}

/// Returns what the words up to `index` announce together.
fn phrase(words: &Words<'_>, index: usize) -> Option<Tags> {
    let ends = |word: &Word| matches!(word.span.len(), 4..=6);
    let at = |back: usize| index.checked_sub(back).map(|index| words.lower(index));
    words.get(index).filter(|word| ends(word))?;
    PHRASES.iter().find_map(|(phrase, tags)| {
        phrase.iter().enumerate().all(|(back, word)| at(back) == Some(word)).then_some(*tags)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        Context::of(&Words::read(text)).mentions.into_iter().filter_map(|(_, span)| text.get(span)).collect()
    }

    #[test]
    fn knows_inflected_words_and_phrases() {
        assert_eq!(
            found("Hetussa, HENKILÖTUNNUKSEN; personbeteckningen"),
            ["Hetussa", "HENKILÖTUNNUKSEN", "personbeteckningen"]
        );
        assert_eq!(found("the personal identity code and date of birth"), ["code", "birth"]);
        assert_eq!(found("vihetu isotupa sotukkapuheluissa identity code"), [""; 0]);
    }

    #[test]
    fn near_is_a_few_words_either_side() {
        let text = format!("hetu{}131052", " ".repeat(NEAR_BYTES));
        let context = Context::of(&Words::read(&text));
        assert!(context.mentions(Tags::IDENTITY, &(64..70)));
        assert!(!context.mentions(Tags::IDENTITY, &(65..71)));
        assert!(!context.mentions(Tags::FINUID, &(64..70)));
    }
}
