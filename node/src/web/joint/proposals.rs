//! Lists of proposals: all of them, the inbox of the own organisation, the repair queue of the whole network. Nothing leaves the
//! inbox by being read, and nothing leaves the queue by being handed over.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{ProposalFilter, ProposalList};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::proposal::State as Proposal;
use talkoot_protocol::proposal::state::{Addressed, Noted, Phase, Via};
use talkoot_protocol::proposal::words::Escalation;
use talkoot_protocol::statement::Role;

use crate::http::{Asked, Problem, Site};
use crate::web::frame::Page;
use crate::web::parts::{self, Field, Tone};
use crate::web::texts::Texts;
use crate::web::visit::{Member, Visit};

use super::form::{self, Signed};
use super::people::People;
use super::{PAGE, chosen, hand, some_proposals, today};

/// Which of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Which {
    overdue: bool,
    mine: bool,
    #[serde(deserialize_with = "chosen")]
    organisation: Option<OrganisationId>,
    skip: usize,
}

impl Which {
    fn filter(&self, list: ProposalList, member: &Member) -> ProposalFilter {
        ProposalFilter {
            list,
            organisation: self.organisation,
            overdue: self.overdue,
            holder: self.mine.then_some(member.session.worker),
            skip: self.skip,
            limit: PAGE,
        }
    }

    /// Returns the address of the same list, to which a page can be added.
    fn address(&self, list: &str) -> String {
        let organisation = self.organisation.map(|id| format!("organisation={id}"));
        let flags = [(self.overdue, "overdue=true"), (self.mine, "mine=true")];
        let flags = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| (*name).to_owned());
        let query = flags.chain(organisation).collect::<Vec<_>>().join("&");
        if query.is_empty() { list.to_owned() } else { format!("{list}?{query}") }
    }
}

/// A list as it is drawn.
pub(super) struct Sheet<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) which: Which,
    pub(super) states: Vec<Proposal>,
    pub(super) total: usize,
    pub(super) today: Date,
}

/// Shows all proposals by the day until which an answer is asked for.
pub(super) async fn list(
    State(site): State<Site>,
    member: Member,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let sheet = Sheet::ask(&site, &member, ProposalList::All, which).await?;
    let texts = member.visit.texts;
    let lead = texts.say("joint-proposals-lead");
    let page = Page { title: texts.say("joint-proposals"), lead: Some(lead), is_wide: true, ..Page::default() };
    Ok(member.visit.show(&page, &sheet.all()))
}

/// Shows what the own organisation is asked and has not answered.
pub(super) async fn inbox(
    State(site): State<Site>,
    member: Member,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    member.require(&[Role::DecisionMaker, Role::Coordinator])?;
    // Whose inbox is no choice here: it is one's own.
    let which = Which { organisation: None, mine: false, ..which };
    let sheet = Sheet::ask(&site, &member, ProposalList::Inbox, which).await?;
    let texts = member.visit.texts;
    let page = Page {
        title: texts.say("joint-inbox"),
        lead: Some(texts.say("joint-inbox-lead")),
        scripts: &["sign.js"],
        ..Page::default()
    };
    Ok(member.visit.show(&page, &sheet.inbox()))
}

/// Shows everything in the network that is not done with.
pub(super) async fn repair(
    State(site): State<Site>,
    member: Member,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let sheet = Sheet::ask(&site, &member, ProposalList::Queue, which).await?;
    let texts = member.visit.texts;
    let lead = Some(texts.say("joint-repair-lead"));
    let page = Page { title: texts.say("joint-repair"), lead, is_wide: true, ..Page::default() };
    let (_, held) = hand::held(&site, &member, 0, 1).await?;
    Ok(member.visit.show(&page, &sheet.repair(&member, held)))
}

impl<'a> Sheet<'a> {
    async fn ask(site: &Site, member: &'a Member, list: ProposalList, which: Which) -> Result<Self, Problem> {
        let (visit, today) = (&member.visit, today());
        let people = People::ask(site, visit.texts).await?;
        let (states, total) = some_proposals(site, which.filter(list, member), today).await?;
        Ok(Self { visit, people, which, states, total, today })
    }

    fn all(&self) -> Markup {
        let texts = self.visit.texts;
        html! {
            @if self.visit.has(Role::Coordinator) {
                p .actions { a .button href="/proposals/new" { (texts.say("joint-propose")) } }
            }
            (self.filters(false))
            (self.table("/proposals", &texts.say("joint-asks"), |state| html! { (self.people.name(&state.owner)) }))
        }
    }

