//! Seeded paths of three organisations, with one overlap and one gap planted among what is rare.

use super::super::codes::{ActorKind, PathOutcome, ServiceCode as S, SharedGoal, StepEnd, WaitBand};
use super::super::query::Facet;
use super::super::row::Row;
use super::super::schema::Step;
use super::super::testing::{path, row, step};
use super::*;
use crate::report::area::Area;
use crate::report::codes::AreaScheme;

fn county(service: S) -> Step {
    step(service, ActorKind::CountySocial)
}

/// Two services side by side.
fn pair(first: S, second: S, goal: SharedGoal) -> Vec<Step> {
    let second = Step { alongside: true, shared_goal: Some(goal.into()), ..county(second) };
    vec![county(first), second]
}

/// 200 paths: 18 with the planted overlap, 20 with the planted gap (county 12, where people wait for mental health services for
/// months), 12 left without, 60 with a shared goal, others in which nothing is the matter, and what is rare or of one organisation.
fn seeded() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |path: ServicePath, organisations: u16| {
        let number = rows.len() as u16;
        // Each organisation has seven workers.
        rows.push(row(number * 7 + 1, number % organisations, number % 21, path));
    };
    let plain = |steps| path(steps, PathOutcome::Helped);
    (0..18).for_each(|_| add(plain(pair(S::SocialWork, S::FamilyWork, SharedGoal::No)), 3));
    let waited = Step { ended: StepEnd::Waited.into(), wait: Some(WaitBand::UpTo11.into()), ..county(S::MentalHealth) };
    (0..20).for_each(|_| add(path(vec![county(S::PrimaryCare), waited.clone()], PathOutcome::Unknown), 3));
    (0..12).for_each(|_| add(path(vec![county(S::DebtCounselling), county(S::FoodAid)], PathOutcome::LeftWithout), 3));
    (0..60).for_each(|_| add(plain(pair(S::Employment, S::SocialRehabilitation, SharedGoal::Yes)), 3));
    // Rare: each overlap and each gap at most twice.
    for (at, service) in S::all().iter().enumerate() {
        let turned = Step { ended: StepEnd::TurnedAway.into(), ..county(*service) };
        match at % 2 {
            0 => add(plain(pair(*service, S::Shelter, SharedGoal::No)), 3),
            _ => add(plain(vec![turned, county(S::SocialGuidance)]), 3),
        }
    }
    // Often, but of one organisation: nothing to be shown.
    (0..8).for_each(|_| add(plain(pair(S::HomeCare, S::InformalCare, SharedGoal::No)), 1));
    while rows.len() < 200 {
        let number = rows.len() as u16;
        let mut plain = plain(vec![county(S::SocialWork), county(S::HousingGuidance), county(S::RentalHousing)]);
        plain.area = Area::new(AreaScheme::County, if number.is_multiple_of(2) { "12" } else { "13" }).ok();
        rows.push(row(number * 7 + 1, number % 3, number % 21, plain));
    }
    rows
}

fn held() -> Paths {
    let mut paths = Paths::default();
    paths.extend(seeded());
    paths
}

fn ask(query: &Query) -> PathView {
    held().view(query, &Rules::default()).unwrap()
}

fn lines(view: &PathView) -> Vec<String> {
    view.lines.iter().map(|line| line.key.join(" > ")).collect()
}

/// Returns whether a number stands for a count: one step of rounding, and one further.
fn is_about(count: Count, true_count: u64) -> bool {
    matches!(count, Count::Shown(shown) if shown.abs_diff(true_count) <= 9)
}

#[test]
fn the_planted_overlap_is_found_and_none_else() {
    let view = ask(&Query::of_all(By::Overlap));
    assert_eq!(lines(&view), ["employment > social_rehabilitation > yes", "family_work > social_work > no"]);
    assert!(is_about(view.lines[1].paths, 18) && is_about(view.lines[0].paths, 60), "{view:?}");
    assert!(is_about(view.paths, 200), "{view:?}");
}

