//! When to ask what came of a promise: six and twelve months after the answer, until somebody who should know says.

use std::collections::BTreeSet;

use super::codes::Effect;
use super::state::{Addressed, Given, Noted, OutcomeDue};
use super::words::Outcome;
use crate::date::Date;
use crate::id::OrganisationId;

/// Months after the answer at which is asked.
const ASKED_AFTER_MONTHS: [u16; 2] = [6, 12];

/// Returns what those who should know said of a promise until today: the organisation that asked, and those who were asked. What
/// others say is shown beside.
pub(super) fn heard<'a>(
    promise: Option<&Given>,
    outcomes: &'a [Noted<Outcome>],
    owner: OrganisationId,
    addressees: &[Addressed],
    today: Date,
) -> Vec<&'a Outcome> {
    let Some(promised) = promise.and_then(promised_on) else { return Vec::new() };
    let asked = addressees.iter().filter_map(|asked| asked.addressee.organisation);
    let knowing: BTreeSet<OrganisationId> = asked.chain([owner]).collect();
    let known = outcomes.iter().filter(|noted| knowing.contains(&noted.by.organisation)).map(|noted| &noted.word);
    known.filter(|word| (promised..=today).contains(&word.date)).collect()
}

/// Returns whether it is time to ask, and since when.
///
/// *Done* and *no effect* end the asking; *partly* and *not known* answer only the questions that had been asked by then.
pub(super) fn due(promise: Option<&Given>, heard: &[&Outcome], today: Date) -> Option<OutcomeDue> {
    let promised = promise.and_then(promised_on)?;
    if heard.iter().any(|word| matches!(word.effect.known(), Some(Effect::Done | Effect::None))) {
        return None;
    }
    let asked = ASKED_AFTER_MONTHS.into_iter().rev().map(|months| (months, promised.plus_months(months)));
    let (months, since) = asked.into_iter().find(|(_, since)| *since <= today)?;
    (!heard.iter().any(|word| word.date >= since)).then_some(OutcomeDue { since, months })
}

/// Returns the day of an answer that promises something.
fn promised_on(given: &Given) -> Option<Date> {
    given.code().filter(|code| code.promises())?;
    given.answer.as_ref().map(|answer| answer.date)
}
