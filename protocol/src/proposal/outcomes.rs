//! When to ask what came of a promise: six and twelve months after the answer, until somebody who should know says.

use super::codes::Effect;
use super::state::{Addressed, Given, Noted, OutcomeDue};
use super::words::Outcome;
use crate::date::Date;
use crate::id::OrganisationId;

/// Months after the answer at which is asked.
const ASKED_AFTER_MONTHS: [u16; 2] = [6, 12];

/// Returns whether it is time to ask, and since when.
///
/// *Done* and *no effect* end the asking; *partly* and *not known* answer only the question that had been asked by then. Words of
/// the asking organisation and of those who were asked answer it; what others say is shown beside.
pub(super) fn due(
    promise: Option<&Given>,
    outcomes: &[Noted<Outcome>],
    owner: OrganisationId,
    addressees: &[Addressed],
    today: Date,
) -> Option<OutcomeDue> {
    let promise = promise.filter(|given| given.code().is_some_and(super::codes::AnswerCode::promises))?;
    let promised = promise.answer.as_ref()?.date;
    let knows = |organisation: OrganisationId| {
        organisation == owner || addressees.iter().any(|known| known.addressee.organisation == Some(organisation))
    };
    let told = outcomes.iter().filter(|noted| knows(noted.by.organisation));
    let told: Vec<&Outcome> =
        told.map(|noted| &noted.word).filter(|word| (promised..=today).contains(&word.date)).collect();
    if told.iter().any(|word| matches!(word.effect.known(), Some(Effect::Done | Effect::None))) {
        return None;
    }
    let asked = ASKED_AFTER_MONTHS.into_iter().rev().map(|months| (months, promised.plus_months(months)));
    let (months, since) = asked.into_iter().find(|(_, since)| *since <= today)?;
    (!told.iter().any(|word| word.date >= since)).then_some(OutcomeDue { since, months })
}
