//! What came of a report: the phenomena that link it, the proposals, who was asked, what was answered and what followed.

use maud::{Markup, html};
use talkoot_protocol::proposal::state::{Given, Phase};
use talkoot_protocol::proposal::words::Addressee;
use talkoot_protocol::proposal::{State as Proposal, Trace};

use crate::web::names::Organisations;
use crate::web::texts::Texts;

/// Returns the whole tree.
pub(crate) fn tree(texts: Texts, trace: &Trace, organisations: &Organisations) -> Markup {
    html! {
        section aria-labelledby="trace" {
            h2 #trace { (texts.say("trace-title")) }
            @if trace.phenomena.is_empty() && trace.proposals.is_empty() { p { (texts.say("trace-nothing")) } }
            ol .trace {
                @for branch in &trace.phenomena { li {
                    @let phenomenon = &branch.phenomenon;
                    (texts.say("trace-phenomenon")) " "
                    a href={ "/phenomena/" (phenomenon.document) } { (phenomenon.title) }
                    " (" (organisations.name(&phenomenon.owner, texts)) ")"
                    @if phenomenon.contested { " – " strong { (texts.say("trace-contested")) } }
                    @if !branch.proposals.is_empty() {
                        ol { @for found in &branch.proposals { li { (proposal(texts, found, organisations)) } } }
                    } @else {
                        p .small .soft { (texts.say("trace-no-proposal")) }
                    }
                } }
                @for found in &trace.proposals { li { (proposal(texts, found, organisations)) } }
            }
        }
    }
}

fn proposal(texts: Texts, state: &Proposal, organisations: &Organisations) -> Markup {
    html! {
        @if let Some(ask) = &state.ask {
            (texts.say("trace-proposal")) " "
            @let (title, lang) = asked(texts, state);
            a href={ "/proposals/" (state.document) } lang=[lang] { (title) }
            " (" (organisations.name(&state.owner, texts)) " → " (addressee(texts, &ask.addressee, organisations)) ")"
        } @else {
            a href={ "/proposals/" (state.document) } { (texts.say("trace-unreadable")) }
        }
        ": " strong { (phase(texts, state)) }
        @if !state.answers.is_empty() {
            ul { @for given in state.answers.iter().filter(|given| given.not_counted.is_none()) { li { (answer(texts, given, organisations)) } } }
        }
        @for outcome in &state.outcomes {
            p .small { (texts.say("trace-outcome")) " " (outcome.word.effect.label(texts.language())) ": " (outcome.word.text) }
        }
    }
}

/// Returns what is asked in one line, and the language it is in if that is another than the page's.
pub(crate) fn asked(texts: Texts, state: &Proposal) -> (&str, Option<&str>) {
    let Some(ask) = &state.ask else { return ("", None) };
    (&ask.title, ask.language.as_ref().and_then(|code| texts.other(code.key())))
}

fn answer(texts: Texts, given: &Given, organisations: &Organisations) -> Markup {
    let who = given.recorded_from.clone().unwrap_or_else(|| organisations.name(&given.by.organisation, texts));
    html! {
        @if let Some(answer) = &given.answer {
            (who) ", " (texts.day(answer.date)) ": " strong { (answer.code.label(texts.language())) } " – " (answer.reason)
            @if let Some(to) = &answer.to { " → " (addressee(texts, to, organisations)) }
            @if given.earlier_wording { " (" (texts.say("trace-earlier")) ")" }
        }
    }
}

fn addressee(texts: Texts, addressee: &Addressee, organisations: &Organisations) -> String {
    let named = addressee.organisation.map(|id| organisations.name(&id, texts));
    named.or_else(|| addressee.body.clone()).unwrap_or_else(|| texts.say("trace-nobody"))
}

/// Returns where a proposal stands, in words.
pub(crate) fn phase(texts: Texts, state: &Proposal) -> String {
    let deadline = state.ask.as_ref().map(|ask| texts.day(ask.deadline)).unwrap_or_default();
    match state.phase {
        Phase::Open => texts.say_with("trace-phase-open", &[("deadline", (&deadline).into())]),
        Phase::Acknowledged => texts.say_with("trace-phase-acknowledged", &[("deadline", (&deadline).into())]),
        Phase::Overdue => {
            let days = u64::from(state.overdue_days.unwrap_or_default());
            texts.say_with("trace-phase-overdue", &[("days", days.into())])
        }
        Phase::Declined => texts.say("trace-phase-declined"),
        Phase::Answered => texts.say("trace-phase-answered"),
        Phase::OutcomeDue => texts.say("trace-phase-outcome-due"),
        Phase::FollowedUp => texts.say("trace-phase-followed-up"),
        Phase::Closed => texts.say("trace-phase-closed"),
    }
}

/// Returns the answer that says what happens, if there is one.
pub(crate) fn outcome(texts: Texts, state: &Proposal) -> Markup {
    let given = state.verdict.and_then(|at| state.answers.get(at)).and_then(|given| given.answer.as_ref());
    html! {
        @if let Some(answer) = given {
            " – " strong { (answer.code.label(texts.language())) } " (" (texts.day(answer.date)) ")"
        }
    }
}
