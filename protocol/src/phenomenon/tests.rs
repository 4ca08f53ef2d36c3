//! What a card promises: the same whatever the order, nothing lost by merging and parting, nothing settled by being later.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use super::aspect::State;
use super::card::{Card, card, linked};
use super::group::Groups;
use super::link::{Report, Reports, Standing};
use super::testing::{Story, organisation, report};
use super::trend::Trend;
use super::word::*;
use crate::id::DocumentId;
use crate::joint::Joint;
use crate::report::area::Area;
use crate::report::codes::{self, AreaScheme};
use crate::report::period::HalfYear;
use crate::scope::{County, Scope};

fn title(text: &str) -> Word {
    Word::Title(Title { text: text.into(), ..Title::default() })
}

fn facet(name: u8, aspect: &str, value: &str) -> Word {
    let facet = Facet { aspect: aspect.into(), value: value.into(), ..Facet::default() };
    Word::Facet(FacetName::new([name; 4]), facet)
}

fn link(number: u8, state: LinkState) -> Word {
    Word::Link(report(number), Link { state, reason: Some("syy".into()), similarity: None, others: Others::new() })
}

fn merge(other: u8, state: MergeState) -> Word {
    let merge = Merge { state, reason: Some("syy".into()), others: Others::new() };
    Word::Merge(DocumentId::from_bytes([other; 32]), merge)
}

fn settle(aspect: &str, value: &str, considered: &[&str]) -> Word {
    let considered = considered.iter().map(|value| (*value).to_owned()).collect();
    let settlement = Settlement { value: value.into(), reason: "katsottiin".into(), considered, ..Default::default() };
    Word::settle(aspect, settlement)
}

fn period(year: u16, half: u8, trend: codes::Trend) -> Word {
    let note = PeriodNote { trend: Some(trend.into()), ..PeriodNote::default() };
    Word::Period(HalfYear::new(year, half).unwrap(), note)
}

fn house() -> Story {
    Story::begin(1, 0, &[title("Talo"), facet(1, "Väri", "punainen")])
}

fn card_of(joint: &Joint, reports: &Reports) -> Card {
    card(&Groups::new([joint]), &joint.document, reports).unwrap()
}

fn state_of(story: &Story) -> Option<State> {
    let card = card_of(&story.joint(), &Reports::new());
    card.aspects.iter().find_map(|aspect| aspect.contradiction.as_ref()).map(|found| found.state)
}

/// Reports of which number 1 is organisation 1's, and so on; each observed a half-year after the one before.
fn reports() -> Reports {
    let known = |number: u8| {
        let half_year = HalfYear::new(2024 + u16::from(number) / 2, number % 2 + 1);
        let title = Some(format!("Havainto {number}"));
        Report { organisation: organisation(number), scope: Scope::Network, title, half_year }
    };
    (0..6).map(|number| (report(number), known(number))).collect()
}

fn any_word() -> impl Strategy<Value = Word> {
    let aspect = prop_oneof![Just("Väri"), Just("väri "), Just("Kerrokset")];
    let value = prop_oneof![Just("punainen"), Just("Keltainen"), Just("keltainen"), Just("kaksi")];
    let link_state = prop_oneof![Just(LinkState::Linked), Just(LinkState::Unlinked)];
    let trend = prop_oneof![Just(codes::Trend::Growing), Just(codes::Trend::Stable)];
    prop_oneof![
        "[a-zä]{1,8}".prop_map(|text| title(&text)),
        (0u8..4, aspect.clone(), value.clone()).prop_map(|(name, aspect, value)| facet(name, aspect, value)),
        (0u8..5, link_state).prop_map(|(number, state)| link(number, state)),
        (aspect, value.clone(), vec(value, 0..4)).prop_map(|(aspect, value, considered)| settle(
            aspect,
            value,
            &considered
        )),
        (2024u16..2027, 1u8..3, trend).prop_map(|(year, half, trend)| period(year, half, trend)),
    ]
}

/// What somebody does: who, what, and whether they have seen everything before.
type Act = (u8, Word, bool);

fn any_acts() -> impl Strategy<Value = Vec<Act>> {
    vec((0u8..4, any_word(), any::<bool>()), 0..14)
}

fn told(document: u8, owner: u8, acts: &[Act]) -> Story {
    let mut story = Story::begin(document, owner, &[title("Alku")]);
    for (number, word, caught_up) in acts {
        if *caught_up {
            story.catch_up(*number);
        }
        story.say(*number, word);
    }
    story
}

