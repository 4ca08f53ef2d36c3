//! What a saved view promises: the same whatever the order, nothing lost by merging and parting, titles open until settled.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::card::{QUERIES_MAX, Saved, saved};
use super::word::*;
use crate::id::DocumentId;
use crate::joint::Joint;
use crate::phenomenon::Groups;
use crate::phenomenon::aspect::State;
use crate::phenomenon::testing::{Story, organisation};
use crate::phenomenon::word::Word as Shared;
use crate::scope::Kind;
use crate::view::{Facet, Query};

fn title(text: &str) -> Word {
    Word::Title(Title { text: text.into(), ..Title::default() })
}

fn note(text: &str) -> Word {
    Word::Note(Note { text: text.into(), ..Note::default() })
}

fn query(name: u8, rows: Facet, filters: &str, note: Option<&str>) -> Word {
    let query = Query { filters: filters.parse().unwrap(), ..Query::two_way(rows, Facet::HalfYear) };
    let asked = Asked { query, note: note.map(str::to_owned), others: Others::new() };
    Word::Query(Name::new([name; 4]), asked)
}

fn merge(other: u8, state: MergeState) -> Word {
    let merge = Merge { state, reason: Some("syy".into()), others: Others::new() };
    Word::Merge(DocumentId::from_bytes([other; 32]), merge)
}

fn settle(value: &str, considered: &[&str]) -> Word {
    let considered = considered.iter().map(|value| (*value).to_owned()).collect();
    Word::Settle(Settlement { value: value.into(), reason: "sovittiin".into(), considered, ..Default::default() })
}

fn begun(document: u8, owner: u8, heading: &str) -> Story {
    let title = Shared::Title(Title { text: heading.into(), ..Title::default() });
    let mut story = Story::begin(document, owner, &[title]);
    story.kind = Kind::View;
    story
}

fn say(story: &mut Story, number: u8, word: &Word) {
    let (path, value) = word.entry().unwrap();
    story.write(number, &path, Some(value));
}

fn of(joints: &[&Joint], id: &DocumentId) -> Saved {
    saved(&Groups::of(Kind::View, joints.iter().copied()), id).unwrap()
}

fn any_word() -> impl Strategy<Value = Word> {
    let text = || prop_oneof![Just("Etelä"), Just("etelä "), Just("Pohjoinen")];
    let rows = proptest::sample::select(vec![Facet::Theme, Facet::County, Facet::Met]);
    let filter = prop_oneof![Just(""), Just("theme=2"), Just("theme=2,5")];
    prop_oneof![
        text().prop_map(title),
        text().prop_map(note),
        (0u8..4, rows, filter, proptest::option::of(text())).prop_map(|(name, rows, filter, note)| {
            let filter = if rows == Facet::Theme { "" } else { filter };
            query(name, rows, filter, note)
        }),
        (text(), vec(text(), 0..3)).prop_map(|(value, considered)| settle(value, &considered)),
    ]
}

fn told(document: u8, owner: u8, acts: &[(u8, Word, bool)]) -> Story {
    let mut story = begun(document, owner, "Alku");
    for (number, word, caught_up) in acts {
        if *caught_up {
            story.catch_up(*number);
        }
        say(&mut story, *number, word);
    }
    story
}

fn any_acts() -> impl Strategy<Value = Vec<(u8, Word, bool)>> {
    vec((0u8..4, any_word(), any::<bool>()), 0..12)
}

fn shuffled(len: usize, picks: &[Index]) -> Vec<usize> {
    let mut rest: Vec<usize> = (0..len).collect();
    picks.iter().map_while(|pick| (!rest.is_empty()).then(|| rest.remove(pick.index(rest.len())))).collect()
}

/// Every word with who said it, and where.
fn words(saved: &Saved) -> Vec<String> {
    fn text(word: &impl serde::Serialize) -> String {
        serde_json::to_string(word).unwrap()
    }
    let mut all: Vec<String> = saved.notes.iter().map(text).collect();
    all.extend(saved.queries.iter().flat_map(|kept| kept.words.iter().map(text)));
    all.extend(saved.title.facets.iter().map(text));
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_gives_the_same_view(
        one in any_acts(), other in any_acts(), joined in any::<bool>(), picks in vec(any::<Index>(), 20),
    ) {
        let (mut one, other) = (told(1, 0, &one), told(2, 1, &other));
        if joined {
            say(&mut one, 3, &merge(2, MergeState::Joined));
        }
        let (here, there) = (one.joint(), other.joint());
        let first = Groups::of(Kind::View, [&here, &there]);
        let (here, there) = (one.joint_in(shuffled(one.len(), &picks)), other.joint_in(shuffled(other.len(), &picks)));
        let second = Groups::of(Kind::View, [&there, &here]);
        prop_assert_eq!(first.ids().count(), if joined { 1 } else { 2 });
        for id in first.ids() {
            let (first, second) = (saved(&first, &id).unwrap(), saved(&second, &id).unwrap());
            prop_assert_eq!(first.bytes(), second.bytes());
            let again: Saved = serde_json::from_slice(&first.bytes()).unwrap();
            prop_assert_eq!(again, first, "it survives the way to a program and back");
        }
    }

    #[test]
    fn merging_and_parting_lose_nothing(one in any_acts(), other in any_acts()) {
        let (mut one, mut other) = (told(2, 0, &one), told(1, 1, &other));
        let alone = |story: &Story| of(&[&story.joint()], &story.document);
        let (mine, theirs) = (alone(&one), alone(&other));
        say(&mut one, 3, &merge(1, MergeState::Joined));
        let merged = of(&[&one.joint(), &other.joint()], &one.document);
        prop_assert_eq!((merged.id, merged.documents.len()), (other.document, 2), "the least id names it");
        let mut both = words(&mine);
        both.extend(words(&theirs));
        both.sort();
        prop_assert_eq!(words(&merged), both);
        say(&mut other, 1, &merge(2, MergeState::Parted));
        for before in [mine, theirs] {
            let mut after = of(&[&one.joint(), &other.joint()], &before.id);
            prop_assert_eq!(after.merges.len(), 1, "what was said about merging is kept");
            after.merges.clear();
            prop_assert_eq!(after.bytes(), before.bytes());
        }
    }

    #[test]
    fn words_are_read_as_they_were_written(word in any_word()) {
        let (path, value) = word.entry().unwrap();
        prop_assert_eq!(Word::read(&path, &value), Some(word));
    }
}

