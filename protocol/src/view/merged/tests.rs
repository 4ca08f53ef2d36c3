//! What views show and hide, and that the order of arrival does not show.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::rounding::BASE;
use super::super::testing::{any_row, links, organisation, place, row, worker};
use super::super::{Query, Row};
use super::*;

fn columns(rows: impl IntoIterator<Item = Row>) -> Columns {
    let rows: Vec<Row> = rows.into_iter().collect();
    let mut columns = Columns::new(0);
    columns.relink(&links(&rows));
    columns.extend(rows);
    columns
}

fn view(rows: impl IntoIterator<Item = Row>, query: &Query) -> MergedView {
    columns(rows).view(query, &Rules::default()).unwrap()
}

/// Ten reports of five organisations in Mikkeli, one in Savonlinna.
fn reports() -> Vec<Row> {
    let report = |number: u16, municipality| Row {
        organisation: organisation(number % 5),
        author: worker(number),
        areas: [place(12, municipality)].into_iter().collect(),
        ..row(number)
    };
    (0..10).map(|number| report(number, 491)).chain([report(10, 740)]).collect()
}

#[test]
fn few_is_a_word_and_numbers_are_multiples_of_five() {
    let query = Query { filters: "municipality=491,740".parse().unwrap(), ..Query::one_way(Facet::Municipality) };
    let view = view(reports(), &query);
    assert_eq!((view.rows.len(), view.count(0, Some("740"), None)), (2, Some(Count::Few)));
    assert!(matches!(view.count(0, Some("491"), None), Some(Count::Shown(shown)) if shown > 0 && shown % BASE == 0));
    assert_eq!(view.slices[0].total, None, "across an axis that shows some values there is no total");
    let json = view.to_json();
    let start = r#"{"query":{"rows":"municipality","filters":{"municipality":["491","740"]}},"basis":{"published":{"reports_min":3,"#;
    assert!(json.starts_with(start), "{json}");
    assert!(json.contains(r#""rows":["491","740"],"columns":[],"#) && json.contains(r#","few"],"#), "{json}");
    assert_eq!(serde_json::from_str::<MergedView>(&json).unwrap(), view);
    assert!(serde_json::from_str::<Count>(r#""many""#).is_err());
}

#[test]
fn a_row_without_numbers_is_not_told_from_one_without_reports() {
    let with = view(reports(), &Query::one_way(Facet::Municipality));
    assert_eq!(with.rows, ["491"]);
    assert_eq!(with.count(0, Some("740"), None), None);
}

#[test]
fn a_filter_on_another_facet_gives_a_table_for_each_value() {
    let query = Query { filters: "municipality=491,740,999".parse().unwrap(), ..Query::one_way(Facet::Theme) };
    let view = view(reports(), &query);
    let of: Vec<_> = view.slices.iter().map(|slice| slice.of[&Facet::Municipality].as_str()).collect();
    assert_eq!((of.as_slice(), &view.rows[..]), (&["491", "740", "999"][..], &["2".to_owned()][..]));
    assert!(view.count(0, Some("2"), None).unwrap().is_some());
    assert_eq!((view.count(1, Some("2"), None), view.count(2, None, None)), (Some(Count::Few), Some(Count::Few)));
}

#[test]
fn one_organisation_alone_is_few_unless_asked_for_by_organisation() {
    let rows = || (0..9).map(|number| Row { organisation: organisation(1), ..row(number) });
    let merged = view(rows(), &Query::one_way(Facet::Theme));
    assert_eq!((merged.slices[0].total, merged.rows.len()), (Some(Count::Few), 0));
    let by_organisation = view(rows(), &Query::one_way(Facet::Organisation));
    assert_eq!(by_organisation.rows, [organisation(1).to_string()]);
    assert!(by_organisation.slices[0].row_totals[0].is_some());
    assert_eq!(by_organisation.slices[0].total, Some(Count::Few), "the total is the same in every table");
}

#[test]
fn what_is_its_own_an_organisation_sees_exactly() {
    let own = columns(reports()).own(&Query::one_way(Facet::Municipality), organisation(0)).unwrap();
    assert_eq!((own.rows.as_slice(), own.basis), (&["491", "740"].map(str::to_owned)[..], Basis::Own(organisation(0))));
    assert_eq!(own.slices[0].row_totals, [Count::Shown(2), Count::Shown(1)]);
    assert_eq!(own.slices[0].total, Some(Count::Shown(3)));
    let filters = format!("organisation={}", organisation(1)).parse().unwrap();
    let other = Query { filters, ..Query::one_way(Facet::Theme) };
    let none = columns(reports()).own(&other, organisation(0)).unwrap();
    assert_eq!((none.rows.len(), none.slices[0].total), (0, Some(Count::Shown(0))), "nothing of others");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn the_order_of_arrival_does_not_show(
        rows in proptest::collection::vec((any_row(), any::<u32>()), 0..80),
        gone in proptest::collection::vec(any_row(), 0..20),
        facets in (proptest::sample::select(Facet::all()), proptest::sample::select(Facet::all())),
    ) {
        let set: BTreeMap<_, _> = rows.iter().map(|(row, _)| (row.document, row.clone())).collect();
        let query = Query { columns: Some(facets.1).filter(|facet| *facet != facets.0), ..Query::one_way(facets.0) };
        let expected = view(set.values().cloned(), &query);
        let mut shuffled: Vec<_> = set.values().zip(rows.iter().map(|(_, order)| order)).collect();
        shuffled.sort_by_key(|(_, order)| **order);
        let mut columns = Columns::new(77);
        gone.iter().for_each(|row| columns.insert(row));
        gone.iter().for_each(|row| { columns.remove(&row.document); });
        let (first, then) = shuffled.split_at(shuffled.len() / 2);
        first.iter().for_each(|(row, _)| columns.insert(row));
        columns.relink(&links(set.values()));
        then.iter().for_each(|(row, _)| columns.insert(row));
        let got = columns.view(&query, &Rules::default()).unwrap();
        prop_assert_eq!(got.to_json(), expected.to_json());
        prop_assert_eq!(got.fingerprint(), expected.fingerprint());
    }
}
