//! One report as a page: all its answers, what several wrote at the same time side by side, who changed it when, what came of it, and
//! reports like it.

pub(crate) mod answers;
mod attached;
pub(crate) mod trace;

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Map, Value};
use talkoot_protocol::api::{self, HistoryEntry, Hit, Peer, Request, Response as Answer, SIMILARITY_SHOWN};
use talkoot_protocol::date::Date;
use talkoot_protocol::form::Form;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::Report;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::Scope;

use crate::http::{Problem, Site, wall_clock};

use super::clock::Clock;
use super::frame::Page;
use super::names::Organisations;
use super::parts;
use super::texts::Texts;
use super::visit::Member;
use super::write::choices;
use super::write::form_of;

/// Fields that are answered in words.
const PROSE: &[&str] = &[
    "description",
    "done_so_far",
    "would_have_helped",
    "proposal",
    "proposal_together",
    "evidence",
    "cause",
    "org_activity",
    "aim",
    "unforeseen_effects",
];
/// Similar reports that are shown.
const SIMILAR_MAX: usize = 5;

/// What the page shows.
struct Shown<'a> {
    texts: Texts,
    report: &'a api::Report,
    read: Report,
    form: &'a Form,
    organisations: &'a Organisations,
    clock: &'a Clock,
    /// Whether the visitor began it.
    is_own: bool,
}

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path(document): Path<String>,
) -> Result<Response, Problem> {
    let today = Date::of(wall_clock());
    let asked = Request::Trace { document, today };
    let Answer::Trace { report, trace } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
    let id = report.document.to_string();
    let Answer::History { changes, .. } = site.ask(Request::History { document: id.clone() }).await? else {
        return Err(Problem::unexpected());
    };
    let Answer::Attachments { attachments, .. } = site.ask(Request::Attachments { document: id }).await? else {
        return Err(Problem::unexpected());
    };
    let Answer::Peers { peers } = site.ask(Request::Peers).await? else { return Err(Problem::unexpected()) };
    let organisations = Organisations::ask(&site).await?;
    let similar = similar(&site, report.document).await;
    let (read, _) = Report::read(report.fields.clone());
    let form = form_of(&site, &read.form.0).await?;
    let texts = member.visit.texts;
    let is_own = report.author == Some(member.session.worker);
    let title = read.title.clone();
    let (organisations, clock) = (&organisations, &site.clock);
    let shown = Shown { texts, report: &report, read, form: &form, organisations, clock, is_own };
    let content = html! {
        (shown.head(&peers))
        (shown.contested())
        (shown.body())
        (shown.attachments(&attachments))
        (trace::tree(texts, &trace, organisations))
        (shown.history(&changes))
        (shown.alike(&similar))
    };
    let scripts: Vec<&str> = [(is_own, "settle.js"), (attachments.iter().any(|held| !held.here), "attached.js")]
        .into_iter()
        .filter_map(|(is_needed, script)| is_needed.then_some(script))
        .collect();
    let (title, title_lang) =
        if title.trim().is_empty() { (texts.say("report-untitled"), None) } else { (title, shown.spoken()) };
    Ok(member.visit.show(&Page { title, title_lang, scripts: &scripts, ..Page::default() }, &content))
}

/// Reports like it; none where words are not looked after, which is no reason to show no report.
async fn similar(site: &Site, document: DocumentId) -> Vec<Hit> {
    let document = Some(document.to_string());
    let asked = Request::Similar { document, fields: Map::new(), least: SIMILARITY_SHOWN, limit: SIMILAR_MAX };
    match site.ask(asked).await {
        Ok(Answer::Found { hits, .. }) => hits,
        _ => Vec::new(),
    }
}

/// Returns a report's title, if it has one, and the language it is in if that is another than the page's.
pub(super) fn title(texts: Texts, report: &api::Report) -> Option<(&str, Option<&str>)> {
    let said = |field: &str| report.fields.get(field).and_then(Value::as_str);
    let title = said("title").filter(|title| !title.trim().is_empty())?;
    Some((title, said("language").and_then(|tag| texts.other(tag))))
}

/// Returns for whom something is, in plain words.
pub(super) fn shared(texts: Texts, scope: &Scope, organisations: &Organisations) -> String {
    match scope {
        Scope::Network => texts.say("report-shared-network"),
        Scope::Region(county) => {
            let label = choices::county(*county, texts.language()).map_or_else(|| county.to_string(), |(_, name)| name);
            texts.say_with("report-shared-region", &[("county", (&label).into())])
        }
        Scope::Organisation(id) => {
            let name = organisations.name(id, texts);
            texts.say_with("report-shared-organisation", &[("organisation", (&name).into())])
        }
    }
}

