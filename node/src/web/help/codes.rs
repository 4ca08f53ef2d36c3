//! The codes of a field with their names and where they are from.

use maud::{Markup, html};
use talkoot_protocol::form::Form;
use talkoot_protocol::report::area::table::{self, ATTRIBUTION};
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes as sets;

use crate::web::parts;
use crate::web::texts::Texts;

/// One list: its name, if the field has several, and pairs of a code and its name.
type List = (Option<String>, Vec<(String, String)>);

/// Shows what a coded field takes; nothing for one that takes words.
pub(super) fn of_field(id: &str, form: &Form, texts: Texts) -> Markup {
    let lists = lists(id, texts);
    let columns = [(texts.say("help-code"), false), (texts.say("help-code-name"), false)];
    html! {
        @if id == "area" { (areas(texts)) }
        @if id == "service" { (official(form, texts)) }
        @if !lists.is_empty() {
            h2 { (texts.say("help-codes")) }
            @for (name, codes) in &lists {
                @let caption = name.clone().unwrap_or_else(|| texts.say("help-codes"));
                @let rows: Vec<_> = codes.iter().map(|(code, name)| vec![html! { code { (code) } }, html! { (name) }]).collect();
                (parts::table(&caption, &columns, &rows))
            }
            p .small { (source(id, texts)) }
        }
    }
}

/// Says where a field's codes are from.
fn source(id: &str, texts: Texts) -> String {
    match id {
        "support_need" => texts.say_with("help-source-law", &[("version", sets::SUPPORT_NEED_VERSION.into())]),
        "service_task" => texts.say_with("help-source-thl", &[("system", sets::SYSTEM_SERVICE_TASK.into())]),
        _ => texts.say("help-source-own"),
    }
}

fn codes<T: CodeSet>(texts: Texts) -> List {
    let one = |code: &T| (code.key().to_owned(), code.label(texts.language()).to_owned());
    (None, T::all().iter().map(one).collect())
}

fn named<T: CodeSet>(part: &str, texts: Texts) -> List {
    (texts.one_of("help-part", part), codes::<T>(texts).1)
}

fn lists(id: &str, texts: Texts) -> Vec<List> {
    match id {
        "kind" => vec![codes::<sets::Kind>(texts)],
        "valence" => vec![codes::<sets::Valence>(texts)],
        "support_need" => vec![codes::<sets::SupportNeed>(texts)],
        "service_task" => vec![codes::<sets::ServiceTask>(texts)],
        "target_group" => vec![named::<sets::Group>("group", texts), named::<sets::AgeBand>("age", texts)],
        "extent" => vec![named::<sets::Spread>("spread", texts), named::<sets::Trend>("trend", texts)],
        "affected_estimate" => vec![codes::<sets::AffectedEstimate>(texts)],
        "level" => vec![codes::<sets::Level>(texts)],
        "sector" => vec![codes::<sets::Sector>(texts)],
        "cause" => vec![codes::<sets::CauseCode>(texts)],
        "effect" => vec![codes::<sets::Effect>(texts)],
        "evidence" => vec![codes::<sets::EvidenceCode>(texts)],
        "client_involved" => vec![codes::<sets::ClientInvolved>(texts)],
        "need_met" => vec![codes::<sets::NeedMet>(texts)],
        "author_role" => vec![codes::<sets::AuthorRole>(texts)],
        "language" => vec![codes::<sets::Language>(texts)],
        "variant" => vec![codes::<sets::Variant>(texts)],
        "seen_through" => vec![codes::<sets::SeenThrough>(texts)],
        "aim_reached" => vec![codes::<sets::AimReached>(texts)],
        "continuation" => vec![codes::<sets::Continuation>(texts)],
        _ => Vec::new(),
    }
}

/// Shows counties, and municipalities behind a fold.
fn areas(texts: Texts) -> Markup {
    let language = texts.language();
    let columns = [(texts.say("help-code"), false), (texts.say("help-code-name"), false)];
    let row = |code: &str, name: &str| vec![html! { code { (code) } }, html! { (name.trim()) }];
    let counties: Vec<_> = table::counties().map(|county| row(&county.code, county.names.get(language))).collect();
    let places: Vec<_> = table::municipalities().map(|place| row(&place.code, place.names.get(language))).collect();
    let county = sets::AreaScheme::County.label(language);
    let municipality = sets::AreaScheme::Municipality.label(language);
    html! {
        h2 { (texts.say("help-codes")) }
        (parts::table(county, &columns, &counties))
        details { summary { (municipality) } (parts::table(municipality, &columns, &places)) }
        p .small lang="en" { (ATTRIBUTION) }
    }
}

/// Names the official lists that a service may be taken from.
fn official(form: &Form, texts: Texts) -> Markup {
    let columns =
        [(texts.say("help-list"), false), (texts.say("help-system"), false), (texts.say("help-source"), false)];
    let row = |list: &talkoot_protocol::form::CodeList| {
        vec![html! { (list.name.get(texts.language())) }, html! { code { (list.system) } }, html! { (list.source) }]
    };
    let rows: Vec<_> = form.code_lists.iter().map(row).collect();
    html! { h2 { (texts.say("help-codes")) } (parts::table(&texts.say("help-official"), &columns, &rows)) p { (texts.say("help-official-more")) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::LANGUAGES;

    #[test]
    fn every_coded_field_of_the_form_lists_its_codes() {
        for texts in LANGUAGES.map(Texts::new) {
            let form = Form::built_in();
            let with = form.fields.iter().filter(|field| !of_field(&field.id, form, texts).0.is_empty());
            assert_eq!(with.count(), 22, "{texts}");
            assert!(lists("extent", texts).iter().all(|(name, codes)| name.is_some() && !codes.is_empty()));
        }
    }
}
