//! Reads one word of a proposal by its path, whoever says it: whether it counts is for [`super::state`](mod@super::state) to say.

use serde_json::Value;

use super::words::{ANSWER, ASK, ESCALATED, OUTCOME, RECEIPT, RECORDED, REPAIR, SUPPORT, Tag, Word, read};

impl Word {
    /// Reads an entry; `None` if this version does not know the path, or the value is none for it. Lengths are not looked at:
    /// [`Word::entry`] names what is missing or too long.
    pub fn read(path: &str, value: &Value) -> Option<Self> {
        let word = match path.split_once('/') {
            None if path == ASK => Self::Ask(Box::new(read(value)?)),
            None if path == RECEIPT => Self::Receipt(read(value)?),
            None if path == SUPPORT => Self::Support(read(value)?),
            None if path == REPAIR => Self::Repair(read(value)?),
            Some((ESCALATED, tag)) => Self::Escalated(tag_of(tag)?, read(value)?),
            Some((RECORDED, tag)) => Self::Recorded(tag_of(tag)?, Box::new(read(value)?)),
            Some((ANSWER, tag)) => Self::Answer(tag_of(tag)?, Box::new(read(value)?)),
            Some((OUTCOME, tag)) => Self::Outcome(tag_of(tag)?, read(value)?),
            _ => return None,
        };
        // One path for one word: a tag in capitals would stand beside it.
        (word.path() == path).then_some(word)
    }
}

fn tag_of(text: &str) -> Option<Tag> {
    u32::from_str_radix(text, 16).ok().map(Tag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_read_from_where_it_is_written() {
        let value = json!({"code": "accepted", "reason": "Näin tehdään.", "date": "2026-11-22"});
        let word = Word::read("answer/0000a1b2", &value).unwrap();
        assert!(matches!(&word, Word::Answer(Tag(0xa1b2), answer) if answer.reason == "Näin tehdään."));
        assert_eq!(word.entry().unwrap(), ("answer/0000a1b2".to_owned(), value.clone()));
        for path in ["answer/0000A1B2", "answer/a1b2", "answer", "answer/", "answer/+000a1b2", "reply/0000a1b2", ""] {
            assert_eq!(Word::read(path, &value), None, "{path}");
        }
        assert_eq!(Word::read("ask", &value), None);
    }
}
