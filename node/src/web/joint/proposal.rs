//! One proposal: what is asked of whom until when, what they answered, what came of it, and what may be said about it.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::ProposalSource;
use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::State as Proposal;
use talkoot_protocol::proposal::state::{Addressed, Given, NotCounted, Phase, Via};
use talkoot_protocol::proposal::words::Decision;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};
use crate::web::frame::Page;
use crate::web::parts::{self, Tone};
use crate::web::texts::Texts;
use crate::web::visit::{Member, Visit};

use super::people::{self, People};
use super::proposals::{self, due};
use super::{one_proposal, today};

/// A proposal as it is drawn.
pub(super) struct Sheet<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) state: Proposal,
    pub(super) sources: Vec<ProposalSource>,
    pub(super) today: Date,
}

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (visit, today) = (&member.visit, today());
    let (state, sources) = one_proposal(&site, &id, today).await?;
    let people = People::ask(&site, visit.texts).await?;
    let sheet = Sheet { visit, people, state, sources, today };
    let (title, title_lang) = (proposals::title(visit, &sheet.state), proposals::lang(visit, &sheet.state));
    let page = Page { title, title_lang, scripts: &["sign.js"], is_wide: true, ..Page::default() };
    Ok(visit.show(&page, &sheet.content()))
}

impl Sheet<'_> {
    fn texts(&self) -> Texts {
        self.visit.texts
    }

    fn own(&self) -> Option<&Addressed> {
        self.state.addressed(&self.people.own()?.id)
    }

    fn address(&self, form: &str) -> String {
        format!("/proposals/{}/{form}", self.state.document)
    }

    pub(super) fn content(&self) -> Markup {
        html! {
            (self.standing())
            div .columns {
                div {
                    (self.ask())
                    (self.answers())
                    (self.outcomes())
                }
                div {
                    (self.actions())
                    (self.sources())
                    (self.support())
                    (self.repair())
                }
            }
            (self.asked())
            (self.unread())
        }
    }

    /// Where it stands, in words, before anything else.
    fn standing(&self) -> Markup {
        let texts = self.texts();
        let tone = match self.state.phase {
            Phase::Overdue | Phase::Declined => Tone::Warning,
            Phase::Answered | Phase::FollowedUp => Tone::Success,
            _ => Tone::Info,
        };
        let tells_due = matches!(self.state.phase, Phase::Open | Phase::Acknowledged | Phase::Overdue);
        // A page that is read shows a state; it does not announce success.
        let tone = if tone == Tone::Success { Tone::Info } else { tone };
        parts::notice(
            tone,
            &html! {
                p { strong { (proposals::phase(texts, &self.state)) } }
                @if let Some(day) = self.state.deadline().filter(|_| tells_due) { p { (due(texts, day, self.today)) } }
                @if let Some(due) = self.state.outcome_due {
                    p { (texts.say_with("joint-outcome-due", &[
                        ("months", u64::from(due.months).into()), ("day", (&texts.day(due.since)).into()),
                    ])) }
                }
            },
        )
    }

    fn ask(&self) -> Markup {
        let texts = self.texts();
        let Some(ask) = &self.state.ask else { return html! { p { (texts.say("joint-unreadable")) } } };
        let lang = self.people.lang(ask.language.as_ref());
        let level = ask.level.as_ref().map(|level| level.label(texts.language()).to_owned());
        html! { section {
            h2 { (texts.say("joint-ask")) }
            p .quote lang=[lang] { (ask.text) }
            @if let Some(by) = &self.state.asked_by { (self.people.said(by, "ask", None)) }
            (parts::facts(&[
                (texts.say("joint-asks"), html! { (self.people.name(&self.state.owner)) }),
                (texts.say("joint-addressee"), html! { (self.people.addressee(&ask.addressee)) }),
                (texts.say("joint-answer-by"), html! { (texts.day(ask.deadline)) }),
                (texts.say("joint-level"), html! { @if let Some(level) = level { (level) } }),
                (texts.say("joint-scope"), html! { (self.people.scope(&self.state.scope)) }),
                (texts.say("report-id"), html! { code { (self.state.document.short()) } }),
            ]))
        } }
    }

    /// Everybody who is asked, in turn.
    fn asked(&self) -> Markup {
        let texts = self.texts();
        let columns = [
            (texts.say("joint-addressee"), false),
            (texts.say("joint-answer-by"), false),
            (texts.say("joint-receipt"), false),
            (texts.say("joint-answer"), false),
            (texts.say("joint-via"), false),
        ];
        let rows: Vec<_> = self.state.addressees.iter().map(|asked| self.row(asked)).collect();
        html! { @if !rows.is_empty() { section {
            h2 { (texts.say("joint-who-is-asked")) }
            (parts::table(&texts.say("joint-who-is-asked"), &columns, &rows))
        } } }
    }

    fn row(&self, asked: &Addressed) -> Vec<Markup> {
        let texts = self.texts();
        let via = match (&asked.via, proposals::escalation(&self.state, asked)) {
            (Via::Named, _) => html! { (texts.say("joint-via-named")) },
            (Via::Escalated, Some(turn)) => html! { (proposals::because(texts, turn)) (self.people.noted(turn)) },
            (Via::Escalated, None) => html! { (texts.say("joint-via-escalated")) },
            (Via::Forwarded(by), _) => {
                let by = self.people.addressee(by);
                html! { (texts.say_with("joint-via-forwarded", &[("organisation", (&by).into())])) }
            }
        };
        let answer = self.state.answers.iter().rev().find_map(|given| {
            let answer = given.answer.as_ref().filter(|answer| Some(answer.code.key()) == asked.answer.as_deref())?;
            Some(answer.code.label(texts.language()).to_owned())
        });
        vec![
            html! { (self.people.addressee(&asked.addressee)) },
            html! { (texts.day(asked.deadline)) },
            html! { @match asked.acknowledged {
                Some(day) => (texts.day(day)),
                None if asked.answer.is_some() => "–",
                None => (texts.say("joint-not-yet")),
            } },
            html! { @match answer {
                Some(answer) => (answer),
                None if asked.overdue => strong { (due(texts, asked.deadline, self.today)) },
                None if asked.owes => (texts.say("joint-not-yet")),
                None => (texts.say("joint-no-longer-owed")),
            } },
            via,
        ]
    }

    fn answers(&self) -> Markup {
        let texts = self.texts();
        html! { section {
            h2 { (texts.say("joint-answers")) }
            @if self.state.answers.is_empty() { p .soft { (texts.say("joint-answers-none")) } }
            @for (at, given) in self.state.answers.iter().enumerate() {
                div .card .answer { (self.answer(given, self.state.verdict == Some(at))) }
            }
        } }
    }

    fn answer(&self, given: &Given, decides: bool) -> Markup {
        let texts = self.texts();
        let who = given.recorded_from.clone().unwrap_or_else(|| self.people.name(&given.by.organisation));
        let code = given.answer.as_ref().map(|answer| answer.code.label(texts.language()).to_owned());
        html! {
            h3 { (who) ": " (code.unwrap_or_else(|| texts.say("joint-unreadable"))) }
            @if decides { p { span .tag { (texts.say("joint-verdict")) } } }
            @if given.recorded_from.is_some() { p .small { (texts.say("joint-recorded-by-asker")) } }
            @if let Some(why) = given.not_counted { p { strong { (not_counted(texts, why)) } } }
            @if given.earlier_wording { p { (texts.say("joint-earlier-wording")) } }
            @if let Some(answer) = &given.answer {
                p .quote { (answer.reason) }
                (parts::facts(&[
                    (texts.say("joint-answered-on"), html! { (texts.day(answer.date)) }),
                    (texts.say("joint-forwarded-to"), html! { @if let Some(to) = &answer.to { (self.people.addressee(to)) } }),
                    (texts.say("joint-decision"), html! { @if let Some(made) = &answer.decision { (decision(texts, made)) } }),
                ]))
            }
            @else if let Some(value) = &given.unread { p { code { (people::cut(&value.to_string())) } } }
            (self.people.said(&given.by, &given.path, None))
        }
    }

    fn outcomes(&self) -> Markup {
        let texts = self.texts();
        html! { @if !self.state.outcomes.is_empty() { section {
            h2 { (texts.say("joint-outcomes")) }
            @for noted in &self.state.outcomes {
                h3 { (texts.day(noted.word.date)) ": " (noted.word.effect.label(texts.language())) }
                p .quote { (noted.word.text) }
                @if let Some(address) = &noted.word.link { p { (parts::link(address)) } }
                (self.people.noted(noted))
            }
        } } }
    }

    fn sources(&self) -> Markup {
        let texts = self.texts();
        html! { @if !self.sources.is_empty() { section {
            h2 { (texts.say("joint-sources")) }
            ul .list { @for source in &self.sources { li { @match source.kind {
                Some(Kind::Phenomenon) => { (texts.say("joint-phenomenon")) ": " a href={ "/phenomena/" (source.document) } { (source.title) } }
                Some(Kind::Report) => { (texts.say("joint-report")) ": " a href={ "/reports/" (source.document) } { (source.title) } }
                _ => { (texts.say("joint-not-here")) ": " code { (source.document.short()) } }
            } } } }
        } } }
    }

    fn support(&self) -> Markup {
        html! { @if !self.state.support.is_empty() { section {
            h2 { (self.texts().say("joint-support")) }
            @for noted in &self.state.support {
                p { (self.people.name(&noted.by.organisation)) @if !noted.word.note.is_empty() { ": " (noted.word.note) } }
                (self.people.noted(noted))
            }
        } } }
    }

    fn repair(&self) -> Markup {
        let texts = self.texts();
        html! { section {
            h2 { (texts.say("joint-holder")) }
            p { (proposals::holders(&self.people, &self.state)) }
            @for noted in &self.state.repair {
                p .small {
                    (noted.word.state.label(texts.language()))
                    @if !noted.word.note.is_empty() { ": " (noted.word.note) }
                }
                (self.people.noted(noted))
            }
        } }
    }

    /// What the visitor may say: by role, and by whether the own organisation asks or is asked.
    fn actions(&self) -> Markup {
        let texts = self.texts();
        let (decides, joins) = (self.visit.has(Role::DecisionMaker), self.visit.has(Role::Coordinator));
        let (own, is_owner) = (self.own(), self.people.is_own(&self.state.owner));
        let asked_in_words = self.state.addressees.iter().any(|asked| asked.addressee.organisation.is_none());
        let unread = own.is_some_and(|own| own.acknowledged.is_none());
        html! { @if decides || joins { section .panel {
            h2 { (texts.say("joint-do")) }
            ul .doings {
                @if decides && own.is_some() {
                    li { a .button href=(self.address("answer")) { (texts.say("joint-do-answer")) } }
                    li { a href=(self.address("forward")) { (texts.say("joint-do-forward")) } }
                }
                li { a href=(self.address("outcome")) { (texts.say("joint-do-outcome")) } }
                li { a href=(self.address("support")) { (texts.say("joint-do-support")) } }
                @if joins {
                    li { a href=(self.address("repair")) { (texts.say("joint-do-repair")) } }
                    @if is_owner {
                        li { a href=(self.address("escalate")) { (texts.say("joint-do-escalate")) } }
                        @if asked_in_words { li { a href=(self.address("record")) { (texts.say("joint-do-record")) } } }
                        @if !self.state.closed { li { a href=(self.address("close")) { (texts.say("joint-do-close")) } } }
                    }
                }
            }
            @if unread { (proposals::acknowledge(texts, &self.state, self.today, "/proposals/{id}")) }
        } } }
    }

    fn unread(&self) -> Markup {
        html! { @if !self.state.other.is_empty() { section {
            h2 { (self.texts().say("joint-unread")) }
            ul .list { @for unused in &self.state.other { li {
                (people::unread(self.texts(), &unused.path, unused.value.as_ref(), unused.bytes))
                (self.people.said(&unused.by, &unused.path, None))
            } } }
        } } }
    }
}

fn not_counted(texts: Texts, why: NotCounted) -> String {
    match why {
        NotCounted::Unreadable => texts.say("joint-not-counted-unreadable"),
        NotCounted::NoReason => texts.say("joint-not-counted-no-reason"),
        NotCounted::NotDecisionMaker => texts.say("joint-not-counted-role"),
        NotCounted::NotByAsker => texts.say("joint-not-counted-not-by-asker"),
        NotCounted::NotAddressed => texts.say("joint-not-counted-not-addressed"),
    }
}

fn decision(texts: Texts, decision: &Decision) -> Markup {
    let date = decision.date.map(|day| texts.day(day));
    let parts: Vec<_> = [decision.body.clone(), date, decision.section.clone()].into_iter().flatten().collect();
    html! { (parts.join(" ")) @if let Some(address) = &decision.link { " " (parts::link(address)) } }
}
