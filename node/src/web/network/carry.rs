//! The part of the network's page by which somebody carries reports on a memory stick, where no network reaches. It is for stewards, who
//! look after what comes from and goes to other members: a bundle holds everything that its receiver may have.

use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use maud::{Markup, html};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use talkoot_protocol::api::{BundleFilter, Organisation};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::statement::Role;

use super::{Known, harmless};
use crate::bundle::Unrecognised;
use crate::http::{BUNDLE_PAGE, HandedIn, Problem, Site, TakenIn, Wanted};
use crate::web::parts::{self, Field, Tone};
use crate::web::texts::Texts;
use crate::web::visit::Member;

/// Who carries.
const CARRIERS: &[Role] = &[Role::Steward];
/// Most organisations that are named one by one.
const NAMED_MAX: usize = 20;

/// Returns what is sent and handed in here.
pub(super) fn routes() -> Router<Site> {
    Router::new().route("/network/request", get(request)).route(BUNDLE_PAGE, get(bundle).post(hand_in))
}

/// Returns whether somebody is shown this part of the page.
pub(super) fn may(member: &Member) -> bool {
    CARRIERS.iter().any(|role| member.visit.has(*role))
}

/// Somebody who carries. Others are refused before anything of what they send is kept.
struct Steward(Member);

impl FromRequestParts<Site> for Steward {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let member = Member::from_request_parts(parts, site).await?;
        member.require(CARRIERS).map_err(Problem::into_response)?;
        Ok(Self(member))
    }
}

/// For whom something is: one organisation, or all members.
#[derive(Debug, Deserialize)]
struct Partner {
    #[serde(default, deserialize_with = "one_or_all")]
    partner: Option<OrganisationId>,
}

fn one_or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OrganisationId>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(serde::de::Error::custom) }
}

/// Says what is here, as a file.
async fn request(State(site): State<Site>, _: Steward, Query(asked): Query<Partner>) -> Result<Response, Problem> {
    Ok(site.bundle_request(asked.partner).await?.into_response())
}

/// A bundle, sent while it is made.
async fn bundle(State(site): State<Site>, _: Steward, Query(asked): Query<Partner>) -> Result<Response, Problem> {
    let filter = BundleFilter { organisation: asked.partner, ..BundleFilter::default() };
    Ok(site.bundle(filter, Wanted::default()).await?.into_response())
}

/// Takes a bundle in, and says to a script what came of it.
async fn hand_in(State(site): State<Site>, Steward(member): Steward, bundle: Result<HandedIn, Problem>) -> Response {
    let texts = member.visit.texts;
    let taken = match bundle {
        Ok(bundle) => site.take_in(bundle).await,
        Err(problem) => Err(problem),
    };
    let (status, lines) = match taken {
        Ok(taken) => (StatusCode::OK, outcome(&taken, texts)),
        Err(problem) => {
            let told = texts.one_of("problem", problem.name()).unwrap_or_else(|| texts.say("carry-failed"));
            (StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), vec![told])
        }
    };
    (status, Json(json!({ "lines": lines }))).into_response()
}

/// Says what became of a bundle, and what is to be done about what is not in.
fn outcome(taken: &TakenIn, texts: Texts) -> Vec<String> {
    let refused: u64 = taken.refused.values().fold(0, |sum, count| sum.saturating_add(*count));
    let rules = taken.refused.keys().cloned().collect::<Vec<_>>().join(", ");
    let given = [("stored", taken.stored.into()), ("known", taken.known.into())];
    let mut lines = vec![texts.say_with("carry-done", &given)];
    if !taken.whole {
        let given = [("lacking", taken.lacking.into()), ("expected", taken.extent.expected.into())];
        lines.push(texts.say_with("carry-cut", &given));
    }
    lines.extend(taken.recognise.iter().take(NAMED_MAX).map(|one| waits(one, texts)));
    if taken.missing > 0 {
        lines.push(texts.say_with("carry-missing", &[("count", taken.missing.into())]));
    }
    if refused > 0 {
        lines.push(texts.say_with("carry-refused", &[("count", refused.into()), ("rules", (&rules).into())]));
    }
    if taken.trouble.is_some() {
        lines.push(texts.say("carry-trouble"));
    }
    lines
}

fn waits(one: &Unrecognised, texts: Texts) -> String {
    let name = one.names.as_ref().map_or_else(|| texts.say("carry-nameless"), |names| harmless(texts.name(names)));
    let id = one.organisation.to_string();
    if one.open {
        texts.say_with("carry-waits", &[("count", one.changes.into()), ("name", (&name).into()), ("id", (&id).into())])
    } else {
        texts.say_with("carry-waits-others", &[("count", one.changes.into()), ("name", (&name).into())])
    }
}

