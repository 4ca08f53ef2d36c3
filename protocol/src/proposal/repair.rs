//! Whose turn it is: the repair coordinators' queue of everything that is not done with, and each organisation's inbox. Neither
//! can lose a proposal: handing one over changes who holds it, and what nobody holds is in the queue too.

use std::collections::BTreeMap;

use super::codes::RepairState;
use super::state::{Holder, Noted, Phase, State, note};
use super::words::{REPAIR, Repair};
use crate::date::Date;
use crate::id::{DocumentId, OrganisationId};
use crate::joint::{Joint, Said};
use crate::statement::Role;

/// Returns whether a proposal is closed: only the organisation that asked closes it, and only if none of its workers says otherwise
/// at the same time.
pub(super) fn is_closed(joint: &Joint) -> bool {
    let closes = |said: &Said| {
        let read = note::<Repair>(REPAIR, said);
        said.by.has(Role::Coordinator) && read.is_some_and(|repair| repair.word.state == RepairState::Closed)
    };
    joint.entry(&joint.owner, REPAIR).is_some_and(|entry| entry.all().iter().all(closes))
}

/// Returns who holds a proposal: at most one worker of each organisation. What an organisation says of itself goes before what
/// was handed to it.
pub(super) fn holders(words: &[Noted<Repair>]) -> Vec<Holder> {
    let mut holders: BTreeMap<OrganisationId, Option<Holder>> = BTreeMap::new();
    for Noted { by, word, .. } in words {
        let own = |worker| Some(Holder { organisation: by.organisation, worker: Some(worker) });
        let (own, heir) = match (word.state.known(), &word.to) {
            (Some(RepairState::Handed), Some(to)) => match to.organisation.filter(|id| *id != by.organisation) {
                Some(organisation) => (None, Some(Holder { organisation, worker: to.worker })),
                None => (own(to.worker.unwrap_or(word.holder)), None),
            },
            (Some(RepairState::Closed), _) => (None, None),
            _ => (own(word.holder), None),
        };
        holders.insert(by.organisation, own);
        if let Some(heir) = heir.filter(|heir| !words.iter().any(|word| word.by.organisation == heir.organisation)) {
            holders.entry(heir.organisation).or_insert(Some(heir));
        }
    }
    holders.into_values().flatten().collect()
}

/// How urgent a proposal is; the least is the most urgent.
fn urgency(state: &State) -> (u8, Option<Date>, DocumentId) {
    let (class, date) = match state.phase {
        Phase::Overdue => (0, state.deadline()),
        Phase::Declined => (1, state.deadline()),
        Phase::OutcomeDue => (2, state.outcome_due.map(|due| due.since)),
        Phase::Open | Phase::Acknowledged => (3, state.deadline()),
        Phase::Answered | Phase::FollowedUp | Phase::Closed => (4, state.deadline()),
    };
    (class, date, state.document)
}

/// Returns the repair queue: every proposal that is not closed, and those closed whose outcome is asked for; the most urgent first.
pub fn queue(mut states: Vec<State>) -> Vec<State> {
    states.retain(|state| state.phase != Phase::Closed);
    states.sort_by_key(urgency);
    states
}

/// Returns what an organisation is asked and has not answered: what is overdue first, then what it has not acknowledged, then by the
/// day on which an answer is asked for.
pub fn inbox(mut states: Vec<State>, organisation: &OrganisationId) -> Vec<State> {
    states.retain(|state| state.addressed(organisation).is_some_and(|asked| asked.owes));
    states.sort_by_key(|state| {
        let asked = state.addressed(organisation);
        let place = asked.map(|asked| (!asked.overdue, asked.acknowledged.is_some(), asked.deadline));
        (place, state.document)
    });
    states
}
