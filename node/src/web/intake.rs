//! The queue of what residents wrote, for workers with the role intake and for coordinators: read, sort, write a report of it, or set
//! it aside with a reason.
//!
//! Several slips may become one report; then their names stand joined by hyphens where one slip's name would. The report itself is
//! written and signed on the page for that, which asks [`fields_of`] what to begin with.

mod draft;
pub(super) mod queue;
mod single;

use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::scan::{Action, scan};
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};
use crate::intake::slip::{ANSWER_CHARS_MAX, Reason, SetAside, SlipId};

use super::desk::today;
use super::visit::{Member, escaped};

/// Who reads what residents wrote.
pub(super) const READERS: &[Role] = &[Role::Intake, Role::Coordinator];
/// Who may sign a report of it: what the certificate allows, every node asks at the door.
const WRITERS: &[Role] = &[Role::Intake, Role::Reporter];
/// Most slips that become one report, or are sorted at one time.
const AT_ONCE_MAX: usize = 50;

/// Which slips are looked at.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    /// Of this campaign.
    #[serde(default)]
    campaign: String,
    /// Of this heap.
    #[serde(default)]
    heap: String,
    /// Those set aside instead of those waiting.
    #[serde(default)]
    aside: bool,
    #[serde(default)]
    skip: usize,
}

/// What a worker wants done.
#[derive(Debug, Default)]
struct Order {
    act: String,
    slips: Vec<SlipId>,
    heap: String,
    reason: Option<Reason>,
    words: String,
    document: String,
    asked: Asked,
}

/// What was entered to set slips aside, and what is wrong with it.
#[derive(Debug, Default)]
struct Aside {
    reason: Option<Reason>,
    words: String,
    error: Option<String>,
}

/// The queue.
pub(super) async fn list(
    State(site): State<Site>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    member.require(READERS)?;
    queue::show(&site, &member, asked, &[], &Aside::default(), StatusCode::OK).await
}

/// One slip.
pub(super) async fn one(State(site): State<Site>, member: Member, Path(id): Path<String>) -> Result<Response, Problem> {
    member.require(READERS)?;
    let id = SlipId::parse(&id).ok_or_else(missing)?;
    single::show(&site, &member, id).await
}

/// Does what a worker wants done with slips.
pub(super) async fn act(
    State(site): State<Site>,
    member: Member,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    member.require(READERS)?;
    let order = Order::read(fields);
    if order.slips.is_empty() || order.slips.len() > AT_ONCE_MAX {
        let error = member.visit.texts.say_with("intake-error-none", &[("most", AT_ONCE_MAX.into())]);
        return again(&site, &member, order, error).await;
    }
    match order.act.as_str() {
        "report" => {
            member.require(WRITERS)?;
            return Ok(Redirect::to(&format!("/write?note={}", joined(&order.slips))).into_response());
        }
        "aside" => return set_aside(&site, &member, order).await,
        "published" => linked(&site, order.slips.clone(), order.document.clone()).await?,
        "back" => {
            let slips = order.slips.clone();
            site.at_desk(move |desk| slips.iter().try_for_each(|id| desk.slips.put_back(id))).await??;
        }
        _ => {
            let (slips, heap) = (order.slips.clone(), order.heap.clone());
            site.at_desk(move |desk| desk.slips.sort(&slips, &heap)).await??;
        }
    }
    Ok(onward(&order.asked))
}

async fn set_aside(site: &Site, member: &Member, order: Order) -> Result<Response, Problem> {
    let texts = member.visit.texts;
    let found = scan(&order.words).iter().any(|finding| finding.action == Action::Block);
    let error = match order.reason {
        None => Some(texts.say("intake-error-reason")),
        Some(Reason::Other) if order.words.is_empty() => Some(texts.say("intake-error-words")),
        Some(_) if order.words.chars().count() > ANSWER_CHARS_MAX => {
            Some(texts.say_with("resident-error-long", &[("most", ANSWER_CHARS_MAX.into())]))
        }
        Some(_) if found => Some(texts.say("intake-error-identifier")),
        Some(_) => None,
    };
    let (Some(reason), None) = (order.reason, &error) else {
        return again(site, member, order, error.unwrap_or_default()).await;
    };
    let aside = SetAside { reason, words: order.words.clone(), on: today() };
    let slips = order.slips.clone();
    site.at_desk(move |desk| desk.slips.set_aside(&slips, &aside)).await??;
    Ok(onward(&order.asked))
}

