//! Gathers answers, and says of each whether it may count at all. Whether its organisation was asked, `addressed` finds out.

use std::cmp::Ordering;

use super::state::{Given, NotCounted, short};
use super::words::{ANSWER, Answer, Ask, RECORDED, Recorded, read};
use crate::joint::{Joint, Said};
use crate::statement::Role;

/// Returns all answers, oldest first. Those that may count are still marked as not asked for.
pub(super) fn gather(joint: &Joint, ask: Option<&Ask>) -> Vec<Given> {
    let wording = ask.map(Ask::wording);
    let mut answers = Vec::new();
    for (_, name, entry) in joint.under(ANSWER) {
        answers.extend(entry.all().iter().map(|said| given(format!("{ANSWER}/{name}"), said)));
    }
    for (organisation, name, entry) in joint.under(RECORDED) {
        let by_asker = organisation == joint.owner;
        answers.extend(entry.all().iter().map(|said| recorded(format!("{RECORDED}/{name}"), said, by_asker)));
    }
    for given in &mut answers {
        let answered = given.answer.as_ref().and_then(|answer| answer.wording.as_ref());
        given.earlier_wording = answered.is_some_and(|answered| Some(answered) != wording.as_ref());
    }
    // A stable sort: what compares equal stays in the order of organisations, paths and automerge.
    answers.sort_by(older);
    answers
}

fn given(path: String, said: &Said) -> Given {
    let answer = read::<Answer>(&said.value);
    let decides = said.by.has(Role::DecisionMaker);
    let fault = fault(answer.as_ref()).or((!decides).then_some(NotCounted::NotDecisionMaker));
    new(path, said, answer, None, fault)
}

fn recorded(path: String, said: &Said, by_asker: bool) -> Given {
    let recorded = read::<Recorded>(&said.value);
    let (answer, from) = recorded.map(|recorded| (recorded.answer, recorded.from)).unzip();
    let fault = fault(answer.as_ref()).or((!by_asker).then_some(NotCounted::NotByAsker));
    new(path, said, answer, from, fault)
}

fn fault(answer: Option<&Answer>) -> Option<NotCounted> {
    match answer {
        None => Some(NotCounted::Unreadable),
        Some(answer) if answer.reason.trim().is_empty() => Some(NotCounted::NoReason),
        Some(_) => None,
    }
}

fn new(path: String, said: &Said, answer: Option<Answer>, from: Option<String>, fault: Option<NotCounted>) -> Given {
    Given {
        path,
        by: (&said.by).into(),
        recorded_from: from,
        unread: answer.is_none().then(|| short(&said.value)).flatten(),
        answer,
        not_counted: Some(fault.unwrap_or(NotCounted::NotAddressed)),
        standing: false,
        earlier_wording: false,
    }
}

/// Orders answers by their own day, then by the time claimed; those that cannot be read come first.
fn older(a: &Given, b: &Given) -> Ordering {
    let key = |given: &Given| (given.answer.as_ref().map(|answer| answer.date), given.by.claimed);
    key(a).cmp(&key(b))
}

/// Returns whether an answer says what happens with the proposal. One of a later version does: somebody has answered.
pub(super) fn settles(given: &Given) -> bool {
    let code = given.answer.as_ref().filter(|_| given.not_counted.is_none()).map(|answer| &answer.code);
    code.is_some_and(|code| code.known().is_none_or(super::codes::AnswerCode::settles))
}
