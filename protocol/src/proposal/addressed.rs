//! Who is asked, whose answers count, and who still owes one.
//!
//! Asked are who the proposal names, whom the asking organisation turned to later, and whoever these forwarded it to: an answer of
//! any of them counts, and counted answers forward further. Each has a **turn**: what somebody answers later in line settles what
//! those before were asked, and not the other way round.

use std::collections::{BTreeMap, VecDeque};

use super::answers::settles;
use super::state::{Addressed, Given, NotCounted, Noted, Via, note};
use super::words::{Addressee, Ask, Escalation, RECEIPT, Receipt};
use crate::date::Date;
use crate::id::OrganisationId;
use crate::joint::Joint;

/// Who an addressee is, however it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Organisation(OrganisationId),
    Body(String),
}

impl Target {
    fn of(addressee: &Addressee) -> Option<Self> {
        match (addressee.organisation, &addressee.body) {
            (Some(organisation), _) => Some(Self::Organisation(organisation)),
            (None, Some(body)) => Self::body(body),
            (None, None) => None,
        }
    }

    /// A body by its name, whatever the case and the blanks.
    fn body(name: &str) -> Option<Self> {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        (!words.is_empty()).then(|| Self::Body(words.join(" ")))
    }

    /// Whose answer it is.
    fn answering(given: &Given) -> Option<Self> {
        match &given.recorded_from {
            Some(from) => Self::body(from),
            None => Some(Self::Organisation(given.by.organisation)),
        }
    }
}

/// Finds everybody who is asked, in the order of turns, and counts the answers of these.
pub(super) fn find(ask: &Ask, escalations: &[Noted<Escalation>], answers: &mut [Given]) -> Vec<Addressed> {
    let mut waiting: BTreeMap<Target, Vec<usize>> = BTreeMap::new();
    for (at, given) in answers.iter().enumerate() {
        if let Some(target) = Target::answering(given).filter(|_| given.not_counted == Some(NotCounted::NotAddressed)) {
            waiting.entry(target).or_default().push(at);
        }
    }
    let mut found: BTreeMap<Target, Addressed> = BTreeMap::new();
    let later = escalations.iter().enumerate().rev().map(|(at, Noted { word, .. })| {
        (&word.addressee, Via::Escalated, u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1), word.deadline)
    });
    // Who is asked more than once is asked by the latest turn, which therefore comes first.
    for (addressee, via, turn, deadline) in later.chain([(&ask.addressee, Via::Named, 0, ask.deadline)]) {
        let mut line = VecDeque::from([(addressee.clone(), via)]);
        while let Some((addressee, via)) = line.pop_front() {
            let Some(target) = Target::of(&addressee).filter(|target| !found.contains_key(target)) else { continue };
            for at in waiting.remove(&target).unwrap_or_default() {
                let Some(given) = answers.get_mut(at) else { continue };
                given.not_counted = None;
                let to = given.answer.as_ref().and_then(|answer| answer.to.clone());
                line.extend(to.filter(|_| !settles(given)).map(|to| (to, Via::Forwarded(addressee.clone()))));
            }
            found.insert(target, asked(addressee, via, turn, deadline));
        }
    }
    let mut found: Vec<Addressed> = found.into_values().collect();
    found.sort_by_key(|addressed| addressed.turn);
    found
}

fn asked(addressee: Addressee, via: Via, turn: u32, deadline: Date) -> Addressed {
    Addressed { addressee, via, turn, deadline, acknowledged: None, answer: None, owes: false, overdue: false }
}

/// Says which answer stands for each, who still owes one, and returns the place of the answer that says what happens.
pub(super) fn settle(addressees: &mut [Addressed], answers: &mut [Given], closed: bool, today: Date) -> Option<usize> {
    let mut last: BTreeMap<Target, usize> = BTreeMap::new();
    for (at, given) in answers.iter().enumerate().filter(|(_, given)| given.not_counted.is_none()) {
        last.extend(Target::answering(given).map(|target| (target, at)));
    }
    last.values().for_each(|at| {
        if let Some(given) = answers.get_mut(*at) {
            given.standing = true;
        }
    });
    let mut verdict: Option<(bool, u32, usize)> = None;
    let mut settled = None;
    for addressed in addressees.iter_mut() {
        let Some(at) = Target::of(&addressed.addressee).and_then(|target| last.get(&target)).copied() else { continue };
        let Some(given) = answers.get(at) else { continue };
        addressed.answer = given.answer.as_ref().map(|answer| answer.code.key().to_owned());
        let settles = settles(given);
        // Of answers the latest in turn says what happens, then the latest in time; one that settles nothing only if no other is.
        verdict = verdict.max(Some((settles, addressed.turn, at)));
        settled = settled.max(settles.then_some(addressed.turn));
    }
    for addressed in addressees {
        let moot = closed || settled.is_some_and(|turn| turn >= addressed.turn);
        addressed.owes = addressed.answer.is_none() && !moot;
        addressed.overdue = addressed.owes && today > addressed.deadline;
    }
    verdict.map(|(_, _, at)| at)
}

/// Takes down who has acknowledged: the first day on which anyone of the organisation did.
pub(super) fn acknowledge(addressees: &mut [Addressed], joint: &Joint) {
    for addressed in addressees {
        let entry = addressed.addressee.organisation.and_then(|id| joint.entry(&id, RECEIPT));
        let receipts = entry.iter().flat_map(|entry| entry.all()).filter_map(|said| note::<Receipt>(RECEIPT, said));
        addressed.acknowledged = receipts.map(|receipt| receipt.word.date).min();
    }
}