#[test]
fn two_regions_merge_theirs() {
    let (mut south, mut north) = (begun(1, 0, "Asuminen etelässä"), begun(2, 1, "Asuminen pohjoisessa"));
    say(&mut south, 0, &query(1, Facet::County, "theme=2", Some("Meidän kysymys")));
    say(&mut north, 1, &query(1, Facet::County, "theme=2", None));
    say(&mut north, 1, &query(2, Facet::Met, "theme=2", None));
    say(&mut south, 0, &merge(2, MergeState::Joined));
    let merged = of(&[&south.joint(), &north.joint()], &north.document);
    let counts: Vec<_> = merged.queries.iter().map(|kept| kept.words.len()).collect();
    assert_eq!(counts, [2, 1], "the same question stands once, with both who keep it");
    assert_eq!((merged.heading.as_deref(), merged.title.is_open()), (Some("Asuminen etelässä"), true));
    say(&mut north, 1, &settle("Asuminen", &["Asuminen etelässä", "Asuminen pohjoisessa"]));
    let merged = of(&[&south.joint(), &north.joint()], &north.document);
    assert_eq!((merged.heading.as_deref(), merged.title.is_open()), (Some("Asuminen"), false));
    assert_eq!(merged.title.contradiction.map(|found| found.state), Some(State::Settled));
    assert_eq!(merged.title.settlements[0].by.organisation, organisation(1));
    say(&mut south, 0, &merge(2, MergeState::Parted));
    let apart = of(&[&south.joint(), &north.joint()], &north.document);
    assert_eq!((apart.documents.len(), apart.queries.len()), (1, 2));
}

#[test]
fn a_phenomenon_of_the_same_words_is_none() {
    let story = begun(1, 0, "Talo");
    let joint = Joint { kind: Kind::Phenomenon, ..story.joint() };
    assert_eq!(saved(&Groups::of(Kind::View, [&joint]), &joint.document), None);
}

#[test]
fn what_is_no_question_is_kept_in_sight_and_questions_are_bounded() {
    let mut story = begun(1, 0, "Talo");
    let four = json!({"query": {"rows": "theme", "columns": "county", "filters": {"valence": ["negative"], "kind": ["wondering"]}}});
    let strange = json!({"query": {"rows": "colour"}});
    story.write(1, "query/01010101", Some(four));
    story.write(1, "query/02020202", Some(strange));
    story.write(1, "summary", Some(json!({"text": "a phenomenon's word"})));
    story.write(1, "settle/colour", Some(json!({"value": "a", "reason": "b"})));
    let card = of(&[&story.joint()], &story.document);
    let unread: Vec<_> = card.unread.iter().map(|word| word.path.as_str()).collect();
    assert_eq!(unread, ["query/01010101", "query/02020202", "settle/colour", "summary"]);
    for year in 0..60u16 {
        let filters = format!("half_year={}-H1", 1990 + year);
        let asked = Asked {
            query: Query { filters: filters.parse().unwrap(), ..Query::one_way(Facet::Theme) },
            note: None,
            others: Others::new(),
        };
        let value: Value = Word::Query(Name::new([year as u8; 4]), asked).entry().unwrap().1;
        story.write(0, &format!("query/{:08x}", year), Some(value));
    }
    let card = of(&[&story.joint()], &story.document);
    assert_eq!((card.queries.len(), card.left_out, card.brief().queries), (QUERIES_MAX, 10, 60));
}

#[test]
fn bounds_are_named() {
    let long = query(1, Facet::Theme, "", Some(&"ä".repeat(2_001)));
    assert_eq!(
        long.entry().unwrap_err().to_string(),
        "the note on a question has 2001 characters; at most 2000 are allowed"
    );
    let same = Asked { query: Query::two_way(Facet::Theme, Facet::Theme), note: None, others: Others::new() };
    let error = Word::Query(Name::new([1; 4]), same).entry().unwrap_err().to_string();
    assert_eq!(error, "the question is not one that is answered: rows and columns are both theme");
    assert_eq!(title(" ").entry().unwrap_err().to_string(), "the title is missing");
    assert_eq!(note(" ").entry().unwrap_err().to_string(), "the note is missing");
}
