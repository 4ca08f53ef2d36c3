//! The scanner on the labelled texts in `tests/corpus/scanner`: what must not get worse. The figures: `--example scanner`.

#[path = "../examples/scanner/generated.rs"]
mod generated;
#[path = "../examples/scanner/measure.rs"]
mod measure;

use measure::{CORPORA, Score};

/// Rules of which nothing may be missed in the texts they were made on, and at most one in a hundred in others.
const HARD: &[&str] = &["personal_identity_code", "iban", "client_oid"];

fn score(name: &str) -> Score {
    let corpus = CORPORA.iter().find(|corpus| corpus.name == name).expect("a corpus of this name");
    measure::score(corpus).expect("the corpus reads")
}

/// Returns how much of the labels of a rule is found, as a share.
fn recall(score: &Score, rule: &str) -> f64 {
    let tally = &score.rules[rule];
    assert!(tally.labelled > 0 && tally.exact <= tally.found, "{rule}");
    tally.found as f64 / tally.labelled as f64
}

fn alarms_per_thousand(score: &Score, alarms: usize) -> f64 {
    assert!(
        score.clean.sentences >= 400 && score.clean.texts.len() == score.clean.sentences && score.texts.len() >= 40
    );
    1_000.0 * alarms as f64 / score.clean.sentences as f64
}

#[test]
fn nothing_hard_is_missed_in_the_texts_the_rules_were_made_on() {
    let score = score("tuned on");
    for rule in score.rules.keys() {
        let floor = if HARD.contains(&rule.as_str()) { 1.0 } else { 0.95 };
        assert!(recall(&score, rule) >= floor, "{rule}: {:?}", score.missed);
    }
    assert_eq!((score.clean.blocks, score.clean.confirms), (0, 0), "{:?}", score.clean.alarms);
    assert!(alarms_per_thousand(&score, score.clean.warnings) <= 6.0, "{:?}", score.clean.alarms);
    assert!(score.beside.is_empty(), "{:?}", score.beside);
}

#[test]
fn texts_the_rules_were_not_made_on_fare_nearly_as_well() {
    let score = score("kept apart");
    for rule in score.rules.keys() {
        let floor = if HARD.contains(&rule.as_str()) { 0.99 } else { 0.9 };
        assert!(recall(&score, rule) >= floor, "{rule}: {:?}", score.missed);
    }
    assert_eq!(score.clean.blocks, 0, "{:?}", score.clean.alarms);
    assert!(alarms_per_thousand(&score, score.clean.confirms) <= 5.0, "{:?}", score.clean.alarms);
    assert!(alarms_per_thousand(&score, score.clean.warnings) <= 25.0, "{:?}", score.clean.alarms);
}

#[test]
fn identifiers_drawn_at_random_are_found_in_every_form() {
    for row in generated::rows() {
        assert_eq!(row.found, row.drawn, "{} with {}", row.kind, row.form);
    }
    let harmless = generated::harmless();
    assert_eq!(harmless.blocks, 0, "{:?}", harmless.some);
    assert!(harmless.confirms * 200 <= harmless.drawn, "{:?}", harmless.some);
}

#[test]
fn every_identity_code_in_the_texts_belongs_to_nobody() {
    for name in ["tuned on", "kept apart"] {
        for text in score(name).texts {
            let digits: String = text.chars().filter(|char| !char.is_whitespace()).collect();
            for (at, _) in digits.match_indices(|char: char| "-+ABCDEFUVWXY".contains(char)) {
                let (before, after) = digits.split_at(at);
                let date = before.bytes().rev().take_while(u8::is_ascii_digit).count();
                let serial: String = after.chars().skip(1).take(3).collect();
                let code = date == 6 && serial.len() == 3 && serial.bytes().all(|byte| byte.is_ascii_digit());
                assert!(!code || serial.as_str() >= "900" || serial == "308", "{text}");
            }
        }
    }
}