/// Shows the queue again with what was chosen and entered.
async fn again(site: &Site, member: &Member, order: Order, error: String) -> Result<Response, Problem> {
    let aside = Aside { reason: order.reason, words: order.words, error: Some(error) };
    queue::show(site, member, order.asked, &order.slips, &aside, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The report that was signed.
#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    document: String,
}

/// Notes that a report was signed of slips, as the page says on which it was written.
pub(super) async fn published(
    State(site): State<Site>,
    member: Member,
    Path(note): Path<String>,
    Json(Signed { document }): Json<Signed>,
) -> Result<StatusCode, Problem> {
    member.require(READERS)?;
    let ids = split(&note).ok_or_else(missing)?;
    linked(&site, ids, document).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that a report was signed of slips. It must be here, and the organisation's own.
async fn linked(site: &Site, ids: Vec<SlipId>, document: String) -> Result<(), Problem> {
    let Answer::Report(report) = site.ask(Request::Report { document }).await? else {
        return Err(Problem::unexpected());
    };
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    if report.organisation != identity.organisation {
        let detail = "That report is of another organisation. The slip still waits.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "other_organisation", detail));
    }
    site.at_desk(move |desk| desk.slips.publish(&ids, report.document, today())).await??;
    Ok(())
}

/// Returns what a report of slips begins with, as fields of the form; `None` if they do not all wait. `note` is a slip's name, or
/// several joined by hyphens.
pub(crate) async fn fields_of(site: &Site, note: &str) -> Option<Map<String, Value>> {
    let ids = split(note)?;
    let found = site.at_desk(move |desk| {
        let slips: Option<Vec<_>> =
            ids.iter().map(|id| desk.slips.get(id).filter(|slip| slip.is_waiting()).cloned()).collect();
        let campaign = |slip: &crate::intake::slip::Slip| {
            slip.campaign.as_ref().and_then(|code| desk.campaigns.get(code)).cloned()
        };
        slips.map(|slips| slips.into_iter().map(|slip| (campaign(&slip), slip)).collect::<Vec<_>>())
    });
    Some(draft::fields(&found.await.ok()??))
}

impl Order {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut order = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "do" => order.act = value,
                "slip[]" => order.slips.extend(SlipId::parse(&value)),
                "heap" => order.heap = value,
                "reason" => order.reason = Reason::all().iter().copied().find(|reason| reason.key() == value),
                "words" => order.words = value.replace("\r\n", "\n").trim().to_owned(),
                // An id, or the address of a report that somebody copied.
                "document" => order.document = value.trim().rsplit('/').next().unwrap_or_default().to_owned(),
                "of-campaign" => order.asked.campaign = value,
                "of-heap" => order.asked.heap = value,
                _ => {}
            }
        }
        order.slips.sort();
        order.slips.dedup();
        order
    }
}

impl Asked {
    /// Returns the address of the list, without where it begins.
    fn address(&self) -> String {
        let campaign = (!self.campaign.is_empty()).then(|| format!("campaign={}", escaped(&self.campaign)));
        let heap = (!self.heap.is_empty()).then(|| format!("heap={}", escaped(&self.heap)));
        let aside = self.aside.then(|| "aside=true".to_owned());
        let query: Vec<_> = [campaign, heap, aside].into_iter().flatten().collect();
        if query.is_empty() { "/intake".to_owned() } else { format!("/intake?{}", query.join("&")) }
    }
}

/// Returns whether a worker may sign reports of slips.
fn writes(member: &Member) -> bool {
    WRITERS.iter().any(|role| member.visit.has(*role))
}

fn onward(asked: &Asked) -> Response {
    Redirect::to(&asked.address()).into_response()
}

fn joined(ids: &[SlipId]) -> String {
    ids.iter().map(SlipId::as_str).collect::<Vec<_>>().join("-")
}

fn split(note: &str) -> Option<Vec<SlipId>> {
    let ids: Option<Vec<_>> = note.split('-').take(AT_ONCE_MAX + 1).map(SlipId::parse).collect();
    ids.filter(|ids| ids.len() <= AT_ONCE_MAX)
}

fn missing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown_address", "There is no such slip here, or not any more.")
}