/// Returns the part of the page.
pub(super) fn section(known: &Known, texts: Texts) -> Markup {
    let ask = |part: &str| texts.one_of("carry-ask", part).unwrap_or_default();
    let out = |part: &str| texts.one_of("carry-out", part).unwrap_or_default();
    html! {
        h2 #carry { (texts.say("carry-title")) }
        p { (texts.say("carry-lead")) }
        (parts::notice(Tone::Warning, &html! { p { (texts.say("carry-secret")) } }))
        (hand_in_form(texts))
        (sent(known, texts, "/network/request", &ask))
        (sent(known, texts, BUNDLE_PAGE, &out))
    }
}

/// A form that leads to a file, with what is told of it: its title, a hint, and what is done. No script is needed for it.
fn sent(known: &Known, texts: Texts, address: &str, told: &dyn Fn(&str) -> String) -> Markup {
    let partners = known.organisations.iter().filter(|organisation| organisation.member && !organisation.own);
    let id = format!("carry{}", address.replace('/', "-"));
    html! {
        h3 { (told("title")) }
        form method="get" action=(address) {
            div .field {
                label for=(id) { (texts.say("carry-partner")) }
                p .hint id={ (id) "-hint" } { (told("hint")) }
                select id=(id) name="partner" aria-describedby={ (id) "-hint" } {
                    option value="" { (texts.say("carry-all")) }
                    @for partner in partners { option value=(partner.id) { (called(partner, texts)) } }
                }
            }
            p .actions { button .second { (told("do")) } }
        }
    }
}

fn called(organisation: &Organisation, texts: Texts) -> String {
    format!("{} ({})", harmless(texts.name(&organisation.names)), organisation.id.short())
}

/// The form to hand in a bundle. Its file is sent by a script: what is typed or chosen lands in no address if there is none.
fn hand_in_form(texts: Texts) -> Markup {
    let (label, hint) = (texts.say("carry-in-file"), texts.say("carry-in-hint"));
    let field = Field { name: "carried", label: &label, hint: Some(&hint), required: true, ..Field::default() };
    html! {
        h3 { (texts.say("carry-in-title")) }
        form method="post" action=(BUNDLE_PAGE) data-carry data-working=(texts.say("carry-working")) data-failed=(texts.say("carry-failed")) {
            (field.around(texts, &html! {
                input type="file" id=(field.id()) name=(field.name) required aria-describedby=[field.described()];
            }))
            noscript { p { (texts.say("carry-noscript")) } }
            p .actions { button { (texts.say("carry-in-do")) } }
            ul data-told tabindex="-1" hidden {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use talkoot_protocol::report::codes::Language;
    use talkoot_protocol::statement::Names;

    use super::*;
    use crate::bundle::Extent;

    fn taken() -> TakenIn {
        TakenIn {
            organisation: OrganisationId::from_bytes([1; 32]),
            names: Names::default(),
            extent: Extent { found: 7, expected: 7, broken: 0, ended: true },
            whole: true,
            lacking: 0,
            stored: 5,
            known: 2,
            waiting: 0,
            missing: 0,
            recognise: Vec::new(),
            refused: BTreeMap::new(),
            trouble: None,
        }
    }

    #[test]
    fn what_is_not_in_is_said_with_what_to_do() {
        let texts = Texts::new(Language::En);
        assert_eq!(outcome(&taken(), texts).len(), 1);
        let id = OrganisationId::from_bytes([1; 32]);
        let names = Some(Names { fi: "Kai\u{202e}nuu".into(), ..Names::default() });
        let waiting = Unrecognised { organisation: id, names, changes: 3, open: true };
        let poor = TakenIn {
            whole: false,
            lacking: 4,
            missing: 1,
            recognise: vec![waiting.clone(), Unrecognised { names: None, open: false, ..waiting }],
            refused: BTreeMap::from([("bad_signature".to_owned(), 2)]),
            trouble: Some("full".into()),
            ..taken()
        };
        let lines = outcome(&poor, texts);
        assert_eq!(lines.len(), 7, "{lines:?}");
        assert!(lines[2].contains(&id.to_string()) && lines[2].contains("Kainuu"), "{lines:?}");
        assert!(lines[5].contains("bad_signature"), "{lines:?}");
    }

    #[test]
    fn all_members_are_no_member_in_particular() {
        let read =
            |text: &str| serde_json::from_value::<Partner>(json!({ "partner": text })).map(|asked| asked.partner);
        assert_eq!(read("").unwrap(), None);
        assert!(read(&"ab".repeat(32)).unwrap().is_some() && read("ab").is_err());
    }
}