impl Shown<'_> {
    fn language(&self) -> Language {
        self.texts.language()
    }

    /// The language of what people wrote, where it is another than the page's.
    fn spoken(&self) -> Option<&str> {
        self.texts.other(self.read.language.as_ref()?.key())
    }

    fn head(&self, peers: &[Peer]) -> Markup {
        let (texts, report) = (self.texts, self.report);
        let facts = [
            (texts.say("report-from"), html! { (self.organisations.name(&report.organisation, texts)) }),
            (texts.say("report-written"), self.clock.when(texts, report.claimed)),
            (texts.say("report-shared"), html! { (shared(texts, &report.scope, self.organisations)) }),
            (texts.say("report-spread"), html! { (self.spread(peers)) }),
            (texts.say("report-id"), html! { code { (report.document.short()) } }),
        ];
        html! {
            @if self.is_own {
                div .actions {
                    a .button .second href={ "/write?report=" (report.document) } { (texts.say("report-edit")) }
                }
            }
            (parts::facts(&facts))
        }
    }

    /// How far it has come, as far as neighbours say of themselves that they hold all that is shared with them.
    fn spread(&self, peers: &[Peer]) -> String {
        if matches!(self.report.scope, Scope::Organisation(_)) {
            return self.texts.say("report-spread-own");
        }
        let level = peers.iter().filter(|peer| peer.connected && peer.member && peer.in_step).count();
        match level {
            0 => self.texts.say("report-spread-unknown"),
            _ => self.texts.say_with("report-spread-level", &[("level", level.into())]),
        }
    }

    /// What several wrote at the same time, side by side; its author settles it.
    fn contested(&self) -> Markup {
        let texts = self.texts;
        html! {
            @if !self.report.conflicts.is_empty() {
                section aria-labelledby="contested" {
                    h2 #contested { (texts.say("report-contested")) }
                    p { (texts.say("report-contested-hint")) }
                    @for (field, values) in &self.report.conflicts {
                        h3 { (self.label(field)) }
                        div .cards { @for value in values { div .card {
                            p lang=[self.spoken()] { (answers::value(field, value, self.form, texts)) }
                            @if self.is_own { (self.settling(field, value)) }
                        } } }
                    }
                }
            }
        }
    }

    fn settling(&self, field: &str, value: &Value) -> Markup {
        html! {
            form data-settle=(field) data-document=(self.report.document) method="post" action="/write" {
                input type="hidden" name="value" value=(value.to_string());
                p .error role="alert" {}
                button type="submit" .second { (self.texts.say("report-settle")) }
            }
        }
    }

    fn label<'b>(&'b self, field: &'b str) -> &'b str {
        let built_in = || Form::built_in().label(field, self.language()).unwrap_or(field);
        self.form.label(field, self.language()).unwrap_or_else(built_in)
    }

    fn body(&self) -> Markup {
        let known: BTreeSet<&str> = Report::FIELDS.iter().copied().collect();
        let others = self.read.other.keys().map(String::as_str).filter(|field| !known.contains(field));
        let fields = Report::FIELDS.iter().copied().filter(|field| !["title", "attachment"].contains(field));
        let facts: Vec<(String, Markup)> =
            fields.chain(others).map(|field| (self.label(field).to_owned(), self.answer(field))).collect();
        html! {
            section aria-labelledby="answers" {
                h2 #answers { (self.texts.say("report-answers")) }
                (parts::facts(&facts))
            }
        }
    }

    /// An answer, in the language it was written in where it is words and no code.
    fn answer(&self, field: &str) -> Markup {
        let answer = answers::answer(&self.read, field, self.form, self.texts);
        let is_prose = PROSE.contains(&field) || self.form.question(field).is_some();
        match self.spoken().filter(|_| is_prose && !answer.0.is_empty()) {
            Some(tag) => html! { span lang=(tag) { (answer) } },
            None => answer,
        }
    }

    /// Who knew when: each change with its worker and the fields it touched.
    fn history(&self, changes: &[HistoryEntry]) -> Markup {
        let texts = self.texts;
        let columns = [("when", false), ("who", false), ("what", false), ("change", false)];
        let columns: Vec<_> = columns
            .into_iter()
            .map(|(key, is_number)| (texts.one_of("report-history", key).unwrap_or_default(), is_number))
            .collect();
        let row = |change: &HistoryEntry| {
            let fields: Vec<&str> = change.fields.iter().map(|field| self.label(field)).collect();
            let who = change.worker.map_or_else(|| texts.say("report-history-unknown"), |worker| worker.short());
            let own = change.worker.is_some() && change.worker == self.report.author;
            vec![
                self.clock.when(texts, change.claimed),
                html! { code { (who) } @if own { " (" (texts.say("report-history-author")) ")" } },
                html! { (fields.join(", ")) },
                html! { code { (change.id.short()) } },
            ]
        };
        let rows: Vec<_> = changes.iter().map(row).collect();
        html! {
            details {
                summary { (texts.say_with("report-history", &[("count", changes.len().into())])) }
                p .small .soft { (texts.say("report-history-hint")) }
                (parts::table(&texts.say("report-history-caption"), &columns, &rows))
            }
        }
    }

    fn alike(&self, hits: &[Hit]) -> Markup {
        let texts = self.texts;
        html! {
            @if !hits.is_empty() {
                section aria-labelledby="alike" {
                    h2 #alike { (texts.say("report-similar")) }
                    p .small .soft { (texts.say("write-similar-hint")) }
                    ul .list { @for hit in hits { li {
                        a href={ "/reports/" (hit.document) } { (hit.title) } " – "
                        (self.organisations.name(&hit.organisation, texts))
                        @if !hit.shared.is_empty() {
                            br; span .small .soft { (texts.say("report-similar-words")) " " (hit.shared.join(", ")) }
                        }
                    } } }
                }
            }
        }
    }
}
