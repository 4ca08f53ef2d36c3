//! How many forms of a word, and how many compounds, a word finds: by the ways of analysis that were weighed against each other
//! (docs/decisions/0026-words.md). `cargo test -p talkoot-node recall -- --nocapture` prints the table.

use std::collections::HashSet;

use frostem::{Algorithm, Stemmer};

use super::analysis;
use super::lexicon::{Language, lexicon};

/// Base form and forms.
type Word = Vec<&'static str>;

fn read(text: &'static str) -> Vec<Word> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split(' ').collect()).collect()
}

/// A way of analysis: terms of a word in a report and terms of a word in a question, and which share of the latter must be among
/// the former.
struct Way {
    name: &'static str,
    report: fn(&str) -> HashSet<String>,
    question: fn(&str) -> HashSet<String>,
    share: f64,
}

fn stem(word: &str) -> String {
    Stemmer::new(Algorithm::Finnish).stem(word).into_owned()
}

fn as_it_stands(word: &str) -> HashSet<String> {
    HashSet::from([word.to_lowercase()])
}

fn stemmed(word: &str) -> HashSet<String> {
    word.split('-').map(stem).collect()
}

/// The stem, and the first five letters.
fn with_prefix(word: &str) -> HashSet<String> {
    let mut terms = stemmed(word);
    terms.insert(word.chars().take(5).collect());
    terms
}

fn grams(word: &str) -> HashSet<String> {
    let letters: Vec<char> = word.chars().collect();
    match letters.len() {
        0..=4 => HashSet::from([word.to_owned()]),
        _ => letters.windows(4).map(|gram| gram.iter().collect()).collect(),
    }
}

fn keys(word: &str) -> HashSet<String> {
    word.split('-').flat_map(|word| lexicon().keys(Language::Finnish, word)).collect()
}

/// What the index holds, without concepts and words as they stand.
fn keys_and_parts(word: &str) -> HashSet<String> {
    let terms = word.split('-').flat_map(|word| analysis::terms(Language::Finnish, word));
    terms.filter_map(|term| term.strip_prefix('f').map(str::to_owned)).collect()
}

/// Keys and parts, and every beginning and end of five letters or more: what expanding a question over the index's terms finds.
fn expanded(word: &str) -> HashSet<String> {
    let mut terms = keys_and_parts(word);
    for key in keys(word) {
        let cuts: Vec<usize> = key.char_indices().map(|(at, _)| at).collect();
        terms.extend(cuts.iter().filter(|at| **at >= 5).filter_map(|at| key.get(..*at)).map(str::to_owned));
        terms.extend(cuts.iter().filter(|at| key.len() - **at >= 5).filter_map(|at| key.get(*at..)).map(str::to_owned));
    }
    terms
}

const WAYS: [Way; 7] = [
    Way { name: "as it stands", report: as_it_stands, question: as_it_stands, share: 0.0 },
    Way { name: "Snowball stemmer", report: stemmed, question: stemmed, share: 0.0 },
    Way { name: "stemmer, first 5 letters", report: with_prefix, question: with_prefix, share: 0.0 },
    Way { name: "4-grams, two thirds", report: grams, question: grams, share: 0.66 },
    Way { name: "keys", report: keys, question: keys, share: 0.0 },
    Way { name: "keys, parts (chosen)", report: keys_and_parts, question: keys, share: 0.0 },
    Way { name: "keys, parts, expansion", report: expanded, question: keys, share: 0.0 },
];

/// What was measured of a way.
struct Measured {
    tuned: f64,
    apart: f64,
    compounds: f64,
    precision: f64,
    terms: f64,
}

impl Way {
    fn finds(&self, question: &HashSet<String>, report: &HashSet<String>) -> bool {
        let common = question.intersection(report).count();
        common > 0 && common as f64 >= self.share * question.len() as f64
    }

    /// Share of pairs of different forms of one word of which one finds the other.
    fn recall(&self, words: &[Word]) -> f64 {
        let (mut found, mut all) = (0, 0);
        for forms in words {
            let asked: Vec<_> = forms.iter().map(|form| (self.question)(form)).collect();
            let held: Vec<_> = forms.iter().map(|form| (self.report)(form)).collect();
            for (one, question) in asked.iter().enumerate() {
                for (other, report) in held.iter().enumerate().filter(|(other, _)| *other != one) {
                    all += usize::from(forms[one] != forms[other]);
                    found += usize::from(forms[one] != forms[other] && self.finds(question, report));
                }
            }
        }
        found as f64 / all as f64
    }

    /// Share of the parts of compounds that find them.
    fn compounds(&self, compounds: &[Word]) -> f64 {
        let (mut found, mut all) = (0, 0);
        for compound in compounds {
            let report = (self.report)(compound[0]);
            for part in &compound[1..] {
                all += 1;
                found += usize::from(self.finds(&(self.question)(part), &report));
            }
        }
        found as f64 / all as f64
    }

    /// Of all forms found by the base forms: the share that is of the same word, or a compound of it.
    fn precision(&self, words: &[Word]) -> f64 {
        let (mut right, mut all) = (0, 0);
        let held: Vec<(usize, Vec<_>)> = words
            .iter()
            .enumerate()
            .map(|(at, forms)| (at, forms.iter().map(|form| (self.report)(form)).collect()))
            .collect();
        for (asked, forms) in words.iter().enumerate() {
            let question = (self.question)(forms[0]);
            for (at, reports) in &held {
                let found = reports.iter().filter(|report| self.finds(&question, report)).count();
                let related = *at == asked || words[*at][0].contains(forms[0]);
                right += if related { found } else { 0 };
                all += found;
            }
        }
        right as f64 / all.max(1) as f64
    }