fn shuffled(len: usize, picks: &[Index]) -> Vec<usize> {
    let mut rest: Vec<usize> = (0..len).collect();
    picks.iter().map_while(|pick| (!rest.is_empty()).then(|| rest.remove(pick.index(rest.len())))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_order_gives_the_same_card(
        one in any_acts(), other in any_acts(), joined in any::<bool>(), picks in vec(any::<Index>(), 20),
    ) {
        let (mut one, other) = (told(1, 0, &one), told(2, 1, &other));
        if joined {
            one.say(3, &merge(2, MergeState::Joined));
        }
        let (here, there) = (one.joint(), other.joint());
        let first = Groups::new([&here, &there]);
        let (here, there) = (one.joint_in(shuffled(one.len(), &picks)), other.joint_in(shuffled(other.len(), &picks)));
        let second = Groups::new([&there, &here]);
        prop_assert_eq!(first.ids().count(), if joined { 1 } else { 2 });
        for id in first.ids() {
            let (first, second) = (card(&first, &id, &reports()), card(&second, &id, &reports()));
            let (first, second) = (first.unwrap(), second.unwrap());
            prop_assert_eq!(first.bytes(), second.bytes());
            let again: Card = serde_json::from_slice(&first.bytes()).unwrap();
            prop_assert_eq!(again, first, "a card survives the way to a program and back");
        }
    }

    #[test]
    fn merging_and_parting_lose_nothing(one in any_acts(), other in any_acts()) {
        let (mut one, mut other) = (told(2, 0, &one), told(1, 1, &other));
        let alone = |story: &Story| card_of(&story.joint(), &reports());
        let (mine, theirs) = (alone(&one), alone(&other));
        one.say(3, &merge(1, MergeState::Joined));
        let (here, there) = (one.joint(), other.joint());
        let groups = Groups::new([&here, &there]);
        let merged = card(&groups, &one.document, &reports()).unwrap();
        prop_assert_eq!((merged.id, merged.documents.len()), (other.document, 2), "the least id names it");
        prop_assert_eq!(facets(&merged), sorted(facets(&theirs), facets(&mine)));
        prop_assert_eq!(links(&merged), sorted(links(&theirs), links(&mine)));
        let named: Vec<_> = linked(&groups, &other.document).into_iter().collect();
        let shown: Vec<_> = merged.links.iter().map(|link| link.report).collect();
        prop_assert_eq!(named, shown);
        // The organisation that began the other one does not want it.
        other.say(1, &merge(2, MergeState::Parted));
        let (here, there) = (one.joint(), other.joint());
        let groups = Groups::new([&here, &there]);
        for before in [mine, theirs] {
            let mut after = card(&groups, &before.id, &reports()).unwrap();
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

fn facets(card: &Card) -> Vec<String> {
    let facets = card.aspects.iter().flat_map(|aspect| &aspect.facets);
    sorted(facets.map(|facet| serde_json::to_string(facet).unwrap()).collect(), Vec::new())
}

fn links(card: &Card) -> Vec<String> {
    let words = card.links.iter().flat_map(|link| &link.words);
    sorted(words.map(|word| serde_json::to_string(word).unwrap()).collect(), Vec::new())
}

fn sorted(mut one: Vec<String>, other: Vec<String>) -> Vec<String> {
    one.extend(other);
    one.sort();
    one
}

#[test]
fn three_facets_make_one_house_and_its_colour_is_contested() {
    let mut story = house();
    story.say(1, &facet(1, "Materiaali", "puinen"));
    story.say(2, &facet(1, "Kerrokset", "kaksi"));
    story.say(2, &facet(2, "väri", "keltainen"));
    let card = card_of(&story.joint(), &Reports::new());
    assert_eq!((card.title.as_deref(), card.aspects.len(), card.open), (Some("Talo"), 3, 1));
    let colour = card.aspects.iter().find(|aspect| aspect.key == "väri").unwrap();
    assert_eq!((colour.name.as_str(), colour.facets.len(), colour.agreements.len()), ("Väri", 2, 0));
    let contradiction = colour.contradiction.as_ref().unwrap();
    let values: Vec<_> = contradiction.values.iter().map(|held| held.value.as_str()).collect();
    assert_eq!((contradiction.state, values), (State::Open, vec!["keltainen", "punainen"]));
}

#[test]
fn agreement_takes_two_organisations() {
    let mut story = house();
    story.say(0, &facet(2, "väri", "Punainen"));
    assert!(card_of(&story.joint(), &Reports::new()).aspects[0].agreements.is_empty());
    story.say(1, &facet(1, " VÄRI", "punainen "));
    let card = card_of(&story.joint(), &Reports::new());
    let agreement = &card.aspects[0].agreements[0];
    assert_eq!(agreement.organisations, [organisation(0), organisation(1)]);
    assert_eq!((card.aspects[0].contradiction.as_ref(), card.open), (None, 0));
}

#[test]
fn a_settlement_holds_until_something_new_is_said() {
    let mut story = house();
    assert_eq!(state_of(&story), None);
    story.say(1, &facet(1, "Väri", "keltainen"));
    assert_eq!(state_of(&story), Some(State::Open));
    story.say(2, &settle(" VÄRI ", "punainen", &["Punainen", "keltainen"]));
    assert_eq!(state_of(&story), Some(State::Settled));
    let card = card_of(&story.joint(), &Reports::new());
    let contradiction = card.aspects[0].contradiction.as_ref().unwrap();
    assert_eq!((contradiction.settled.as_deref(), card.open), (Some("punainen"), 0));
    assert_eq!(card.aspects[0].settlements[0].said.reason, "katsottiin");
    story.say(3, &facet(1, "Väri", "vihreä"));
    assert_eq!(state_of(&story), Some(State::Reopened));
    let card = card_of(&story.joint(), &Reports::new());
    let contradiction = card.aspects[0].contradiction.as_ref().unwrap();
    assert_eq!(
        (&contradiction.unweighed[..], &contradiction.settled, card.open),
        (&["vihreä".to_owned()][..], &None, 1)
    );
    story.say(3, &settle("väri", "vihreä", &["punainen", "keltainen", "vihreä"]));
    assert_eq!(state_of(&story), Some(State::SettledDifferently));
    story.say(2, &settle("väri", "Vihreä", &["punainen", "keltainen", "vihreä"]));
    assert_eq!(state_of(&story), Some(State::Settled));
    story.write(3, "facet/01010101", None);
    assert_eq!(state_of(&story), Some(State::Settled), "what was weighed may go");
    story.write(1, "facet/01010101", None);
    assert_eq!(state_of(&story), None, "nobody says otherwise any more");
    assert_eq!(card_of(&story.joint(), &Reports::new()).aspects[0].settlements.len(), 2);
}

#[test]
fn values_of_different_places_and_times_stand_side_by_side() {
    let place = |name: u8, value: &str, scheme: AreaScheme, code: &str, half: u8| {
        let facet = Facet {
            aspect: "Jono".into(),
            value: value.into(),
            area: Some(Area::new(scheme, code).unwrap()),
            period: HalfYear::new(2026, half).map(Into::into),
            ..Facet::default()
        };
        Word::Facet(FacetName::new([name; 4]), facet)
    };
    let (pori, satakunta) = ("609", "06");
    let mut story = Story::begin(1, 0, &[place(1, "lyhyt", AreaScheme::Municipality, pori, 1)]);
    story.say(1, &place(2, "pitkä", AreaScheme::Municipality, "564", 1));
    story.say(1, &place(3, "pitkä", AreaScheme::Municipality, pori, 2));
    assert_eq!(state_of(&story), None);
    story.say(2, &place(4, "pitkä", AreaScheme::County, satakunta, 1));
    assert_eq!(state_of(&story), Some(State::Open), "the municipality lies in the county");
    let mut story = Story::begin(1, 0, &[place(1, "lyhyt", AreaScheme::Municipality, pori, 1)]);
    story.say(1, &facet(2, "jono", "pitkä"));
    assert_eq!(state_of(&story), Some(State::Open), "a value without a place holds anywhere");
}

#[test]
fn whoever_wrote_a_report_has_the_last_word_on_it() {
    let mut story = house();
    story.say(1, &link(2, LinkState::Linked));
    story.say(3, &link(2, LinkState::Unlinked));
    let of = |story: &Story, reports: &Reports| {
        let card = card_of(&story.joint(), reports);
        (card.links[0].standing, card.links[0].contested, card.links[0].title.clone(), card.links[0].words.len())
    };
    let title = Some("Havainto 2".to_owned());
    assert_eq!(of(&story, &reports()), (Standing::Linked, true, title.clone(), 2));
    story.say(2, &link(2, LinkState::Unlinked));
    assert_eq!(of(&story, &reports()), (Standing::Vetoed, true, title.clone(), 3));
    story.say(2, &link(2, LinkState::Linked));
    assert_eq!(of(&story, &reports()), (Standing::Linked, true, title, 3));
    let mut narrow = reports();
    narrow.get_mut(&report(2)).unwrap().scope = Scope::Region(County::new(6).unwrap());
    assert_eq!(of(&story, &narrow).2, None, "what not everyone may know is on nobody's card");
}

#[test]
fn a_link_that_is_taken_back_stays_in_sight() {
    let mut story = house();
    story.say(1, &link(2, LinkState::Linked));
    story.say(1, &link(2, LinkState::Unlinked));
    let card = card_of(&story.joint(), &reports());
    assert_eq!((card.links[0].standing, card.links[0].contested), (Standing::Unlinked, false));
    assert_eq!(card.brief().reports, 0);
}

#[test]
fn a_trend_takes_three_half_years() {
    let mut story = house();
    for number in [1, 2] {
        story.say(1, &link(number, LinkState::Linked));
        story.say(1, &period(2024, number, codes::Trend::Growing));
    }
    let course = card_of(&story.joint(), &reports()).course;
    let too_few = Trend::TooFew { periods: 2, needed: 3 };
    assert_eq!((course.by_reports, course.by_words, course.periods.len()), (too_few, too_few, 3));
    story.say(1, &link(3, LinkState::Linked));
    story.say(2, &period(2025, 1, codes::Trend::New));
    let course = card_of(&story.joint(), &reports()).course;
    assert_eq!((course.by_reports, course.by_words), (Trend::Stable, Trend::Growing));
    story.say(2, &period(2025, 1, codes::Trend::Stable));
    story.say(2, &link(5, LinkState::Linked));
    let course = card_of(&story.joint(), &reports()).course;
    assert_eq!((course.by_reports, course.by_words), (Trend::Varying, Trend::Varying), "4/2025 had none");
}

#[test]
fn what_is_not_understood_is_kept_in_sight() {
    let mut story = house();
    story.write(1, "weather", Some(json!({"text": "sataa"})));
    story.write(1, "facet/01010101", Some(json!({"aspect": "Väri", "value": "sininen", "shade": "tumma"})));
    story.write(1, "facet/02020202", Some(json!({"aspect": "Väri", "value": "x".repeat(VALUE_CHARS_MAX + 1)})));
    story.write(1, "settle/Väri", Some(json!({"value": "sininen", "reason": "siksi"})));
    story.write(1, "status", Some(json!({"code": "asleep"})));
    story.write(1, "note", Some(json!("x".repeat(10_000))));
    let card = card_of(&story.joint(), &Reports::new());
    let unread: Vec<_> = card.unread.iter().map(|word| (word.path.as_str(), word.said.value.is_some())).collect();
    assert_eq!(unread, [("facet/02020202", true), ("note", false), ("settle/Väri", true), ("weather", true)]);
    assert_eq!(card.aspects[0].facets[1].said.others["shade"], "tumma");
    assert_eq!(card.status.as_ref().map(|code| code.key()), Some("asleep"));
}

#[test]
fn bounds_are_named() {
    let of = |word: Word| word.entry().unwrap_err().to_string();
    assert_eq!(of(title(" ")), "the title is missing");
    assert_eq!(of(title(&"ä".repeat(121))), "the title has 121 characters; at most 120 are allowed");
    assert_eq!(of(settle("", "a", &[])), "the aspect is missing");
    assert!(of(facet(1, &"\u{fdfa}".repeat(80), "a")).contains("the aspect"), "it grows when it is normalised");
    let unexplained = Link { state: LinkState::Unlinked, reason: None, similarity: None, others: Others::new() };
    assert_eq!(of(Word::Link(report(1), unexplained)), "the reason is missing");
    let mut grown = Others::new();
    grown.insert("more".into(), json!("x".repeat(WORD_BYTES_MAX)));
    assert!(of(Word::Summary(Summary { text: "a".into(), others: grown })).contains("bytes as a whole"));
}

#[test]
fn a_merge_with_what_is_not_here_joins_nothing() {
    let mut story = house();
    story.say(1, &merge(9, MergeState::Joined));
    let card = card_of(&story.joint(), &Reports::new());
    assert_eq!((card.documents.len(), card.merges[0].missing, card.merges[0].joined), (1, true, false));
}

#[test]
fn a_change_tells_what_it_wrote() {
    let mut story = house();
    story.write(1, "note", Some(json!({"a": [1, {"b": null}], "c": "ä"})));
    story.catch_up(0);
    story.write(0, "facet/01010101", None);
    story.say(0, &title("Toinen talo"));
    let title_of = |text: &str| ("title".to_owned(), Some(json!({"text": text})));
    let facet = json!({"aspect": "Väri", "value": "punainen"});
    assert_eq!(story.written(0), [("facet/01010101".to_owned(), Some(facet)), title_of("Talo")]);
    assert_eq!(story.written(1), [("note".to_owned(), Some(json!({"a": [1, {"b": null}], "c": "ä"})))]);
    assert_eq!(story.written(2), [("facet/01010101".to_owned(), None)]);
    assert_eq!(story.written(3), [title_of("Toinen talo")]);
}
