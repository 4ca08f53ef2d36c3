//! Words that say what a number beside them is. Whole words with their inflections, never bare substrings.

use std::ops::Range;

/// How far from the number such a word may stand, in bytes: about eight words.
const NEAR_BYTES: usize = 60;
/// Longer words are none of ours.
const WORD_BYTES_MAX: usize = 60;
/// Inflection that may follow a stem: letters of the longest usual Finnish case ending with possessive suffix.
const ENDING_CHARS_MAX: usize = 7;

/// What a word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// A personal identity code or a date of birth.
    Identity,
    /// An electronic client identifier.
    Finuid,
}

/// Stems in lower case, each with what it announces.
const STEMS: &[(&str, Topic)] = &[
    ("hetu", Topic::Identity),
    ("sotu", Topic::Identity),
    ("henkilötunnu", Topic::Identity),
    ("henkilötunni", Topic::Identity),
    ("sosiaaliturvatunnu", Topic::Identity),
    ("personbeteckning", Topic::Identity),
    ("personnummer", Topic::Identity),
    ("syntymäaika", Topic::Identity),
    ("syntymäajan", Topic::Identity),
    ("syntymäpäivä", Topic::Identity),
    ("födelsedatum", Topic::Identity),
    ("födelsetid", Topic::Identity),
    ("birthdate", Topic::Identity),
    ("finuid", Topic::Finuid),
    ("satutunnu", Topic::Finuid),
    ("asiointitunnu", Topic::Finuid),
];

/// Phrases in lower case, last word first.
const PHRASES: &[([&str; 3], Topic)] = &[
    (["code", "identity", "personal"], Topic::Identity),
    (["number", "identity", "personal"], Topic::Identity),
    (["number", "security", "social"], Topic::Identity),
    (["birth", "of", "date"], Topic::Identity),
];

/// Where a text speaks of identity codes and the like.
pub(super) struct Context {
    /// Ascending, non-overlapping.
    mentions: Vec<(Topic, Range<usize>)>,
}

impl Context {
    /// Finds all such words.
    pub(super) fn read(text: &str) -> Self {
        let mut mentions = Vec::new();
        let mut last = [String::new(), String::new(), String::new()];
        for (start, word) in words(text) {
            last.rotate_right(1);
            last[0] = if word.len() > WORD_BYTES_MAX { String::new() } else { word.to_lowercase() };
            if let Some(topic) = stem(&last[0]).or_else(|| phrase(&last)) {
                mentions.push((topic, start..start + word.len()));
            }
        }
        Self { mentions }
    }

    /// Tells whether nothing in the text is about `topic`.
    pub(super) fn is_silent_on(&self, topic: Topic) -> bool {
        self.mentions.iter().all(|(other, _)| *other != topic)
    }

    /// Tells whether a word about `topic` stands near `span`.
    pub(super) fn mentions(&self, topic: Topic, span: &Range<usize>) -> bool {
        let first = self.mentions.partition_point(|(_, word)| word.end + NEAR_BYTES < span.start);
        let near = self.mentions.iter().skip(first).take_while(|(_, word)| word.start <= span.end + NEAR_BYTES);
        near.map(|(other, _)| other).any(|other| *other == topic)
    }
}

/// Returns the words of `text` with their first byte.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_gap = |char: char| !char.is_alphanumeric();
    let mut at = 0;
    let pieces = text.split_inclusive(is_gap).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(is_gap))
    });
    pieces.filter(|(_, word)| !word.is_empty())
}

/// Returns what a word announces by its stem.
fn stem(word: &str) -> Option<Topic> {
    STEMS.iter().find_map(|(stem, topic)| {
        let ending = word.strip_prefix(stem)?;
        (ending.chars().count() <= ENDING_CHARS_MAX).then_some(*topic)
    })
}

/// Returns what the last words announce together.
fn phrase(last: &[String; 3]) -> Option<Topic> {
    PHRASES.iter().find_map(|(phrase, topic)| (phrase == last).then_some(*topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        Context::read(text).mentions.into_iter().filter_map(|(_, span)| text.get(span)).collect()
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
        let context = Context::read(&text);
        assert!(context.mentions(Topic::Identity, &(64..70)));
        assert!(!context.mentions(Topic::Identity, &(65..71)));
        assert!(!context.mentions(Topic::Finuid, &(64..70)));
    }
}
