//! What the door asks of a change of a service path: codes and small numbers, and nothing else. A path tells of somebody's life; with
//! nothing in it but codes, nobody can be named in it.
//!
//! Part of the wire version and frozen with it (docs/protocol.md, "Service paths"): every node must refuse alike, for ever. So it knows
//! no code sets, which grow, but only what a code looks like. That it is one of a set is for whoever signs ([`super::check`]).

use crate::chunk::{Action, Chunk, Key, Object, Scalar};

/// Longest code, in bytes: the national code service's names of lists fit.
pub const CODE_BYTES_MAX: usize = 48;
/// Most digits in a row in a code: a postal code has five, numbers of people and phones have more.
pub const DIGITS_IN_A_ROW_MAX: usize = 5;
/// Greatest number: years fit.
pub const NUMBER_MAX: u64 = 9_999;
/// Most items of a list, so most steps of a path.
pub const LIST_ITEMS_MAX: usize = 12;
/// Most operations of one change: twelve steps with every part, and half as much again.
pub const OPERATIONS_MAX: usize = 240;
/// Deepest nesting: a list of steps, a step, a service of an official list.
pub const NESTING_MAX: u8 = 3;

/// Returns whether a text looks like a code: 1 to [`CODE_BYTES_MAX`] letters a–z and A–Z without accents, digits, and `_ - + . :`, with
/// at most [`DIGITS_IN_A_ROW_MAX`] digits in a row.
pub fn is_code(text: &str) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+.:".contains(byte);
    let few_digits = text.as_bytes().split(|byte| !byte.is_ascii_digit()).all(|run| run.len() <= DIGITS_IN_A_ROW_MAX);
    (1..=CODE_BYTES_MAX).contains(&text.len()) && text.as_bytes().iter().all(allowed) && few_digits
}

/// Returns whether a change of a service path holds codes and small numbers only, within the bounds of this file, each field of the
/// root map written whole.
pub fn is_coded(chunk: &Chunk) -> bool {
    let depth = chunk.depth();
    let whole = depth.beneath.is_empty() && depth.below_root <= NESTING_MAX;
    let bounded = chunk.ops().len() <= OPERATIONS_MAX && lists_are_short(chunk);
    whole
        && bounded
        && chunk.ops().iter().all(|op| no_letters(op.action) && is_small(&op.value))
        && keys_and_texts(chunk)
}

/// A text that is typed letter by letter is free text.
const fn no_letters(action: Action) -> bool {
    !matches!(action, Action::Make(Object::Text))
}

const fn is_small<T>(value: &Scalar<T>) -> bool {
    match value {
        Scalar::Unsigned(number) => *number <= NUMBER_MAX,
        Scalar::Signed(number) => *number >= 0 && *number as u64 <= NUMBER_MAX,
        Scalar::Null | Scalar::Boolean(_) | Scalar::Text(_) => true,
    }
}

/// Judges each by itself; [`Chunk::texts`] would join what was typed, of which there is nothing here.
fn keys_and_texts(chunk: &Chunk) -> bool {
    chunk.ops().iter().all(|op| {
        let key = if let Key::Name(name) = op.key { is_code(chunk.text(name)) } else { true };
        let text = if let Scalar::Text(text) = op.value { is_code(chunk.text(text)) } else { true };
        key && text
    })
}

fn lists_are_short(chunk: &Chunk) -> bool {
    let mut items = std::collections::BTreeMap::<_, usize>::new();
    chunk.ops().iter().filter(|op| op.insert).all(|op| {
        let count = items.entry(op.parent).or_default();
        *count += 1;
        *count <= LIST_ITEMS_MAX
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document;
    use crate::key::SecretKey;

    fn coded(fields: Value) -> bool {
        let author = SecretKey::from_seed(&[7; 32]).public();
        let fields = serde_json::from_value(fields).unwrap();
        is_coded(&document::create(&author, &fields).unwrap())
    }

    #[test]
    fn codes_look_like_codes() {
        for code in ["basic_social_assistance", "12+", "2026-H1", "urn:oid:1.2.246.537.6.1222", "SOTE19", "FI"] {
            assert!(is_code(code), "{code}");
        }
        for text in ["", "kaksi sanaa", "Päivi", "0401234567", "131052-308T", "a/b", "a\u{0}", &"a".repeat(49)] {
            assert!(!is_code(text), "{text:?}");
        }
    }

    #[test]
    fn takes_a_path_and_nothing_that_could_name_somebody() {
        let step = json!({
            "service": {"system": "urn:oid:1.2.246.537.6.1222", "code": "101"}, "actor": "kela", "ended": "waited",
            "wait": "3-5", "alongside": true, "shared_goal": "no",
        });
        let path = |steps: usize| {
            json!({
                "steps": vec![step.clone(); steps], "outcome": "left_without", "half_year": "2026-H1",
                "area": {"scheme": "municipality", "year": 2026, "code": "491"}, "support_need": [2, 3],
                "target_group": {"group": "young", "age": "18-24"},
            })
        };
        assert!(coded(path(1)) && coded(path(12)) && !coded(path(13)));
        for odd in [
            json!({"outcome": "Matti jäi ilman"}),
            json!({"Matti Meikäläinen": "x"}),
            json!({"outcome": 401_234_567}),
            json!({"outcome": -1}),
            json!({"a": {"b": {"c": {"d": {}}}}}),
            json!({"steps": [{"service": "Kotihoito Mikkelissä"}]}),
        ] {
            assert!(!coded(odd.clone()), "{odd}");
        }
        assert!(coded(json!({"outcome": "of_a_later_version", "more": [true, null]})), "codes that are not known yet");
    }
}
