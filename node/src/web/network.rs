//! The page of the network: one's own organisation, the members, and how the exchange with each peer stands, in sentences that say
//! no more than the node knows. A script asks for the same texts again from time to time.

mod carry;
mod told;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use maud::{Markup, html};
use serde_json::json;
use talkoot_protocol::api::{Identity, Organisation, Peer, Request, Response as Answer, Status};
use talkoot_protocol::report::area::Area;
use talkoot_protocol::report::codes::AreaScheme;
use talkoot_protocol::scope::County;

use super::assets;
use super::frame::Page;
use super::parts;
use super::texts::Texts;
use super::visit::Member;
use crate::http::{Problem, Site};

pub(super) use told::summary;

/// Returns the pages of the network.
pub(super) fn routes() -> Router<Site> {
    Router::new().route("/network", get(page)).route("/network/state", get(state)).merge(carry::routes())
}

/// What the node knows of the network.
pub(super) struct Known {
    pub(super) identity: Identity,
    pub(super) status: Status,
    pub(super) organisations: Vec<Organisation>,
    pub(super) peers: Vec<Peer>,
}

impl Known {
    /// Asks for it.
    pub(super) async fn ask(site: &Site) -> Result<Self, Problem> {
        let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
        let Answer::Status(status) = site.ask(Request::Status).await? else { return Err(Problem::unexpected()) };
        let Answer::Organisations { organisations } = site.ask(Request::Organisations).await? else {
            return Err(Problem::unexpected());
        };
        let Answer::Peers { peers } = site.ask(Request::Peers).await? else { return Err(Problem::unexpected()) };
        Ok(Self { identity: *identity, status: *status, organisations, peers })
    }
}

/// Texts that change, by the place on the page where they stand.
type Figures = BTreeMap<String, String>;

/// Tells a script what the places of the page say now.
async fn state(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    let known = Known::ask(&site).await?;
    let figures = told::figures(&known, member.visit.texts);
    Ok(Json(json!({ "figures": figures, "peers": known.peers.len() })).into_response())
}

async fn page(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let known = Known::ask(&site).await?;
    let figures = told::figures(&known, texts);
    let page = Page {
        title: texts.say("network-title"),
        lead: figures.get("summary").cloned(),
        scripts: &["network.js", "carry.js"],
        is_wide: true,
        ..Page::default()
    };
    let content = html! {
        link rel="stylesheet" href=(assets::address("charts.css"));
        div #network data-peers=(known.peers.len()) {
            form .actions method="get" action="/network" { button .second #refresh { (texts.say("network-refresh")) } }
            (peers(&known, &figures, texts))
            (held(&figures, texts))
            (own(&known, texts))
            (members(&known, texts))
            @if carry::may(&member) { (carry::section(&known, texts)) }
        }
    };
    Ok(visit.show(&page, &content))
}

/// Returns a text that changes, in its place.
fn figure(figures: &Figures, place: &str) -> Markup {
    html! { span data-figure=(place) { (figures.get(place).map_or("", String::as_str)) } }
}

fn peers(known: &Known, figures: &Figures, texts: Texts) -> Markup {
    let columns = [
        ("organisation", false),
        ("state", false),
        ("sent", false),
        ("received", false),
        ("heard", false),
        ("more", false),
    ];
    let columns = columns.map(|(name, is_number)| (texts.one_of("network-head", name).unwrap_or_default(), is_number));
    let row = |(at, peer): (usize, &Peer)| -> Vec<Markup> {
        let place = |what: &str| figure(figures, &format!("peer-{at}-{what}"));
        let trouble = peer.trouble.as_ref().map(|trouble| harmless(trouble));
        vec![
            html! { (place("who")) @if let Some(address) = &peer.address { br; span .small .soft { (short_address(address)) } } },
            place("state"),
            place("sent"),
            place("received"),
            place("heard"),
            html! { (place("refused")) @if let Some(trouble) = trouble { br; span .small lang="en" { (trouble) } } },
        ]
    };
    let caption = texts.say("network-peers");
    html! {
        h2 { (caption) }
        @if known.peers.is_empty() { p { (texts.say("network-no-peers")) } } @else {
            (parts::table(&caption, &columns, &known.peers.iter().enumerate().map(row).collect::<Vec<_>>()))
        }
        p { (texts.say("network-in-step")) }
    }
}

/// Says what the node holds, what is wrong with it, and what to do.
fn held(figures: &Figures, texts: Texts) -> Markup {
    html! {
        h2 { (texts.say("network-held")) }
        p { (figure(figures, "held")) }
        ul { @for place in told::TROUBLES { @if figures.contains_key(place) { li { (figure(figures, place)) } } } }
    }
}

fn own(known: &Known, texts: Texts) -> Markup {
    let identity = &known.identity;
    let own = known.organisations.iter().find(|organisation| organisation.own);
    let contact = own.map(|own| harmless(&own.contact)).unwrap_or_default();
    let listening = identity.listening.iter().map(|address| short_address(address)).collect::<Vec<_>>().join(", ");
    let fact = |name: &str, value: String| (texts.one_of("network-fact", name).unwrap_or_default(), html! { (value) });
    let facts = [
        fact("name", texts.name(&identity.names).to_owned()),
        fact("kind", texts.one_of("views-kind", identity.kind.key()).unwrap_or_default()),
        fact("counties", counties(&identity.counties, texts)),
        fact("contact", contact),
        fact("network", harmless(&identity.charter.name)),
        fact("id", identity.organisation.short()),
        fact("node", known.status.node.short()),
        fact("listening", listening),
    ];
    html! { h2 { (texts.say("network-own")) } (parts::facts(&facts)) }
}

fn members(known: &Known, texts: Texts) -> Markup {
    let columns =
        [("organisation", false), ("kind", false), ("counties", false), ("reports", true), ("standing", false)];
    let columns = columns.map(|(name, is_number)| (texts.one_of("network-head", name).unwrap_or_default(), is_number));
    let row = |organisation: &Organisation| -> Vec<Markup> {
        vec![
            html! { (texts.name(&organisation.names)) @if !organisation.contact.is_empty() { br; span .small .soft { (harmless(&organisation.contact)) } } },
            html! { (texts.one_of("views-kind", organisation.kind.key()).unwrap_or_default()) },
            html! { (counties(&organisation.counties, texts)) },
            html! { (organisation.reports) },
            html! { (standing(organisation, texts)) },
        ]
    };
    let caption = texts.say("network-members");
    let rows: Vec<_> = known.organisations.iter().map(row).collect();
    html! { h2 { (caption) } (parts::table(&caption, &columns, &rows)) p { (texts.say("network-recognise")) } }
}

fn standing(organisation: &Organisation, texts: Texts) -> String {
    let name = match (organisation.own, organisation.member, organisation.founder) {
        (true, ..) => "own",
        (_, true, true) => "founder",
        (_, true, false) => "member",
        (_, false, _) => "stranger",
    };
    texts.one_of("network-standing", name).unwrap_or_default()
}

fn counties(counties: &[County], texts: Texts) -> String {
    let name = |county: &County| {
        let code = county.to_string();
        Area::new(AreaScheme::County, &code).map_or(code, |area| area.label(texts.language()).trim().to_owned())
    };
    counties.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Returns an address without the node's long name at its end.
fn short_address(address: &str) -> String {
    harmless(address.split_once("/p2p/").map_or(address, |(before, _)| before))
}

/// Returns a text of other people on one line, without characters that turn its direction, not too long.
fn harmless(text: &str) -> String {
    let is_harmless = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    text.chars().filter(is_harmless).take(300).collect()
}