    /// The queue, of which the coordinator holds so many.
    pub(super) fn repair(&self, member: &Member, held: usize) -> Markup {
        let texts = self.visit.texts;
        let last = |state: &Proposal| self.holding(state, member);
        html! {
            @if held > 0 {
                p .actions { a .button .second href="/repair/hand" { (texts.say_with("joint-hand-all", &[("count", held.into())])) } }
            }
            (self.filters(true))
            (self.table("/repair", &texts.say("joint-holder"), last))
        }
    }

    /// Returns who sees to a proposal, and what the coordinator may do about that.
    fn holding(&self, state: &Proposal, member: &Member) -> Markup {
        let texts = self.visit.texts;
        let is_mine = state.holders.iter().any(|holder| holder.worker == Some(member.session.worker));
        html! {
            (holders(&self.people, state))
            @if is_mine { " " span .tag { (texts.say("joint-holder-you")) } }
            p .small { a href={ "/proposals/" (state.document) "/repair" } {
                @if is_mine { (texts.say("joint-do-hand")) } @else { (texts.say("joint-do-take")) }
                span .unseen { ": " span lang=[lang(self.visit, state)] { (title(self.visit, state)) } }
            } }
        }
    }

    fn filters(&self, is_queue: bool) -> Markup {
        let texts = self.visit.texts;
        let value = self.which.organisation.map(|id| id.to_string()).unwrap_or_default();
        let label = texts.say("joint-asks");
        let field = Field { name: "organisation", label: &label, value: &value, ..Field::default() };
        html! {
            form .inline method="get" aria-label=(texts.say("joint-filter")) {
                (parts::choice(texts, &field, &self.people.choices()))
                label .tick { input type="checkbox" name="overdue" value="true" checked[self.which.overdue]; span { (texts.say("joint-only-overdue")) } }
                @if is_queue {
                    label .tick { input type="checkbox" name="mine" value="true" checked[self.which.mine]; span { (texts.say("joint-only-mine")) } }
                }
                button .second { (texts.say("joint-filter-do")) }
            }
        }
    }

    fn table(&self, list: &str, last: &str, cell: impl Fn(&Proposal) -> Markup) -> Markup {
        let texts = self.visit.texts;
        let columns = [
            (texts.say("joint-proposal"), false),
            (texts.say("joint-stands"), false),
            (texts.say("joint-answer-by"), false),
            (texts.say("joint-asked"), false),
            (last.to_owned(), false),
        ];
        let row = |state: &Proposal| {
            vec![
                link(self.visit, state),
                html! { (phase(texts, state)) },
                html! { @if let Some(day) = state.deadline() { (texts.day(day)) } },
                html! { (asked(&self.people, state)) },
                cell(state),
            ]
        };
        let rows: Vec<_> = self.states.iter().map(row).collect();
        html! {
            @if rows.is_empty() { (parts::notice(Tone::Info, &html! { p { (texts.say("joint-proposals-none")) } })) }
            @else {
                (parts::table(&texts.say_with("joint-proposals-total", &[("total", self.total.into())]), &columns, &rows))
                (parts::pages(texts, &self.which.address(list), self.which.skip, PAGE, self.total))
            }
        }
    }

    pub(super) fn inbox(&self) -> Markup {
        let texts = self.visit.texts;
        let own = self.people.own().map(|own| own.id);
        let address = self.which.address("/inbox");
        html! {
            p role="status" { (texts.say_with("joint-inbox-count", &[("count", self.total.into())])) }
            @if self.states.is_empty() {
                (parts::notice(Tone::Success, &html! { p { (texts.say("joint-inbox-none")) } }))
            } @else {
                ol .list start=(self.which.skip.saturating_add(1)) { @for state in &self.states {
                    li { (self.waiting(state, own.and_then(|own| state.addressed(&own)))) }
                } }
                (parts::pages(texts, &address, self.which.skip, PAGE, self.total))
            }
        }
    }

    fn waiting(&self, state: &Proposal, asked: Option<&Addressed>) -> Markup {
        let texts = self.visit.texts;
        let acknowledged = asked.and_then(|asked| asked.acknowledged);
        html! {
            h2 { (link(self.visit, state)) }
            @if let Some(asked) = asked {
                p { (due(texts, asked.deadline, self.today)) }
                @if let Some(turn) = escalation(state, asked) { p { (because(texts, turn)) } (self.people.noted(turn)) }
            }
            p .small {
                (texts.say("joint-asks")) ": " (self.people.name(&state.owner)) " · "
                @match acknowledged {
                    Some(day) => (texts.say_with("joint-acknowledged-on", &[("day", (&texts.day(day)).into())])),
                    None => (texts.say("joint-acknowledged-not")),
                }
            }
            div .actions {
                @if self.visit.has(Role::DecisionMaker) {
                    a .button href={ "/proposals/" (state.document) "/answer" } {
                        (texts.say("joint-do-answer")) span .unseen { ": " span lang=[lang(self.visit, state)] { (title(self.visit, state)) } }
                    }
                }
                @if acknowledged.is_none() { (acknowledge(texts, state, self.today, "/inbox")) }
            }
        }
    }
}