#[test]
fn the_planted_gap_is_found_and_none_else() {
    let view = ask(&Query { across: Some(Facet::County), ..Query::of_all(By::Gap) });
    assert_eq!(
        (lines(&view), &view.columns),
        (vec!["mental_health > long_wait".to_owned()], &vec!["12".to_owned(), "13".to_owned()])
    );
    assert!(is_about(view.lines[0].counts[0], 20) && view.lines[0].counts[1] == Count::Few, "{view:?}");
    let elsewhere = Query { filters: [(Facet::County, "13".to_owned())].into(), ..Query::of_all(By::Gap) };
    let elsewhere = ask(&elsewhere);
    assert_eq!((lines(&elsewhere), elsewhere.matching), (vec![], Count::Few));
}

#[test]
fn left_without_is_counted_by_the_first_service_apart_from_overlaps() {
    let view = ask(&Query { across: Some(Facet::HalfYear), ..Query::of_all(By::LeftWithout) });
    assert_eq!(lines(&view), ["debt_counselling"]);
    assert!(is_about(view.lines[0].counts[0], 12) && is_about(view.matching, 12), "{view:?}");
}

#[test]
fn a_path_seen_less_than_five_times_is_suppressed() {
    let rows = |times: u16| {
        let mut rows = seeded();
        let rare = path(vec![county(S::LegalAid), county(S::CrisisHelp)], PathOutcome::Partly);
        rows.extend((0..times).map(|number| row(5_000 + number, number % 3, 100 + number, rare.clone())));
        let mut paths = Paths::default();
        paths.extend(rows);
        let lines = |by| lines(&paths.view(&Query::of_all(by), &Rules::default()).unwrap());
        let shown = |by, key: &str| lines(by).iter().any(|line| line == key);
        (shown(By::Whole, "legal_aid > crisis_help"), shown(By::Flow, "legal_aid > crisis_help"))
    };
    assert_eq!((rows(2), rows(3), rows(4), rows(5)), ((false, false), (false, true), (false, true), (true, true)));
}

#[test]
fn a_stricter_node_is_stricter_everywhere() {
    let strict = Rules::at_least(15, 3, 15);
    let view = |by| held().view(&Query::of_all(by), &strict).unwrap();
    assert!(lines(&view(By::LeftWithout)).is_empty());
    assert_eq!((view(By::Whole).line_rules, view(By::Flow).line_rules), (strict, strict));
    let usual = line_rules(By::Whole, &Rules::default());
    assert_eq!((usual.reports_min(), usual.organisations_min(), usual.authors_min()), (5, 2, 5));
}

#[test]
fn equal_sets_give_equal_bytes() {
    let mut other = Paths::default();
    other.extend(seeded().into_iter().rev());
    let spare = row(9_999, 1, 1, path(vec![county(S::Other)], PathOutcome::Helped));
    let document = spare.document;
    other.insert(spare);
    assert!(other.get(&document).is_some() && other.remove(&document) && !other.remove(&document));
    other.insert(seeded().remove(3));
    assert_eq!((other.len(), other.is_empty()), (200, false));
    for by in By::all() {
        for across in Facet::all().iter().copied().map(Some).chain([None]) {
            let query = Query { across, ..Query::of_all(*by) };
            let of = |paths: &Paths| paths.view(&query, &Rules::default()).unwrap();
            assert_eq!(of(&other).to_json(), of(&held()).to_json());
            assert_eq!(of(&other).fingerprint(), of(&held()).fingerprint());
        }
    }
    let view = ask(&Query::of_all(By::Flow));
    assert_eq!(serde_json::from_str::<PathView>(&view.to_json()).unwrap(), view);
}

#[test]
fn flows_can_be_drawn() {
    let drawing = ask(&Query::of_all(By::Flow)).drawing().unwrap();
    let ids: Vec<&str> = drawing.nodes.iter().map(|node| node.id.as_str()).collect();
    assert!(
        drawing.links.iter().all(|link| ids.contains(&link.source.as_str()) && ids.contains(&link.target.as_str()))
    );
    let left = drawing.nodes.iter().find(|node| node.id == "outcome:left_without").unwrap();
    assert_eq!((left.outcome, left.label.fi.as_str()), (true, "Jäi ilman"));
    assert!(ask(&Query::of_all(By::Gap)).drawing().is_none());
}
