//! Business ids (Y-tunnus). Organisations may be named: this is for information, and never part of what `scan` finds.

use std::ops::Range;

/// What each of the first seven digits counts.
const WEIGHTS: [u32; 7] = [7, 9, 10, 5, 8, 4, 2];

/// Returns the places of valid business ids in `text`: seven digits, a hyphen, a check digit; ascending, non-overlapping byte
/// ranges. They name organisations, which a report may do, so [`scan`](super::scan) does not report them.
pub fn business_ids(text: &str) -> impl Iterator<Item = Range<usize>> {
    let hyphens = text.match_indices('-').filter_map(|(hyphen, _)| {
        let start = hyphen.checked_sub(WEIGHTS.len())?;
        let digits = text.get(start..hyphen)?;
        let check = text.get(hyphen + 1..hyphen + 2)?;
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(hyphen + 2..)?.chars().next();
        let border = |char: Option<char>| char.is_none_or(|char| !char.is_alphanumeric());
        (border(before) && border(after) && is_valid(digits, check)).then_some(start..hyphen + 2)
    });
    hyphens.into_iter()
}

fn is_valid(digits: &str, check: &str) -> bool {
    let values: Option<Vec<u32>> = digits.chars().map(|char| char.to_digit(10)).collect();
    let (Some(values), Ok(check)) = (values, check.parse::<u32>()) else { return false };
    let rest = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum::<u32>() % 11;
    values.len() == WEIGHTS.len() && matches!((rest, check), (0, 0) | (2..=10, _)) && (rest == 0 || check == 11 - rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_valid_ids_and_no_others() {
        let text = "Säätiö 0737546-2, 0000001-9; ei 0737546-3, 10737546-2, 0737546-21, A0737546-2";
        let found: Vec<_> = business_ids(text).filter_map(|span| text.get(span)).collect();
        assert_eq!(found, ["0737546-2", "0000001-9"]);
        assert!(crate::scan::scan(text).is_empty());
    }
}
