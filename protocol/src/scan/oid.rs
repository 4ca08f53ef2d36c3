//! Client OIDs beyond the frozen rule: those of the education registers, and any that wide characters, spaces or line breaks tear.

use super::fold::{Glyph, border_before, char_at, digit_at, skip_gap, span};
use super::{Action, Finding, Rule};

/// Arcs of persons in the student register of the National Agency for Education, before the learner number.
const LEARNER: [u32; 5] = [1, 2, 246, 562, 24];
/// Arcs of Finland.
const FINLAND: [u32; 3] = [1, 2, 246];
/// More arcs are none of ours.
const ARCS_MAX: usize = 16;
/// So many first arcs are read on across a gap.
const JOINED_ARCS: usize = 5;

/// Returns OIDs of clients, patients and learners. Torn ones have to be confirmed, all others are blocked.
pub(super) fn clients(glyphs: &[Glyph]) -> Vec<Finding> {
    let starts = (0..glyphs.len()).filter(|at| {
        char_at(glyphs, *at) == Some('1') && char_at(glyphs, at + 1).is_some_and(|next| !next.is_ascii_digit())
    });
    starts.filter_map(|start| client(glyphs, start)).collect()
}

fn client(glyphs: &[Glyph], start: usize) -> Option<Finding> {
    let after_dot = start.checked_sub(1).and_then(|dot| char_at(glyphs, dot)) == Some('.');
    let inside = after_dot && start.checked_sub(2).is_some_and(|before| digit_at(glyphs, before).is_some());
    if inside || !border_before(glyphs, start) {
        return None;
    }
    let (arcs, end, torn) = arcs(glyphs, start);
    let extension =
        char_at(glyphs, end) == Some('|') && char_at(glyphs, end + 1).is_some_and(|char| char.is_ascii_alphanumeric());
    let action = if torn { Action::Confirm } else { Action::Block };
    names_a_client(&arcs, extension).then(|| Some(Finding::new(Rule::ClientOid, action, span(glyphs, start, end)?)))?
}

/// Tells whether arcs are those of a client. As in the frozen rule, an organisation and its units may be named.
fn names_a_client(arcs: &[u32], extension: bool) -> bool {
    if arcs.len() > LEARNER.len() && arcs.starts_with(&LEARNER) {
        return true;
    }
    let Some(([arc, rest @ ..], true)) = arcs.get(FINLAND.len()..).map(|rest| (rest, arcs.starts_with(&FINLAND)))
    else {
        return false;
    };
    match (arc, rest) {
        (21 | 22 | 57, rest) => !rest.is_empty() || extension,
        (10, [] | [_] | [_, 10 | 19] | [_, 10 | 19, _] | [_, 10 | 19, _, _]) => false,
        (10, _) => true,
        _ => false,
    }
}

/// Reads arcs parted by full stops: their values, where they end, and whether white space tears them.
fn arcs(glyphs: &[Glyph], start: usize) -> (Vec<u32>, usize, bool) {
    let (mut arcs, mut at, mut end, mut torn) = (Vec::new(), start, start, false);
    while arcs.len() < ARCS_MAX {
        let Some((value, after)) = arc(glyphs, at, arcs.len() < JOINED_ARCS) else { break };
        if arcs.is_empty() && value != 1 {
            break;
        }
        torn |= (at..after).any(|at| digit_at(glyphs, at).is_none());
        arcs.push(value);
        end = after;
        let dot = skip_gap(glyphs, end);
        if char_at(glyphs, dot) != Some('.') {
            break;
        }
        at = skip_gap(glyphs, dot + 1);
        torn |= dot > end || at > dot + 1;
    }
    (arcs, end, torn)
}

/// Reads one arc at `at`: its value and where it ends. If `joined`, digits behind a gap belong to it as long as a full stop follows.
fn arc(glyphs: &[Glyph], at: usize, joined: bool) -> Option<(u32, usize)> {
    let digits = |value: u32, from: usize| {
        let digits = (from..).map_while(|at| digit_at(glyphs, at));
        digits.fold((value, from), |(value, at), digit| (value.saturating_mul(10).saturating_add(digit), at + 1))
    };
    let (value, end) = digits(0, at);
    if end == at {
        return None;
    }
    let gap = skip_gap(glyphs, end);
    let (whole, after) = digits(value, gap);
    let goes_on = joined && gap > end && after > gap && char_at(glyphs, skip_gap(glyphs, after)) == Some('.');
    Some(if goes_on { (whole, after) } else { (value, end) })
}
