//! A view of paths as a table for people: the strongest lines first.

use talkoot_protocol::report::area::table::ATTRIBUTION;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::service_path::codes::{Gap, SharedGoal};
use talkoot_protocol::service_path::{By, Facet, Line, PathView};
use talkoot_protocol::view::{BASE, Count, Rules};

use super::names::{Names, Say};
use crate::error::Result;
use crate::output;

/// Prints a view.
pub(super) fn print(view: &PathView, names: &Names) -> Result<()> {
    let mut headers: Vec<String> = headings(view.query.by).iter().map(|say| names.word(*say)).collect();
    let facet = view.query.across;
    headers.extend(facet.iter().flat_map(|facet| view.columns.iter().map(|key| names.value(*facet, key))));
    headers.push(names.word(Say::Paths));
    output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows(view, names))?;
    output::line("")?;
    output::line(&in_words(view))?;
    let is_area = |facet: &Facet| matches!(facet, Facet::County | Facet::Municipality);
    if facet.iter().chain(view.query.filters.keys()).any(is_area) {
        output::line(ATTRIBUTION)?;
    }
    Ok(())
}

/// Returns what the parts of a key are called.
pub(super) const fn headings(by: By) -> &'static [Say] {
    match by {
        By::Flow => &[Say::From, Say::To],
        By::Overlap => &[Say::Service, Say::Beside, Say::Goal],
        By::Gap => &[Say::Service, Say::Gap],
        By::LeftWithout => &[Say::FirstService],
        By::Whole => &[Say::Way],
    }
}

/// Returns the names of the parts of a key, as many as there are headings.
pub(super) fn parts(view: &PathView, key: &[String], names: &Names) -> Vec<String> {
    match (view.query.by, key) {
        (By::Whole, key) => vec![names.whole(view, key)],
        (By::Overlap, [one, other, goal]) => {
            let goal = names.code(&Code::<SharedGoal>::from_key(goal));
            vec![names.part(view, one), names.part(view, other), goal]
        }
        (By::Gap, [part, gap]) => vec![names.part(view, part), names.code(&Code::<Gap>::from_key(gap))],
        (_, key) => key.iter().map(|part| names.part(view, part)).collect(),
    }
}

fn rows(view: &PathView, names: &Names) -> Vec<Vec<String>> {
    let mut lines: Vec<&Line> = view.lines.iter().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.paths));
    let number = |count: &Count| match count {
        Count::Few => names.word(Say::Few),
        Count::Shown(count) => count.to_string(),
    };
    let line = |label: Vec<String>, counts: &[Count], all: Count| -> Vec<String> {
        label.into_iter().chain(counts.iter().chain([&all]).map(number)).collect()
    };
    let mut rows: Vec<_> = lines.iter().map(|one| line(parts(view, &one.key, names), &one.counts, one.paths)).collect();
    let blank = |say: Say| {
        let mut label = vec![names.word(say)];
        label.resize(headings(view.query.by).len(), String::new());
        label
    };
    if matches!(view.query.by, By::Overlap | By::Gap | By::LeftWithout) {
        rows.push(line(blank(Say::Matching), &view.column_matching, view.matching));
    }
    rows.push(line(blank(Say::All), &view.column_paths, view.paths));
    rows
}

/// Says what the numbers are.
pub(super) fn in_words(view: &PathView) -> String {
    let least = |rules: &Rules| {
        let organisations = output::count(u64::from(rules.organisations_min()), "organisation", "organisations");
        format!("at least {} paths by {} workers of {organisations}", rules.reports_min(), rules.authors_min())
    };
    let stricter = match view.query.by {
        By::Whole => format!(", and of one whole path of {}", least(&view.line_rules)),
        _ => String::new(),
    };
    format!(
        "Numbers are of paths and rounded to multiples of {BASE}, each by itself. Shown are counts of {}{stricter}; \"few\" are fewer, \
         perhaps none. Lines without a number are left out.",
        least(&view.rules)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::codes::Language;

    use super::*;

    #[test]
    fn a_table_has_names_and_totals() {
        let rules = json!({"reports_min": 3, "organisations_min": 2, "authors_min": 3});
        let view: PathView = serde_json::from_value(json!({
            "query": {"by": "gap", "of": "service", "across": "county", "filters": {}},
            "rules": rules, "line_rules": rules, "columns": ["12"],
            "lines": [{"key": ["food_aid", "nowhere"], "counts": ["few"], "paths": 5},
                {"key": ["mental_health", "long_wait"], "counts": [10], "paths": 15}],
            "column_paths": [40], "column_matching": [20], "paths": 65, "matching": "few",
        }))
        .unwrap();
        let names = Names::without_lists(Language::Fi);
        assert_eq!(
            rows(&view, &names),
            [
                ["Mielenterveyspalvelut", "Pitkä odotus", "10", "15"],
                ["Ruoka-apu", "Ohjattiin eikä päästy mihinkään", "muutama", "5"],
                ["Polut, joilla on näitä", "", "20", "muutama"],
                ["Kaikki polut", "", "40", "65"],
            ]
        );
        assert!(in_words(&view).contains("at least 3 paths by 3 workers of 2 organisations"));
    }
}
