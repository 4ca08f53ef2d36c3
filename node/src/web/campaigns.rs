//! Campaigns ("Mikä pännii?"): made by a coordinator, shown on a poster, written for at [`super::quick`], sorted in the queue.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;
use talkoot_protocol::form::Trilingual;
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};
use crate::intake::campaign::{self, Campaign, CampaignCode, NAME_CHARS_MAX, QUESTION_CHARS_MAX};

use super::desk::{random, today};
use super::entered::{self, place_name};
use super::frame::Page;
use super::intake::{READERS, queue};
use super::parts::{self, Field};
use super::texts::{LANGUAGES, Texts};
use super::visit::{Member, Visit};

/// Light modules around a code (ISO/IEC 18004, 6.3.8).
const QUIET: i32 = 4;

/// What a coordinator enters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entered {
    name_fi: String,
    name_sv: String,
    name_en: String,
    question_fi: String,
    question_sv: String,
    question_en: String,
    place: String,
    from: String,
    to: String,
}

impl Entered {
    fn texts(&self) -> (Trilingual, Trilingual) {
        let text = |fi: &str, sv: &str, en: &str| {
            let [fi, sv, en] = [fi, sv, en].map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            Trilingual { fi, sv, en }
        };
        (
            text(&self.name_fi, &self.name_sv, &self.name_en),
            text(&self.question_fi, &self.question_sv, &self.question_en),
        )
    }

    fn campaign(&self, code: CampaignCode) -> Option<Campaign> {
        let (name, question) = self.texts();
        let (from, to) = (self.from.parse().ok()?, self.to.parse().ok()?);
        Some(Campaign { code, name, question, municipality: self.place.clone(), from, to })
    }
}

/// All campaigns, and the form for a new one.
pub(super) async fn list(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    member.require(READERS)?;
    show(&site, &member, &Entered::default(), false).await
}

/// Makes a campaign.
pub(super) async fn add(
    State(site): State<Site>,
    member: Member,
    Form(entered): Form<Entered>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let Some(campaign) = entered.campaign(CampaignCode::new(random()?)) else {
        return show(&site, &member, &entered, true).await;
    };
    let code = campaign.code.clone();
    match site.at_desk(move |desk| desk.campaigns.add(campaign)).await? {
        Err(campaign::Error::Unsound) => show(&site, &member, &entered, true).await,
        done => {
            done?;
            Ok(Redirect::to(&format!("/campaigns/{code}")).into_response())
        }
    }
}

/// One campaign: its addresses, and what has been written so far.
pub(super) async fn one(
    State(site): State<Site>,
    member: Member,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    member.require(READERS)?;
    let campaign = site.campaign(&code).await?;
    let of = campaign.code.clone();
    let heaps = site.at_desk(move |desk| queue::heaps(desk, Some(&of))).await?;
    let texts = member.visit.texts;
    let content = html! {
        (parts::facts(&facts(texts, &campaign)))
        div .actions {
            a .button href={ "/campaigns/" (campaign.code) "/poster" } { (texts.say("campaign-poster")) }
            a .button.second href={ "/c/" (campaign.code) } { (texts.say("campaign-write")) }
            a .button.second href={ "/intake?campaign=" (campaign.code) } { (texts.say("campaign-queue")) }
        }
        h2 { (texts.say("campaign-count")) }
        @if heaps.is_empty() { p { (texts.say("campaign-nothing")) } }
        (queue::heap_table(texts, &heaps, campaign.code.as_str()))
    };
    let page = Page::new(campaign.name.get(texts.language()));
    Ok(member.visit.show(&page, &content))
}

/// The poster, to be printed: the question, and the code that leads a telephone to where it is answered.
pub(super) async fn poster(
    State(site): State<Site>,
    member: Member,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    member.require(READERS)?;
    let campaign = site.campaign(&code).await?;
    let texts = member.visit.texts;
    let address = address(&headers, &campaign.code);
    let content = html! {
        div .actions { p { (texts.say("campaign-print")) } a href={ "/campaigns/" (campaign.code) } { (texts.say("campaign-back")) } }
        div .poster {
            @for (language, question) in campaign.question.all() { @if !question.is_empty() {
                p .question lang=(language.key()) { (question) }
            } }
            (drawn(texts, &address))
            p .address { (address) }
            @for language in LANGUAGES { p lang=(language.key()) { (Texts::new(language).say("campaign-how")) } }
            p .soft { (days(texts, &campaign)) }
        }
    };
    Ok(member.visit.show(&Page::new(campaign.name.get(texts.language())), &content))
}

/// Returns the address under which this node is seen from outside. A proxy in front of it speaks TLS; without one it answers this
/// machine only.
fn address(headers: &HeaderMap, code: &CampaignCode) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let is_here = ["localhost", "127.", "[::1]"].iter().any(|here| host.starts_with(here));
    let scheme = if is_here { "http" } else { "https" };
    format!("{scheme}://{host}/c/{code}")
}

