//! Client OIDs beyond the frozen rule: those of the education registers.

use super::{Action, Finding, Rule};

/// Persons in the student register of the National Agency for Education: learner number as last arc.
const LEARNER: &str = "1.2.246.562.24.";

/// Returns learner OIDs.
pub(super) fn clients(text: &str) -> Vec<Finding> {
    text.match_indices(LEARNER)
        .filter_map(|(start, prefix)| {
            let before = text.get(..start)?.chars().next_back();
            let digits = text.get(start + prefix.len()..)?.bytes().take_while(u8::is_ascii_digit).count();
            let border = before.is_none_or(|char| !char.is_alphanumeric() && char != '.');
            let span = start..start + prefix.len() + digits;
            (border && digits > 0).then(|| Finding::new(Rule::ClientOid, Action::Block, span))
        })
        .collect()
}
