//! Statements that the law asks for: how accessible the pages are (Act on the Provision of Digital Services 306/2019, directive (EU)
//! 2016/2102), and what becomes of what people write (GDPR 2016/679, articles 13 and 14). True to what the program does: `docs/threats.md`.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use talkoot_protocol::api::{Request, Response as Answer};

use super::frame::Page;
use super::texts::Texts;
use super::visit::Visit;
use crate::http::{Problem, Site};

/// The authority that supervises accessibility since 2025.
const AUTHORITY_SITE: &str = "https://www.saavutettavuusvaatimukset.fi/";
const AUTHORITY_MAIL: &str = "saavutettavuus@traficom.fi";
/// The data protection ombudsman.
const OMBUDSMAN_SITE: &str = "https://tietosuoja.fi/";

/// Returns the pages of statements.
pub(super) fn routes() -> Router<Site> {
    Router::new().route("/accessibility", get(accessibility)).route("/privacy", get(privacy))
}

/// Who answers for this node: the organisation's name and how people reach it.
struct Keeper {
    name: String,
    contact: String,
}

async fn keeper(site: &Site, texts: Texts) -> Result<Keeper, Problem> {
    let Answer::Organisations { organisations } = site.ask(Request::Organisations).await? else {
        return Err(Problem::unexpected());
    };
    let own = organisations.into_iter().find(|organisation| organisation.own);
    let name = own.as_ref().map(|own| texts.name(&own.names).to_owned()).unwrap_or_default();
    let contact = own.map(|own| own.contact).filter(|contact| !contact.trim().is_empty());
    Ok(Keeper { name, contact: contact.unwrap_or_else(|| texts.say("about-no-contact")) })
}

/// Returns sections: for each name its heading and its paragraphs, which the catalogue parts by an empty line.
fn sections(names: &[&str], text: &dyn Fn(&str) -> [Option<String>; 2]) -> Markup {
    html! {
        @for name in names {
            @let [heading, body] = text(name);
            section {
                h2 { (heading.unwrap_or_default()) }
                @for paragraph in body.unwrap_or_default().split("\n\n") { p { (paragraph) } }
            }
        }
    }
}

async fn accessibility(State(site): State<Site>, visit: Visit) -> Result<Response, Problem> {
    let texts = visit.texts;
    let keeper = keeper(&site, texts).await?;
    let text = |name: &str| [texts.one_of("access-head", name), texts.one_of("access-text", name)];
    let content = html! {
        p { (texts.say_with("access-of", &[("organisation", (&keeper.name).into())])) }
        (sections(&["state", "gaps", "made"], &text))
        section {
            h2 { (texts.say("access-feedback")) }
            p { (texts.say("access-feedback-how")) }
            p { strong { (keeper.name) } ": " (keeper.contact) }
        }
        section {
            h2 { (texts.say("access-authority")) }
            p { (texts.say("access-authority-when")) }
            address {
                (texts.say("access-authority-name")) br;
                a href=(AUTHORITY_SITE) rel="noreferrer" { "www.saavutettavuusvaatimukset.fi" } br;
                a href={ "mailto:" (AUTHORITY_MAIL) } { (AUTHORITY_MAIL) }
            }
        }
    };
    Ok(visit.show(&Page::new(texts.say("access-title")), &content))
}

async fn privacy(State(site): State<Site>, visit: Visit) -> Result<Response, Problem> {
    let texts = visit.texts;
    let keeper = keeper(&site, texts).await?;
    let text = |name: &str| [texts.one_of("privacy-head", name), texts.one_of("privacy-text", name)];
    let content = html! {
        p .lead { (texts.say("privacy-lead")) }
        section {
            h2 { (texts.say("privacy-keeper")) }
            p { (texts.say_with("privacy-keeper-is", &[("organisation", (&keeper.name).into())])) }
            p { (keeper.contact) }
        }
        (sections(&["people", "worker", "where", "members", "browser", "logs", "erasure", "rights"], &text))
        p { a href=(OMBUDSMAN_SITE) rel="noreferrer" { (texts.say("privacy-ombudsman")) } }
    };
    Ok(visit.show(&Page::new(texts.say("privacy-title")), &content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::LANGUAGES;

    #[test]
    fn every_section_has_its_words() {
        for texts in LANGUAGES.map(Texts::new) {
            for name in ["state", "gaps", "made"] {
                assert!(
                    texts.one_of("access-head", name).is_some() && texts.one_of("access-text", name).is_some(),
                    "{name}"
                );
            }
            for name in ["people", "worker", "where", "members", "browser", "logs", "erasure", "rights"] {
                assert!(
                    texts.one_of("privacy-head", name).is_some() && texts.one_of("privacy-text", name).is_some(),
                    "{name}"
                );
            }
        }
    }
}