/// Draws an address as a QR code.
fn drawn(texts: Texts, address: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    let whole = size + 2 * QUIET;
    let label = texts.say_with("campaign-qr", &[("address", address.into())]);
    html! {
        svg .qr role="img" aria-label=(label) viewBox={ "0 0 " (whole) " " (whole) } { path d=(path) fill="currentColor" {} }
    }
}

fn facts(texts: Texts, campaign: &Campaign) -> Vec<(String, Markup)> {
    let language = texts.language();
    vec![
        (texts.say("campaign-question"), html! { (campaign.question.get(language)) }),
        (texts.say("campaign-place"), html! { (place_name(&campaign.municipality, language).unwrap_or_default()) }),
        (texts.say("campaign-days"), html! { (days(texts, campaign)) }),
        (texts.say("campaign-code"), html! { code { (campaign.code) } }),
    ]
}

fn days(texts: Texts, campaign: &Campaign) -> String {
    format!("{} – {}", texts.day(campaign.from), texts.day(campaign.to))
}

async fn show(site: &Site, member: &Member, entered: &Entered, is_unsound: bool) -> Result<Response, Problem> {
    let texts = member.visit.texts;
    let campaigns: Vec<Campaign> = site.at_desk(|desk| desk.campaigns.iter().cloned().collect()).await?;
    let content = html! {
        @if is_unsound {
            div .notice.error role="alert" tabindex="-1" autofocus { p { (texts.say("campaign-error")) } }
        }
        @if campaigns.is_empty() { p { (texts.say("campaign-none")) } }
        ul .list { @for campaign in &campaigns { li { (line(texts, campaign)) } } }
        @if member.visit.has(Role::Coordinator) { (form(&member.visit, entered)) }
    };
    let page = Page { lead: Some(texts.say("campaign-lead")), ..Page::new(texts.say("campaign-title")) };
    let status = if is_unsound { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(member.visit.show_as(status, &page, &content))
}

fn line(texts: Texts, campaign: &Campaign) -> Markup {
    let language = texts.language();
    html! {
        h2 { a href={ "/campaigns/" (campaign.code) } { (campaign.name.get(language)) } }
        p { (place_name(&campaign.municipality, language).unwrap_or_default()) ", " (days(texts, campaign))
            @if campaign.is_open(today()) { " · " strong { (texts.say("campaign-open")) } } }
    }
}

fn form(visit: &Visit, entered: &Entered) -> Markup {
    let texts = visit.texts;
    let (place, from, to) = (texts.say("campaign-place"), texts.say("campaign-from"), texts.say("campaign-to"));
    let names = [("name_fi", &entered.name_fi), ("name_sv", &entered.name_sv), ("name_en", &entered.name_en)];
    let questions = [
        ("question_fi", &entered.question_fi),
        ("question_sv", &entered.question_sv),
        ("question_en", &entered.question_en),
    ];
    html! {
        h2 { (texts.say("campaign-new")) }
        p { (texts.say("campaign-languages")) }
        form method="post" action="/campaigns" {
            (visit.csrf())
            @for (name, value) in names { (text(texts, name, value, texts.one_of("campaign-name", tag(name)), NAME_CHARS_MAX)) }
            @for (name, value) in questions { (text(texts, name, value, texts.one_of("campaign-asks", tag(name)), QUESTION_CHARS_MAX)) }
            (entered::place(texts, &Field { name: "place", label: &place, value: &entered.place, required: true, ..Field::default() }))
            (parts::day(texts, &Field { name: "from", label: &from, value: &entered.from, required: true, ..Field::default() }))
            (parts::day(texts, &Field { name: "to", label: &to, value: &entered.to, required: true, ..Field::default() }))
            div .actions { button { (texts.say("campaign-make")) } }
        }
    }
}

/// Returns the language in which the name of a field ends.
fn tag(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or_default()
}

/// Returns the field of a text in one language.
fn text(texts: Texts, name: &str, value: &str, label: Option<String>, most: usize) -> Markup {
    let label = label.unwrap_or_default();
    parts::line(texts, &Field { name, label: &label, value, most: Some(most), ..Field::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poster_leads_to_where_the_node_is_seen() {
        let code = CampaignCode::new([1; 5]);
        let seen = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            address(&headers, &code)
        };
        assert_eq!(seen("talkoot.kainuu.fi"), format!("https://talkoot.kainuu.fi/c/{code}"));
        assert_eq!(seen("127.0.0.1:8080"), format!("http://127.0.0.1:8080/c/{code}"));
    }

    #[test]
    fn the_code_is_a_picture_with_a_name() {
        let drawn =
            drawn(Texts::new(talkoot_protocol::report::codes::Language::En), "https://a.fi/c/\"<x>").into_string();
        assert!(drawn.contains("role=\"img\"") && drawn.contains("&lt;x&gt;") && !drawn.contains("<x>"), "{drawn}");
    }
}