/// Returns the form by which an organisation says that it has read a proposal: a button.
pub(super) fn acknowledge(texts: Texts, state: &Proposal, today: Date, then: &str) -> Markup {
    let button = texts.say("joint-do-acknowledge");
    let signed = Signed { is_second: true, ..Signed::proposal(state.document, then, button) };
    signed.around(texts, &form::fixed("receipt.date", &today.to_string()))
}

/// Returns a proposal's title; says so if it cannot be read.
pub(super) fn title(visit: &Visit, state: &Proposal) -> String {
    state.ask.as_ref().map_or_else(|| visit.texts.say("joint-unreadable"), |ask| ask.title.clone())
}

/// Returns the language of a proposal's words, if it is another than the page's.
pub(super) fn lang<'a>(visit: &Visit, state: &'a Proposal) -> Option<&'a str> {
    visit.texts.other(state.ask.as_ref()?.language.as_ref()?.key())
}

/// Returns a link to a proposal.
pub(super) fn link(visit: &Visit, state: &Proposal) -> Markup {
    html! { a href={ "/proposals/" (state.document) } lang=[lang(visit, state)] { (title(visit, state)) } }
}

/// Returns the word by which somebody was asked later; nothing for who was not.
pub(super) fn escalation<'a>(state: &'a Proposal, asked: &Addressed) -> Option<&'a Noted<Escalation>> {
    if asked.via != Via::Escalated {
        return None;
    }
    // Turns count from 1 in the order of these words.
    state.escalations.get(usize::try_from(asked.turn).ok()?.checked_sub(1)?)
}

/// Returns that somebody was asked later, and why.
pub(super) fn because(texts: Texts, turn: &Noted<Escalation>) -> String {
    texts.say_with("joint-escalated-because", &[("reason", (&turn.word.reason).into())])
}

/// Returns where a proposal stands, in words.
pub(super) fn phase(texts: Texts, state: &Proposal) -> String {
    match state.phase {
        Phase::Overdue => {
            let days = u64::from(state.overdue_days.unwrap_or_default());
            texts.say_with("joint-phase-overdue", &[("days", days.into())])
        }
        Phase::Open => texts.say("joint-phase-open"),
        Phase::Acknowledged => texts.say("joint-phase-acknowledged"),
        Phase::Declined => texts.say("joint-phase-declined"),
        Phase::Answered => texts.say("joint-phase-answered"),
        Phase::OutcomeDue => texts.say("joint-phase-outcome-due"),
        Phase::FollowedUp => texts.say("joint-phase-followed-up"),
        Phase::Closed => texts.say("joint-phase-closed"),
    }
}

/// Returns until when an answer is asked for, in words and not by a colour.
pub(super) fn due(texts: Texts, deadline: Date, today: Date) -> String {
    let days = today.days_to(deadline);
    let (day, count) = (texts.day(deadline), u64::from(days.unsigned_abs()));
    let given = [("day", (&day).into()), ("days", count.into())];
    match days {
        0 => texts.say_with("joint-due-today", &given),
        1.. => texts.say_with("joint-due-in", &given),
        _ => texts.say_with("joint-due-late", &given),
    }
}

/// Returns who owes an answer, or was asked.
fn asked(people: &People, state: &Proposal) -> String {
    let owing = state.addressees.iter().filter(|asked| asked.owes).map(|asked| people.addressee(&asked.addressee));
    let owing = owing.collect::<Vec<_>>().join("; ");
    match (owing.is_empty(), &state.ask) {
        (true, Some(ask)) => people.addressee(&ask.addressee),
        _ => owing,
    }
}

/// Returns who sees to a proposal.
pub(super) fn holders(people: &People, state: &Proposal) -> String {
    let texts = people.texts;
    let name = |holder: &talkoot_protocol::proposal::state::Holder| {
        let organisation = people.name(&holder.organisation);
        let worker = holder.worker.map_or_else(|| texts.say("joint-holder-nobody"), |worker| worker.short());
        format!("{organisation} ({worker})")
    };
    match state.holders.as_slice() {
        [] => texts.say("joint-holder-nobody"),
        holders => holders.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}
