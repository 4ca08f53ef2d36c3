//! Handing over what a coordinator holds, all of it or some, to a colleague or another organisation: a page that lists it, and what
//! its script asks. Each proposal gets a signature of its own (`static/several.js`), so nothing is lost where it stops half-way, and
//! what is handed over already is not in the list when the page is opened again (decision 0029).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::json;
use talkoot_protocol::api::{ProposalFilter, ProposalList, Request, Response as Answer, Worker};
use talkoot_protocol::id::{DocumentId, WorkerId};
use talkoot_protocol::proposal::State as Proposal;
use talkoot_protocol::report::limits::TEXT_CHARS_MAX;
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};
use crate::web::frame::Page;
use crate::web::parts::{self, Field, Tone};
use crate::web::visit::{Member, Visit};

use super::people::People;
use super::{form, proposals, some_proposals, today};

/// Most proposals on one page: as many can be handed over at once, the most urgent ones.
const SHOWN_MAX: usize = 200;
/// Proposals asked for at once where all ids are wanted.
const ASKED_MAX: usize = 500;

/// What a coordinator holds, as it is drawn.
pub(super) struct Held<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) worker: WorkerId,
    pub(super) colleagues: Vec<WorkerId>,
    pub(super) states: Vec<Proposal>,
    pub(super) total: usize,
}

/// Shows it.
pub(super) async fn page(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let (visit, worker) = (&member.visit, member.session.worker);
    let (states, total) = held(&site, &member, 0, SHOWN_MAX).await?;
    let people = People::ask(&site, visit.texts).await?;
    let colleagues = colleagues(&site, worker).await?;
    let held = Held { visit, people, worker, colleagues, states, total };
    let (title, lead) = (visit.texts.say("joint-hand-all-title"), visit.texts.say("joint-hand-all-lead"));
    let page = Page { title, lead: Some(lead), scripts: &["several.js"], ..Page::default() };
    Ok(visit.show(&page, &held.content()))
}

/// Tells a script which proposals the worker holds now, by their ids.
pub(super) async fn still(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let mut documents: Vec<DocumentId> = Vec::new();
    loop {
        let (states, total) = held(&site, &member, documents.len(), ASKED_MAX).await?;
        documents.extend(states.iter().map(|state| state.document));
        if states.is_empty() || documents.len() >= total {
            return Ok(Json(json!({ "documents": documents })).into_response());
        }
    }
}

/// Returns what the worker holds, the most urgent first, and how many that are in all.
pub(super) async fn held(
    site: &Site,
    member: &Member,
    skip: usize,
    limit: usize,
) -> Result<(Vec<Proposal>, usize), Problem> {
    let holder = Some(member.session.worker);
    let filter = ProposalFilter { list: ProposalList::Queue, holder, skip, limit, ..ProposalFilter::default() };
    some_proposals(site, filter, today()).await
}

/// Returns the coordinators of the own organisation besides the visitor, each once.
pub(super) async fn colleagues(site: &Site, own: WorkerId) -> Result<Vec<WorkerId>, Problem> {
    let Answer::Workers { workers } = site.ask(Request::Workers).await? else { return Err(Problem::unexpected()) };
    let joins = |worker: &Worker| worker.roles.contains(&Role::Coordinator) && worker.worker != own;
    let mut found: Vec<_> = workers.iter().filter(|worker| joins(worker)).map(|worker| worker.worker).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

impl Held<'_> {
    pub(super) fn content(&self) -> Markup {
        let texts = self.visit.texts;
        html! {
            p { a href="/repair" { (texts.say("joint-repair")) } }
            @if self.states.is_empty() {
                (form::refused(Tone::Info, &texts.say("joint-hand-none")))
            } @else {
                @if self.total > self.states.len() {
                    p { (texts.say_with("joint-hand-more", &[("shown", self.states.len().into()), ("total", self.total.into())])) }
                }
                (self.form())
            }
        }
    }

    fn form(&self) -> Markup {
        let texts = self.visit.texts;
        let (to, note) = (texts.say("joint-hand-to"), texts.say("joint-note"));
        let heir =
            Field { name: "repair.to", label: &to, required: true, stands_for: Some("json"), ..Field::default() };
        let most = Some(TEXT_CHARS_MAX);
        html! {
            form method="post" data-each data-kind="proposal" data-still="/repair/held" {
                fieldset .group {
                    legend { (texts.say("joint-hand-what")) }
                    ul .list { @for state in &self.states { (self.item(state)) } }
                }
                (form::fixed("repair.state", "handed"))
                (form::fixed("repair.holder", &self.worker.to_string()))
                (parts::choice(texts, &heir, &self.heirs()))
                (parts::area(texts, &Field { name: "repair.note", label: &note, most, ..Field::default() }, 3))
                noscript { p { (texts.say("joint-needs-script")) } }
                p data-progress role="status" {}
                p .actions { button { (texts.say("joint-hand-sign")) } }
            }
        }
    }

    fn item(&self, state: &Proposal) -> Markup {
        let texts = self.visit.texts;
        let (title, lang) = (proposals::title(self.visit, state), proposals::lang(self.visit, state));
        html! { li data-item {
            label .tick {
                input type="checkbox" name="@document" value=(state.document) checked;
                span lang=[lang] { (title) }
            }
            p .small {
                (proposals::phase(texts, state)) " · " (self.people.scope(&state.scope)) " · "
                a href={ "/proposals/" (state.document) } {
                    (texts.say("joint-proposal")) span .unseen { ": " span lang=[lang] { (title) } }
                }
            }
            p .small data-told {}
        } }
    }

    /// To whom: colleagues first, then other organisations, each as the JSON that says so in the word.
    fn heirs(&self) -> Vec<(String, String)> {
        let texts = self.visit.texts;
        let colleague = |worker: &WorkerId| {
            let name = texts.say_with("joint-hand-to-colleague", &[("worker", (&worker.short()).into())]);
            (json!({ "worker": worker }).to_string(), name)
        };
        let others = self.people.others().into_iter();
        let others = others.map(|(id, name)| (json!({ "organisation": id }).to_string(), name));
        self.colleagues.iter().map(colleague).chain(others).collect()
    }
}