    fn measure(&self, tuned: &[Word], apart: &[Word], compounds: &[Word]) -> Measured {
        let all: Vec<Word> = tuned.iter().chain(apart).cloned().collect();
        let forms: Vec<_> = all.iter().flatten().chain(compounds.iter().map(|compound| &compound[0])).collect();
        let terms: usize = forms.iter().map(|form| (self.report)(form).len()).sum();
        Measured {
            tuned: self.recall(tuned),
            apart: self.recall(apart),
            compounds: self.compounds(compounds),
            precision: self.precision(&all),
            terms: terms as f64 / forms.len() as f64,
        }
    }
}

#[test]
fn recall_of_forms_and_compounds() {
    let tuned = read(include_str!("recall/forms.txt"));
    let apart = read(include_str!("recall/apart.txt"));
    let compounds = read(include_str!("recall/compounds.txt"));
    let forms: usize = tuned.iter().chain(&apart).map(Vec::len).sum();
    println!("{} words, {forms} forms; {} compounds", tuned.len() + apart.len(), compounds.len());
    println!("{:<26} {:>7} {:>7} {:>9} {:>9} {:>6}", "", "tuned", "apart", "compounds", "precision", "terms");
    for way in &WAYS {
        let Measured { tuned, apart, compounds, precision, terms } = way.measure(&tuned, &apart, &compounds);
        println!("{:<26} {tuned:>7.3} {apart:>7.3} {compounds:>9.3} {precision:>9.3} {terms:>6.2}", way.name);
        if way.name.contains("chosen") {
            assert!(tuned >= 0.99 && apart >= 0.97, "{tuned} {apart}");
            assert!(compounds >= 0.95 && precision >= 0.94, "{compounds} {precision}");
            assert!(terms <= 1.8, "{terms}");
        }
    }
}

#[test]
fn the_lists_are_as_long_as_they_are_said_to_be() {
    let (tuned, apart) = (read(include_str!("recall/forms.txt")), read(include_str!("recall/apart.txt")));
    assert!(tuned.len() + apart.len() >= 150);
    assert!(tuned.iter().chain(&apart).all(|forms| forms.len() >= 6));
    assert!(read(include_str!("recall/compounds.txt")).len() >= 80);
}

/// Swedish and English lean on their stemmers; compounds are taken apart in Swedish too.
#[test]
fn swedish_compounds_are_found_by_their_parts() {
    let cases = [
        ("bostadslösheten", "bostad"),
        ("hyresskulder", "hyra"),
        ("hyresskulder", "skuld"),
        ("hemvårdens", "hem"),
        ("hemvårdens", "vård"),
        ("barnfamiljer", "familj"),
        ("skolfrånvaro", "skola"),
        ("arbetsplatsen", "arbete"),
        ("socialarbetaren", "arbetare"),
        ("våldsoffer", "våld"),
        ("äldreboendet", "äldre"),
        ("väntetider", "tid"),
    ];
    for (compound, part) in cases {
        let report = analysis::terms(Language::Swedish, compound);
        let found = lexicon().keys(Language::Swedish, part).iter().any(|key| report.contains(&format!("s{key}")));
        assert!(found, "{compound} {part}: {report:?}");
    }
}

#[test]
fn one_concept_has_one_term_in_three_languages() {
    let concepts = |language, word| {
        let terms: HashSet<String> =
            analysis::terms(language, word).into_iter().filter(|term| term.starts_with('c')).collect();
        terms
    };
    for (finnish, swedish, english) in [
        ("asumisneuvontaan", "bostaden", "housing"),
        ("häätöjä", "vräkningen", "evictions"),
        ("yksinäisyyttä", "ensamheten", "loneliness"),
        ("omaishoitajille", "närståendevårdare", "carers"),
    ] {
        let (finnish, swedish) = (concepts(Language::Finnish, finnish), concepts(Language::Swedish, swedish));
        let english = concepts(Language::English, english);
        assert!(
            !finnish.is_disjoint(&english) && !swedish.is_disjoint(&english),
            "{finnish:?} {swedish:?} {english:?}"
        );
    }
}

#[test]
fn any_word_has_a_key() {
    for word in [
        "",
        "a",
        "ö",
        "äää",
        "nen",
        "ta",
        "ssa",
        "ksi",
        "tön",
        "Žižek",
        "łódź",
        "日本",
        "𝔸𝔸𝔸",
        "aaaaaaaaaaaaaa",
        "s",
        "us",
    ] {
        let terms = analysis::terms(Language::Finnish, word);
        assert!(terms.iter().all(|term| !term.is_empty()), "{word}");
    }
}

proptest::proptest! {
    #[test]
    fn no_word_breaks_the_analysis(word in "[a-zäöåéš-]{0,40}|\\PC{0,40}") {
        for language in [Language::Finnish, Language::Swedish, Language::English, Language::Other] {
            let terms = analysis::terms(language, &word);
            proptest::prop_assert!(terms.len() <= 64, "{}", terms.len());
        }
    }
}
